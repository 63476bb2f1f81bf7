"""Letting a colleague back in: open a case, hand something over, look at it, take it back.

Whatever is handed over is fresh, and the one before it is destroyed. The person is told in the same transaction,
with a link that stops everything and needs no sign-in. Nobody helps themselves here.
"""

from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from sparekey.core.contract import Answer, Loss
from sparekey.core.events.recovery import (
    CaseIssued,
    CaseOpened,
    SecretViewed,
    ViewClosed,
)
from sparekey.core.people import Account, AuthenticatorId, CaseId, Member, Role, new_id, roles_that_count
from sparekey.core.permissions import Action, demand
from sparekey.core.recovery_case import (
    Case,
    Delivery,
    Ending,
    How,
    Step,
    can,
    is_reason_fresh,
    is_view_open,
    issue,
    take_over,
)
from sparekey.core.sign_in import Standing, can_prove
from sparekey.errors import BadInput, Conflict, LinkUnusable, NotAllowed, NotFound
from sparekey.factors import TRAITS, reveal
from sparekey.flows import _cases, _links, _ways
from sparekey.flows._ways import Had, about, things_to_lose, ways
from sparekey.flows._work import Work, unit
from sparekey.flows.context import Context, Visitor
from sparekey.flows.sessions import demand_member, end_all
from sparekey.flows.team._acting import Pair, acting, pair_by_id
from sparekey.recovery import METHODS
from sparekey.store import cases, people, queue, sessions
from sparekey.store.engine import Kept

_METHOD = METHODS["owner_issues"]


@dataclass(frozen=True)
class Request:
    """What a helper asks for. `how` None: the reason given in this case less than 5 minutes ago still holds.

    `lost`: the thing that was lost, where the helper knows it; what lives on others goes on working. None: what was
    said before in this case, else all that may be lost.
    """

    delivery: Delivery
    how: How | None
    is_stolen: bool = False
    lost: Loss | None = None


@dataclass(frozen=True)
class Secret:
    """What was issued, for the helper's eyes while the view is open."""

    secret: str = field(repr=False)
    uri: str = field(repr=False)
    until: datetime
    works_until: datetime
    is_current: bool


def help_back_in(ctx: Context, visitor: Visitor, member_id: str, request: Request) -> Case:
    """Open a case (or go on in the running one) and hand over what was asked for."""
    return unit(ctx, visitor, ctx.moment(), lambda work: _help(work, member_id, request))


def _help(work: Work, member_id: str, request: Request) -> Case:
    both = pair_by_id(work, _METHOD.rights[request.delivery], member_id)
    _refuse_if_impossible(work, both, request)
    case = _case_for(work, both.subject, both.actor, request)
    return _issue(work, both.acting.account, both.subject, case, request)


def _refuse_if_impossible(work: Work, both: Pair, request: Request) -> None:
    member = both.subject
    if request.delivery is Delivery.CURRENT and not both.acting.account.policy.reveal_current:
        raise NotAllowed(reason="policy")
    if request.delivery in {Delivery.LINK, Delivery.MAIL} and not work.ctx.can_send_mail:
        raise Conflict("This server cannot send mail yet. Show the secret instead", reason="no_mail")
    if request.delivery in {Delivery.SCREEN, Delivery.MAIL} and _cases.is_budget_closed(work.conn, member):
        raise NotAllowed(
            "Too many wrong codes were tried on temporary secrets. Send a set-up link instead",
            reason="budget",
        )
    _cases.demand_not_held_back(work, member, both.actor)


def _case_for(work: Work, member: Member, helper: Member, request: Request) -> Case:
    running = _cases.running(work, member)
    if running is not None and not can(running, Step.ISSUE):
        _cases.close(work, member, running, Step.CANCEL, Ending.REPLACED)
        running = None
    if request.how is None and not (running and is_reason_fresh(running, helper.id, work.now)):
        raise BadInput("how", "empty", name=member.first_name)
    if running is None:
        return _open(work, member, helper, request)
    running = replace(running, is_stolen=running.is_stolen or request.is_stolen)
    if request.how is not None:
        running = take_over(running, helper.id, request.how, work.now)
    return _cases.keep(work, running)


