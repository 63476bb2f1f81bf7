"""What happens when something gets lost."""

from itertools import product

import pytest

from sparekey.core.contract import Loss
from sparekey.core.losses import Row, Safety, Way, picture, safety, ways_of
from sparekey.core.sign_in import Standing
from tests.core.made import APP, CODES, PASSWORD, TEMPORARY, enrolled

PHONE, PAPER = Loss.PHONE, Loss.PAPER
ON_PHONE, ON_PAPER = Way(PHONE, "app", True), Way(PAPER, "codes", True)


def test_the_ways_are_the_second_factors_that_stay() -> None:
    owned = [enrolled(one) for one in (PASSWORD, APP, TEMPORARY, CODES)]
    assert (ON_PHONE, ON_PAPER) == ways_of(owned, frozenset({"aut_app", "aut_codes", "aut_temporary"}))


@pytest.mark.parametrize(("standing", "is_saved"), [*product(Standing, [True, False])])
def test_a_way_works_when_it_is_active_and_at_hand(standing: Standing, is_saved: bool) -> None:
    saved = frozenset({"aut_app"} if is_saved else ())
    works = standing is Standing.ACTIVE and is_saved
    assert (Way(PHONE, "app", works),) == ways_of([enrolled(APP, standing)], saved)


@pytest.mark.parametrize(
    ("ways", "expected"),
    [
        ((), Safety.LOCKED_OUT),
        ((Way(PHONE, "app", False), Way(PAPER, "codes", False)), Safety.LOCKED_OUT),
        ((ON_PHONE, Way(PAPER, "codes", False)), Safety.ONE_LOSS),
        ((ON_PHONE, Way(PHONE, "passkey", True)), Safety.ONE_LOSS),
        ((ON_PHONE, ON_PAPER), Safety.SAFE),
        ((ON_PHONE, ON_PAPER, Way(Loss.MEMORY, "other", True)), Safety.SAFE),
    ],
)
def test_safe_is_who_can_lose_any_one_thing(ways: tuple[Way, ...], expected: Safety) -> None:
    assert expected is safety(ways, is_set_up=True)
    assert Safety.NOT_SET_UP is safety(ways, is_set_up=False)


def test_the_picture_shows_each_loss_and_then_all_together() -> None:
    expected = (
        Row((PHONE,), (False, True)),
        Row((PAPER,), (True, False)),
        Row((PHONE, PAPER), (False, False)),
    )
    assert expected == picture([ON_PHONE, Way(PHONE, "broken", False), ON_PAPER])


def test_a_picture_of_one_thing_has_one_row() -> None:
    assert (Row((PHONE,), (False, False)),) == picture([ON_PHONE, Way(PHONE, "passkey", True)])


def test_three_things_are_lost_singly_and_all_together() -> None:
    ways = [ON_PHONE, ON_PAPER, Way(Loss.MEMORY, "other", True)]
    assert [1, 1, 1, 3] == [len(row.lost) for row in picture(ways)]


def test_there_is_no_picture_of_nothing() -> None:
    assert () == picture([Way(PHONE, "app", False)])


@pytest.mark.parametrize(
    ("remains", "gets_in"),
    [((), False), ((False,), False), ((True, False), True), ((True, True), True)],
)
def test_the_outcome_of_a_loss(remains: tuple[bool, ...], gets_in: bool) -> None:
    assert gets_in == Row((PHONE,), remains).gets_in
