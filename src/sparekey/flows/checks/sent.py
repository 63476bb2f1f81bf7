"""Codes on their way to a person: when one may be sent, and what became of it.

A code is asked for in the sign-in, the confirmation or the enrolment it is for, and good there alone. A newer one
replaces it, and takes it out of the outbox where it still waits (NIST SP 800-63B-4, section 3.1.3.2).

Who sends many earns from it, or pesters somebody: five an hour go to one number or mailbox, and five to one person,
thirty may be asked for from one address, and twenty an hour go to numbers that are new in an account. Codes for
setting a number up are counted apart: whoever gives a stranger's number does not keep that stranger from signing in.
Of text messages there are only so many a day, for an account and for the server; then the account owners are told.
"""

import logging
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from sparekey.adapters.texts import TextSettings
from sparekey.core.contract import SENT_LIFE, Answer, Category, Message, Traits
from sparekey.core.events.mail import TextsUsedUp
from sparekey.core.events.signing_in import CodeAsked
from sparekey.core.people import Member, Policy, Role, has_fresh_address
from sparekey.core.sign_in import can_prove
from sparekey.core.throttle import (
    CODE_RATE,
    CODES_FROM,
    NEW_NUMBERS,
    USED_UP_RATE,
    Rate,
    Wait,
    source_key,
    spend,
)
from sparekey.errors import Conflict, TooManyTries
from sparekey.factors import ending_of
from sparekey.flows._ways import Had, material, ways
from sparekey.flows._work import Work, blinded, unit
from sparekey.flows.checks import questions
from sparekey.flows.checks.questions import Question
from sparekey.flows.context import Context, Visitor
from sparekey.store import people, queue
from sparekey.store.engine import Kept

_DAY = timedelta(days=1)
_OF_SERVER = "text:server"
_SETTING = {False: "sms.per_day_of_account", True: "sms.per_day"}
_log = logging.getLogger(__name__)


class Course(StrEnum):
    """How far a message has come."""

    WAITING = "waiting"
    RETRYING = "retrying"
    SENT = "sent"
    FAILED = "failed"


@dataclass(frozen=True)
class OnItsWay:
    """A code that was asked for here and is still good. `ending`: what may be shown of where it goes."""

    ending: str
    asked_at: datetime
    ends_at: datetime
    course: Course


@dataclass(frozen=True)
class Offer:
    """Where a code can be sent to."""

    answer: Answer
    ending: str


def is_possible(ctx: Context, policy: Policy, traits: Traits) -> bool:
    """Does the account allow this kind, and has this server a way to send it?"""
    has_channel = ctx.can_send_mail if traits.category is Category.MAILBOX else ctx.can_send_texts
    return has_channel and bool(getattr(policy, traits.allowed_by))


def offers(ctx: Context, visitor: Visitor, had: list[Had], *, second_only: bool = False) -> tuple[Offer, ...]:
    """What this person can have sent now. `second_only`: what counts as a second factor."""
    policy = visitor.account.policy if visitor.account else Policy()
    found = (
        Offer(one.enrolled.traits.answer, one.kept.label)
        for one in had
        if one.enrolled.traits.is_sent
        and can_prove(one.enrolled)
        and is_possible(ctx, policy, one.enrolled.traits)
        and (one.is_second or not second_only)
    )
    return tuple(sorted(found, key=lambda one: list(Answer).index(one.answer)))


def send(work: Work, who: Member, question: Question, answer: Answer) -> None:
    """Send a code to where this person has them sent. Raises `Conflict` where nothing is, `TooManyTries`."""
    member = people.member(work.conn, who.account_id, who.id, lock=True)
    policy = people.account(work.conn, member.account_id).policy
    factor = questions.asking(work.ctx, answer)
    found = [
        one
        for one in ways(work.conn, member.account_id, member.id)
        if one.enrolled.traits.answer is answer and can_prove(one.enrolled)
    ]
    if not found or not is_possible(work.ctx, policy, factor.traits):
        raise Conflict("There is nothing to send a code to. Choose another way", reason="no_receiver")
    kept = [material(work.ctx, one.kept) for one in found]
    challenge = factor.challenge(kept, work.moment, is_first=False)
    if challenge.message is None:
        raise AssertionError
    post(work, member, question, answer, Sending(challenge.message, challenge.kept))


@dataclass(frozen=True)
class Sending:
    """A code to be sent, and what is kept of it. `is_new`: to a number that is not the person's yet."""

    message: Message
    kept: Any
    is_new: bool = False


