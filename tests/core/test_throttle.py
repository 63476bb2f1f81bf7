"""How many tries there are, and when."""

from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sparekey.core.throttle import (
    FREE,
    LIMIT,
    LONGEST_WAIT,
    MAIL_RATE,
    SOURCE_RATES,
    Ended,
    Rate,
    Tries,
    Wait,
    give_back,
    reserve,
    source_key,
    spend,
    tries_to_tell,
    wait_after,
)
from tests import strategies
from tests.strategies import NOON

# Failures in a row, and the seconds until the next try.
WAITS = {
    0: 0,
    1: 0,
    4: 0,
    5: 30,
    6: 60,
    7: 120,
    8: 240,
    9: 480,
    10: 960,
    11: 1920,
    12: 3600,
    13: 3600,
    50: 3600,
}


@pytest.mark.parametrize(("failures", "seconds"), WAITS.items())
def test_the_wait_after_so_many_failures(failures: int, seconds: int) -> None:
    assert timedelta(seconds=seconds) == wait_after(failures)


@given(st.integers(0, 10**9))
def test_waits_never_shrink_and_never_pass_an_hour(failures: int) -> None:
    assert wait_after(failures) <= wait_after(failures + 1) <= LONGEST_WAIT == timedelta(hours=1)


def fail(times: int, *, is_limited: bool = True) -> tuple[Tries, datetime]:
    """So many wrong answers, each as early as it is let through."""
    tries, now = Tries(), NOON
    for _ in range(times):
        now = max(now, tries.open_at or now)
        outcome = reserve(tries, now, is_limited=is_limited)
        assert isinstance(outcome, Tries)
        tries = outcome
    return tries, now


def test_a_try_is_counted_before_its_answer_is_looked_at() -> None:
    assert Tries(1, None) == reserve(Tries(), NOON, is_limited=True)


def test_the_fifth_try_closes_the_door_for_half_a_minute() -> None:
    assert Tries(5, NOON + timedelta(seconds=30)) == reserve(Tries(4), NOON, is_limited=True)


def test_a_closed_door_says_when_it_opens() -> None:
    until = NOON + timedelta(seconds=1)
    assert Wait(until) == reserve(Tries(5, until), NOON, is_limited=True)


def test_the_door_opens_on_the_second() -> None:
    assert Tries(6, NOON + timedelta(minutes=1)) == reserve(Tries(5, NOON), NOON, is_limited=True)


@pytest.mark.parametrize("open_at", [None, NOON + timedelta(hours=1)])
def test_fifty_failures_end_a_code_whatever_the_clock_says(open_at: datetime | None) -> None:
    assert isinstance(reserve(Tries(50, open_at), NOON, is_limited=True), Ended)


def test_the_fiftieth_try_is_the_last_one_looked_at() -> None:
    assert Tries(50, NOON + timedelta(hours=1)) == reserve(Tries(49), NOON, is_limited=True)


def test_a_password_never_ends() -> None:
    assert Tries(101, NOON + timedelta(hours=1)) == reserve(Tries(100), NOON, is_limited=False)


def test_guessing_a_code_to_its_end_takes_more_than_a_day() -> None:
    tries, now = fail(LIMIT)
    assert (50, timedelta(seconds=3810, hours=38)) == (tries.failures, now - NOON)


@pytest.mark.parametrize(("steps_accepted", "at_most"), [(2, 1.0e-4), (3, 1.5e-4)])
def test_the_chance_to_guess_a_code_before_it_ends(steps_accepted: int, at_most: float) -> None:
    """RFC 4226, section 6: accepted codes times tries over all codes of six digits."""
    assert at_most == pytest.approx(steps_accepted * LIMIT / 10**6)


@given(
    st.lists(strategies.gaps, min_size=1, max_size=80),
    st.timedeltas(timedelta(seconds=1), timedelta(hours=2)),
)
def test_no_window_lets_more_through_than_the_waits_allow(gaps: list[timedelta], window: timedelta) -> None:
    """Whenever somebody tries: five at once and then one for each wait that fits, fifty in all."""
    tries, now, passed = Tries(), NOON, []
    for gap in gaps:
        now += gap
        outcome = reserve(tries, now, is_limited=True)
        if isinstance(outcome, Tries):
            tries = outcome
            passed.append(now)
    in_window = max(sum(start <= at < start + window for at in passed) for start in passed)
    assert in_window <= FREE + 1 + window // timedelta(seconds=30)
    assert len(passed) <= LIMIT


