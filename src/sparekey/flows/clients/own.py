"""A person's apps: where they may go, which of them were let have something, and ending that.

Ending it takes what the app has at once and forgets what was agreed to: it has to ask again. Who signs in to it anew
gives it the same again, where the owner set it up as the team's own.
"""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection

from sparekey.core.clients import Kind
from sparekey.core.events.apps import AccessWithdrawn
from sparekey.core.permissions import Action
from sparekey.errors import NotFound
from sparekey.flows._work import Work, unit
from sparekey.flows.context import Context, Visitor
from sparekey.flows.oidc import ending
from sparekey.flows.sessions import demand_member, demand_right
from sparekey.store.oidc import access, clients, grants
from sparekey.store.oidc.access import Access
from sparekey.store.oidc.clients import Place

_LAST = {"openid": -2, "profile": -1, "offline_access": 1}
"""In which order people read what an app has: who they are first, and for how long last."""


@dataclass(frozen=True)
class OwnApp:
    """An app that has something of this person."""

    id: str
    name: str
    kind: Kind
    address: str
    """Where to go, or nothing."""
    since: datetime
    last: datetime
    scopes: tuple[str, ...]


def address_of(homepage: str, host: str) -> str:
    """Where people go to use an app; a site behind a proxy is its own address."""
    return homepage or (f"https://{host}/" if host else "")


def with_access(ctx: Context, visitor: Visitor) -> list[OwnApp]:
    """The apps that have something of this person, by name."""
    _, me = demand_member(visitor)
    now = ctx.moment().at

    def load(conn: Connection) -> list[OwnApp]:
        found = access.of_member(conn, me, now)
        known = clients.places(conn, me.account_id, found) if found else []
        return [_own(client, found[client.id]) for client in known]

    return ctx.db.read(load)


def _own(client: Place, given: Access) -> OwnApp:
    address = address_of(client.homepage, client.host)
    scopes = tuple(sorted(given.scopes, key=lambda one: (_LAST.get(one, 0), one)))
    return OwnApp(client.id, client.name, client.kind, address, given.since, given.last, scopes)


def withdraw(ctx: Context, visitor: Visitor, client_id: str) -> str:
    """End what this app has of this person; gives its name. For who has just proved who they are, as with devices."""
    _, me = demand_right(ctx, visitor, Action.CHANGE_OWN)

    def act(work: Work) -> str:
        client = clients.own(work.conn, me.account_id, client_id)
        if client.id not in access.of_member(work.conn, me, work.now):
            raise NotFound()
        ending.tell_withdrawn(work, me, client.id)
        count = grants.end_of_person(work.conn, me, work.now, client.id)
        count += access.end_passes(work.conn, me, client.id)
        grants.withdraw(work.conn, me, client.id)
        work.record(AccessWithdrawn(me.id, client.id, count), me.account_id)
        return client.name

    return unit(ctx, visitor, ctx.moment(), act)
