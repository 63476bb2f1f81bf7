"""One database a test, SQLite and PostgreSQL in turn, with the schema that the migrations make."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from sparekey.store.engine import Database
from sparekey.store.migrate import migrate
from tests.infra.postgres import Postgres

BOTH = ["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)]
TEMPLATE = "sparekey_migrated"


def _set_up(url: str) -> None:
    database = Database(url)
    migrate(database)
    database.close()


@pytest.fixture(scope="session")
def migrated_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A SQLite database that is set up and closed, so that it can be copied."""
    file = tmp_path_factory.mktemp("migrated") / "sparekey.sqlite3"
    _set_up(f"sqlite:///{file}")
    return file


@pytest.fixture(params=BOTH)
def url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The address of an empty database."""
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path / 'sparekey.sqlite3'}"
        return
    server: Postgres = request.getfixturevalue("postgres")
    with server.database() as address:
        yield address


@pytest.fixture(params=BOTH)
def database(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Database]:
    """A database that is set up."""
    if request.param == "sqlite":
        file = shutil.copy(request.getfixturevalue("migrated_file"), tmp_path / "sparekey.sqlite3")
        opened = Database(f"sqlite:///{file}")
        yield opened
        opened.close()
        return
    server: Postgres = request.getfixturevalue("postgres")
    with server.database(server.build_template(TEMPLATE, _set_up)) as address:
        opened = Database(address)
        yield opened
        opened.close()
