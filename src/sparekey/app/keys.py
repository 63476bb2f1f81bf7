"""The keys of a server, if they are those that its database was made with.

`marks` are the check values in the database; one without any takes whatever keys there are. A key file that was
lost is not made anew: nothing could be opened with it.
"""

from collections.abc import Collection

from sparekey.adapters.key_files import key_in_file, read_key
from sparekey.adapters.sealing import Keys
from sparekey.errors import Unready
from sparekey.settings import Settings


def first_key(settings: Settings, marks: Collection[str]) -> bytes | None:
    """The key that seals; `None` where the first start has yet to make its file."""
    if settings.key.value:
        return read_key(settings.key.value, "key.value (SPAREKEY_KEY_VALUE)")
    key = key_in_file(settings.key_file)
    if key is None and marks:
        raise Unready(
            f"The key file {settings.key_file} is missing, and the database was made with it: put it back",
            reason="key_file",
        )
    return key


def all_keys(settings: Settings, first: bytes, marks: Collection[str]) -> Keys:
    """The first and the older ones; raises `Unready` when the database was made with others."""
    older = [read_key(text, "A key of key.older (SPAREKEY_KEY_OLDER)") for text in settings.key.older]
    keys = Keys([first, *older])
    keys.demand(marks)
    return keys
