"""Taking a private address of somebody out: mail to it comes back, or it is an intruder's.

- The lightest remedy there is: nothing else of the person changes, and nobody gets in by it. All their addresses hear
  of it, the one that is taken out for the last time, each with *This wasn't me*.
- What reaches nobody can always be taken out. The last address that mail still reaches cannot: whoever it is done to
  would never hear of it.
- Whoever is held back from helping somebody silences no address of theirs either.
"""

from sparekey.core.addresses import is_last_reached
from sparekey.core.people import Member
from sparekey.core.permissions import Action
from sparekey.errors import NotAllowed
from sparekey.flows import _cases
from sparekey.flows._work import Work, unit
from sparekey.flows.context import Context, Visitor
from sparekey.flows.own.addresses import find, take_out
from sparekey.flows.team._acting import pair
from sparekey.store import addresses
from sparekey.store.addresses import Address


def take_address(ctx: Context, visitor: Visitor, username: str, address_id: str) -> None:
    """Take one address of theirs out. Raises `NotFound`, `NotAllowed` (`stopped`, `last_address`)."""

    def take(work: Work) -> None:
        both = pair(work, Action.TAKE_ADDRESS, username)
        who = both.subject
        _cases.demand_not_held_back(work, who, both.actor)
        one = find(work, who, address_id)
        _demand_not_last(work, who, one)
        take_out(work, who, one, by=both.actor)

    unit(ctx, visitor, ctx.moment(), take)


def _demand_not_last(work: Work, who: Member, one: Address) -> None:
    known = addresses.troubles(work.conn, who.account_id, who.id)
    boxes = {box.id: known.get((who.id, box.id)) for box in who.mailboxes}
    if is_last_reached(boxes, one.id, work.now):
        raise NotAllowed("Mail reaches this person at no other address", reason="last_address")
