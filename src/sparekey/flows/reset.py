"""*Reset*: everything was lost, the password too. All of it ends at once, and a new invitation goes out.

For whoever invited the person it is the first day again (OWASP ASVS 5.0, 6.4.4): the same proof of who they are.
"""

from dataclasses import replace

from sparekey.core.events.recovery import LinkSent, MemberReset
from sparekey.core.people import Member, Status
from sparekey.core.permissions import Action
from sparekey.core.recovery_case import Ending, How, Step
from sparekey.flows import _cases, _links, _ways
from sparekey.flows._ways import ways
from sparekey.flows._work import Work, unit
from sparekey.flows.context import Context, Visitor
from sparekey.flows.own.addresses import take_out
from sparekey.flows.sessions import end_all
from sparekey.flows.team._acting import demand_typed, pair_by_id
from sparekey.store import addresses, cases, people, queue


def reset(ctx: Context, visitor: Visitor, member_id: str, how: How, typed_username: str) -> None:
    """Void password, second factors, codes and sessions of a colleague and send an invitation."""

    def act(work: Work) -> None:
        both = pair_by_id(work, Action.RESET, member_id)
        _cases.demand_not_held_back(work, both.subject, both.actor)
        demand_typed(both.subject, typed_username)
        _reset(work, both.subject, both.actor, how)

    unit(ctx, visitor, ctx.moment(), act)


def _without_private_addresses(work: Work, member: Member) -> Member:
    """Whoever was in the account may have left one there, to hear of all help and stop it. Each is told."""
    for one in addresses.of_member(work.conn, member):
        take_out(work, people.member(work.conn, member.account_id, member.id), one)
    return people.member(work.conn, member.account_id, member.id)


def _reset(work: Work, member: Member, helper: Member, how: How) -> None:
    _ways.destroy(work, member, ways(work.conn, member.account_id, member.id), "reset")
    case = _cases.running(work, member)
    if case is not None:
        _cases.close(work, member, case, Step.CANCEL, Ending.REPLACED)
    queue.forget_tries(work.conn, [_ways.temporary_key(member.id)])
    _links.end_all(work, member, "stopped")
    cases.end_links(
        work.conn, member.account_id, member.id, "stopped", work.now, purpose=_links.Purpose.NOT_ME
    )
    end_all(work, member, "reset")
    work.send(member, "reset_done", helper=helper.name, checked=how.value, done_at=work.now)
    member = _without_private_addresses(work, member)
    people.put_member(work.conn, replace(member, status=Status.INVITED))
    _ways.renew_summary(work, member)
    link, until = _links.make(work, member, _links.Purpose.RESET)
    work.record(MemberReset(member.id, how.value), member.account_id)
    work.record(LinkSent(member.id, _links.Purpose.RESET.value), member.account_id)
    work.send(member, "reset_link", helper=helper.name, username=member.username, link=link, expires_at=until)
    work.tell_owners(member, "reset_done_owners", by=helper.name, checked=how.value, done_at=work.now)
