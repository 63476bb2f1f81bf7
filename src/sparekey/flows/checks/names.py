"""Is this sign-in name free? Names are unique on the whole server, so the answer says something of other accounts.

It is given to an account so many times an hour; then every name waits, free or not, so that nobody is asked for.
"""

from sparekey.core.people import AccountId, Member
from sparekey.core.throttle import TAKEN_RATE, Wait, spend
from sparekey.errors import NameTaken, TooManyTries
from sparekey.flows._work import Work
from sparekey.store import people, queue
from sparekey.store.engine import Kept


def demand_free(work: Work, account_id: AccountId, wanted: Member) -> None:
    """Raise `NameTaken`, which is counted, or `TooManyTries`. Asked before anything of the unit is written."""
    key = f"names:{account_id}"
    after = spend(queue.lock_arrivals(work.conn, [key], work.now)[key], TAKEN_RATE, work.now)
    if isinstance(after, Wait):
        raise TooManyTries(after.until, reason="names")
    try:
        people.refuse_taken(work.conn, wanted)
    except NameTaken as taken:
        queue.put_arrivals(work.conn, {key: after})
        raise Kept(taken) from None
