"""One attempt to let one member back in.

The table `TRANSITIONS` is the truth; pictures and pages are made from it. What an owner hands over is such a
case from the first day: with no approval and no wait asked for, `settle` takes it from OPEN to READY at once.
Every function takes a case and returns the next one; none knows a clock, a database or a person.

Lives: what is shown on screen lives 10 minutes, what is mailed 24 hours (an issued recovery code by e-mail:
NIST SP 800-63B-4, section 4.2.1.2); the forced change lives 30 minutes from the first redemption and is never
extended.
"""

from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from enum import StrEnum

from sparekey.core.people import AccountId, AuthenticatorId, CaseId, MemberId
from sparekey.errors import IllegalTransition

ROTATION_LIFE = timedelta(minutes=30)
VIEW_LIFE = timedelta(minutes=5)
REASON_LIFE = timedelta(minutes=5)
LATE_LIFE = timedelta(hours=72)
"""How long *This wasn't me* can still be said after a case has ended."""
BLOCKED_AFTER_DOUBT = timedelta(hours=24)


class State(StrEnum):
    OPEN = "open"
    WAITING = "waiting"
    READY = "ready"
    ISSUED = "issued"
    ROTATING = "rotating"
    COMPLETED = "completed"
    EXPIRED = "expired"
    CANCELLED = "cancelled"
    STOPPED = "stopped"
    DECLINED = "declined"


FINAL = frozenset({State.COMPLETED, State.EXPIRED, State.CANCELLED, State.STOPPED, State.DECLINED})


class Step(StrEnum):
    WAIT = "wait"
    ALLOW = "allow"
    ISSUE = "issue"
    REDEEM = "redeem"
    COMPLETE = "complete"
    EXPIRE = "expire"
    CANCEL = "cancel"
    STOP = "stop"
    DECLINE = "decline"


_ENDS = {Step.EXPIRE: State.EXPIRED, Step.CANCEL: State.CANCELLED, Step.STOP: State.STOPPED}
TRANSITIONS: dict[State, dict[Step, State]] = {
    State.OPEN: {Step.WAIT: State.WAITING, Step.ALLOW: State.READY, Step.DECLINE: State.DECLINED, **_ENDS},
    State.WAITING: {Step.ALLOW: State.READY, Step.DECLINE: State.DECLINED, **_ENDS},
    State.READY: {Step.ISSUE: State.ISSUED, Step.DECLINE: State.DECLINED, **_ENDS},
    State.ISSUED: {Step.ISSUE: State.ISSUED, Step.REDEEM: State.ROTATING, **_ENDS},
    State.ROTATING: {Step.REDEEM: State.ROTATING, Step.COMPLETE: State.COMPLETED, **_ENDS},
    **{state: {} for state in FINAL},
}


class Delivery(StrEnum):
    """How what opens the forced change travels."""

    LINK = "link"
    SCREEN = "screen"
    MAIL = "mail"
    CURRENT = "current"


LIFE = {
    Delivery.LINK: timedelta(hours=24),
    Delivery.SCREEN: timedelta(minutes=10),
    Delivery.MAIL: timedelta(hours=24),
    Delivery.CURRENT: timedelta(hours=24),
}


class How(StrEnum):
    """How the helper made sure that it is really them."""

    PERSON = "person"
    VIDEO = "video"
    CALL = "call"


class Ending(StrEnum):
    """Why a case ended before it was complete."""

    EXPIRED = "expired"
    CANCELLED_BY_HELPER = "cancelled_by_helper"
    SIGNED_IN_OTHERWISE = "signed_in_otherwise"
    REPLACED = "replaced"
    STOPPED_BY_PERSON = "stopped_by_person"
    LOST_FACTOR_USED = "lost_factor_used"
    MEMBER_CHANGED = "member_changed"


class Fate(StrEnum):
    """What becomes of the lost factor when a case ends."""

    DESTROYED = "destroyed"
    ACTIVE_AGAIN = "active_again"
    STAYS_SUSPENDED = "stays_suspended"


@dataclass(frozen=True)
class CasePolicy:
    """The brakes, copied in at opening: later changes of the account's policy do not touch a running case."""

    approvals_needed: int = 0
    waiting_period: timedelta = timedelta()


@dataclass(frozen=True)
class Case:
    id: CaseId
    account_id: AccountId
    member_id: MemberId
    method: str
    policy: CasePolicy
    opened_by: str
    """Who helps: whoever handed something over last."""
    opened_at: datetime
    how: How
    state: State = State.OPEN
    is_stolen: bool = False
    """The thing was reported stolen: its factor never comes back."""
    was_used: bool = False
    """The suspended factor was used meanwhile: neither does it then."""
    approvals: int = 0
    earlier_helpers: tuple[str, ...] = ()
    """Who handed something over before `opened_by` took over."""
    delivery: Delivery | None = None
    reason_at: datetime | None = None
    issued_at: datetime | None = None
    expires_at: datetime | None = None
    view_until: datetime | None = None
    viewed_at: datetime | None = None
    """When the helper first looked at what is handed over now."""
    redeemed_at: datetime | None = None
    ended_at: datetime | None = None
    ending: Ending | None = None
    doubted_at: datetime | None = None
    """When the person said *This wasn't me* of the help itself, while it ran or after it ended without a change."""
    lost: tuple[AuthenticatorId, ...] = ()
    temporary: AuthenticatorId | None = None
    version: int = field(default=0, compare=False)

    @property
    def helpers(self) -> tuple[str, ...]:
        """Everybody who handed something over in this case."""
        return (*self.earlier_helpers, self.opened_by)


def can(case: Case, step: Step) -> bool:
    return step in TRANSITIONS[case.state]


