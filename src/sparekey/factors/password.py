"""The password: something a person knows.

- A code point counts as one character after NFC. Every character that can be typed, no rules of composition,
  no truncation, no change of case.
- Refused: what everybody guesses first, what is made of the team's and the person's own names, and the
  present password once more.
- A right password of an outdated cost comes back hashed at today's cost, and so does one whose hash was brought
  over from another server. What such a hash costs is the other server's choice (`_foreign_hashes` bounds it): until
  its person's first sign-in here, a wrong answer takes its own time, and a right one a second hash. The passwords
  of nobody and of everybody else cost one hash of today's cost.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from unicodedata import category, normalize

from sparekey.core.contract import (
    LEAST_PASSWORD,
    MOST_PASSWORD,
    About,
    Answer,
    Category,
    Evidence,
    Hashing,
    Loss,
    Moment,
    Proposal,
    Traits,
    Trouble,
    Verified,
    WrongAnswer,
)
from sparekey.factors._argon2 import (
    MOST_TYPED,
    SALT_BYTES,
    hash_text,
    is_match,
    needs_rehash,
    unmatched,
)
from sparekey.factors._blocklist import is_listed, is_made_of

PRODUCT = "Sparekey"


@dataclass(frozen=True)
class HashedPassword:
    """All that is kept of a password. `is_foreign`: made by another server, in one of its forms."""

    phc: str = field(repr=False)
    is_foreign: bool = False


class Password:
    """Compares with one argon2id hash; `hashing` is the cost of new ones."""

    traits = Traits(
        kind="password",
        category=Category.KNOWLEDGE,
        answer=Answer.PASSWORD,
        lost_with=Loss.MEMORY,
        amr=("pwd",),
        is_slow=True,
        is_disabled_at_limit=False,
    )

    def __init__(self, hashing: Hashing) -> None:
        self._hashing = hashing

    def propose(self, about: About, moment: Moment) -> Proposal:
        """A password is chosen by the person: there is nothing to show."""
        return Proposal(shown={}, kept={})

    def enrol(
        self, about: About, proposed: Mapping[str, object], answer: str, moment: Moment
    ) -> HashedPassword:
        """Check the rules and hash. `proposed["before"]`: encoded material it may not equal."""
        check_rules(answer, about)
        before = proposed.get("before")
        if isinstance(before, Mapping) and self._is_right(self.decode(before), answer):
            raise WrongAnswer(Trouble.SAME_AS_BEFORE)
        return self._hashed(answer, f"password/{about.username}", moment)

    def verify(
        self, kept: HashedPassword, answer: str, moment: Moment, asked: object = None
    ) -> Verified[HashedPassword]:
        """One hash, whatever was typed; where it comes from elsewhere, one more for the right answer."""
        if not self._is_right(kept, answer):
            raise WrongAnswer(Trouble.WRONG)
        if kept.is_foreign or needs_rehash(kept.phc, self._hashing):
            kept = self._hashed(answer, f"password/{kept.phc}", moment)
        return Verified(kept, Evidence((self.traits.category,), self.traits.amr))

    def encode(self, kept: HashedPassword) -> dict[str, object]:
        return {"phc": kept.phc} | ({"is_foreign": True} if kept.is_foreign else {})

    def decode(self, data: Mapping[str, object]) -> HashedPassword:
        return HashedPassword(str(data["phc"]), data.get("is_foreign") is True)

    def _is_right(self, kept: HashedPassword, answer: str) -> bool:
        if not kept.is_foreign:
            return is_match(kept.phc, answer, self._hashing)
        from sparekey.factors import _foreign_hashes  # noqa: PLC0415 -- loads bcrypt

        return _foreign_hashes.is_match(kept.phc, answer)

    def _hashed(self, answer: str, label: str, moment: Moment) -> HashedPassword:
        return HashedPassword(hash_text(answer, moment.draw(label, SALT_BYTES), self._hashing))


def dummy_password(hashing: Hashing) -> HashedPassword:
    """What is checked for a name that nobody has: costs the same, and is never right."""
    return HashedPassword(unmatched(hashing))


def check_rules(answer: str, about: About) -> None:
    """Raise `WrongAnswer` with the rule that a new password breaks."""
    # Beyond this many, NFC can't bring it down to the limit: told without the work of normalising it.
    text = normalize("NFC", answer) if len(answer) <= MOST_TYPED else answer
    if len(text) > MOST_PASSWORD:
        raise WrongAnswer(Trouble.TOO_LONG, length=len(text), most=MOST_PASSWORD)
    if len(text) < LEAST_PASSWORD:
        raise WrongAnswer(Trouble.TOO_SHORT, length=len(text), least=LEAST_PASSWORD)
    if any(category(character) in {"Cc", "Cs"} for character in text):
        # Control characters and halves of a pair: no keyboard types them a second time.
        raise WrongAnswer(Trouble.WRONG)
    if is_made_of(text, (PRODUCT, about.issuer, about.username, *about.context_words)):
        raise WrongAnswer(Trouble.CONTEXT_WORD)
    if is_listed(text):
        raise WrongAnswer(Trouble.LISTED)
