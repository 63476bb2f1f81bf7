"""docs/guess-probability.md says what the limits in the code give (RFC 4226, section 6)."""

import re
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from sparekey.core.contract import MOST_APPS, WrongAnswer
from sparekey.core.throttle import LIMIT, Tries, Wait, reserve
from sparekey.factors import brought_app
from sparekey.factors.backup_codes import ALPHABET, CODE_CHARACTERS, SET_SIZE
from sparekey.factors.sent_code import DIGITS
from sparekey.factors.totp import LOOKED_FOR, MOST_READINGS, AppSecret, Totp, code_of_step
from tests.factors.builders import NOON, moment

PAGE = Path(__file__).parents[2] / "docs" / "guess-probability.md"
DAY = timedelta(days=1)


def chance(accepted: int, tries: int, possible: int) -> float:
    return accepted * tries / possible


def accepted_at_a_time(drift: int, readings: int = 1) -> int:
    """Codes that would be right now, of all readings that a secret may still turn out to have."""
    keys = [bytes([n]) * 20 for n in range(readings)]
    kept = replace(brought_app([(key, "sha1", 6, 30) for key in keys], 0), drift=drift)
    now = kept.step(NOON)
    steps = range(now - 2 * LOOKED_FOR, now + 2 * LOOKED_FOR)
    return sum(_is_right(kept, code_of_step(AppSecret(key), step)) for key in keys for step in steps)


def _is_right(kept: AppSecret, code: str) -> bool:
    try:
        Totp().verify(kept, code, moment())
    except WrongAnswer:
        return False
    return True


def times_of_tries() -> list[datetime]:
    """When the tries of somebody who never waits longer than they must take place, until the end."""
    now, tries, times = NOON, Tries(), []
    while True:
        answer = reserve(tries, now, is_limited=True)
        if isinstance(answer, Wait):
            now = answer.until
        elif isinstance(answer, Tries):
            tries = answer
            times.append(now)
        else:
            return times


def table() -> dict[str, tuple[int, int, str, str]]:
    rows = re.findall(
        r"^\| (.+?) \| (\d+) \| (\d+) \| (\d+\^\d+) \| (\S+) \|$", PAGE.read_text("utf-8"), re.M
    )
    return {case: (int(s), int(v), possible, p) for case, s, v, possible, p in rows}


def row(accepted: int, tries: int, base: int, length: int) -> tuple[int, int, str, str]:
    p = re.sub("e-0", "e-", f"{chance(accepted, tries, base**length):.1e}")
    return accepted, tries, f"{base}^{length}", p


def test_the_page_shows_the_computed_chances() -> None:
    times = times_of_tries()
    an_hour, a_day = (sum(at - NOON < span for at in times) for span in (timedelta(hours=1), DAY))
    s, fast = accepted_at_a_time(0), accepted_at_a_time(1)
    told, doubtful = s + LOOKED_FOR, accepted_at_a_time(0, MOST_READINGS)
    expected = {
        "6-digit code, the first hour": row(s, an_hour, 10, 6),
        "6-digit code, the first day": row(s, a_day, 10, 6),
        "6-digit code, until it stops working (after 39 h 3 min at the earliest)": row(s, LIMIT, 10, 6),
        "the same, with a fast clock on record": row(fast, LIMIT, 10, 6),
        f"the same, somebody with {MOST_APPS} authenticator apps": row(MOST_APPS * s, LIMIT, 10, 6),
        "6-digit code, a year of guessing beside somebody who signs in once a day": row(
            s, 365 * a_day, 10, 6
        ),
        "6-digit code of an imported app with six readings, until it stops working": row(
            doubtful, LIMIT, 10, 6
        ),
        "the same with two readings": row(accepted_at_a_time(0, 2), LIMIT, 10, 6),
        "code by text message or e-mail, until it must be set up anew": row(1, LIMIT, 10, DIGITS),
        "backup code, all ten unused, until they stop working": row(
            SET_SIZE, LIMIT, len(ALPHABET), CODE_CHARACTERS
        ),
        "6-digit code, if coming codes were told and not burnt": row(told, LIMIT, 10, 6),
    }
    assert expected == table()


def test_codes_stop_working_no_earlier_than_the_page_says() -> None:
    times = times_of_tries()
    assert (LIMIT, timedelta(hours=39, minutes=3, seconds=30)) == (len(times), times[-1] - NOON)


@pytest.mark.parametrize(
    ("accepted", "tries", "digits", "expected"), [(3, 100, 6, 3.0e-4), (2, 10, 6, 2.0e-5), (1, 10, 8, 1.0e-7)]
)
def test_the_formula_of_the_rfc(accepted: int, tries: int, digits: int, expected: float) -> None:
    assert expected == pytest.approx(chance(accepted, tries, 10**digits))
