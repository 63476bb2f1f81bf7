"""An export, opened with its passphrase: for reading, and for whatever takes `otpauth:` addresses."""

import json
from dataclasses import dataclass, field

from sparekey.flows.exports._contents import FORMAT


@dataclass(frozen=True)
class Opened:
    """What is in an export: the JSON as it was written, and the address of each authenticator app in it."""

    text: str = field(repr=False)
    uris: tuple[str, ...] = field(repr=False)


def open_export(parcel: bytes, passphrase: str) -> Opened:
    """Raises `CannotOpen`, also for what another program put into a parcel."""
    from sparekey.adapters.parcels import CannotOpen, unpack  # noqa: PLC0415 -- loads joserfc

    content = unpack(passphrase, parcel)
    try:
        text = content.decode()
        inside = json.loads(text)
        if inside["format"] != FORMAT:
            raise CannotOpen
        holders = inside.get("people", [inside])
        return Opened(text, tuple(str(app["uri"]) for one in holders for app in one["apps"]))
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        raise CannotOpen from None
