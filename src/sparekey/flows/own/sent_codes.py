"""Codes by text message and by e-mail: asked for at a sign-in or a confirmation, set up, changed.

A phone number is bound only once a code that went to it was entered, and only beside another second factor (NIST SP
800-63B-4, section 3.2.9). Until then an earlier number stays in force; another number is a new binding, with a
letter.
"""

from dataclasses import dataclass, field, replace
from typing import Any

from sparekey.core.contract import Answer, Category, Traits, WrongAnswer
from sparekey.core.events.ways import RiskAccepted
from sparekey.core.people import Member, Policy, has_fresh_address
from sparekey.core.sign_in import Standing, can_prove
from sparekey.errors import BadInput, Conflict, NotAllowed, NotSignedIn
from sparekey.factors import ending_of, read_number
from sparekey.flows import _ways, sign_in
from sparekey.flows._ways import Had, about, material, ways
from sparekey.flows._work import Work, unit
from sparekey.flows.checks import questions, sent
from sparekey.flows.checks.questions import Question
from sparekey.flows.checks.sent import Offer, Sending
from sparekey.flows.context import Context, Visitor
from sparekey.flows.sessions import demand_member, demand_own, still_there
from sparekey.store import people
from sparekey.store.engine import Kept

MOST_WRONG = 5
"""Wrong answers while a number is bound, then a new code is needed."""


def to_prove(ctx: Context, visitor: Visitor, answer: Answer) -> None:
    """Send a code for the second step of a half-finished sign-in."""
    _, member = sign_in.demand_half(visitor)
    unit(ctx, visitor, ctx.moment(), lambda work: sent.send(work, member, Question.SECOND, answer))


def to_confirm(ctx: Context, visitor: Visitor, answer: Answer) -> None:
    """Send a code for *Confirm it's you*: of what counts as a second factor."""
    _, member = demand_member(visitor)
    if questions.asking(ctx, answer).traits.category is Category.MAILBOX:
        raise Conflict(reason="no_receiver")
    unit(ctx, visitor, ctx.moment(), lambda work: sent.send(work, member, Question.CONFIRM, answer))


def offers(ctx: Context, visitor: Visitor, *, second_only: bool = False) -> tuple[Offer, ...]:
    """Where codes can be sent to now, in this sign-in or session."""
    if visitor.member is None:
        raise NotSignedIn()
    member = visitor.member
    had = ctx.db.read(lambda conn: ways(conn, member.account_id, member.id))
    return sent.offers(ctx, visitor, had, second_only=second_only)


def possible(ctx: Context, visitor: Visitor) -> tuple[Answer, ...]:
    """Which codes this account allows and this server can send."""
    policy = visitor.account.policy if visitor.account else Policy()
    sendable = (one.traits for one in ctx.factors.values() if one.traits.is_sent)
    return tuple(one.answer for one in sendable if sent.is_possible(ctx, policy, one))


@dataclass(frozen=True)
class ReceiverShown:
    """What somebody set up for codes of one kind, and whether they may set one up or change it. `ending`: see
    `factors.ending_of`; empty where there is none. `why_not`: a reason's code, empty: they may."""

    ending: str
    why_not: str


def receiver(ctx: Context, visitor: Visitor, answer: Answer) -> ReceiverShown:
    account, member = demand_own(ctx, visitor)
    traits = questions.asking(ctx, answer).traits
    had = ctx.db.read(lambda conn: ways(conn, member.account_id, member.id))
    why_not = "" if sent.is_possible(ctx, account.policy, traits) else _why_impossible(account.policy, traits)
    if not why_not and traits.is_restricted and not has_another(had):
        why_not = "needs_another"
    present = [one.kept.label for one in had if one.enrolled.traits.answer is answer]
    return ReceiverShown(present[-1] if present else "", why_not)


def mailbox(who: Member) -> str:
    """What may be shown of where codes by e-mail go."""
    return ending_of(who.email)


def has_another(had: list[Had]) -> bool:
    """A second factor that is used every day and not restricted itself."""
    return any(
        one.is_second
        and one.kept.standing is Standing.ACTIVE
        and one.kept.left is None
        and not one.enrolled.traits.is_restricted
        for one in had
    )


def _why_impossible(policy: Policy, traits: Traits) -> str:
    return "no_gateway" if getattr(policy, traits.allowed_by) else "not_allowed_here"


@dataclass(frozen=True)
class Wanted:
    """A number as it was typed, and whether the notice beside it was accepted. Neither counts for e-mail."""

    number: str = field(default="", repr=False)
    accepts_risk: bool = False


