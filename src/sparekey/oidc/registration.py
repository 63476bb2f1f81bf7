"""What an app says of itself when it adds itself (RFC 7591; OpenID Connect Registration 1.0).

It asks for people by code alone, with PKCE and their consent, and gets nothing that an owner would not give: no
grants or response types beyond those that there are. What is not known here is left away, as section 2 says; what is
known and cannot be done is refused.
"""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, TypeVar

from sparekey.core.clients import ALGORITHMS, Kind, Login
from sparekey.core.people import read_name
from sparekey.errors import BadInput, ProtocolRefused
from sparekey.oidc import particulars
from sparekey.oidc.client_proof import LOGINS

GRANTS = ("authorization_code", "refresh_token")
"""What it may ask to get tokens for."""
_LONGEST_NAME = 80
T = TypeVar("T")


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
    if not set(_texts(said, "grant_types", ["authorization_code"])) <= set(GRANTS):
        raise _refused(f"grant_types may be {' and '.join(GRANTS)}")
    if _texts(said, "response_types", ["code"]) != ("code",):
        raise _refused("response_types may be code alone")
    algorithm = _text(said, "id_token_signed_response_alg", ALGORITHMS[0])
    if algorithm not in ALGORITHMS:
        raise _refused("id_token_signed_response_alg is not known here")
    subject = _text(said, "subject_type", "public")
    if subject not in {"public", "pairwise"}:
        raise _refused("subject_type is not known here")
    kind = Kind.PUBLIC if login is Login.NONE else Kind.SERVER
    after = _texts(said, "post_logout_redirect_uris", [])
    told, homepage = _text(said, "backchannel_logout_uri", ""), _text(said, "client_uri", "")
    return Wanted(
        name=_name(said),
        kind=kind,
        login=login,
        redirect_uris=_redirects(said, kind),
        logout_uris=_checked(lambda: particulars.read_logout_addresses("\n".join(after), kind)),
        backchannel_uri=_checked(lambda: particulars.read_backchannel(told)),
        homepage=_checked(lambda: particulars.read_homepage(homepage)),
        algorithm=algorithm,
        is_pairwise=subject == "pairwise",
        keys=_keys(said) if login is Login.KEY else "",
    )


def _refused(description: str) -> ProtocolRefused:
    return ProtocolRefused("invalid_client_metadata", description)


def _redirects(said: Mapping[str, Any], kind: Kind) -> tuple[str, ...]:
    """As an owner could have typed them."""
    try:
        texts = _texts(said, "redirect_uris", [])
        return _checked(lambda: particulars.read_redirects("\n".join(texts), kind))
    except ProtocolRefused as refusal:
        raise ProtocolRefused("invalid_redirect_uri", refusal.description) from None


def _checked(read: Callable[[], T]) -> T:
    """What an owner would be told, in the words of this protocol."""
    try:
        return read()
    except BadInput as wrong:
        raise _refused(f"{wrong.field}: {wrong.sentence}") from None


def _name(said: Mapping[str, Any]) -> str:
    """As people read it when they are asked to agree: nothing in it may hide or turn what stands around it."""
    text = " ".join(_text(said, "client_name", "").split())[:_LONGEST_NAME]
    return _checked(lambda: read_name(text or "App", "client_name"))


def _keys(said: Mapping[str, Any]) -> str:
    keys = said.get("jwks")
    if not isinstance(keys, dict):
        raise _refused("private_key_jwt needs jwks with public keys; jwks_uri is not read")
    return _checked(lambda: particulars.read_keys(json.dumps(keys)))


def _text(said: Mapping[str, Any], name: str, otherwise: str) -> str:
    found = said.get(name, otherwise)
    if not isinstance(found, str) or "\x00" in found:
        raise _refused(f"{name} must be text")
    return found


def _texts(said: Mapping[str, Any], name: str, otherwise: list[str]) -> tuple[str, ...]:
    found = said.get(name, otherwise)
    if not isinstance(found, list) or not all(isinstance(one, str) and one.split() == [one] for one in found):
        raise _refused(f"{name} must be a list of texts without spaces")
    return tuple(found)
