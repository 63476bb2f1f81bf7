"""Counts for those who watch the server, and the check values of its keys."""

from datetime import datetime, timedelta

from sqlalchemy import Connection, func, select

from sparekey.store.queue import put_fact
from sparekey.store.schema import cases, facts, outbox

_KEY = "key:"
_O = outbox.c
_CASES = select(cases.c.state, func.count()).group_by(cases.c.state)
_LETTERS = select(_O.state, func.count()).group_by(_O.state)


def cases_by_state(conn: Connection) -> dict[str, int]:
    return {row[0]: row[1] for row in conn.execute(_CASES)}


def letters_by_state(conn: Connection) -> dict[str, int]:
    return {row[0]: row[1] for row in conn.execute(_LETTERS)}


def is_outbox_stuck(conn: Connection, now: datetime, patience: timedelta) -> bool:
    """Letters have been due for longer than that, and nobody is at work on any letter.

    A mail server that is down is no such case: what it refuses is due again later.
    """
    waiting = _O.state == "waiting"
    overdue = select(_O.id).where(waiting, _O.due_at < now - patience).limit(1)
    at_work = select(_O.id).where(waiting, _O.lease_until > now).limit(1)
    return conn.execute(overdue).first() is not None and conn.execute(at_work).first() is None


def key_marks(conn: Connection) -> frozenset[str]:
    """The check values of the keys that this database's values are sealed with."""
    rows = conn.execute(select(facts.c.name).where(facts.c.name.startswith(_KEY, autoescape=True)))
    return frozenset(row.name.removeprefix(_KEY) for row in rows)


def add_key_marks(conn: Connection, marks: frozenset[str]) -> None:
    for mark in sorted(marks - key_marks(conn)):
        put_fact(conn, _KEY + mark, "sealed with this key")
