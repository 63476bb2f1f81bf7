"""Sessions: recognised, woken, confirmed, listed, ended.

When a session was last used is kept in memory and written in batches (at most once a minute a session): a crash
may shorten somebody's idle time by a minute, never lengthen it.
"""

from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import Connection

from sparekey.core.contract import Answer
from sparekey.core.events.signing_in import (
    SessionEnded,
    SessionsEnded,
    SessionWoken,
    StepUpFailed,
    StepUpProved,
)
from sparekey.core.people import Account, AccountId, Member, Role
from sparekey.core.permissions import Action, demand, demand_proofs
from sparekey.core.proofs import Proof
from sparekey.core.sessions import TOUCH_EVERY, Liveness, Scope, Session, liveness
from sparekey.core.sign_in import Beside, Standing, can_prove
from sparekey.errors import NotFound, NotSignedIn, SessionIdle, SparekeyError
from sparekey.flows import _sessions
from sparekey.flows._ways import Had, ways
from sparekey.flows._work import Work, hashed, unit
from sparekey.flows.checks import password as password_check
from sparekey.flows.checks import second as second_check
from sparekey.flows.checks.password import Attempt, Known
from sparekey.flows.checks.questions import Question
from sparekey.flows.checks.second import Ask
from sparekey.flows.context import Context, Started, Visitor
from sparekey.flows.oidc import ending
from sparekey.store import lists, people, sessions
from sparekey.store.sessions import Stored

MENU_COUNTS_TO = 999
_ASKED_FOR = frozenset({"signed_out_elsewhere", "signed_out_by_colleague"})
"""Reasons for which sessions are ended for their own sake; elsewhere it follows from something else."""
_ENDS_GRANTS = frozenset(
    {
        *("recovery", "reset", "deactivated", "deleted", "reported_stolen", "not_me"),
        *("password_renewed", "role_changed"),
    }
)
"""Reasons for which apps lose offline access too (RFC 9700, section 4.14.2): whoever had it may not be the person."""
Found = tuple[Stored, Member | None, Account | None]


def flush(ctx: Context) -> None:
    """Write the last uses that were kept in memory."""
    times = ctx.last_uses.take()
    if not times:
        return
    try:
        ctx.db.write(lambda conn: sessions.touch(conn, times))
    except Exception:
        for token_hash, at in times.items():  # the next batch writes them
            ctx.last_uses.note(token_hash, max(at, ctx.last_uses.of(token_hash) or at))
        raise


def recognise(ctx: Context, visitor: Visitor, token: str) -> Visitor:
    """The visitor with the session, member and account of this token; unchanged when it opens nothing."""
    if not token:
        return visitor
    now = ctx.moment().at
    token_hash = hashed(token)

    def load(conn: Connection) -> Found | None:
        return sessions.whole(conn, token_hash)

    found = ctx.db.read(load)
    return _as_visitor(ctx, visitor, found, now) if found else visitor


def _as_visitor(ctx: Context, visitor: Visitor, found: Found, now: datetime) -> Visitor:
    stored, member, account = found
    session = stored.session
    last = max(session.last_used_at, ctx.last_uses.of(stored.hash) or session.last_used_at)
    state = liveness(session, last, now)
    if state is Liveness.OVER or (member is None and session.scope is not Scope.ENROL):
        return visitor
    if state is Liveness.LIVE and session.scope is Scope.FULL and now - last >= TOUCH_EVERY:
        ctx.last_uses.note(stored.hash, now)
    return replace(
        visitor,
        token_hash=stored.hash,
        session=session,
        member=member,
        account=account,
        is_idle=state is Liveness.IDLE,
    )


def how_many_members(ctx: Context, account_id: AccountId) -> int:
    """How many people the account has."""
    return ctx.db.read(lambda conn: lists.how_many(conn, account_id))


def menu_count(ctx: Context, account_id: AccountId) -> int | None:
    """How many people the account has, for the menu of every page; None from a thousand on, to cost little."""
    count = ctx.db.read(lambda conn: lists.how_many_up_to(conn, account_id, MENU_COUNTS_TO + 1))
    return count if count <= MENU_COUNTS_TO else None


def browser_mark(ctx: Context, browser_id: str) -> str:
    """What `Visitor.browser` holds for the id in a browser's cookie."""
    return _sessions.browser_mark(ctx, browser_id)


def owner_names(ctx: Context, account_id: AccountId) -> list[str]:
    """Whom somebody may ask for what their role does not allow."""
    return [one.name for one in ctx.db.read(lambda conn: people.with_role(conn, account_id, Role.OWNER))]


