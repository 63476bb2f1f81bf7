"""One's own addresses in pages: from the profile to the confirmation in the mailbox, and what others see."""

from datetime import timedelta
from io import BytesIO

import pytest

from sparekey.core.people import Language
from sparekey.flows.background.returns import bounced
from sparekey.flows.context import Context
from sparekey.flows.own import addresses
from tests.adapters.test_bounces import FAILED, report
from tests.people import Team, account, changed, letters, signed_in, with_address
from tests.web.conftest import Browse, Page, Tab
from tests.world import FrozenWorld

WORK, HOME, SHOWN = "jonas.frei@example.com", "jonas@bluewin.example", "j•••••@bluewin.example"


@pytest.fixture
def team(ctx: Context) -> Team:
    return account(ctx)


def link(ctx: Context) -> str:
    """The path of the newest link that confirms."""
    return str(letters(ctx, "address_confirm")[-1].facts["link"]).removeprefix("https://id.example")


def bounce(ctx: Context, address: str) -> None:
    bounced(ctx, BytesIO(report(FAILED.replace("jonas@example.com", address))))


def adds(tab: Tab, address: str = HOME) -> Page:
    return tab.fill("/me/addresses/new", email=address)


def test_an_address_from_the_profile_to_its_confirmation(ctx: Context, team: Team, browse: Browse) -> None:
    tab, mailbox = browse(team["jonas.frei"]), browse()
    assert "/me/addresses/new" in tab.get("/me").links
    page = tab.follow(adds(tab))
    assert "Open the link that we sent there" in page.words
    assert HOME in page.words
    assert f"{SHOWN} Waits for you" in tab.get("/me").words
    asked = mailbox.get(link(ctx))
    assert f"{HOME} would be told about every change to the access of jonas.frei at id.example" in asked.words
    done = mailbox.send(asked)
    assert (200, True) == (done.status, "The address is confirmed" in done.words)
    assert 303 == mailbox.get("/me").status  # it signs nobody in
    assert f"{SHOWN} Private, confirmed on" in tab.get("/me").words


def test_looking_at_the_link_changes_nothing(ctx: Context, team: Team, browse: Browse) -> None:
    adds(browse(team["jonas.frei"]))
    stranger = browse()
    for _ in range(3):
        assert 200 == stranger.get(link(ctx)).status
    assert [] == letters(ctx, "address_confirmed")


def test_a_used_link_says_where_to_get_another(ctx: Context, team: Team, browse: Browse) -> None:
    adds(browse(team["jonas.frei"]))
    stranger = browse()
    stranger.send(stranger.get(link(ctx)))
    gone = stranger.get(link(ctx))
    assert (410, True) == (gone.status, "have a new link sent from your profile" in gone.words)
    assert 410 == stranger.get("/confirm-address/" + "0" * 64).status


def test_the_page_speaks_the_language_of_its_person(ctx: Context, team: Team, browse: Browse) -> None:
    adds(browse(changed(ctx, team["jonas.frei"], language=Language.DE)))
    assert "Ist das Ihre Adresse?" in browse().get(link(ctx)).words


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("", "Enter an email address"),
        ("jonas", "Enter an address such as name@example.com"),
        ("jonas@bluewin.example\nBcc: x@y.example", "Enter an address such as name@example.com"),
        (WORK.upper(), "This is one of your addresses already"),
    ],
)
def test_what_cannot_be_added_is_said_at_the_field(team: Team, browse: Browse, typed: str, said: str) -> None:
    page = adds(browse(team["jonas.frei"]), typed)
    assert (422, True) == (page.status, said in page.words)


def test_a_fifth_address_is_refused_in_words_and_no_longer_offered(
    ctx: Context, team: Team, browse: Browse
) -> None:
    for number in range(4):
        with_address(ctx, team["jonas.frei"], f"jonas{number}@posteo.example")
    tab = browse(team["jonas.frei"])
    page = adds(tab)
    assert (409, True) == (page.status, "You have 4 private addresses already" in page.words)
    assert "/me/addresses/new" not in tab.get("/me").links


