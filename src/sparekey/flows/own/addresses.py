"""One's own further addresses: added, confirmed by whoever reads them, removed.

- Adding and removing ask for fresh proofs; confirming asks for nothing but the link, and signs nobody in.
- Every address hears of each step, the removed one for the last time; one that was never confirmed gets nothing but
  its link. The letters name an address so that only its owner knows it.
- *This wasn't me* in a letter about an address takes that address out again.
- Whether anybody else has the same address is neither asked nor told.
"""

from dataclasses import dataclass, replace

from sparekey.core.addresses import MOST_FURTHER, AddressId, masked
from sparekey.core.events.mail import AddressAdded, AddressConfirmed, AddressRemoved
from sparekey.core.people import Language, Member, name_key, new_id, read_email
from sparekey.errors import BadInput, Conflict, LinkUnusable, NotFound
from sparekey.flows import _links
from sparekey.flows._links import Purpose
from sparekey.flows._work import Work, unit
from sparekey.flows.context import Context, Visitor
from sparekey.flows.reports.shown import AddressShown, addresses_of
from sparekey.flows.sessions import demand_own, still_there
from sparekey.store import addresses, cases, people, queue
from sparekey.store.addresses import Address


def add(ctx: Context, visitor: Visitor, text: str) -> AddressId:
    """Keep a further address and send it its link. Raises `BadInput`, `Conflict`, `TooManyTries`."""
    _, member = demand_own(ctx, visitor)
    address = read_email(text)

    def keep(work: Work) -> AddressId:
        who = _locked(work, visitor, member)
        had = addresses.of_member(work.conn, who)
        if name_key(address) in {name_key(who.email), *(name_key(one.address) for one in had)}:
            raise BadInput("email", "own_already", "This is one of your addresses already")
        if len(had) >= MOST_FURTHER:
            raise Conflict(reason="addresses_full", most=MOST_FURTHER)
        address_id = AddressId(new_id("adr", work.moment, address))
        new = Address(who.account_id, who.id, address_id, address, work.now)
        addresses.add(work.conn, new)
        work.record(AddressAdded(who.id, new.id), who.account_id)
        send_link(work, who, new)
        stop_link = work.stop_link(who, "address_added", address=new.id)
        work.send(who, "address_added", address=masked(address), added_at=work.now, stop_link=stop_link)
        return new.id

    return unit(ctx, visitor, ctx.moment(), keep)


def _locked(work: Work, visitor: Visitor, member: Member) -> Member:
    who = people.member(work.conn, member.account_id, member.id, lock=True)
    still_there(work, visitor)
    return who


def send_link(work: Work, who: Member, one: Address) -> None:
    """Ask whoever reads there to say so."""
    link, until = _links.make_for_address(work, who, one.id)
    work.send(who, "address_confirm", (one.mailbox,), link=link, expires_at=until)


def send_again(ctx: Context, visitor: Visitor, address_id: str) -> None:
    """A new link to an address that waits; the one before ends. Raises `NotFound`, `Conflict`, `TooManyTries`."""
    _, member = demand_own(ctx, visitor)

    def send(work: Work) -> None:
        who = _locked(work, visitor, member)
        one = find(work, who, address_id)
        if one.confirmed_at is not None:
            raise Conflict("This address is confirmed already", reason="confirmed")
        send_link(work, who, one)

    unit(ctx, visitor, ctx.moment(), send)


def find(work: Work, who: Member, address_id: str) -> Address:
    """Another person's ids answer like those that nobody has."""
    for one in addresses.of_member(work.conn, who):
        if one.id == address_id:
            return one
    raise NotFound()


def remove(ctx: Context, visitor: Visitor, address_id: str) -> None:
    _, member = demand_own(ctx, visitor)

    def take(work: Work) -> None:
        who = _locked(work, visitor, member)
        take_out(work, who, find(work, who, address_id))

    unit(ctx, visitor, ctx.moment(), take)


def take_out(work: Work, who: Member, *taken: Address, by: Member | None = None) -> None:
    """Remove addresses with their links. They are told too, if they were ever told anything, all in one letter.

    `by`: whoever else does it.
    """
    for one in taken:
        _links.end_for_address(work, who, one.id, "stopped")
        queue.withdraw(work.conn, who.account_id, who.id, ("address_confirm",), one.id)
        addresses.remove(work.conn, one)
        work.record(AddressRemoved(who.id, one.id), who.account_id)
    addresses.renew(work.conn, who)
    facts = {"by": by.name} if by else {}
    kind = "address_taken_out" if by else "address_removed"
    which = ", ".join(masked(one.address) for one in taken)
    work.send(who, kind, who.mailboxes, address=which, removed_at=work.now, **facts)


@dataclass(frozen=True)
class Confirmation:
    """Whose address is, or was just, confirmed: what the page behind a link shows."""

    username: str
    address: str
    language: Language


def ask(ctx: Context, visitor: Visitor, token: str) -> Confirmation:
    """Whose address the link would confirm, or `LinkUnusable`. Changes nothing."""

    def look(work: Work) -> Confirmation:
        link = _links.find(work, token, Purpose.ADDRESS)
        who = people.member(work.conn, link.account_id, link.member_id)
        one = find(work, who, link.facts["address"])
        return Confirmation(who.username, one.address, who.language)

    return unit(ctx, visitor, ctx.moment(), look)


def confirm(ctx: Context, visitor: Visitor, token: str) -> Confirmation:
    """Whoever reads the mailbox says so; from now on the address gets every notice."""

    def keep(work: Work) -> Confirmation:
        link = _links.find(work, token, Purpose.ADDRESS)
        who = people.member(work.conn, link.account_id, link.member_id, lock=True)
        if not cases.end_link(work.conn, link.hash, "used", work.now):
            raise LinkUnusable(reason="used", purpose=link.purpose)
        one = find(work, who, link.facts["address"])
        if one.confirmed_at is None:  # else it was only asked about again, and counts for as long as it did
            addresses.confirm(work.conn, one, work.now)
        addresses.end_trouble(work.conn, one.holder)
        all_now = replace(who, further=addresses.renew(work.conn, who))
        work.record(AddressConfirmed(who.id, one.id), who.account_id)
        stop_link = work.stop_link(who, "address_confirmed", address=one.id)
        facts = {"address": masked(one.address), "confirmed_at": work.now, "stop_link": stop_link}
        work.send(all_now, "address_confirmed", **facts)
        return Confirmation(who.username, one.address, who.language)

    return unit(ctx, visitor, ctx.moment(), keep)


def one_of(ctx: Context, visitor: Visitor, address_id: str) -> AddressShown:
    """A further one of this person's own; `NotFound` for any other."""
    _, member = demand_own(ctx, visitor)
    now = ctx.moment().at
    for one in ctx.db.read(lambda conn: addresses_of(conn, member, now))[1:]:
        if one.id == address_id:
            return one
    raise NotFound()
