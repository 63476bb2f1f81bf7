"""Is this the person's password? The same work for names that do not exist.

Reserve (one unit), hash (outside any transaction), settle (one unit). A name nobody has, an invited or a
deactivated person run the same statements and the same hash as everybody; only the chain that is written differs.
What was read before the hash may be over when it ends: a right answer counts only if the person is still active and
the password still theirs.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, NoReturn, TypeVar

from sparekey.core.contract import Answer, Evidence, Moment, WrongAnswer
from sparekey.core.events import PasswordFailed, PasswordProved, UnknownNameTried
from sparekey.core.people import Member, Status, name_key
from sparekey.core.proofs import Proof
from sparekey.core.sign_in import Standing
from sparekey.core.throttle import Ended, Tries, Wait, give_back, reserve, tries_to_tell
from sparekey.errors import Busy, TooManyTries, WrongProof
from sparekey.factors import dummy_password
from sparekey.flows._ways import Had, keep, material, tries_key, ways
from sparekey.flows._work import Work, blinded, unit
from sparekey.flows.checks import sources
from sparekey.flows.context import Context, Visitor
from sparekey.store import people, queue
from sparekey.store.engine import Kept

T = TypeVar("T")


@dataclass(frozen=True)
class Reserved:
    """One try, spent in advance. `member` is None for a name that nobody can sign in with."""

    key: str
    tries: Tries
    member: Member | None
    password: Had | None
    why_not: str
    name_hash: str
    kept: Any = field(repr=False)
    """What is verified against: the person's material, or one that never fits."""


@dataclass(frozen=True)
class Checked:
    """The hash's verdict: material as it must now be kept, or None."""

    kept: Any = field(repr=False)
    evidence: Evidence | None


@dataclass(frozen=True)
class Known:
    """The password was right: whose it is, what they have now, and the proof for the session."""

    member: Member
    had: tuple[Had, ...]
    proof: Proof


@dataclass(frozen=True)
class Attempt:
    """A password, and how to find whose it should be."""

    reserve: Callable[[Work], Reserved]
    password: str = field(repr=False)


def prove(
    ctx: Context, visitor: Visitor, moment: Moment, attempt: Attempt, then: Callable[[Work, Known], T]
) -> T:
    """Check a password and, in the unit that settles it, do what a right one leads to."""
    reserved = unit(ctx, visitor, moment, attempt.reserve)
    try:
        checked = _check(ctx, reserved, attempt.password, moment)
    except Busy:
        unit(ctx, visitor, moment, lambda work: _give_back(work, reserved))
        raise
    return unit(ctx, visitor, moment, lambda work: then(work, _settle(work, reserved, checked)))


def reserve_by_name(work: Work, name: str) -> Reserved:
    """Spend one try for a sign-in name."""
    key = name_key(name)
    name_hash = blinded(work.ctx, key)
    return _reserve(work, people.by_sign_in_name(work.conn, key), f"name:{name_hash}", name_hash)


def reserve_by_member(work: Work, member: Member) -> Reserved:
    """Spend one try of a signed-in person's own: guesses at the sign-in page keep nobody from confirming."""
    found = people.member(work.conn, member.account_id, member.id)
    return _reserve(work, found, f"name:{member.id}", is_own=True)


def reserve_by_link(work: Work, member: Member, link_hash: str) -> Reserved:
    """Spend one try of a link's own: whoever keeps the password waiting from outside does not hold the link.

    Counted like a name, so that it is forgotten like one.
    """
    found = people.member(work.conn, member.account_id, member.id)
    return _reserve(work, found, f"name:link:{link_hash}", is_own=True)


def _reserve(
    work: Work, member: Member | None, key: str, name_hash: str = "", *, is_own: bool = False
) -> Reserved:
    """`key`: under which tries are counted where there is no password, or always (`is_own`)."""
    account_id, member_id = (member.account_id, member.id) if member else ("", "")
    had = ways(work.conn, account_id, member_id)
    password = next((one for one in had if _is_usable(one)), None)
    why_not = _why_not(member, password)
    sources.reserve(work)
    key = tries_key(password) if password and not is_own else key
    before = queue.tries_of(work.conn, key, work.now)
    after = reserve(before, work.now, is_limited=False)
    if isinstance(after, Wait | Ended):
        until = after.until if isinstance(after, Wait) else work.now
        _record_failure(work, member, name_hash, "waiting")
        raise Kept(TooManyTries(until))
    queue.put_tries(work.conn, key, after, work.now)
    if password is None or why_not:
        return Reserved(key, after, member, None, why_not, name_hash, dummy_password(work.ctx.hashing))
    return Reserved(key, after, member, password, why_not, name_hash, material(work.ctx, password.kept))


def _why_not(member: Member | None, password: Had | None) -> str:
    if member is not None and member.status is not Status.ACTIVE:
        return "not_active"
    return "" if member and password else "no_password"


def _is_usable(one: Had) -> bool:
    return one.enrolled.traits.answer is Answer.PASSWORD and one.kept.standing is Standing.ACTIVE


def _check(ctx: Context, reserved: Reserved, password: str, moment: Moment) -> Checked:
    """The hash: outside every transaction, in the pool."""
    kind = reserved.password.kept.kind if reserved.password else "password"
    factor = ctx.factors[kind]
    try:
        verified = ctx.pool.run(lambda: factor.verify(reserved.kept, password, moment))
    except WrongAnswer:
        return Checked(None, None)
    return Checked(verified.kept, verified.evidence) if reserved.password else Checked(None, None)


def _give_back(work: Work, reserved: Reserved) -> None:
    """The answer was never looked at."""
    sources.give_back(work)
    now = queue.tries_of(work.conn, reserved.key, work.now)
    queue.put_tries(work.conn, reserved.key, give_back(now, work.now), work.now)


def _settle(work: Work, reserved: Reserved, checked: Checked) -> Known:
    """Start the count anew and keep what changed, or commit the failure and refuse."""
    if reserved.member is None or reserved.password is None or checked.evidence is None:
        _refuse(work, reserved, reserved.why_not or "wrong")
    member = people.member(work.conn, reserved.member.account_id, reserved.member.id, lock=True)
    had = tuple(ways(work.conn, member.account_id, member.id))
    password = next((one for one in had if one.kept.id == reserved.password.kept.id), None)
    if password is None or _why_not(member, password):
        _refuse(work, reserved, "not_active" if password else "no_password")
    sources.give_back(work)
    queue.put_tries(work.conn, reserved.key, Tries(), work.now)
    is_same = password.kept.version == reserved.password.kept.version
    if checked.kept != reserved.kept and is_same:
        keep(work, password.kept, checked.kept, is_used=True)
    work.record(PasswordProved(member.id), member.account_id)
    kind, evidence = password.enrolled.traits.kind, checked.evidence
    return Known(member, had, Proof(password.kept.id, kind, evidence.category, evidence.amr, work.now))


def _refuse(work: Work, reserved: Reserved, reason: str) -> NoReturn:
    _record_failure(work, reserved.member, reserved.name_hash, reason)
    raise Kept(WrongProof(tries_left=tries_to_tell(reserved.tries)))


def _record_failure(work: Work, member: Member | None, name_hash: str, reason: str) -> None:
    if member is None:
        work.record(UnknownNameTried(name_hash))
    else:
        work.record(PasswordFailed(member.id, reason), member.account_id)
