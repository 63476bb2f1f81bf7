"""Reading files, before anything is known of the account they are for."""

import re
from collections.abc import Sequence

from sparekey.factors import is_known_hash
from sparekey.imports import SOURCES, BadFile, Found, Keys, Upload, read

__all__ = ["NAMES", "BadFile", "Found", "Keys", "Upload", "look_into"]

NAMES = tuple(SOURCES)
"""What files may be said to be."""


_AES_KEY = re.compile(r"(?:[0-9A-Fa-f]{32}){1,2}|[0-9A-Fa-f]{48}")
"""128, 192 or 256 bits as hexadecimal digits."""


def look_into(
    source: str, uploads: Sequence[Upload], passphrase: str = "", people: Sequence[Upload] = ()
) -> tuple[Found, ...]:
    """Everybody in these files, or `BadFile` with every place that is wrong.

    `passphrase` may also be the key agreed beforehand, in hexadecimal digits: the file says which it asks for.
    `people`: tables with what the files lack, such as addresses.
    """
    key = bytes.fromhex(passphrase) if _AES_KEY.fullmatch(passphrase) else b""
    return read(source, uploads, Keys(passphrase, key), is_known_hash, people)
