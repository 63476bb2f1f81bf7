"""Password hashes that other servers made, so that people keep their password when they come over. A right one
is hashed anew at once; nothing here ever makes one.

Known are, with the libraries that write them:

- `$argon2id$…`, `$argon2i$…` (PHC string format, RFC 9106) and Django's `argon2$…`;
- `$2a$…`, `$2b$…`, `$2y$…` (bcrypt), Django's `bcrypt$…` and `bcrypt_sha256$…`;
- `$scrypt$ln=…,r=…,p=…$…` (RFC 7914; passlib, Authelia), Django's `scrypt$…`, Werkzeug's `scrypt:…`;
- `$pbkdf2-sha256$…` (RFC 8018; passlib, Authelia), also -sha512 and, without, SHA-1; Django's
  `pbkdf2_sha256$…`; Werkzeug's `pbkdf2:sha256:…`.

A hash from a file chooses what checking it costs. So one that asks for more than about a second or 256 MiB is
not known, nor is one of fewer than 128 bits or a salt under 32 (NIST SP 800-63B-4, section 3.1.1.2). The
password is taken as it is typed, without the normalising and the key of our own hashes: theirs had neither.
"""

import hmac
import re
from base64 import b64decode
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from hashlib import pbkdf2_hmac, scrypt, sha256

from argon2.low_level import Type, hash_secret_raw

from sparekey.factors._argon2 import MOST_TYPED

MOST_ROUNDS = 2_000_000
"""Of PBKDF2."""
MOST_KIB, MOST_KIB_PASSES, MOST_LANES = 256 * 1024, 1024 * 1024, 16
"""Of argon2."""
MOST_BCRYPT = 14
"""Two to this power are bcrypt's rounds."""
BCRYPT_BYTES = 72
"""bcrypt takes no more of a password; every server cut what was longer."""
MOST_SCRYPT_BYTES, MOST_SCRYPT_WORK = 256 * 1024 * 1024, 2**21
LEAST_HASH, LEAST_SALT, LEAST_ARGON2_SALT = 16, 4, 8
MOST_TEXT = 1000

_BASE64 = r"[A-Za-z0-9+/.]+={0,2}"
_SALT = r"[^$]{1,200}"


@dataclass(frozen=True)
class _Hash:
    """What a right password becomes, and how."""

    expected: bytes = field(repr=False)
    derive: Callable[[bytes], bytes]


def is_known(text: str) -> bool:
    """Can a password be checked with this, at a cost we bear?"""
    return _read(text) is not None


def is_match(text: str, password: str) -> bool:
    """Is this the password that was hashed? One derivation, whatever was typed; False for an unknown hash."""
    found = _read(text)
    if found is None:
        return False
    whole = password if len(password) <= MOST_TYPED else ""
    derived = found.derive(whole.encode("utf-8", "surrogatepass"))
    return hmac.compare_digest(derived, found.expected)


def _read(text: str) -> _Hash | None:
    if len(text) > MOST_TEXT:
        return None
    for pattern, read in _FORMS:
        if match := pattern.fullmatch(text):
            try:
                return read(*match.groups())
            except ValueError:  # Base64 of a wrong length
                return None
    return None


def _argon2(kind: str, version: str | None, cost: str, salt: str, value: str) -> _Hash | None:
    memory, passes, lanes = (int(part) for part in re.findall(r"\d+", cost))
    raw, expected = _base64(salt), _base64(value)
    is_bearable = 8 * lanes <= memory <= MOST_KIB and memory * passes <= MOST_KIB_PASSES
    is_version = version in (None, "16", "19")
    if not (is_bearable and is_version and passes and 1 <= lanes <= MOST_LANES):
        return None
    if len(raw) < LEAST_ARGON2_SALT or len(expected) < LEAST_HASH:
        return None
    derive = partial(
        hash_secret_raw,
        salt=raw,
        time_cost=passes,
        memory_cost=memory,
        parallelism=lanes,
        hash_len=len(expected),
        type=Type.ID if kind else Type.I,
        version=int(version or 16),
    )
    return _Hash(expected, derive)


def _bcrypt(text: str, cost: str, is_hashed_first: bool = False) -> _Hash | None:
    if not 4 <= int(cost) <= MOST_BCRYPT:
        return None

    def derive(password: bytes) -> bytes:
        import bcrypt  # noqa: PLC0415 -- loaded with the first of them

        before = sha256(password).hexdigest().encode() if is_hashed_first else password
        return bcrypt.hashpw(before[:BCRYPT_BYTES], text.encode())

    return _Hash(text.encode(), derive)


