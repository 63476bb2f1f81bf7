"""Contacts → Staff: the list, and the profile of one person with what the visitor may do there."""

import json
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection

from sparekey.core.contract import Answer
from sparekey.core.losses import Safety
from sparekey.core.people import AccountId, Member, Policy, Role, Status
from sparekey.core.permissions import TABLE, Action, may, why_not
from sparekey.core.recovery_case import (
    FINAL,
    Case,
    Delivery,
    How,
    State,
    blocks_another,
    is_view_open,
    settle,
)
from sparekey.core.sign_in import Standing
from sparekey.core.throttle import LIMIT
from sparekey.factors import TRAITS
from sparekey.flows import _ways
from sparekey.flows.context import Context, Visitor
from sparekey.flows.reports.home import invitation_until
from sparekey.flows.reports.shown import Activity, WayIn, activity, ways_in
from sparekey.flows.sessions import demand_right
from sparekey.store import cases, people, queue
from sparekey.store.people import Listed

PAGE = 50
RECENT = 10
DEACTIVATED = Status.DEACTIVATED.value


@dataclass(frozen=True)
class Search:
    """What the list is asked for. `state`: a safety, "deactivated", or empty for all; `page` counts from 1."""

    text: str = ""
    state: str = ""
    sort: str = "risk"
    page: int = 1


@dataclass(frozen=True)
class StaffRow:
    """One person in the list. `reason` says why the state is what it is; `until` belongs to it."""

    member: Member
    state: str
    has_app: bool
    codes_left: int | None
    reason: str = ""
    until: datetime | None = None


@dataclass(frozen=True)
class StaffPage:
    """`found`: how many match; `counts`: how many there are of each state, in all under the empty one."""

    rows: tuple[StaffRow, ...]
    page: int
    found: int
    counts: dict[str, int]
    roles: tuple[Role, ...]
    """With which the visitor may add people; empty: may not."""


def list_staff(ctx: Context, visitor: Visitor, search: Search) -> StaffPage:
    """One page of everybody in the account, fifty a page."""
    _, me = demand_right(ctx, visitor, Action.SEE_STAFF)
    now = ctx.moment().at
    page = max(search.page, 1)

    def load(conn: Connection) -> StaffPage:
        listed, found = people.search(conn, me.account_id, _wanted(search, page))
        running = {one.member_id: settle(one, now) for one in cases.open_ones(conn, me.account_id)}
        rows = tuple(_row(conn, one, running.get(one.member.id), now) for one in listed)
        return StaffPage(rows, page, found, _counts(conn, me.account_id), _roles_to_add(me))

    return ctx.db.read(load)


def _wanted(search: Search, page: int) -> people.Search:
    """Who is deactivated is shown among all, and under that word; not among those who are in danger."""
    status = {"": "", DEACTIVATED: DEACTIVATED, Safety.NOT_SET_UP.value: Status.INVITED.value}
    return people.Search(
        text=search.text,
        safety="" if search.state == DEACTIVATED else search.state,
        status=status.get(search.state, Status.ACTIVE.value),
        sort=search.sort,
        page=page,
        size=PAGE,
    )


def _counts(conn: Connection, account_id: AccountId) -> dict[str, int]:
    groups = {state: len(group) for state, group in people.count_by_safety(conn, account_id).items()}
    total = people.how_many(conn, account_id)
    return {"": total, **groups, DEACTIVATED: total - sum(groups.values())}


def _roles_to_add(me: Member) -> tuple[Role, ...]:
    return tuple(role for role in Role if role in TABLE[Action.ADD_MEMBER].get(me.role, ()))


def _row(conn: Connection, one: Listed, case: Case | None, now: datetime) -> StaffRow:
    who = one.member
    second = [(TRAITS[kind].answer, Standing(standing), left) for kind, standing, left in _kept(one)]
    apps = [standing for answer, standing, _ in second if answer is Answer.CODE]
    left = [left for _, _, left in second if left is not None]
    codes_left = sum(left) if left else None
    if who.status is Status.DEACTIVATED:
        return StaffRow(who, DEACTIVATED, bool(apps), codes_left)
    if who.status is Status.INVITED:
        until = invitation_until(conn, who.account_id, who.id, now)
        reason = "invited" if until else "invitation_over"
        return StaffRow(who, one.safety, bool(apps), codes_left, reason, until)
    if case is not None and case.state not in FINAL:
        return StaffRow(who, one.safety, bool(apps), codes_left, "helped", case.expires_at)
    return StaffRow(who, one.safety, bool(apps), codes_left, _why(one.safety, apps, codes_left))


def _kept(one: Listed) -> list[tuple[str, str, int | None]]:
    kept: list[tuple[str, str, int | None]] = json.loads(one.ways or "[]")
    return kept


def _why(safety: str, apps: list[Standing], codes_left: int | None) -> str:
    """Why somebody is less than safe."""
    if Standing.SUSPENDED in apps:
        return "suspended"
    if safety != Safety.ONE_LOSS:
        return ""
    if Standing.ACTIVE not in apps:
        return "only_codes"
    return "codes_unproven" if codes_left else "only_app"


@dataclass(frozen=True)
class Running:
    """What is on its way to a person."""

    state: State
    delivery: Delivery | None
    by: str
    how: How
    issued_at: datetime | None
    expires_at: datetime | None
    is_view_open: bool
    """This visitor may still look at it."""


@dataclass(frozen=True)
class Profile:
    member: Member
    state: str
    ways: tuple[WayIn, ...]
    case: Running | None
    invited_until: datetime | None
    activity: tuple[Activity, ...]
    why_not: dict[Action, str | None]
    """For every action: None when the visitor may do it now, otherwise the reason's code."""
    reveals_current: bool


def profile(ctx: Context, visitor: Visitor, username: str) -> Profile:
    """Everything the page of one person shows."""
    _, me = demand_right(ctx, visitor, Action.SEE_STAFF)
    policy = visitor.account.policy if visitor.account else Policy()
    now = ctx.moment().at

    def load(conn: Connection) -> Profile:
        who = people.by_username(conn, me.account_id, username)
        had = _ways.ways(conn, who.account_id, who.id)
        state, _ = _ways.summary(had)
        recent, _ = activity(conn, who, RECENT)
        return Profile(
            member=who,
            state=DEACTIVATED if who.status is Status.DEACTIVATED else state.value,
            ways=ways_in(had),
            case=_running(ctx, conn, me, who),
            invited_until=invitation_until(conn, who.account_id, who.id, now),
            activity=tuple(recent),
            why_not={action: _why_not(ctx, conn, me, action, who) for action in Action},
            reveals_current=policy.reveal_current,
        )

    return ctx.db.read(load)
