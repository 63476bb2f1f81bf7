"""In or out: deactivate, reactivate, delete, and sign out on all devices.

Whoever is out is out at once: sessions, remembered browsers, links and hand-overs end with the change itself.
"""

from dataclasses import replace

from sparekey.core.contract import Category
from sparekey.core.events.team import MemberDeactivated, MemberDeleted, MemberReactivated
from sparekey.core.people import Member, Status
from sparekey.core.permissions import Action
from sparekey.errors import Conflict
from sparekey.flows import _ways
from sparekey.flows._work import Work, unit
from sparekey.flows.context import Context, Visitor
from sparekey.flows.sessions import end_all
from sparekey.flows.team._acting import demand_typed, pair
from sparekey.flows.team._reach import invite, withdraw
from sparekey.store import addresses, cases, people, queue, sessions
from sparekey.store.oidc import access, clients, grants


def deactivate(ctx: Context, visitor: Visitor, username: str) -> None:
    """Nobody signs in as this person until they are reactivated; everything they have is kept."""

    def act(work: Work) -> None:
        both = pair(work, Action.DEACTIVATE, username)
        if both.subject.status is Status.DEACTIVATED:
            raise Conflict("This person is deactivated already", reason="not_active")
        withdraw(work, both.subject)
        end_all(work, both.subject, "deactivated")
        people.put_member(work.conn, replace(both.subject, status=Status.DEACTIVATED))
        work.record(MemberDeactivated(both.subject.id), both.subject.account_id)
        _tell(work, both.actor, both.subject, "person_deactivated")

    unit(ctx, visitor, ctx.moment(), act)


def reactivate(ctx: Context, visitor: Visitor, username: str) -> None:
    """Let a person in again with what they had; whoever had not set up yet is invited anew."""

    def act(work: Work) -> None:
        both = pair(work, Action.REACTIVATE, username)
        if both.subject.status is not Status.DEACTIVATED:
            raise Conflict("This person is not deactivated", reason="active")
        status = Status.ACTIVE if _has_password(work, both.subject) else Status.INVITED
        back = replace(both.subject, status=status)
        people.put_member(work.conn, back)
        work.record(MemberReactivated(back.id), back.account_id)
        _tell(work, both.actor, back, "person_reactivated")
        if status is Status.INVITED:
            invite(work, both.actor, back)

    unit(ctx, visitor, ctx.moment(), act)


def _has_password(work: Work, who: Member) -> bool:
    had = _ways.ways(work.conn, who.account_id, who.id)
    return any(one.enrolled.traits.category is Category.KNOWLEDGE for one in had)


def _tell(work: Work, by: Member, who: Member, kind: str) -> None:
    """Whoever was never in has nothing to be told, and may be somebody with a similar address."""
    if who.status is not Status.INVITED:
        work.send(who, kind, by=by.name, changed_at=work.now)


def delete_member(ctx: Context, visitor: Visitor, username: str, typed: str) -> None:
    """Remove a person for good. The audit log keeps what happened, under an id that leads to nobody."""

    def act(work: Work) -> None:
        both = pair(work, Action.DELETE_MEMBER, username)
        demand_typed(both.subject, typed)
        _delete(work, both.subject)
        _tell(work, both.actor, both.subject, "person_deleted")  # at the addresses they had

    unit(ctx, visitor, ctx.moment(), act)


def _delete(work: Work, who: Member) -> None:
    withdraw(work, who)
    cases.end_links(work.conn, who.account_id, who.id, "stopped", work.now)
    end_all(work, who, "deleted")
    _ways.destroy(work, who, _ways.ways(work.conn, who.account_id, who.id), "member_deleted")
    queue.forget_tries(work.conn, [_ways.temporary_key(who.id)])
    sessions.remove_browsers(work.conn, who)
    addresses.remove_all(work.conn, who)
    grants.end_of_person(work.conn, who, work.now)
    clients.forget_person(work.conn, who.account_id, who.id)
    access.forget_person(work.conn, who)
    people.remove_member(work.conn, who)
    work.record(MemberDeleted(who.id), who.account_id)


def sign_out(ctx: Context, visitor: Visitor, username: str) -> None:
    """End all sessions of a person and forget their remembered browsers."""

    def act(work: Work) -> None:
        both = pair(work, Action.END_SESSIONS, username)
        end_all(work, both.subject, "signed_out_by_colleague", but=_own_token(visitor, both.subject))

    unit(ctx, visitor, ctx.moment(), act)


def _own_token(visitor: Visitor, subject: Member) -> str:
    """On oneself it means all others."""
    return visitor.token_hash if visitor.member and visitor.member.id == subject.id else ""
