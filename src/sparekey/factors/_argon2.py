"""The password hash: argon2id behind a keyed operation.

- The PHC string keeps algorithm, cost and salt with each hash, so that a cost can be raised later (NIST SP
  800-63B-4, section 3.1.1.2; OWASP ASVS 5.0, appendix C). The salt is 16 bytes (RFC 9106, section 3.1).
- Text is brought to NFC and UTF-8 first, so that one text typed on two keyboards is one password; then
  HMAC-SHA-256 under a key that a copy of the database doesn't hold, where there is one.
- Every call of `is_match` costs one hash of the kept cost, whatever was typed: 1 MB, NUL or half a
  surrogate pair.
"""

import hmac
from base64 import b64encode
from unicodedata import normalize

from argon2 import Type, extract_parameters
from argon2.exceptions import VerifyMismatchError
from argon2.low_level import hash_secret, verify_secret

from sparekey.core.contract import MOST_PASSWORD, Hashing

SALT_BYTES = 16
HASH_BYTES = 32
MOST_TYPED = 4 * MOST_PASSWORD
"""NFC never makes a text shorter than a quarter. Longer ones are not normalised: it can take square time."""


def hash_text(text: str, salt: bytes, hashing: Hashing) -> str:
    """The PHC string to keep."""
    keyed = _keyed(text, hashing)
    phc = hash_secret(
        keyed, salt, hashing.passes, hashing.memory_kib, hashing.lanes, hash_len=HASH_BYTES, type=Type.ID
    )
    return phc.decode()


def is_match(phc: str, text: str, hashing: Hashing) -> bool:
    """Is this the text that was hashed?"""
    try:
        return verify_secret(phc.encode(), _keyed(text, hashing), Type.ID)
    except VerifyMismatchError:
        return False


def needs_rehash(phc: str, hashing: Hashing) -> bool:
    """Was it hashed at another cost than today's?"""
    kept = extract_parameters(phc)
    return (kept.memory_cost, kept.time_cost, kept.parallelism) != (
        hashing.memory_kib,
        hashing.passes,
        hashing.lanes,
    )


def unmatched(hashing: Hashing) -> str:
    """A PHC string of today's cost whose hash is all zeros: checking it takes its time and is never right."""
    cost = f"m={hashing.memory_kib},t={hashing.passes},p={hashing.lanes}"
    return f"$argon2id$v=19${cost}${_unpadded(bytes(SALT_BYTES))}${_unpadded(bytes(HASH_BYTES))}"


def _keyed(text: str, hashing: Hashing) -> bytes:
    whole = text if len(text) <= MOST_TYPED else ""
    plain = normalize("NFC", whole).encode("utf-8", "surrogatepass")
    return hmac.digest(hashing.pepper, plain, "sha256") if hashing.pepper else plain


def _unpadded(raw: bytes) -> str:
    return b64encode(raw).decode().rstrip("=")
