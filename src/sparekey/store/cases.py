"""Recovery cases and links."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Row, bindparam, delete, func, insert, select, update

from sparekey.core.people import AccountId, AuthenticatorId, CaseId, MemberId
from sparekey.core.recovery_case import FINAL, Case, CasePolicy, Delivery, Ending, How, State
from sparekey.errors import NotFound, Stale
from sparekey.store.schema import cases, links

NOT_ME = "not_me"
"""The purpose of links that only stop: *This wasn't me*."""
_C = cases.c
_L = links.c
_FINAL = [state.value for state in FINAL]
_OPEN_OF = (
    select(cases)
    .where(
        _C.account_id == bindparam("account"),
        _C.member_id == bindparam("member"),
        _C.state.not_in(_FINAL),
    )
    .order_by(_C.opened_at.desc())
    .limit(1)
)
_LOCK_OPEN_OF = _OPEN_OF.with_for_update()
_BY_HASH = select(links).where(_L.hash == bindparam("h"))
_LOCK_BY_HASH = _BY_HASH.with_for_update()


def _case(row: Row[Any]) -> Case:
    return Case(
        id=CaseId(row.id),
        account_id=AccountId(row.account_id),
        member_id=MemberId(row.member_id),
        method=row.method,
        policy=CasePolicy(row.approvals_needed, timedelta(seconds=row.waiting_seconds)),
        opened_by=row.opened_by,
        opened_at=row.opened_at,
        how=How(row.how),
        state=State(row.state),
        is_stolen=row.is_stolen,
        was_used=row.was_used,
        approvals=row.approvals,
        earlier_helpers=tuple(json.loads(row.earlier_helpers)),
        delivery=Delivery(row.delivery) if row.delivery else None,
        reason_at=row.reason_at,
        issued_at=row.issued_at,
        expires_at=row.expires_at,
        view_until=row.view_until,
        viewed_at=row.viewed_at,
        redeemed_at=row.redeemed_at,
        ended_at=row.ended_at,
        ending=Ending(row.ending) if row.ending else None,
        doubted_at=row.doubted_at,
        lost=tuple(AuthenticatorId(one) for one in json.loads(row.lost)),
        temporary=AuthenticatorId(row.temporary) if row.temporary else None,
        version=row.version,
    )


def _columns(case: Case) -> dict[str, Any]:
    return {
        "state": case.state.value,
        "approvals": case.approvals,
        "opened_by": case.opened_by,
        "earlier_helpers": json.dumps(list(case.earlier_helpers)),
        "how": case.how.value,
        "reason_at": case.reason_at,
        "is_stolen": case.is_stolen,
        "was_used": case.was_used,
        "delivery": case.delivery.value if case.delivery else None,
        "issued_at": case.issued_at,
        "expires_at": case.expires_at,
        "view_until": case.view_until,
        "viewed_at": case.viewed_at,
        "redeemed_at": case.redeemed_at,
        "ended_at": case.ended_at,
        "ending": case.ending.value if case.ending else None,
        "doubted_at": case.doubted_at,
        "lost": json.dumps(list(case.lost)),
        "temporary": case.temporary,
    }


def add(conn: Connection, new: Case) -> None:
    conn.execute(
        insert(cases).values(
            account_id=new.account_id,
            id=new.id,
            member_id=new.member_id,
            method=new.method,
            approvals_needed=new.policy.approvals_needed,
            waiting_seconds=int(new.policy.waiting_period.total_seconds()),
            opened_at=new.opened_at,
            version=0,
            **_columns(new),
        )
    )


def put(conn: Connection, changed: Case) -> None:
    """Keep a changed case if nobody was faster."""
    done = conn.execute(
        update(cases)
        .where(_C.account_id == changed.account_id, _C.id == changed.id, _C.version == changed.version)
        .values(version=changed.version + 1, **_columns(changed))
    )
    if done.rowcount != 1:
        raise Stale()


def get(conn: Connection, account_id: str, case_id: str, *, lock: bool = False) -> Case:
    statement = select(cases).where(_C.account_id == account_id, _C.id == case_id)
    row = conn.execute(statement.with_for_update() if lock else statement).one_or_none()
    if row is None:
        raise NotFound()
    return _case(row)


def open_of(conn: Connection, account_id: str, member_id: str, *, lock: bool = False) -> Case | None:
    """The running case of one person, if any: there is never more than one."""
    row = conn.execute(
        _LOCK_OPEN_OF if lock else _OPEN_OF, {"account": account_id, "member": member_id}
    ).one_or_none()
    return _case(row) if row else None


def doubted_of(conn: Connection, account_id: str, member_id: str, since: datetime) -> list[Case]:
    """The cases of one person that the person said *This wasn't me* of, after `since`."""
    rows = conn.execute(
        select(cases).where(_C.account_id == account_id, _C.member_id == member_id, _C.doubted_at > since)
    )
    return [_case(row) for row in rows]


