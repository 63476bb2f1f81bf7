"""Who lets which client have something at this moment: living grants, remembered consents, passes to sites.

A grant whose code was never redeemed gave nobody anything, and is not counted.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, delete, func, or_, select

from sparekey.core.clients import ClientId
from sparekey.core.people import Member
from sparekey.store.schema import consents, grants, members, passes, sessions

_G, _P, _K = grants.c, passes.c, consents.c


@dataclass(frozen=True)
class Access:
    """What one client has of one person. `id`: of the client or of the person, whichever is asked for."""

    id: str
    since: datetime
    last: datetime
    scopes: frozenset[str] = frozenset()


def of_member(conn: Connection, who: Member, now: datetime) -> dict[str, Access]:
    """By client, what this person lets it have. Three statements."""
    mine = (_G.account_id == who.account_id, _G.member_id == who.id)
    given = select(_G.client_id.label("id"), _G.scopes, _G.created_at.label("at")).where(*mine, *_living(now))
    kept = select(_K.client_id.label("id"), _K.scopes, _K.given_at.label("at")).where(
        _K.account_id == who.account_id, _K.member_id == who.id
    )
    passing = select(_P.client_id.label("id"), _P.created_at.label("at")).where(
        _P.account_id == who.account_id, _P.member_id == who.id, *_passing(now)
    )
    found: dict[str, Access] = {}
    for statement in (given, kept, passing):
        _gather(found, conn.execute(statement))
    return found


def of_client(conn: Connection, client_id: ClientId, now: datetime, limit: int) -> tuple[list[Access], int]:
    """Who lets this client have something, who signed in last first, and how many they are."""
    given = select(_G.member_id.label("id"), _G.created_at.label("at")).where(
        _G.client_id == client_id, *_living(now)
    )
    passing = select(_P.member_id.label("id"), _P.created_at.label("at")).where(
        _P.client_id == client_id, *_passing(now)
    )
    every = given.union_all(passing).subquery()
    since, last = func.min(every.c.at).label("since"), func.max(every.c.at).label("last")
    by_person = (
        select(every.c.id, since, last).join(members, members.c.id == every.c.id).group_by(every.c.id)
    ).subquery()
    rows = conn.execute(select(by_person).order_by(by_person.c.last.desc(), by_person.c.id).limit(limit))
    count = conn.execute(select(func.count()).select_from(by_person)).scalar_one()
    return [Access(row.id, row.since, row.last) for row in rows], count


def end_passes(conn: Connection, who: Member, client_id: ClientId) -> int:
    """End what lets a person pass to a site. Gives how many browsers that was."""
    where = (_P.account_id == who.account_id, _P.member_id == who.id, _P.client_id == client_id)
    return conn.execute(delete(passes).where(*where)).rowcount


def forget_person(conn: Connection, who: Member) -> None:
    """A deleted person let nobody have anything."""
    conn.execute(delete(consents).where(_K.account_id == who.account_id, _K.member_id == who.id))
    conn.execute(delete(passes).where(_P.account_id == who.account_id, _P.member_id == who.id))


def _living(now: datetime) -> tuple[ColumnElement[bool], ...]:
    return (
        _G.ended_at.is_(None),
        _G.expires_at > now,
        or_(_G.code_hash.is_(None), _G.code_spent_at.is_not(None)),
        or_(_G.is_offline, _in_session(_G.session_id, now)),
    )


def _passing(now: datetime) -> tuple[ColumnElement[bool], ...]:
    return (~_P.is_ticket, _P.expires_at > now, _in_session(_P.session_id, now))


def _in_session(session_id: ColumnElement[str], now: datetime) -> ColumnElement[bool]:
    there = select(sessions.c.id).where(sessions.c.id == session_id, sessions.c.expires_at > now)
    return there.exists()


def _gather(found: dict[str, Access], rows: Iterable[Row[Any]]) -> None:
    for row in rows:
        scopes = frozenset(getattr(row, "scopes", "").split())
        known = found.get(row.id) or Access(row.id, row.at, row.at)
        found[row.id] = Access(
            row.id, min(known.since, row.at), max(known.last, row.at), known.scopes | scopes
        )
