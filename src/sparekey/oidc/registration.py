"""What an app says of itself when it adds itself (RFC 7591; OpenID Connect Registration 1.0).

It asks for people by code alone, with PKCE and their consent, and gets nothing that an owner would not give: no
grants or response types beyond those that there are. What is not known here is left away, as section 2 says; what is
known and cannot be done is refused.
"""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from sparekey.core.clients import Kind, Login
from sparekey.errors import ProtocolRefused
from sparekey.oidc.jose import is_public_key

LOGINS = {
    "client_secret_basic": Login.SECRET,
    "client_secret_post": Login.SECRET,
    "private_key_jwt": Login.KEY,
    "none": Login.NONE,
}
_SIGNING = ("RS256", "ES256")
_GRANTS = frozenset({"authorization_code", "refresh_token"})
_LOCAL = frozenset({"localhost", "127.0.0.1", "::1"})
_ADDRESS = re.compile(r"[\x21-\x7e]{1,2000}")
_MOST_ADDRESSES, _MOST_KEYS, _LONGEST_NAME = 20, 20, 80


@dataclass(frozen=True)
class Wanted:
    """An app as it may be added."""

    name: str
    kind: Kind
    login: Login
    redirect_uris: tuple[str, ...]
    logout_uris: tuple[str, ...]
    backchannel_uri: str
    homepage: str
    algorithm: str
    is_pairwise: bool
    keys: str


def read(said: Mapping[str, Any]) -> Wanted:
    """The metadata, checked; `invalid_redirect_uri` or `invalid_client_metadata` for what cannot be."""
    login = LOGINS.get(_text(said, "token_endpoint_auth_method", "client_secret_basic"))
    if login is None:
        raise _refused("token_endpoint_auth_method is not known here")
    if not set(_texts(said, "grant_types", ["authorization_code"])) <= _GRANTS:
        raise _refused("grant_types may be authorization_code and refresh_token")
    if _texts(said, "response_types", ["code"]) != ("code",):
        raise _refused("response_types may be code alone")
    algorithm = _text(said, "id_token_signed_response_alg", "RS256")
    if algorithm not in _SIGNING:
        raise _refused("id_token_signed_response_alg is not known here")
    subject = _text(said, "subject_type", "public")
    if subject not in {"public", "pairwise"}:
        raise _refused("subject_type is not known here")
    return Wanted(
        name=" ".join(_text(said, "client_name", "App").split())[:_LONGEST_NAME] or "App",
        kind=Kind.PUBLIC if login is Login.NONE else Kind.SERVER,
        login=login,
        redirect_uris=_redirects(said),
        logout_uris=tuple(_address(one) for one in _texts(said, "post_logout_redirect_uris", [])),
        backchannel_uri=_optional(said, "backchannel_logout_uri"),
        homepage=_optional(said, "client_uri"),
        algorithm=algorithm,
        is_pairwise=subject == "pairwise",
        keys=_keys(said) if login is Login.KEY else "",
    )


def _refused(description: str) -> ProtocolRefused:
    return ProtocolRefused("invalid_client_metadata", description)


def _redirects(said: Mapping[str, Any]) -> tuple[str, ...]:
    try:
        found = tuple(dict.fromkeys(_address(one) for one in _texts(said, "redirect_uris", [])))
    except ProtocolRefused as refusal:
        raise ProtocolRefused("invalid_redirect_uri", refusal.description) from None
    if not found:
        raise ProtocolRefused("invalid_redirect_uri", "redirect_uris is missing")
    return found


def _address(text: str) -> str:
    """Encrypted all the way, or to the very machine that the app runs on (RFC 9700, section 2.6)."""
    try:
        parts = urlsplit(text)
        is_right = bool(parts.hostname) and parts.port != 0 and "#" not in text and "@" not in parts.netloc
    except ValueError:
        raise _refused("An address cannot be read") from None
    is_safe = parts.scheme == "https" or (parts.scheme == "http" and parts.hostname in _LOCAL)
    if not (is_right and is_safe and _ADDRESS.fullmatch(text)):
        raise _refused("Addresses must begin with https and have no fragment")
    return text


def _optional(said: Mapping[str, Any], name: str) -> str:
    text = _text(said, name, "")
    return _address(text) if text else ""


def _keys(said: Mapping[str, Any]) -> str:
    keys = said.get("jwks")
    found = keys.get("keys") if isinstance(keys, dict) else None
    if not isinstance(found, list) or not 0 < len(found) <= _MOST_KEYS:
        raise _refused("private_key_jwt needs jwks with public keys; jwks_uri is not read")
    if not all(is_public_key(one) for one in found):
        raise _refused("jwks may hold public keys alone")
    return json.dumps({"keys": found}, separators=(",", ":"))


def _text(said: Mapping[str, Any], name: str, otherwise: str) -> str:
    found = said.get(name, otherwise)
    if not isinstance(found, str) or "\x00" in found:
        raise _refused(f"{name} must be text")
    return found


def _texts(said: Mapping[str, Any], name: str, otherwise: list[str]) -> tuple[str, ...]:
    found = said.get(name, otherwise)
    if not isinstance(found, list) or len(found) > _MOST_ADDRESSES:
        raise _refused(f"{name} must be a list of at most {_MOST_ADDRESSES}")
    if not all(isinstance(one, str) for one in found):
        raise _refused(f"{name} must hold text")
    return tuple(found)
