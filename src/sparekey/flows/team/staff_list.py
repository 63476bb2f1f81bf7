"""Contacts → Staff: the list of everybody in an account, with search, filter and order."""

import json
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from sqlalchemy import Connection

from sparekey.core.contract import Answer
from sparekey.core.losses import Safety
from sparekey.core.people import AccountId, Member, Policy, Role, Status
from sparekey.core.permissions import TABLE, Action
from sparekey.core.recovery_case import FINAL, Case, settle
from sparekey.core.reviews import due_if_reviewed_by
from sparekey.core.sign_in import Standing
from sparekey.factors import TRAITS
from sparekey.flows.context import Context, Visitor
from sparekey.flows.reports.home import invited_until
from sparekey.flows.sessions import demand_right
from sparekey.store import cases, lists, reviews
from sparekey.store.people import Listed

PAGE = 50
DEACTIVATED = Status.DEACTIVATED.value
REVIEW_DUE = "review_due"


@dataclass(frozen=True)
class Search:
    """What is asked for. `state`: a safety, "deactivated", "review_due", or empty for all; `page` counts from 1."""

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
    passkeys: int
    codes_left: int | None
    reason: str = ""
    until: datetime | None = None
    has_number: bool = False
    """Text messages go somewhere."""


@dataclass(frozen=True)
class StaffPage:
    """`found`: how many match; `counts`: how many there are of each state, in all under the empty one."""

    rows: tuple[StaffRow, ...]
    page: int
    found: int
    counts: dict[str, int]
    roles: tuple[Role, ...]
    """With which the visitor may add people; empty: may not."""
    may_import: bool


def list_staff(ctx: Context, visitor: Visitor, search: Search) -> StaffPage:
    """One page of everybody in the account, fifty a page."""
    _, me = demand_right(ctx, visitor, Action.SEE_STAFF)
    now = ctx.moment().at
    reviewed_by = due_if_reviewed_by(visitor.account.policy if visitor.account else Policy(), now)
    page = max(search.page, 1)

    def load(conn: Connection) -> StaffPage:
        listed, found = lists.search(conn, me.account_id, _wanted(search, page, reviewed_by or _NEVER))
        shown = [one.member.id for one in listed]
        open_cases = cases.open_ones(conn, me.account_id, shown) if shown else []
        running = {one.member_id: settle(one, now) for one in open_cases}
        invited = [one.member.id for one in listed if one.member.status is Status.INVITED]
        until = invited_until(conn, me.account_id, invited, now)
        rows = tuple(_row(one, running.get(one.member.id), until.get(one.member.id)) for one in listed)
        counts = _counts(conn, me.account_id)
        counts[REVIEW_DUE] = reviews.how_many_due(conn, me.account_id, reviewed_by or _NEVER)
        may_import = me.role in TABLE[Action.IMPORT_PEOPLE]
        return StaffPage(rows, page, found, counts, roles_to_add(me), may_import)

    return ctx.db.read(load)


_NEVER = datetime.min.replace(tzinfo=UTC)


def _wanted(search: Search, page: int, reviewed_by: datetime) -> lists.Search:
    """Who is deactivated is shown among all, and under that word; not among those who are in danger.

    Signs that no database takes (NUL, half of a pair) are in nobody's name either.
    """
    status = {"": "", DEACTIVATED: DEACTIVATED, Safety.NOT_SET_UP.value: Status.INVITED.value}
    return lists.Search(
        text="".join(char if char.isprintable() else " " for char in search.text),
        safety="" if search.state in {DEACTIVATED, REVIEW_DUE} else search.state,
        reviewed_by=reviewed_by if search.state == REVIEW_DUE else None,
        status=status.get(search.state, Status.ACTIVE.value),
        sort=search.sort,
        page=page,
        size=PAGE,
    )


def _counts(conn: Connection, account_id: AccountId) -> dict[str, int]:
    counts = lists.count_by_safety(conn, account_id)
    return {DEACTIVATED: 0, **counts, "": sum(counts.values())}


def roles_to_add(me: Member) -> tuple[Role, ...]:
    """With which roles this person may add people."""
    return tuple(role for role in Role if role in TABLE[Action.ADD_MEMBER].get(me.role, ()))


def _row(one: Listed, case: Case | None, until: datetime | None) -> StaffRow:
    who = one.member
    second = [(TRAITS[kind].answer, Standing(standing), left) for kind, standing, left in _kept(one)]
    apps = [standing for answer, standing, _ in second if answer is Answer.CODE]
    keys = [standing for answer, standing, _ in second if answer is Answer.PASSKEY]
    left = [left for _, _, left in second if left is not None]
    row = StaffRow(who, one.safety, bool(apps), len(keys), sum(left) if left else None)
    row = replace(row, has_number=any(answer is Answer.SMS_CODE for answer, _, _ in second))
    if who.status is Status.DEACTIVATED:
        return replace(row, state=DEACTIVATED)
    if who.status is Status.INVITED:
        return replace(row, reason="invited" if until else "invitation_over", until=until)
    if case is not None and case.state not in FINAL:
        return replace(row, reason="helped", until=case.expires_at)
    return replace(row, reason=_why(row, apps, keys))


def _kept(one: Listed) -> list[tuple[str, str, int | None]]:
    kept: list[tuple[str, str, int | None]] = json.loads(one.ways or "[]")
    return kept


def _why(row: StaffRow, apps: list[Standing], keys: list[Standing]) -> str:
    """Why somebody is less than safe."""
    if Standing.SUSPENDED in apps:
        return "suspended"
    if row.state != Safety.ONE_LOSS:
        return ""
    working = Standing.ACTIVE in apps, Standing.ACTIVE in keys
    if not any(working):
        return "only_codes"
    if row.codes_left:
        return "codes_unproven"
    return {(True, False): "only_app", (False, True): "only_passkey"}.get(working, "one_thing")
