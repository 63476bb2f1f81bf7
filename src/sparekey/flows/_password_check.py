"""Is this the person's password? The same work for names that do not exist.

Reserve (one unit), hash (outside any transaction), settle (one unit). A name nobody has, an invited or a
deactivated person run the same statements and the same hash as everybody; only the chain that is written differs.
"""

from dataclasses import dataclass, field
from typing import Any

from sparekey.core.contract import Answer, Evidence, WrongAnswer
from sparekey.core.events import PasswordFailed, PasswordProved, UnknownNameTried
from sparekey.core.people import Member, Status, name_key
from sparekey.core.proofs import Proof
from sparekey.core.sign_in import Standing
from sparekey.core.throttle import Ended, Tries, Wait, reserve, tries_to_tell
from sparekey.errors import TooManyTries, WrongProof
from sparekey.factors import dummy_password
from sparekey.flows import _sources
from sparekey.flows._ways import Had, keep, material, tries_key, ways
from sparekey.flows._work import Work, blinded
from sparekey.flows.context import Context
from sparekey.store import people, queue
from sparekey.store.engine import Kept


@dataclass(frozen=True)
class Reserved:
    """One try, spent in advance. `member` is None for a name that nobody can sign in with."""

    key: str
    tries: Tries
    member: Member | None
    had: tuple[Had, ...]
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


def reserve_by_name(work: Work, name: str) -> Reserved:
    """Spend one try for a sign-in name."""
    member = people.by_sign_in_name(work.conn, name_key(name))
    return _reserve(work, member, blinded(work.ctx, name_key(name)))


def reserve_by_member(work: Work, member: Member) -> Reserved:
    """Spend one try for a person who is known already (step-up, waking a session, a set-up link)."""
    return _reserve(work, people.member(work.conn, member.account_id, member.id), "")


def _reserve(work: Work, member: Member | None, name_hash: str) -> Reserved:
    account_id, member_id = (member.account_id, member.id) if member else ("", "")
    had = tuple(ways(work.conn, account_id, member_id))
    password = next((one for one in had if _is_usable(one)), None)
    why_not = "" if member and member.status is Status.ACTIVE and password else "no_password"
    if member and member.status is not Status.ACTIVE:
        why_not = "not_active"
    _sources.reserve(work)
    key = tries_key(password) if password else f"name:{name_hash or member_id}"
    before = queue.tries_of(work.conn, key, work.now)
    after = reserve(before, work.now, is_limited=False)
    if isinstance(after, Wait | Ended):
        until = after.until if isinstance(after, Wait) else work.now
        _record_failure(work, member, name_hash, "waiting")
        raise Kept(TooManyTries(until))
    queue.put_tries(work.conn, key, after, work.now)
    usable = password is not None and not why_not
    kept = material(work.ctx, password.kept) if usable and password else dummy_password(work.ctx.hashing)
    return Reserved(key, after, member, had, password if usable else None, why_not, name_hash, kept)


def _is_usable(one: Had) -> bool:
    return one.enrolled.traits.answer is Answer.PASSWORD and one.kept.standing is Standing.ACTIVE


def check(ctx: Context, reserved: Reserved, password: str, moment: Any) -> Checked:
    """The hash: outside every transaction, in the pool."""
    factor = (
        ctx.factors["password"] if reserved.password is None else ctx.factors[reserved.password.kept.kind]
    )
    try:
        verified = ctx.pool.run(lambda: factor.verify(reserved.kept, password, moment))
    except WrongAnswer:
        return Checked(None, None)
    return Checked(verified.kept, verified.evidence) if reserved.password else Checked(None, None)


def settle(work: Work, reserved: Reserved, checked: Checked) -> Proof:
    """Give the try back and keep what changed, or commit the failure and refuse."""
    member, password = reserved.member, reserved.password
    if member is None or password is None or checked.evidence is None:
        _record_failure(work, member, reserved.name_hash, reserved.why_not or "wrong")
        raise Kept(WrongProof(tries_left=tries_to_tell(reserved.tries)))
    queue.put_tries(work.conn, reserved.key, Tries(), work.now)
    _sources.give_back(work)
    if checked.kept != reserved.kept:
        keep(work, password.kept, checked.kept, is_used=True)
    work.record(PasswordProved(member.id), member.account_id)
    traits = password.enrolled.traits
    return Proof(password.kept.id, traits.kind, checked.evidence.category, checked.evidence.amr, work.now)


def _record_failure(work: Work, member: Member | None, name_hash: str, reason: str) -> None:
    if member is None:
        work.record(UnknownNameTried(name_hash))
    else:
        work.record(PasswordFailed(member.id, reason), member.account_id)
