"""A world whose clock stands still until a test moves it, and whose dice come out the same in every run."""

import threading
from datetime import UTC, datetime, timedelta
from hashlib import shake_256

NOON = datetime(2026, 11, 17, 12, 0, tzinfo=UTC)
"""The start of a 30-second step."""


class FrozenWorld:
    """Time and chance in the hands of a test; safe to ask from several threads."""

    def __init__(self, now: datetime = NOON, seed: bytes = b"seed") -> None:
        self._now = now
        self._seed = seed
        self._drawn = 0
        self._lock = threading.Lock()

    def now(self) -> datetime:
        return self._now

    def set(self, now: datetime) -> None:
        self._now = now

    def advance(self, by: timedelta) -> None:
        """Let that much time pass."""
        self._now += by

    def entropy(self, size: int) -> bytes:
        """Bytes that no earlier call gave."""
        with self._lock:
            self._drawn += 1
            drawn = self._drawn
        return shake_256(self._seed + drawn.to_bytes(8, "big")).digest(size)
