"""Reading files, before anything is known of the account they are for.

A server reads one at a time: a file chooses how much memory and time it takes, within the limits of `imports`.
"""

import re
import threading
from collections.abc import Sequence

from sparekey.errors import Busy
from sparekey.factors import is_known_hash
from sparekey.imports import SOURCES, BadFile, Found, Keys, Terms, Upload, read

__all__ = ["NAMES", "BadFile", "Found", "Keys", "Upload", "look_into"]

NAMES = tuple(SOURCES)
"""What files may be said to be."""


_AES_KEY = re.compile(r"(?:[0-9A-Fa-f]{32}){1,2}|[0-9A-Fa-f]{48}")
"""128, 192 or 256 bits as hexadecimal digits."""


READING = threading.Lock()


def look_into(
    source: str,
    uploads: Sequence[Upload],
    passphrase: str = "",
    people: Sequence[Upload] = (),
    most: int | None = None,
) -> tuple[Found, ...]:
    """Everybody in these files, or `BadFile` with every place that is wrong. Raises `Busy`.

    `passphrase` may also be the key agreed beforehand, in hexadecimal digits: the file says which it asks for.
    `people`: tables with what the files lack, such as addresses. `most`: people, where fewer than always are taken.
    """
    key = bytes.fromhex(passphrase) if _AES_KEY.fullmatch(passphrase) else b""
    terms = Terms(is_known_hash) if most is None else Terms(is_known_hash, most)
    if not READING.acquire(blocking=False):
        raise Busy("Other files are being read right now. Try again in a minute", reason="reading_now")
    try:
        return read(source, uploads, Keys(passphrase, key), terms, people)
    finally:
        READING.release()
