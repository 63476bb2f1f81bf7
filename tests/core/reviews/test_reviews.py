"""When a review is due, by the months that the policy asks for."""

from datetime import datetime, timedelta

import pytest

from sparekey.core.people import Policy
from sparekey.core.reviews import MONTHS, due_at, due_if_reviewed_by, is_due
from tests.core import made
from tests.strategies import NOON

DAYS = {0: None, 3: 91, 6: 182, 12: 365}


def expected(months: int) -> datetime | None:
    days = DAYS[months]
    return None if days is None else NOON + timedelta(days=days)


def test_every_choice_is_in_the_table() -> None:
    assert tuple(DAYS) == MONTHS


@pytest.mark.parametrize("months", DAYS)
def test_it_is_due_so_long_after_the_last_one(months: int) -> None:
    assert expected(months) == due_at(made.member(reviewed_at=NOON), Policy(review_months=months))


@pytest.mark.parametrize("months", DAYS)
def test_who_was_never_set_up_has_none_due(months: int) -> None:
    assert due_at(made.member(), Policy(review_months=months)) is None


@pytest.mark.parametrize("months", DAYS)
def test_it_is_due_from_that_very_moment_on(months: int) -> None:
    at, policy = expected(months) or NOON, Policy(review_months=months)
    moments = (at - timedelta(seconds=1), at, at + timedelta(days=900))
    due = [is_due(made.member(reviewed_at=NOON), policy, moment) for moment in moments]
    assert [False, months > 0, months > 0] == due


@pytest.mark.parametrize("months", DAYS)
def test_a_search_and_a_person_agree(months: int) -> None:
    policy, now = Policy(review_months=months), NOON + timedelta(days=400)
    by = due_if_reviewed_by(policy, now)
    members = [made.member(reviewed_at=NOON + timedelta(days=days)) for days in range(0, 400, 7)]
    found = [bool(by and one.reviewed_at and one.reviewed_at <= by) for one in members]
    assert found == [is_due(one, policy, now) for one in members]
