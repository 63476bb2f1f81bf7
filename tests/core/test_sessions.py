"""What a browser may do, and for how long."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sparekey.core import sessions
from sparekey.core.people import AccountId, MemberId, Role, SessionId
from sparekey.core.sessions import OVERALL, Liveness, Scope, Session, liveness
from tests import strategies
from tests.strategies import NOON

HOUR = timedelta(hours=1)
A_MOMENT = timedelta(microseconds=1)
SESSION = Session(
    id=SessionId("ses_1"),
    account_id=AccountId("acc_1"),
    member_id=MemberId("mem_1"),
    scope=Scope.FULL,
    proofs=(),
    created_at=NOON,
    expires_at=NOON + 24 * HOUR,
    last_used_at=NOON,
)


def test_how_long_a_session_lives_in_all() -> None:
    """NIST SP 800-63B-4, section 2.2.3: 24 hours at most at aal2."""
    expected = {Role.OWNER: 12 * HOUR, Role.ADMIN: 12 * HOUR, Role.AUDITOR: 12 * HOUR, Role.STAFF: 24 * HOUR}
    assert expected == OVERALL


def test_the_other_times() -> None:
    times = (sessions.IDLE, sessions.HALF_LIFE, sessions.ENROL_LIFE, sessions.TOUCH_EVERY)
    assert (HOUR, HOUR / 6, HOUR, HOUR / 60) == times


@pytest.mark.parametrize(
    ("unused_for", "expected"),
    [
        (timedelta(), Liveness.LIVE),
        (HOUR - A_MOMENT, Liveness.LIVE),
        (HOUR, Liveness.IDLE),
        (11 * HOUR, Liveness.IDLE),
    ],
)
def test_an_hour_without_use_puts_a_session_to_sleep(unused_for: timedelta, expected: Liveness) -> None:
    assert expected is liveness(SESSION, NOON, NOON + unused_for)


@pytest.mark.parametrize(
    ("before_the_end", "expected"),
    [(A_MOMENT, Liveness.LIVE), (timedelta(), Liveness.OVER), (-HOUR, Liveness.OVER)],
)
def test_a_session_in_use_ends_on_time_all_the_same(before_the_end: timedelta, expected: Liveness) -> None:
    now = SESSION.expires_at - before_the_end
    assert expected is liveness(SESSION, now, now)


@pytest.mark.parametrize("scope", sorted(set(Scope) - {Scope.FULL}))
def test_only_a_whole_session_sleeps(scope: Scope) -> None:
    assert Liveness.LIVE is liveness(replace(SESSION, scope=scope), NOON, NOON + 2 * HOUR)


@given(st.sampled_from(Scope), strategies.gaps, strategies.gaps, strategies.gaps)
def test_what_is_over_stays_over(scope: Scope, unused: timedelta, passed: timedelta, more: timedelta) -> None:
    session = replace(SESSION, scope=scope, expires_at=NOON + HOUR)
    now: datetime = NOON + passed
    if liveness(session, now - unused, now) is Liveness.OVER:
        assert Liveness.OVER is liveness(session, now + more, now + more)


def test_what_was_staged_is_not_in_what_is_printed() -> None:
    assert "hidden" not in repr(replace(SESSION, draft={"secret": "hidden"}))


def test_a_session_is_not_remembered_and_has_no_purpose_unless_it_says_so() -> None:
    assert ("", "", False, "", "", None, 0) == (
        SESSION.device,
        SESSION.source,
        SESSION.is_remembered,
        SESSION.purpose,
        SESSION.link,
        SESSION.case_id,
        SESSION.version,
    )
