"""What a unit of work leaves behind when it is refused, fails, finds the disk full or meets another one."""

import sqlite3
import threading
from pathlib import Path

import psycopg
import pytest
from sqlalchemy import Connection, select, text
from sqlalchemy.exc import DBAPIError, OperationalError

from sparekey.errors import NotFound, StorageTrouble
from sparekey.store.engine import RETRIES, Database, FairLock, Kept
from sparekey.store.migrate import migrate
from sparekey.store.queue import fact, put_fact
from sparekey.store.schema import facts
from tests.infra.postgres import Postgres
from tests.store.threads import in_threads


def write_then(database: Database, error: Exception) -> None:
    def unit(conn: Connection) -> None:
        put_fact(conn, "a", "written")
        raise error

    database.write(unit)


def kept_fact(database: Database) -> str | None:
    return database.read(lambda conn: fact(conn, "a"))


def test_a_refusal_that_is_kept_commits_first(database: Database) -> None:
    with pytest.raises(NotFound):
        write_then(database, Kept(NotFound()))
    assert "written" == kept_fact(database)


@pytest.mark.parametrize("error", [NotFound(), ValueError("a mistake")], ids=["refusal", "mistake"])
def test_any_other_exception_rolls_back(database: Database, error: Exception) -> None:
    with pytest.raises(type(error)):
        write_then(database, error)
    assert kept_fact(database) is None


def test_a_reading_unit_sees_one_state(tmp_path: Path) -> None:
    """On SQLite; PostgreSQL's READ COMMITTED promises that for each statement only."""
    database = opened(tmp_path)

    def unit(conn: Connection) -> tuple[str | None, str | None]:
        before = fact(conn, "a")
        database.write(lambda other: put_fact(other, "a", "written"))
        return before, fact(conn, "a")

    assert (None, None) == database.read(unit)
    database.close()


def test_writers_lose_no_update(database: Database) -> None:
    database.write(lambda conn: put_fact(conn, "a", "0"))

    def add_one(conn: Connection) -> None:
        locked = select(facts.c.value).where(facts.c.name == "a").with_for_update()
        put_fact(conn, "a", str(int(conn.execute(locked).scalar_one()) + 1))

    in_threads([lambda: [database.write(add_one) for _ in range(5)]] * 8)
    assert "40" == kept_fact(database)


def test_the_lock_is_handed_on_in_the_order_of_asking() -> None:
    lock, order, threads = FairLock(), [], []

    def take(number: int) -> None:
        with lock:
            order.append(number)

    with lock:
        for number in range(20):
            threads.append(threading.Thread(target=take, args=(number,)))
            threads[-1].start()
            while len(lock._queue) <= number:
                threading.Event().wait(0.001)
    for thread in threads:
        thread.join()
    assert list(range(20)) == order


def test_the_lock_is_free_again_after_a_failure() -> None:
    lock = FairLock()
    with pytest.raises(ValueError, match="inside"), lock:
        raise ValueError("inside")
    with lock:
        assert lock._is_held


def test_a_full_disk_is_a_refusal_and_leaves_nothing_half_done(tmp_path: Path) -> None:
    database = opened(tmp_path)

    def unit(conn: Connection) -> None:
        put_fact(conn, "a", "written")
        pages = conn.exec_driver_sql("PRAGMA page_count").scalar_one()
        conn.exec_driver_sql(f"PRAGMA max_page_count = {pages + 1}")
        put_fact(conn, "b", "x" * 100_000)

    with pytest.raises(StorageTrouble) as refusal:
        database.write(unit)
    assert ("full", None) == (refusal.value.reason, kept_fact(database))
    database.close()


def opened(folder: Path) -> Database:
    database = Database(f"sqlite:///{folder / 'sparekey.sqlite3'}")
    migrate(database)
    return database


def test_a_database_that_somebody_else_holds_is_a_refusal(tmp_path: Path) -> None:
    database = opened(tmp_path)
    other = sqlite3.connect(tmp_path / "sparekey.sqlite3", isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    with database.engine.connect() as connection:  # the next unit gets this connection from the pool
        connection.exec_driver_sql("PRAGMA busy_timeout = 20")
    with pytest.raises(StorageTrouble) as refusal:
        write_then(database, AssertionError("was let in"))
    other.close()
    assert ("locked", None) == (refusal.value.reason, kept_fact(database))
    database.close()


def test_a_database_that_cannot_be_opened_is_a_refusal(tmp_path: Path) -> None:
    database = Database(f"sqlite:///{tmp_path / 'missing' / 'file'}")
    with pytest.raises(StorageTrouble) as refusal:
        kept_fact(database)
    assert "unwritable" == refusal.value.reason


def test_a_database_out_of_reach_is_a_refusal() -> None:
    database = Database("postgresql://nobody@127.0.0.1:1/nothing")
    with pytest.raises(StorageTrouble) as refusal:
        kept_fact(database)
    assert "unreachable" == refusal.value.reason


def test_a_mistake_in_a_statement_stays_a_mistake(database: Database) -> None:
    with pytest.raises(DBAPIError):
        database.write(lambda conn: conn.execute(text("SELECT nonsense FROM facts")))


def test_no_error_repeats_what_was_to_be_written(database: Database) -> None:
    insert = text("INSERT INTO facts (name, value) VALUES (:name, :value)")

    def twice(conn: Connection) -> None:
        for _ in range(2):
            conn.execute(insert, {"name": "canary-name", "value": "canary-value"})

    with pytest.raises(DBAPIError) as error:
        database.write(twice)
    assert "canary-value" not in str(error.value)


class _Deadlock(psycopg.errors.DeadlockDetected):
    """What PostgreSQL raises in the unit that it picks as the victim."""


@pytest.mark.parametrize(("failures", "runs"), [(0, 1), (2, 3), (RETRIES, RETRIES + 1)])
def test_a_unit_that_lost_a_deadlock_runs_again(database: Database, failures: int, runs: int) -> None:
    count = 0

    def unit(conn: Connection) -> None:
        nonlocal count
        count += 1
        put_fact(conn, "a", str(count))
        if count <= failures:
            raise OperationalError("UPDATE", {}, _Deadlock())

    database.write(unit)
    assert (runs, str(runs)) == (count, kept_fact(database))


def test_a_unit_that_loses_every_time_is_refused(database: Database) -> None:
    def unit(conn: Connection) -> None:
        raise OperationalError("UPDATE", {}, _Deadlock())

    with pytest.raises(StorageTrouble):
        database.write(unit)


@pytest.mark.postgres
def test_two_units_that_lock_crosswise_both_succeed(postgres: Postgres) -> None:
    """A real deadlock: PostgreSQL ends one of them, which runs again. SQLite's writers never meet."""
    with postgres.database() as url:
        database = Database(url)
        migrate(database)
        _lock_crosswise(database)
        left = database.read(lambda conn: [fact(conn, name) for name in "ab"])
        database.close()
    first, second = sorted(int(str(value)) for value in left)
    assert first == 1
    assert second > 1


def _lock_crosswise(database: Database) -> None:
    database.write(lambda conn: put_fact(conn, "a", "0"))
    database.write(lambda conn: put_fact(conn, "b", "0"))
    both_hold_one = threading.Barrier(2, timeout=5)

    def lock(first: str, second: str) -> None:
        runs = 0

        def unit(conn: Connection) -> None:
            nonlocal runs
            runs += 1
            put_fact(conn, first, "1")
            if runs == 1:
                both_hold_one.wait()
            put_fact(conn, second, str(runs))

        database.write(unit)

    in_threads([lambda: lock("a", "b"), lambda: lock("b", "a")])
