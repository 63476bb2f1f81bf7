"""What is remembered is never older than the database, whoever wrote, and whatever was read in between."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import Connection, text

from sparekey.store.engine import Database


@pytest.fixture
def db(tmp_path: Path) -> Iterator[Database]:
    database = Database(f"sqlite:///{tmp_path}/s.sqlite3")
    database.write(lambda conn: conn.execute(text("CREATE TABLE notes (words TEXT)")))
    yield database
    database.close()


def put(db: Database, words: str) -> None:
    db.write(lambda conn: conn.execute(text("INSERT INTO notes VALUES (:words)"), {"words": words}))


def last(conn: Connection) -> str | None:
    found: str | None = conn.execute(text("SELECT max(words) FROM notes")).scalar_one()
    return found


def test_the_second_asking_costs_no_statement_of_its_own(db: Database) -> None:
    put(db, "a")
    asked = []

    def read(conn: Connection) -> str | None:
        asked.append(1)
        return last(conn)

    assert ["a", "a"] == [db.recall("last", read) for _ in range(2)]
    assert 1 == len(asked)


def test_whatever_is_written_ends_it(db: Database) -> None:
    put(db, "a")
    db.recall("last", last)
    put(db, "b")
    assert "b" == db.recall("last", last)


def test_another_process_that_writes_ends_it_too(db: Database, tmp_path: Path) -> None:
    put(db, "a")
    db.recall("last", last)
    other = Database(f"sqlite:///{tmp_path}/s.sqlite3")
    put(other, "b")
    other.close()
    assert "b" == db.recall("last", last)


def test_what_was_read_before_somebody_wrote_is_not_kept_for_afterwards(db: Database) -> None:
    put(db, "a")
    _, version = db.remembered.get("last")
    put(db, "b")
    db.remembered.get("something else")
    db.remembered.put("last", "a", version)
    assert "b" == db.recall("last", last)


def test_nothing_is_never_remembered(db: Database) -> None:
    assert [None, None] == [db.recall("last", last), db.recall("other", last)]
    assert not db.remembered._kept