def is_only_owner(ctx: Context, member: Member) -> bool:
    """Nobody in the account can let this person back in."""
    owners = ctx.db.read(lambda conn: people.with_role(conn, member.account_id, Role.OWNER))
    return [one.id for one in owners] == [member.id]


def demand_finished(visitor: Visitor) -> tuple[Session, Member]:
    """The finished session of this visitor, asleep or not; `NotSignedIn` otherwise."""
    session, member = visitor.session, visitor.member
    if session is None or member is None or session.scope is not Scope.FULL:
        raise NotSignedIn()
    return session, member


def demand_member(visitor: Visitor) -> tuple[Session, Member]:
    """The finished, wakeful session of this visitor; `SessionIdle` or `NotSignedIn` otherwise."""
    session, member = demand_finished(visitor)
    if visitor.is_idle:
        raise SessionIdle()
    return session, member


def demand_right(
    ctx: Context, visitor: Visitor, action: Action, subject: Member | None = None
) -> tuple[Session, Member]:
    """A signed-in member whose role and proofs carry this action, or the refusal."""
    session, member = demand_member(visitor)
    if visitor.account is None:
        raise NotSignedIn()
    now = ctx.moment().at
    demand(member, action, subject, visitor.account.policy, now)
    demand_proofs(action, session.proofs, now)
    return session, member


def demand_own(ctx: Context, visitor: Visitor) -> tuple[Account, Member]:
    """Whoever changes their own ways in has just proved who they are."""
    _, member = demand_right(ctx, visitor, Action.CHANGE_OWN)
    if visitor.account is None:
        raise NotSignedIn()
    return visitor.account, member


def confirm(ctx: Context, visitor: Visitor, password: str, answer: Answer, text: str) -> Started:
    """*Confirm it's you*: password and second factor, under a new token, fresh for five minutes."""
    _, member = demand_member(visitor)
    moment = ctx.moment()
    attempt = Attempt(lambda work: password_check.reserve_by_member(work, member), password)
    try:
        known = password_check.prove(ctx, visitor, moment, attempt, lambda _, known: known.proof)
        ask = Ask(
            member,
            answer,
            text,
            Beside.PASSWORD,
            is_own_and_unseen,
            lambda work: still_there(work, visitor),
            Question.CONFIRM,
        )
        return second_check.prove(
            ctx,
            visitor,
            moment,
            ask,
            lambda work, proven: confirmed(work, still_there(work, visitor), (known, proven.proof)),
        )
    except SparekeyError as refusal:
        note_not_confirmed(ctx, visitor, member, refusal)
        raise


def is_own_and_unseen(one: Had) -> bool:
    """A second factor of one's own, and none that somebody else has seen: those confirm nothing."""
    return one.is_second and one.kept.standing is not Standing.EXPOSED


def note_not_confirmed(ctx: Context, visitor: Visitor, member: Member, refusal: SparekeyError) -> None:
    event = StepUpFailed(member.id, refusal.reason or refusal.code)
    unit(ctx, visitor, ctx.moment(), lambda work: work.record(event, member.account_id))


def confirmed(work: Work, stored: Stored, proofs: tuple[Proof, ...]) -> Started:
    """Go on with these proofs in place of the earlier ones, under a new token."""
    session = replace(stored.session, proofs=proofs, last_used_at=work.now, is_remembered=False)
    work.record(StepUpProved(session.member_id, session.id), session.account_id)
    return _sessions.swap(work, stored, session)


def still_there(work: Work, visitor: Visitor) -> Stored:
    """This visitor's session inside a unit; `NotSignedIn` if it ended meanwhile."""
    stored = sessions.find(work.conn, visitor.token_hash)
    if stored is None:
        raise NotSignedIn()
    return stored


def hold(work: Work, visitor: Visitor) -> Stored:
    """The same with its person locked, for what outlives a session: whoever lets them back in or resets them comes
    before this unit, and it is refused, or after it, and ends what it gave.
    """
    if visitor.session is None:
        raise NotSignedIn()
    people.member(work.conn, visitor.session.account_id, visitor.session.member_id, lock=True)
    return still_there(work, visitor)


def wake(ctx: Context, visitor: Visitor, password: str) -> Started:
    """Open an idle session again with the password alone (NIST SP 800-63B-4, section 2.2.3)."""
    _, member = demand_finished(visitor)
    attempt = Attempt(lambda work: password_check.reserve_by_member(work, member), password)

    def wake_up(work: Work, known: Known) -> Started:
        stored, new = still_there(work, visitor), set(known.proof.categories)
        others = (one for one in stored.session.proofs if not new & set(one.categories))
        return woken(work, stored, (known.proof, *others))

    return password_check.prove(ctx, visitor, ctx.moment(), attempt, wake_up)


