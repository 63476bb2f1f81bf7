"""Passes to sites behind a proxy. One is good as long as its session: whoever looks joins the session.

`Gate` is the one question that every page of every such site asks. On SQLite what it found is remembered until
anybody has written anything at all.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Generic, NamedTuple, TypeVar

from sqlalchemy import Connection, and_, bindparam, delete, insert, or_, select

from sparekey.core.clients import ClientId
from sparekey.core.people import AccountId, MemberId, SessionId, Status
from sparekey.core.sessions import Scope
from sparekey.store.engine import Database
from sparekey.store.schema import client_people, clients, members, passes, sessions

_P, _S, _M, _C, _W = passes.c, sessions.c, members.c, clients.c, client_people.c
_ADD = insert(passes)
_TAKE = (
    delete(passes)
    .where(_P.hash == bindparam("h"), _P.is_ticket)
    .returning(_P.account_id, _P.member_id, _P.session_id, _P.client_id, _P.expires_at, _P.browser)
)
_HOST = select(_C.host).where(_C.id == bindparam("client"))
_LOOK = (
    select(
        _S.hash,
        _S.last_used_at,
        _S.expires_at,
        _S.proofs,
        _M.username,
        _M.email,
        _M.name,
        _M.role,
        _C.host,
        _C.demand,
        _C.fresh_minutes,
        or_(~_C.only_some, _W.member_id.is_not(None)).label("may_enter"),
    )
    .select_from(passes)
    .join(sessions, _S.id == _P.session_id)
    .join(members, and_(_M.account_id == _P.account_id, _M.id == _P.member_id))
    .join(clients, _C.id == _P.client_id)
    .outerjoin(client_people, and_(_W.client_id == _P.client_id, _W.member_id == _P.member_id))
    .where(
        _P.hash == bindparam("h"),
        ~_P.is_ticket,
        _S.scope == Scope.FULL.value,
        _M.status == Status.ACTIVE.value,
    )
)
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_FIXED = (Scope.FULL.value, Status.ACTIVE.value)
"""In the order of the statement's question marks, behind the pass."""
T = TypeVar("T")


@dataclass(frozen=True)
class Pass:
    """Who may go on to which site; as a ticket first, good in that browser alone."""

    account_id: AccountId
    member_id: MemberId
    session_id: SessionId
    client_id: ClientId
    expires_at: datetime
    is_ticket: bool = False
    browser: str = ""


class Seen(NamedTuple):
    """What a pass shows at the gate: the session it hangs on, its person, and what the site asks for."""

    session_hash: str
    last_used_at: datetime
    ends_at: datetime
    proofs: str
    username: str
    email: str
    name: str
    role: str
    host: str
    demand: str
    fresh_minutes: int
    may_enter: bool


class Gate(Generic[T]):
    """Looks passes up; `read` makes of each what its asker needs."""

    def __init__(self, db: Database, read: Callable[[Seen], T]) -> None:
        self._db, self._read = db, read
        self.is_inline = db.is_sqlite
        """The answer costs microseconds and waits for nobody: no thread is worth it."""
        self._sql = str(_LOOK.compile(dialect=db.engine.dialect))

    def look(self, pass_hash: str) -> T | None:
        """What this pass shows now; None where there is none any longer. Times are for the asker to look at."""
        if not self.is_inline:
            row = self._db.read(lambda conn: conn.execute(_LOOK, {"h": pass_hash}).one_or_none())
            return self._read(_seen(row[1], row[2], row)) if row else None
        found, version = self._db.remembered.get(pass_hash)
        return found or self._look_anew(pass_hash, version)

    def _look_anew(self, pass_hash: str, version: int) -> T | None:
        row = self._db.remembered.row(self._sql, (pass_hash, *_FIXED))
        if row is None:
            return None
        found = self._read(_seen(_instant(row[1]), _instant(row[2]), row))
        self._db.remembered.put(pass_hash, found, version)
        return found


def _seen(used_at: datetime, ends_at: datetime, row: Any) -> Seen:
    return Seen(row[0], used_at, ends_at, *row[3:])


def _instant(ticks: int) -> datetime:
    return _EPOCH + timedelta(microseconds=ticks)


def add(conn: Connection, new: Pass, key: str, at: datetime) -> None:
    """Keep a pass, or the ticket for one, under the hash of what the browser holds."""
    conn.execute(_ADD, {**vars(new), "hash": key, "created_at": at})


def take_ticket(conn: Connection, ticket_hash: str, browser: str, now: datetime) -> tuple[Pass, str] | None:
    """Use a ticket up; in the browser it was made for, gives whose it is, and the site's name.

    In another one it is used up too: somebody was sent on with a ticket that another browser waits for.
    """
    row = conn.execute(_TAKE, {"h": ticket_hash}).one_or_none()
    if row is None or now >= row.expires_at or row.browser != browser:
        return None
    host = conn.execute(_HOST, {"client": row.client_id}).scalar_one_or_none()
    whose = Pass(
        AccountId(row.account_id),
        MemberId(row.member_id),
        SessionId(row.session_id),
        ClientId(row.client_id),
        row.expires_at,
    )
    return (whose, host) if host else None


def purge(conn: Connection, now: datetime) -> None:
    conn.execute(delete(passes).where(_P.expires_at <= now))