def _go(case: Case, step: Step) -> Case:
    if not can(case, step):
        raise IllegalTransition(state=case.state.value, step=step.value)
    return replace(case, state=TRANSITIONS[case.state][step])


def settle(case: Case, now: datetime) -> Case:
    """Where the brakes leave the case now. A waiting period counts from the request."""
    if case.state in {State.ISSUED, State.ROTATING} and is_over(case, now):
        return end(case, Step.EXPIRE, Ending.EXPIRED, now)
    if case.state not in {State.OPEN, State.WAITING}:
        return case
    approved = case.approvals >= case.policy.approvals_needed
    if approved and now >= case.opened_at + case.policy.waiting_period:
        return _go(case, Step.ALLOW)
    return _go(case, Step.WAIT) if approved and case.state is State.OPEN else case


def is_over(case: Case, now: datetime) -> bool:
    """What was handed over, or the forced change it opened, has run out."""
    return case.expires_at is not None and now >= case.expires_at


def issue(case: Case, delivery: Delivery, temporary: AuthenticatorId | None, now: datetime) -> Case:
    """Hand something over: fresh each time, and never two at once."""
    if is_over(case, now):
        raise IllegalTransition(state=State.EXPIRED.value, step=Step.ISSUE.value)
    seen = delivery in {Delivery.SCREEN, Delivery.CURRENT}
    return replace(
        _go(case, Step.ISSUE),
        delivery=delivery,
        temporary=temporary,
        issued_at=now,
        expires_at=now + LIFE[delivery],
        view_until=now + VIEW_LIFE if seen else None,
        viewed_at=None,
    )


def take_over(case: Case, helper: str, how: How, now: datetime) -> Case:
    """Whoever says how they know helps from now on; who helped before stays on record."""
    before = tuple(one for one in dict.fromkeys(case.helpers) if one != helper)
    return replace(case, opened_by=helper, earlier_helpers=before, how=how, reason_at=now)


def redeem(case: Case, now: datetime) -> Case:
    """Begin the forced change, or begin it again: 30 minutes from the first time, never extended."""
    if is_over(case, now):
        raise IllegalTransition(state=State.EXPIRED.value, step=Step.REDEEM.value)
    first = case.redeemed_at or now
    return replace(
        _go(case, Step.REDEEM), redeemed_at=first, expires_at=first + ROTATION_LIFE, view_until=None
    )


def complete(case: Case, now: datetime) -> Case:
    """The new factors work: everything old is gone."""
    if is_over(case, now):
        raise IllegalTransition(state=State.EXPIRED.value, step=Step.COMPLETE.value)
    return replace(_go(case, Step.COMPLETE), ended_at=now, temporary=None)


def end(case: Case, step: Step, ending: Ending, now: datetime) -> Case:
    """Expire, cancel, stop or decline."""
    if step not in {*_ENDS, Step.DECLINE}:
        raise IllegalTransition(state=case.state.value, step=step.value)
    used = case.was_used or ending is Ending.LOST_FACTOR_USED
    return replace(
        _go(case, step),
        ended_at=now,
        ending=ending,
        view_until=None,
        temporary=None,
        was_used=used,
        doubted_at=now if ending is Ending.STOPPED_BY_PERSON else case.doubted_at,
    )


def fate_of_lost(case: Case) -> Fate:
    """What becomes of the lost factor when the case has ended; before that nothing frees it."""
    if case.state is State.COMPLETED:
        return Fate.DESTROYED
    if case.state not in FINAL:
        return Fate.STAYS_SUSPENDED
    suspicious = case.is_stolen or case.was_used or case.ending is Ending.SIGNED_IN_OTHERWISE
    return Fate.STAYS_SUSPENDED if suspicious else Fate.ACTIVE_AGAIN


def is_view_open(case: Case, now: datetime) -> bool:
    """The helper may still look at what was issued."""
    return case.state is State.ISSUED and case.view_until is not None and now < case.view_until


def is_reason_fresh(case: Case, helper: str, now: datetime) -> bool:
    """The same helper answered "how do you know it's really them?" in this case less than 5 minutes ago."""
    return case.opened_by == helper and case.reason_at is not None and now - case.reason_at < REASON_LIFE


def blocked_until(earlier: Case, helper: str, in_role_since: datetime) -> datetime | None:
    """Until when a doubted case keeps this helper from helping the same person again; None: it does not.

    It does so for everybody who had a hand in it, and for who got their role only after it was opened: else one
    helper could make the next.
    """
    if earlier.doubted_at is None:
        return None
    if helper not in earlier.helpers and in_role_since <= earlier.opened_at:
        return None
    return earlier.doubted_at + BLOCKED_AFTER_DOUBT


def is_late(case: Case, now: datetime) -> bool:
    """Completed, but within the time in which *This wasn't me* still warns the owners."""
    return case.state is State.COMPLETED and _ended_lately(case, now)


def can_be_doubted(case: Case, now: datetime) -> bool:
    """Ended without a change, and not by the person's own word, within the time to say *This wasn't me*."""
    return case.state in FINAL - {State.COMPLETED} and case.doubted_at is None and _ended_lately(case, now)


def doubt(case: Case, now: datetime) -> Case:
    """The person says so after the end.

    Where what this case suspended set off the alarm, it is the thief who is meant, not the help: that holds nobody
    back. A secret that the helper was shown before is not among it.
    """
    is_thief_meant = case.ending is Ending.LOST_FACTOR_USED and bool(case.lost)
    return case if is_thief_meant else replace(case, doubted_at=now)


def _ended_lately(case: Case, now: datetime) -> bool:
    return case.ended_at is not None and now - case.ended_at < LATE_LIFE
