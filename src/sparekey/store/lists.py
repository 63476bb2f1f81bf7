"""Members as lists show them: searched, sorted, counted."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, case, func, select

from sparekey.core.people import AccountId, Member, Status, folded
from sparekey.store.people import Listed, member_of
from sparekey.store.schema import members

_M = members.c
_RISK = case({"locked_out": 0, "one_loss": 1, "not_set_up": 2}, value=_M.safety, else_=3)
_SORTS: dict[str, list[Any]] = {
    "risk": [_RISK, _M.name, _M.id],
    "name": [_M.name, _M.id],
    "username": [_M.username],
    "role": [_M.role, _M.name, _M.id],
    "last": [_M.last_sign_in_at.desc().nulls_last(), _M.id],
}


@dataclass(frozen=True)
class Search:
    """What a list of members asks for. `page` counts from 1; `safety` and `status` empty: all.

    `reviewed_by`: only those who were last reviewed by then.
    """

    text: str = ""
    safety: str = ""
    status: str = ""
    reviewed_by: datetime | None = None
    sort: str = "risk"
    page: int = 1
    size: int = 50


def search(conn: Connection, account_id: AccountId, wanted: Search) -> tuple[list[Listed], int]:
    """One page of members and how many there are in all. Umlauts fold; every word must occur."""
    where = [_M.account_id == account_id]
    where += [_M.search.contains(word, autoescape=True) for word in folded(wanted.text).split()[:8]]
    if wanted.safety:
        where.append(_M.safety == wanted.safety)
    if wanted.status:
        where.append(_M.status == wanted.status)
    if wanted.reviewed_by:
        where.append(_M.reviewed_at <= wanted.reviewed_by)
    count = conn.execute(select(func.count()).select_from(members).where(*where)).scalar_one()
    rows = conn.execute(
        select(members)
        .where(*where)
        .order_by(*_SORTS.get(wanted.sort, _SORTS["risk"]))
        .limit(wanted.size)
        .offset((wanted.page - 1) * wanted.size)
    )
    return [Listed(member_of(row), row.safety, row.ways) for row in rows], count


@dataclass(frozen=True)
class Group:
    """The people in one state: how many there are, and the first of them by name."""

    count: int
    first: list[Member]


def by_safety(conn: Connection, account_id: AccountId, most: int) -> dict[str, Group]:
    """Active and invited members by state; of each state at most `most` are named."""
    ranked = (
        select(
            members,
            func.count().over(partition_by=_M.safety).label("in_state"),
            func.row_number().over(partition_by=_M.safety, order_by=[_M.name, _M.id]).label("place"),
        )
        .where(_M.account_id == account_id, _M.status != Status.DEACTIVATED.value)
        .subquery()
    )
    groups: dict[str, Group] = {}
    for row in conn.execute(select(ranked).where(ranked.c.place <= most).order_by(ranked.c.place)):
        groups.setdefault(row.safety, Group(row.in_state, [])).first.append(member_of(row))
    return groups


def count_by_safety(conn: Connection, account_id: AccountId) -> dict[str, int]:
    """How many active and invited members there are in each state, and under "deactivated" all others."""
    state = case((_M.status == Status.DEACTIVATED.value, Status.DEACTIVATED.value), else_=_M.safety)
    rows = conn.execute(
        select(state.label("state"), func.count().label("count"))
        .where(_M.account_id == account_id)
        .group_by("state")
    )
    return {row[0]: row[1] for row in rows}


def how_many(conn: Connection, account_id: AccountId) -> int:
    return conn.execute(select(func.count()).where(_M.account_id == account_id)).scalar_one()


def how_many_up_to(conn: Connection, account_id: AccountId, most: int) -> int:
    """The same, but no more than `most` are looked at."""
    some = select(_M.id).where(_M.account_id == account_id).limit(most).subquery()
    return conn.execute(select(func.count()).select_from(some)).scalar_one()
