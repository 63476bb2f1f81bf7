"""The second step: codes and backup codes, their tries, their reasons, and what is told by mail."""

from dataclasses import replace
from datetime import timedelta

import pytest

from sparekey.core.contract import Answer
from sparekey.core.people import Member
from sparekey.core.sign_in import SignedIn, Standing
from sparekey.errors import Busy, NotSignedIn, SparekeyError, TooManyTries
from sparekey.flows import sign_in
from sparekey.flows.context import Context
from sparekey.store import lists
from sparekey.store.lists import Search
from tests.flows.steps import (
    CountingPool,
    answer,
    case_of,
    half,
    helped,
    refusal,
    standings,
    temporary_code,
    wrong_code,
)
from tests.people import (
    Browser,
    Posted,
    Team,
    account,
    again,
    code_of,
    letters,
    signed_in,
    stands,
    tags,
    with_backup_codes,
)
from tests.world import FrozenWorld

STEP = timedelta(seconds=30)
WAITS = [30, 60, 120, 240, 480, 960, 1920, 3600]
REFUSED = "member:second_factor:failed"


@pytest.fixture
def team(ctx: Context) -> Team:
    return account(ctx)


@pytest.fixture
def jonas(team: Team) -> Member:
    return team["jonas.frei"]


@pytest.fixture
def browser(ctx: Context, jonas: Member) -> Browser:
    return half(ctx, jonas)


@pytest.fixture
def codes(ctx: Context, jonas: Member) -> list[str]:
    return with_backup_codes(ctx, jonas)


def failed(ctx: Context, browser: Browser, text: str, field: Answer = Answer.CODE) -> SparekeyError:
    return refusal(lambda: answer(ctx, browser, text, field))


def fail(ctx: Context, who: Member, times: int, world: FrozenWorld) -> None:
    """So many wrong codes in a row, each after its wait."""
    for _ in range(times):
        failed(ctx, half(ctx, who), wrong_code(ctx, who))
        world.advance(timedelta(hours=1))


def told(ctx: Context, *kinds: str) -> list[tuple[str, str]]:
    return [(one.kind, one.to) for one in letters(ctx, *kinds)]


@pytest.mark.parametrize("answered", [Answer.CODE, Answer.BACKUP_CODE])
def test_tries_left_are_told_from_the_third_failure_then_the_wait(
    ctx: Context, jonas: Member, browser: Browser, codes: list[str], world: FrozenWorld, answered: Answer
) -> None:
    wrong = {Answer.CODE: wrong_code(ctx, jonas), Answer.BACKUP_CODE: "0" * 16}[answered]
    facts = [failed(ctx, browser, wrong, answered).facts for _ in range(5)]
    assert [None, None, 2, 1, None] == [one["tries_left"] for one in facts]
    assert [None] * 4 + [world.now() + STEP] == [one["wait_until"] for one in facts]


def test_the_waits_grow_to_an_hour(ctx: Context, jonas: Member, world: FrozenWorld) -> None:
    for _ in range(5):
        failed(ctx, half(ctx, jonas), wrong_code(ctx, jonas))
    waits = []
    for wait in WAITS:
        refused = failed(ctx, half(ctx, jonas), code_of(ctx, jonas))
        assert isinstance(refused, TooManyTries)
        waits.append((refused.until - world.now()).total_seconds())
        world.advance(timedelta(seconds=wait))
        failed(ctx, half(ctx, jonas), wrong_code(ctx, jonas))
    assert WAITS == waits


def test_tries_are_counted_across_sessions_and_sources(ctx: Context, jonas: Member) -> None:
    for number in range(5):
        elsewhere = replace(half(ctx, jonas), source=f"198.51.100.{number}")
        failed(ctx, elsewhere, wrong_code(ctx, jonas))
    assert TooManyTries is type(failed(ctx, half(ctx, jonas), code_of(ctx, jonas)))


def test_the_two_second_factors_have_tries_of_their_own(
    ctx: Context, jonas: Member, browser: Browser, codes: list[str]
) -> None:
    for _ in range(5):
        failed(ctx, browser, wrong_code(ctx, jonas))
    assert isinstance(answer(ctx, browser, codes[0], Answer.BACKUP_CODE).decision, SignedIn)


def test_fifty_failures_disable_the_app_until_it_is_bound_anew(
    ctx: Context, team: Team, jonas: Member, world: FrozenWorld
) -> None:
    fail(ctx, jonas, 49, world)
    before = standings(ctx, jonas)["totp"]
    fail(ctx, jonas, 1, world)
    refused = failed(ctx, half(ctx, jonas), code_of(ctx, jonas))
    assert (Standing.ACTIVE, Standing.DISABLED) == (before, standings(ctx, jonas)["totp"])
    assert ("wrong_proof", "disabled") == (refused.code, refused.reason)
    assert [("authenticator_disabled", jonas.email)] == told(ctx, "authenticator_disabled")
    assert 1 == tags(ctx, team.account.id).count("member:authenticator:disabled")
    assert () == sign_in.options(ctx, half(ctx, jonas))


