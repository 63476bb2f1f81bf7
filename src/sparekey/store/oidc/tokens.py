"""Access and refresh tokens by their hash, each with what decides whether it is alive, in one statement."""

from datetime import datetime
from functools import cached_property
from types import SimpleNamespace
from typing import Any

from sqlalchemy import Connection, bindparam, delete, insert, or_, select, update

from sparekey.core.clients import Client, Grant, GrantId
from sparekey.core.people import Member, Status
from sparekey.core.tokens import Token, TokenKind
from sparekey.store.oidc import clients as kept_clients
from sparekey.store.oidc.grants import Found, found_grant
from sparekey.store.people import member_of
from sparekey.store.schema import clients, grants, members, sessions, tokens

_T, _G = tokens.c, grants.c
_OF_MEMBER = [column.name for column in members.c]
_OF_CLIENT = [column.name for column in clients.c]
_UNTIL = sessions.c.expires_at.label("session_until")
_SESSION = sessions.c.id == _G.session_id
_PERSON = (members.c.account_id == _G.account_id) & (members.c.id == _G.member_id)
_OF_PERSON = (
    select(
        *[column.label(f"m_{column.name}") for column in members.c],
        grants,
        _UNTIL,
    )
    .join_from(grants, members, _PERSON)
    .outerjoin(sessions, _SESSION)
)
_BY_CODE = _OF_PERSON.where(_G.code_hash == bindparam("h"))
_BY_ID = _OF_PERSON.where(_G.id == bindparam("h"))
_WHOLE = (
    select(
        *[column.label(f"m_{column.name}") for column in members.c],
        *[column.label(f"c_{column.name}") for column in clients.c],
        grants,
        _UNTIL,
        *[column.label(f"t_{column.name}") for column in tokens.c],
    )
    .join_from(tokens, grants, _G.id == _T.grant_id)
    .join(members, _PERSON)
    .join(clients, clients.c.id == _G.client_id)
    .outerjoin(sessions, _SESSION)
    .where(_T.hash == bindparam("h"))
)
_ADD = insert(tokens)
_SPEND = (
    update(tokens).where(_T.hash == bindparam("h"), _T.spent_at.is_(None)).values(spent_at=bindparam("at"))
)
_END = delete(tokens).where(_T.hash == bindparam("h"))


class Given:
    """What somebody gave a client, and who that is now. Values are made from the row when they are asked for."""

    def __init__(self, row: Any) -> None:
        self._row = row

    @cached_property
    def found(self) -> Found:
        return found_grant(self._row)

    @property
    def grant(self) -> Grant:
        return self.found.grant

    @cached_property
    def member(self) -> Member:
        return member_of(SimpleNamespace(**dict(zip(_OF_MEMBER, self._row[: len(_OF_MEMBER)], strict=True))))

    def is_alive(self, now: datetime) -> bool:
        return self._row.m_status == Status.ACTIVE.value and self.found.is_alive(now)


class Whole(Given):
    """A token with the grant it hangs on, the person, and the client. Who may use the client is left away."""

    @cached_property
    def token(self) -> Token:
        row = self._row
        return Token(
            hash=row.t_hash,
            grant_id=GrantId(row.t_grant_id),
            kind=TokenKind(row.t_kind),
            scopes=tuple(row.t_scopes.split()),
            created_at=row.t_created_at,
            expires_at=row.t_expires_at,
            jkt=row.t_jkt,
            spent_at=row.t_spent_at,
        )

    @cached_property
    def client(self) -> Client:
        values = self._row[len(_OF_MEMBER) : len(_OF_MEMBER) + len(_OF_CLIENT)]
        return kept_clients.client_of(SimpleNamespace(**dict(zip(_OF_CLIENT, values, strict=True))), None)

    @property
    def is_pairwise(self) -> bool:
        return bool(self._row.c_is_pairwise)

    def is_good(self, now: datetime) -> bool:
        """The token itself counts, and what it hangs on."""
        token = self.token
        return token.spent_at is None and now < token.expires_at and self.is_alive(now)


def by_code(conn: Connection, code_hash: str) -> Given | None:
    """What a code was given for, spent or not."""
    row = conn.execute(_BY_CODE, {"h": code_hash}).one_or_none()
    return Given(row) if row else None


def by_grant(conn: Connection, grant_id: GrantId) -> Given | None:
    row = conn.execute(_BY_ID, {"h": grant_id}).one_or_none()
    return Given(row) if row else None


def find(conn: Connection, token_hash: str) -> Whole | None:
    """The token under this hash, alive or not."""
    row = conn.execute(_WHOLE, {"h": token_hash}).one_or_none()
    return Whole(row) if row else None


def add(conn: Connection, *new: Token) -> None:
    conn.execute(_ADD, [_columns(one) for one in new])


def spend(conn: Connection, token_hash: str, at: datetime) -> bool:
    """Use a refresh token up; False when somebody was faster."""
    return conn.execute(_SPEND, {"h": token_hash, "at": at}).rowcount == 1


def end(conn: Connection, token_hash: str) -> None:
    """Forget one token."""
    conn.execute(_END, {"h": token_hash})


def purge(conn: Connection, now: datetime) -> None:
    """Forget what ended: access tokens, all that hangs on grants that are over, and those with their session.

    A refresh token that was spent stays as long as its grant lives, to be known again. A grant stays as long as its
    session is there: it says which apps are told when that ends, and an app that gave its tokens back is one of them.
    """
    conn.execute(delete(tokens).where(_T.kind == TokenKind.ACCESS.value, _T.expires_at <= now))
    over = or_(_G.expires_at <= now, _G.ended_at.is_not(None))
    conn.execute(delete(tokens).where(_T.grant_id.in_(select(_G.id).where(over))))
    conn.execute(delete(grants).where(over, ~select(sessions.c.id).where(_SESSION).exists()))


def _columns(token: Token) -> dict[str, Any]:
    return {
        "hash": token.hash,
        "grant_id": token.grant_id,
        "kind": token.kind.value,
        "scopes": " ".join(token.scopes),
        "jkt": token.jkt,
        "created_at": token.created_at,
        "expires_at": token.expires_at,
        "spent_at": token.spent_at,
    }