def _open(work: Work, member: Member, helper: Member, request: Request) -> Case:
    case = Case(
        id=CaseId(new_id("cas", work.moment, member.id)),
        account_id=member.account_id,
        member_id=member.id,
        method=_METHOD.name,
        policy=_METHOD.policy,
        opened_by=helper.id,
        opened_at=work.now,
        how=request.how or How.PERSON,
        is_stolen=request.is_stolen,
        reason_at=work.now,
    )
    cases.add(work.conn, case)
    _cases.add_stop_link(work, case)
    work.record(
        CaseOpened(member.id, case.id, case.method, case.how.value, case.is_stolen), member.account_id
    )
    settled = _cases.settled(work, member, case)
    if settled is None:  # what has just been opened has no time that could be over
        raise AssertionError
    return settled


def _issue(work: Work, account: Account, member: Member, case: Case, request: Request) -> Case:
    had, delivery = ways(work.conn, member.account_id, member.id), request.delivery
    _take_back_earlier(work, member, case, had)
    temporary = None
    gone = _gone(had, case, request.lost)
    if delivery is Delivery.CURRENT:
        case = _expose(work, member, case, [*gone, *_to_show_after_all(had, case, request.lost)])
    else:
        lost = _suspend(work, member, gone)
        case = replace(case, lost=tuple(dict.fromkeys((*case.lost, *lost))))
    secret: dict[str, str] = {}
    if delivery in {Delivery.SCREEN, Delivery.MAIL}:
        temporary, secret = _make_temporary(work, account, member)
    issued = _cases.keep(work, issue(case, delivery, temporary, work.now))
    if issued.is_stolen:
        end_all(work, member, "reported_stolen")
    _ways.renew_summary(work, member)
    work.record(CaseIssued(member.id, case.id, delivery.value, issued.how.value), member.account_id)
    _tell(work, member, issued, secret)
    return issued


def _take_back_earlier(work: Work, member: Member, case: Case, had: list[Had]) -> None:
    """Whatever this case handed over before ends, and a letter that still carries it is not sent."""
    _ways.destroy(work, member, [one for one in had if one.enrolled.traits.is_temporary], "replaced")
    sessions.end_all(work.conn, member, case_id=case.id)
    purpose = _links.Purpose.LOST_FACTOR.value
    cases.end_links(work.conn, member.account_id, member.id, "replaced", work.now, purpose=purpose)
    queue.withdraw(work.conn, member.account_id, member.id, _cases.CARRYING)


def _suspend(work: Work, member: Member, lost: list[Had]) -> list[AuthenticatorId]:
    """Gives those that work again should the case end without a change: not one that was suspended before (stolen, or
    used meanwhile), nor one that somebody has seen.
    """
    _ways.stand(work, member, lost, Standing.SUSPENDED)
    _lower_sessions(work, member, lost)
    return [one.kept.id for one in lost if one.kept.standing is Standing.ACTIVE]


def _gone(had: list[Had], case: Case, lost: Loss | None) -> list[Had]:
    """What may be lost, of what works: all that lives on the thing that was lost.

    Where nobody said which that is: everything that is answered with a code, and what lives on the same things. Where
    none of that works, having been lost before: what lives there; without such, every passkey. And whatever is sent:
    who could have had a code sent would not need help.
    """
    if lost and lost not in things_to_lose(had):
        raise BadInput("lost", "unknown")
    own = (one for one in had if one.is_on_a_device or one.enrolled.traits.is_sent)
    usable = [one for one in own if can_prove(one.enrolled)]
    apps = [one for one in usable if one.enrolled.traits.answer is Answer.CODE]
    said = [one for one in had if one.kept.id in case.lost or one.kept.standing is Standing.EXPOSED]
    before = [one for one in had if one.is_on_a_device and one.kept.standing is Standing.SUSPENDED]
    lost_before = [one for one in before if not one.enrolled.traits.is_sent]
    things = {lost} if lost else {one.enrolled.thing for one in said or apps or lost_before or usable}
    return [one for one in usable if one.enrolled.thing in things or one.enrolled.traits.is_sent]


