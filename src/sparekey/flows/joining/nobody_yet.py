"""Whether the server still waits for its first account owner."""

from sqlalchemy import Connection

from sparekey.core.people import SERVER
from sparekey.flows import _links
from sparekey.flows._links import Purpose
from sparekey.flows.context import Context
from sparekey.store import cases, people


def waits_for_first_owner(ctx: Context) -> bool:
    """A first link was made and there is no account. Elsewhere it costs one look at an index."""
    return ctx.db.read(_waits)


def _waits(conn: Connection) -> bool:
    has_link = bool(cases.links_of(conn, SERVER, _links.NOBODY, Purpose.FIRST_OWNER.value))
    return has_link and not people.all_accounts(conn)
