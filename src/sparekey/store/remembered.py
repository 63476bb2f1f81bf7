"""What was read, remembered until anybody writes anything at all; on SQLite alone.

SQLite tells by a number that changes with every commit of another connection (PRAGMA data_version), so no answer is
ever older than the database, and asking for the number costs a tenth of asking again. It is asked on a connection of
its own, which never writes. What depends on the time is for the asker to look at: nothing is written when a moment
passes.
"""

import threading
from typing import Any

from sqlalchemy import Engine

_MOST = 10_000


class Remembered:
    """Values by key, none of them older than the last commit."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._lock = threading.Lock()
        self._raw: Any = None
        self._version = -1
        self._kept: dict[object, Any] = {}

    def get(self, key: object) -> tuple[Any, int]:
        """What was remembered under this key, None for nothing; and the state of the database, for `put`."""
        with self._lock:
            version = self._row("PRAGMA data_version")[0]
            if version != self._version or len(self._kept) >= _MOST:
                self._version = version
                self._kept.clear()
            return self._kept.get(key), version

    def put(self, key: object, value: object, version: int) -> None:
        """Remember what was read after `get`, unless another state is remembered by now."""
        with self._lock:
            if self._version == version:
                self._kept[key] = value

    def row(self, sql: str, values: tuple[object, ...]) -> Any:
        """The one row that a statement reads, as the driver gives it, or None."""
        with self._lock:
            return self._row(sql, values)

    def _row(self, sql: str, values: tuple[object, ...] = ()) -> Any:
        if self._raw is None:
            self._raw = self._engine.raw_connection()
        return self._raw.driver_connection.execute(sql, values).fetchone()

    def close(self) -> None:
        if self._raw is not None:
            self._raw.close()
            self._raw = None
