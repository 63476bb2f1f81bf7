"""Signed statements that are good once, until they would be too old anyway."""

from datetime import datetime

from sqlalchemy import Connection, delete
from sqlalchemy.dialects.postgresql import insert as postgresql_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert

from sparekey.store.schema import used_ids

_USE = {
    name: insert(used_ids).on_conflict_do_nothing(index_elements=["key"]).returning(used_ids.c.key)
    for name, insert in (("sqlite", sqlite_insert), ("postgresql", postgresql_insert))
}


def use(conn: Connection, key: str, expires_at: datetime) -> bool:
    """Use one up, in every process; False when it was used before."""
    values = {"key": key, "expires_at": expires_at}
    return conn.execute(_USE[conn.dialect.name], values).one_or_none() is not None


def purge(conn: Connection, now: datetime) -> None:
    conn.execute(delete(used_ids).where(used_ids.c.expires_at <= now))
