"""What stands behind an access token: who somebody is (userinfo), and whether it is good (introspection, RFC 7662).

Introspection is for apps that have a secret or a key, and about tokens that were given to apps of the same account:
an API is one of the account's apps, and the app that calls it another. About any other token it says the same as
about one that never was. A refresh token is only its own app's to ask about.
"""

from datetime import datetime
from typing import Any

from sqlalchemy import Connection

from sparekey.core.clients import Client, Kind, Login
from sparekey.core.tokens import TokenKind
from sparekey.errors import ProtocolRefused
from sparekey.flows._work import hashed
from sparekey.flows.context import Context
from sparekey.flows.oidc.callers import Call, key_of, known, recalled, told, use_key
from sparekey.flows.oidc.subjects import subject_of
from sparekey.oidc import claims
from sparekey.store.oidc import tokens
from sparekey.store.oidc.tokens import Whole

_DEAD: dict[str, Any] = {"active": False}


def _invalid_token() -> ProtocolRefused:
    return ProtocolRefused("invalid_token", "The access token has ended, or never was", 401)


def userinfo(ctx: Context, call: Call, scheme: str, access_token: str) -> dict[str, Any]:
    """The claims about whoever gave this token (OpenID Connect Core 1.0, section 5.3)."""
    now = ctx.moment().at
    whole = _recalled(ctx, access_token)
    if whole is None or whole.token.kind is not TokenKind.ACCESS or not whole.is_good(now):
        raise _invalid_token()
    _demand_key(ctx, call, whole, scheme, access_token)
    if "openid" not in whole.token.scopes:
        raise ProtocolRefused("insufficient_scope", "The token is not for the scope openid", 403)
    grant = whole.grant
    asked = claims.requested(grant.claims, "userinfo")
    return claims.userinfo(whole.token.scopes, asked, whole.member, subject_of(ctx, whole))


def _demand_key(ctx: Context, call: Call, whole: Whole, scheme: str, access_token: str) -> None:
    """A bound token is nothing without its key, and is never taken for one that anybody may bear (RFC 9449, 7.2)."""
    bound = whole.token.jkt
    if bool(bound) != (scheme == "dpop"):
        raise _invalid_token()
    if not bound:
        return
    key = key_of(ctx, call, ctx.moment().at, access_token)
    if key is None or key.jkt != bound:
        raise _invalid_token()
    ctx.db.write(lambda conn: use_key(conn, key))


def introspect(ctx: Context, call: Call) -> dict[str, Any]:
    """Whether a token is good, and for what."""
    moment = ctx.moment()

    def look(conn: Connection, client: Client) -> dict[str, Any]:
        return _told(ctx, client, tokens.find(conn, hashed(_asked_about(call, client))), moment.at)

    return told(ctx, call, moment, look)


def peek(ctx: Context, call: Call) -> dict[str, Any]:
    """The same for a client with a secret, without writing down who could not prove who it is."""
    now = ctx.moment().at
    client = known(recalled(ctx, call), call, now)
    return _told(ctx, client, _recalled(ctx, _asked_about(call, client)), now)


def _recalled(ctx: Context, shown: str) -> Whole | None:
    """Apps ask about one token again and again."""
    key = hashed(shown)
    return ctx.db.recall(("token", key), lambda conn: tokens.find(conn, key))


def _asked_about(call: Call, client: Client) -> str:
    if client.login is Login.NONE or client.kind is not Kind.SERVER:
        raise ProtocolRefused("unauthorized_client", "Only an app with a secret or a key may ask", 403)
    shown = call.form.get("token", "")
    if not shown:
        raise ProtocolRefused("invalid_request", "token is missing")
    return shown


def _told(ctx: Context, client: Client, whole: Whole | None, now: datetime) -> dict[str, Any]:
    if whole is None:
        return _DEAD
    token, grant = whole.token, whole.grant
    is_own = grant.client_id == client.id
    is_for_them = is_own or (token.kind is TokenKind.ACCESS and grant.account_id == client.account_id)
    if not is_for_them or not whole.is_good(now):
        return _DEAD
    said: dict[str, Any] = {
        "active": True,
        "scope": " ".join(token.scopes),
        "client_id": grant.client_id,
        "token_type": "DPoP" if token.jkt else "Bearer",
        "exp": int(token.expires_at.timestamp()),
        "iat": int(token.created_at.timestamp()),
        "sub": subject_of(ctx, whole),
        "aud": grant.client_id,
        "iss": ctx.issuer,
        "acr": grant.acr,
        "amr": grant.amr,
        "auth_time": int(grant.auth_time.timestamp()),
    }
    if token.jkt:
        said["cnf"] = {"jkt": token.jkt}
    return said
