"""What people type around a code: spaces, dashes of every sort, invisible marks of a copied text."""

from unicodedata import category, decimal

from sparekey.core.contract import Trouble, WrongAnswer

MOST_TYPED = 128
"""No code with all its separators is longer; what is longer is refused unread."""

_MINUS = "−"


def without_separators(answer: str) -> str:
    """The answer without white space, dashes and format characters (zero-width space, direction marks)."""
    return "".join(c for c in answer if not (c.isspace() or c == _MINUS or category(c) in {"Pd", "Cf"}))


def digits_in(answer: str, *counts: int) -> str:
    """The digits that were typed, in any script; raises `WrongAnswer` if they are too few or many."""
    if len(answer) > MOST_TYPED:
        raise WrongAnswer(Trouble.WRONG_LENGTH, length=len(answer), expected=counts[0])
    typed = without_separators(answer)
    if not typed:
        raise WrongAnswer(Trouble.EMPTY, expected=counts[0])
    if not typed.isdecimal():
        raise WrongAnswer(Trouble.WRONG)
    if len(typed) not in counts:
        raise WrongAnswer(Trouble.WRONG_LENGTH, length=len(typed), expected=counts[0])
    return "".join(str(decimal(character)) for character in typed)
