"""The pool for slow hashes: short queue, low priority, nothing lost."""

import os
import sys
import threading
from collections.abc import Callable

import pytest

from sparekey.adapters.hashing import WAITING_PER_WORKER, Pool
from sparekey.errors import Busy


def test_work_runs_in_another_thread_and_hands_back_its_value() -> None:
    pool = Pool(1)
    assert threading.get_ident() != pool.run(threading.get_ident)
    pool.close()


def test_what_the_work_raises_reaches_the_caller() -> None:
    pool = Pool(1)
    with pytest.raises(ZeroDivisionError):
        pool.run(lambda: 1 // 0)
    assert 3 == pool.run(lambda: 3)
    pool.close()


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux lowers single threads")
def test_its_threads_are_nice_and_the_callers_are_not() -> None:
    pool, before = Pool(1), os.getpriority(os.PRIO_PROCESS, threading.get_native_id())
    assert 19 == pool.run(lambda: os.getpriority(os.PRIO_PROCESS, threading.get_native_id()))
    assert before == os.getpriority(os.PRIO_PROCESS, threading.get_native_id())
    pool.close()


class Crowd:
    """As many callers as the pool takes; the first one holds the only worker until it is let go."""

    def __init__(self, pool: Pool) -> None:
        self.has_begun, self.may_end, self.is_inside = (
            threading.Event(),
            threading.Event(),
            threading.Semaphore(0),
        )
        self.outcomes: list[str] = []
        self.pool = pool
        self.threads = [threading.Thread(target=self._call, args=(self._hold,))]
        self.threads[0].start()
        self.has_begun.wait(10)

    def fill(self) -> None:
        for _ in range(WAITING_PER_WORKER):
            thread = threading.Thread(target=self._call, args=(lambda: None,))
            thread.start()
            self.threads.append(thread)
        while self.pool.inside < len(self.threads):  # a caller has not arrived yet
            os.sched_yield()

    def disperse(self) -> None:
        self.may_end.set()
        for thread in self.threads:
            thread.join(10)

    def _hold(self) -> None:
        self.has_begun.set()
        self.may_end.wait(10)

    def _call(self, work: Callable[[], object]) -> None:
        try:
            self.pool.run(work)
            self.outcomes.append("done")
        except Busy:
            self.outcomes.append("busy")


def test_a_queue_of_more_than_a_second_is_refused_and_the_others_are_served() -> None:
    pool = Pool(1)
    crowd = Crowd(pool)
    crowd.fill()
    with pytest.raises(Busy):
        pool.run(lambda: None)
    crowd.disperse()
    assert ["done"] * (1 + WAITING_PER_WORKER) == crowd.outcomes
    assert 0 == pool.inside
    assert 3 == pool.run(lambda: 3)
    pool.close()


def test_closing_ends_what_runs_and_refuses_what_waits() -> None:
    pool = Pool(1)
    crowd = Crowd(pool)
    crowd.fill()
    closing = threading.Thread(target=pool.close)
    closing.start()
    crowd.disperse()
    closing.join(10)
    assert 1 + WAITING_PER_WORKER == len(crowd.outcomes)
    assert not closing.is_alive()
    with pytest.raises(Busy):
        pool.run(lambda: None)
