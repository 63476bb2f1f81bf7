"""Mail that comes back: the address is marked, so that its person and the owners see it, and nothing else changes.

A report that a letter bounced (RFC 3464) comes through the mail server from anybody. It is believed for a mark and
nothing more: letters go on being sent there, and the mark ends by itself.
"""

from typing import BinaryIO

from sparekey.adapters.bounces import LONGEST_READ, bounced_addresses
from sparekey.core.addresses import Sign, came_back, lasts, was_taken
from sparekey.core.events.mail import MailComesBack
from sparekey.errors import NotFound
from sparekey.flows._work import Work, unit
from sparekey.flows.console import CONSOLE
from sparekey.flows.context import Context
from sparekey.store import addresses, people
from sparekey.store.addresses import Holder

_CHUNK = 1 << 20


def note_returned(work: Work, holder: Holder, address: str, sign: Sign) -> bool:
    """Mail to this address of theirs came back; False: it is not theirs any more."""
    if not _is_theirs(work, holder, address):
        return False
    known = addresses.trouble(work.conn, holder)
    addresses.put_trouble(work.conn, holder, came_back(known, sign, work.now))
    if known is None or not lasts(known, work.now):
        _record(work, holder, is_over=False)
    return True


def note_taken(work: Work, holder: Holder, address: str) -> None:
    """Our mail server took a letter to this address of theirs."""
    known = addresses.trouble(work.conn, holder)
    if known is None or not _is_theirs(work, holder, address):
        return
    after = was_taken(known, work.now)
    if after is not None:
        addresses.put_trouble(work.conn, holder, after)
        return
    addresses.end_trouble(work.conn, holder)
    _record(work, holder, is_over=True)


def _is_theirs(work: Work, holder: Holder, address: str) -> bool:
    """Still, with the person locked. Letters also go to addresses that were just removed, and to nobody's."""
    try:
        people.member(work.conn, holder.account_id, holder.member_id, lock=True)
    except NotFound:
        return False
    return holder in addresses.holders(work.conn, [address])


def _record(work: Work, holder: Holder, *, is_over: bool) -> None:
    event = MailComesBack(holder.member_id, holder.address_id or None, is_over=is_over)
    work.record(event, holder.account_id)


def bounced(ctx: Context, report: BinaryIO) -> int:
    """Mark every address here that a bounce report names; gives how many. Reads to the end of what is piped in."""
    named = bounced_addresses(report.read(LONGEST_READ))
    while report.read(_CHUNK):
        pass

    def mark(work: Work) -> int:
        found = [(holder, one) for one in named for holder in addresses.holders(work.conn, [one])]
        in_order = sorted(dict(found).items(), key=lambda each: (each[0].member_id, each[0].address_id))
        return sum(note_returned(work, holder, one, Sign.BOUNCED) for holder, one in in_order)

    return unit(ctx, CONSOLE, ctx.moment(), mark)
