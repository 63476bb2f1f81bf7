"""Lists in pages: which entries are shown, and the addresses of the pages before and after; and whole numbers of
addresses and forms.
"""

from collections.abc import Callable
from typing import Any

from sparekey.flows.reports.audit_log import PAGE

DIGITS = 7
"""No version and no page has a number with more."""


def paging(number: int, shown: int, total: int, address: Callable[[int], str]) -> dict[str, Any]:
    """`number` counts from 1; `shown` entries are on this page of `total` in all."""
    before = (number - 1) * PAGE
    return {
        "first": min(before + 1, total),
        "last": before + shown,
        "total": total,
        "previous": address(number - 1) if number > 1 else None,
        "next": address(number + 1) if before + shown < total else None,
    }


def page_number(text: str) -> int:
    """The page that an address asks for; 1 for anything that is no number of a page."""
    return max(1, whole_number(text, 1))


def whole_number(text: str, otherwise: int) -> int:
    """What was typed or stood in a form, as a number; `otherwise` for anything else."""
    return int(text) if len(text) <= DIGITS and text.isascii() and text.isdigit() else otherwise
