"""Many at once: whatever happens, exactly one gets through, and guesses in parallel buy no tries."""

from collections import Counter
from dataclasses import replace
from datetime import timedelta

import pytest

from sparekey.core.contract import Answer
from sparekey.core.people import Member, Role
from sparekey.core.recovery_case import Delivery, State
from sparekey.core.sign_in import Standing
from sparekey.flows import recover, sessions, sign_in
from sparekey.flows._ways import ways
from sparekey.flows.context import Context
from sparekey.flows.joining import setup
from sparekey.flows.own import replacing
from tests.flows.steps import (
    NEW_PASSWORD,
    CountingPool,
    answer,
    at_once,
    case_of,
    half,
    helped,
    scopes,
    standings,
    temporary_code,
    token_in,
    wrong_code,
)
from tests.people import (
    PASSWORD,
    SOMEBODY,
    Browser,
    Team,
    account,
    again,
    code_of,
    letters,
    signed_in,
    tags,
    with_backup_codes,
)
from tests.world import FrozenWorld

MANY = 50


@pytest.fixture
def team(ctx: Context) -> Team:
    return account(ctx, others={"second.owner": Role.OWNER})


@pytest.fixture
def jonas(team: Team) -> Member:
    return team["jonas.frei"]


def kinds(results: list[object]) -> Counter[str]:
    return Counter(type(one).__name__ for one in results)


def test_one_form_posted_fifty_times_makes_one_session(ctx: Context, team: Team, jonas: Member) -> None:
    browser, code = half(ctx, jonas), code_of(ctx, jonas)
    results = at_once(MANY, lambda _: answer(ctx, browser, code))
    assert {"Outcome": 1, "NotSignedIn": MANY - 1} == kinds(list(results))
    assert ["full"] == scopes(ctx, jonas)
    assert "member:second_factor:failed" not in tags(ctx, team.account.id)


@pytest.mark.parametrize("field", [Answer.CODE, Answer.BACKUP_CODE])
def test_one_code_in_fifty_browsers_makes_one_session(
    ctx: Context, team: Team, jonas: Member, field: Answer
) -> None:
    codes = with_backup_codes(ctx, jonas)
    text = {Answer.CODE: code_of(ctx, jonas), Answer.BACKUP_CODE: codes[0]}[field]
    browsers = [half(ctx, jonas) for _ in range(MANY)]
    results = at_once(MANY, lambda number: answer(ctx, browsers[number], text, field))
    assert 1 == kinds(list(results))["Outcome"]
    assert {"Outcome", "WrongProof", "TooManyTries"} >= set(kinds(list(results)))
    assert 1 == scopes(ctx, jonas).count("full")
    assert 1 == tags(ctx, team.account.id).count("member:session:started")


def test_fifty_wrong_passwords_at_once_are_looked_at_five_times(ctx: Context, jonas: Member) -> None:
    pool = CountingPool()
    counting = replace(ctx, pool=pool)
    results = at_once(MANY, lambda _: sign_in.begin(counting, SOMEBODY, "jonas.frei", "wrong"))
    pool.close()
    assert {"WrongProof": 5, "TooManyTries": MANY - 5} == kinds(list(results))
    assert 5 == pool.runs


def test_fifty_wrong_passwords_of_an_unknown_name_are_looked_at_five_times(ctx: Context, team: Team) -> None:
    results = at_once(MANY, lambda _: sign_in.begin(ctx, SOMEBODY, "nobody.here", "wrong"))
    assert {"WrongProof": 5, "TooManyTries": MANY - 5} == kinds(list(results))


@pytest.mark.parametrize("field", [Answer.CODE, Answer.BACKUP_CODE])
def test_fifty_wrong_codes_at_once_are_looked_at_five_times(
    ctx: Context, team: Team, jonas: Member, field: Answer
) -> None:
    with_backup_codes(ctx, jonas)
    text = {Answer.CODE: wrong_code(ctx, jonas), Answer.BACKUP_CODE: "0" * 16}[field]
    browsers = [half(ctx, jonas) for _ in range(MANY)]
    results = at_once(MANY, lambda number: answer(ctx, browsers[number], text, field))
    assert {"WrongProof": 5, "TooManyTries": MANY - 5} == kinds(list(results))


def test_one_source_s_failures_at_once_are_counted_all(ctx: Context, team: Team) -> None:
    results = at_once(70, lambda number: sign_in.begin(ctx, SOMEBODY, f"nobody.{number}", "wrong"))
    assert {"WrongProof": 60, "TooManyTries": 10} == kinds(list(results))