def _scrypt(cost: int, shape: tuple[str, str], salt: bytes, expected: bytes) -> _Hash | None:
    """`cost` is scrypt's N, `shape` its r and p (RFC 7914, section 2)."""
    r, p = (int(part) for part in shape)
    size = 128 * cost * r
    is_power = cost > 1 and not cost & (cost - 1)
    if not (is_power and r and p and size <= MOST_SCRYPT_BYTES and cost * r * p <= MOST_SCRYPT_WORK):
        return None
    if len(salt) < LEAST_SALT or len(expected) < LEAST_HASH:
        return None
    room = size + 128 * r * p + 1024 * 1024
    derive = partial(scrypt, salt=salt, n=cost, r=r, p=p, maxmem=room, dklen=len(expected))
    return _Hash(expected, derive)


def _pbkdf2(algorithm: str, rounds: str, salt: bytes, expected: bytes) -> _Hash | None:
    if not 1 <= int(rounds) <= MOST_ROUNDS or len(salt) < LEAST_SALT or len(expected) < LEAST_HASH:
        return None

    def derive(password: bytes) -> bytes:
        return pbkdf2_hmac(algorithm, password, salt, int(rounds), len(expected))

    return _Hash(expected, derive)


def _base64(text: str) -> bytes:
    """With or without padding, and with the dot that passlib writes for the plus sign."""
    plain = text.replace(".", "+").rstrip("=")
    return b64decode(plain + "=" * (-len(plain) % 4))


_Reader = Callable[..., _Hash | None]
_FORMS: tuple[tuple[re.Pattern[str], _Reader], ...] = tuple(
    (re.compile(pattern, re.ASCII), read)
    for pattern, read in (
        (
            rf"(?:argon2)?\$argon2i(d?)\$(?:v=(\d{{2}})\$)?"
            rf"(m=\d{{1,9}},t=\d{{1,9}},p=\d{{1,4}})\$({_BASE64})\$({_BASE64})",
            _argon2,
        ),
        (r"(?:bcrypt\$)?(\$2[aby]\$(\d\d)\$[./A-Za-z0-9]{21}[.Oeu][./A-Za-z0-9]{31})", _bcrypt),
        (
            r"bcrypt_sha256\$(\$2[aby]\$(\d\d)\$[./A-Za-z0-9]{21}[.Oeu][./A-Za-z0-9]{31})",
            partial(_bcrypt, is_hashed_first=True),
        ),
        (
            rf"\$scrypt\$ln=(\d{{1,2}}),r=(\d{{1,4}}),p=(\d{{1,4}})\$({_BASE64})\$({_BASE64})",
            lambda ln, r, p, salt, value: _scrypt(2 ** int(ln), (r, p), _base64(salt), _base64(value)),
        ),
        (
            rf"scrypt\$(\d{{1,9}})\$({_SALT})\$(\d{{1,4}})\$(\d{{1,4}})\$({_BASE64})",
            lambda n, salt, r, p, value: _scrypt(int(n), (r, p), salt.encode(), _base64(value)),
        ),
        (
            rf"scrypt:(\d{{1,9}}):(\d{{1,4}}):(\d{{1,4}})\$({_SALT})\$((?:[0-9a-f]{{2}})+)",
            lambda n, r, p, salt, value: _scrypt(int(n), (r, p), salt.encode(), bytes.fromhex(value)),
        ),
        (
            rf"\$pbkdf2(?:-(sha256|sha512))?\$(\d{{1,9}})\$({_BASE64})\$({_BASE64})",
            lambda name, rounds, salt, value: _pbkdf2(name or "sha1", rounds, _base64(salt), _base64(value)),
        ),
        (
            rf"pbkdf2_(sha1|sha256|sha512)\$(\d{{1,9}})\$({_SALT})\$({_BASE64})",
            lambda name, rounds, salt, value: _pbkdf2(name, rounds, salt.encode(), _base64(value)),
        ),
        (
            rf"pbkdf2:(sha1|sha256|sha512):(\d{{1,9}})\$({_SALT})\$((?:[0-9a-f]{{2}})+)",
            lambda name, rounds, salt, value: _pbkdf2(name, rounds, salt.encode(), bytes.fromhex(value)),
        ),
    )
)
