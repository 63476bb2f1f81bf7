"""Is this one of the person's second factors?

An answer in one field is tried on every authenticator it may be meant for, and each of them spends a try in
advance. Cheap ones (codes from an app) are reserved, checked and settled in one unit, which writes the tries once,
as they are when it ends; slow ones (backup codes) are hashed between two. If the answer fits a factor that was
reported lost, the alarm goes off.

The person is locked first, then their case, sources, tries and authenticators, always in this order. A case whose
time ran out is ended before anything is checked: what it handed over is dead, and a lost factor that works again
is no alarm.
"""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, TypeVar

from sparekey.core.contract import Answer, Evidence, Moment, Trouble, WrongAnswer
from sparekey.core.events.recovery import TemporaryBudgetClosed
from sparekey.core.events.signing_in import CodeReplayed, FactorFailed, FactorProved
from sparekey.core.events.ways import KeyCounterBehind
from sparekey.core.people import Member, Status
from sparekey.core.proofs import Proof
from sparekey.core.recovery_case import Case, is_over
from sparekey.core.sign_in import Beside, Standing, candidates, tripwires
from sparekey.core.throttle import LIMIT, Ended, Tries, Wait, give_back, reserve, tries_to_tell
from sparekey.errors import Busy, NotSignedIn, Stale, TooManyTries, WrongProof
from sparekey.factors import unspent
from sparekey.flows import _cases
from sparekey.flows._ways import Had, decided_on, keep, material, renew_summary, stand, tries_key, ways
from sparekey.flows._work import Work, unit
from sparekey.flows.checks import questions, sources
from sparekey.flows.checks.questions import Question
from sparekey.flows.context import Context, Visitor
from sparekey.store import authenticators, cases, people, queue
from sparekey.store.engine import Kept

T = TypeVar("T")
TOLD_AT = 5
"""Wrong second factors in a row, beside what was right, at which the person is told by mail."""
LOW = 3
"""Backup codes left at which the person is warned."""
_TELLING = (Trouble.ALREADY_USED, Trouble.EXPIRED, Trouble.CLOCK_WRONG)
Material = tuple[Had, Any]


@dataclass(frozen=True)
class Open:
    """The person of a question, as they are now, with their running case."""

    member: Member
    case: Case | None
    had: tuple[Had, ...]
    over: tuple[Material, ...] = field(repr=False)
    """Temporary secrets that have just died with their case: their codes get a reason of their own."""


@dataclass(frozen=True)
class Reserved:
    now: Open
    counted: tuple[tuple[Had, Tries], ...]
    """Those that a try was spent of, with their tries after this one."""
    meant: tuple[Material, ...] = field(repr=False)
    """Those of them that a right answer is right for."""
    alarms: tuple[Material, ...] = field(repr=False)
    asked: Mapping[str, Any] | None = field(repr=False)
    """The challenge that is answered; None where there was none, or none any more."""


@dataclass(frozen=True)
class Right:
    had: Had
    kept: Any = field(repr=False)
    evidence: Evidence


@dataclass(frozen=True)
class Wrong:
    trouble: Trouble
    facts: dict[str, Any]
    burnt: tuple[Material, ...] = field(default=(), repr=False)
    """Material to be kept before the reason is told."""
    tripped: Had | None = None


@dataclass(frozen=True)
class Proven:
    """A second factor was proved: by whom, with what case running, and the proof for the session."""

    member: Member
    case: Case | None
    had: tuple[Had, ...]
    proof: Proof
    evidence: Evidence


@dataclass(frozen=True)
class Ask:
    """Who answers what."""

    member: Member
    answer: Answer
    text: str = field(repr=False)
    beside: Beside
    """What else is proved with it: if the answer fits a factor that was reported lost, the alarm says so."""
    takes: Callable[[Had], bool] = lambda _: True
    """Which authenticators count here."""
    demand: Callable[[Work], object] = lambda _: None
    """Refuses when the question is no longer open, before a try is spent."""
    question: Question | None = None
    """What a challenge is for; only answers to one look at it."""
    is_drill: bool = False
    """To see whether it is still there: a single-use code is not used up."""

    def is_slow(self, ctx: Context) -> bool:
        return any(f.traits.is_slow for f in ctx.factors.values() if f.traits.answer is self.answer)


