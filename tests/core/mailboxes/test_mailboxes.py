"""Where notices to a person go, and for how long mail is said to come back."""

from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sparekey.core.addresses import (
    MOST_FURTHER,
    QUIET,
    WORK,
    AddressId,
    Mailbox,
    Sign,
    Trouble,
    came_back,
    is_last_reached,
    lasts,
    listed,
    masked,
    was_taken,
)
from sparekey.core.people import COOLING, has_another_mailbox
from tests.core.made import member
from tests.strategies import NOON

A_MOMENT = timedelta(microseconds=1)
HOME = Mailbox("jonas@bluewin.example", AddressId("adr_1"), NOON)


def test_the_figures() -> None:
    assert (4, timedelta(days=5), "") == (MOST_FURTHER, QUIET, WORK)


def test_the_work_address_is_always_told_and_first() -> None:
    work = Mailbox("jonas@example.com", WORK, None)
    assert (work,) == member().mailboxes
    assert (work, HOME) == member(further=(HOME,)).mailboxes
    assert work == member(further=(HOME,)).work_mailbox


@pytest.mark.parametrize("same", ["jonas@example.com", "JONAS@example.com", " jonas@example.com "])
def test_the_same_address_is_told_once(same: str) -> None:
    twice = Mailbox(same, AddressId("adr_2"), NOON)
    assert 2 == len(member(further=(twice, HOME)).mailboxes)


@pytest.mark.parametrize(
    ("passed", "counts"), [(timedelta(), False), (COOLING - A_MOMENT, False), (COOLING, True)]
)
def test_another_address_counts_after_72_hours(passed: timedelta, counts: bool) -> None:
    assert counts is has_another_mailbox(member(further=(HOME,)), NOON + passed)


def test_the_work_address_is_no_other_address() -> None:
    assert not has_another_mailbox(member(), NOON + 10 * COOLING)
    twice = Mailbox("jonas@example.com", AddressId("adr_2"), NOON)
    assert not has_another_mailbox(member(further=(twice,)), NOON + 10 * COOLING)


def test_the_first_letter_that_comes_back_says_since_when() -> None:
    first = came_back(None, Sign.REFUSED, NOON)
    again = came_back(first, Sign.BOUNCED, NOON + QUIET)
    assert Trouble(NOON, Sign.REFUSED) == first
    assert Trouble(NOON, Sign.BOUNCED) == again


def test_a_letter_that_is_taken_ends_a_refusal() -> None:
    assert was_taken(Trouble(NOON, Sign.REFUSED), NOON) is None


def test_after_a_bounce_letters_that_are_taken_must_stay_out_for_five_days() -> None:
    bounced = Trouble(NOON, Sign.BOUNCED)
    taken = was_taken(bounced, NOON + A_MOMENT)
    assert Trouble(NOON, Sign.BOUNCED, NOON + A_MOMENT) == taken
    assert taken == was_taken(taken, NOON + QUIET)
    assert was_taken(taken, NOON + A_MOMENT + QUIET) is None


def test_a_bounce_takes_back_what_the_letters_before_it_promised() -> None:
    promised = Trouble(NOON, Sign.BOUNCED, NOON)
    assert Trouble(NOON, Sign.BOUNCED) == came_back(promised, Sign.BOUNCED, NOON + QUIET - A_MOMENT)
    assert Trouble(NOON + QUIET, Sign.BOUNCED) == came_back(promised, Sign.BOUNCED, NOON + QUIET)


@pytest.mark.parametrize(
    ("trouble", "now", "is_on"),
    [
        (Trouble(NOON, Sign.REFUSED), NOON + 100 * QUIET, True),
        (Trouble(NOON, Sign.BOUNCED), NOON + 100 * QUIET, True),
        (Trouble(NOON, Sign.BOUNCED, NOON), NOON + QUIET - A_MOMENT, True),
        (Trouble(NOON, Sign.BOUNCED, NOON), NOON + QUIET, False),
    ],
)
def test_until_when_mail_is_said_to_come_back(trouble: Trouble, now: datetime, is_on: bool) -> None:
    assert is_on is lasts(trouble, now)


@pytest.mark.parametrize(
    ("address", "shown"),
    [
        ("mia@example.net", "m•••••@example.net"),
        ("m@example.net", "m•••••@example.net"),
        ("a@b@example.net", "a•••••@example.net"),
        ("élodie.rochat@example.net", "é•••••@example.net"),
    ],
)
def test_an_address_is_shown_by_its_first_letter_and_its_domain(address: str, shown: str) -> None:
    assert shown == masked(address)


@given(st.text("abcxyz", min_size=2, max_size=64))
def test_how_long_an_address_is_does_not_show(local: str) -> None:
    assert f"{local[0]}•••••@e.example" == masked(f"{local}@e.example")


def test_a_further_address_is_listed_masked_and_the_work_address_is_not() -> None:
    shown = listed("mia@work.example", WORK), listed("mia@home.example", AddressId("adr_1"))
    assert ("mia@work.example", masked("mia@home.example")) == shown


OTHER = AddressId("adr_2")
BACK = Trouble(NOON, Sign.REFUSED)
OVER = Trouble(NOON, Sign.BOUNCED, taken_at=NOON - QUIET)


@pytest.mark.parametrize(
    ("boxes", "is_last"),
    [
        ({WORK: None, HOME.id: None}, False),
        ({WORK: BACK, HOME.id: None}, True),
        ({WORK: BACK, HOME.id: OVER}, True),
        ({WORK: OVER, HOME.id: None}, False),
        ({WORK: BACK, HOME.id: None, OTHER: None}, False),
        ({WORK: BACK, HOME.id: None, OTHER: BACK}, True),
        ({WORK: BACK, HOME.id: BACK}, False),
        ({WORK: BACK}, False),
    ],
)
def test_the_last_address_is_the_only_one_that_mail_reaches(
    boxes: dict[AddressId, Trouble | None], is_last: bool
) -> None:
    """One that mail comes back from is never the last, and neither is one that waits: it is not among them."""
    assert is_last is is_last_reached(boxes, HOME.id, NOON)
