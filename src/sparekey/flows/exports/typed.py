"""What is asked before an export: that whoever takes it was not let back in just now, and a good passphrase.

The passphrase is all that keeps the file shut, so it keeps the rules of a new password.

It is typed twice, since nobody can be helped who mistyped it, and kept nowhere.
"""

from dataclasses import dataclass, field
from datetime import datetime
from unicodedata import normalize

from sparekey.core.contract import LEAST_PASSWORD, MOST_PASSWORD, About, Trouble, WrongAnswer
from sparekey.core.people import Member, exports_held_until
from sparekey.errors import BadInput, NotAllowed
from sparekey.factors import check_rules

_BROKEN = {
    Trouble.TOO_SHORT: ("too_short", f"Use at least {LEAST_PASSWORD} characters"),
    Trouble.TOO_LONG: ("too_long", f"Use {MOST_PASSWORD} characters at most"),
    Trouble.LISTED: ("listed", "This passphrase is easy to guess. Choose a different one"),
    Trouble.CONTEXT_WORD: ("context_word", "This passphrase is made of names. Choose a different one"),
}


def demand_not_held(who: Member, now: datetime) -> None:
    """Refuse whoever was let back in of late, with until when."""
    until = exports_held_until(who, now)
    if until is not None:
        raise NotAllowed(
            "You were let back in less than a day ago. Until a day has passed no secrets can be taken along",
            reason="recovered",
            until=until,
        )


@dataclass(frozen=True)
class Typed:
    """A passphrase, typed twice."""

    passphrase: str = field(repr=False)
    again: str = field(repr=False)


def demand_good(typed: Typed, whom: About) -> None:
    """Raise `BadInput` with the rule that it breaks."""
    if not typed.passphrase:
        raise BadInput("passphrase", "empty", "Enter a passphrase")
    try:
        check_rules(typed.passphrase, whom)
    except WrongAnswer as wrong:
        odd = ("name_form", "Leave out control characters and invisible marks")
        reason, sentence = _BROKEN.get(wrong.trouble, odd)
        raise BadInput("passphrase", reason, sentence) from None
    if normalize("NFC", typed.passphrase) != normalize("NFC", typed.again):
        raise BadInput("passphrase_again", "not_the_same", "The two passphrases are not the same")
