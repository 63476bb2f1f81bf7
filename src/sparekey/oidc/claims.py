"""What apps are told of a person (OpenID Connect Core 1.0, sections 2, 5.1 and 5.4).

- The ID token says who signed in, how and when; names and addresses are for the userinfo endpoint, unless the
  `claims` parameter asks for them in the ID token (section 5.5).
- A scope without a matching value gives nothing: nobody's postal address or telephone number is told to apps.
- `recovered_at` stands in ID tokens for 72 hours after somebody was let back in, so that an app may wait with what
  cannot be undone.
- A pairwise subject (section 8.1) belongs to one client and stays what it is when that client moves to another host.
"""

import hashlib
import hmac
import json
from collections.abc import Callable, Iterable, Mapping
from datetime import datetime, timedelta
from functools import lru_cache
from types import MappingProxyType
from typing import TypedDict, Unpack

from sparekey.core.clients import RECOVERED_FOR, Client, Grant
from sparekey.core.people import Member
from sparekey.oidc.jose import base64url

ID_TOKEN_LIFE = timedelta(minutes=10)
SCOPES = ("openid", "profile", "email", "address", "phone", "roles", "offline_access")
OF_SCOPE: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "profile": ("name", "preferred_username", "locale"),
        "email": ("email", "email_verified"),
        "roles": ("roles",),
    }
)
_VALUES: Mapping[str, Callable[[Member], object]] = MappingProxyType(
    {
        "name": lambda member: member.name,
        "preferred_username": lambda member: member.username,
        "locale": lambda member: member.language.value,
        "email": lambda member: member.email,
        "email_verified": lambda _: True,
        "roles": lambda member: [member.role.value],
    }
)
ABOUT_PEOPLE = tuple(_VALUES)
"""The claims that can be asked for by name."""


def subject(client: Client, member_id: str, key: bytes) -> str:
    """Whom an app is told of: the person's id, or for a pairwise client a name that no other client hears."""
    if not client.is_pairwise:
        return member_id
    digest = hmac.new(key, f"{client.id}|{member_id}".encode(), hashlib.sha256).digest()
    return base64url(digest)


class Told(TypedDict):
    """Who tells it, and whom the app hears of."""

    issuer: str
    sub: str


def id_token(
    grant: Grant, client: Client, member: Member, now: datetime, **about: Unpack[Told]
) -> dict[str, object]:
    """The claims of an ID token (section 2)."""
    told: dict[str, object] = {
        **_told(member, requested(grant.claims, "id_token")),
        "iss": about["issuer"],
        "sub": about["sub"],
        "aud": client.id,
        "exp": _seconds(now + ID_TOKEN_LIFE),
        "iat": _seconds(now),
        "auth_time": _seconds(grant.auth_time),
        "acr": grant.acr,
        "sid": grant.session_id,
    }
    if grant.amr:
        told["amr"] = list(grant.amr)
    if grant.nonce:
        told["nonce"] = grant.nonce
    if member.recovered_at is not None and now < member.recovered_at + RECOVERED_FOR:
        told["recovered_at"] = _seconds(member.recovered_at)
    return told


def _seconds(at: datetime) -> int:
    return int(at.timestamp())


def userinfo(scopes: Iterable[str], requested: Iterable[str], member: Member, sub: str) -> dict[str, object]:
    """What the userinfo endpoint answers (section 5.3.2). `requested`: claims asked for by name."""
    names = [name for scope in scopes for name in OF_SCOPE.get(scope, ())]
    return {"sub": sub, **_told(member, (*names, *requested))}


def _told(member: Member, names: Iterable[str]) -> dict[str, object]:
    return {name: _VALUES[name](member) for name in names if name in _VALUES}


@lru_cache(maxsize=256)
def requested(claims: str, place: str) -> tuple[str, ...]:
    """The names that a checked `claims` parameter asks for at `place`: `userinfo` or `id_token`."""
    return tuple(json.loads(claims).get(place) or ()) if claims else ()


def scopes_in(text: str) -> tuple[str, ...]:
    """The scopes of a request that are known here, each once; what is not known is passed over (RFC 6749, 3.3)."""
    wanted = text.split()
    return tuple(scope for scope in SCOPES if scope in wanted)


def asked_scopes(scopes: Iterable[str], claims: str) -> tuple[str, ...]:
    """The scopes, with those whose claims are asked for by name: what a person is asked to agree to."""
    named = {*requested(claims, "userinfo"), *requested(claims, "id_token")}
    wanted = {*scopes, *(scope for scope, names in OF_SCOPE.items() if named & set(names))}
    return tuple(scope for scope in SCOPES if scope in wanted)
