"""Several things at the same time."""

import threading
from collections.abc import Callable, Sequence


def in_threads(pieces: Sequence[Callable[[], object]]) -> None:
    """Run all of them at once and wait for the last."""
    threads = [threading.Thread(target=piece) for piece in pieces]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