def prove(ctx: Context, visitor: Visitor, moment: Moment, ask: Ask, then: Callable[[Work, Proven], T]) -> T:
    """Check an answer and, in the unit that settles it, do what a right one leads to."""
    if not ask.is_slow(ctx):

        def at_once(work: Work) -> T:
            reserved = _reserve(work, ask)
            found = _check(ctx, reserved, ask, moment)
            try:
                proven = _settle(work, ask, reserved, found)
            except Kept:
                _keep_spent(work, reserved)
                raise
            return then(work, proven)

        return unit(ctx, visitor, moment, at_once)

    def before(work: Work) -> Reserved:
        reserved = _reserve(work, ask)
        _keep_spent(work, reserved)
        return reserved

    reserved = unit(ctx, visitor, moment, before)
    try:
        found = ctx.pool.run(lambda: _check(ctx, reserved, ask, moment))
    except Busy:
        unit(ctx, visitor, moment, lambda work: _give_all_back(work, reserved))
        raise

    def later(work: Work) -> T:
        return then(work, _settle(work, ask, replace(reserved, now=_open(work, ask)), found))

    return unit(ctx, visitor, moment, later)


def _open(work: Work, ask: Ask) -> Open:
    """Lock the person, and see that the question is still theirs to answer."""
    member = people.member(work.conn, ask.member.account_id, ask.member.id, lock=True)
    if member.status is not Status.ACTIVE:
        raise NotSignedIn()
    ask.demand(work)
    case = cases.open_of(work.conn, member.account_id, member.id, lock=True)
    over: tuple[Material, ...] = ()
    if case is not None and is_over(case, work.now):
        over = tuple(
            (one, material(work.ctx, one.kept))
            for one in ways(work.conn, member.account_id, member.id)
            if one.kept.id == case.temporary
        )
    case = _cases.settled(work, member, case) if case else None
    had = ways(work.conn, member.account_id, member.id)
    return Open(member, case, tuple(one for one in had if ask.takes(one)), over)


def _reserve(work: Work, ask: Ask) -> Reserved:
    """Lock and count one try of every authenticator that may be meant, or say why none may be tried now.

    Where nothing but what was reported lost is answered in this field, the try is spent of that: answers, tries
    left and waits are those of any other person.
    """
    now = _open(work, ask)
    sources.reserve(work)
    by_id = {one.enrolled.id: one for one in now.had}
    enrolled = decided_on(now.had)
    meant = [by_id[one.id] for one in candidates(enrolled, ask.answer)]
    alarms = [by_id[one.id] for one in tripwires(enrolled, ask.answer)]
    counted: list[tuple[Had, Tries]] = []
    refused: dict[str, Wait | Ended] = {}
    for one in (one for one in meant or alarms if one.enrolled.traits.is_counted):
        after = reserve(queue.tries_of(work.conn, tries_key(one), work.now), work.now, is_limited=True)
        if isinstance(after, Tries):
            counted.append((one, after))
        else:
            refused[one.kept.id] = after
    if not counted and (refused or _has_disabled(now.had, ask.answer)):
        _refuse_untried(work, ask, now.member, tuple(refused.values()))
    looked_at = (_material(work, meant, refused), _material(work, alarms, refused))
    return Reserved(now, tuple(counted), *looked_at, asked=_asked(work, ask))


def _asked(work: Work, ask: Ask) -> dict[str, Any] | None:
    """The challenge that is answered. A code that was sent waits on: only the right answer uses it up."""
    if ask.question is None or not questions.is_asked(work.ctx, ask.answer):
        return None
    look = questions.look if questions.is_sent(work.ctx, ask.answer) else questions.take
    return look(work, ask.question, ask.answer)


