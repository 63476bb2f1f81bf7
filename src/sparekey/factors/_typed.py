"""What people type around a code: spaces, dashes of every sort, invisible marks of a copied text."""

from unicodedata import category

MOST_TYPED = 128
"""No code with all its separators is longer; what is longer is refused unread."""

_MINUS = "−"


def without_separators(answer: str) -> str:
    """The answer without white space, dashes and format characters (zero-width space, direction marks)."""
    return "".join(c for c in answer if not (c.isspace() or c == _MINUS or category(c) in {"Pd", "Cf"}))
