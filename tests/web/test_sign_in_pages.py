"""The sign-in at a browser: its cookies, and what programs are told about waiting."""

from datetime import timedelta

import pytest

from sparekey.core.people import Policy
from sparekey.core.throttle import TAKEN_RATE
from sparekey.flows.context import Context
from tests.flows.steps import answer, half, helped, refusal, token_in
from tests.people import PASSWORD, Team, account, code_of, letters, signed_in
from tests.web.conftest import LIST, Browse, Page, Tab
from tests.world import FrozenWorld

PLANTED = "0123456789abcdef" * 2
OWN = "__Host-browser"


@pytest.fixture
def team(ctx: Context) -> Team:
    return account(ctx, policy=Policy(remember_days=30))


def signs_in(ctx: Context, tab: Tab, team: Team, **more: str) -> Page:
    second = tab.follow(tab.fill("/sign-in", username="jonas.frei", password=PASSWORD))
    return tab.send(second, code=code_of(ctx, team["jonas.frei"]), **more)


def test_a_sign_in_gives_the_browser_a_cookie_of_its_own(
    ctx: Context, team: Team, browse: Browse, world: FrozenWorld
) -> None:
    """It is known again by that one, and whoever planted the earlier one is a stranger."""
    home, thief = browse(), browse()
    for tab in (home, thief):
        tab.client.cookies.set(OWN, PLANTED, domain="id.example", path="/")
    signs_in(ctx, home, team, remember="yes")
    first = home.client.cookies.get(OWN)
    world.advance(timedelta(minutes=1))
    for tab in (home, thief):
        tab.client.cookies.delete("__Host-sparekey")
    again = home.fill("/sign-in", username="jonas.frei", password=PASSWORD)
    elsewhere = thief.fill("/sign-in", username="jonas.frei", password=PASSWORD)
    assert 3 == len({PLANTED, first, home.client.cookies.get(OWN)})
    assert ("/", "/sign-in/code") == (again.leads_to, elsewhere.leads_to)
    assert [] == letters(ctx, "new_device")


def test_programs_are_told_in_whole_seconds_when_to_come_back(team: Team, browse: Browse) -> None:
    tab = browse()
    pages = [tab.fill("/sign-in", username="jonas.frei", password="wrong password") for _ in range(6)]
    assert [None] * 5 + ["30"] == [page.headers.get("retry-after") for page in pages]


@pytest.mark.parametrize("name", ["jonas.frei", "jonas.frei@example.com", "nobody.here"])
def test_from_the_third_failure_on_it_is_said_of_every_name_that_a_right_password_may_fail(
    team: Team, browse: Browse, name: str
) -> None:
    """While somebody guesses under the one name, the other refuses the right password too."""
    tab = browse()
    pages = [tab.fill("/sign-in", username=name, password="wrong password") for _ in range(6)]
    said = ["the right one is not taken for a while" in page.words for page in pages]
    left = ["try left" in page.words or "tries left" in page.words for page in pages]
    assert ([False] * 2 + [True] * 4, [False, False, True, True, False, False]) == (said, left)


def test_too_many_names_that_are_taken_are_refused_in_the_form(team: Team, browse: Browse) -> None:
    tab = browse(team.owner)
    typed = {"name": "Lea", "username": "jonas.frei", "email": "lea@example.com"}
    pages = [tab.fill(f"{LIST}/new", **typed) for _ in range(TAKEN_RATE.burst + 1)]
    assert {409} == {page.status for page in pages[:-1]}
    assert (429, "180") == (pages[-1].status, pages[-1].headers.get("retry-after"))
    assert "Too many names that are not available were tried. Wait until" in pages[-1].words


def test_an_empty_name_is_asked_for_in_the_words_of_its_field(browse: Browse, team: Team) -> None:
    pages = [browse().fill("/sign-in", username=" ", password=PASSWORD), browse().fill("/forgot-password")]
    assert [True, True] == ["Enter your username or work email" in page.words for page in pages]


def stop_link(ctx: Context, team: Team) -> str:
    """The stop link of help for Jonas, as a path."""
    helped(ctx, signed_in(ctx, team.owner), team["jonas.frei"])
    return f"/not-me/{token_in(str(letters(ctx, 'recovery_opened')[0].facts['stop_link']))}"


def test_a_second_press_on_a_stop_link_speaks_of_stopping(ctx: Context, browse: Browse, team: Team) -> None:
    path, tab = stop_link(ctx, team), browse()
    done = tab.fill(path)
    again = tab.get(path)
    assert "It is stopped" in done.words
    assert (410, True) == (again.status, "Did you press it? Then it is done." in again.words)
    assert "finish the set-up" not in again.words


def test_a_stop_link_that_was_cut_off_speaks_of_stopping_too(browse: Browse, team: Team) -> None:
    assert "the address was not copied whole" in browse().get("/not-me/abc").words


def test_after_an_alarm_the_stop_link_promises_no_more_than_it_does(
    ctx: Context, browse: Browse, team: Team
) -> None:
    path, jonas, tab = stop_link(ctx, team), team["jonas.frei"], browse()
    refusal(lambda: answer(ctx, half(ctx, jonas), code_of(ctx, jonas)))
    asked = tab.get(path)
    done = tab.send(asked)
    assert "Somebody used the lost second factor of jonas.frei" in asked.words
    assert "It is reported" in done.words
    assert "Your lost second factor stays suspended." in done.words
    assert [False, False] == ["24 hours" in page.words for page in (asked, done)]
