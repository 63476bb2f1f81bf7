"""Short transactions on both databases, and what becomes of a refusal inside one.

SQLite: one process writes, in `BEGIN IMMEDIATE` units behind one fair lock, so nobody waits out a busy
timeout; a command beside the server waits up to five seconds. PostgreSQL: READ COMMITTED, rows locked in a
fixed order (member, case, chain head last), at most five retries on a deadlock or serialisation failure. A
unit may therefore run twice: it sends nothing and draws its secrets from the same `Moment`. The driver prepares
what it has sent five times, so that PostgreSQL does not parse and plan it again: half its work for a sign-in.

A refusal is a fact: raise `Kept(error)` inside a unit and what was written before is committed, then the
error is raised. Any other exception rolls back. No error text repeats bound values (`hide_parameters`): it
may be logged.
"""

import sqlite3
import threading
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, TypeVar, cast

from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.exc import DBAPIError, OperationalError
from sqlalchemy.pool import QueuePool

from sparekey.errors import SparekeyError, StorageTrouble
from sparekey.store.remembered import Remembered

T = TypeVar("T")
RETRIES = 5
_RETRYABLE = {"40001", "40P01"}


class Kept(Exception):
    """Commit what the unit wrote, then raise `error`."""

    def __init__(self, error: SparekeyError) -> None:
        super().__init__(error)
        self.error = error


class FairLock:
    """A lock that is handed on in the order of asking."""

    def __init__(self) -> None:
        self._mutex = threading.Lock()
        self._queue: deque[threading.Lock] = deque()
        self._is_held = False

    def __enter__(self) -> None:
        with self._mutex:
            if not self._is_held:
                self._is_held = True
                return
            turn = threading.Lock()
            turn.acquire()
            self._queue.append(turn)
        turn.acquire()

    def __exit__(self, *_: object) -> None:
        with self._mutex:
            if self._queue:
                self._queue.popleft().release()
            else:
                self._is_held = False


class Database:
    """One database, SQLite or PostgreSQL, by its SQLAlchemy URL."""

    def __init__(self, url: str, *, pool: int = 8) -> None:
        self.is_sqlite = url.startswith("sqlite")
        self.engine = _sqlite(url, pool) if self.is_sqlite else _postgresql(url, pool)
        self.remembered = Remembered(self.engine)
        self._turn = FairLock()

    def write(self, unit: Callable[[Connection], T]) -> T:
        """Run `unit` in one transaction that writes. It may run again after a deadlock."""
        for attempt in range(RETRIES + 1):
            try:
                if self.is_sqlite:
                    with self._turn:
                        return self._once(unit)
                return self._once(unit)
            except DBAPIError as error:
                if attempt == RETRIES or getattr(error.orig, "sqlstate", None) not in _RETRYABLE:
                    raise _translated(error) from error
        raise AssertionError

    def _once(self, unit: Callable[[Connection], T]) -> T:
        with self.engine.connect() as connection:
            connection.info["writes"] = True
            try:
                with connection.begin():
                    try:
                        return unit(connection)
                    except Kept as kept:
                        refusal = kept.error
            finally:
                connection.info["writes"] = False
            raise refusal

    def read(self, unit: Callable[[Connection], T]) -> T:
        """Run `unit`, which writes nothing. On PostgreSQL each statement sees the newest state."""
        try:
            with self.engine.connect() as connection, connection.begin():
                return unit(connection)
        except DBAPIError as error:
            raise _translated(error) from error

    def glance(self, unit: Callable[[Connection], T]) -> T:
        """Run `unit`, which reads by single statements that need not agree with one another: without a transaction
        on SQLite, where beginning and ending one costs as much as a statement.
        """
        try:
            with self.engine.connect() as connection:
                connection.info["glances"] = True
                try:
                    return unit(connection)
                finally:
                    connection.info["glances"] = False
        except DBAPIError as error:
            raise _translated(error) from error

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """A consistent view that stays open, for answers that are sent piece by piece."""
        with self.engine.connect() as connection:
            if not self.is_sqlite:
                connection.execution_options(isolation_level="REPEATABLE READ")
            with connection.begin():
                yield connection

    def recall(self, key: object, unit: Callable[[Connection], T]) -> T:
        """What a `glance` gives, or gave for this key when nothing has been written since."""
        if not self.is_sqlite:
            return self.glance(unit)
        found, version = self.remembered.get(key)
        if found is None:
            found = self.glance(unit)
            if found is not None:
                self.remembered.put(key, found, version)
        return cast(T, found)

    def close(self) -> None:
        self.remembered.close()
        self.engine.dispose()


def _translated(error: DBAPIError) -> Exception:
    """Trouble with disk or lock as a refusal; anything else stays the bug it is."""
    if isinstance(error, OperationalError):
        text = str(error.orig).lower()
        if "full" in text or "no space" in text:
            return StorageTrouble(reason="full")
        if "locked" in text or "busy" in text:
            return StorageTrouble(reason="locked")
        if "readonly" in text or "unable to open" in text or "disk i/o" in text:
            return StorageTrouble(reason="unwritable")
        if not isinstance(error.orig, sqlite3.Error):
            return StorageTrouble(reason="unreachable")
    return error


def _sqlite(url: str, pool: int) -> Engine:
    engine = create_engine(
        url,
        poolclass=QueuePool,
        pool_size=pool,
        max_overflow=64,
        hide_parameters=True,
        connect_args={"check_same_thread": False, "isolation_level": None, "timeout": 5},
    )

    @event.listens_for(engine, "connect")
    def prepare(connection: sqlite3.Connection, _: Any) -> None:
        for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", "busy_timeout=5000"):
            connection.execute(f"PRAGMA {pragma}")

    @event.listens_for(engine, "begin")
    def begin(connection: Connection) -> None:
        if not connection.info.get("glances"):
            connection.exec_driver_sql("BEGIN IMMEDIATE" if connection.info.get("writes") else "BEGIN")

    return engine


def _postgresql(url: str, pool: int) -> Engine:
    return create_engine(
        url.replace("postgresql://", "postgresql+psycopg://", 1).replace(
            "postgres://", "postgresql+psycopg://", 1
        ),
        pool_size=pool,
        max_overflow=32,
        hide_parameters=True,
        pool_pre_ping=False,
        pool_recycle=1800,
        isolation_level="READ COMMITTED",
        connect_args={"connect_timeout": 10},
    )