def test_the_person_is_told_at_the_fifth_failure_once(
    ctx: Context, jonas: Member, browser: Browser, world: FrozenWorld
) -> None:
    fail(ctx, jonas, 7, world)
    [letter] = letters(ctx)
    assert ("suspicious_tries", jonas.email, 5) == (letter.kind, letter.to, letter.facts["tries"])


def test_a_code_works_once(ctx: Context, team: Team, jonas: Member, browser: Browser) -> None:
    answer(ctx, browser, code_of(ctx, jonas))
    refused = failed(ctx, half(ctx, jonas), code_of(ctx, jonas))
    assert "already_used" == refused.reason
    assert [("code_replayed", jonas.email)] == told(ctx)
    assert 1 == tags(ctx, team.account.id).count("member:second_factor:replayed")


def test_a_form_that_is_sent_twice_spends_no_try(
    ctx: Context, team: Team, jonas: Member, browser: Browser
) -> None:
    """Two clicks on the button: the first signs in, the second finds no half-finished sign-in any more."""
    answer(ctx, browser, code_of(ctx, jonas))
    assert NotSignedIn is type(failed(ctx, browser, code_of(ctx, jonas)))
    assert REFUSED not in tags(ctx, team.account.id)


@pytest.mark.parametrize(("minutes", "seconds"), [(-4, -240), (4, 240)], ids=["slow clock", "fast clock"])
def test_a_wrong_clock_is_told(
    ctx: Context, jonas: Member, browser: Browser, world: FrozenWorld, minutes: int, seconds: int
) -> None:
    world.advance(timedelta(minutes=minutes))
    shown = code_of(ctx, jonas)
    world.advance(timedelta(minutes=-minutes))
    refused = failed(ctx, browser, shown)
    assert ("clock_wrong", seconds) == (refused.reason, refused.facts["seconds"])


def test_a_told_code_to_come_never_works(
    ctx: Context, jonas: Member, browser: Browser, world: FrozenWorld
) -> None:
    world.advance(4 * STEP)
    shown = code_of(ctx, jonas)
    world.advance(-4 * STEP)
    failed(ctx, browser, shown)
    after_setting_the_clock = answer(ctx, half(ctx, jonas), code_of(ctx, jonas))
    world.advance(4 * STEP)
    assert isinstance(after_setting_the_clock.decision, SignedIn)
    assert "already_used" == failed(ctx, half(ctx, jonas), shown).reason


@pytest.mark.parametrize(
    ("typed", "reason"),
    [("", "empty"), ("12345", "wrong_length"), ("abcdef", "wrong"), ("1" * 5000, "wrong_length")],
)
def test_what_cannot_be_a_code_is_told_apart(ctx: Context, browser: Browser, typed: str, reason: str) -> None:
    assert reason == failed(ctx, browser, typed).reason


def test_a_backup_code_works_once_and_says_how_many_are_left(
    ctx: Context, jonas: Member, browser: Browser, codes: list[str], world: FrozenWorld
) -> None:
    outcome = answer(ctx, browser, codes[3].upper(), Answer.BACKUP_CODE)
    refused = failed(ctx, half(ctx, jonas), codes[3], Answer.BACKUP_CODE)
    assert 9 == outcome.codes_left
    assert ("already_used", world.now()) == (refused.reason, refused.facts["used_at"])
    assert [("backup_code_used", jonas.email), ("code_replayed", jonas.email)] == told(ctx)


def test_the_person_is_warned_when_three_backup_codes_are_left(
    ctx: Context, jonas: Member, codes: list[str], world: FrozenWorld
) -> None:
    for code in codes[:8]:
        answer(ctx, half(ctx, jonas), code, Answer.BACKUP_CODE)
        world.advance(timedelta(hours=1))
    low: list[Posted] = letters(ctx, "backup_codes_low")
    assert [3, 2] == [one.facts["left"] for one in low]
    assert 6 == len(letters(ctx, "backup_code_used"))


def test_lists_show_how_many_backup_codes_are_left(
    ctx: Context, team: Team, jonas: Member, codes: list[str]
) -> None:
    for code in codes:
        answer(ctx, half(ctx, jonas), code, Answer.BACKUP_CODE)
    listed = ctx.db.read(lambda conn: lists.search(conn, team.account.id, Search(text="jonas"))[0])
    assert [("one_loss", True)] == [(one.safety, '"backup_codes", "active", 0' in one.ways) for one in listed]


