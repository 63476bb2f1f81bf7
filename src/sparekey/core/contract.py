"""What everybody sees of a factor, and what a factor sees of the world.

A factor is a pure plug-in: it proposes and finishes an enrolment and verifies a proof. `verify` returns *the
material as it must now be kept* with the evidence; the store keeps it by compare-and-set on the row's
version, so that a replay or a race of two correct answers lets exactly one through, for every factor.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from hashlib import shake_256
from typing import Any, Generic, Protocol, TypeVar

LEAST_PASSWORD, MOST_PASSWORD = 12, 128
MOST_APPS = 5
"""Authenticator apps of one person: a code is tried on each of them, so each more makes a lucky guess likelier."""
"""Characters. NIST SP 800-63B-4, section 3.1.1.2, asks for 8 where a second factor is always needed, and for room for
64."""


@dataclass(frozen=True)
class Moment:
    """The time of one request (UTC) and the chance it may use.

    `draw` gives separate bytes for each label and the same bytes for the same label, so that a unit of work
    that runs a second time writes the same secrets again.
    """

    at: datetime
    seed: bytes = field(repr=False)

    def draw(self, label: str, size: int) -> bytes:
        """`size` bytes that belong to `label` alone (SHAKE256 over seed and label)."""
        return shake_256(self.seed + label.encode()).digest(size)


class Category(StrEnum):
    """What a proof rests on (NIST SP 800-63B-4, section 2)."""

    KNOWLEDGE = "knowledge"
    POSSESSION = "possession"
    VERIFIED = "verified"
    """The authenticator made sure itself that it is its person: by PIN, pattern, fingerprint or face. Which of them,
    it does not tell (WebAuthn Level 3, "User Verification")."""
    MAILBOX = "mailbox"
    """That somebody can read e-mail: no particular thing, so it is never the second of two proofs (NIST SP 800-63B-4,
    section 3.1.3.1)."""


class Loss(StrEnum):
    """The thing that is lost together with a factor."""

    MEMORY = "memory"
    PHONE = "phone"
    TABLET = "tablet"
    COMPUTER = "computer"
    KEY = "key"
    MANAGER = "manager"
    """A password manager: its copies are on several devices, and opened by one account."""
    PAPER = "paper"
    MAILBOX = "mailbox"


class Answer(StrEnum):
    """Which form field a factor is answered in; factors that share one are tried together."""

    PASSWORD = "password"
    PASSKEY = "passkey"
    CODE = "code"
    BACKUP_CODE = "backup_code"
    SMS_CODE = "sms_code"
    EMAIL_CODE = "email_code"


@dataclass(frozen=True)
class Traits:
    """What everybody outside `factors` may know of a kind of authenticator."""

    kind: str
    category: Category
    answer: Answer
    lost_with: Loss
    amr: tuple[str, ...]
    """RFC 8176 values; empty where the registry has none."""
    is_slow: bool
    """Verifying costs a password hash: never inside a transaction."""
    is_temporary: bool = False
    """Opens nothing but the forced change."""
    is_disabled_at_limit: bool = True
    """Too many failures in a row end it until it is bound anew (NIST SP 800-63B-4, section 3.2.2)."""
    is_asked: bool = False
    """Answered to a challenge of the server: see `Asking`."""
    is_sent: bool = False
    """The challenge goes to the person in a message, and the answer is the code in it."""
    is_restricted: bool = False
    """Others may get at it without the person's doing: offered only beside something else, and to whoever accepted
    that (NIST SP 800-63B-4, section 3.2.9)."""
    allowed_by: str = ""
    """The part of the account's policy that must allow it; empty: always allowed."""

    @property
    def is_counted(self) -> bool:
        """It can be guessed, so its tries are counted."""
        return not self.is_asked or self.is_sent


@dataclass(frozen=True)
class Hashing:
    """Cost of the password hash (argon2id) and the keys that a copy of the database does not hold."""

    memory_kib: int = 19 * 1024
    passes: int = 2
    lanes: int = 1
    pepper: bytes = field(default=b"", repr=False)
    """Keyed operation before the hash (NIST SP 800-63B-4, section 3.1.1.2)."""


