"""Signed statements (JWS, RFC 7515) and the keys for them (JWK, RFC 7517).

- Only the algorithms that a caller names are taken, never what a statement says of itself (RFC 8725, section 3.1);
  `none` and the symmetric ones are never among them.
- A key is read once and kept: reading an RSA key costs more than a hundred signatures with it.
- A key on P-256 is made from drawn bytes. An RSA key cannot be: it comes from the operating system's random source.
- A key's id is its thumbprint (RFC 7638).
"""

import json
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

from cryptography.hazmat.primitives.asymmetric import ec, rsa
from joserfc import jws
from joserfc.errors import JoseError
from joserfc.jwk import ECKey, JWKRegistry, Key, RSAKey
from joserfc.jws import JWSRegistry

ALGORITHMS = ("RS256", "ES256")
"""What this server signs with."""
FOREIGN = ("ES256", "PS256", "RS256")
"""What apps may sign with."""
SEED_BYTES = 48
_RSA_BITS = 2048
"""RFC 7518, section 3.3, asks for no less."""
_P256_ORDER = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551
_LARGEST = 32 * 1024
_ODD = (JoseError, ValueError, TypeError, KeyError, AttributeError, RecursionError)
"""What hostile keys and statements make the library raise."""
_as_json = json.JSONEncoder(separators=(",", ":")).encode


class _Registry(JWSRegistry):
    """A key in the header (RFC 9449) takes more room than the library allows by itself."""

    max_header_length = 4096


_SIGNING = _Registry(algorithms=ALGORITHMS)


class Unsigned(Exception):
    """Not signed by whom it should be, or no signed statement at all."""


@dataclass(frozen=True)
class Signed:
    """A statement whose signature is right."""

    header: Mapping[str, Any]
    claims: Mapping[str, Any]


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


def verify(text: str, jwks: str, algorithms: Collection[str] = FOREIGN) -> Signed:
    """A statement signed by one of these public keys (a JWK set, or one JWK); raises `Unsigned`."""
    found = _opened_header(text)
    kid = found.get("kid")
    for key in read_public(jwks):
        if kid is None or key.kid is None or key.kid == kid:
            try:
                return _verified(text, key, algorithms)
            except Unsigned:
                continue
    raise Unsigned()


def verify_by_own_key(text: str, algorithms: Collection[str] = FOREIGN) -> tuple[Signed, str]:
    """A statement that carries its own public key in `jwk`, and that key's thumbprint (RFC 9449, section 4.2)."""
    jwk = _opened_header(text).get("jwk")
    keys = read_public(_as_json(jwk)) if isinstance(jwk, dict) else ()
    if len(keys) != 1 or (isinstance(jwk, dict) and "keys" in jwk):
        raise Unsigned()
    return _verified(text, keys[0], algorithms), keys[0].thumbprint()


@lru_cache(maxsize=256)
def read_public(jwks: str) -> tuple[Key, ...]:
    """The public keys of a JWK set or of one JWK, for signatures; raises `Unsigned` for what holds a private half,
    a symmetric key or none at all.
    """
    try:
        read = json.loads(jwks)
        raws = read.get("keys", [read])
        keys = tuple(JWKRegistry.import_key(dict(raw)) for raw in raws)
    except _ODD:
        raise Unsigned() from None
    if not keys or not all(isinstance(key, (ECKey, RSAKey)) and not key.is_private for key in keys):
        raise Unsigned()
    return keys


def _opened_header(text: str) -> dict[str, Any]:
    if len(text) > _LARGEST or not text.isascii():
        raise Unsigned()
    try:
        return dict(jws.extract_compact(text.encode(), registry=_Registry()).headers())
    except _ODD:
        raise Unsigned() from None


def _verified(text: str, key: Key, algorithms: Collection[str]) -> Signed:
    try:
        opened = jws.deserialize_compact(text, key, registry=_Registry(algorithms=algorithms))
        claims = json.loads(opened.payload)
    except _ODD:
        raise Unsigned() from None
    if not isinstance(claims, dict):
        raise Unsigned()
    return Signed(opened.headers(), claims)