def test_a_code_of_somebody_else_is_wrong(ctx: Context, team: Team, browser: Browser) -> None:
    assert "wrong" == failed(ctx, browser, code_of(ctx, team.owner)).reason


@pytest.mark.parametrize("standing", [Standing.DISABLED, Standing.SUSPENDED])
def test_what_is_out_of_use_signs_nobody_in(
    ctx: Context, jonas: Member, browser: Browser, standing: Standing
) -> None:
    stands(ctx, jonas, "totp", standing)
    assert "wrong_proof" == failed(ctx, browser, code_of(ctx, jonas)).code


@pytest.mark.parametrize("standing", [Standing.ACTIVE, Standing.SUSPENDED])
def test_a_wrong_code_costs_a_try_also_where_the_only_app_was_reported_lost(
    ctx: Context, jonas: Member, browser: Browser, standing: Standing
) -> None:
    stands(ctx, jonas, "totp", standing)
    refused = [failed(ctx, browser, wrong_code(ctx, jonas)) for _ in range(6)]
    assert [None, None, 2, 1, None, None] == [one.facts.get("tries_left") for one in refused]
    assert ["wrong_proof"] * 5 + ["too_many_tries"] == [one.code for one in refused]
    assert [("suspicious_tries", jonas.email)] == told(ctx)


def test_a_lost_app_is_not_looked_at_while_it_waits(
    ctx: Context, team: Team, jonas: Member, browser: Browser
) -> None:
    stands(ctx, jonas, "totp", Standing.SUSPENDED)
    for _ in range(5):
        failed(ctx, browser, wrong_code(ctx, jonas))
    assert TooManyTries is type(failed(ctx, browser, code_of(ctx, jonas)))
    assert "member:second_factor:lost_one_used" not in tags(ctx, team.account.id)


def test_fifty_wrong_codes_disable_a_lost_app_as_well(
    ctx: Context, jonas: Member, world: FrozenWorld
) -> None:
    stands(ctx, jonas, "totp", Standing.SUSPENDED)
    fail(ctx, jonas, 50, world)
    assert Standing.DISABLED is standings(ctx, jonas)["totp"]


def test_a_wrong_code_beside_a_temporary_secret_counts_for_it_alone(
    ctx: Context, team: Team, jonas: Member, world: FrozenWorld
) -> None:
    helped(ctx, signed_in(ctx, team.owner), jonas)
    refused = [failed(ctx, half(ctx, jonas), wrong_code(ctx, jonas)) for _ in range(3)]
    assert [None, None, 2] == [one.facts["tries_left"] for one in refused]


def test_a_temporary_secret_whose_time_is_over_is_told_to_be_over(
    ctx: Context, team: Team, jonas: Member, world: FrozenWorld
) -> None:
    """And the case is ended there and then: the person's own app works again."""
    helped(ctx, signed_in(ctx, team.owner), jonas)
    world.advance(timedelta(minutes=10))
    browser = half(ctx, jonas)
    refused = failed(ctx, browser, temporary_code(ctx, jonas))
    outcome = answer(ctx, again(ctx, browser), code_of(ctx, jonas))
    assert ("expired", "expired") == (refused.reason, case_of(ctx, jonas).state.value)
    assert isinstance(outcome.decision, SignedIn)


def test_a_lost_app_that_works_again_is_no_alarm(
    ctx: Context, team: Team, jonas: Member, world: FrozenWorld
) -> None:
    helped(ctx, signed_in(ctx, team.owner), jonas)
    world.advance(timedelta(minutes=10))
    outcome = answer(ctx, half(ctx, jonas), code_of(ctx, jonas))
    assert isinstance(outcome.decision, SignedIn)
    assert "member:second_factor:lost_one_used" not in tags(ctx, team.account.id)


def test_a_backup_code_that_was_never_looked_at_spends_no_try(
    ctx: Context, jonas: Member, codes: list[str]
) -> None:
    closed = CountingPool()
    closed.close()
    busy = [
        failed(replace(ctx, pool=closed), half(ctx, jonas), codes[0], Answer.BACKUP_CODE) for _ in range(6)
    ]
    assert {Busy} == set(map(type, busy))
    assert isinstance(answer(ctx, half(ctx, jonas), codes[0], Answer.BACKUP_CODE).decision, SignedIn)


@pytest.fixture
def other(ctx: Context) -> Team:
    return account(ctx, "mia.berg", staff=["tom.berg"])


def test_people_of_two_accounts_do_not_meet(ctx: Context, team: Team, other: Team, browser: Browser) -> None:
    assert "wrong" == failed(ctx, browser, code_of(ctx, other["tom.berg"])).reason
