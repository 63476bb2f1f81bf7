"""Adding people, inviting them, and changing what is kept about them.

A changed work address is told at the old one, at the new one and at all further ones. The new one gets nothing that
opens anything for 72 hours, so that whoever can change an address cannot take somebody's access with it. An
invitation that was not used yet simply goes to the new address, unless the person has said *This wasn't me*
meanwhile. Whoever that holds back from helping them changes no address of theirs either.
"""

from dataclasses import dataclass, replace
from enum import StrEnum
from typing import TypeVar

from sparekey.core.addresses import WORK
from sparekey.core.contract import Category
from sparekey.core.events.team import AddressChanged, MemberAdded, MemberEdited
from sparekey.core.people import (
    AccountId,
    Language,
    Member,
    MemberId,
    Role,
    Status,
    has_fresh_address,
    new_id,
    read_email,
    read_name,
    read_username,
    with_role,
)
from sparekey.core.permissions import Action
from sparekey.errors import BadInput, Conflict, Stale
from sparekey.flows import _cases, _ways
from sparekey.flows._work import Work, unit
from sparekey.flows.checks import names
from sparekey.flows.context import Context, Visitor
from sparekey.flows.sessions import demand_right
from sparekey.flows.team._acting import Pair, acting, pair
from sparekey.flows.team._reach import has_access_to_lose, invite, withdraw
from sparekey.flows.team.roles import follow_role
from sparekey.store import addresses, people
from sparekey.store.addresses import Holder

E = TypeVar("E", bound=StrEnum)
_FIELDS = ("name", "username", "email", "language")


@dataclass(frozen=True)
class Details:
    """A person's details as they were typed. `role` empty: the one they have, or staff."""

    name: str
    username: str
    email: str
    role: str = ""
    language: str = Language.EN.value


def _chosen(kinds: type[E], field: str, text: str) -> E:
    try:
        return kinds(text)
    except ValueError:
        raise BadInput(field, "unknown", "Choose one of those offered") from None


def add_member(ctx: Context, visitor: Visitor, details: Details) -> Member:
    """A new person, invited by mail. Raises `BadInput`, `NameTaken`."""

    def add(work: Work) -> Member:
        who = acting(work, Action.ADD_MEMBER)
        new = _read_new(work, who.account.id, details)
        demand_right(ctx, who.visitor, Action.ADD_MEMBER, new)
        names.demand_free(work, who.account.id, new)
        people.add_member(work.conn, new)
        work.record(MemberAdded(new.id, new.role.value), new.account_id)
        invite(work, who.actor, new)
        if new.role is Role.OWNER:
            work.tell_owners(new, "ownership_handed_over", by=who.actor.name, changed_at=work.now)
        return new

    return unit(ctx, visitor, ctx.moment(), add)


def _read_new(work: Work, account_id: AccountId, details: Details) -> Member:
    username = read_username(details.username)
    return Member(
        id=MemberId(new_id("mem", work.moment, username)),
        account_id=account_id,
        username=username,
        name=read_name(details.name),
        email=read_email(details.email),
        role=_chosen(Role, "role", details.role or Role.STAFF.value),
        status=Status.INVITED,
        language=_chosen(Language, "language", details.language),
        created_at=work.now,
    )


def invite_again(ctx: Context, visitor: Visitor, username: str) -> None:
    """A new invitation for somebody who has not set up yet; the one before ends."""

    def again(work: Work) -> None:
        both = pair(work, Action.INVITE_AGAIN, username)
        if both.subject.status is not Status.INVITED:
            raise Conflict("Only somebody who has not set up yet is invited", reason="not_invited")
        invite(work, both.actor, both.subject)

    unit(ctx, visitor, ctx.moment(), again)


def edit_member(ctx: Context, visitor: Visitor, username: str, details: Details, version: int) -> Member:
    """Keep changed details if nobody was faster since `version`. Raises `BadInput`, `NameTaken`, `Stale`."""

    def edit(work: Work) -> Member:
        both = pair(work, Action.EDIT_MEMBER, username)
        before = both.subject
        if before.version != version:
            raise Stale()
        after = _read_changed(work, both, details)
        changed = tuple(field for field in _FIELDS if getattr(before, field) != getattr(after, field))
        if after == before:
            return before
        if {"username", "email"} & set(changed):
            names.demand_free(work, before.account_id, after)
        if "email" in changed:
            after = _change_address(work, both.actor, before, after)
        people.put_member(work.conn, after)
        if changed:
            work.record(MemberEdited(before.id, changed), before.account_id)
        follow_role(work, both.actor, before, after)
        return people.member(work.conn, before.account_id, before.id)

    return unit(ctx, visitor, ctx.moment(), edit)


def _read_changed(work: Work, both: Pair, details: Details) -> Member:
    before = both.subject
    after = replace(
        before,
        name=read_name(details.name),
        username=read_username(details.username),
        email=read_email(details.email),
        language=_chosen(Language, "language", details.language),
    )
    role = _chosen(Role, "role", details.role or before.role.value)
    if role is before.role:
        return after
    demand_right(work.ctx, both.acting.visitor, Action.GIVE_ROLE, before)
    return with_role(after, role, work.now)


def _change_address(work: Work, by: Member, before: Member, after: Member) -> Member:
    """End what is on its way to the old address and tell all; the first address of the last 72 h is kept.

    Codes by e-mail are over: they are bound to an address, and whoever changes it must not get them.
    """
    _cases.demand_not_held_back(work, before, by)
    withdraw(work, before)
    addresses.end_trouble(work.conn, Holder(before.account_id, before.id, WORK))
    had = _ways.ways(work.conn, before.account_id, before.id)
    reads_mail = [one for one in had if one.enrolled.traits.category is Category.MAILBOX]
    _ways.destroy(work, before, reads_mail, "address_changed")
    work.record(AddressChanged(before.id), before.account_id)
    if before.status is Status.INVITED and not has_access_to_lose(work, before):
        invite(work, by, after)
        return after
    facts = {"by": by.name, "changed_at": work.now}
    work.send(before, "address_changed_old", (before.work_mailbox,), **facts)
    work.send(after, "address_changed_new", (after.work_mailbox,), **facts)
    work.send(after, "work_address_changed", after.mailboxes[1:], **facts)
    former = before.former_email if has_fresh_address(before, work.now) else before.email
    return replace(after, former_email=former, email_changed_at=work.now)
