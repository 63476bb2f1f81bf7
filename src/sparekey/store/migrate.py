"""Whether a database fits this version, and making it fit.

`state` is cheap: it reads one row and does not import Alembic, which a running server never needs. `migrate`
takes a lock first (on SQLite the write lock does), so that two starts at once set a database up once.
"""

from enum import StrEnum
from pathlib import Path

from sqlalchemy import Connection, inspect, text

from sparekey.store.engine import Database

REVISIONS = ("0001",)
"""Every revision in order; a test compares with the files."""
HEAD = REVISIONS[-1]
_LOCK = text("SELECT pg_advisory_xact_lock(7310579)")
_VERSION = text("SELECT version_num FROM alembic_version")


class State(StrEnum):
    """How a database relates to this version of the program."""

    EMPTY = "empty"
    CURRENT = "current"
    BEHIND = "behind"
    AHEAD = "ahead"
    """A newer version has been here."""
    FOREIGN = "foreign"
    """Something else is kept there."""


def state(conn: Connection) -> State:
    tables = set(inspect(conn).get_table_names())
    if "alembic_version" not in tables:
        return State.FOREIGN if tables else State.EMPTY
    found = conn.execute(_VERSION).scalar_one_or_none()
    if found == HEAD:
        return State.CURRENT
    return State.BEHIND if found in REVISIONS else State.AHEAD


def is_current(conn: Connection) -> bool:
    """The same in one statement, for a database that was current at start."""
    return conn.execute(_VERSION).scalar_one_or_none() == HEAD


def migrate(database: Database) -> State:
    """Bring an empty or older database to the present schema, and leave others; returns what was found."""
    return database.write(_upgrade)


def _upgrade(conn: Connection) -> State:
    if conn.dialect.name == "postgresql":
        conn.execute(_LOCK)
    found = state(conn)
    if found in (State.EMPTY, State.BEHIND):
        _run_alembic(conn)
    return found


def _run_alembic(conn: Connection) -> None:
    from alembic import command  # noqa: PLC0415 -- only when there is something to do
    from alembic.config import Config  # noqa: PLC0415

    config = Config()
    config.set_main_option("script_location", str(Path(__file__).with_name("migrations")).replace("%", "%%"))
    config.attributes["connection"] = conn
    command.upgrade(config, HEAD)
