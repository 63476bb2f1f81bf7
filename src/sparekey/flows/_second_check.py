"""Is this one of the person's second factors?

An answer in one field is tried on every authenticator it may be meant for, and each of them spends a try in
advance. Cheap ones (codes from an app) are reserved, checked and settled in one unit; slow ones (backup codes)
are hashed between two. If the answer fits a factor that was reported lost, the alarm goes off.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from sparekey.core.contract import Answer, Evidence, Moment, Trouble, WrongAnswer
from sparekey.core.events import CodeReplayed, FactorFailed, FactorProved, TemporaryBudgetClosed
from sparekey.core.people import Member, Status
from sparekey.core.proofs import Proof
from sparekey.core.sign_in import Standing, candidates, tripwires
from sparekey.core.throttle import LIMIT, Ended, Tries, Wait, give_back, reserve, tries_to_tell
from sparekey.errors import NotSignedIn, Stale, TooManyTries, WrongProof
from sparekey.flows import _cases, _sources
from sparekey.flows._ways import Had, decided_on, keep, material, renew_summary, stand, tries_key, ways
from sparekey.flows._work import Work, unit
from sparekey.flows.context import Context, Visitor
from sparekey.store import people, queue
from sparekey.store.engine import Kept

TOLD_AT = 5
"""Wrong second factors in a row, after the right password, at which the person is told by mail."""
_TELLING = (Trouble.ALREADY_USED, Trouble.EXPIRED, Trouble.CLOCK_WRONG)


@dataclass(frozen=True)
class Reserved:
    member: Member
    had: tuple[Had, ...]
    meant: tuple[tuple[Had, Any, Tries], ...] = field(repr=False)
    """Each candidate with its material and its tries after this one."""
    alarms: tuple[tuple[Had, Any], ...] = field(repr=False)


@dataclass(frozen=True)
class Right:
    had: Had
    kept: Any = field(repr=False)
    evidence: Evidence


@dataclass(frozen=True)
class Wrong:
    trouble: Trouble
    facts: dict[str, Any]
    tripped: Had | None = None


@dataclass(frozen=True)
class Proven:
    """A second factor was proved: by what, and the proof for the session."""

    member: Member
    had: tuple[Had, ...]
    by: Had
    proof: Proof
    evidence: Evidence


Tripped = Callable[[Work, Member, Had], None]


def prove(
    ctx: Context, visitor: Visitor, moment: Moment, ask: "Ask", then: Callable[[Work, Proven], Any]
) -> Any:
    """Check an answer and, in the unit that settles it, do what a right one leads to."""

    def settle_then(work: Work, reserved: Reserved, found: Right | Wrong) -> Any:
        return then(work, settle(work, ask, reserved, found))

    if not ask.is_slow(ctx):
        return unit(
            ctx,
            visitor,
            moment,
            lambda work: settle_then(work, r := reserve_all(work, ask), check(ctx, r, ask.text, moment)),
        )
    reserved = unit(ctx, visitor, moment, lambda work: reserve_all(work, ask))
    found = ctx.pool.run(lambda: check(ctx, reserved, ask.text, moment))
    return unit(ctx, visitor, moment, lambda work: settle_then(work, reserved, found))


@dataclass(frozen=True)
class Ask:
    """Who answers what. `alarm` is called when the answer fits a factor that was reported lost."""

    member: Member
    answer: Answer
    text: str = field(repr=False)
    alarm: Tripped
    takes: Callable[[Had], bool] = lambda _: True
    """Which authenticators count here."""

    def is_slow(self, ctx: Context) -> bool:
        return any(f.traits.is_slow for f in ctx.factors.values() if f.traits.answer is self.answer)


def reserve_all(work: Work, ask: Ask) -> Reserved:
    """Spend one try of every authenticator that may be meant, or say why none may be tried now."""
    member = people.member(work.conn, ask.member.account_id, ask.member.id, lock=True)
    if member.status is not Status.ACTIVE:
        raise NotSignedIn()
    had = tuple(one for one in ways(work.conn, member.account_id, member.id) if ask.takes(one))
    _sources.reserve(work)
    by_id = {one.enrolled.id: one for one in had}
    meant: list[tuple[Had, Any, Tries]] = []
    refused: list[Wait | Ended] = []
    for enrolled in candidates(decided_on(had), ask.answer):
        one = by_id[enrolled.id]
        key = tries_key(one)
        after = reserve(queue.tries_of(work.conn, key, work.now), work.now, is_limited=True)
        if isinstance(after, Wait | Ended):
            refused.append(after)
        else:
            queue.put_tries(work.conn, key, after, work.now)
            meant.append((one, material(work.ctx, one.kept), after))
    if refused and not meant:
        _refuse_untried(work, ask, member, refused)
    alarms = [by_id[one.id] for one in tripwires(decided_on(had), ask.answer)]
    return Reserved(member, had, tuple(meant), tuple((one, material(work.ctx, one.kept)) for one in alarms))


def _refuse_untried(work: Work, ask: Ask, member: Member, refused: Sequence[Wait | Ended]) -> None:
    waits = [one.until for one in refused if isinstance(one, Wait)]
    reason = "waiting" if waits else "ended"
    work.record(FactorFailed(member.id, ask.answer.value, reason), member.account_id)
    raise Kept(TooManyTries(min(waits)) if waits else WrongProof(reason="disabled"))


def check(ctx: Context, reserved: Reserved, text: str, moment: Moment) -> Right | Wrong:
    """Which authenticator the answer fits. Pure but for its cost."""
    troubles: list[WrongAnswer] = []
    for one, kept, _ in reserved.meant:
        try:
            verified = ctx.factors[one.kept.kind].verify(kept, text, moment)
        except WrongAnswer as wrong:
            troubles.append(wrong)
        else:
            return Right(one, verified.kept, verified.evidence)
    best = min(troubles, key=_rank, default=WrongAnswer(Trouble.WRONG))
    return Wrong(best.trouble, best.facts, _tripped(ctx, reserved, text, moment))


def _rank(wrong: WrongAnswer) -> int:
    return _TELLING.index(wrong.trouble) if wrong.trouble in _TELLING else len(_TELLING)


def _tripped(ctx: Context, reserved: Reserved, text: str, moment: Moment) -> Had | None:
    for one, kept in reserved.alarms:
        try:
            ctx.factors[one.kept.kind].verify(kept, text, moment)
        except WrongAnswer:
            continue
        return one
    return None


def settle(work: Work, ask: Ask, reserved: Reserved, found: Right | Wrong) -> Proven:
    """Keep the proof and give back every try, or commit the failure and refuse."""
    member = reserved.member
    if isinstance(found, Wrong):
        _keep_failure(work, ask, reserved, found)
        raise Kept(_refusal(reserved, found))
    try:
        keep(work, found.had.kept, found.kept, is_used=True)
    except Stale:
        work.record(CodeReplayed(member.id, ask.answer.value), member.account_id)
        raise Kept(WrongProof(reason=Trouble.ALREADY_USED.value)) from None
    for one, _, after in reserved.meant:
        back = Tries() if one is found.had else give_back(after, work.now)
        queue.put_tries(work.conn, tries_key(one), back, work.now)
    _sources.give_back(work)
    traits = found.had.enrolled.traits
    proof = Proof(
        found.had.kept.id,
        traits.kind,
        found.evidence.category,
        found.evidence.amr,
        work.now,
        is_exposed=found.had.kept.standing is Standing.EXPOSED,
    )
    work.record(
        FactorProved(member.id, traits.kind, found.had.kept.id, found.evidence.left), member.account_id
    )
    return Proven(member, reserved.had, found.had, proof, found.evidence)


def _refusal(reserved: Reserved, found: Wrong) -> WrongProof:
    left = [tries_to_tell(after) for _, _, after in reserved.meant]
    told = min((one for one in left if one is not None), default=None)
    until = [after.open_at for _, _, after in reserved.meant if after.open_at]
    return WrongProof(
        reason=found.trouble.value, tries_left=told, wait_until=min(until, default=None), **found.facts
    )


def _keep_failure(work: Work, ask: Ask, reserved: Reserved, found: Wrong) -> None:
    member = reserved.member
    work.record(FactorFailed(member.id, ask.answer.value, found.trouble.value), member.account_id)
    if found.trouble is Trouble.ALREADY_USED:
        work.record(CodeReplayed(member.id, ask.answer.value), member.account_id)
        work.send(member, "code_replayed", tried_at=work.now, way=ask.answer.value)
    if found.tripped is not None:
        ask.alarm(work, member, found.tripped)
    for one, _, after in reserved.meant:
        if after.failures >= LIMIT:
            _end_at_limit(work, member, one)
    most = max((after.failures for _, _, after in reserved.meant), default=0)
    if most == TOLD_AT:
        work.send(member, "suspicious_tries", tried_at=work.now, way=ask.answer.value, tries=most)


def _end_at_limit(work: Work, member: Member, one: Had) -> None:
    if one.enrolled.traits.is_temporary:
        work.record(TemporaryBudgetClosed(member.id), member.account_id)
        case = _cases.running(work, member)
        work.tell_owners(
            member,
            "temporary_budget_closed",
            closed_at=work.now,
            by=_cases.helper_name(work, case) if case else "",
        )
    elif one.enrolled.traits.is_disabled_at_limit:
        stand(work, member, [one], Standing.DISABLED)
        renew_summary(work, member)
        work.send(
            member, "authenticator_disabled", disabled_at=work.now, way=one.enrolled.traits.answer.value
        )
