"""A table as CSV (RFC 4180), with a first line that names the columns. Between them stand commas, semicolons or
tabs: the first line tells. One line is one authenticator or a person without; a person with several
authenticators has several lines.

Columns, of which `username`, `email` or `uri` must be there: `username`, `name`, `email`, `active` (yes or no),
`language`, `password_hash`, `secret` (Base32), `secret_hex`, `algorithm`, `digits`, `period`, `type` (totp),
`issuer`, `device` (what the person calls the authenticator), `uri` (an otpauth:// address instead of all
these). Some other spellings are understood. A column that is not known is refused: it might be a misspelt one.
"""

import csv
import re
from collections.abc import Iterable, Iterator
from dataclasses import replace
from itertools import chain

from sparekey.imports._fields import (
    Said,
    address,
    address_in,
    base32_key,
    claimed,
    hex_key,
    language,
    must_be_timed,
    person_name,
    text,
    truth,
    username,
    with_other_key,
)
from sparekey.imports._text import lines
from sparekey.imports.found import Bad, BadLine, Broken, Found, FoundSecret, Keys, Place, Upload, attempt
from sparekey.imports.sources.uris import account_and_secret

COLUMNS = (
    "username", "name", "email", "active", "language", "password_hash", "secret", "secret_hex",
    "algorithm", "digits", "period", "type", "issuer", "device", "uri",
)  # fmt: skip
_ALSO = {
    "user": "username", "login": "username", "user_name": "username",
    "full_name": "name", "display_name": "name", "displayname": "name",
    "mail": "email", "e_mail": "email", "email_address": "email",
    "enabled": "active", "is_active": "active", "locale": "language", "lang": "language",
    "otpauth": "uri", "label": "device", "step": "period", "timestep": "period",
}  # fmt: skip


def read(uploads: Iterable[Upload], _keys: Keys) -> Iterator[Found | BadLine]:
    for upload in uploads:
        yield from rows(upload)


def rows(upload: Upload) -> Iterator[Found | BadLine]:
    """The person of every line."""
    numbered = lines(upload)
    _, first = next(numbered, (1, ""))
    delimiter = max(",;\t", key=first.count)
    reader = csv.reader(
        chain([first], (f"{line}\n" for _, line in numbered)), delimiter=delimiter, strict=True
    )
    try:
        columns = _columns(upload, next(reader, []))
        for values in reader:
            place = Place(upload.name, reader.line_num)
            if any(value.strip() for value in values):
                yield attempt(place, _person, place, columns, values)
    except csv.Error:
        raise Broken(Place(upload.name, reader.line_num), "bad_csv") from None


def _columns(upload: Upload, titles: list[str]) -> list[str]:
    place = Place(upload.name, 1)
    columns: list[str] = []
    for title in titles:
        plain = re.sub(r"[\s-]+", "_", title.strip().casefold())
        column = _ALSO.get(plain, plain)
        if column not in COLUMNS:
            raise Broken(place, "unknown_column", column=title.strip()[:50], known=", ".join(COLUMNS))
        if column in columns:
            raise Broken(place, "duplicate_column", column=column)
        columns.append(column)
    if "username" not in columns and "email" not in columns and "uri" not in columns:
        raise Broken(place, "missing_column", column="username")
    return columns


def _person(place: Place, columns: list[str], values: list[str]) -> Found:
    if len(values) != len(columns):
        raise Bad("wrong_columns", count=len(values), expected=len(columns))
    row = {column: text(value, column) for column, value in zip(columns, values, strict=True)}
    account, secret = _secret(row)
    origin = row.get("username") or row.get("email") or account
    if not origin:
        raise Bad("field_missing", field="username")
    return Found(
        place=place,
        origin=origin,
        username=username(origin),
        name=person_name(row.get("name")),
        email=address(row.get("email")) or address_in(origin),
        is_active=truth(row.get("active")),
        language=language(row.get("language")),
        password_hash=row.get("password_hash") or None,
        authenticators=(secret,) if secret else (),
    )


def _secret(row: dict[str, str]) -> tuple[str, FoundSecret | None]:
    """The authenticator of the line, and the account its address names."""
    if uri := row.get("uri"):
        account, secret = account_and_secret(uri)
        return account, replace(secret, label=row.get("device") or secret.label)
    must_be_timed(row.get("type"))
    said = Said(
        row.get("algorithm"), row.get("digits"), row.get("period"), row.get("issuer"), row.get("device")
    )
    if digits := row.get("secret_hex"):
        return "", claimed(hex_key(digits), said)
    written = row.get("secret", "")
    if not written:
        return "", None
    secret = claimed(base32_key(written), said)
    # Forty digits that happen to have no 0, 1, 8 and 9 are more likely hexadecimal, but nobody can tell.
    if re.fullmatch(r"(?:[2-7A-Fa-f]{2}){10,}", written):
        secret = with_other_key(secret, hex_key(written))
    return "", secret
