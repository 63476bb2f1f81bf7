"""How many wrong answers one address may give: a rate, because an office is one address."""

from datetime import datetime

from sparekey.core.throttle import SOURCE_RATES, Wait, spend
from sparekey.errors import TooManyTries
from sparekey.flows._work import Work
from sparekey.store import queue

_SHORT, _LONG = SOURCE_RATES["10m"], SOURCE_RATES["1h"]


def reserve(work: Work) -> None:
    """Spend one try of this source in both windows, or raise `TooManyTries`."""
    address = work.visitor.source
    short_at, long_at = queue.source(work.conn, address) or _first_time(work, address) or (None, None)
    short, long = spend(short_at, _SHORT, work.now), spend(long_at, _LONG, work.now)
    if isinstance(short, Wait):
        raise TooManyTries(short.until, reason="source")
    if isinstance(long, Wait):
        raise TooManyTries(long.until, reason="source")
    queue.put_source(work.conn, address, short, long)


def _first_time(work: Work, address: str) -> tuple[datetime, datetime] | None:
    """There is no row to lock yet: where transactions run beside each other, wait for whoever else makes it now."""
    if work.ctx.db.is_sqlite:
        return None
    queue.tries_of(work.conn, f"name:source:{address}", work.now)
    return queue.source(work.conn, address)


def give_back(work: Work) -> None:
    """The answer was right: it does not count against the source."""
    short, long = _SHORT.period / _SHORT.burst, _LONG.period / _LONG.burst
    queue.refund_source(work.conn, work.visitor.source, short, long)
