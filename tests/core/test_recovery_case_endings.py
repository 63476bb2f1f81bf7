"""How a recovery case ends, what becomes of the lost factor, and what else is asked of a case."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from sparekey.core.people import AuthenticatorId
from sparekey.core.recovery_case import (
    BLOCKED_AFTER_DOUBT,
    FINAL,
    LATE_LIFE,
    REASON_LIFE,
    VIEW_LIFE,
    Case,
    Delivery,
    Ending,
    Fate,
    How,
    State,
    Step,
    blocked_until,
    can_be_doubted,
    complete,
    doubt,
    end,
    fate_of_lost,
    is_late,
    is_reason_fresh,
    is_view_open,
    take_over,
)
from tests.core.made import case, in_state, issued, rotating
from tests.strategies import NOON

MINUTE, HOUR, A_MOMENT = timedelta(minutes=1), timedelta(hours=1), timedelta(microseconds=1)
SECRET = AuthenticatorId("aut_temporary")

ENDINGS = [
    # how it ends, was the thing stolen, was it used before, what becomes of the lost factor
    (Step.EXPIRE, Ending.EXPIRED, False, False, Fate.ACTIVE_AGAIN),
    (Step.CANCEL, Ending.CANCELLED_BY_HELPER, False, False, Fate.ACTIVE_AGAIN),
    (Step.CANCEL, Ending.REPLACED, False, False, Fate.ACTIVE_AGAIN),
    (Step.CANCEL, Ending.MEMBER_CHANGED, False, False, Fate.ACTIVE_AGAIN),
    (Step.STOP, Ending.STOPPED_BY_PERSON, False, False, Fate.ACTIVE_AGAIN),
    (Step.CANCEL, Ending.SIGNED_IN_OTHERWISE, False, False, Fate.STAYS_SUSPENDED),
    (Step.STOP, Ending.LOST_FACTOR_USED, False, False, Fate.STAYS_SUSPENDED),
    *(
        (step, ending, is_stolen, not is_stolen, Fate.STAYS_SUSPENDED)
        for is_stolen in (True, False)
        for step, ending in [
            (Step.EXPIRE, Ending.EXPIRED),
            (Step.CANCEL, Ending.CANCELLED_BY_HELPER),
            (Step.CANCEL, Ending.REPLACED),
            (Step.CANCEL, Ending.MEMBER_CHANGED),
            (Step.STOP, Ending.STOPPED_BY_PERSON),
            (Step.CANCEL, Ending.SIGNED_IN_OTHERWISE),
            (Step.STOP, Ending.LOST_FACTOR_USED),
        ]
    ),
]


def test_the_table_knows_every_ending() -> None:
    assert set(Ending) == {row[1] for row in ENDINGS}


@pytest.mark.parametrize(("step", "ending", "is_stolen", "was_used", "fate"), ENDINGS)
def test_the_fate_of_the_lost_factor(
    step: Step, ending: Ending, is_stolen: bool, was_used: bool, fate: Fate
) -> None:
    running = issued(is_stolen=is_stolen, was_used=was_used)
    ended = end(running, step, ending, NOON + MINUTE)
    assert fate is fate_of_lost(ended)
    assert (NOON + MINUTE, ending, None, None) == (
        ended.ended_at,
        ended.ending,
        ended.view_until,
        ended.temporary,
    )
    assert (was_used or ending is Ending.LOST_FACTOR_USED) == ended.was_used


@pytest.mark.parametrize("is_stolen", [True, False])
def test_a_complete_case_destroys_the_lost_factor(is_stolen: bool) -> None:
    assert Fate.DESTROYED is fate_of_lost(complete(rotating(is_stolen=is_stolen), NOON))


@pytest.mark.parametrize("state", sorted(set(State) - FINAL))
def test_an_unfinished_case_frees_nothing(state: State) -> None:
    assert Fate.STAYS_SUSPENDED is fate_of_lost(in_state(state))


def test_the_view_is_open_until_its_time_or_until_it_is_redeemed() -> None:
    shown = issued(Delivery.SCREEN)
    assert is_view_open(shown, NOON + VIEW_LIFE - A_MOMENT)
    assert not is_view_open(shown, NOON + VIEW_LIFE)
    assert not is_view_open(issued(Delivery.MAIL), NOON)
    assert not is_view_open(replace(shown, state=State.ROTATING), NOON)


@pytest.mark.parametrize(
    ("helper", "answered_at", "expected"),
    [
        ("mem_owner", NOON, True),
        ("mem_owner", NOON - 5 * MINUTE + A_MOMENT, True),
        ("mem_owner", NOON - 5 * MINUTE, False),
        ("mem_owner", None, False),
        ("mem_another", NOON, False),
    ],
)
def test_who_said_how_they_know_is_not_asked_again_for_five_minutes(
    helper: str, answered_at: datetime | None, expected: bool
) -> None:
    assert REASON_LIFE == 5 * MINUTE
    assert expected == is_reason_fresh(case(reason_at=answered_at), helper, NOON)


STOPPED = end(issued(), Step.STOP, Ending.STOPPED_BY_PERSON, NOON)


ALARM = end(issued(lost=(AuthenticatorId("aut_1"),)), Step.STOP, Ending.LOST_FACTOR_USED, NOON)
SHOWN_BEFORE = end(issued(), Step.STOP, Ending.LOST_FACTOR_USED, NOON)
TAKEN_BACK = end(issued(), Step.CANCEL, Ending.CANCELLED_BY_HELPER, NOON)
SECOND = take_over(issued(), "mem_another", How.VIDEO, NOON)
STOPPED_BOTH = end(SECOND, Step.STOP, Ending.STOPPED_BY_PERSON, NOON)


@pytest.mark.parametrize(
    ("earlier", "helper", "is_held_back"),
    [
        (STOPPED, "mem_owner", True),
        (STOPPED, "mem_another", False),
        (STOPPED_BOTH, "mem_owner", True),
        (STOPPED_BOTH, "mem_another", True),
        (STOPPED_BOTH, "mem_third", False),
        (issued(), "mem_owner", False),
        (TAKEN_BACK, "mem_owner", False),
        (doubt(TAKEN_BACK, NOON), "mem_owner", True),
        (ALARM, "mem_owner", False),
        (doubt(ALARM, NOON), "mem_owner", False),
        (doubt(SHOWN_BEFORE, NOON), "mem_owner", True),
    ],
)
def test_whom_the_person_doubts_waits_a_day(earlier: Case, helper: str, is_held_back: bool) -> None:
    assert BLOCKED_AFTER_DOUBT == 24 * HOUR
    expected = NOON + 24 * HOUR if is_held_back else None
    assert expected == blocked_until(earlier, helper, NOON)


def test_who_got_the_role_after_the_doubted_help_began_waits_too() -> None:
    assert NOON + 24 * HOUR == blocked_until(STOPPED, "mem_another", NOON + A_MOMENT)


def test_who_takes_over_does_not_push_the_one_before_out_of_sight() -> None:
    back = take_over(SECOND, "mem_owner", How.CALL, NOON)
    assert (("mem_owner", "mem_another"), ("mem_another", "mem_owner")) == (SECOND.helpers, back.helpers)
    assert ("mem_owner",) == take_over(issued(), "mem_owner", How.CALL, NOON).helpers


@pytest.mark.parametrize(
    ("one", "passed", "expected"),
    [
        (TAKEN_BACK, timedelta(), True),
        (TAKEN_BACK, 72 * HOUR - A_MOMENT, True),
        (TAKEN_BACK, 72 * HOUR, False),
        (end(issued(), Step.EXPIRE, Ending.EXPIRED, NOON), timedelta(), True),
        (ALARM, timedelta(), True),
        (STOPPED, timedelta(), False),
        (doubt(TAKEN_BACK, NOON), timedelta(), False),
        (issued(), timedelta(), False),
        (complete(rotating(), NOON), timedelta(), False),
    ],
)
def test_help_that_ended_without_a_change_can_be_doubted_once_for_three_days(
    one: Case, passed: timedelta, expected: bool
) -> None:
    assert expected == can_be_doubted(one, NOON + passed)


@pytest.mark.parametrize(
    ("one", "passed", "expected"),
    [
        (complete(rotating(), NOON), timedelta(), True),
        (complete(rotating(), NOON), 72 * HOUR - A_MOMENT, True),
        (complete(rotating(), NOON), 72 * HOUR, False),
        (STOPPED, timedelta(), False),
        (case(state=State.COMPLETED), timedelta(), False),
    ],
)
def test_late_is_three_days_after_completion(one: Case, passed: timedelta, expected: bool) -> None:
    assert LATE_LIFE == 72 * HOUR
    assert expected == is_late(one, NOON + passed)
