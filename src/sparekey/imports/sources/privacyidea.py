"""privacyIDEA: `pi-tokenjanitor find … export`, as PSKC or as CSV.

A line of the CSV is owner, serial number, secret, type, digits and, for time-based ones, the step, with no
title line: `anna@company, TOTP00012F3A, 3132…, totp, 6, 30`. The owner's realm after the @ is no address.
The secret is hexadecimal, or Base32 with `--b32`; the hash is not told, so all three are tried.
"""

import re
from collections.abc import Iterable, Iterator

from sparekey.imports._fields import (
    Said,
    base32_key,
    hex_key,
    must_be_timed,
    of_any_algorithm,
    text,
    username,
    with_other_key,
)
from sparekey.imports._text import begins_with, lines
from sparekey.imports.found import Bad, BadLine, Found, FoundSecret, Keys, Place, Upload, attempt
from sparekey.imports.sources import pskc

_NOBODY = frozenset({"", "n/a"})
LEAST_COLUMNS, MOST_COLUMNS = 5, 6


def read(uploads: Iterable[Upload], keys: Keys) -> Iterator[Found | BadLine]:
    for upload in uploads:
        if begins_with(upload, b"<"):
            yield from pskc.packages(upload, keys)
            continue
        for number, line in lines(upload):
            place = Place(upload.name, number)
            if line.strip():
                yield attempt(place, _person, place, line)


def _person(place: Place, line: str) -> Found:
    columns = [text(each, "line") for each in line.split(",")]
    if not LEAST_COLUMNS <= len(columns) <= MOST_COLUMNS:
        raise Bad("wrong_columns", count=len(columns), expected=MOST_COLUMNS)
    owner, serial, written, kind, digits, *period = columns
    if owner.casefold() in _NOBODY:
        raise Bad("no_person")
    must_be_timed(kind)
    step = period[0] if period and period[0] != "None" else None
    secret = _secret(written, Said(None, digits, step, label=serial))
    login = owner.rpartition("@")[0] or owner
    return Found(place, owner, username(login), authenticators=(secret,))


def _secret(written: str, said: Said) -> FoundSecret:
    is_hex = re.fullmatch(r"(?:[0-9A-Fa-f]{2})+", written)
    if not is_hex:
        return of_any_algorithm(base32_key(written), said)
    secret = of_any_algorithm(hex_key(written), said)
    # Base32 has no 0, 1, 8 and 9: with one of these there is only one way to read it.
    if re.fullmatch(r"[2-7A-F]+", written) and len(written) % 8 not in {1, 3, 6}:
        return with_other_key(secret, base32_key(written))
    return secret
