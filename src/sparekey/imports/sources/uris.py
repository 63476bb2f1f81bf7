"""`otpauth://` addresses, one a line, and the `otpauth-migration://` addresses of an app's export.

- The Key URI format: `otpauth://totp/ISSUER:ACCOUNT?secret=…&issuer=…`, with `algorithm`, `digits` and `period`.
  The issuer stands in front of the account and behind it; where the two differ, nobody knows whose secret this
  is, and the line is refused. Neither part holds a colon.
- Lines that are empty or begin with `#` are left out.
"""

from collections.abc import Iterable, Iterator
from urllib.parse import unquote, urlsplit

from sparekey.imports._fields import (
    Said,
    address_in,
    base32_key,
    claimed,
    must_be_timed,
    shown,
    text,
    username,
)
from sparekey.imports._text import lines
from sparekey.imports.found import Bad, BadLine, Found, FoundSecret, Keys, Place, Upload, attempt
from sparekey.imports.sources._migration import PREFIX, Batches

KNOWN = frozenset({"secret", "issuer", "algorithm", "digits", "period"})


def read(uploads: Iterable[Upload], _keys: Keys) -> Iterator[Found | BadLine]:
    return people(
        (Place(upload.name, number), line.strip())
        for upload in uploads
        for number, line in lines(upload)
        if line.strip() and not line.lstrip().startswith("#")
    )


def people(found: Iterable[tuple[Place, str]]) -> Iterator[Found | BadLine]:
    """The person of every address; those of an export come once all its parts are there."""
    batches = Batches()
    for place, uri in found:
        if uri.lower().startswith(PREFIX):
            trouble = attempt(place, batches.add, place, uri)
            if isinstance(trouble, BadLine):
                yield trouble
        else:
            yield attempt(place, _person, place, uri)
    yield from batches.people()


def _person(place: Place, uri: str) -> Found:
    account, secret = account_and_secret(uri)
    return of_account(place, account, secret)


def of_account(place: Place, account: str, secret: FoundSecret) -> Found:
    """The person an account name of an app belongs to."""
    if not account:
        raise Bad("no_person")
    return Found(place, account, username(account), email=address_in(account), authenticators=(secret,))


def account_and_secret(uri: str) -> tuple[str, FoundSecret]:
    """Whose secret an `otpauth://` address holds, and the secret."""
    try:
        parts = urlsplit(uri)
    except ValueError:
        raise Bad("bad_uri") from None
    if parts.scheme != "otpauth" or not parts.netloc or not parts.path.startswith("/"):
        raise Bad("bad_uri")
    must_be_timed(parts.netloc)
    said = _parameters(parts.query)
    if "secret" not in said:
        raise Bad("secret_missing")
    issuer, account = _issuer_and_account(unquote(parts.path[1:]), said.get("issuer", ""))
    settings = Said(said.get("algorithm"), said.get("digits"), said.get("period"), issuer, account)
    return account, claimed(base32_key(said["secret"]), settings)


def _parameters(query: str) -> dict[str, str]:
    """The known parameters; others, such as `image`, are for apps."""
    said: dict[str, str] = {}
    for pair in query.split("&"):
        name, _, value = pair.partition("=")
        if name.lower() in said:
            raise Bad("parameter_twice", parameter=name.lower())
        if name.lower() in KNOWN:
            # Some write a space as "+"; in Base32 both mean nothing.
            said[name.lower()] = unquote(value.replace("+", " "))
    return said


def _issuer_and_account(label: str, issuer: str) -> tuple[str, str]:
    before, colon, account = text(label, "label").partition(":")
    if not colon:
        before, account = "", before
    before, issuer = before.strip(), text(issuer, "issuer")
    if ":" in account or (before and issuer and before != issuer):
        raise Bad("issuer_differs")
    return shown(issuer or before, "issuer"), account.strip()
