"""Dumps of Django applications (`manage.py dumpdata`): a list of records, each with `model`, `pk` and `fields`.

- A user is any record with a password and a name or address, whatever its model is called: many projects have
  their own.
- Authenticators name their user by `pk`, or by natural key (a list with the name). The order of records is any.
- The same shape comes out of blueprints with `entries` of `model`, `identifiers` and `attrs`.
- Newlines may be missing altogether, so each place has the record's number too.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace

from sparekey.imports._fields import (
    MOST_STEP,
    Said,
    address,
    address_in,
    certain,
    hex_key,
    mapping,
    number,
    person_name,
    text,
    truth,
    username,
)
from sparekey.imports._json import Entry, entries
from sparekey.imports.found import Bad, BadLine, Found, FoundSecret, Place, Remark, Upload

UNUSABLE = ("!", "*")
"""How hashes begin that no password fits."""


@dataclass(frozen=True, slots=True)
class Piece:
    """What a record adds to its user."""

    secret: FoundSecret | None = None
    remark: Remark | None = None
    email: str = ""


Fields = Mapping[str, object]
Readers = Mapping[str, Callable[[Fields], Piece | None]]
"""By model; None is nothing worth telling."""
Pieces = dict[str, list[tuple[Place, Piece]]]
"""By the reference to the user."""


def people(uploads: Iterable[Upload], readers: Readers) -> Iterator[Found | BadLine]:
    """The users of all files together, each with what refers to it."""
    users: dict[str, Found] = {}
    pieces: Pieces = {}
    for upload in uploads:
        for entry in entries(upload, "entries"):
            try:
                _add(entry, readers, users, pieces)
            except Bad as bad:
                yield BadLine(entry.place, bad.code, bad.facts)
    yield from _resolved(users, pieces)
    for key in list(users):  # taken out one by one, so that not everybody is in memory twice
        yield _with(users.pop(key), [piece for _, piece in pieces.pop(key, [])])


def _resolved(users: dict[str, Found], pieces: Pieces) -> Iterator[BadLine]:
    """Move what names its user by natural key to the user's number; tell what names nobody."""
    unknown = [each for each in pieces if each not in users]
    numbers = {f"name:{user.origin}": key for key, user in users.items()} if unknown else {}
    for reference in unknown:
        found = pieces.pop(reference)
        if reference in numbers:
            pieces.setdefault(numbers[reference], []).extend(found)
        else:
            yield from (BadLine(place, "unknown_person") for place, _ in found)


def _add(
    entry: Entry,
    readers: Readers,
    users: dict[str, Found],
    pieces: Pieces,
) -> None:
    record = mapping(entry.value, "record")
    model = text(record.get("model"), "model").casefold()
    fields, pk = _fields_of(record)
    if model in readers:
        piece = readers[model](fields)
        if piece:
            pieces.setdefault(_reference(fields.get("user")), []).append((entry.place, piece))
    elif "password" in fields and _has_name(fields):
        user = _user(entry.place, fields)
        key = _reference(pk) if pk is not None else f"name:{user.origin}"
        if key in users:
            raise Bad("duplicate_id")
        users[key] = user


def _has_name(fields: Fields) -> bool:
    """Is this a person? Accounts of services say what they are and are left out."""
    is_service = str(fields.get("type")).endswith("service_account")
    return not is_service and ("username" in fields or "email" in fields)


def _fields_of(record: Fields) -> tuple[Fields, object]:
    if "fields" in record:
        return mapping(record["fields"], "fields"), record.get("pk")
    identifiers = mapping(record.get("identifiers") or {}, "identifiers")
    attributes = mapping(record.get("attrs") or {}, "attrs")
    return {**identifiers, **attributes}, identifiers.get("pk")


def _reference(value: object) -> str:
    if isinstance(value, list) and len(value) == 1:
        return f"name:{text(value[0], 'user')}"
    if isinstance(value, int) and not isinstance(value, bool) and abs(value) <= MOST_STEP:
        return f"pk:{value}"
    if isinstance(value, str):
        return f"pk:{text(value, 'user')}"
    raise Bad("wrong_type", field="user")


def _user(place: Place, fields: Fields) -> Found:
    origin = text(fields.get("username"), "username") or text(fields.get("email"), "email")
    if not origin:
        raise Bad("field_missing", field="username")
    hash_text = text(fields.get("password"), "password")
    is_usable = bool(hash_text) and not hash_text.startswith(UNUSABLE)
    whole = text(fields.get("name"), "name")
    names = (whole,) if whole else (fields.get("first_name"), fields.get("last_name"))
    return Found(
        place=place,
        origin=origin,
        username=username(origin),
        name=person_name(*names),
        email=address(fields.get("email")) or address_in(origin),
        is_active=truth(fields.get("is_active")),
        password_hash=hash_text if is_usable else None,
        is_whole=True,
    )


def _with(user: Found, pieces: list[Piece]) -> Found:
    secrets = tuple(piece.secret for piece in pieces if piece.secret)
    remarks = tuple(dict.fromkeys(piece.remark for piece in pieces if piece.remark))
    email = user.email or next((piece.email for piece in pieces if piece.email), "")
    return replace(user, authenticators=secrets, remarks=remarks, email=email)


def timed_device(fields: Fields) -> Piece:
    """A TOTP device of django-otp, and of what grew from it: hexadecimal key, always SHA-1."""
    if not truth(fields.get("confirmed")):
        return Piece(remark=Remark.UNCONFIRMED)
    if number(fields.get("t0") or 0, "t0"):
        raise Bad("bad_start")
    said = Said(None, fields.get("digits"), fields.get("step"), label=fields.get("name"))
    secret = certain(hex_key(fields.get("key")), said)
    last = fields.get("last_t")
    step = number(last, "last_t") if last not in (None, -1) else 0
    return Piece(secret=replace(secret, last_step=max(0, step)))


def counting_device(_fields: Fields) -> Piece:
    raise Bad("counter_based")


def left(remark: Remark) -> Callable[[Fields], Piece]:
    """A reader of records that stay behind with this remark."""
    return lambda _fields: Piece(remark=remark)
