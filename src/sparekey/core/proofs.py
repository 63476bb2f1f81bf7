"""Proofs and what they add up to.

Assurance is the sum of the proofs of one session: aal2 needs two categories (NIST SP 800-63B-4, section 2.2),
and never rests on a secret that somebody else has seen. It is computed, never stored: it can only follow the
facts.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import IntEnum

from sparekey.core.contract import Category
from sparekey.core.people import AuthenticatorId

_COUNTED = tuple(category for category in Category if category is not Category.MAILBOX)
"""What makes up aal2. Reading e-mail never does (section 3.1.3.1)."""
FRESH = timedelta(minutes=5)
"""How long a proof carries an action that changes something sensitive."""


class Aal(IntEnum):
    NONE = 0
    AAL1 = 1
    AAL2 = 2

    @property
    def acr(self) -> str:
        return f"urn:sparekey:acr:aal{int(self)}"


@dataclass(frozen=True)
class Proof:
    """One right answer and its time."""

    authenticator_id: AuthenticatorId
    kind: str
    categories: tuple[Category, ...]
    amr: tuple[str, ...]
    at: datetime
    is_exposed: bool = False
    """Somebody else has seen the secret: it still counts for what it proves, never towards aal2."""


@dataclass(frozen=True)
class Assurance:
    aal: Aal
    amr: tuple[str, ...]
    auth_time: datetime | None
    """The oldest of the newest proofs of each category: how long ago all of it was true."""

    @property
    def acr(self) -> str:
        """The strongest that is true (OpenID EAP ACR Values 1.0 for `phr` and `phrh`)."""
        if self.aal is Aal.AAL2 and self.is_phishing_resistant:
            return "phrh" if "hwk" in self.amr else "phr"
        return self.aal.acr

    @property
    def is_phishing_resistant(self) -> bool:
        """The proof of possession is a key's signature for this very site (`pop`)."""
        return "pop" in self.amr


def assurance(proofs: Iterable[Proof]) -> Assurance:
    """What the proofs are worth together (RFC 8176 for `amr`)."""
    kept = tuple(proofs)
    newest = {}
    for category in _COUNTED:
        by_it = [one for one in kept if category in one.categories and not one.is_exposed]
        if by_it:
            newest[category] = max(by_it, key=lambda one: one.at)
    both = len(newest) > 1
    amr = tuple(
        sorted({way for proof in newest.values() for way in proof.amr} | ({"mfa"} if both else set()))
    )
    times = [proof.at for proof in newest.values()]
    aal = Aal.AAL2 if both else Aal.AAL1 if kept else Aal.NONE
    return Assurance(aal, amr, min(times) if times else None)


def is_fresh(proofs: Iterable[Proof], now: datetime) -> bool:
    """Aal2, and every part of it proven within the last five minutes."""
    sum_of_all = assurance(proofs)
    return (
        sum_of_all.aal is Aal.AAL2
        and sum_of_all.auth_time is not None
        and now - sum_of_all.auth_time <= FRESH
    )