def post(work: Work, member: Member, question: Question, answer: Answer, new: Sending) -> None:
    """Put the message in the outbox and the question beside it, in place of an earlier one."""
    to, traits = new.message.to, questions.asking(work.ctx, answer).traits
    if traits.category is Category.MAILBOX and (to != member.email or has_fresh_address(member, work.now)):
        raise Conflict("There is nothing to send a code to. Choose another way", reason="no_receiver")
    is_text = traits.category is not Category.MAILBOX
    _spend(work, member, _of_an_hour(work, member, answer, new), _of_a_day(work, member) if is_text else {})
    earlier = questions.take(work, question, answer)
    if earlier is not None:
        queue.drop(work.conn, str(earlier["post"]))
    if traits.category is Category.MAILBOX:
        posted = work.send(member, "email_code", code=new.message.code, ends_at=work.now + SENT_LIFE)
    else:
        posted = work.text(member, to, new.message.code)
    kept = {**new.kept, "post": posted, "at": work.now.isoformat()}
    questions.ask(work, question, kept, answer)
    work.record(CodeAsked(member.id, answer.value), member.account_id)


def _spend(work: Work, member: Member, by_hour: Mapping[str, Rate], by_day: Mapping[str, Rate]) -> None:
    rates = {**by_hour, **by_day}
    before = queue.lock_arrivals(work.conn, rates, work.now)
    after = {key: spend(before[key], rate, work.now) for key, rate in rates.items()}
    waits = {key: one.until for key, one in after.items() if isinstance(one, Wait)}
    if waits:
        refusal = TooManyTries(max(waits.values()), reason="codes")
        if waits.keys() <= by_day.keys() and _tell_used_up(work, member, waits):
            raise Kept(refusal)
        raise refusal
    queue.put_arrivals(work.conn, {key: at for key, at in after.items() if not isinstance(at, Wait)})


def _of_an_hour(work: Work, member: Member, answer: Answer, new: Sending) -> dict[str, Rate]:
    number = f"{'new' if new.is_new else 'own'}:{blinded(work.ctx, new.message.to)}"
    rates = {
        f"code:{answer}:{number}": CODE_RATE,
        f"code:{answer}:{member.id}": CODE_RATE,
        f"code:from:{source_key(work.visitor.source)}": CODES_FROM,
    }
    return {**rates, f"code:new:{member.account_id}": NEW_NUMBERS} if new.is_new else rates


def _of_a_day(work: Work, member: Member) -> dict[str, Rate]:
    most = work.ctx.texts or TextSettings()
    return {
        f"text:account:{member.account_id}": Rate(most.per_day_of_account, _DAY),
        _OF_SERVER: Rate(most.per_day, _DAY),
    }


def _tell_used_up(work: Work, member: Member, waits: Mapping[str, datetime]) -> bool:
    """Tell the owners, once a day; False: they know."""
    key = f"text:told:{member.account_id}"
    after = spend(queue.lock_arrivals(work.conn, [key], work.now)[key], USED_UP_RATE, work.now)
    if isinstance(after, Wait):
        return False
    queue.put_arrivals(work.conn, {key: after})
    of_server = _OF_SERVER in waits
    work.record(TextsUsedUp(of_server), member.account_id)
    for owner in people.with_role(work.conn, member.account_id, Role.OWNER):
        work.send(owner, "texts_used_up", reached_at=work.now, link=work.ctx.site.link("/account/audit"))
    _log.warning("the text messages of a day are used up: %s", _SETTING[of_server])
    return True


def on_its_way(ctx: Context, visitor: Visitor, question: Question, answer: Answer) -> OnItsWay | None:
    """The code that was asked for here and is still good; None where there is none."""

    def look(work: Work) -> OnItsWay | None:
        asked = questions.look(work, question, answer)
        if asked is None:
            return None
        at = datetime.fromisoformat(asked["at"])
        ends_at = datetime.fromisoformat(asked["until"])
        course = _course(*queue.how_it_went(work.conn, asked["post"]))
        return OnItsWay(ending_of(asked["to"]), at, ends_at, course) if work.now < ends_at else None

    return unit(ctx, visitor, ctx.moment(), look)


def _course(state: str, has_failed: bool) -> Course:
    if state == "sent":
        return Course.SENT
    if state == "waiting":
        return Course.RETRYING if has_failed else Course.WAITING
    return Course.FAILED
