"""The profile of one person: their ways in, what is on its way to them, and what the visitor may do about it.

For each action there is None or the reason why not, so that no page decides anything. The flows behind the
buttons look again.
"""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection

from sparekey.core.contract import Loss
from sparekey.core.people import Member, Policy, Role, Status
from sparekey.core.permissions import Action, why_not
from sparekey.core.recovery_case import (
    FINAL,
    Delivery,
    How,
    State,
    is_reason_fresh,
    is_view_open,
    settle,
)
from sparekey.core.reviews import due_at
from sparekey.flows import _ways
from sparekey.flows._cases import held_back_until, is_budget_closed
from sparekey.flows.context import Context, Visitor
from sparekey.flows.reports.shown import Activity, AddressShown, WayIn, addresses_of, recent, ways_in
from sparekey.flows.sessions import demand_right
from sparekey.flows.team._acting import of_username
from sparekey.store import cases, people

RECENT = 5


@dataclass(frozen=True)
class Running:
    """What is on its way to a person. `by`: the name of whoever gave it."""

    state: State
    delivery: Delivery | None
    by: str
    how: How
    issued_at: datetime | None
    expires_at: datetime | None
    is_view_open: bool
    """This visitor may still look at it."""
    is_reason_fresh: bool
    """This visitor said less than five minutes ago how they know that it's really them."""


@dataclass(frozen=True)
class Profile:
    member: Member
    state: str
    """A safety, or "deactivated"."""
    ways: tuple[WayIn, ...]
    addresses: tuple[AddressShown, ...]
    case: Running | None
    activity: tuple[Activity, ...]
    why_not: dict[Action, str | None]
    """For every action: None when the visitor may do it to this person now, otherwise the reason's code."""
    roles: tuple[Role, ...]
    """Those that the visitor may give this person; the present one alone when none."""
    reveals_current: bool
    review_due_at: datetime | None
    """When they are to look through their ways in again; None: never."""
    things_to_lose: tuple[Loss, ...]
    """What their apps and passkeys live on."""
    held_back_until: datetime | None
    """Until when the person's *This wasn't me* keeps this visitor from helping them."""


@dataclass(frozen=True)
class _Looking:
    """Who looks, and when."""

    me: Member
    policy: Policy
    now: datetime
    has_mail: bool
    host: str


def profile(ctx: Context, visitor: Visitor, username: str) -> Profile:
    """Everything the page of one person shows."""
    _, me = demand_right(ctx, visitor, Action.SEE_STAFF)
    looking = _Looking(
        me,
        visitor.account.policy if visitor.account else Policy(),
        ctx.moment().at,
        ctx.can_send_mail,
        ctx.site.host,
    )
    return ctx.db.read(lambda conn: _profile(conn, looking, of_username(conn, me.account_id, username)))


def _profile(conn: Connection, looking: _Looking, who: Member) -> Profile:
    had = _ways.ways(conn, who.account_id, who.id)
    state, _ = _ways.summary(had)
    held_back = held_back_until(conn, who, looking.me, looking.now)
    reasons = _reasons(conn, looking, who, "stopped" if held_back else None)
    return Profile(
        member=who,
        state=Status.DEACTIVATED.value if who.status is Status.DEACTIVATED else state.value,
        ways=ways_in(had),
        addresses=addresses_of(conn, who, looking.now),
        case=_running(conn, looking, who),
        activity=tuple(recent(conn, who, RECENT)),
        why_not=reasons,
        roles=(who.role,) if reasons[Action.GIVE_ROLE] else tuple(Role),
        reveals_current=looking.policy.reveal_current,
        review_due_at=due_at(who, looking.policy),
        things_to_lose=_ways.things_to_lose(had),
        held_back_until=held_back,
    )


def _running(conn: Connection, looking: _Looking, who: Member) -> Running | None:
    """The running case as it is by now; one whose time is over is over, whether or not it was swept yet."""
    kept = cases.open_of(conn, who.account_id, who.id)
    case = settle(kept, looking.now) if kept else None
    if case is None or case.state in FINAL:
        return None
    helper = people.find_member(conn, who.account_id, case.opened_by)
    is_mine = case.opened_by == looking.me.id
    return Running(
        case.state,
        case.delivery,
        helper.name if helper else looking.host,
        case.how,
        case.issued_at,
        case.expires_at,
        is_mine and is_view_open(case, looking.now),
        is_reason_fresh(case, looking.me.id, looking.now),
    )


def _reasons(
    conn: Connection, looking: _Looking, who: Member, blocked: str | None
) -> dict[Action, str | None]:
    by_status = {
        Action.DEACTIVATE: None if who.status is not Status.DEACTIVATED else "not_active",
        Action.REACTIVATE: None if who.status is Status.DEACTIVATED else "active",
        Action.INVITE_AGAIN: blocked if who.status is Status.INVITED else "not_invited",
        Action.RESET: blocked,
        Action.TAKE_ADDRESS: blocked,
        Action.SEND_LINK: blocked or (None if looking.has_mail else "no_mail"),
        Action.HAND_SECRET: blocked or _why_no_secret(conn, who),
    }
    me, policy, now = looking.me, looking.policy, looking.now
    return {action: why_not(me, action, who, policy, now) or by_status.get(action) for action in Action}


def _why_no_secret(conn: Connection, who: Member) -> str | None:
    return "budget" if is_budget_closed(conn, who) else None
