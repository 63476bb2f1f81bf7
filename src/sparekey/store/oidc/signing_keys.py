"""The keys this server signs with: sealed private halves, and public ones for whoever checks a signature."""

from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import Connection, delete, insert, select, update

from sparekey.store.schema import signing_keys

_K = signing_keys.c


@dataclass(frozen=True)
class Kept:
    """One key as it is kept. `sealed`: None once it signs no more."""

    id: str
    algorithm: str
    public: str
    made_at: datetime
    signs_from: datetime
    sealed: bytes | None = field(default=None, repr=False)
    retired_at: datetime | None = None
    """From when it signs nothing; known as soon as its successor is there."""
    ends_at: datetime | None = None
    """From when its public half is published no more."""


def all_of(conn: Connection) -> list[Kept]:
    """Every key, the newest first."""
    rows = conn.execute(select(signing_keys).order_by(_K.signs_from.desc(), _K.made_at.desc(), _K.id))
    return [Kept(**row._mapping) for row in rows]


def add(conn: Connection, key: Kept) -> None:
    conn.execute(insert(signing_keys).values(vars(key)))


def retire(conn: Connection, key_id: str, at: datetime, ends_at: datetime) -> None:
    """It signs until `at`, and is published until `ends_at`."""
    conn.execute(update(signing_keys).where(_K.id == key_id).values(retired_at=at, ends_at=ends_at))


def erase_private(conn: Connection, now: datetime) -> None:
    """Forget the private halves of keys that sign no more."""
    conn.execute(update(signing_keys).where(_K.retired_at <= now, _K.sealed.is_not(None)).values(sealed=None))


def remove(conn: Connection, key_id: str) -> None:
    conn.execute(delete(signing_keys).where(_K.id == key_id))


def purge(conn: Connection, before: datetime) -> None:
    """Forget keys that stopped signing before that time."""
    conn.execute(delete(signing_keys).where(_K.retired_at < before))
