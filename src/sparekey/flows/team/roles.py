"""Roles: given by owners, never to oneself, and told to whoever gets one.

A role given up still counts for 72 hours where somebody is helped back in. Whoever gets another role is
signed out, so that the limits of the new one hold from the start.
"""

from sparekey.core.events.team import OwnershipHandedOver, RoleChanged
from sparekey.core.people import Member, Role, with_role
from sparekey.core.permissions import Action
from sparekey.core.recovery_case import Ending, Step
from sparekey.errors import Conflict
from sparekey.flows import _cases
from sparekey.flows._work import Work, unit
from sparekey.flows.context import Context, Visitor
from sparekey.flows.sessions import end_all
from sparekey.flows.team._acting import demand_typed, pair
from sparekey.store import people


def change_role(ctx: Context, visitor: Visitor, username: str, role: Role) -> None:
    """Give somebody another role."""

    def change(work: Work) -> None:
        both = pair(work, Action.GIVE_ROLE, username)
        after = with_role(both.subject, role, work.now)
        if after.role is not both.subject.role:
            people.put_member(work.conn, after)
            follow_role(work, both.actor, both.subject, after)

    unit(ctx, visitor, ctx.moment(), change)


def follow_role(work: Work, by: Member, before: Member, after: Member) -> None:
    """What follows once another role is kept; nothing when it is the same one.

    A hand-over under way ends: it was allowed for the role before.
    """
    if before.role is after.role:
        return
    case = _cases.running(work, before)
    if case is not None:
        _cases.close(work, before, case, Step.CANCEL, Ending.MEMBER_CHANGED)
    end_all(work, after, "role_changed")
    _tell_role(work, by, before, after)
    if after.role is Role.OWNER:
        work.tell_owners(after, "ownership_handed_over", by=by.name, changed_at=work.now)


def _tell_role(work: Work, by: Member, before: Member, after: Member) -> None:
    roles = {"role": after.role.value, "role_before": before.role.value}
    work.record(RoleChanged(after.id, before.role.value, after.role.value), after.account_id)
    work.send(after, "role_changed", by=by.name, changed_at=work.now, **roles)


def hand_over(ctx: Context, visitor: Visitor, username: str, stays_as: Role, typed: str) -> None:
    """Make a colleague account owner, and be what `stays_as` says oneself. All owners are told.

    One's own session goes on: what it may do is looked up at each request, and an owner's session is the
    shorter one.
    """

    def hand(work: Work) -> None:
        both = pair(work, Action.HAND_OVER, username)
        demand_typed(both.subject, typed)
        if both.subject.role is Role.OWNER and stays_as is Role.OWNER:
            raise Conflict("This person is an account owner already", reason="owner_already")
        other = with_role(both.subject, Role.OWNER, work.now)
        myself = with_role(both.actor, stays_as, work.now)
        people.put_member(work.conn, other)
        if myself.role is not both.actor.role:
            people.put_member(work.conn, myself)
            _tell_role(work, both.actor, both.actor, myself)
        work.record(OwnershipHandedOver(other.id), other.account_id)
        follow_role(work, both.actor, both.subject, other)
        if both.subject.role is Role.OWNER:
            _tell_stepped_down(work, myself, other)

    unit(ctx, visitor, ctx.moment(), hand)


def _tell_stepped_down(work: Work, myself: Member, other: Member) -> None:
    """To somebody who is an owner already: what changed is one's own role alone."""
    link = work.ctx.site.link(f"/contacts/staff/{other.username}")
    facts = {"by": myself.name, "person": other.name, "link": link, "changed_at": work.now}
    work.tell_owners(myself, "ownership_handed_over", **facts)
