"""*This wasn't me*: looking changes nothing, pressing stops, and nothing is ever granted by it."""

from collections import Counter
from datetime import UTC, datetime, timedelta

import pytest

from sparekey.core.people import Member, Role
from sparekey.core.recovery_case import Delivery, Ending, State
from sparekey.core.sign_in import Standing
from sparekey.errors import LinkUnusable
from sparekey.flows import console, not_me, recover
from sparekey.flows._work import unit
from sparekey.flows.background import upkeep
from sparekey.flows.context import Context
from sparekey.flows.joining import setup
from sparekey.flows.not_me import Reach
from sparekey.flows.own import addresses, apps, replacing
from tests.flows.steps import (
    NEW_PASSWORD,
    answer,
    at_once,
    case_of,
    changes_all,
    everything,
    half,
    helped,
    redeemed,
    refusal,
    scopes,
    shows,
    standings,
    token_in,
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

HOUR = timedelta(hours=1)
ADDED = {"added_at": datetime(2026, 11, 17, tzinfo=UTC), "way": "code", "name": "Tablet"}


@pytest.fixture
def team(ctx: Context) -> Team:
    return account(ctx, others={"second.owner": Role.OWNER})


@pytest.fixture
def jonas(team: Team) -> Member:
    return team["jonas.frei"]


@pytest.fixture
def nora(ctx: Context, team: Team) -> Browser:
    return signed_in(ctx, team.owner)


@pytest.fixture
def token(ctx: Context, nora: Browser, jonas: Member) -> str:
    """The stop link of a running hand-over."""
    helped(ctx, nora, jonas)
    return token_in(str(letters(ctx)[0].facts["stop_link"]))


def owners_told(ctx: Context, kind: str) -> int:
    return len(letters(ctx, kind))


@pytest.mark.parametrize(
    ("delivery", "what"),
    [(Delivery.LINK, "link"), (Delivery.SCREEN, "secret"), (Delivery.MAIL, "secret")],
)
def test_looking_says_what_would_be_stopped_and_changes_nothing(
    ctx: Context, nora: Browser, jonas: Member, delivery: Delivery, what: str
) -> None:
    helped(ctx, nora, jonas, delivery)
    token = token_in(str(letters(ctx)[0].facts["stop_link"]))
    seen = [not_me.ask(ctx, SOMEBODY, token) for _ in range(3)]
    assert {(Reach.STOPS_CASE, "jonas.frei", what)} == {(one.reach, one.username, one.what) for one in seen}
    assert State.ISSUED is case_of(ctx, jonas).state


def test_pressing_stops_the_hand_over(ctx: Context, jonas: Member, token: str) -> None:
    stopped = not_me.stop(ctx, SOMEBODY, token)
    assert (Reach.STOPS_CASE, True) == (stopped.reach, stopped.is_factor_back)
    assert Ending.STOPPED_BY_PERSON is case_of(ctx, jonas).ending
    assert Standing.ACTIVE is standings(ctx, jonas)["totp"]
    assert 2 == owners_told(ctx, "recovery_stopped")


def test_pressing_stops_a_forced_change_that_runs(ctx: Context, jonas: Member, token: str) -> None:
    browser = redeemed(ctx, jonas)
    not_me.stop(ctx, SOMEBODY, token)
    assert (None, State.STOPPED) == (again(ctx, browser).session, case_of(ctx, jonas).state)


def test_a_stolen_factor_is_not_given_back(ctx: Context, nora: Browser, jonas: Member) -> None:
    helped(ctx, nora, jonas, is_stolen=True)
    stopped = not_me.stop(ctx, SOMEBODY, token_in(str(letters(ctx)[0].facts["stop_link"])))
    assert not stopped.is_factor_back


def test_pressing_twice_is_refused_as_ended(ctx: Context, team: Team, jonas: Member, token: str) -> None:
    not_me.stop(ctx, SOMEBODY, token)
    for act in (not_me.ask, not_me.stop):
        refused = refusal(lambda act=act: act(ctx, SOMEBODY, token))  # type: ignore[misc]
        assert (LinkUnusable, "stopped", "not_me") == (
            type(refused),
            refused.reason,
            refused.facts["purpose"],
        )
    assert 1 == tags(ctx, team.account.id).count("member:recovery_case:stopped")


@pytest.mark.parametrize("is_settled", [False, True])
def test_after_its_time_it_is_reported_all_the_same(
    ctx: Context, jonas: Member, token: str, world: FrozenWorld, is_settled: bool
) -> None:
    """Whether or not the server's own sweep has passed: ten minutes on a screen are over before mail is read."""
    world.advance(timedelta(minutes=10))
    if is_settled:
        upkeep.run_once(ctx)
    signed_in(ctx, jonas)
    asked = not_me.ask(ctx, SOMEBODY, token)
    stopped = not_me.stop(ctx, SOMEBODY, token)
    assert (Reach.REPORTS_CASE, "over", Reach.REPORTS_CASE) == (asked.reach, asked.what, stopped.reach)
    assert (Ending.EXPIRED, []) == (case_of(ctx, jonas).ending, scopes(ctx, jonas))


def test_help_that_was_taken_back_is_reported_once_and_holds_the_helper_back(
    ctx: Context, team: Team, nora: Browser, jonas: Member, token: str, world: FrozenWorld
) -> None:
    """Ending it first gets nobody out of the day's wait, which counts from the report."""
    recover.take_back(ctx, nora, jonas.id)
    world.advance(23 * HOUR)
    not_me.stop(ctx, SOMEBODY, token)
    assert "used" == refusal(lambda: not_me.stop(ctx, SOMEBODY, token)).reason
    assert 2 == owners_told(ctx, "recovery_stopped")
    assert 1 == tags(ctx, team.account.id).count("member:recovery_case:questioned_late")
    held_back = refusal(lambda: helped(ctx, signed_in(ctx, team.owner), jonas))
    assert ("stopped", world.now() + 24 * HOUR) == (held_back.reason, held_back.facts["until"])


def test_72_hours_after_it_was_taken_back_there_is_nothing_to_report(
    ctx: Context, nora: Browser, jonas: Member, token: str, world: FrozenWorld
) -> None:
    recover.take_back(ctx, nora, jonas.id)
    world.advance(72 * HOUR)
    assert "expired" == refusal(lambda: not_me.stop(ctx, SOMEBODY, token)).reason


def test_after_the_alarm_it_warns_the_owners_and_holds_nobody_back(
    ctx: Context, nora: Browser, jonas: Member, token: str
) -> None:
    refusal(lambda: answer(ctx, half(ctx, jonas), code_of(ctx, jonas)))
    assert "alarm" == not_me.ask(ctx, SOMEBODY, token).what
    not_me.stop(ctx, SOMEBODY, token)
    assert 2 == owners_told(ctx, "letter_doubted_owners")
    assert State.ISSUED is helped(ctx, nora, jonas).state


def test_for_72_hours_after_completion_it_warns_the_owners_once(
    ctx: Context, team: Team, jonas: Member, token: str, world: FrozenWorld
) -> None:
    setup.leave(ctx, changes_all(ctx, redeemed(ctx, jonas)))
    world.advance(72 * HOUR - timedelta(seconds=1))
    reach = not_me.ask(ctx, SOMEBODY, token).reach
    not_me.stop(ctx, SOMEBODY, token)
    assert Reach.WARNS_OWNERS is reach
    assert "used" == refusal(lambda: not_me.stop(ctx, SOMEBODY, token)).reason
    assert 2 == owners_told(ctx, "recovery_late_warning")
    assert 1 == tags(ctx, team.account.id).count("member:recovery_case:questioned_late")
    assert State.COMPLETED is case_of(ctx, jonas).state


def test_after_72_hours_it_does_nothing(ctx: Context, jonas: Member, token: str, world: FrozenWorld) -> None:
    setup.leave(ctx, changes_all(ctx, redeemed(ctx, jonas)))
    world.advance(72 * HOUR)
    refused = refusal(lambda: not_me.stop(ctx, SOMEBODY, token))
    assert (LinkUnusable, "expired") == (type(refused), refused.reason)


def test_in_a_letter_of_no_case_it_signs_out_everywhere_and_warns(
    ctx: Context, jonas: Member, world: FrozenWorld
) -> None:
    browser = signed_in(ctx, jonas)
    replacing.switch_secret(ctx, browser, shows(ctx, apps.propose(ctx, browser).secret))
    token = token_in(str(letters(ctx, "secret_changed")[0].facts["stop_link"]))
    asked = not_me.ask(ctx, SOMEBODY, token)
    stopped = not_me.stop(ctx, SOMEBODY, token)
    assert (Reach.SIGNS_OUT, "change", Reach.SIGNS_OUT) == (asked.reach, asked.what, stopped.reach)
    assert [] == scopes(ctx, jonas)
    assert 2 == owners_told(ctx, "letter_doubted_owners")
    assert "used" == refusal(lambda: not_me.stop(ctx, SOMEBODY, token)).reason


def test_a_letter_s_own_link_lives_72_hours(ctx: Context, jonas: Member, world: FrozenWorld) -> None:
    replacing.change_password(ctx, signed_in(ctx, jonas), PASSWORD, NEW_PASSWORD)
    token = token_in(str(letters(ctx, "password_changed")[0].facts["stop_link"]))
    world.advance(72 * HOUR)
    assert "expired" == refusal(lambda: not_me.stop(ctx, SOMEBODY, token)).reason


def test_it_ends_a_link_from_the_console_too(ctx: Context, jonas: Member) -> None:
    handed = console.member_recover(ctx, jonas.username)
    token = token_in(str(letters(ctx, "owner_recovered")[0].facts["stop_link"]))
    not_me.stop(ctx, SOMEBODY, token)
    assert "stopped" == refusal(lambda: setup.accept(ctx, SOMEBODY, token_in(handed.link))).reason


@pytest.mark.parametrize("token", ["", "0" * 64, "\x00", "\ud800"])
def test_a_made_up_link_is_unknown(ctx: Context, token: str) -> None:
    for act in (not_me.ask, not_me.stop):
        refused = refusal(lambda act=act: act(ctx, SOMEBODY, token))  # type: ignore[misc]
        assert ("unknown", "not_me") == (refused.reason, refused.facts["purpose"])


def test_it_says_whether_somebody_else_is_owner_and_told(ctx: Context) -> None:
    alone = account(ctx)
    asked = []
    for who in (alone.owner, alone["jonas.frei"]):
        handed = console.member_recover(ctx, who.username)
        token = next(
            token_in(str(one.facts["stop_link"]))
            for one in letters(ctx, "owner_recovered")
            if one.to == handed.member.email
        )
        asked.append(not_me.ask(ctx, SOMEBODY, token).has_owners)
    assert [False, True] == asked


def test_the_stop_link_of_a_hand_over_is_nowhere_kept(ctx: Context, token: str) -> None:
    assert token not in everything(ctx)


def test_an_earlier_letter_stops_what_runs_by_now(
    ctx: Context, nora: Browser, jonas: Member, token: str, world: FrozenWorld
) -> None:
    """Taken back and handed over again: whoever presses in the first letter does not want the second either."""
    recover.take_back(ctx, nora, jonas.id)
    world.advance(timedelta(minutes=1))
    helped(ctx, nora, jonas)
    not_me.stop(ctx, SOMEBODY, token)
    assert State.STOPPED is case_of(ctx, jonas).state
    assert "stopped" == refusal(lambda: helped(ctx, nora, jonas)).reason


def test_backup_codes_are_no_second_factor_that_came_back(ctx: Context, nora: Browser, jonas: Member) -> None:
    with_backup_codes(ctx, jonas)
    helped(ctx, nora, jonas, is_stolen=True)
    stop_link = token_in(str(letters(ctx, "recovery_opened")[0].facts["stop_link"]))
    assert not not_me.stop(ctx, SOMEBODY, stop_link).is_factor_back


def test_pressed_many_times_at_once_owners_are_told_once(ctx: Context, jonas: Member, nora: Browser) -> None:
    """Of a letter that belongs to no case."""
    browser = signed_in(ctx, jonas)
    addresses.add(ctx, browser, "jonas@bluewin.example")
    token = token_in(str(letters(ctx, "address_added")[0].facts["stop_link"]))
    found = at_once(8, lambda _: not_me.stop(ctx, SOMEBODY, token))
    assert 1 == sum(not isinstance(one, LinkUnusable) for one in found)
    assert 2 == owners_told(ctx, "letter_doubted_owners")


def test_pressed_in_letter_after_letter_owners_are_told_three_times_an_hour(
    ctx: Context, jonas: Member
) -> None:
    """Whoever reads the mailbox can have such letters come; it signs out each time."""
    for _ in range(5):
        unit(ctx, signed_in(ctx, jonas), ctx.moment(), lambda work: work.send(jonas, "way_added", **ADDED))
    for link in {str(one.facts["stop_link"]) for one in letters(ctx, "way_added")}:
        signed_in(ctx, jonas)
        not_me.stop(ctx, SOMEBODY, token_in(link))
        assert [] == scopes(ctx, jonas)
    told = Counter(one.to for one in letters(ctx, "letter_doubted_owners"))
    assert {3} == set(told.values())
