"""One person's authenticators, from rows to what `core` decides on and back.

Material stays sealed until it is needed. Every change of what somebody has goes through here, so that the event
is recorded, the summary that lists show (`safety`, `ways`) can be renewed with it, and no browser is remembered
beyond it.
"""

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import Connection

from sparekey.core.contract import About, Answer, Category, Loss
from sparekey.core.events.ways import (
    AuthenticatorActivated,
    AuthenticatorDestroyed,
    AuthenticatorDisabled,
    AuthenticatorEnrolled,
    AuthenticatorExposed,
    AuthenticatorSuspended,
)
from sparekey.core.losses import Safety, Way, safety, ways_of
from sparekey.core.people import Account, AuthenticatorId, Member, name_key, new_id
from sparekey.core.sign_in import Enrolled, Standing
from sparekey.factors import TRAITS, codes_left, handle_of, saved_at
from sparekey.flows._work import Work, blinded
from sparekey.flows.context import Context
from sparekey.store import authenticators, people, queue, sessions
from sparekey.store.authenticators import Authenticator


@dataclass(frozen=True)
class Had:
    """One authenticator: as it is kept, and as the decision sees it."""

    kept: Authenticator
    enrolled: Enrolled

    @property
    def is_second(self) -> bool:
        """A second factor of the person's own."""
        traits = self.enrolled.traits
        return traits.category is Category.POSSESSION and not traits.is_temporary

    @property
    def is_on_a_device(self) -> bool:
        """One for every day: an app or a passkey, not a code on paper."""
        return self.is_second and self.enrolled.traits.answer is not Answer.BACKUP_CODE


def about(account: Account, member: Member) -> About:
    """What an authenticator app shows of this account, and words that no password of this person may be."""
    words = (account.name, member.name, member.username, member.email, *member.name.split())
    return About(account.name, member.username, words, name=member.name)


def ways(conn: Connection, account_id: str, member_id: str) -> list[Had]:
    """What a person has enrolled, oldest first."""
    return [had_of(one) for one in authenticators.of_member(conn, account_id, member_id)]


def had_of(kept: Authenticator) -> Had:
    return Had(kept, Enrolled(kept.id, TRAITS[kept.kind], kept.standing, kept.thing))


def things_to_lose(had: Iterable[Had]) -> tuple[Loss, ...]:
    """What a person's apps and passkeys live on: a helper may say which of these was lost."""
    return tuple(dict.fromkeys(one.enrolled.thing for one in had if one.is_on_a_device))


def decided_on(had: Iterable[Had]) -> list[Enrolled]:
    return [one.enrolled for one in had]


def context(kept: Authenticator) -> str:
    """What the sealed material is bound to."""
    return f"authenticators:{kept.account_id}:{kept.member_id}:{kept.id}:{kept.kind}:{kept.version}"


def material(ctx: Context, kept: Authenticator) -> Any:
    """Unsealed and decoded."""
    return ctx.factors[kept.kind].decode(json.loads(ctx.keys.unseal(kept.sealed, context(kept))))


def _sealed(work: Work, kept: Authenticator, value: Any) -> bytes:
    return work.seal(work.ctx.factors[kept.kind].encode(value), context(kept))


def keep(work: Work, kept: Authenticator, value: Any, *, is_used: bool) -> None:
    """Keep changed material by compare-and-set; `Stale` when somebody was faster."""
    next_one = replace(kept, version=kept.version + 1)
    changed = replace(
        kept,
        sealed=_sealed(work, next_one, value),
        last_used_at=work.now if is_used else kept.last_used_at,
        left=codes_left(value),
        saved_at=saved_at(value),
    )
    authenticators.put(work.conn, changed)


@dataclass(frozen=True)
class Binding:
    """How a new authenticator came to be. `reason`: set_up, settings, recovery or import."""

    label: str
    reason: str
    thing: Loss | None = None
    number: int = 0
    """Which of several of one kind that are bound at once."""


