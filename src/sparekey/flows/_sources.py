"""How many wrong answers one address may give: a rate, because an office is one address."""

from datetime import datetime

from sparekey.core.throttle import SOURCE_RATES, Wait, refund, spend
from sparekey.errors import TooManyTries
from sparekey.flows._work import Work
from sparekey.store import queue


def _keys(source: str) -> dict[str, str]:
    return {name: f"source:{name}:{source}" for name in SOURCE_RATES}


def reserve(work: Work) -> dict[str, datetime]:
    """Spend one try of this source in every window, or raise `TooManyTries`. Gives what was written."""
    keys = _keys(work.visitor.source)
    before = queue.arrivals(work.conn, list(keys.values()))
    after: dict[str, datetime] = {}
    for name, key in keys.items():
        spent = spend(before.get(key), SOURCE_RATES[name], work.now)
        if isinstance(spent, Wait):
            raise TooManyTries(spent.until, reason="source")
        after[key] = spent
    queue.put_arrivals(work.conn, after)
    return after


def give_back(work: Work) -> None:
    """The answer was right: it does not count against the source."""
    keys = _keys(work.visitor.source)
    now = queue.arrivals(work.conn, list(keys.values()))
    queue.put_arrivals(
        work.conn, {key: refund(now[key], SOURCE_RATES[name]) for name, key in keys.items() if key in now}
    )
