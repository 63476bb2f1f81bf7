"""How many wrong answers one address may give: a rate, because an office is one address."""

from sparekey.core.throttle import SOURCE_RATES, Wait, source_key, spend
from sparekey.errors import TooManyTries
from sparekey.flows._work import Work
from sparekey.store import queue

_SHORT, _LONG = SOURCE_RATES["10m"], SOURCE_RATES["1h"]


def reserve(work: Work) -> None:
    """Spend one try of this source in both windows, or raise `TooManyTries`."""
    address = source_key(work.visitor.source)
    if queue.spend_source(work.conn, address, work.now, (_SHORT, _LONG)):
        return
    times = zip(queue.source(work.conn, address), (_SHORT, _LONG), strict=True)
    found = (spend(at, rate, work.now) for at, rate in times)
    raise TooManyTries(max(one.until for one in found if isinstance(one, Wait)), reason="source")


def give_back(work: Work) -> None:
    """The answer was right: it does not count against the source."""
    short, long = _SHORT.period / _SHORT.burst, _LONG.period / _LONG.burst
    queue.refund_source(work.conn, source_key(work.visitor.source), short, long)