def add(work: Work, who: Member, kind: str, value: Any, how: Binding) -> Authenticator:
    """Bind a new authenticator. Behind a new password both names are free again (`checks.password`)."""
    sessions.forget_browsers(work.conn, who)
    new = make(work, who, kind, value, how)
    authenticators.add(work.conn, new)
    if TRAITS[kind].category is Category.KNOWLEDGE:
        queue.forget_tries(work.conn, [name_tries_key(work, name) for name in (who.username, who.email)])
    work.record(AuthenticatorEnrolled(who.id, new.id, kind, how.reason), who.account_id)
    return new


def make(work: Work, who: Member, kind: str, value: Any, how: Binding) -> Authenticator:
    """A new authenticator as it is to be kept."""
    label = f"{who.id}:{kind}:{how.number}" if how.number else f"{who.id}:{kind}"
    new = Authenticator(
        account_id=who.account_id,
        member_id=who.id,
        id=AuthenticatorId(new_id("aut", work.moment, label)),
        kind=kind,
        label=how.label,
        standing=Standing.ACTIVE,
        sealed=b"",
        created_at=work.now,
        standing_at=work.now,
        saved_at=saved_at(value),
        left=codes_left(value),
        thing=how.thing,
        handle=handle_of(value),
    )
    return replace(new, sealed=_sealed(work, new, value))


_STANDING_EVENTS = {
    Standing.SUSPENDED: AuthenticatorSuspended,
    Standing.ACTIVE: AuthenticatorActivated,
    Standing.EXPOSED: AuthenticatorExposed,
    Standing.DISABLED: AuthenticatorDisabled,
}


def stand(work: Work, who: Member, ones: Iterable[Had], standing: Standing) -> None:
    """Change what authenticators may do."""
    changing = [one for one in ones if one.kept.standing is not standing]
    if changing:
        sessions.forget_browsers(work.conn, who)
    for one in changing:
        authenticators.stand(work.conn, one.kept, standing, work.now)
        work.record(_STANDING_EVENTS[standing](who.id, one.kept.id, one.kept.kind), who.account_id)


def destroy(work: Work, who: Member, ones: Sequence[Had], reason: str) -> None:
    """Erase authenticators with their material and their count of tries."""
    authenticators.destroy(work.conn, [one.kept for one in ones])
    queue.forget_tries(work.conn, [tries_key(one) for one in ones if not one.enrolled.traits.is_temporary])
    for one in ones:
        work.record(AuthenticatorDestroyed(who.id, one.kept.id, one.kept.kind, reason), who.account_id)


def tries_key(one: Had) -> str:
    """Under which the tries of an authenticator are counted: temporary ones share one budget a person."""
    if one.enrolled.traits.is_temporary:
        return temporary_key(one.kept.member_id)
    return f"authenticator:{one.kept.id}"


def name_tries_key(work: Work, name: str) -> str:
    """Under which the tries of a sign-in name are counted, whether or not anybody has it."""
    return f"name:{blinded(work.ctx, name_key(name))}"


def temporary_key(member_id: str) -> str:
    return f"temporary:{member_id}"


def summary(had: Sequence[Had]) -> tuple[Safety, tuple[Way, ...]]:
    """The state of a person and the ways it rests on."""
    saved = frozenset(
        one.kept.id
        for one in had
        if one.kept.left is None or (one.kept.saved_at is not None and one.kept.left > 0)
    )
    own_ways = ways_of(decided_on(had), saved)
    is_set_up = any(one.is_second for one in had)
    return safety(own_ways, is_set_up=is_set_up), own_ways


def renew_summary(work: Work, who: Member) -> None:
    """Write what lists show of a person: the state, and kinds with how many codes are left."""
    had = ways(work.conn, who.account_id, who.id)
    state, _ = summary(had)
    set_up_by = None if state is Safety.NOT_SET_UP else work.now
    people.put_safety(work.conn, who, state.value, listed(had), set_up_by=set_up_by)


def listed(had: Sequence[Had]) -> str:
    """What lists keep of somebody's second factors."""
    return json.dumps(
        [[one.kept.kind, one.kept.standing.value, one.kept.left] for one in had if one.is_second]
    )
