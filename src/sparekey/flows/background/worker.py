"""What both senders do: take one message of the outbox at a time, try it outside any transaction, and write down
what became of it."""

import logging
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Protocol

from sparekey.adapters.messages import Attachment
from sparekey.core.contract import SENT_LIFE
from sparekey.core.events import Event
from sparekey.core.people import AccountId
from sparekey.flows._work import Work, unit
from sparekey.flows.background.loop import SERVER_ITSELF, Background
from sparekey.flows.context import Context
from sparekey.store import queue
from sparekey.store.queue import Mail

LEASE = timedelta(seconds=60)
SHORT_DELAYS = tuple(timedelta(seconds=seconds) for seconds in (5, 15, 30, 60, 120, 240))
"""How long after each failure until the next try, for a message with a code: it is soon worth nothing."""
LONGEST_PAUSE = 10.0
"""Seconds: a command beside the server posts letters too, and cannot wake this thread."""
SHORTEST_PAUSE = 1.0
"""Seconds: a letter that a crashed sender still holds is due, but cannot be taken yet."""
DELIVERED_KEPT = 200
_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Delivered:
    """A letter or text message of the demo, as it would have arrived."""

    id: str
    to: str
    subject: str
    text: str = field(repr=False)
    html: str = field(repr=False)
    at: datetime
    attachments: tuple[Attachment, ...] = ()


class Attempt(Protocol):
    """What is done with one message that was taken."""

    def __call__(self, taken: Mail) -> None: ...


class Worker:
    """A thread that sends. `delivered`: the demo's messages, oldest first."""

    def __init__(self, ctx: Context, name: str, attempt: Attempt, lane: str) -> None:
        self._ctx = ctx
        self._attempt = attempt
        self._lane = lane
        self._background = Background(name, self._work)
        self.delivered: tuple[Delivered, ...] = ()

    def start(self) -> None:
        self._background.start()

    def wake(self) -> None:
        """Something was posted."""
        self._background.wake()

    def stop(self) -> None:
        """Finish the message under way. Others wait for the next start."""
        self._background.stop()

    def run_once(self) -> int:
        """Try every message that is due once; gives how many were tried."""
        count = 0
        while self._try_next():
            count += 1
        return count

    def keep(self, new: Delivered) -> None:
        """The tuple is replaced as a whole, so that a page may read it meanwhile."""
        self.delivered = (*self.delivered, new)[-DELIVERED_KEPT:]

    def _work(self) -> float:
        """One message a turn, so that `stop` waits for one at most."""
        return 0.0 if self._try_next() else self._pause()

    def _try_next(self) -> bool:
        can_send = self._lane != queue.LETTERS or self._ctx.can_send_mail
        taken = self._take() if can_send else None
        if taken is not None:
            self._attempt(taken)
        return taken is not None

    def _take(self) -> Mail | None:
        now = self._ctx.moment().at
        found = self._ctx.db.write(lambda conn: queue.claim(conn, now, LEASE, 1, lane=self._lane))
        return next(iter(found), None)

    def _pause(self) -> float:
        """Seconds until the next message is due."""
        due = self._ctx.db.read(lambda conn: queue.next_due(conn, lane=self._lane))
        if due is None:
            return LONGEST_PAUSE
        return min(max((due - self._ctx.moment().at).total_seconds(), SHORTEST_PAUSE), LONGEST_PAUSE)


def delay_of_code(taken: Mail, now: datetime) -> timedelta | None:
    """When to try a message with a code again; None when the code would be over by then."""
    if taken.tries > len(SHORT_DELAYS):
        return None
    delay = SHORT_DELAYS[taken.tries - 1]
    return delay if not is_code_over(taken, now + delay) else None


def is_code_over(taken: Mail, at: datetime) -> bool:
    return at >= taken.created_at + SENT_LIFE


def note_sent(ctx: Context, taken: Mail, event: Event) -> None:
    def keep(work: Work) -> None:
        queue.sent(work.conn, taken, work.now)
        work.record(event, AccountId(taken.account_id))

    unit(ctx, SERVER_ITSELF, ctx.moment(), keep)


def note_failed(ctx: Context, taken: Mail, sentence: str, delay: timedelta | None, event: Event) -> None:
    """The first failure and the end are on the chain."""

    def keep(work: Work) -> None:
        queue.failed(work.conn, taken, sentence, work.now + delay if delay else None)
        if delay is None or taken.trouble is None:
            work.record(event, AccountId(taken.account_id))

    unit(ctx, SERVER_ITSELF, ctx.moment(), keep)
    _log.warning("message %s of kind %s was not sent: %s", taken.id, taken.kind, sentence)
