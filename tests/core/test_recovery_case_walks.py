"""Any row of steps, at any times: what holds for a recovery case whatever people and programs do."""

from collections.abc import Callable
from datetime import datetime, timedelta
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from sparekey.core.recovery_case import (
    FINAL,
    ROTATION_LIFE,
    Case,
    Ending,
    Fate,
    State,
    Step,
    can,
    complete,
    end,
    fate_of_lost,
    is_late,
    is_view_open,
    issue,
    redeem,
    settle,
)
from sparekey.errors import IllegalTransition
from tests import strategies
from tests.strategies import NOON

Walk = list[tuple[Callable[[Case, datetime], Case], timedelta]]
ENDS = [(Step.EXPIRE, Ending.EXPIRED), (Step.DECLINE, Ending.CANCELLED_BY_HELPER)]
ENDS += [(step, ending) for step in (Step.CANCEL, Step.STOP) for ending in Ending]
doings = st.one_of(
    st.sampled_from([settle, redeem, complete]),
    strategies.deliveries.map(lambda delivery: lambda one, now: issue(one, delivery, None, now)),
    st.sampled_from(ENDS).map(lambda pair: lambda one, now: end(one, pair[0], pair[1], now)),
)
walks = st.lists(st.tuples(doings, strategies.gaps), max_size=12)


def walk(one: Case, steps: Walk) -> list[tuple[datetime, Case]]:
    """Every stand of the case on the way; a refused step changes nothing."""
    now, stands = NOON, [(NOON, one)]
    for go, gap in steps:
        now += gap
        try:
            stands.append((now, go(stands[-1][1], now)))
        except IllegalTransition:
            stands.append((now, stands[-1][1]))
    return stands


@given(strategies.fresh_cases(), walks)
def test_nothing_leaves_or_changes_a_final_case(one: Case, steps: Walk) -> None:
    stands = [stand for _, stand in walk(one, steps)]
    for before, after in pairwise(stands):
        assert before.state not in FINAL or before == after


@given(strategies.fresh_cases(), walks)
def test_a_final_case_has_an_end_and_holds_nothing(one: Case, steps: Walk) -> None:
    for _, stand in walk(one, steps):
        is_final = stand.state in FINAL
        assert is_final == (stand.ended_at is not None)
        assert (stand.ending is not None) == (is_final and stand.state is not State.COMPLETED)
        assert not is_final or (stand.view_until, stand.temporary) == (None, None)


@given(strategies.fresh_cases(), walks)
def test_the_forced_change_ends_thirty_minutes_after_it_first_began(one: Case, steps: Walk) -> None:
    stands = walk(one, steps)
    first = next((now for now, stand in stands if stand.state is State.ROTATING), None)
    for now, stand in stands:
        if stand.state is State.ROTATING and first:
            assert (first, first + ROTATION_LIFE) == (stand.redeemed_at, stand.expires_at)
        if stand.state is State.COMPLETED and first:
            assert stand.ended_at is not None
            assert stand.ended_at < first + ROTATION_LIFE
            assert is_late(stand, now) == (now - stand.ended_at < timedelta(hours=72))


@given(strategies.fresh_cases(), walks)
def test_nothing_is_handed_over_before_the_brakes_allow_it(one: Case, steps: Walk) -> None:
    for _, stand in walk(one, steps):
        if stand.issued_at:
            assert stand.issued_at >= stand.opened_at + stand.policy.waiting_period
            assert stand.approvals >= stand.policy.approvals_needed


@given(strategies.fresh_cases(), walks)
def test_a_view_is_open_only_while_what_it_shows_works(one: Case, steps: Walk) -> None:
    for now, stand in walk(one, steps):
        if is_view_open(stand, now):
            assert State.ROTATING is redeem(stand, now).state


@given(strategies.fresh_cases(), walks)
def test_the_lost_factor_is_destroyed_by_completion_only_and_never_freed_when_stolen(
    one: Case, steps: Walk
) -> None:
    for _, stand in walk(one, steps):
        fate = fate_of_lost(stand)
        assert (fate is Fate.DESTROYED) == (stand.state is State.COMPLETED)
        assert fate is not Fate.ACTIVE_AGAIN or not stand.is_stolen


@given(strategies.cases_in_any_state())
def test_whatever_is_not_final_can_be_stopped_at_any_time(one: Case) -> None:
    assert can(one, Step.STOP) == (one.state not in FINAL)
