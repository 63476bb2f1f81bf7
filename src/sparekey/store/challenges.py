"""Challenges that wait for their answer: one for each holder, good for one answer, sealed."""

from datetime import datetime

from sqlalchemy import Connection, bindparam, delete, select
from sqlalchemy.dialects.postgresql import insert as postgresql_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert

from sparekey.store.schema import challenges

_C = challenges.c
_TAKE = delete(challenges).where(_C.holder == bindparam("h")).returning(_C.sealed, _C.expires_at)
_LOOK = select(_C.sealed, _C.expires_at).where(_C.holder == bindparam("h"))
_PUT = {
    name: insert(challenges).on_conflict_do_update(
        index_elements=["holder"],
        set_={
            "sealed": insert(challenges).excluded.sealed,
            "expires_at": insert(challenges).excluded.expires_at,
        },
    )
    for name, insert in (("sqlite", sqlite_insert), ("postgresql", postgresql_insert))
}


def put(conn: Connection, holder: str, sealed: bytes, expires_at: datetime) -> None:
    """Ask this holder anew: what was asked before is forgotten."""
    conn.execute(_PUT[conn.dialect.name], {"holder": holder, "sealed": sealed, "expires_at": expires_at})


def take(conn: Connection, holder: str, now: datetime) -> bytes | None:
    """What this holder was asked, once; None where nothing was, or too long ago."""
    row = conn.execute(_TAKE, {"h": holder}).one_or_none()
    return row.sealed if row and now < row.expires_at else None


def look(conn: Connection, holder: str, now: datetime) -> bytes | None:
    """What this holder was asked, left where it is."""
    row = conn.execute(_LOOK, {"h": holder}).one_or_none()
    return row.sealed if row and now < row.expires_at else None


def purge(conn: Connection, now: datetime) -> None:
    conn.execute(delete(challenges).where(_C.expires_at <= now))