@given(strategies.tries, st.booleans())
def test_a_refused_try_costs_nothing_and_a_try_let_through_costs_one(tries: Tries, is_limited: bool) -> None:
    outcome = reserve(tries, NOON, is_limited=is_limited)
    if isinstance(outcome, Wait):
        assert (outcome.until, NOON < outcome.until) == (tries.open_at, True)
    elif isinstance(outcome, Tries):
        assert (tries.failures + 1, NOON >= (tries.open_at or NOON)) == (outcome.failures, True)
    else:
        assert is_limited
        assert tries.failures >= LIMIT


@given(strategies.tries, strategies.gaps)
def test_giving_back_undoes_the_count_and_never_lengthens_the_wait(tries: Tries, later: timedelta) -> None:
    reserved = reserve(tries, NOON, is_limited=False)
    if isinstance(reserved, Tries):
        given_back = give_back(reserved, NOON + later)
        assert tries.failures == given_back.failures
        assert given_back.open_at is None or given_back.open_at <= (reserved.open_at or NOON)


@given(st.integers(0, FREE))
def test_giving_back_is_the_inverse_while_no_wait_is_due(failures: int) -> None:
    reserved = reserve(Tries(failures), NOON, is_limited=True)
    assert isinstance(reserved, Tries)
    assert Tries(failures) == give_back(reserved, NOON)


def test_a_try_given_back_leaves_the_wait_of_the_count_before() -> None:
    tries = Tries(7, NOON + timedelta(minutes=2))
    assert Tries(6, NOON + timedelta(minutes=1)) == give_back(tries, NOON)


def test_a_try_given_back_late_leaves_the_wait_as_it_was() -> None:
    until = NOON + timedelta(minutes=60)
    assert Tries(19, until) == give_back(Tries(20, until), NOON + timedelta(seconds=10))


def test_a_try_given_back_makes_no_wait_where_none_was() -> None:
    assert Tries(6, None) == give_back(Tries(7, None), NOON)


def test_nothing_is_given_back_below_zero() -> None:
    assert Tries() == give_back(Tries(), NOON)


@pytest.mark.parametrize(("failures", "told"), [(0, None), (2, None), (3, 2), (4, 1), (5, None), (9, None)])
def test_tries_left_are_told_from_the_third_failure_until_the_waits_begin(
    failures: int, told: int | None
) -> None:
    assert told == tries_to_tell(Tries(failures))


@given(strategies.rates, st.lists(st.timedeltas(timedelta(), timedelta(minutes=2)), max_size=80), st.data())
def test_no_window_admits_more_than_a_burst_and_its_trickle(
    rate: Rate, gaps: list[timedelta], data: st.DataObject
) -> None:
    kept, now, admitted = None, NOON, [NOON - timedelta(days=9)]
    for gap in gaps:
        now += gap
        outcome = spend(kept, rate, now)
        if isinstance(outcome, datetime):
            kept = outcome
            admitted.append(now)
    start = data.draw(st.sampled_from(admitted))
    window = data.draw(st.timedeltas(timedelta(), rate.period * 3))
    trickle = window // (rate.period / rate.burst)
    assert sum(start <= at <= start + window for at in admitted) <= rate.burst + trickle


@given(strategies.rates, strategies.gaps)
def test_a_whole_burst_is_admitted_at_once_and_then_one_for_each_step(rate: Rate, quiet: timedelta) -> None:
    kept = NOON - quiet
    for _ in range(rate.burst):
        outcome = spend(kept, rate, NOON)
        assert isinstance(outcome, datetime)
        kept = outcome
    assert kept == NOON + rate.period
    assert Wait(NOON + rate.period / rate.burst) == spend(kept, rate, NOON)


@given(strategies.rates, st.integers(1, 40))
def test_whoever_waits_as_long_as_told_is_admitted(rate: Rate, steps: int) -> None:
    kept = NOON + rate.period / rate.burst * steps
    told = spend(kept, rate, NOON)
    if isinstance(told, Wait):
        assert told.until > NOON
        assert isinstance(spend(kept, rate, told.until), datetime)
        assert isinstance(spend(kept, rate, told.until - timedelta(microseconds=1)), Wait)


def test_the_rates_of_sources_and_mails() -> None:
    a_minute = timedelta(minutes=1)
    assert {"10m": Rate(60, 10 * a_minute), "1h": Rate(300, 60 * a_minute)} == SOURCE_RATES
    assert Rate(5, 60 * a_minute) == MAIL_RATE


@pytest.mark.parametrize(
    ("address", "expected"),
    [
        ("192.0.2.7", "192.0.2.7"),
        ("::ffff:192.0.2.7", "192.0.2.7"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("", ""),
        ("testclient", "testclient"),
    ],
)
def test_one_connection_is_one_source(address: str, expected: str) -> None:
    assert expected == source_key(address)
