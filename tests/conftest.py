"""A frozen world, and a server's context on a database of its own: SQLite, and PostgreSQL too.

Each test begins with an empty database with its schema and the server's audit chain. Nothing is patched: only
the clock, the dice and the cost of the password hash are other ones.
"""

import shutil
from collections.abc import Iterator
from datetime import UTC
from pathlib import Path

import pytest
from sqlalchemy import Connection, delete

from sparekey.adapters.hashing import Pool
from sparekey.adapters.mail import MailSettings, Security
from sparekey.adapters.sealing import Keys, Purpose
from sparekey.core.contract import Hashing, Relying
from sparekey.core.people import SERVER
from sparekey.factors import registered
from sparekey.flows.context import Context, Site
from sparekey.store import audit
from sparekey.store.engine import Database
from sparekey.store.schema import metadata
from sparekey.world import moment
from tests.infra.fixtures import _no_network, chromium, gateway, postgres, smtp
from tests.infra.postgres import Postgres
from tests.world import FrozenWorld

__all__ = ["_no_network", "chromium", "gateway", "postgres", "smtp"]

TEMPLATE = "sparekey_empty"


@pytest.fixture
def world() -> FrozenWorld:
    return FrozenWorld()


def fill(url: str) -> None:
    """Schema and the server's chain, in an empty database."""
    database = Database(url)
    metadata.create_all(database.engine)
    database.write(lambda conn: audit.start(conn, SERVER))
    database.close()


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An empty database file, closed, so that it can be copied."""
    file = tmp_path_factory.mktemp("template") / "empty.db"
    fill(f"sqlite:///{file}")
    return file


@pytest.fixture(scope="session")
def postgres_database(postgres: Postgres) -> Iterator[str]:
    """One database for all tests of a worker: emptying it takes a tenth of the time of making another."""
    with postgres.database(postgres.build_template(TEMPLATE, fill)) as url:
        yield url


def empty(conn: Connection) -> None:
    """As `fill` leaves it."""
    for table in metadata.sorted_tables:
        conn.execute(delete(table))
    audit.start(conn, SERVER)


def _database(kind: str, request: pytest.FixtureRequest, folder: Path) -> Database:
    """An empty database. What a kind needs is started only when it is asked for."""
    if kind == "postgres":
        database = Database(request.getfixturevalue("postgres_database"))
        database.write(empty)
        return database
    file = folder / "sparekey.db"
    shutil.copy(request.getfixturevalue("sqlite_template"), file)
    return Database(f"sqlite:///{file}")


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def ctx(request: pytest.FixtureRequest, tmp_path: Path, world: FrozenWorld) -> Iterator[Context]:
    """What every flow is handed."""
    keys = Keys([b"k" * 32])
    hashing = Hashing(memory_kib=8, passes=1, pepper=keys.subkey(Purpose.PEPPER))
    db, pool = _database(request.param, request, tmp_path), Pool(1)
    try:
        yield Context(
            db=db,
            keys=keys,
            pool=pool,
            factors=registered(hashing, Relying("id.example", ("https://id.example",))),
            hashing=hashing,
            site=Site("https://id.example", UTC),
            mail=MailSettings("localhost", 25, "id@example.com", "Sparekey", Security.NONE),
            moment=lambda: moment(world),
            now=world.now,
        )
    finally:
        pool.close()
        db.close()
