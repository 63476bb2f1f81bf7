"""Work that nobody waits for: one thread, one piece of work again and again, and no failure that ends it.

How long a thread sleeps is the machine's time (`Event.wait`); what is due is always asked of a `Moment`.
"""

import logging
import threading
from collections.abc import Callable

from sparekey.flows.context import Visitor

SERVER_ITSELF = Visitor(console="server")
"""Who acts where no person and no command does."""
_log = logging.getLogger(__name__)
AFTER_FAILURE = 10.0
"""Seconds until the next try when the work itself failed: a full disk, a database that is away."""


class Background:
    """Runs `work` in a thread of its own; it says in how many seconds it wants to run again."""

    def __init__(self, name: str, work: Callable[[], float]) -> None:
        self._name = name
        self._work = work
        self._is_wanted = threading.Event()
        self._is_over = False
        self._thread: threading.Thread | None = None

    def start(self) -> None:
        self._thread = threading.Thread(target=self._run, name=self._name, daemon=True)
        self._thread.start()

    def wake(self) -> None:
        """Run now, or once more after the present run."""
        self._is_wanted.set()

    def stop(self) -> None:
        """Finish the present piece of work and end the thread."""
        self._is_over = True
        self._is_wanted.set()
        if self._thread is not None:
            self._thread.join()
            self._thread = None

    def _run(self) -> None:
        while not self._is_over:
            self._is_wanted.clear()
            pause = self._once()
            if not self._is_over:
                self._is_wanted.wait(pause)

    def _once(self) -> float:
        try:
            return self._work()
        except Exception:
            _log.exception("%s failed and goes on in %d seconds", self._name, AFTER_FAILURE)
            return AFTER_FAILURE