def _material(work: Work, ones: Sequence[Had], refused: Collection[str]) -> tuple[Material, ...]:
    return tuple((one, material(work.ctx, one.kept)) for one in ones if one.kept.id not in refused)


def _keep_spent(work: Work, reserved: Reserved) -> None:
    """Write the tries as they are after this one."""
    for one, after in reserved.counted:
        queue.put_tries(work.conn, {tries_key(one): after}, work.now)


def _has_disabled(had: Sequence[Had], answer: Answer) -> bool:
    return any(one.enrolled.traits.answer is answer and one.kept.standing is Standing.DISABLED for one in had)


def _refuse_untried(work: Work, ask: Ask, member: Member, refused: Sequence[Wait | Ended]) -> None:
    waits = [one.until for one in refused if isinstance(one, Wait)]
    reason = "waiting" if waits else "ended"
    work.record(FactorFailed(member.id, ask.answer.value, reason), member.account_id)
    raise Kept(TooManyTries(min(waits)) if waits else WrongProof(reason="disabled"))


def _give_all_back(work: Work, reserved: Reserved) -> None:
    """The answer was never looked at."""
    sources.give_back(work)
    for one, _ in reserved.counted:
        key = tries_key(one)
        before = queue.tries_of(work.conn, key, work.now)
        queue.put_tries(work.conn, {key: give_back(before, work.now)}, work.now)


def _check(ctx: Context, reserved: Reserved, ask: Ask, moment: Moment) -> Right | Wrong:
    """Which authenticator the answer fits. Pure but for its cost."""
    text = ask.text
    troubles: list[WrongAnswer] = []
    burnt: list[Material] = []
    for one, kept in reserved.meant:
        try:
            verified = ctx.factors[one.kept.kind].verify(kept, text, moment, reserved.asked)
        except WrongAnswer as wrong:
            troubles.append(wrong)
            burnt += [(one, wrong.kept)] if wrong.kept is not None else []
        else:
            if ask.is_drill and verified.evidence.left is not None:
                return Right(one, unspent(kept, moment), replace(verified.evidence, left=None))
            return Right(one, verified.kept, verified.evidence)
    if _fitting(ctx, reserved, reserved.now.over, text, moment):
        troubles.append(WrongAnswer(Trouble.EXPIRED))
    best = min(troubles, key=_rank, default=WrongAnswer(Trouble.WRONG))
    return Wrong(
        best.trouble, best.facts, tuple(burnt), _fitting(ctx, reserved, reserved.alarms, text, moment)
    )


def _rank(wrong: WrongAnswer) -> tuple[int, bool]:
    """The most telling first; that an answer is another key's says less than what is wrong with its own."""
    telling = _TELLING.index(wrong.trouble) if wrong.trouble in _TELLING else len(_TELLING)
    return telling, wrong.facts.get("clause") == "credential"


def _fitting(
    ctx: Context, reserved: Reserved, ones: Sequence[Material], text: str, moment: Moment
) -> Had | None:
    """Which of these the answer would be right for."""
    for one, kept in ones:
        try:
            ctx.factors[one.kept.kind].verify(kept, text, moment, reserved.asked)
        except WrongAnswer:
            continue
        return one
    return None


def _settle(work: Work, ask: Ask, reserved: Reserved, found: Right | Wrong) -> Proven:
    """Keep the proof and give back every try, or commit the failure and refuse."""
    member = reserved.now.member
    if isinstance(found, Wrong):
        _keep_failure(work, ask, reserved, found)
        raise Kept(_refusal(ask, reserved, found))
    try:
        keep(work, found.had.kept, found.kept, is_used=True)
    except Stale:
        work.record(CodeReplayed(member.id, ask.answer.value), member.account_id)
        raise Kept(_refusal(ask, reserved, Wrong(Trouble.ALREADY_USED, {}))) from None
    if ask.question and questions.is_sent(work.ctx, ask.answer):
        questions.take(work, ask.question, ask.answer)
    sources.give_back(work)
    for one, after in reserved.counted:
        back = Tries() if one is found.had else give_back(after, work.now)
        queue.put_tries(work.conn, {tries_key(one): back}, work.now)
    kind, left = found.had.kept.kind, found.evidence.left
    work.record(FactorProved(member.id, kind, found.had.kept.id, left), member.account_id)
    if found.evidence.warning:
        work.record(KeyCounterBehind(member.id, found.had.kept.id, kind), member.account_id)
    if left is not None:
        renew_summary(work, member)
        _tell_code_used(work, member, left)
    return Proven(member, reserved.now.case, reserved.now.had, _proof(work, found), found.evidence)


