"""One server a run; every test gets a database of its own, and nothing is left at the end."""

import time
from pathlib import Path

import psycopg
import pytest

from tests.infra.postgres import Postgres, running_postgres

pytestmark = pytest.mark.postgres


def run(url: str, statement: str) -> list[tuple[object, ...]]:
    with psycopg.connect(url.replace("+psycopg", "")) as connection:
        cursor = connection.execute(statement.encode())
        return cursor.fetchall() if cursor.description else []


def test_a_database_is_a_copy_of_its_template_and_its_own(postgres: Postgres) -> None:
    template = postgres.build_template("greeting", lambda url: _greet(url, "hello"))
    with postgres.database(template) as one, postgres.database(template) as other:
        run(one, "DELETE FROM greeting")
        assert ([], [("hello",)]) == (run(one, "TABLE greeting"), run(other, "TABLE greeting"))


def test_a_template_is_built_once_and_a_failed_build_leaves_none(postgres: Postgres) -> None:
    with pytest.raises(psycopg.errors.SyntaxError):
        postgres.build_template("counted", lambda url: run(url, "CREATE NONSENSE"))
    postgres.build_template("counted", lambda url: _greet(url, "first"))
    template = postgres.build_template("counted", lambda url: _greet(url, "second"))
    with postgres.database(template) as url:
        assert [("first",)] == run(url, "TABLE greeting")


def test_a_database_is_dropped_even_while_somebody_is_connected(postgres: Postgres) -> None:
    with postgres.database() as url:
        connection = psycopg.connect(url.replace("+psycopg", ""))
    with pytest.raises(psycopg.OperationalError):
        connection.execute("SELECT 1")
    connection.close()
    with pytest.raises(psycopg.OperationalError, match="does not exist"):
        psycopg.connect(url.replace("+psycopg", ""))


def test_users_share_a_server_and_it_stops_after_the_last(tmp_path: Path) -> None:
    with running_postgres(tmp_path) as first:
        with running_postgres(tmp_path) as second:
            assert first == second
        assert [(1,)] == run(first.url("postgres"), "SELECT 1")
    _wait_until_gone(tmp_path / "port")
    with pytest.raises(psycopg.OperationalError):
        run_until_refused(first.url("postgres"))


def run_until_refused(url: str) -> None:
    for _ in range(500):
        run(url, "SELECT 1")
        time.sleep(0.02)


def _greet(url: str, word: str) -> None:
    run(url, f"CREATE TABLE greeting AS SELECT '{word}' AS word")


def _wait_until_gone(path: Path) -> None:
    deadline = time.monotonic() + 10
    while path.exists():
        assert time.monotonic() < deadline, f"{path.name} is still there"
        time.sleep(0.02)
