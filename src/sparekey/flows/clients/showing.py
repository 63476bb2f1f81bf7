"""What account owners see of apps. The number of statements does not depend on how many apps and people there are."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Connection

from sparekey.core.clients import Client
from sparekey.core.permissions import Action
from sparekey.flows.context import Context, Visitor
from sparekey.flows.sessions import demand_right
from sparekey.store import people
from sparekey.store.oidc import access, clients

SHOWN = 20
_MONTH = timedelta(days=30)
UNUSED_MONTHS = 3
"""From when an app stands out because nobody signs in to it: a way in that nobody looks after."""


@dataclass(frozen=True)
class Listed:
    client: Client
    last_used_at: datetime | None
    unused_months: int
    """For how long nobody has signed in to it, where that is worth a word; else 0."""


@dataclass(frozen=True)
class Holder:
    """Somebody who lets an app have something now."""

    name: str
    username: str
    since: datetime
    last: datetime


@dataclass(frozen=True)
class Shown:
    """One app. `chosen`: usernames of who may sign in, where not everybody may; `holders`: the first of `count`."""

    client: Client
    last_used_at: datetime | None
    chosen: tuple[str, ...]
    holders: tuple[Holder, ...]
    count: int


def apps(ctx: Context, visitor: Visitor) -> list[Listed]:
    """The account's apps by name."""
    _, member = demand_right(ctx, visitor, Action.SEE_APPS)
    now = ctx.moment().at
    found = ctx.db.read(lambda conn: clients.of_account(conn, member.account_id))
    return [Listed(one, used_at, _unused(used_at or one.created_at, now)) for one, used_at in found]


def app(ctx: Context, visitor: Visitor, client_id: str) -> Shown:
    """One app with who may sign in, and who does."""
    _, member = demand_right(ctx, visitor, Action.SEE_APPS)
    now = ctx.moment().at

    def load(conn: Connection) -> Shown:
        client = clients.own(conn, member.account_id, client_id)
        found, count = access.of_client(conn, client.id, now, SHOWN)
        ids = [*(client.only or ()), *(one.id for one in found)]
        known = people.names(conn, member.account_id, ids) if ids else {}
        chosen = sorted(known[one].username for one in client.only or () if one in known)
        holders = tuple(
            Holder(known[one.id].name, known[one.id].username, one.since, one.last)
            for one in found
            if one.id in known
        )
        return Shown(client, clients.last_used(conn, client.id), tuple(chosen), holders, count)

    return ctx.db.read(load)


def _unused(since: datetime, now: datetime) -> int:
    months = (now - since) // _MONTH
    return months if months >= UNUSED_MONTHS else 0
