"""Apps that add themselves (RFC 7591): off unless a setting allows it, and then with a token that an owner made.

A token is good for one app of its owner's account, within the hour. What was added stands among the account's apps
like any other, and is changed and removed there.
"""

import json
from datetime import timedelta
from typing import Any

from sparekey.core.clients import Client, ClientId, Login
from sparekey.core.events.apps import ClientRegistered, RegistrationOpened
from sparekey.core.people import Role, Status, new_id
from sparekey.core.permissions import Action
from sparekey.errors import BadInput, NotFound, ProtocolRefused
from sparekey.flows._work import Work, hashed, token, unit
from sparekey.flows.clients.strangers import demand_known
from sparekey.flows.context import Context, Visitor
from sparekey.flows.oidc.callers import Call
from sparekey.flows.oidc.ending import REGISTER
from sparekey.flows.sessions import demand_right, hold
from sparekey.oidc import registration
from sparekey.oidc.client_proof import LOGINS
from sparekey.oidc.registration import Wanted
from sparekey.store import cases, people
from sparekey.store.cases import Link
from sparekey.store.engine import Kept
from sparekey.store.oidc import clients

LIFE = timedelta(hours=1)


def open_to_one(ctx: Context, visitor: Visitor) -> str:
    """A token with which one app may add itself to the account of this owner."""
    _, owner = demand_right(ctx, visitor, Action.MANAGE_APPS)
    demand_on(ctx)

    def make(work: Work) -> str:
        hold(work, visitor)
        fresh = token(work.moment, f"register:{owner.id}")
        cases.add_link(
            work.conn,
            Link(hashed(fresh), owner.account_id, owner.id, REGISTER, work.now, work.now + LIFE),
        )
        work.record(RegistrationOpened(owner.id), owner.account_id)
        return fresh

    return unit(ctx, visitor, ctx.moment(), make)


def register(ctx: Context, call: Call, shown: str, said: dict[str, Any]) -> dict[str, Any]:
    """Add the app that says this of itself; gives what it is called, and its secret (section 3.2.1)."""
    demand_on(ctx)
    moment = ctx.moment()

    def add(work: Work) -> tuple[Client, str]:
        link = _link(work, shown)
        wanted = registration.read(said)  # a mistake leaves the token as it is
        secret = token(work.moment, "client secret") if wanted.login is Login.SECRET else ""
        client = _client(work, link, wanted, secret)
        _demand_known(work, client)
        if not cases.end_link(work.conn, link.hash, "used", work.now):
            raise Kept(_no_token())
        clients.add(work.conn, client)
        work.record(ClientRegistered(client.id), client.account_id)
        return client, secret

    return _told(*unit(ctx, call.visitor, moment, add), said)


def demand_on(ctx: Context) -> None:
    """`NotFound` unless the server's settings let apps add themselves."""
    if not ctx.site.apps_may_register:
        raise NotFound()


def _no_token() -> ProtocolRefused:
    return ProtocolRefused("invalid_token", "This token has ended, or never was", 401)


def _link(work: Work, shown: str) -> Link:
    """The owner's word, while it counts and they are still one."""
    link = cases.link(work.conn, hashed(shown), lock=True)
    if link is None or link.purpose != REGISTER or link.ended_at or not link.expires_at:
        raise _no_token()
    owner = people.find_member(work.conn, link.account_id, link.member_id)
    is_owner = owner is not None and owner.role is Role.OWNER and owner.status is Status.ACTIVE
    if work.now >= link.expires_at or not is_owner:
        raise _no_token()
    return link


def _demand_known(work: Work, client: Client) -> None:
    """What an owner would be told, in the words of this protocol."""
    try:
        demand_known(work, None, client)
    except BadInput as wrong:
        raise ProtocolRefused("invalid_client_metadata", wrong.sentence) from None


def _client(work: Work, link: Link, wanted: Wanted, secret: str) -> Client:
    return Client(
        id=ClientId(new_id("cli", work.moment, "registered")),
        account_id=link.account_id,
        kind=wanted.kind,
        name=wanted.name,
        login=wanted.login,
        created_at=work.now,
        redirect_uris=wanted.redirect_uris,
        logout_uris=wanted.logout_uris,
        backchannel_uri=wanted.backchannel_uri,
        homepage=wanted.homepage,
        is_pairwise=wanted.is_pairwise,
        algorithm=wanted.algorithm,
        keys=wanted.keys,
        secret_hash=hashed(secret) if secret else "",
        secret_set_at=work.now if secret else None,
        is_registered=True,
    )


def _told(client: Client, secret: str, said: dict[str, Any]) -> dict[str, Any]:
    """All that is kept of what the app said (RFC 7591, section 3.2.1)."""
    asked = said.get("token_endpoint_auth_method", "client_secret_basic")
    told: dict[str, Any] = {
        "client_id": client.id,
        "client_id_issued_at": int(client.created_at.timestamp()),
        "client_name": client.name,
        "redirect_uris": client.redirect_uris,
        "post_logout_redirect_uris": client.logout_uris,
        "token_endpoint_auth_method": asked if asked in LOGINS else "client_secret_basic",
        "grant_types": registration.GRANTS,
        "response_types": ["code"],
        "id_token_signed_response_alg": client.algorithm,
        "subject_type": "pairwise" if client.is_pairwise else "public",
    }
    told |= {"backchannel_logout_uri": client.backchannel_uri} if client.backchannel_uri else {}
    told |= {"client_uri": client.homepage} if client.homepage else {}
    told |= {"jwks": json.loads(client.keys)} if client.keys else {}
    if secret:
        told |= {"client_secret": secret, "client_secret_expires_at": 0}
    return told
