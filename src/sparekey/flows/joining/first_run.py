"""An empty server: its own audit chain, and the link with which the first account owner begins.

The link works once, for 24 hours, and is made anew at every start until there is an account; an older one
ends then. Where it is shown is the door's business.
"""

from sqlalchemy import Connection
from sqlalchemy.exc import IntegrityError

from sparekey.core.events.server import FirstLinkMade
from sparekey.core.people import SERVER
from sparekey.flows import _links
from sparekey.flows._links import Purpose
from sparekey.flows._work import Work, unit
from sparekey.flows.background.loop import SERVER_ITSELF
from sparekey.flows.context import Context
from sparekey.store import audit, cases, people


def prepare(ctx: Context) -> None:
    """Begin the server's chain in a new database. May be called at every start."""
    if ctx.db.read(_has_chain):
        return
    try:
        ctx.db.write(_begin_chain)
    except IntegrityError:
        # Another process began it between the two.
        return


def _has_chain(conn: Connection) -> bool:
    return audit.has_chain(conn, SERVER)


def _begin_chain(conn: Connection) -> None:
    audit.start(conn, SERVER)


def first_link(ctx: Context) -> str | None:
    """A fresh link for the first owner; None once there is an account."""
    return unit(ctx, SERVER_ITSELF, ctx.moment(), _make_first)


def _make_first(work: Work) -> str | None:
    if people.all_accounts(work.conn):
        return None
    cases.end_links(work.conn, SERVER, _links.NOBODY, "replaced", work.now, purpose=Purpose.FIRST_OWNER.value)
    link, _ = _links.make_for_nobody(work, SERVER, Purpose.FIRST_OWNER)
    work.record(FirstLinkMade())
    return link