def test_a_new_link_can_be_sent_five_times_an_hour(ctx: Context, team: Team, browse: Browse) -> None:
    tab = browse(team["jonas.frei"])
    path = adds(tab).leads_to
    again = tab.follow(tab.send(tab.get(path)))
    more = [tab.send(tab.get(path)) for _ in range(4)]
    assert "A new link is on its way" in again.words
    assert [303] * 3 + [429] == [one.status for one in more]
    assert "retry-after" in more[3].headers
    assert "That was mailed too often" in more[3].words


def test_a_confirmed_address_is_sent_no_link(ctx: Context, team: Team, browse: Browse) -> None:
    jonas = team["jonas.frei"]
    tab = browse(jonas)
    page = tab.get(adds(tab).leads_to)
    stranger = browse()
    stranger.send(stranger.get(link(ctx)))
    late = tab.send(page)
    assert (409, True) == (late.status, "This address is confirmed already" in late.words)


def test_an_address_is_removed_after_a_question(ctx: Context, team: Team, browse: Browse) -> None:
    jonas = with_address(ctx, team["jonas.frei"], HOME)
    tab = browse(jonas)
    asked = tab.get(f"/me/addresses/{jonas.further[0].id}/remove")
    assert "this one for the last time" in asked.words
    page = tab.follow(tab.send(asked))
    assert ("The address is removed." in page.words, SHOWN in page.words) == (True, False)


@pytest.mark.parametrize("rest", ["", "/remove"])
def test_somebody_else_s_address_is_not_there(ctx: Context, team: Team, browse: Browse, rest: str) -> None:
    theirs = addresses.add(ctx, signed_in(ctx, team.owner), HOME)
    tab = browse(team["jonas.frei"])
    csrf = tab.get("/me/addresses/new").form().fields["csrf"]
    path = f"/me/addresses/{theirs}{rest}"
    assert [404, 404] == [tab.get(path).status, tab.post(path, {"csrf": csrf}).status]


def test_every_page_asks_who_it_is_after_five_minutes(
    ctx: Context, team: Team, browse: Browse, world: FrozenWorld
) -> None:
    jonas = with_address(ctx, team["jonas.frei"], HOME)
    tab = browse(jonas)
    world.advance(timedelta(minutes=6))
    one = f"/me/addresses/{jonas.further[0].id}"
    led = {tab.get(path).leads_to.partition("?")[0] for path in ("/me/addresses/new", one, f"{one}/remove")}
    assert {"/me/confirm"} == led


def test_owners_see_that_there_is_one_and_that_mail_comes_back_but_not_which(
    ctx: Context, team: Team, browse: Browse
) -> None:
    with_address(ctx, team["jonas.frei"], HOME)
    bounce(ctx, HOME)
    tab = browse(team.owner)
    profile, start = tab.get("/contacts/staff/jonas.frei"), tab.get("/")
    assert "on file, confirmed Mail to this address has been coming back since today at" in profile.words
    assert "Mail to Jonas Frei comes back Since today at" in start.words
    assert ["bluewin" in page.text for page in (profile, start)] == [False, False]


def test_whose_mail_comes_back_sees_it_at_home_and_in_the_profile(
    ctx: Context, team: Team, browse: Browse
) -> None:
    jonas = with_address(ctx, team["jonas.frei"], HOME)
    bounce(ctx, HOME)
    bounce(ctx, WORK)
    tab = browse(jonas)
    start, profile = tab.get("/").words, tab.get("/me").words
    assert all(f"Mail to {address} comes back" in start for address in (WORK, SHOWN))
    assert 2 == profile.count("Mail to this address has been coming back since today at")
    assert "Tell an account owner: they can change it." in profile
    assert "has been coming back" in tab.get(f"/me/addresses/{jonas.further[0].id}").words
