"""The one place that decides "is this enough?", for pages, for apps and for sites behind a proxy.

Sign-in asks for the password first, then for one second factor that works. A proof by something temporary or
exposed opens only the forced change (`Rotate`). Step-up is the same function, with proofs that must be
fresh. A proof counts only as long as its authenticator may prove: not once it was reported lost, disabled or
replaced. A code from the mailbox, where policy allows it, signs in together with the password and stays aal1.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sparekey.core.contract import Answer, Category, Loss, Traits
from sparekey.core.people import AuthenticatorId
from sparekey.core.proofs import Aal, Assurance, Proof, assurance


class Standing(StrEnum):
    """What an enrolled authenticator may do."""

    ACTIVE = "active"
    SUSPENDED = "suspended"
    """Reported lost: proves nothing; its use is an alarm."""
    EXPOSED = "exposed"
    """Somebody else has seen it: opens the forced change only."""
    DISABLED = "disabled"
    """Too many failures: must be bound anew."""


class Beside(StrEnum):
    """What a second factor is answered together with. Where it was reported lost, the alarm says so."""

    PASSWORD = "password"
    LINK = "link"
    """The link for a new password, which the mailbox alone gives."""
    NOTHING = "nothing"
    """A passkey signs in alone."""


@dataclass(frozen=True)
class Enrolled:
    """What the decision needs to know of one authenticator."""

    id: AuthenticatorId
    traits: Traits
    standing: Standing
    lives_on: Loss | None = None
    """Where the person said, or it showed, that it lives on another thing than its kind usually does."""

    @property
    def thing(self) -> Loss:
        return self.lives_on or self.traits.lost_with


@dataclass(frozen=True)
class Prove:
    """More is needed: one answer in one of these fields. Empty: nothing that this person has works."""

    answers: tuple[Answer, ...]


@dataclass(frozen=True)
class Rotate:
    """The forced change and nothing else."""


@dataclass(frozen=True)
class SignedIn:
    """Enough. What it is worth is computed from the proofs whenever it is asked for."""


Decision = Prove | Rotate | SignedIn


class Demand(StrEnum):
    """What an app asks for."""

    REMEMBERED = "remembered"
    """A remembered browser's password is enough (aal1)."""
    SECOND = "second"
    """Password and second factor, or a passkey that checks its user (aal2)."""
    PASSKEY = "passkey"
    """Proof that no other page can have asked for (phishing-resistant)."""


def can_prove(one: Enrolled) -> bool:
    """May this authenticator be answered with at all?"""
    return one.standing in {Standing.ACTIVE, Standing.EXPOSED}


def _is_seen(one: Enrolled) -> bool:
    """Somebody else knows it, so it can do no more than open the forced change."""
    return one.traits.is_temporary or one.standing is Standing.EXPOSED


def next_step(
    enrolled: Sequence[Enrolled], proofs: Iterable[Proof], *, is_remembered: bool = False
) -> Decision:
    """What these proofs are worth. `is_remembered`: this browser may skip the second step (aal1)."""
    by_id = {one.id: one for one in enrolled if can_prove(one)}
    kept = tuple(proof for proof in proofs if proof.authenticator_id in by_id)
    proven = {category for proof in kept for category in proof.categories}
    if not proven & {Category.KNOWLEDGE, Category.VERIFIED}:
        return Prove(_answers(enrolled, Category.KNOWLEDGE))
    seen = any(_is_seen(by_id[proof.authenticator_id]) for proof in kept)
    if seen and Category.POSSESSION in proven:
        return Rotate()
    is_enough = assurance(kept).aal is Aal.AAL2 or is_remembered or Category.MAILBOX in proven
    if not seen and is_enough:
        return SignedIn()
    return Prove(_answers(enrolled, Category.POSSESSION, Category.MAILBOX))


def _answers(enrolled: Sequence[Enrolled], *categories: Category) -> tuple[Answer, ...]:
    """The fields this person can answer in, in the fixed order of `Answer`."""
    usable = {one.traits.answer for one in enrolled if one.traits.category in categories and can_prove(one)}
    return tuple(answer for answer in Answer if answer in usable)


def candidates(enrolled: Sequence[Enrolled], answer: Answer) -> tuple[Enrolled, ...]:
    """Who may be meant by an answer in this field."""
    return tuple(one for one in enrolled if one.traits.answer is answer and can_prove(one))


def tripwires(enrolled: Sequence[Enrolled], answer: Answer) -> tuple[Enrolled, ...]:
    """Suspended authenticators whose right use is an alarm."""
    return tuple(
        one for one in enrolled if one.traits.answer is answer and one.standing is Standing.SUSPENDED
    )


def is_enough(proofs: Iterable[Proof], demand: Demand, *, since: datetime | None = None) -> bool:
    """Do these proofs of a finished session carry this? `since`: all of it must have been proven then or later."""
    return carries(assurance(proofs), demand, since=since)


def carries(found: Assurance, demand: Demand, *, since: datetime | None = None) -> bool:
    """The same, for proofs that were added up before."""
    if found.auth_time is None or (since is not None and found.auth_time < since):
        return False
    if demand is Demand.REMEMBERED:
        return found.aal >= Aal.AAL1
    return found.aal is Aal.AAL2 and (demand is Demand.SECOND or found.is_phishing_resistant)
