"""One time-line for both databases, and what a start finds in one."""

import subprocess
import sys
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, inspect, text

import sparekey
from sparekey.store import migrate as module
from sparekey.store.engine import Database
from sparekey.store.migrate import REVISIONS, State, is_current, migrate, run_revisions, state
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


def test_the_revisions_lead_to_the_schema(empty: Database) -> None:
    """What an old database becomes is what a new one is."""

    def differences(conn: Connection) -> object:
        return compare_metadata(MigrationContext.configure(conn, opts={"compare_type": True}), metadata)

    empty.write(run_revisions)
    assert ([], State.CURRENT) == (empty.read(differences), empty.read(state))
    empty.close()


def test_names_of_keys_and_indexes_are_the_same_either_way(empty: Database, database: Database) -> None:
    """A later revision can only drop what has the same name on every server."""
    empty.write(run_revisions)
    assert database.read(_names) == empty.read(_names)
    empty.close()


def test_alembic_finds_nothing_to_do_in_a_new_database(database: Database) -> None:
    database.write(run_revisions)
    assert State.CURRENT == database.read(state)


def test_a_server_never_loads_alembic() -> None:
    """It would cost 10 MB for nothing."""
    loaded = "import sys, sparekey.app; print([name for name in sys.modules if name.startswith('alembic')])"
    source = str(Path(sparekey.__file__).parents[1])
    found = subprocess.run(
        [sys.executable, "-c", loaded], check=True, capture_output=True, text=True, cwd=source
    )
    assert "[]" == found.stdout.strip()


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

    with pytest.raises(Exception, match="outbox"):
        empty.write(run_revisions)
    assert ["outbox"] == empty.read(lambda conn: inspect(conn).get_table_names())
    empty.close()
