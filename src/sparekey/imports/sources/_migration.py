"""The export of an authenticator app: `otpauth-migration://offline?data=`, Base64 of a Protocol Buffers message.

An export of many accounts is spread over several pictures, each with its number, how many there are, and an id
they share. All are needed: a missing one is named. The message has no period, so it is 30 seconds; the app
computes codes with the settings it exports, so these are certain. MD5 is never taken.

The format is not published by its maker; field numbers are those all readers agree on: 1 accounts (1 secret,
2 name, 3 issuer, 4 algorithm, 5 digits, 6 type, 7 counter), 2 version, 3 batch size, 4 batch index, 5 batch id.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from urllib.parse import unquote, urlsplit

from sparekey.imports._fields import Said, address_in, base64_bytes, certain, username
from sparekey.imports._protobuf import fields
from sparekey.imports.found import Bad, BadLine, Found, Place, attempt

PREFIX = "otpauth-migration:"
MOST_DATA = 8192
"""Characters: more than the largest QR code holds."""
MOST_BATCHES = 100
MOST_ACCOUNTS = 1000
"""In one picture, which cannot hold a hundred."""

_ALGORITHMS = {0: "sha1", 1: "sha1", 2: "sha256", 3: "sha512"}
_DIGITS = {0: 6, 1: 6, 2: 8}
_COUNTER = 1


@dataclass(slots=True)
class _Batch:
    place: Place
    accounts: list[bytes] = field(default_factory=list)
    size: int = 1
    index: int = 0
    id: int = 0


class Batches:
    """The pictures of one or more exports."""

    def __init__(self) -> None:
        self._exports: dict[int, dict[int, _Batch]] = {}

    def add(self, place: Place, uri: str) -> None:
        batch = _read(place, uri)
        export = self._exports.get(batch.id, {})
        size = next(iter(export.values())).size if export else batch.size
        if size != batch.size or not 1 <= size <= MOST_BATCHES or not 0 <= batch.index < size:
            raise Bad("bad_batch")
        if batch.index in export:
            raise Bad("batch_twice", number=batch.index + 1, size=size)
        self._exports[batch.id] = {**export, batch.index: batch}

    def people(self) -> Iterator[Found | BadLine]:
        for export in self._exports.values():
            first = next(iter(export.values()))
            for index in range(first.size):
                if index not in export:
                    yield BadLine(first.place, "batch_missing", {"number": index + 1, "size": first.size})
                    continue
                batch = export[index]
                for number, account in enumerate(batch.accounts, 1):
                    here = Place(batch.place.file, batch.place.line, number)
                    yield attempt(here, _person, here, account)


def _read(place: Place, uri: str) -> _Batch:
    try:
        parts = urlsplit(uri)
    except ValueError:
        raise Bad("bad_uri") from None
    name, _, value = parts.query.partition("=")
    if parts.netloc.lower() != "offline" or name != "data":
        raise Bad("bad_uri")
    batch = _Batch(place)
    for number, found in fields(base64_bytes(unquote(value).replace(" ", "+"), "data", MOST_DATA)):
        if number == 1 and isinstance(found, bytes):
            batch.accounts.append(found)
        elif number == 3 and isinstance(found, int):
            batch.size = found
        elif number == 4 and isinstance(found, int):
            batch.index = found
        elif number == 5 and isinstance(found, int):
            batch.id = found
    if len(batch.accounts) > MOST_ACCOUNTS:
        raise Bad("bad_batch")
    return batch


def _person(place: Place, account: bytes) -> Found:
    said = dict(fields(account))
    if said.get(6) == _COUNTER:
        raise Bad("counter_based")
    algorithm, digits = said.get(4, 0), said.get(5, 0)
    if algorithm not in _ALGORITHMS:
        raise Bad("algorithm_not_known", text=str(algorithm)[:20])
    if digits not in _DIGITS:
        raise Bad("bad_digits")
    key = said.get(1, b"")
    if isinstance(key, int):
        raise Bad("bad_protobuf")
    issuer, name = _text(said.get(3, b"")), _text(said.get(2, b""))
    # Older apps write the issuer in front of the account here too.
    origin = name.removeprefix(f"{issuer}:").strip()
    if not origin:
        raise Bad("no_person")
    settings = Said(_ALGORITHMS[algorithm], _DIGITS[digits], None, issuer, origin)
    return Found(
        place,
        origin,
        username(origin),
        email=address_in(origin),
        authenticators=(certain(key, settings),),
    )


def _text(value: int | bytes) -> str:
    try:
        return value.decode() if isinstance(value, bytes) else ""
    except UnicodeDecodeError:
        raise Bad("bad_protobuf") from None
