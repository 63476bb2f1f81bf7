"""Password hashes run here and nowhere else: few threads, of low priority, with a short queue.

- As many threads as the machine has processors: each hash takes 19 MiB and releases the interpreter's lock.
- Nice 19: in a storm of sign-ins the other requests keep their speed.
- A hash costs about 20 ms. Who would have to wait longer than a second is refused at once (`Busy`), so that a
  storm ends with the last sign-in and not minutes later.

`run` must not be called by a piece of work that is itself in the pool: it would wait for its own thread.
"""

import os
import sys
import threading
from collections.abc import Callable
from concurrent.futures import CancelledError, ThreadPoolExecutor
from contextlib import suppress
from typing import TypeVar

from sparekey.errors import Busy

T = TypeVar("T")

WAITING_PER_WORKER = 50  # of 20 ms each: one second


class Pool:
    """Runs slow work and hands back what it returns or raises."""

    def __init__(self, workers: int | None = None) -> None:
        count = workers or os.cpu_count() or 1
        self._lock = threading.Lock()
        self.most = count * (1 + WAITING_PER_WORKER)
        """How many may be inside, running or waiting."""
        self.inside = 0
        """How many pieces of work run or wait now."""
        self._threads = ThreadPoolExecutor(count, "hashing", initializer=_step_back)

    def run(self, work: Callable[[], T]) -> T:
        """Wait for `work`; raises `Busy` where the queue is longer than a second, or the pool is closed."""
        with self._lock:
            if self.inside >= self.most:
                raise Busy
            self.inside += 1
        try:
            return self._submit(work)
        finally:
            with self._lock:
                self.inside -= 1

    def close(self) -> None:
        """Finish what has begun, refuse what waits."""
        self._threads.shutdown(wait=True, cancel_futures=True)

    def _submit(self, work: Callable[[], T]) -> T:
        try:
            future = self._threads.submit(work)
        except RuntimeError:  # the executor's word for "closed"
            raise Busy from None
        try:
            return future.result()
        except CancelledError:
            raise Busy from None


def _step_back() -> None:
    """Lower this thread alone: on Linux a thread's id is taken where a process's is; elsewhere it is not."""
    if sys.platform == "linux":
        with suppress(OSError):
            os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), 19)