def _proof(work: Work, found: Right) -> Proof:
    is_exposed = found.had.kept.standing is Standing.EXPOSED or found.had.enrolled.traits.is_temporary
    kept, evidence = found.had.kept, found.evidence
    return Proof(kept.id, kept.kind, evidence.categories, evidence.amr, work.now, is_exposed=is_exposed)


def _tell_code_used(work: Work, member: Member, left: int) -> None:
    if left <= LOW:
        link = work.ctx.site.link("/me#two-factor")
        work.send(member, "backup_codes_low", used_at=work.now, left=left, link=link)
    else:
        work.send(member, "backup_code_used", used_at=work.now, left=left)


def wrong_passkey(**facts: str) -> WrongProof:
    """One sentence for every clause that can fail (WebAuthn Level 3, section 14.6.2)."""
    return WrongProof(reason=Answer.PASSKEY.value, **facts)


def _refusal(ask: Ask, reserved: Reserved, found: Wrong) -> WrongProof:
    if ask.answer is Answer.PASSKEY:
        return wrong_passkey()
    left = [tries_to_tell(after) for _, after in reserved.counted]
    told = min((one for one in left if one is not None), default=None)
    until = [after.open_at for _, after in reserved.counted if after.open_at]
    return WrongProof(
        reason=found.trouble.value, tries_left=told, wait_until=min(until, default=None), **found.facts
    )


def _keep_failure(work: Work, ask: Ask, reserved: Reserved, found: Wrong) -> None:
    member = reserved.now.member
    clause = found.facts.get("clause")
    reason = f"{found.trouble.value}:{clause}" if clause else found.trouble.value
    work.record(FactorFailed(member.id, ask.answer.value, reason), member.account_id)
    for one, kept in found.burnt:
        keep(work, one.kept, kept, is_used=False)
    if found.trouble is Trouble.ALREADY_USED:
        work.record(CodeReplayed(member.id, ask.answer.value), member.account_id)
        work.send(member, "code_replayed", tried_at=work.now, way=ask.answer.value)
    if found.tripped is not None:
        _cases.note_lost_factor_used(work, member, found.tripped.kept.id, ask.beside)
        authenticators.used(work.conn, found.tripped.kept, work.now)
    ended = [one for one, after in reserved.counted if after.failures >= LIMIT]
    _end_at_limit(work, member, ended, reserved.now.case)
    most = max((after.failures for _, after in reserved.counted), default=0)
    if most == TOLD_AT:
        told = {"way": ask.answer.value, "beside": ask.beside.value}
        work.send(member, "suspicious_tries", tried_at=work.now, tries=most, **told)


def _end_at_limit(work: Work, member: Member, ended: Sequence[Had], case: Case | None) -> None:
    """Several apps that were tried together end together, and the person is told once."""
    if any(one.enrolled.traits.is_temporary for one in ended):
        work.record(TemporaryBudgetClosed(member.id), member.account_id)
        work.tell_owners(
            member,
            "temporary_budget_closed",
            closed_at=work.now,
            by=_cases.helper_name(work, case) if case else "",
        )
    own = [
        one
        for one in ended
        if one.enrolled.traits.is_disabled_at_limit and not one.enrolled.traits.is_temporary
    ]
    if own:
        stand(work, member, own, Standing.DISABLED)
        renew_summary(work, member)
        way = own[0].enrolled.traits.answer.value
        work.send(member, "authenticator_disabled", disabled_at=work.now, way=way)
