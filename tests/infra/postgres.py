"""A PostgreSQL server for one test run, private and thrown away at its end.

All workers of a run share one server. The first one starts a *keeper*, a process that makes a cluster in a
temporary folder, runs the server and waits for its users to leave. Every user holds a shared lock on one file
for as long as it lives; the keeper asks for that lock exclusively, so the operating system tells it when the
last one is gone, also when a worker was killed. Then it stops the server by its own process id.

PostgreSQL refuses to run as root; then the cluster belongs to an unprivileged user of the system. Nothing is
synced to disk: the data is worthless after the run. Anybody on this machine may log in (`trust`), nobody
else: the server listens on loopback only.
"""

import fcntl
import itertools
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psycopg
from psycopg import sql

USER = "sparekey"
_START_SECONDS = 60
_PROJECT = Path(__file__).resolve().parents[2]
_numbers = itertools.count(1)
# Python warns about a child whose handle is forgotten while it runs, and a keeper outlives its starter's use.
_keepers: list["subprocess.Popen[bytes]"] = []


@dataclass(frozen=True)
class Postgres:
    """A running server: `folder` holds the lock files its users share."""

    port: int
    folder: Path

    def url(self, database: str) -> str:
        """The address of one database, as SQLAlchemy writes it."""
        return f"postgresql+psycopg://{USER}@127.0.0.1:{self.port}/{database}"

    def build_template(self, name: str, build: Callable[[str], object]) -> str:
        """Let `build(url)` fill a database once per run, whichever worker comes first; returns `name`."""
        with _locked(self.folder / f"template-{name}.lock"), self._administration() as connection:
            known = connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [name]).fetchone()
            if known is None:
                unfinished = f"{name}_unfinished"
                connection.execute(_statement("DROP DATABASE IF EXISTS {} WITH (FORCE)", unfinished))
                connection.execute(_statement("CREATE DATABASE {}", unfinished))
                build(self.url(unfinished))
                connection.execute(_statement("ALTER DATABASE {} RENAME TO {}", unfinished, name))
        return name

    @contextmanager
    def database(self, template: str = "template1") -> Iterator[str]:
        """The URL of a fresh database, a copy of the template (about 30 ms); dropped at the end."""
        name = f"test_{os.getpid()}_{next(_numbers)}"
        with self._administration() as connection:
            connection.execute(_statement("CREATE DATABASE {} TEMPLATE {}", name, template))
        try:
            yield self.url(name)
        finally:
            with self._administration() as connection:
                connection.execute(_statement("DROP DATABASE {} WITH (FORCE)", name))

    def _administration(self) -> "psycopg.Connection[tuple[object, ...]]":
        return psycopg.connect(
            host="127.0.0.1", port=self.port, user=USER, dbname="postgres", autocommit=True
        )


@contextmanager
def running_postgres(folder: Path) -> Iterator[Postgres]:
    """The server of this run, started by whoever comes first; all its workers give the same `folder`."""
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / "users.lock").open("w") as users:
        fcntl.flock(users, fcntl.LOCK_SH)
        with _locked(folder / "start.lock"):
            port_file = folder / "port"
            if not port_file.exists():
                _start_keeper(folder, port_file)
        yield Postgres(int(port_file.read_text()), folder)


def _start_keeper(folder: Path, port_file: Path) -> None:
    log_path = folder / "keeper.log"
    with log_path.open("w") as log:
        keeper = subprocess.Popen(
            [sys.executable, "-m", "tests.infra.postgres_keeper", str(folder)],
            cwd=_PROJECT,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            start_new_session=True,  # Ctrl-C is for the tests; the keeper ends when they have
        )
    _keepers.append(keeper)
    deadline = time.monotonic() + _START_SECONDS
    while not port_file.exists():
        if keeper.poll() is not None or time.monotonic() > deadline:
            raise RuntimeError(f"PostgreSQL did not start:\n{log_path.read_text()}")
        time.sleep(0.02)


@contextmanager
def _locked(path: Path) -> Iterator[None]:
    with path.open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def _statement(text: str, *names: str) -> sql.Composed:
    return sql.SQL(text).format(*map(sql.Identifier, names))
