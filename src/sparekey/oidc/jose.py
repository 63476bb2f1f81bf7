"""Signed statements of others (RFC 7515): read before they are verified, and what may sign them.

`peek` decides nothing: it finds out whose key to verify with. Algorithms are an allow-list of public-key ones: never
`none`, and never a shared secret, with which a public key could be mistaken for one (RFC 8725, section 3.1).
"""

import hashlib
import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

ALGORITHMS = ("ES256", "PS256", "Ed25519", "RS256")
STRICT_ALGORITHMS = ("ES256", "PS256", "Ed25519")
"""FAPI 2.0 Security Profile, section 5.4.1: without PKCS #1 v1.5."""
AHEAD = timedelta(seconds=30)
"""How far ahead a client's clock may be: FAPI 2.0 Security Profile, section 5.3.2.1, asks for 10 s at least and for
60 s at most."""
LONGEST = 16_384
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MEMBERS = {"EC": ("crv", "kty", "x", "y"), "OKP": ("crv", "kty", "x"), "RSA": ("e", "kty", "n")}
PRIVATE = frozenset({"d", "p", "q", "dp", "dq", "qi", "oth", "k", "priv"})
"""What a public key never has (RFC 7518, section 6; `priv`: of post-quantum ones)."""


@dataclass(frozen=True)
class UsedId:
    """A statement that is good once: under which key it is remembered, and until when."""

    key: str
    expires_at: datetime


def peek(text: str) -> tuple[dict[str, Any], dict[str, Any]] | None:
    """Header and claims of a compact JWS, unverified; None for what is none."""
    parts = text.split(".")
    if len(text) > LONGEST or len(parts) != 3:
        return None
    header, claims = _object(parts[0]), _object(parts[1])
    return None if header is None or claims is None else (header, claims)


def _object(part: str) -> dict[str, Any] | None:
    try:
        found = json.loads(urlsafe_b64decode(part + "=" * (-len(part) % 4)))
    except (ValueError, RecursionError):
        return None
    return found if isinstance(found, dict) else None


def base64url(raw: bytes) -> str:
    """Without padding (RFC 7515, section 2)."""
    return urlsafe_b64encode(raw).rstrip(b"=").decode()


def is_public_key(jwk: object) -> bool:
    """A key pair's public half with everything that its kind needs, as text."""
    if not isinstance(jwk, dict) or PRIVATE & jwk.keys():
        return False
    members = _MEMBERS.get(str(jwk.get("kty")))
    return members is not None and all(isinstance(jwk.get(name), str) and jwk[name] for name in members)


def thumbprint(jwk: Mapping[str, Any]) -> str:
    """Of a public key (RFC 7638, section 3)."""
    members = {name: jwk[name] for name in _MEMBERS[jwk["kty"]]}
    plain = json.dumps(members, separators=(",", ":"), sort_keys=True)
    return base64url(hashlib.sha256(plain.encode()).digest())


def moment_of(claims: Mapping[str, Any], name: str) -> datetime | None:
    """A claim that is a NumericDate (RFC 7519, section 2), as a time; None where it is none."""
    value = claims.get(name)
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value < 1 << 33:
        return None
    return _EPOCH + timedelta(seconds=value)


def used_id(*parts: str, expires_at: datetime) -> UsedId:
    """The parts with their lengths, so that no two lists of parts are remembered alike."""
    plain = "".join(f"{len(part)}:{part}" for part in parts)
    return UsedId(hashlib.sha256(plain.encode("utf-8", "surrogatepass")).hexdigest(), expires_at)