def woken(work: Work, stored: Stored, proofs: tuple[Proof, ...]) -> Started:
    """An idle session goes on with these proofs, under a new token."""
    session = replace(stored.session, proofs=proofs, last_used_at=work.now)
    work.record(SessionWoken(session.member_id, session.id), session.account_id)
    return _sessions.swap(work, stored, session)


def sign_out(ctx: Context, visitor: Visitor, reason: str = "signed_out") -> None:
    """End this session on the server, whatever its scope. What apps may do offline goes on."""
    session, member = visitor.session, visitor.member
    if session is None or member is None:
        return

    def end(work: Work) -> None:
        ending.tell(work, member, only=session.id)
        sessions.end(work.conn, visitor.token_hash)
        if session.scope is Scope.FULL:
            work.record(SessionEnded(member.id, session.id, reason), member.account_id)

    unit(ctx, visitor, ctx.moment(), end)


@dataclass(frozen=True)
class Device:
    """A signed-in device as its owner sees it."""

    id: str
    device: str
    source: str
    created_at: datetime
    last_used_at: datetime
    is_this: bool


def devices(ctx: Context, visitor: Visitor) -> list[Device]:
    """Where this person is signed in, this device first, then the last used."""
    _, member = demand_member(visitor)
    now = ctx.moment().at
    stored = ctx.db.read(lambda conn: sessions.of_member(conn, member.account_id, member.id))
    found = [
        Device(
            one.session.id,
            one.session.device,
            one.session.source,
            one.session.created_at,
            max(one.session.last_used_at, ctx.last_uses.of(one.hash) or one.session.last_used_at),
            one.hash == visitor.token_hash,
        )
        for one in stored
        if one.session.scope is Scope.FULL and now < one.session.expires_at
    ]
    return sorted(found, key=lambda one: (not one.is_this, -one.last_used_at.timestamp()))


def end_device(ctx: Context, visitor: Visitor, session_id: str) -> None:
    """Sign one of one's own devices out (after confirming: OWASP ASVS 5.0, 7.5.2)."""
    _, member = demand_right(ctx, visitor, Action.CHANGE_OWN)

    def end(work: Work) -> None:
        own = sessions.of_member(work.conn, member.account_id, member.id)
        found = next((one for one in own if one.session.id == session_id), None)
        if found is None:
            raise NotFound()
        ending.tell(work, member, only=found.session.id)
        sessions.end(work.conn, found.hash)
        work.record(SessionEnded(member.id, session_id, "signed_out_elsewhere"), member.account_id)

    unit(ctx, visitor, ctx.moment(), end)


def end_others(ctx: Context, visitor: Visitor) -> int:
    """Sign out everywhere else, and forget remembered browsers. Gives how many sessions ended."""
    _, member = demand_right(ctx, visitor, Action.CHANGE_OWN)

    def end(work: Work) -> int:
        return end_all(work, member, "signed_out_elsewhere", but=visitor.token_hash)

    return unit(ctx, visitor, ctx.moment(), end)


def end_all(work: Work, who: Member, reason: str, *, but: str = "") -> int:
    """End a person's sessions but one and forget their remembered browsers.

    An event where a session ended, and where that was asked for. Apps are told; where access itself changed
    hands, all that they were given ends as well.
    """
    ending.tell(work, who, but=but)
    if reason in _ENDS_GRANTS:
        ending.end_grants(work, who, reason)
    count = sessions.end_all(work.conn, who, but=but)
    sessions.forget_browsers(work.conn, who)
    if count or reason in _ASKED_FOR:
        work.record(SessionsEnded(who.id, count, reason), who.account_id)
    return count


def answers_for_step_up(ctx: Context, visitor: Visitor) -> tuple[Answer, ...]:
    """The second factors a signed-in person may confirm with."""
    _, member = demand_member(visitor)
    return own_answers(ctx, member)


def own_answers(ctx: Context, member: Member) -> tuple[Answer, ...]:
    """In which fields somebody can prove a second factor of their own that nobody else has seen.

    Whether a code can be sent now is another question: see `own.sent_codes.offers`.
    """
    had = ctx.db.read(lambda conn: ways(conn, member.account_id, member.id))
    usable = {
        one.enrolled.traits.answer
        for one in had
        if one.is_second and is_own_and_unseen(one) and can_prove(one.enrolled)
    }
    return tuple(answer for answer in Answer if answer in usable)
