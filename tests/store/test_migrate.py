"""One time-line for both databases, and what a start finds in one."""

from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, inspect, text

from sparekey.store import migrate as module
from sparekey.store.engine import Database
from sparekey.store.migrate import REVISIONS, State, is_current, migrate, state
from sparekey.store.schema import metadata
from tests.store.threads import in_threads


@pytest.fixture
def empty(url: str) -> Database:
    return Database(url)


def test_the_list_of_revisions_is_that_of_the_files() -> None:
    config = Config()
    config.set_main_option("script_location", str(Path(module.__file__).with_name("migrations")))
    found = [each.revision for each in ScriptDirectory.from_config(config).walk_revisions()]
    assert REVISIONS == tuple(reversed(found))


def test_the_migrations_make_the_schema(database: Database) -> None:
    def differences(conn: Connection) -> object:
        return compare_metadata(MigrationContext.configure(conn, opts={"compare_type": True}), metadata)

    assert [] == database.read(differences)


def test_names_of_keys_and_indexes_are_those_of_the_schema(url: str, tmp_path: Path) -> None:
    """A later revision can only drop what has the same name on every server."""
    migrated, made = Database(url), Database(f"sqlite:///{tmp_path / 'other'}")
    migrate(migrated)
    metadata.create_all(made.engine)
    assert made.read(_names) == migrated.read(_names)
    migrated.close()
    made.close()


def _names(conn: Connection) -> set[tuple[str, str | None]]:
    look = inspect(conn)
    found: set[tuple[str, str | None]] = set()
    for table in metadata.tables:
        found.add((table, look.get_pk_constraint(table)["name"]))
        found |= {(table, each["name"]) for each in look.get_unique_constraints(table)}
        found |= {(table, each["name"]) for each in look.get_indexes(table) if not each["unique"]}
    return found


def test_an_empty_database_is_set_up_once(empty: Database) -> None:
    found = [empty.read(state), migrate(empty), empty.read(state), migrate(empty)]
    assert [State.EMPTY, State.EMPTY, State.CURRENT, State.CURRENT] == found
    empty.close()


def test_starts_at_the_same_time_set_it_up_once(url: str) -> None:
    found: list[State] = []

    def start() -> None:
        database = Database(url)
        found.append(migrate(database))
        database.close()

    in_threads([start] * 3)
    assert [State.CURRENT, State.CURRENT, State.EMPTY] == sorted(found)


def test_a_newer_database_is_left_alone(database: Database) -> None:
    database.write(lambda conn: conn.execute(text("UPDATE alembic_version SET version_num = '9999'")))
    assert [State.AHEAD, State.AHEAD] == [database.read(state), migrate(database)]


def test_somebody_elses_database_is_left_alone(empty: Database) -> None:
    empty.write(lambda conn: conn.execute(text("CREATE TABLE notes (line text)")))
    found = [empty.read(state), migrate(empty)]
    tables = empty.read(lambda conn: inspect(conn).get_table_names())
    assert ([State.FOREIGN, State.FOREIGN], ["notes"]) == (found, tables)
    empty.close()


def test_a_running_server_can_ask_in_one_statement(database: Database) -> None:
    before = database.read(is_current)
    database.write(lambda conn: conn.execute(text("UPDATE alembic_version SET version_num = '9999'")))
    assert [True, False] == [before, database.read(is_current)]


def test_a_migration_that_fails_leaves_nothing(empty: Database) -> None:
    """The last statement of the set-up fails: no table stays."""
    empty.write(lambda conn: conn.execute(text("CREATE TABLE outbox (line text)")))

    def unit(conn: Connection) -> None:
        module._run_alembic(conn)

    with pytest.raises(Exception, match="outbox"):
        empty.write(unit)
    assert ["outbox"] == empty.read(lambda conn: inspect(conn).get_table_names())
    empty.close()