def begin(ctx: Context, visitor: Visitor, answer: Answer, wanted: Wanted) -> None:
    """Send a first code. Raises `BadInput`, `NotAllowed`, `TooManyTries`."""
    account, member = demand_own(ctx, visitor)
    factor = questions.asking(ctx, answer)
    is_mail = factor.traits.category is Category.MAILBOX
    present = receiver(ctx, visitor, answer)
    if present.why_not:
        raise NotAllowed(WHY_NOT[present.why_not], reason=present.why_not)
    address = member.email if is_mail else _read(ctx, wanted)
    if factor.traits.is_restricted and not wanted.accepts_risk:
        raise BadInput("accept_risk", "notice_not_accepted", "Read the notice and tick it to go on")

    def propose(work: Work) -> None:
        who = people.member(work.conn, member.account_id, member.id, lock=True)
        still_there(work, visitor)
        working = [one for one in _of(work, who, answer) if can_prove(one.enrolled)]
        if any(_address_of(work, one) == address for one in working):
            raise BadInput("number", "number_same", "Codes go to this number already")
        proposal = factor.propose(replace(about(account, who), address=address), work.moment)
        if proposal.message is None:
            raise AssertionError
        new = Sending(proposal.message, {**proposal.kept, "wrong": 0}, is_new=True)
        sent.post(work, who, Question.NEW, answer, new)

    unit(ctx, visitor, ctx.moment(), propose)


WHY_NOT = {
    "not_allowed_here": "The security policy does not allow this way in",
    "no_gateway": "This server cannot send such codes",
    "needs_another": "Connect an authenticator app or add a passkey first",
}
"""Reasons for which nothing can be set up."""


def _read(ctx: Context, wanted: Wanted) -> str:
    country, countries = (ctx.texts.country, ctx.texts.countries) if ctx.texts else ("CH", ())
    return read_number(wanted.number, country, countries)


def _of(work: Work, who: Member, answer: Answer) -> list[Had]:
    had = ways(work.conn, who.account_id, who.id)
    return [one for one in had if one.enrolled.traits.answer is answer]


def _address_of(work: Work, one: Had) -> str:
    return str(material(work.ctx, one.kept).address)


def finish(ctx: Context, visitor: Visitor, answer: Answer, text: str) -> str:
    """The code that was sent is right: from now on codes go there. Gives what may be shown of it."""
    account, member = demand_own(ctx, visitor)
    factor = questions.asking(ctx, answer)

    def bind(work: Work) -> str:
        who = people.member(work.conn, member.account_id, member.id, lock=True)
        still_there(work, visitor)
        asked = questions.look(work, Question.NEW, answer)
        if asked is None:
            raise BadInput(answer.value, "expired", "This code has run out. Send a new one")
        try:
            made = factor.enrol(about(account, who), asked, text, work.moment)
        except WrongAnswer as wrong:
            _count_wrong(work, answer, asked)
            raise Kept(BadInput(answer.value, wrong.trouble.value, **wrong.facts)) from None
        questions.take(work, Question.NEW, answer)
        _demand_still_possible(work, who, factor.traits)
        return _put(work, who, factor.traits, made)

    return unit(ctx, visitor, ctx.moment(), bind)


def _count_wrong(work: Work, answer: Answer, asked: dict[str, object]) -> None:
    """What was guessed at too often is gone."""
    wrong = int(str(asked["wrong"])) + 1
    if wrong < MOST_WRONG:
        questions.ask(work, Question.NEW, {**asked, "wrong": wrong}, answer)
    else:
        questions.take(work, Question.NEW, answer)


def _demand_still_possible(work: Work, who: Member, traits: Traits) -> None:
    """Ten minutes may have passed: what held when the code was sent must hold still."""
    policy = people.account(work.conn, who.account_id).policy
    if not sent.is_possible(work.ctx, policy, traits):
        raise Kept(NotAllowed(WHY_NOT["not_allowed_here"], reason="not_allowed_here"))
    had = ways(work.conn, who.account_id, who.id)
    if traits.is_restricted and not has_another(had):
        raise Kept(NotAllowed(WHY_NOT["needs_another"], reason="needs_another"))
    if traits.category is Category.MAILBOX and has_fresh_address(who, work.now):
        raise Kept(Conflict(reason="no_receiver"))


def _put(work: Work, who: Member, traits: Traits, made: Any) -> str:
    old = _of(work, who, traits.answer)
    ending = ending_of(made.address)
    _ways.destroy(work, who, old, "replaced")
    added = _ways.add(work, who, traits.kind, made, _ways.Binding(ending, "settings"))
    if traits.is_restricted:
        work.record(RiskAccepted(who.id, added.id, added.kind), who.account_id)
    _ways.renew_summary(work, who)
    kind = "code_receiver_changed" if old else "code_receiver_added"
    before = {"before": old[-1].kept.label} if old else {}
    work.send(who, kind, way=traits.answer.value, goes_to=ending, changed_at=work.now, **before)
    return ending
