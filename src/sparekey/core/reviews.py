"""The regular review: from time to time everybody looks whether they still have each of their ways in.

How often is the account's policy. The clock starts when somebody is set up, since everything was proven then, and
anew with each finished review. A reminder goes out when one is due, and once more two weeks later.
"""

from datetime import datetime, timedelta
from enum import StrEnum

from sparekey.core.people import Member, Policy

SPANS = {3: timedelta(days=91), 6: timedelta(days=182), 12: timedelta(days=365)}
"""How long a review holds, by the months that the policy asks for; 0 asks for none."""
MONTHS = (0, *SPANS)
REMINDED_AGAIN = timedelta(days=14)


class Have(StrEnum):
    """What a person says of a way in."""

    YES = "yes"
    LOST = "lost"
    UNSURE = "unsure"
    """To be used once, now."""


def due_at(who: Member, policy: Policy) -> datetime | None:
    """When this person's next review is due; None for never."""
    span = SPANS.get(policy.review_months)
    return who.reviewed_at + span if span and who.reviewed_at else None


def is_due(who: Member, policy: Policy, now: datetime) -> bool:
    at = due_at(who, policy)
    return at is not None and at <= now


def due_if_reviewed_by(policy: Policy, now: datetime) -> datetime | None:
    """Whose review is due: those who were last reviewed by then. None: nobody's."""
    span = SPANS.get(policy.review_months)
    return now - span if span else None
