"""What people gave clients: grants with their codes, and consents that are remembered.

A grant is alive while it has not ended, its time is not over and, without offline access, its session is there.
Nothing has to be written when a session ends: whoever looks joins the session.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, bindparam, delete, insert, select, update

from sparekey.core.clients import Client, ClientId, Grant, GrantId
from sparekey.core.people import AccountId, Member, MemberId, SessionId
from sparekey.core.sessions import Scope
from sparekey.store.oidc.clients import client_of
from sparekey.store.schema import clients, consents, grants, sessions

_G = grants.c
_ADD = insert(grants)
_SPEND_CODE = (
    update(grants)
    .where(_G.id == bindparam("grant"), _G.code_spent_at.is_(None))
    .values(code_spent_at=bindparam("at"))
)
_END = (
    update(grants).where(_G.id == bindparam("grant"), _G.ended_at.is_(None)).values(ended_at=bindparam("at"))
)
_CONSENT = select(consents.c.scopes).where(
    consents.c.account_id == bindparam("account"),
    consents.c.member_id == bindparam("member"),
    consents.c.client_id == bindparam("client"),
)


@dataclass(frozen=True)
class Found:
    """A grant, and how long its session can be there at most; None: it has ended."""

    grant: Grant
    session_until: datetime | None

    def is_alive(self, now: datetime) -> bool:
        grant = self.grant
        is_over = grant.ended_at is not None or now >= grant.expires_at
        has_session = self.session_until is not None and now < self.session_until
        return not is_over and (grant.is_offline or has_session)


@dataclass(frozen=True)
class Opened:
    """A session in which somebody opened a client that wants to be told of the end. Who else may is left away."""

    client: Client
    member_id: MemberId
    session_id: SessionId


def add(conn: Connection, grant: Grant, code_hash: str | None) -> None:
    conn.execute(_ADD, {**_columns(grant), "code_hash": code_hash})


def spend_code(conn: Connection, grant: Grant, at: datetime) -> bool:
    """Use the code up; False when somebody was faster."""
    return conn.execute(_SPEND_CODE, {"grant": grant.id, "at": at}).rowcount == 1


def end(conn: Connection, grant_id: GrantId, at: datetime) -> bool:
    """End a grant, and with it its tokens; False when it had ended before."""
    return conn.execute(_END, {"grant": grant_id, "at": at}).rowcount == 1


def end_of_person(conn: Connection, who: Member, at: datetime, client_id: ClientId | None = None) -> int:
    """End all that a person gave (to one client), offline access too. Gives how many."""
    where = [_G.account_id == who.account_id, _G.member_id == who.id, _G.ended_at.is_(None)]
    if client_id is not None:
        where.append(_G.client_id == client_id)
    return conn.execute(update(grants).where(*where).values(ended_at=at)).rowcount


def end_of_client(conn: Connection, client_id: ClientId, at: datetime, but: Sequence[MemberId]) -> int:
    """End all that a client was given, but by these people. Gives how many."""
    where = (_G.client_id == client_id, _G.ended_at.is_(None), _G.member_id.not_in(but))
    return conn.execute(update(grants).where(*where).values(ended_at=at)).rowcount


def opened_by(conn: Connection, who: Member, *, only: SessionId | None = None, but: str = "") -> list[Opened]:
    """What a person opened in their finished sessions: all, one, or all but one."""
    where = [sessions.c.account_id == who.account_id, sessions.c.member_id == who.id, sessions.c.hash != but]
    if only is not None:
        where.append(sessions.c.id == only)
    return _opened(conn, *where)


def opened_in(conn: Connection, client_id: ClientId) -> list[Opened]:
    """The finished sessions in which somebody opened this client."""
    return _opened(conn, clients.c.id == client_id)


def _opened(conn: Connection, *where: ColumnElement[bool]) -> list[Opened]:
    rows = conn.execute(
        select(clients, sessions.c.id.label("session_id"), sessions.c.member_id)
        .distinct()
        .join_from(grants, clients, clients.c.id == _G.client_id)
        .join(sessions, sessions.c.id == _G.session_id)
        .where(*where, sessions.c.scope == Scope.FULL.value, clients.c.backchannel_uri != "")
        .order_by(clients.c.id, sessions.c.id)
    )
    return [Opened(client_of(row, None), MemberId(row.member_id), SessionId(row.session_id)) for row in rows]


def consented(conn: Connection, who: Member, client_id: ClientId) -> frozenset[str]:
    """The scopes a person let this client have for good."""
    values = {"account": who.account_id, "member": who.id, "client": client_id}
    kept = conn.execute(_CONSENT, values).scalar_one_or_none()
    return frozenset((kept or "").split())


def consent(conn: Connection, who: Member, client_id: ClientId, scopes: Sequence[str], at: datetime) -> None:
    """Remember these scopes in place of the earlier ones."""
    withdraw(conn, who, client_id)
    key = {"account_id": who.account_id, "member_id": who.id, "client_id": client_id}
    conn.execute(insert(consents).values(**key, scopes=" ".join(sorted(scopes)), given_at=at))


def withdraw(conn: Connection, who: Member, client_id: ClientId) -> None:
    conn.execute(
        delete(consents).where(
            consents.c.account_id == who.account_id,
            consents.c.member_id == who.id,
            consents.c.client_id == client_id,
        )
    )


def found_grant(row: Row[Any]) -> Found:
    """From a row that holds the columns of `grants` and, as `session_until`, when the session ends."""
    return Found(_grant(row), row.session_until)


def _grant(row: Row[Any]) -> Grant:
    return Grant(
        id=GrantId(row.id),
        account_id=AccountId(row.account_id),
        member_id=MemberId(row.member_id),
        client_id=ClientId(row.client_id),
        session_id=SessionId(row.session_id),
        scopes=tuple(row.scopes.split()),
        created_at=row.created_at,
        expires_at=row.expires_at,
        acr=row.acr,
        amr=tuple(row.amr.split()),
        auth_time=row.auth_time,
        nonce=row.nonce,
        claims=row.claims,
        asks_auth_time=row.asks_auth_time,
        redirect_uri=row.redirect_uri,
        challenge=row.challenge,
        jkt=row.jkt,
        is_offline=row.is_offline,
        code_expires_at=row.code_expires_at,
        code_spent_at=row.code_spent_at,
        ended_at=row.ended_at,
    )


def _columns(grant: Grant) -> dict[str, Any]:
    return {
        "id": grant.id,
        "account_id": grant.account_id,
        "member_id": grant.member_id,
        "client_id": grant.client_id,
        "session_id": grant.session_id,
        "scopes": " ".join(grant.scopes),
        "created_at": grant.created_at,
        "expires_at": grant.expires_at,
        "acr": grant.acr,
        "amr": " ".join(grant.amr),
        "auth_time": grant.auth_time,
        "nonce": grant.nonce,
        "claims": grant.claims,
        "asks_auth_time": grant.asks_auth_time,
        "redirect_uri": grant.redirect_uri,
        "challenge": grant.challenge,
        "jkt": grant.jkt,
        "is_offline": grant.is_offline,
        "code_expires_at": grant.code_expires_at,
        "code_spent_at": grant.code_spent_at,
        "ended_at": grant.ended_at,
    }
