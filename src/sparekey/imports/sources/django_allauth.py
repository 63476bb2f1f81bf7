"""django-allauth: `manage.py dumpdata auth.user account.emailaddress mfa` (with another user model in its place).

Its authenticator apps have Base32 secrets in `data`, SHA-1, 6 digits and 30 seconds unless the project set
other ones, which the dump does not hold. A project that encrypts `data` must dump it decrypted.
"""

from collections.abc import Iterable, Iterator

from sparekey.imports._dumps import Fields, Piece, people
from sparekey.imports._fields import Said, address, base32_key, certain, mapping, text, truth
from sparekey.imports._json import document
from sparekey.imports.found import Bad, BadLine, Found, Keys, Remark, Upload

_LEFT = {"recovery_codes": Remark.LEFT_BACKUP_CODES, "webauthn": Remark.LEFT_PASSKEYS}
_TIMED = frozenset({"totp"})


def read(uploads: Iterable[Upload], _keys: Keys) -> Iterator[Found | BadLine]:
    return people(uploads, {"mfa.authenticator": _authenticator, "account.emailaddress": _address})


def _authenticator(fields: Fields) -> Piece:
    kind = text(fields.get("type"), "type")
    if kind not in _TIMED:
        return Piece(remark=_LEFT.get(kind, Remark.LEFT_OTHERS))
    data = mapping(document(fields.get("data"), "data"), "data")
    if "secret" not in data:
        raise Bad("secret_missing")
    return Piece(secret=certain(base32_key(data["secret"]), Said()))


def _address(fields: Fields) -> Piece | None:
    if not (truth(fields.get("primary")) and truth(fields.get("verified"))):
        return None
    return Piece(email=address(fields.get("email")))
