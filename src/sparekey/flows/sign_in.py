"""Signing in: the password, then a second factor; the one way into a session.

What follows a right answer is `core.sign_in.next_step`'s word alone. A temporary or exposed secret redeems its
case and opens the forced change; a normal sign-in while a case runs ends that case. One with a code by e-mail does
not: whoever reads a mailbox has not shown that nothing is lost.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sparekey.core.contract import Answer
from sparekey.core.events.signing_in import BrowserRemembered
from sparekey.core.people import Member
from sparekey.core.proofs import Aal, Proof, assurance
from sparekey.core.recovery_case import Case, Ending, Step, redeem
from sparekey.core.sessions import Scope, Session
from sparekey.core.sign_in import Beside, Decision, Prove, Rotate, SignedIn, Standing, next_step
from sparekey.errors import IllegalTransition, LinkUnusable, NotSignedIn
from sparekey.flows import _cases, _sessions
from sparekey.flows._ways import Had, decided_on, ways
from sparekey.flows._work import Work
from sparekey.flows.checks import password as password_check
from sparekey.flows.checks import second as second_check
from sparekey.flows.checks.password import Attempt, Known
from sparekey.flows.checks.questions import Question
from sparekey.flows.checks.second import Ask, Proven
from sparekey.flows.context import Context, Started, Visitor
from sparekey.store import people, sessions


@dataclass(frozen=True)
class Outcome:
    """Where a sign-in stands: the session it has now and the decision it rests on."""

    started: Started
    decision: Decision
    must_change_secret: bool = False
    """Signed in another way while the lost factor stays suspended: lead to *Change secret*."""
    codes_left: int | None = None
    """After a backup code: how many are left."""


def begin(ctx: Context, visitor: Visitor, name: str, password: str) -> Outcome:
    """The first post: a sign-in name and a password.

    Raises `WrongProof` (one sentence for everything), `TooManyTries` or `Busy`.
    """
    attempt = Attempt(lambda work: password_check.reserve_by_name(work, name), password)
    return password_check.prove(ctx, visitor, ctx.moment(), attempt, _after_password)


def _after_password(work: Work, known: Known) -> Outcome:
    who, proof = known.member, known.proof
    remembered = _is_remembered(work, who)
    decision = next_step(decided_on(known.had), (proof,), is_remembered=remembered)
    if isinstance(decision, SignedIn):
        return Outcome(_sessions.start_full(work, who, (proof,), is_remembered=True), decision)
    return Outcome(_sessions.start(work, who, Scope.HALF, (proof,)), decision)


def _is_remembered(work: Work, who: Member) -> bool:
    if not work.visitor.browser:
        return False
    seen = sessions.browser(work.conn, who, work.visitor.browser)
    if seen is None or seen[1] is None or seen[1] <= work.now:
        return False
    return people.account(work.conn, who.account_id).policy.remember_days > 0


def options(ctx: Context, visitor: Visitor) -> tuple[Answer, ...]:
    """The second factors a half signed-in person may answer with."""
    session, member = demand_half(visitor)
    had = ctx.db.read(lambda conn: ways(conn, member.account_id, member.id))
    decision = next_step(decided_on(had), session.proofs)
    return decision.answers if isinstance(decision, Prove) else ()


def demand_half(visitor: Visitor) -> tuple[Session, Member]:
    """The half-finished sign-in of this visitor, or `NotSignedIn`."""
    if visitor.session is None or visitor.member is None or visitor.session.scope is not Scope.HALF:
        raise NotSignedIn()
    return visitor.session, visitor.member


def prove(ctx: Context, visitor: Visitor, answer: Answer, text: str, *, remember: bool = False) -> Outcome:
    """The second post: an answer in one field. Raises `WrongProof` with a reason, `TooManyTries`."""
    session, member = demand_half(visitor)
    ask = Ask(
        member,
        answer,
        text,
        Beside.PASSWORD,
        demand=lambda work: _demand_still_half(work, visitor),
        question=Question.SECOND,
    )

    def then(work: Work, proven: Proven) -> Outcome:
        sessions.end(work.conn, visitor.token_hash)
        return after_all(work, proven, (*session.proofs, proven.proof), remember=remember)

    return second_check.prove(ctx, visitor, ctx.moment(), ask, then)


def _demand_still_half(work: Work, visitor: Visitor) -> None:
    """A half-finished sign-in is good for one session: a second post of the same form spends no try."""
    if not sessions.is_there(work.conn, visitor.token_hash):
        raise NotSignedIn()


def after_all(work: Work, proven: Proven, proofs: tuple[Proof, ...], *, remember: bool = False) -> Outcome:
    """What follows the last proof of a sign-in."""
    member, case = proven.member, proven.case
    decision = next_step(decided_on(proven.had), proofs)
    if isinstance(decision, Rotate):
        if case is None:
            raise LinkUnusable(reason="expired")
        return Outcome(redeem_case(work, member, case, proofs), decision)
    if not isinstance(decision, SignedIn):  # the password was changed meanwhile: its proof counts no more
        raise NotSignedIn()
    is_whole = assurance(proofs).aal is Aal.AAL2
    if case is not None and is_whole:
        _cases.close(work, member, case, Step.CANCEL, Ending.SIGNED_IN_OTHERWISE)
    started = _sessions.start_full(work, member, proofs)
    if remember and is_whole:
        _remember_browser(work, member, started.browser)
    return Outcome(started, decision, is_whole and _has_suspended(proven.had), proven.evidence.left)


def _has_suspended(had: tuple[Had, ...]) -> bool:
    """A restricted one is not missed: there is something else beside it."""
    own = (one for one in had if one.is_second and not one.enrolled.traits.is_restricted)
    return any(one.kept.standing is not Standing.ACTIVE for one in own)


def _remember_browser(work: Work, member: Member, browser_id: str) -> None:
    days = people.account(work.conn, member.account_id).policy.remember_days
    if days and browser_id:
        until: datetime = work.now + timedelta(days=days)
        sessions.remember_browser(work.conn, member, _sessions.browser_mark(work.ctx, browser_id), until)
        work.record(BrowserRemembered(member.id, days), member.account_id)


def redeem_case(work: Work, member: Member, case: Case, proofs: tuple[Proof, ...]) -> Started:
    """Use what was handed over: one restricted session, and an earlier one of the same case ends."""
    try:
        after = redeem(case, work.now)
    except IllegalTransition as error:
        raise LinkUnusable(reason="expired") from error
    again = case.redeemed_at is not None
    after = _cases.keep(work, after)
    _cases.note_redeemed(work, member, case)
    return _sessions.restricted(
        work,
        member,
        Scope.ROTATE,
        case_id=case.id,
        proofs=proofs,
        expires_at=after.expires_at,
        purpose="again" if again else "",
    )
