"""Whether a database fits this version, and making it fit.

Alembic is loaded only to change a database that an older version made: it costs 10 MB, and a server never
needs it. An empty one gets the tables as `schema` has them now; a test proves that the revisions lead to the
same. `migrate` takes a lock first (on SQLite the write lock does), so that two starts at once set a database
up once.
"""

from enum import StrEnum
from pathlib import Path

from sqlalchemy import Column, Connection, MetaData, String, Table, inspect, select, text

from sparekey.store.engine import Database
from sparekey.store.schema import metadata

REVISIONS = ("0001",)
"""Every revision in order; a test compares with the files."""
HEAD = REVISIONS[-1]
_LOCK = text("SELECT pg_advisory_xact_lock(7310579)")
_MARK = Table("alembic_version", MetaData(), Column("version_num", String(32), primary_key=True))
"""Where Alembic keeps the revision, as it makes the table itself."""
_VERSION = select(_MARK.c.version_num)


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
    if _MARK.name not in tables:
        return State.FOREIGN if tables else State.EMPTY
    found = conn.execute(_VERSION).scalar_one_or_none()
    if found == HEAD:
        return State.CURRENT
    return State.BEHIND if found in REVISIONS else State.AHEAD


def is_current(conn: Connection) -> bool:
    """The same in one statement, for a database that was current at start."""
    return conn.execute(_VERSION).scalar_one_or_none() == HEAD


def has_these_tables(conn: Connection) -> bool:
    """Every table has the columns that `schema` says, and there is no other: also where the revision is the same."""
    found = {
        name: {one["name"] for one in each} for (_, name), each in inspect(conn).get_multi_columns().items()
    }
    found.pop(_MARK.name, None)
    return found == {table.name: {column.name for column in table.c} for table in metadata.sorted_tables}


def begin_anew(conn: Connection) -> None:
    """Throw away everything that is kept there, and set it up as an empty database is."""
    there = MetaData()
    there.reflect(conn)
    there.drop_all(conn)
    _set_up(conn)


def migrate(database: Database) -> State:
    """Bring an empty or older database to the present schema, and leave others; returns what was found."""
    return database.write(_upgrade)


def _upgrade(conn: Connection) -> State:
    if conn.dialect.name == "postgresql":
        conn.execute(_LOCK)
    found = state(conn)
    if found is State.EMPTY:
        _set_up(conn)
    if found is State.BEHIND:
        run_revisions(conn)
    return found


def _set_up(conn: Connection) -> None:
    metadata.create_all(conn)
    _MARK.create(conn)
    conn.execute(_MARK.insert().values(version_num=HEAD))


def run_revisions(conn: Connection) -> None:
    """All revisions that the database has not seen yet."""
    from alembic import command  # noqa: PLC0415 -- only when there is something to do
    from alembic.config import Config  # noqa: PLC0415

    config = Config()
    config.set_main_option("script_location", str(Path(__file__).with_name("migrations")).replace("%", "%%"))
    config.attributes["connection"] = conn
    command.upgrade(config, HEAD)
