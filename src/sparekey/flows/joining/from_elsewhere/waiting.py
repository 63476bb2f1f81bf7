"""Between looking and taking over on a page: the people who were read wait for a yes, sealed, for ten minutes.

The files themselves are not kept. What waits belongs to one session (also after *Confirm it's you*, which changes its
token), is used up by taking it over, and is forgotten for another file. A page takes as many people as an account may
write letters to in an hour; more are a matter for `sparekey import take`.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from sparekey.core.permissions import Action
from sparekey.core.throttle import ACCOUNT_MAIL_RATE
from sparekey.errors import BadInput, Conflict
from sparekey.flows._work import Work, hashed, unit
from sparekey.flows.context import Context, Visitor
from sparekey.flows.joining.from_elsewhere import _as_json, taking
from sparekey.flows.joining.from_elsewhere.planning import Count, Planned, plan
from sparekey.flows.joining.from_elsewhere.taking import Into
from sparekey.flows.sessions import demand_member, demand_right
from sparekey.imports import Found
from sparekey.store import challenges

LIFE = timedelta(minutes=10)
MOST_ON_A_PAGE = ACCOUNT_MAIL_RATE.burst


@dataclass(frozen=True)
class Waiting:
    """Who waits, and which system they come from."""

    origin: str
    people: tuple[Planned, ...]


def demand_may(ctx: Context, visitor: Visitor) -> None:
    """Asked before a file is looked at."""
    demand_right(ctx, visitor, Action.IMPORT_PEOPLE)


def hold(ctx: Context, visitor: Visitor, origin: str, found: Sequence[Found]) -> None:
    """Look whether they can be taken over, and keep them for a yes. Raises `BadFile`, `BadInput`, `TooManyTries`."""
    if len(found) > MOST_ON_A_PAGE:
        raise BadInput("files", "too_many_people", most=MOST_ON_A_PAGE)
    taking.check(ctx, visitor, found, Into(origin))

    def put(work: Work) -> None:
        holder = _holder(visitor)
        kept = {"origin": origin, "people": [_as_json.as_json(one) for one in found]}
        challenges.put(work.conn, holder, work.seal(kept, _context(holder)), work.now + LIFE)

    unit(ctx, visitor, ctx.moment(), put)


def waiting(ctx: Context, visitor: Visitor) -> Waiting | None:
    """Who waits in this session; None where nobody does, or for too long."""
    demand_may(ctx, visitor)
    found = unit(ctx, visitor, ctx.moment(), _look)
    return Waiting(found[0], tuple(plan(one) for one in found[1])) if found else None


def take_waiting(ctx: Context, visitor: Visitor) -> Count:
    """Take over who waits. Raises `Conflict` where nobody does any more, and what `take_over` raises."""
    demand_may(ctx, visitor)

    def take(work: Work) -> Count:
        found = _look(work)
        if found is None:
            raise Conflict(reason="import_over")
        challenges.take(work.conn, _holder(visitor), work.now)
        return taking.take_in(work, found[1], Into(found[0]))

    return taking.taken(lambda: unit(ctx, visitor, ctx.moment(), take))


def _look(work: Work) -> tuple[str, tuple[Found, ...]] | None:
    holder = _holder(work.visitor)
    sealed = challenges.look(work.conn, holder, work.now)
    if sealed is None:
        return None
    kept = json.loads(work.ctx.keys.unseal(sealed, _context(holder)))
    return kept["origin"], tuple(_as_json.from_json(one) for one in kept["people"])


def _holder(visitor: Visitor) -> str:
    session, _ = demand_member(visitor)
    return hashed(f"import:{session.id}")


def _context(holder: str) -> str:
    return f"challenges:{holder}"
