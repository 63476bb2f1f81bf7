"""Leaving an app and this server together (OpenID Connect RP-Initiated Logout 1.0, Back-Channel Logout 1.0).

- An app may send somebody here to sign out. They are sent back only where the app proves with an ID token of ours,
  however old, for whom it speaks, and to an address that is registered letter by letter. Everything else ends on a
  page of this server: an address made up by an attacker sends nobody on from here.
- Nobody is signed out by an address alone (OWASP ASVS 5.0, 10.6.2): the ID token must be of the very session that is
  to end, or the person is asked.
- An app that gave an address for it is told when a session ends, by a statement that is good for two minutes.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sparekey.core.clients import Client
from sparekey.oidc.addresses import with_query

LOGOUT_TOKEN_LIFE = timedelta(minutes=2)
LOGOUT_TYPE = "logout+jwt"
LARGEST = 8000
"""Characters of a request."""
_EVENT = "http://schemas.openid.net/event/backchannel-logout"
_KNOWN = ("id_token_hint", "client_id", "post_logout_redirect_uri", "state")
Claims = Mapping[str, Any]


@dataclass(frozen=True)
class Asked:
    """What an app sends somebody with. `trouble`: why nothing of it counts."""

    hint: str = ""
    client_id: str = ""
    back: str = ""
    state: str = ""
    trouble: str = ""


@dataclass(frozen=True)
class Wish:
    """What of it counts."""

    client: Client | None = None
    session: str = ""
    """The session that the app means."""
    back: str = ""
    """Where the browser goes on to; empty: nowhere."""
    trouble: str = ""
    """What is wrong with the request, in words for whoever builds the app."""


def read(pairs: Iterable[tuple[str, str]]) -> Asked:
    """The parameters that mean something here. One that comes twice means nothing (RFC 6749, section 3.1)."""
    found: dict[str, str] = {}
    for name, value in pairs:
        if name not in _KNOWN or not value:
            continue
        if name in found:
            return Asked(trouble=f"{name} came twice")
        found[name] = value
    if sum(map(len, found.values())) > LARGEST or any("\x00" in value for value in found.values()):
        return Asked(trouble="The request is too large or no text")
    hint, client_id, back, state = (found.get(name, "") for name in _KNOWN)
    return Asked(hint, client_id, back, state)


def client_named(claims: Claims | None, issuer: str) -> str:
    """Whose ID token this is, once its signature was found to be ours; empty for anything else that we signed."""
    if claims is None or claims.get("iss") != issuer or "events" in claims:
        return ""
    named = claims.get("aud")
    return named if isinstance(named, str) and isinstance(claims.get("sid"), str) else ""


def wish(asked: Asked, claims: Claims | None, client: Client | None) -> Wish:
    """What counts of a request. `claims`: of its ID token, verified; `client`: whose that is, None: nobody's."""
    if asked.trouble:
        return Wish(trouble=asked.trouble)
    if not asked.hint:
        return Wish(trouble="id_token_hint is missing" if asked.back else "")
    if claims is None or client is None:
        return Wish(trouble="id_token_hint is not an ID token of this server")
    if asked.client_id not in {"", client.id}:
        return Wish(trouble="client_id is not whom the ID token is for")
    session = str(claims["sid"])
    if asked.back and asked.back not in client.logout_uris:
        return Wish(client, session, trouble="post_logout_redirect_uri is not registered for this client")
    has_state = asked.back and asked.state
    return Wish(client, session, with_query(asked.back, {"state": asked.state}) if has_state else asked.back)


@dataclass(frozen=True)
class Ended:
    """A session that ended, as one app is told of it."""

    client_id: str
    sub: str
    session: str


def logout_token(ended: Ended, issuer: str, jti: str, now: datetime) -> dict[str, object]:
    """The claims of a logout token (Back-Channel Logout 1.0, section 2.4): never with a nonce."""
    return {
        "iss": issuer,
        "sub": ended.sub,
        "aud": ended.client_id,
        "iat": int(now.timestamp()),
        "exp": int((now + LOGOUT_TOKEN_LIFE).timestamp()),
        "jti": jti,
        "events": {_EVENT: {}},
        "sid": ended.session,
    }