def read_lost(text: str) -> Loss | None:
    """What a helper chose; empty: nobody knows."""
    if text and text not in set(Loss):
        raise BadInput("lost", "unknown")
    return Loss(text) if text else None


def _to_show_after_all(had: list[Had], case: Case, lost: Loss | None) -> list[Had]:
    """Apps that this case has suspended, and whose secret is shown now instead; not one that a thief may hold."""
    return [
        one
        for one in had
        if one.kept.id in case.lost
        and one.kept.standing is Standing.SUSPENDED
        and one.enrolled.traits.answer is Answer.CODE
        and lost in {None, one.enrolled.thing}
        and not case.is_stolen
    ]


def _expose(work: Work, member: Member, case: Case, lost: list[Had]) -> Case:
    """The present secret is about to be seen: from now on it opens the forced change only.

    What else was lost is seen by nobody: it opens nothing, whoever has the thing, and works again should the case end
    without a change.
    """
    seen = [one for one in lost if one.enrolled.traits.answer is Answer.CODE]
    if not seen:
        raise Conflict("There is no present secret to show. Give a temporary one", reason="no_secret")
    _ways.stand(work, member, seen, Standing.EXPOSED)
    _lower_sessions(work, member, seen)
    suspended = _suspend(work, member, [one for one in lost if one not in seen])
    ids = {one.kept.id for one in seen}
    return replace(case, lost=tuple(one for one in dict.fromkeys((*case.lost, *suspended)) if one not in ids))


def _lower_sessions(work: Work, member: Member, lost: list[Had]) -> None:
    """What somebody else may hold proves nothing: those sessions are worth aal1 until they are confirmed anew.

    A code of an app that is not there any more counts as one of the lost thing.
    """
    ids = {one.kept.id for one in lost}
    others = {one.kept.id for one in ways(work.conn, member.account_id, member.id)} - ids
    for stored in sessions.of_member(work.conn, member.account_id, member.id):
        proofs = tuple(
            replace(
                proof,
                is_exposed=proof.is_exposed
                or proof.authenticator_id in ids
                or (TRAITS[proof.kind].answer is Answer.CODE and proof.authenticator_id not in others),
            )
            for proof in stored.session.proofs
        )
        if proofs != stored.session.proofs:
            sessions.put_proofs(work.conn, stored, proofs)


def _make_temporary(work: Work, account: Account, member: Member) -> tuple[AuthenticatorId, dict[str, str]]:
    factor = next(one for one in work.ctx.factors.values() if one.traits.is_temporary)
    whom = about(account, member)
    proposal = factor.propose(whom, work.moment)
    kept = factor.enrol(whom, proposal.kept, "", work.moment)
    added = _ways.add(work, member, factor.traits.kind, kept, _ways.Binding("", "recovery"))
    found = reveal(kept, whom)
    return added.id, {"secret": str(found["secret"]), "uri": str(found["uri"])}


def _tell(work: Work, member: Member, case: Case, secret: dict[str, str]) -> None:
    if case.expires_at is None or case.issued_at is None:
        raise AssertionError
    common: dict[str, Any] = {
        "helper": _cases.helper_name(work, case),
        "checked": case.how.value,
        "opened_at": case.issued_at,
        "expires_at": case.expires_at,
        "stop_link": _cases.stop_link_of(work, case),
    }
    if case.delivery is Delivery.LINK:
        link, _ = _links.make(work, member, _links.Purpose.LOST_FACTOR, case_id=case.id)
        work.send(member, "setup_link", link=link, **common)
        _tell_elsewhere(work, member, case.delivery, common)
    elif case.delivery is Delivery.MAIL:
        link = work.ctx.site.link("/sign-in")
        work.send(member, "secret_sent", link=link, username=member.username, **secret, **common)
        _tell_elsewhere(work, member, case.delivery, common)
    elif case.delivery is Delivery.CURRENT:
        work.send(member, "secret_revealed", **common)
    else:
        work.send(member, "recovery_opened", delivery=Delivery.SCREEN.value, **common)
    _tell_owners_of_privileged(work, member, case)


