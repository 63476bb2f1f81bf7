"""A secret that can be read in several ways proves itself with its first code, and is that reading from then on."""

from collections.abc import Sequence
from dataclasses import replace

import pytest

from sparekey.core.contract import Trouble, WrongAnswer
from sparekey.factors import brought_app, digits_of
from sparekey.factors.totp import MOST_READINGS, AppSecret, Totp, code_at, code_of_step
from tests.factors.builders import NOON, moment

TOTP = Totp()
KEY, OTHER_KEY = b"12345678901234567890", b"another key of the same text"
READINGS = (
    (KEY, "sha256", 8, 60),
    (KEY, "sha1", 6, 30),
    (OTHER_KEY, "sha1", 6, 30),
    (KEY, "sha512", 7, 30),
)
BROUGHT = brought_app(READINGS, 0)
EACH = [AppSecret(*reading) for reading in READINGS]


@pytest.mark.parametrize("one", EACH, ids=[1, 2, 3, 4])
def test_the_first_right_code_pins_its_reading(one: AppSecret) -> None:
    after = TOTP.verify(BROUGHT, code_at(one, NOON), moment()).kept
    assert replace(one, last_step=one.step(NOON)) == after


@pytest.mark.parametrize("one", EACH[1:], ids=[2, 3, 4])
def test_a_pinned_secret_takes_no_code_of_another_reading(one: AppSecret) -> None:
    pinned = TOTP.verify(BROUGHT, code_at(EACH[0], NOON), moment()).kept
    with pytest.raises(WrongAnswer):
        TOTP.verify(pinned, code_at(one, moment(120).at), moment(120))


@pytest.mark.parametrize(("readings", "expected"), [(READINGS, None), (READINGS[:1], 8), (READINGS[1:3], 6)])
def test_the_length_of_codes_is_known_where_all_readings_agree(
    readings: Sequence[tuple[bytes, str, int, int]], expected: int | None
) -> None:
    assert expected == digits_of(brought_app(readings, 0))


def test_a_secret_with_its_readings_survives_being_kept() -> None:
    assert BROUGHT == TOTP.decode(TOTP.encode(BROUGHT))


@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        ("123 45", (Trouble.WRONG_LENGTH, {"length": 5, "expected": 8})),
        ("1" * 129, (Trouble.WRONG_LENGTH, {"length": 129, "expected": 8})),
        (" ", (Trouble.EMPTY, {"expected": 8})),
        ("000000", (Trouble.WRONG, {})),
        ("0000000", (Trouble.WRONG, {})),
    ],
)
def test_what_is_no_code_of_any_reading_is_told_as_of_the_likeliest(answer: str, expected: object) -> None:
    with pytest.raises(WrongAnswer) as refused:
        TOTP.verify(BROUGHT, answer, moment())
    assert expected == (refused.value.trouble, refused.value.facts)


def told_early(place: int) -> AppSecret:
    """What is kept after a code of the next minutes was told to be one of this reading."""
    one = EACH[place]
    with pytest.raises(WrongAnswer) as refused:
        TOTP.verify(BROUGHT, code_of_step(one, one.step(NOON) + 2), moment())
    assert Trouble.CLOCK_WRONG == refused.value.trouble
    after: AppSecret = refused.value.kept
    return after


@pytest.mark.parametrize("place", [0, 2])
def test_a_code_to_come_that_was_told_is_burnt_in_its_reading_alone(place: int) -> None:
    after, one = told_early(place), EACH[place]
    later = moment(2 * one.period)
    with pytest.raises(WrongAnswer, match="already_used"):
        TOTP.verify(after, code_at(one, later.at), later)
    other = EACH[1 - place // 2]
    pinned = TOTP.verify(after, code_at(other, later.at), later).kept
    assert other.algorithm == pinned.algorithm


@pytest.mark.parametrize("place", [0, 1], ids=["the likeliest", "another period"])
def test_a_code_that_was_used_before_the_move_is_used_here_in_every_reading(place: int) -> None:
    brought = brought_app(READINGS, EACH[0].step(NOON))
    with pytest.raises(WrongAnswer, match="already_used"):
        TOTP.verify(brought, code_at(EACH[place], NOON), moment())


def test_no_more_readings_are_kept_than_are_counted_with() -> None:
    many = brought_app([(bytes([n]) * 20, "sha1", 6, 30) for n in range(MOST_READINGS + 3)], 0)
    assert MOST_READINGS == 1 + len(many.others)
