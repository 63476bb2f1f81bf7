"""Authelia: `users_database.yml`, and what `authelia storage user totp export` writes as YAML, CSV or addresses.

Give both files: people stand in the first, their authenticators in the second. In YAML a secret is Base64 of
its Base32 text. Authelia kept the settings it checked with, so they are certain there and in its addresses.
"""

from collections.abc import Iterable, Iterator

from sparekey.imports._fields import (
    Said,
    address,
    address_in,
    base32_key,
    base64_bytes,
    certain,
    language,
    mapping,
    person_name,
    text,
    truth,
    username,
)
from sparekey.imports._text import begins_with
from sparekey.imports._yaml import Node, tree
from sparekey.imports.found import Bad, BadLine, Broken, Found, Keys, Place, Upload, attempt
from sparekey.imports.sources import table, uris

_OTHER_FORMS = {b"otpauth:": uris.read, b"issuer,": table.read}


def read(uploads: Iterable[Upload], keys: Keys) -> Iterator[Found | BadLine]:
    for upload in uploads:
        other = next((read for mark, read in _OTHER_FORMS.items() if begins_with(upload, mark)), None)
        yield from other([upload], keys) if other else _of_tree(upload)


def _of_tree(upload: Upload) -> Iterator[Found | BadLine]:
    root = tree(upload)
    users, secrets = root.get("users"), root.get("totp_configurations")
    if users is None and secrets is None:
        raise Broken(Place(upload.name, root.line), "not_this_format", format="users_database.yml")
    if users and isinstance(users.value, dict):
        for number, (name, user) in enumerate(users.value.items(), 1):
            place = Place(upload.name, user.line, number)
            yield attempt(place, _person, place, name, user)
    if secrets and isinstance(secrets.value, list):
        for number, each in enumerate(secrets.value, 1):
            place = Place(upload.name, each.line, number)
            yield attempt(place, _secret, place, each)


def _person(place: Place, name: str, node: Node) -> Found:
    user = mapping(node.plain, "user")
    origin = text(name, "username")
    return Found(
        place=place,
        origin=origin,
        username=username(origin),
        name=person_name(user.get("displayname")),
        email=address(user.get("email")),
        is_active=not truth(user.get("disabled") or "no"),
        language=language(user.get("locale")),
        password_hash=text(user.get("password"), "password").removeprefix("{CRYPT}") or None,
        is_whole=True,
    )


def _secret(place: Place, node: Node) -> Found:
    said = mapping(node.plain, "totp_configuration")
    origin = text(said.get("username"), "username")
    if not origin:
        raise Bad("field_missing", field="username")
    written = base64_bytes(said.get("secret"), "secret")
    if not written.isascii():
        raise Bad("bad_base32")
    settings = Said(said.get("algorithm"), said.get("digits"), said.get("period"), said.get("issuer"))
    secret = certain(base32_key(written.decode()), settings)
    return Found(place, origin, username(origin), email=address_in(origin), authenticators=(secret,))
