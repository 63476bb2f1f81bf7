"""Verifying what clients and this server signed (JWS, RFC 7515), with the signer's keys.

A statement counts only with an algorithm that its signer may use, never with what it says of itself (RFC 8725,
section 3.1). Parsed key sets are kept by their text: parsing one costs more than verifying.
"""

import json
from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any

from joserfc import jws
from joserfc.errors import JoseError
from joserfc.jwk import Key, KeySet, import_key
from joserfc.jws import JWSRegistry

MOST_KEYS = 20
_BROKEN = (JoseError, ValueError, TypeError, KeyError, AttributeError)
"""What hostile statements and keys make the library raise."""


def verify(text: str, keys: str, kid: str, algorithms: Sequence[str]) -> dict[str, Any] | None:
    """The claims, if one of these keys (a JWK set as JSON) signed them; None otherwise.

    `kid`: which of them says it did; empty: any may have.
    """
    for key in read_keys(keys):
        if not kid or kid == (key.kid or ""):
            found = _verified(text, key, algorithms)
            if found is not None:
                return found
    return None


def verify_with(text: str, key: Mapping[str, Any], algorithms: Sequence[str]) -> dict[str, Any] | None:
    """The claims, if this key (a public JWK) signed them; None otherwise."""
    try:
        imported = import_key(dict(key))
    except _BROKEN:
        return None
    return _verified(text, imported, algorithms)


def _verified(text: str, key: Key, algorithms: Sequence[str]) -> dict[str, Any] | None:
    registry = JWSRegistry(algorithms=list(algorithms), strict_check_header=False)
    try:
        claims = json.loads(jws.deserialize_compact(text, key, registry=registry).payload)
    except _BROKEN:
        return None
    return claims if isinstance(claims, dict) else None


@lru_cache(256)
def read_keys(text: str) -> tuple[Key, ...]:
    """The keys of a JWK set; none where it is not one."""
    try:
        keys = tuple(KeySet.import_key_set(json.loads(text)).keys)
    except _BROKEN:
        return ()
    return keys[:MOST_KEYS]
