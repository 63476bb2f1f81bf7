"""The token endpoint: a code, a refresh token or a device's code, and what it is exchanged for.

Everything that is spent and everything that is given is written in one unit; the ID token is signed after it. A code
that comes twice ends what was given for it (RFC 9700, section 4.5): one of the two was not the client.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sparekey.core.clients import ACCESS_LIFE, Client, ClientId, Grant, Kind, Login
from sparekey.core.contract import Moment
from sparekey.core.events.apps import GrantEnded
from sparekey.core.tokens import Token, TokenKind
from sparekey.errors import ProtocolRefused
from sparekey.flows._work import Work, hashed, token
from sparekey.flows.context import Context
from sparekey.flows.oidc import keys
from sparekey.flows.oidc.callers import Call, Key, answered, key_of, use_key
from sparekey.flows.oidc.subjects import subject
from sparekey.oidc import claims, device, dpop, pkce, rotation
from sparekey.oidc.discovery import GRANT_TYPES
from sparekey.oidc.rotation import Shown, Turn
from sparekey.store.oidc import devices, grants, tokens
from sparekey.store.oidc.tokens import Given

_GONE = "This code has ended, or never was"


@dataclass(frozen=True)
class Asked:
    """One exchange: who asks, with which key, and when."""

    work: Work
    client: Client
    call: Call
    key: Key | None

    @property
    def now(self) -> datetime:
        return self.work.now


@dataclass(frozen=True)
class Issued:
    """What was given, before it is said: both tokens, and whose they are."""

    given: Given
    client: Client
    scopes: tuple[str, ...]
    access: str
    refresh: str
    jkt: str
    is_first: bool
    """Of a code, not of a refresh token."""


def exchange(ctx: Context, call: Call) -> dict[str, Any]:
    """The answer to a request for tokens (RFC 6749, section 5.1)."""
    act = _GRANTS.get(call.form.get("grant_type", ""))
    if "grant_type" not in call.form:
        raise ProtocolRefused("invalid_request", "grant_type is missing")
    if act is None:
        raise ProtocolRefused("unsupported_grant_type", "This grant_type is not known here")
    moment = ctx.moment()
    key = key_of(ctx, call, moment.at)

    def run(work: Work, client: Client) -> Issued:
        asked = Asked(work, client, call, key)
        _demand_bound(client, key)
        return act(asked)

    return _said(ctx, answered(ctx, call, moment, run), moment)


def _said(ctx: Context, issued: Issued, moment: Moment) -> dict[str, Any]:
    said: dict[str, Any] = {
        "access_token": issued.access,
        "token_type": "DPoP" if issued.jkt else "Bearer",
        "expires_in": int(ACCESS_LIFE.total_seconds()),
        "scope": " ".join(issued.scopes),
    }
    if issued.refresh:
        said["refresh_token"] = issued.refresh
    if "openid" in issued.scopes:
        said["id_token"] = _id_token(ctx, issued, moment.at)
    return said


def _id_token(ctx: Context, issued: Issued, now: datetime) -> str:
    """Who signed in, how and when, signed for this client. A nonce is told once (Core 1.0, section 12.2)."""
    grant, client = issued.given.grant, issued.client
    told = claims.id_token(
        grant if issued.is_first else replace(grant, nonce=""),
        client,
        issued.given.member,
        now,
        issuer=ctx.issuer,
        sub=subject(ctx, client, grant.member_id),
    )
    return keys.sign(ctx, now, client.algorithm, told)


def _demand_bound(client: Client, key: Key | None) -> None:
    """FAPI 2.0 Security Profile, section 5.3.2.1: only tokens that are bound to a key."""
    if client.is_strict and key is None:
        raise dpop.refused("This client must show a key")


def by_code(asked: Asked) -> Issued:
    """The authorization code of a browser that came back (RFC 6749, section 4.1.3)."""
    form, work = asked.call.form, asked.work
    _demand_kind(asked.client, Kind.SERVER, Kind.PUBLIC, Kind.COMMAND)
    given = tokens.by_code(work.conn, hashed(_needed(asked.call, "code")))
    if given is None or given.grant.client_id != asked.client.id:
        raise ProtocolRefused("invalid_grant", _GONE)
    grant = given.grant
    if grant.code_spent_at is not None:
        raise _ended(asked, given, "code_reused")
    if not _may_have(asked, given) or grant.code_expires_at is None or work.now >= grant.code_expires_at:
        raise ProtocolRefused("invalid_grant", _GONE)
    if form.get("redirect_uri", "") != grant.redirect_uri:
        raise ProtocolRefused("invalid_grant", "redirect_uri is another one than the code was sent to")
    pkce.demand(grant.challenge, form.get("code_verifier", ""))
    jkt = _jkt(asked, grant.jkt)
    if not grants.spend_code(work.conn, grant, work.now):
        raise _ended(asked, given, "code_reused")
    return _issue(asked, given, grant.scopes, jkt)


def by_refresh(asked: Asked) -> Issued:
    """A refresh token (RFC 6749, section 6); what becomes of it says `oidc.rotation`."""
    work, client = asked.work, asked.client
    shown_hash = hashed(_needed(asked.call, "refresh_token"))
    found = tokens.find(work.conn, shown_hash)
    if found is None:
        raise rotation.gone()
    grant = found.grant
    shown = Shown(found.token, grant, _may_have(asked, found))
    turn = rotation.decide(shown, client, asked.key.jkt if asked.key else "", work.now)
    if turn is Turn.END:
        raise _ended(asked, found, "refresh_reused")
    scopes = rotation.narrowed(grant.scopes, asked.call.form.get("scope", ""))
    jkt = _jkt(asked, found.token.jkt)
    if turn is Turn.ROTATE and not tokens.spend(work.conn, shown_hash, work.now):
        raise _ended(asked, found, "refresh_reused")
    kept = "" if turn is Turn.ROTATE else _needed(asked.call, "refresh_token")
    return _issue(asked, found, scopes, jkt, kept)


def by_device(asked: Asked) -> Issued:
    """The code of a device that waited for a person (RFC 8628, section 3.4)."""
    work = asked.work
    _demand_kind(asked.client, Kind.COMMAND)
    found = devices.lock(work.conn, hashed(_needed(asked.call, "device_code")))
    if found is None or found.client_id != asked.client.id:
        raise ProtocolRefused("invalid_grant", _GONE)
    after, refusal = device.poll(found, work.now)
    if refusal is None:
        given = tokens.by_grant(work.conn, after.grant_id) if after.grant_id else None
        if given is None or not _may_have(asked, given):
            raise ProtocolRefused("invalid_grant", _GONE)
        jkt = _jkt(asked, given.grant.jkt)
        devices.put(work.conn, after)
        return _issue(asked, given, given.grant.scopes, jkt)
    devices.put(work.conn, after)
    raise refusal


_GRANTS: dict[str, Callable[[Asked], Issued]] = dict(
    zip(GRANT_TYPES, (by_code, by_refresh, by_device), strict=True)
)


def _may_have(asked: Asked, given: Given) -> bool:
    """What was given counts, and the app is still for whoever gave it."""
    grant = given.grant
    return given.is_alive(asked.now) and asked.client.is_for(grant.account_id, grant.member_id)


def _needed(call: Call, name: str) -> str:
    found = call.form.get(name, "")
    if not found:
        raise ProtocolRefused("invalid_request", f"{name} is missing")
    return found


def _demand_kind(client: Client, *kinds: Kind) -> None:
    if client.kind not in kinds:
        raise ProtocolRefused("unauthorized_client", "This client signs people in another way")


def _jkt(asked: Asked, bound_to: str) -> str:
    """The key that the new token is bound to; the one named before, if any was (RFC 9449, section 10)."""
    jkt = use_key(asked.work.conn, asked.key)
    if bound_to and jkt != bound_to:
        raise dpop.refused("This is bound to another key")
    return jkt


def _ended(asked: Asked, given: Given, why: str) -> ProtocolRefused:
    """End the grant, and with it every token of it; the refusal that says so."""
    end_grant(asked.work, given.grant, asked.client.id, why)
    return ProtocolRefused("invalid_grant", "This was used before: all that was given with it has ended")


def end_grant(work: Work, grant: Grant, client_id: ClientId, why: str) -> None:
    if grants.end(work.conn, grant.id, work.now):
        work.record(GrantEnded(grant.member_id, client_id, grant.id, why), grant.account_id)


def _issue(asked: Asked, given: Given, scopes: tuple[str, ...], jkt: str, kept: str = "") -> Issued:
    """New tokens on a grant. `kept`: the refresh token that stays as it is."""
    work, grant = asked.work, given.grant
    access, fresh = token(work.moment, f"access:{grant.id}"), token(work.moment, f"refresh:{grant.id}")
    ends_at = min(work.now + ACCESS_LIFE, grant.expires_at)
    new = [Token(hashed(access), grant.id, TokenKind.ACCESS, scopes, work.now, ends_at, jkt)]
    if not kept:
        own = jkt if asked.client.login is Login.NONE else ""
        new.append(
            Token(hashed(fresh), grant.id, TokenKind.REFRESH, grant.scopes, work.now, grant.expires_at, own)
        )
    tokens.add(work.conn, *new)
    is_again = asked.call.form["grant_type"] == "refresh_token"
    return Issued(given, asked.client, scopes, access, kept or fresh, jkt, not is_again)
