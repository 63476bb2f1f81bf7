"""Proof Key for Code Exchange (RFC 7636): whoever brings a code back is whoever asked for it.

S256 alone: `plain` shows the verifier to whoever reads the request. A verifier for a code that was asked for without
a challenge is refused too: otherwise an attacker could take the challenge out of the request and nobody would notice
(RFC 9700, section 4.8.2).
"""

import hashlib
import hmac
import re

from sparekey.errors import ProtocolRefused
from sparekey.oidc.jose import base64url

_VERIFIER = re.compile(r"[A-Za-z0-9\-._~]{43,128}")
_CHALLENGE = re.compile(r"[A-Za-z0-9\-_]{43}")


def is_challenge(text: str) -> bool:
    """A SHA-256 in base64url (section 4.2)."""
    return _CHALLENGE.fullmatch(text) is not None


def challenge_of(verifier: str) -> str:
    return base64url(hashlib.sha256(verifier.encode()).digest())


def demand(challenge: str, verifier: str) -> None:
    """`invalid_grant` unless both are there and fit, or neither is there."""
    if not challenge and not verifier:
        return
    if not challenge:
        raise ProtocolRefused("invalid_grant", "The code was asked for without code_challenge")
    if not verifier:
        raise ProtocolRefused("invalid_grant", "code_verifier is missing")
    if not _VERIFIER.fullmatch(verifier) or not hmac.compare_digest(challenge, challenge_of(verifier)):
        raise ProtocolRefused("invalid_grant", "code_verifier does not fit")
