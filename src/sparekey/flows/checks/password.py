"""Is this the person's password? The same work for names that do not exist.

Reserve (one unit), hash (outside any transaction), settle (one unit). A name nobody has, an invited or a
deactivated person run the same statements and the same hash as everybody; only the chain that is written differs.
What was read before the hash may be over when it ends: a right answer counts only if the person is still active and
the password still theirs.

Two counts hold at the sign-in page. One belongs to the name as it was typed, and it alone decides what is seen:
tries left, and the wait. A person's username and address have one each, as two names that nobody has would, so
that no count tells that both are the same person's. The other belongs to the password and is never seen: it keeps
the limit of one authenticator (NIST SP 800-63B-4, section 3.2.2) whatever names it is tried under. While it waits,
every answer is simply wrong, and the hash runs on material that never fits. So guesses under one of somebody's names
make their right password wrong under the other; from the third failure on, the page says of every name that this may
be so. A forgotten-password link leads out of it: with a new password both counts start anew.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, NoReturn, TypeVar

from sparekey.core.contract import Answer, Evidence, Moment, WrongAnswer
from sparekey.core.events.server import UnknownNameTried
from sparekey.core.events.signing_in import PasswordFailed, PasswordProved
from sparekey.core.people import Member, Status, name_key
from sparekey.core.proofs import Proof
from sparekey.core.sign_in import Standing
from sparekey.core.throttle import Ended, Tries, Wait, give_back, reserve, tries_to_tell
from sparekey.errors import Busy, TooManyTries, WrongProof
from sparekey.factors import dummy_password
from sparekey.flows._ways import Had, keep, material, name_tries_key, tries_key, ways
from sparekey.flows._work import Work, blinded, unit
from sparekey.flows.checks import sources
from sparekey.flows.context import Context, Visitor
from sparekey.store import people, queue
from sparekey.store.engine import Kept

T = TypeVar("T")


@dataclass(frozen=True)
class Reserved:
    """One try, spent in advance. `member` is None for a name that nobody can sign in with."""

    spent: tuple[str, ...]
    """The counts it was spent in."""
    tries: Tries
    """The count that is seen, after this try."""
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
    return _reserve(work, people.by_sign_in_name(work.conn, key), name_tries_key(work, name), name_hash)


def reserve_by_member(work: Work, member: Member) -> Reserved:
    """Spend one try of a signed-in person's own: guesses at the sign-in page keep nobody from confirming."""
    found = people.member(work.conn, member.account_id, member.id)
    return _reserve(work, found, f"name:{member.id}")


def reserve_by_link(work: Work, member: Member, link_hash: str) -> Reserved:
    """Spend one try of a link's own: whoever keeps the password waiting from outside does not hold the link.

    Counted like a name, so that it is forgotten like one.
    """
    found = people.member(work.conn, member.account_id, member.id)
    return _reserve(work, found, f"name:link:{link_hash}")


def _reserve(work: Work, member: Member | None, seen: str, name_hash: str = "") -> Reserved:
    """`seen`: the count that is seen. The password's own holds beside it for a name that was typed (`name_hash`)."""
    account_id, member_id = (member.account_id, member.id) if member else ("", "")
    had = ways(work.conn, account_id, member_id)
    password = next((one for one in had if _is_usable(one)), None)
    why_not = _why_not(member, password)
    sources.reserve(work)
    keys = (seen, _hidden_key(password, name_hash)) if name_hash else (seen,)
    before = queue.lock_tries(work.conn, keys, work.now)
    after = {key: reserve(before[key], work.now, is_limited=False) for key in keys}
    tries = after[seen]
    if isinstance(tries, Wait | Ended):
        until = tries.until if isinstance(tries, Wait) else work.now
        _record_failure(work, member, name_hash, "waiting")
        raise Kept(TooManyTries(until))
    spent = {key: one for key, one in after.items() if isinstance(one, Tries)}
    queue.put_tries(work.conn, {**before, **spent}, work.now)
    if len(spent) < len(keys):
        why_not = why_not or "waiting"
    if password is None or why_not:
        kept = dummy_password(work.ctx.hashing)
        return Reserved(tuple(spent), tries, member, None, why_not, name_hash, kept)
    kept = material(work.ctx, password.kept)
    return Reserved(tuple(spent), tries, member, password, why_not, name_hash, kept)


def _hidden_key(password: Had | None, name_hash: str) -> str:
    """The count of the password; of a name without one a second count, that costs the same and limits nothing."""
    return tries_key(password) if password else f"name:nobody:{name_hash}"


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
    now = queue.lock_tries(work.conn, reserved.spent, work.now)
    queue.put_tries(work.conn, {key: give_back(one, work.now) for key, one in now.items()}, work.now)


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
    queue.put_tries(work.conn, dict.fromkeys(reserved.spent, Tries()), work.now)
    if not reserved.name_hash:  # a success of the password wherever it was asked for
        queue.forget_tries(work.conn, [tries_key(password)])
    is_same = password.kept.version == reserved.password.kept.version
    if checked.kept != reserved.kept and is_same:
        keep(work, password.kept, checked.kept, is_used=True)
    work.record(PasswordProved(member.id), member.account_id)
    kind, evidence = password.enrolled.traits.kind, checked.evidence
    return Known(member, had, Proof(password.kept.id, kind, evidence.categories, evidence.amr, work.now))


def _refuse(work: Work, reserved: Reserved, reason: str) -> NoReturn:
    _record_failure(work, reserved.member, reserved.name_hash, reason)
    tries = reserved.tries
    waiting: dict[str, Any] = {"wait_until": tries.open_at} if tries.open_at else {}
    raise Kept(WrongProof(tries_left=tries_to_tell(tries), **waiting))


def _record_failure(work: Work, member: Member | None, name_hash: str, reason: str) -> None:
    if member is None:
        work.record(UnknownNameTried(name_hash))
    else:
        work.record(PasswordFailed(member.id, reason), member.account_id)
