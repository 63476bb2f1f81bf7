"""What this server signs (JWS, RFC 7515), and its keys (JWK, RFC 7517).

- A key is read once and kept: reading an RSA key costs more than a hundred signatures with it.
- A key on P-256 is made from drawn bytes. An RSA key cannot be: it comes from the operating system's random source.
- A key's id is its thumbprint (RFC 7638).
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from cryptography.hazmat.primitives.asymmetric import ec, rsa
from joserfc import jws
from joserfc.jwk import ECKey, JWKRegistry, Key, RSAKey
from joserfc.jws import JWSRegistry

from sparekey.core.clients import ALGORITHMS

SEED_BYTES = 48
_RSA_BITS = 2048
"""RFC 7518, section 3.3, asks for no less."""
_P256_ORDER = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551
_as_json = json.JSONEncoder(separators=(",", ":")).encode
_SIGNING = JWSRegistry(algorithms=ALGORITHMS)


@dataclass(frozen=True)
class SigningKey:
    """A key pair of this server, ready to sign."""

    id: str
    algorithm: str
    public: Mapping[str, Any]
    """The public half as a JWK."""
    key: Key = field(repr=False)


def make_key(algorithm: str, seed: bytes) -> str:
    """A new key pair as a JWK, private half and all. `seed`: for P-256; RSA takes none."""
    if algorithm == "RS256":
        made: Key = RSAKey.import_key(rsa.generate_private_key(65537, _RSA_BITS))
    else:
        secret = int.from_bytes(seed) % (_P256_ORDER - 1) + 1  # FIPS 186-5, A.2.1: 64 bits more than needed
        made = ECKey.import_key(ec.derive_private_key(secret, ec.SECP256R1()))
    return _as_json({**made.as_dict(private=True), "alg": algorithm})


def read_key(jwk: str) -> SigningKey:
    """A key pair of this server from the JWK that `make_key` gave."""
    raw = json.loads(jwk)
    key = JWKRegistry.import_key(raw)
    kid, algorithm = key.thumbprint(), str(raw["alg"])
    shown = {name: raw[name] for name in ("kty", "n", "e", "crv", "x", "y") if name in raw}
    return SigningKey(kid, algorithm, {**shown, "use": "sig", "alg": algorithm, "kid": kid}, key)


def sign(key: SigningKey, claims: Mapping[str, Any], typ: str = "JWT") -> str:
    """The claims as a signed statement. `typ` tells kinds of statements apart (RFC 8725, section 3.11)."""
    header = {"alg": key.algorithm, "kid": key.id, "typ": typ}
    return jws.serialize_compact(header, _as_json(claims), key.key, registry=_SIGNING)
