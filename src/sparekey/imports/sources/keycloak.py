"""A realm exported by Keycloak (`kc.sh export`): one file, or its `…-users-N.json` files.

- Each user's `credentials` hold `secretData` and `credentialData`, which are JSON as text. Of type `otp`, the
  secret is the text itself, byte for byte; Base32 only where `secretEncoding` says so.
- Of type `password`, PBKDF2 and Argon2 with salt and cost are written as the usual strings
  (`$pbkdf2-sha256$…`, `$argon2id$…`), so that one checker knows them all.
- Service accounts are left out; they have a `serviceAccountClientId`.
"""

from base64 import b64encode
from collections.abc import Iterable, Iterator, Mapping

from sparekey.imports._fields import (
    Said,
    address,
    base32_key,
    base64_bytes,
    certain,
    language,
    mapping,
    members,
    must_be_timed,
    number,
    person_name,
    text,
    truth,
    username,
)
from sparekey.imports._json import document, entries
from sparekey.imports.found import Bad, BadLine, Found, FoundSecret, Keys, Place, Remark, Upload, attempt

_PBKDF2 = frozenset({"pbkdf2", "pbkdf2-sha256", "pbkdf2-sha512"})
_LEFT = {
    "webauthn": Remark.LEFT_PASSKEYS,
    "webauthn-passwordless": Remark.LEFT_PASSKEYS,
    "recovery-authn-codes": Remark.LEFT_BACKUP_CODES,
}
_READ = frozenset({"otp", "password"})
_ARGON2_TYPES = {"i": "argon2i", "id": "argon2id"}
_BASE32 = frozenset({"BASE32", "B32"})


def read(uploads: Iterable[Upload], _keys: Keys) -> Iterator[Found | BadLine]:
    for upload in uploads:
        for entry in entries(upload, "users"):
            if isinstance(entry.value, dict) and entry.value.get("serviceAccountClientId"):
                continue
            yield attempt(entry.place, _person, entry.place, entry.value)


def _person(place: Place, value: object) -> Found:
    user = mapping(value, "users")
    origin = text(user.get("username"), "username")
    if not origin:
        raise Bad("field_missing", field="username")
    hash_text, secrets, remarks = _credentials(user)
    email = address(user.get("email"))
    return Found(
        place=place,
        origin=origin,
        username=username(origin),
        name=person_name(user.get("firstName"), user.get("lastName")),
        email=email,
        is_active=truth(user.get("enabled")),
        language=_language(user.get("attributes")),
        password_hash=hash_text,
        authenticators=tuple(secrets),
        remarks=tuple(dict.fromkeys(remarks)),
        is_whole=True,
    )


def _credentials(user: Mapping[str, object]) -> tuple[str | None, list[FoundSecret], list[Remark]]:
    hash_text: str | None = None
    secrets: list[FoundSecret] = []
    remarks: list[Remark] = []
    for each in members(user.get("credentials"), "credentials"):
        credential = mapping(each, "credentials")
        kind = text(credential.get("type"), "type")
        if kind not in _READ:
            remarks.append(_LEFT.get(kind, Remark.LEFT_OTHERS))
            continue
        hidden = mapping(document(credential.get("secretData"), "secretData"), "secretData")
        said = mapping(document(credential.get("credentialData"), "credentialData"), "credentialData")
        if kind == "otp":
            secrets.append(_secret(hidden, said, credential.get("userLabel")))
        else:
            hash_text = _hash(hidden, said)
    return hash_text, secrets, remarks


def _secret(hidden: Mapping[str, object], said: Mapping[str, object], label: object) -> FoundSecret:
    must_be_timed(said.get("subType"))
    encoding = text(said.get("secretEncoding"), "secretEncoding").upper()
    value = text(hidden.get("value"), "value")
    if encoding and encoding not in _BASE32:
        raise Bad("encryption_not_known", algorithm=encoding[:100])
    key = base32_key(value) if encoding else value.encode()
    return certain(key, Said(said.get("algorithm"), said.get("digits"), said.get("period"), label=label))


def _hash(hidden: Mapping[str, object], said: Mapping[str, object]) -> str:
    """The hash as one string; one of an unknown algorithm names it, so that it is told as not known."""
    algorithm = text(said.get("algorithm"), "algorithm")
    rounds = number(said.get("hashIterations"), "hashIterations")
    salt = base64_bytes(hidden.get("salt"), "salt")
    value = base64_bytes(hidden.get("value"), "value")
    if algorithm in _PBKDF2:
        return f"${algorithm}${rounds}${_adapted(salt)}${_adapted(value)}"
    more = mapping(said.get("additionalParameters") or {}, "additionalParameters")
    name = _ARGON2_TYPES.get(_first(more.get("type"), "id"))
    if algorithm != "argon2" or name is None or _first(more.get("version"), "1.3") != "1.3":
        return f"${algorithm}$"
    memory = number(_first(more.get("memory"), "7168"), "memory")
    lanes = number(_first(more.get("parallelism"), "1"), "parallelism")
    return f"${name}$v=19$m={memory},t={rounds},p={lanes}${_unpadded(salt)}${_unpadded(value)}"


def _first(value: object, otherwise: str) -> str:
    """Additional parameters are lists of one text."""
    found = members(value, "additionalParameters")
    return text(found[0], "additionalParameters") if found else otherwise


def _language(attributes: object) -> str:
    found = members(mapping(attributes or {}, "attributes").get("locale"), "locale")
    return language(found[0]) if found else ""


def _unpadded(raw: bytes) -> str:
    return b64encode(raw).decode().rstrip("=")


def _adapted(raw: bytes) -> str:
    """The Base64 of `$pbkdf2-…$` strings: a dot for the plus sign."""
    return _unpadded(raw).replace("+", ".")
