"""Requests that clients pushed before they send the browser (RFC 9126)."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, bindparam, delete, insert, select

from sparekey.core.clients import ClientId
from sparekey.store.schema import pushed

_P = pushed.c
_ADD = insert(pushed)
_BY_HASH = select(pushed).where(_P.hash == bindparam("h"))
_SPEND = delete(pushed).where(_P.hash == bindparam("h"))


@dataclass(frozen=True)
class Pushed:
    """`parameters`: what was pushed, as JSON."""

    hash: str
    client_id: ClientId
    parameters: str
    expires_at: datetime


def add(conn: Connection, new: Pushed) -> None:
    values = {"hash": new.hash, "client_id": new.client_id, "parameters": new.parameters}
    conn.execute(_ADD, {**values, "expires_at": new.expires_at})


def find(conn: Connection, request_hash: str) -> Pushed | None:
    """The request under this hash, ended or not."""
    row = conn.execute(_BY_HASH, {"h": request_hash}).one_or_none()
    return Pushed(row.hash, ClientId(row.client_id), row.parameters, row.expires_at) if row else None


def spend(conn: Connection, request_hash: str) -> bool:
    """Use it up; False when somebody was faster."""
    return conn.execute(_SPEND, {"h": request_hash}).rowcount == 1


def purge(conn: Connection, now: datetime) -> None:
    conn.execute(delete(pushed).where(_P.expires_at <= now))
