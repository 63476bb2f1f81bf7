"""How many tries there are, and when.

Attempts are counted before the check: `reserve` spends one, a success starts the count anew. So parallel
requests, other sessions and other sources share one budget (RFC 4226, section 7.3). Four failures in a row
are free; then the waits grow from 30 s to 60 min. A code-like authenticator ends at 50 (NIST SP 800-63B-4,
section 3.2.2 allows 100); a password never does, so that nobody can lock a colleague out for good by
guessing.

Sources (addresses) are limited as a rate, by the generic cell rate algorithm: a burst, then a steady trickle.
"""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from ipaddress import IPv6Address, IPv6Network, ip_address

FREE = 4
LIMIT = 50
SHOWN_FROM = 3
FIRST_WAIT = timedelta(seconds=30)
LONGEST_WAIT = timedelta(minutes=60)


@dataclass(frozen=True)
class Tries:
    """Failures in a row of one authenticator (or of one unknown name), with those under way."""

    failures: int = 0
    open_at: datetime | None = None


@dataclass(frozen=True)
class Wait:
    """Not now: the answer is not even looked at."""

    until: datetime


class Ended:
    """The limit is reached: this authenticator must be bound anew."""


def wait_after(failures: int) -> timedelta:
    """The pause after that many failures in a row: 30 s after the 5th, then doubled, at most 60 min."""
    if failures <= FREE:
        return timedelta()
    doublings = min(failures - FREE - 1, 7)  # the seventh already reaches the longest; more would overflow
    return min(FIRST_WAIT * (1 << doublings), LONGEST_WAIT)


def reserve(tries: Tries, now: datetime, *, is_limited: bool) -> Tries | Wait | Ended:
    """Spend one try, or say why not."""
    if is_limited and tries.failures >= LIMIT:
        return Ended()
    if tries.open_at is not None and now < tries.open_at:
        return Wait(tries.open_at)
    failures = tries.failures + 1
    pause = wait_after(failures)
    return replace(tries, failures=failures, open_at=now + pause if pause else None)


def give_back(tries: Tries, now: datetime) -> Tries:
    """Take one reserved try back: it was neither right nor wrong (the answer was another authenticator's).

    Its wait shrinks to that of the count before and never grows. It does not vanish, so that a try given back
    opens no door to a guess that ran beside it.
    """
    failures = max(0, tries.failures - 1)
    pause = wait_after(failures)
    return Tries(failures, min(tries.open_at, now + pause) if pause and tries.open_at else None)


def tries_to_tell(tries: Tries) -> int | None:
    """Tries left before a wait, told from the third failure on."""
    return FREE + 1 - tries.failures if SHOWN_FROM <= tries.failures <= FREE else None


@dataclass(frozen=True)
class Rate:
    """`burst` events per `period`."""

    burst: int
    period: timedelta


_NETWORK_BITS = 64
"""Of an IPv6 address: what one connection is given as a whole."""


def source_key(address: str) -> str:
    """Who counts as one source: an IPv4 address, or the /64 network of an IPv6 address."""
    try:
        found = ip_address(address)
    except ValueError:
        return address
    if isinstance(found, IPv6Address):
        if found.ipv4_mapped:
            return str(found.ipv4_mapped)
        return str(IPv6Network((found, _NETWORK_BITS), strict=False))
    return str(found)


SOURCE_RATES = {"10m": Rate(60, timedelta(minutes=10)), "1h": Rate(300, timedelta(hours=1))}
MAIL_RATE = Rate(5, timedelta(hours=1))
"""Letters of one kind to one address."""
MAILBOX_RATE = Rate(20, timedelta(hours=1))
"""The same of all accounts together, where somebody chose the address: none of them uses up what another may send."""
ACCOUNT_MAIL_RATE = Rate(100, timedelta(hours=1))
"""Letters that the people of one account send to others on purpose. A team of a hundred is invited within the hour;
whoever wants to write to strangers from this server is not served."""
CODE_RATE = Rate(5, timedelta(hours=1))
"""Codes that are sent to one number or mailbox, and to one person. Those for setting a number up are counted apart:
nobody uses up what its holder needs to sign in."""
CODES_FROM = Rate(30, timedelta(hours=1))
"""Codes that are asked for from one client address: an office is one address."""
NEW_NUMBERS = Rate(20, timedelta(hours=1))
"""Codes to numbers that are new in an account: whoever earns from text messages finds little here."""
CLIENT_RATE = Rate(20, timedelta(minutes=10))
"""Wrong proofs of one app from one client address: an app's own server is not stopped by anybody elsewhere."""
DEVICE_RATE = Rate(30, timedelta(hours=1))
"""Devices that begin to wait for a person, from one client address."""
PUSH_RATE = Rate(300, timedelta(hours=1))
"""Requests pushed from one source by programs that prove nothing: anybody knows what such a one is called."""
USED_UP_RATE = Rate(1, timedelta(days=1))
"""How often owners are told that the text messages of a day are used up."""
DOUBT_RATE = Rate(3, timedelta(hours=1))
"""How often owners are told that one person pressed *This wasn't me* in a letter of no case."""
TAKEN_RATE = Rate(20, timedelta(hours=1))
"""Answers "not available" to one account: enough for mistakes, too slow to ask who else is on the server."""


def spend(arrives_at: datetime | None, rate: Rate, now: datetime, count: int = 1) -> datetime | Wait:
    """So many events more at once: the new theoretical arrival time to keep, or how long to wait."""
    step = rate.period / rate.burst * count
    start = max(arrives_at or now, now)
    if start + step > now + rate.period:
        return Wait(start + step - rate.period)
    return start + step