def open_ones(conn: Connection, account_id: str, member_ids: Sequence[str] | None = None) -> list[Case]:
    """Running cases of an account, or of these people of it."""
    where = [_C.account_id == account_id, _C.state.not_in(_FINAL)]
    if member_ids is not None:
        where.append(_C.member_id.in_(member_ids))
    return [_case(row) for row in conn.execute(select(cases).where(*where).order_by(_C.opened_at))]


def due(conn: Connection, now: datetime, limit: int = 100) -> list[Case]:
    """Running cases whose time has run out, on the whole server."""
    rows = conn.execute(
        select(cases)
        .where(_C.state.in_([State.ISSUED.value, State.ROTATING.value]), _C.expires_at <= now)
        .order_by(_C.expires_at)
        .limit(limit)
    )
    return [_case(row) for row in rows]


@dataclass(frozen=True)
class Link:
    """A one-time link, kept by hash. `expires_at` None: as long as its case lives."""

    hash: str
    account_id: AccountId
    member_id: MemberId
    purpose: str
    created_at: datetime
    expires_at: datetime | None = None
    case_id: CaseId | None = None
    ended_at: datetime | None = None
    ending: str | None = None
    facts: Mapping[str, str] = field(default_factory=dict)


def _link(row: Row[Any]) -> Link:
    return Link(
        row.hash,
        AccountId(row.account_id),
        MemberId(row.member_id),
        row.purpose,
        row.created_at,
        row.expires_at,
        CaseId(row.case_id) if row.case_id else None,
        row.ended_at,
        row.ending,
        json.loads(row.facts),
    )


def add_link(conn: Connection, *new: Link) -> None:
    rows = [
        {
            "hash": one.hash,
            "account_id": one.account_id,
            "member_id": one.member_id,
            "case_id": one.case_id,
            "purpose": one.purpose,
            "created_at": one.created_at,
            "expires_at": one.expires_at,
            "facts": json.dumps(dict(one.facts)),
        }
        for one in new
    ]
    conn.execute(insert(links), rows)


def link(conn: Connection, link_hash: str, *, lock: bool = False) -> Link | None:
    row = conn.execute(_LOCK_BY_HASH if lock else _BY_HASH, {"h": link_hash}).one_or_none()
    return _link(row) if row else None


def links_of(conn: Connection, account_id: str, member_id: str, purpose: str) -> list[Link]:
    """Links of one purpose that were not ended, newest first."""
    rows = conn.execute(
        select(links)
        .where(
            _L.account_id == account_id,
            _L.member_id == member_id,
            _L.purpose == purpose,
            _L.ended_at.is_(None),
        )
        .order_by(_L.created_at.desc())
    )
    return [_link(row) for row in rows]


def open_until(
    conn: Connection, account_id: str, member_ids: Sequence[str], purposes: Sequence[str], now: datetime
) -> dict[str, datetime]:
    """Until when the newest link of these purposes works, by member; who has none is missing."""
    rows = conn.execute(
        select(_L.member_id, func.max(_L.expires_at).label("until"))
        .where(
            _L.account_id == account_id,
            _L.member_id.in_(member_ids),
            _L.purpose.in_(purposes),
            _L.ended_at.is_(None),
            _L.expires_at > now,
        )
        .group_by(_L.member_id)
    )
    return {row.member_id: row.until for row in rows}


def reported(conn: Connection, account_id: str, since: datetime) -> dict[str, datetime]:
    """When people last pressed *This wasn't me*, by member; only those after `since`."""
    rows = conn.execute(
        select(_L.member_id, func.max(_L.ended_at).label("at"))
        .where(_L.account_id == account_id, _L.purpose == NOT_ME, _L.ended_at > since)
        .group_by(_L.member_id)
    )
    return {row.member_id: row.at for row in rows}


def end_link(conn: Connection, link_hash: str, ending: str, at: datetime) -> bool:
    """End a link once; False when it had ended before."""
    done = conn.execute(
        update(links).where(_L.hash == link_hash, _L.ended_at.is_(None)).values(ended_at=at, ending=ending)
    )
    return done.rowcount == 1


def end_links(conn: Connection, account_id: str, member_id: str, ending: str, at: datetime, **by: str) -> int:
    """End all links of one person that still work: of one `purpose`, or of one `case_id`."""
    where = [_L.account_id == account_id, _L.member_id == member_id, _L.ended_at.is_(None)]
    where += [_L[name] == value for name, value in by.items()]
    return conn.execute(update(links).where(*where).values(ended_at=at, ending=ending)).rowcount


def limit_links(conn: Connection, case: Case, expires_at: datetime) -> None:
    """Let the links of a case that had no end of their own end then."""
    conn.execute(
        update(links)
        .where(
            _L.account_id == case.account_id,
            _L.member_id == case.member_id,
            _L.case_id == case.id,
            _L.expires_at.is_(None),
        )
        .values(expires_at=expires_at)
    )


def purge_links(conn: Connection, before: datetime) -> None:
    conn.execute(delete(links).where(_L.expires_at < before))