def _tell_elsewhere(work: Work, member: Member, delivery: Delivery, facts: dict[str, Any]) -> None:
    """The other addresses hear of what one of them was sent (NIST SP 800-63B-4, section 4.6).

    Who has no other is told by the owners, who hear of every change that is completed.
    """
    work.send(member, "recovery_opened", member.mailboxes[1:], delivery=delivery.value, **facts)


def _tell_owners_of_privileged(work: Work, member: Member, case: Case) -> None:
    """Help for somebody with rights of their own is told to all owners; a role given up of late still counts."""
    if roles_that_count(member, work.now) != {Role.STAFF}:
        helper = _cases.helper_name(work, case)
        delivery = case.delivery.value if case.delivery else ""
        work.tell_owners(
            member,
            "recovery_opened_owners",
            by=helper,
            checked=case.how.value,
            delivery=delivery,
            opened_at=work.now,
        )


def view(ctx: Context, visitor: Visitor, member_id: str, form: str) -> Secret:
    """What was issued, for whoever issued it, while the view is open. `form`: page, txt, svg, png or sheet."""

    def look(work: Work) -> Secret:
        account, member, case = _open_view(work, member_id)
        shown = _shown(work, member, case)
        if case.viewed_at is None:  # the first look is what it was issued for
            case = _cases.keep(work, replace(case, viewed_at=work.now))
        else:
            work.record(SecretViewed(member.id, case.id, form), member.account_id)
        found = reveal(_ways.material(ctx, shown.kept), about(account, member))
        if case.view_until is None or case.expires_at is None:
            raise AssertionError
        is_current = case.delivery is Delivery.CURRENT
        return Secret(str(found["secret"]), str(found["uri"]), case.view_until, case.expires_at, is_current)

    return unit(ctx, visitor, ctx.moment(), look)


def _open_view(work: Work, member_id: str) -> tuple[Account, Member, Case]:
    who = acting(work, Action.SEE_STAFF)
    helper, account = who.actor, who.account
    member = people.member(work.conn, account.id, member_id, lock=True)
    demand(helper, Action.HAND_SECRET, member, account.policy, work.now)
    case = _cases.running(work, member)
    if case is None or case.opened_by != helper.id or not is_view_open(case, work.now):
        raise Kept(
            LinkUnusable("This view has closed. Show a new secret if it is still needed", reason="closed")
        )
    return account, member, case


def _shown(work: Work, member: Member, case: Case) -> Had:
    had = ways(work.conn, member.account_id, member.id)
    for one in reversed(had):
        is_app = one.enrolled.traits.answer is Answer.CODE
        exposed = case.delivery is Delivery.CURRENT and one.kept.standing is Standing.EXPOSED and is_app
        if one.kept.id == case.temporary or exposed:
            return one
    raise NotFound()


def hide(ctx: Context, visitor: Visitor, member_id: str) -> None:
    """Close the view now; what was issued goes on working until its time is over."""

    def close(work: Work) -> None:
        _, member, case = _open_view(work, member_id)
        _cases.keep(work, replace(case, view_until=work.now))
        work.record(ViewClosed(member.id, case.id), member.account_id)

    unit(ctx, visitor, ctx.moment(), close)


def take_back(ctx: Context, visitor: Visitor, member_id: str) -> None:
    """Cancel what was handed over; the lost factor works again unless something speaks against it."""

    def cancel(work: Work) -> None:
        _, seen = demand_member(visitor)
        if seen.id == member_id:
            raise NotAllowed(reason="oneself")
        member = pair_by_id(work, Action.END_SESSIONS, member_id).subject  # whatever holds help back
        case = _cases.running(work, member)
        if case is None:
            raise Kept(NotFound())
        _cases.close(work, member, case, Step.CANCEL, Ending.CANCELLED_BY_HELPER)

    unit(ctx, visitor, ctx.moment(), cancel)
