"""Reading files, before anything is known of the account they are for."""

from collections.abc import Sequence

from sparekey.factors import is_known_hash
from sparekey.imports import SOURCES, BadFile, Found, Keys, Upload, read

__all__ = ["NAMES", "BadFile", "Found", "Keys", "Upload", "look_into"]

NAMES = tuple(SOURCES)
"""What files may be said to be."""


def look_into(source: str, uploads: Sequence[Upload], passphrase: str = "") -> tuple[Found, ...]:
    """Everybody in these files, or `BadFile` with every place that is wrong."""
    return read(source, uploads, Keys(passphrase), is_known_hash)
