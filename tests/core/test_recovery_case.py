"""The life of a recovery case: the whole table, every border of time, and any row of steps."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sparekey.core.people import AuthenticatorId
from sparekey.core.recovery_case import (
    FINAL,
    LIFE,
    ROTATION_LIFE,
    TRANSITIONS,
    VIEW_LIFE,
    Case,
    CasePolicy,
    Delivery,
    Ending,
    How,
    State,
    Step,
    can,
    complete,
    end,
    is_over,
    issue,
    redeem,
    settle,
)
from sparekey.errors import IllegalTransition
from tests import strategies
from tests.core.made import case, in_state, issued, rotating
from tests.strategies import NOON

MINUTE, HOUR, A_MOMENT = timedelta(minutes=1), timedelta(hours=1), timedelta(microseconds=1)
SECRET = AuthenticatorId("aut_temporary")

# From where (down) which step (across) leads where; `-` is refused.
STEPS = """
from       wait     allow  issue   redeem    complete   expire   cancel     stop     decline
open       waiting  ready  -       -         -          expired  cancelled  stopped  declined
waiting    -        ready  -       -         -          expired  cancelled  stopped  declined
ready      -        -      issued  -         -          expired  cancelled  stopped  declined
issued     -        -      issued  rotating  -          expired  cancelled  stopped  -
rotating   -        -      -       rotating  completed  expired  cancelled  stopped  -
completed  -        -      -       -         -          -        -          -        -
expired    -        -      -       -         -          -        -          -        -
cancelled  -        -      -       -         -          -        -          -        -
stopped    -        -      -       -         -          -        -          -        -
declined   -        -      -       -         -          -        -          -        -
"""


def read_steps() -> list[tuple[State, Step, State | None]]:
    header, *rows = (line.split() for line in STEPS.strip().splitlines())
    return [
        (State(row[0]), Step(step), None if cell == "-" else State(cell))
        for row in rows
        for step, cell in zip(header[1:], row[1:], strict=True)
    ]


TABLE = read_steps()


@pytest.mark.parametrize(("state", "step", "to"), TABLE)
def test_the_whole_table(state: State, step: Step, to: State | None) -> None:
    assert to == TRANSITIONS[state].get(step)
    assert (to is not None) == can(in_state(state), step)


def test_both_tables_know_every_state_and_step() -> None:
    assert {(state, step) for state in State for step in Step} == {(state, step) for state, step, _ in TABLE}
    assert set(State) == set(TRANSITIONS)


def test_a_state_is_final_when_nothing_leads_out_of_it() -> None:
    assert {state for state in State if not TRANSITIONS[state]} == FINAL


@pytest.mark.parametrize("state", sorted(set(State) - FINAL))
def test_every_unfinished_case_can_be_cancelled_and_stopped(state: State) -> None:
    assert can(in_state(state), Step.CANCEL)
    assert can(in_state(state), Step.STOP)


def take(step: Step, state: State) -> Case:
    """What the function for this step makes of a case in this state."""
    doing: dict[Step, Callable[[Case], Case]] = {
        Step.WAIT: lambda one: settle(replace(one, policy=CasePolicy(0, HOUR)), NOON),
        Step.ALLOW: lambda one: settle(one, NOON),
        Step.ISSUE: lambda one: issue(one, Delivery.SCREEN, SECRET, NOON),
        Step.REDEEM: lambda one: redeem(one, NOON),
        Step.COMPLETE: lambda one: complete(one, NOON),
        Step.EXPIRE: lambda one: end(one, Step.EXPIRE, Ending.EXPIRED, NOON),
        Step.CANCEL: lambda one: end(one, Step.CANCEL, Ending.CANCELLED_BY_HELPER, NOON),
        Step.STOP: lambda one: end(one, Step.STOP, Ending.STOPPED_BY_PERSON, NOON),
        Step.DECLINE: lambda one: end(one, Step.DECLINE, Ending.CANCELLED_BY_HELPER, NOON),
    }
    return doing[step](in_state(state))


@pytest.mark.parametrize(("state", "step", "to"), [row for row in TABLE if row[2] is not None])
def test_each_step_that_the_table_has_is_taken(state: State, step: Step, to: State) -> None:
    assert to is take(step, state).state


BY_SETTLE = {Step.WAIT, Step.ALLOW}


@pytest.mark.parametrize(
    ("state", "step"), [(state, step) for state, step, to in TABLE if to is None and step not in BY_SETTLE]
)
def test_each_step_that_the_table_has_not_is_refused(state: State, step: Step) -> None:
    with pytest.raises(IllegalTransition) as error:
        take(step, state)
    assert {"state": state.value, "step": step.value} == error.value.facts


@pytest.mark.parametrize("step", [Step.WAIT, Step.ALLOW, Step.ISSUE, Step.REDEEM, Step.COMPLETE])
@pytest.mark.parametrize("state", State)
def test_nothing_ends_by_a_step_that_is_no_end(state: State, step: Step) -> None:
    with pytest.raises(IllegalTransition) as error:
        end(in_state(state), step, Ending.EXPIRED, NOON)
    assert {"state": state.value, "step": step.value} == error.value.facts


def test_a_new_case_is_open_and_nothing_has_happened_to_it() -> None:
    assert (State.OPEN, False, False, 0, ()) == (
        case().state,
        case().is_stolen,
        case().was_used,
        case().approvals,
        case().lost,
    )
    assert CasePolicy(approvals_needed=0, waiting_period=timedelta()) == CasePolicy()


# Settling


@pytest.mark.parametrize(
    ("approvals", "needed", "waits", "passed", "expected"),
    [
        (0, 0, 0, 0, State.READY),
        (0, 1, 0, 0, State.OPEN),
        (0, 1, 24, 24, State.OPEN),
        (1, 1, 0, 0, State.READY),
        (2, 1, 0, 0, State.READY),
        (1, 2, 0, 0, State.OPEN),
        (0, 0, 24, 0, State.WAITING),
        (1, 1, 24, 23.999, State.WAITING),
        (1, 1, 24, 24, State.READY),
        (1, 1, 24, 25, State.READY),
    ],
)
def test_where_the_brakes_leave_an_open_case(
    approvals: int, needed: int, waits: int, passed: float, expected: State
) -> None:
    opened = case(approvals=approvals, policy=CasePolicy(needed, waits * HOUR))
    assert expected is settle(opened, NOON + passed * HOUR).state


def test_a_waiting_case_waits_on_and_is_ready_when_its_time_has_come() -> None:
    waiting = case(state=State.WAITING, policy=CasePolicy(0, HOUR))
    assert waiting == settle(waiting, NOON + HOUR - A_MOMENT)
    assert State.READY is settle(waiting, NOON + HOUR).state


def test_a_waiting_case_whose_approval_was_taken_back_stays() -> None:
    waiting = case(state=State.WAITING, policy=CasePolicy(1))
    assert waiting == settle(waiting, NOON)


@pytest.mark.parametrize("state", [State.ISSUED, State.ROTATING])
def test_what_has_run_out_expires(state: State) -> None:
    running = case(state=state, expires_at=NOON, view_until=NOON, temporary=SECRET)
    expected = replace(
        running, state=State.EXPIRED, ending=Ending.EXPIRED, ended_at=NOON, view_until=None, temporary=None
    )
    assert expected == settle(running, NOON)
    assert running == settle(running, NOON - A_MOMENT)


@given(strategies.cases_in_any_state(), strategies.gaps)
def test_settling_twice_is_settling_once(one: Case, later: timedelta) -> None:
    settled = settle(one, NOON)
    assert settled == settle(settled, NOON)
    assert settle(one, NOON + later) == settle(settled, NOON + later) or settled.state is State.EXPIRED


@given(strategies.cases_in_any_state())
def test_settling_never_hands_anything_over(one: Case) -> None:
    settled = settle(one, NOON)
    assert settled.state is one.state or settled.state in {State.WAITING, State.READY, State.EXPIRED}


# Handing over and redeeming


@pytest.mark.parametrize(
    ("delivery", "how", "life", "view"),
    [
        (Delivery.SCREEN, How.CALL, 10 * MINUTE, 5 * MINUTE),
        (Delivery.MAIL, How.VIDEO, 24 * HOUR, None),
        (Delivery.LINK, How.PERSON, 24 * HOUR, None),
        (Delivery.CURRENT, How.PERSON, 24 * HOUR, 5 * MINUTE),
    ],
)
def test_how_long_what_is_handed_over_lives(
    delivery: Delivery, how: How, life: timedelta, view: timedelta | None
) -> None:
    expected = case(
        how=how,
        state=State.ISSUED,
        delivery=delivery,
        temporary=SECRET,
        issued_at=NOON,
        expires_at=NOON + life,
        view_until=NOON + view if view else None,
    )
    assert expected == issued(delivery, how=how)


def test_every_delivery_has_a_life() -> None:
    assert set(Delivery) == set(LIFE)
    assert (5 * MINUTE, 30 * MINUTE) == (VIEW_LIFE, ROTATION_LIFE)


def test_issuing_again_starts_the_life_anew_with_new_material() -> None:
    again = issue(issued(Delivery.SCREEN), Delivery.MAIL, AuthenticatorId("aut_2"), NOON + MINUTE)
    assert ("aut_2", NOON + MINUTE, NOON + MINUTE + 24 * HOUR, None) == (
        again.temporary,
        again.issued_at,
        again.expires_at,
        again.view_until,
    )


def at_its_end(one: Case) -> datetime:
    assert one.expires_at is not None
    return one.expires_at


@pytest.mark.parametrize(
    ("running", "step", "go"),
    [
        (issued(), Step.ISSUE, lambda one, now: issue(one, Delivery.SCREEN, SECRET, now)),
        (issued(), Step.REDEEM, redeem),
        (rotating(), Step.REDEEM, redeem),
        (rotating(), Step.COMPLETE, complete),
    ],
)
def test_what_has_run_out_is_good_for_nothing(
    running: Case, step: Step, go: Callable[[Case, datetime], Case]
) -> None:
    go(running, at_its_end(running) - A_MOMENT)
    with pytest.raises(IllegalTransition) as error:
        go(running, at_its_end(running))
    assert {"state": "expired", "step": step.value} == error.value.facts


def test_redeeming_begins_thirty_minutes_and_closes_the_view() -> None:
    at = NOON + 9 * MINUTE
    expected = replace(
        issued(), state=State.ROTATING, redeemed_at=at, expires_at=at + 30 * MINUTE, view_until=None
    )
    assert expected == redeem(issued(), at)


@given(st.lists(st.timedeltas(timedelta(), 10 * MINUTE), max_size=6))
def test_redeeming_again_never_gives_more_time(gaps: list[timedelta]) -> None:
    running, now = rotating(), NOON
    for gap in gaps:
        now += gap
        if now < NOON + ROTATION_LIFE:
            running = redeem(running, now)
    assert (NOON, NOON + ROTATION_LIFE) == (running.redeemed_at, running.expires_at)


def test_a_complete_case_holds_nothing_temporary() -> None:
    done = complete(rotating(), NOON + MINUTE)
    assert replace(rotating(), state=State.COMPLETED, ended_at=NOON + MINUTE, temporary=None) == done


@pytest.mark.parametrize(("expires_at", "expected"), [(None, False), (NOON, True), (NOON + A_MOMENT, False)])
def test_a_case_is_over_on_the_moment(expires_at: datetime | None, expected: bool) -> None:
    assert expected == is_over(case(expires_at=expires_at), NOON)