def test_fifty_redemptions_at_once_leave_one_restricted_session(
    ctx: Context, team: Team, jonas: Member
) -> None:
    helped(ctx, signed_in(ctx, team.owner), jonas)
    browsers, code = [half(ctx, jonas) for _ in range(MANY)], temporary_code(ctx, jonas)
    results = at_once(MANY, lambda number: answer(ctx, browsers[number], code))
    assert 1 == kinds(list(results))["Outcome"]
    assert ["rotate"] == [scope for scope in scopes(ctx, jonas) if scope != "half"]
    assert 1 == tags(ctx, team.account.id).count("member:recovery_case:redeemed")


def test_fifty_uses_of_a_set_up_link_at_once_leave_one_restricted_session(
    ctx: Context, team: Team, jonas: Member
) -> None:
    """Each one is right and begins again; the last one stays."""
    helped(ctx, signed_in(ctx, team.owner), jonas, Delivery.LINK)
    token = token_in(str(letters(ctx, "setup_link")[0].facts["link"]))
    results = at_once(MANY, lambda _: setup.accept_lost(ctx, SOMEBODY, token, PASSWORD))
    assert {"Started", "TooManyTries"} >= set(kinds(list(results)))
    assert ["rotate"] == scopes(ctx, jonas)


def test_two_owners_at_once_leave_one_case_and_one_secret(ctx: Context, team: Team, jonas: Member) -> None:
    owners = [signed_in(ctx, team.owner), signed_in(ctx, team["second.owner"])] * 4
    results = at_once(len(owners), lambda number: helped(ctx, owners[number], jonas))
    had = ctx.db.read(lambda conn: ways(conn, jonas.account_id, jonas.id))
    assert {"Case": len(owners)} == kinds(list(results))
    assert 1 == [one.kept.kind for one in had].count("temporary_secret")
    assert 1 == tags(ctx, team.account.id).count("member:recovery_case:opened")
    assert Standing.SUSPENDED is standings(ctx, jonas)["totp"]


def test_taken_back_and_redeemed_at_once_ends_one_way_or_the_other(
    ctx: Context, team: Team, jonas: Member
) -> None:
    nora = signed_in(ctx, team.owner)
    helped(ctx, nora, jonas)
    browser, code = half(ctx, jonas), temporary_code(ctx, jonas)

    def act(number: int) -> object:
        if number == 0:
            return answer(ctx, browser, code)
        recover.take_back(ctx, nora, jonas.id)
        return None

    at_once(2, act)
    assert State.CANCELLED is case_of(ctx, jonas).state
    assert "rotate" not in scopes(ctx, jonas)
    assert Standing.ACTIVE is standings(ctx, jonas)["totp"]


@pytest.mark.parametrize("field", [Answer.CODE, Answer.BACKUP_CODE])
def test_confirming_at_once_renews_one_session(
    ctx: Context, jonas: Member, world: FrozenWorld, field: Answer
) -> None:
    codes = with_backup_codes(ctx, jonas)
    browser = signed_in(ctx, jonas)
    world.advance(timedelta(minutes=10))

    def confirm(number: int) -> object:
        text = codes[number] if field is Answer.BACKUP_CODE else code_of(ctx, jonas)
        return sessions.confirm(ctx, again(ctx, browser), PASSWORD, field, text)

    results = at_once(8, confirm)
    assert 1 == kinds(list(results))["Started"]
    assert ["full"] == scopes(ctx, jonas)


def test_waking_at_once_renews_one_session(ctx: Context, jonas: Member, world: FrozenWorld) -> None:
    browser = signed_in(ctx, jonas)
    world.advance(timedelta(hours=2))
    asleep = again(ctx, browser)
    results = at_once(8, lambda _: sessions.wake(ctx, asleep, PASSWORD))
    assert 1 == kinds(list(results))["Started"]
    assert {"Started", "NotSignedIn", "TooManyTries"} >= set(kinds(list(results)))
    assert ["full"] == scopes(ctx, jonas)


def test_a_new_password_and_sign_ins_with_the_old_one_at_once(ctx: Context, jonas: Member) -> None:
    """Whoever was let in with the old password before the change is out after it. (Four tries are free.)"""
    browser: Browser = signed_in(ctx, jonas)

    def act(number: int) -> object:
        if number == 0:
            return replacing.change_password(ctx, browser, PASSWORD, NEW_PASSWORD)
        return sign_in.begin(ctx, SOMEBODY, "jonas.frei", PASSWORD)

    results = kinds(list(at_once(4, act)))
    assert 1 == results["Started"]
    assert {"Started", "Outcome", "WrongProof"} >= set(results)
    assert ["full"] == scopes(ctx, jonas)
