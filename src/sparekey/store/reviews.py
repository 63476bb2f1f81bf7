"""When ways in were last looked through, and who was reminded of it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, and_, func, or_, select, update

from sparekey.core.people import AccountId, Member, MemberId, Status
from sparekey.store.authenticators import Authenticator
from sparekey.store.schema import accounts, authenticators, members

_M, _A = members.c, authenticators.c


@dataclass(frozen=True)
class Reminder:
    """Whom to remind, after how many reminders."""

    account_id: AccountId
    member_id: MemberId
    sent: int


def checked(conn: Connection, one: Authenticator, at: datetime) -> None:
    """Its person still has this one."""
    conn.execute(
        update(authenticators)
        .where(_A.account_id == one.account_id, _A.member_id == one.member_id, _A.id == one.id)
        .values(reviewed_at=at)
    )


def finished(conn: Connection, who: Member, at: datetime) -> None:
    """All of them are known to be there; reminders begin anew."""
    conn.execute(
        update(members)
        .where(_M.account_id == who.account_id, _M.id == who.id)
        .values(reviewed_at=at, reminded_at=None, reminders=0)
    )


def to_remind(conn: Connection, due: Mapping[int, datetime], again: datetime, most: int) -> list[Reminder]:
    """Active people whose review is due, by the months their account asks for, and who were not reminded yet.

    Or once, before `again`. The whole table is read.
    """
    by_policy = [and_(accounts.c.review_months == months, _M.reviewed_at <= by) for months, by in due.items()]
    rows = conn.execute(
        select(_M.account_id, _M.id, _M.reminders)
        .join(accounts, accounts.c.id == _M.account_id)
        .where(
            _M.status == Status.ACTIVE.value,
            or_(*by_policy),
            or_(_M.reminders == 0, and_(_M.reminders == 1, _M.reminded_at <= again)),
        )
        .limit(most)
    )
    return [Reminder(AccountId(row.account_id), MemberId(row.id), row.reminders) for row in rows]


def reminded(conn: Connection, one: Reminder, at: datetime) -> bool:
    """Count a reminder; False if somebody was faster, or the review is done."""
    counted = conn.execute(
        update(members)
        .where(_M.account_id == one.account_id, _M.id == one.member_id, _M.reminders == one.sent)
        .values(reminded_at=at, reminders=one.sent + 1)
    )
    return counted.rowcount == 1


def how_many_due(conn: Connection, account_id: AccountId, reviewed_by: datetime) -> int:
    """Active people who were last reviewed by then."""
    return conn.execute(
        select(func.count()).where(
            _M.account_id == account_id, _M.status == Status.ACTIVE.value, _M.reviewed_at <= reviewed_by
        )
    ).scalar_one()