@dataclass(frozen=True)
class About:
    """Whom an enrolment is for: what an authenticator app shows, and words a password may not be."""

    issuer: str
    username: str
    context_words: tuple[str, ...] = ()
    name: str = ""
    entry: str = ""
    """What tells a further entry of the same person from the others in an authenticator app."""
    handle: bytes = field(default=b"", repr=False)
    """What an authenticator keeps of the person: says nothing to anybody else (WebAuthn, section 14.6.1)."""
    enrolled: tuple[Any, ...] = field(default=(), repr=False)
    """Material of the same kind that the person has already."""
    models: tuple[str, ...] = ()
    """The only models (AAGUID) the account allows; empty: any."""
    address: str = field(default="", repr=False)
    """Where codes go, for a kind that is sent."""


@dataclass(frozen=True)
class Relying:
    """Where passkeys are good: the domain they belong to, and the origins whose pages may ask for them.

    `roots`: certificates (PEM) of makers whose word on a model counts.
    """

    id: str = ""
    origins: tuple[str, ...] = ()
    roots: tuple[bytes, ...] = field(default=(), repr=False)


@dataclass(frozen=True)
class Message:
    """A code on its way to a number or an address."""

    to: str = field(repr=False)
    code: str = field(repr=False)


@dataclass(frozen=True)
class Proposal:
    """A started enrolment: what the person is shown, and what must be kept (sealed) until it is finished.

    `message`: what is sent, for a kind that is.
    """

    shown: Mapping[str, str | list[str]] = field(repr=False)
    kept: Mapping[str, object] = field(repr=False)
    message: Message | None = None


@dataclass(frozen=True)
class Challenge:
    """A question: what the browser is given, and what must be kept (sealed) until it is answered, once.

    `message`: what is sent, for a kind that is.
    """

    shown: str = field(repr=False)
    kept: Mapping[str, object] = field(repr=False)
    message: Message | None = None


SENT_LIFE = timedelta(minutes=10)
"""How long a code that was sent may be used (NIST SP 800-63B-4, section 3.1.3.2)."""


class Trouble(StrEnum):
    """Why an answer is not right: chooses the sentence after a right password, and goes to the audit log."""

    WRONG = "wrong"
    EMPTY = "empty"
    WRONG_LENGTH = "wrong_length"
    ALREADY_USED = "already_used"
    CLOCK_WRONG = "clock_wrong"
    EXPIRED = "expired"
    TOO_SHORT = "too_short"
    TOO_LONG = "too_long"
    LISTED = "listed"
    CONTEXT_WORD = "context_word"
    SAME_AS_BEFORE = "same_as_before"


class WrongAnswer(Exception):
    """The answer proves nothing. `facts` are safe to show to whoever knew the password (a date, a count).

    `kept`: the material as it must be kept before `facts` are told, where telling them makes something unusable.
    """

    def __init__(self, trouble: Trouble, kept: Any = None, **facts: object) -> None:
        super().__init__(trouble)
        self.trouble = trouble
        self.kept = kept
        self.facts: dict[str, Any] = facts


@dataclass(frozen=True)
class Evidence:
    """What one right answer proves."""

    categories: tuple[Category, ...]
    amr: tuple[str, ...]
    left: int | None = None
    """How many single-use codes are left, where the factor has such."""
    warning: str = ""
    """Right, and yet worth an event: `counter` where a key's counter did not go up."""


M = TypeVar("M")


@dataclass(frozen=True)
class Verified(Generic[M]):
    """The material as it must now be kept, and the evidence."""

    kept: M = field(repr=False)
    evidence: Evidence


class Factor(Protocol[M]):
    """One kind of authenticator. `M` is its material: a frozen dataclass of plain values."""

    traits: Traits

    def propose(self, about: About, moment: Moment) -> Proposal:
        """Start an enrolment."""

    def enrol(self, about: About, proposed: Mapping[str, object], answer: str, moment: Moment) -> M:
        """Finish it; raises `WrongAnswer`. `proposed` is `Proposal.kept`."""

    def verify(
        self, kept: M, answer: str, moment: Moment, asked: Mapping[str, object] | None = None
    ) -> Verified[M]:
        """Check a proof; raises `WrongAnswer`. `asked` is `Challenge.kept`, where there was a challenge."""

    def encode(self, kept: M) -> dict[str, object]:
        """Material as JSON values, to be sealed."""

    def decode(self, data: Mapping[str, object]) -> M:
        """The inverse of `encode`."""


class Asking(Factor[M], Protocol):
    """A factor that is answered to a challenge."""

    def challenge(self, kept: Sequence[M], moment: Moment, *, is_first: bool) -> Challenge:
        """Ask for one of these, or for whichever there is. `is_first`: nothing was proven before it."""
