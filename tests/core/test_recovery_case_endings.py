"""How a recovery case ends, what becomes of the lost factor, and what else is asked of a case."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from sparekey.core.people import AuthenticatorId
from sparekey.core.recovery_case import (
    BLOCKED_AFTER_STOP,
    FINAL,
    LATE_LIFE,
    REASON_LIFE,
    VIEW_LIFE,
    Case,
    Delivery,
    Ending,
    Fate,
    State,
    Step,
    blocks_another,
    complete,
    end,
    fate_of_lost,
    is_late,
    is_reason_fresh,
    is_view_open,
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


@pytest.mark.parametrize(
    ("earlier", "helper", "passed", "expected"),
    [
        (STOPPED, "mem_owner", timedelta(), True),
        (STOPPED, "mem_owner", 24 * HOUR - A_MOMENT, True),
        (STOPPED, "mem_owner", 24 * HOUR, False),
        (STOPPED, "mem_another", timedelta(), False),
        (issued(), "mem_owner", timedelta(), False),
        (replace(STOPPED, ended_at=None), "mem_owner", timedelta(), False),
        (end(issued(), Step.STOP, Ending.LOST_FACTOR_USED, NOON), "mem_owner", timedelta(), False),
    ],
)
def test_whom_the_person_stopped_waits_a_day(
    earlier: Case, helper: str, passed: timedelta, expected: bool
) -> None:
    assert BLOCKED_AFTER_STOP == 24 * HOUR
    assert expected == blocks_another(earlier, helper, NOON + passed)


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
