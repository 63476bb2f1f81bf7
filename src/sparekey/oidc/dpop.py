"""Tokens that are bound to a key (DPoP, RFC 9449): a stolen one opens nothing without it.

A proof is a statement signed with the key that it carries, about one request: method, address, time, and for an
access token its hash. Each is good once. A proof is looked at twice: its header before the signature is verified, its
claims after.
"""

import hashlib
import hmac
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

from sparekey.errors import ProtocolRefused
from sparekey.oidc.jose import (
    AHEAD,
    STRICT_ALGORITHMS,
    UsedId,
    base64url,
    is_public_key,
    moment_of,
    peek,
    thumbprint,
    used_id,
)

ALGORITHMS = STRICT_ALGORITHMS
LIFE = timedelta(seconds=60)
"""How old a proof may be (section 11.1: seconds or minutes)."""
_LONGEST_ID = 256
_PORTS = {"https": 443, "http": 80}


@dataclass(frozen=True)
class Request:
    """What a proof must be about."""

    method: str
    url: str
    token: str = field(default="", repr=False)
    """The access token that it comes with, at a resource; empty: none."""


def refused(description: str) -> ProtocolRefused:
    return ProtocolRefused("invalid_dpop_proof", description)


def key_of(proof: str) -> dict[str, Any]:
    """The public key that a proof must verify with, from its header."""
    found = peek(proof)
    if found is None:
        raise refused("The DPoP header is no signed statement")
    header = found[0]
    if header.get("typ") != "dpop+jwt":
        raise refused("typ of the proof is not dpop+jwt")
    if header.get("alg") not in ALGORITHMS:
        raise refused("alg of the proof is not taken here")
    key: object = header.get("jwk")
    if not isinstance(key, dict) or not is_public_key(key):
        raise refused("jwk of the proof is no public key")
    return key


def check(key: Mapping[str, Any], claims: Mapping[str, Any], request: Request, now: datetime) -> UsedId:
    """The claims of a proof whose signature was right; gives what makes it good once (section 4.3)."""
    if claims.get("htm") != request.method:
        raise refused("htm of the proof is another method")
    if _plain(claims.get("htu")) != _plain(request.url):
        raise refused("htu of the proof is another address")
    issued_at = moment_of(claims, "iat")
    if issued_at is None or not now - LIFE <= issued_at <= now + AHEAD:
        raise refused("iat of the proof is not of now")
    if request.token and not _is_hash(claims.get("ath"), request.token):
        raise refused("ath of the proof is of another token")
    own = claims.get("jti")
    if not isinstance(own, str) or not 0 < len(own) <= _LONGEST_ID:
        raise refused("The proof needs a jti")
    return used_id("dpop", thumbprint(key), own, expires_at=issued_at + LIFE + AHEAD)


def _plain(address: object) -> tuple[str, str, int, str] | None:
    """An address without query and fragment, compared as RFC 3986, section 6.2.2 and 6.2.3, says."""
    try:
        parts = urlsplit(address if isinstance(address, str) else "")
        port = parts.port or _PORTS.get(parts.scheme, 0)
    except ValueError:
        return None
    return (parts.scheme, parts.hostname, port, parts.path or "/") if parts.hostname else None


def _is_hash(given: object, token: str) -> bool:
    expected = base64url(hashlib.sha256(token.encode("utf-8", "surrogatepass")).digest()).encode()
    return isinstance(given, str) and hmac.compare_digest(given.encode("utf-8", "surrogatepass"), expected)
