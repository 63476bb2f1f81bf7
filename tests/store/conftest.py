"""One database a test, SQLite and PostgreSQL in turn, with the schema that the migrations make."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from sparekey.store.engine import Database
from sparekey.store.migrate import migrate
from tests.infra.postgres import Postgres


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The address of an empty database."""
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path / 'sparekey.sqlite3'}"
        return
    server: Postgres = request.getfixturevalue("postgres")
    with server.database() as address:
        yield address


@pytest.fixture
def database(url: str) -> Iterator[Database]:
    """A database that is set up."""
    opened = Database(url)
    migrate(opened)
    yield opened
    opened.close()
