"""An export, opened with its passphrase: for reading, and for whatever takes `otpauth:` addresses.

There may be 100,000 people in it, so of what is read no more is kept than the addresses: the whole as objects would
take ten times the room of the text.
"""

import json
from dataclasses import dataclass, field
from typing import Any

from sparekey.flows.exports._contents import FORMAT


@dataclass(frozen=True)
class Opened:
    """What is in an export: the JSON as it was written, and the address of each authenticator app in it."""

    written: bytes = field(repr=False)
    uris: tuple[str, ...] = field(repr=False)

    @property
    def text(self) -> str:
        return self.written.decode()


@dataclass(frozen=True, slots=True)
class _App:
    uri: str


@dataclass(frozen=True, slots=True)
class _Holder:
    apps: list[_App]


def open_export(parcel: bytes, passphrase: str) -> Opened:
    """Raises `CannotOpen`, also for what another program put into a parcel."""
    from sparekey.adapters.parcels import CannotOpen, unpack  # noqa: PLC0415 -- loads joserfc

    content = unpack(passphrase, parcel)
    try:
        inside = json.loads(content.decode(), object_hook=_shortened)
        if inside["format"] != FORMAT:
            raise CannotOpen
        holders = inside["people"] if "people" in inside else [_Holder(inside["apps"])]
        return Opened(content, tuple(app.uri for one in holders for app in one.apps))
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        raise CannotOpen from None


def _shortened(one: dict[str, Any]) -> Any:
    """Of an app its address, of a person their apps; the file itself stays."""
    if "uri" in one:
        return _App(str(one["uri"]))
    return _Holder(one["apps"]) if "apps" in one and "format" not in one else one
