"""One's own secrets, to take along to another app or another server."""

from dataclasses import dataclass

from sparekey.core.events.ways import OwnSecretsExported
from sparekey.errors import Conflict, Stale
from sparekey.flows._ways import about, ways
from sparekey.flows._work import Work, unit
from sparekey.flows.context import Context, Visitor
from sparekey.flows.exports import _contents
from sparekey.flows.exports.typed import Typed, demand_good, demand_not_held
from sparekey.flows.reports.shown import WayIn, ways_in
from sparekey.flows.sessions import demand_own, still_there
from sparekey.store import people


@dataclass(frozen=True)
class Offered:
    """What the file would hold, and what it would not."""

    taken: tuple[WayIn, ...]
    left_out: tuple[WayIn, ...]


def offered(ctx: Context, visitor: Visitor) -> Offered:
    """What the page shows before anything leaves: no secret."""
    _, member = demand_own(ctx, visitor)
    had = ctx.db.read(lambda conn: ways(conn, member.account_id, member.id))
    taken = [one for one in had if _contents.goes_along(one)]
    return Offered(ways_in(taken), ways_in(one for one in had if one not in taken))


def export_own(ctx: Context, visitor: Visitor, typed: Typed) -> str:
    """The file. Raises `BadInput`, `Conflict` where there is nothing to take, `NotAllowed` (`recovered`), `Stale`,
    `Busy`.
    """
    account, member = demand_own(ctx, visitor)
    moment = ctx.moment()
    demand_not_held(member, moment.at)
    demand_good(typed, about(account, member))
    content = _contents.of_person(ctx, account, member, moment.at)
    if not content.apps:
        raise Conflict("No authenticator app of yours works, so there is nothing to take", reason="no_apps")
    from sparekey.adapters.parcels import pack  # noqa: PLC0415 -- loads joserfc

    parcel = ctx.pool.run(lambda: pack(typed.passphrase, content.written, moment))

    def tell(work: Work) -> None:
        who = people.member(work.conn, member.account_id, member.id, lock=True)
        still_there(work, visitor)
        demand_not_held(who, work.now)
        if _contents.ids_of(work.conn, who) != content.ids:
            raise Stale()
        work.record(OwnSecretsExported(who.id, content.apps), who.account_id)
        work.send(who, "secrets_exported", exported_at=work.now)

    unit(ctx, visitor, moment, tell)
    return parcel
