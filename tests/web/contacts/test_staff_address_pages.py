"""An owner takes a private address out on the profile of a person."""

from datetime import timedelta
from io import BytesIO

import pytest

from sparekey.core.people import Language
from sparekey.flows import not_me
from sparekey.flows.background.returns import bounced
from sparekey.flows.context import Context
from tests.adapters.test_bounces import FAILED, report
from tests.flows.steps import helped, token_in
from tests.people import SOMEBODY, Team, changed, letters, reloaded, signed_in, with_address
from tests.web.conftest import JONAS, Browse, Tab
from tests.world import FrozenWorld

WORK, HOME = "jonas.frei@example.com", "jonas@bluewin.example"


@pytest.fixture
def at(ctx: Context, crew: Team) -> str:
    """The page's address, for the only private address that Jonas has."""
    (one,) = with_address(ctx, crew["jonas.frei"], HOME).further
    return f"{JONAS}/addresses/{one.id}/remove"


def bounce(ctx: Context, address: str) -> None:
    bounced(ctx, BytesIO(report(FAILED.replace("jonas@example.com", address))))


def test_from_the_profile_and_back(ctx: Context, nora: Tab, crew: Team, at: str) -> None:
    assert at in nora.get(JONAS).links
    page = nora.get(at)
    assert "j•••••@bluewin.example" in page.words
    assert "hear that you took it out, this one for the last time" in page.words
    done = nora.send(page)
    assert (303, JONAS) == (done.status, done.leads_to)
    assert "A private address of Jonas Frei is taken out. All addresses were told." in nora.follow(done).words
    assert () == reloaded(ctx, crew["jonas.frei"]).further


def test_neither_page_shows_more_than_its_owner_needs_to_know_it(nora: Tab, at: str) -> None:
    assert [False, False] == [HOME in nora.get(path).text for path in (JONAS, at)]


def test_looking_takes_nothing_out(ctx: Context, nora: Tab, crew: Team, at: str) -> None:
    nora.get(at)
    assert 1 == len(reloaded(ctx, crew["jonas.frei"]).further)


def test_mail_that_comes_back_is_said(ctx: Context, nora: Tab, at: str) -> None:
    bounce(ctx, HOME)
    assert "Mail to this address has been coming back since" in nora.get(at).words


def test_the_last_that_mail_reaches_is_refused_with_what_to_do(ctx: Context, nora: Tab, at: str) -> None:
    page = nora.get(at)
    bounce(ctx, WORK)
    refused = nora.send(page)
    assert 403 == refused.status
    assert "Change the work address to one that works first" in refused.words


def test_it_asks_for_a_fresh_confirmation_first(nora: Tab, at: str, world: FrozenWorld) -> None:
    world.advance(timedelta(minutes=6))
    assert f"/me/confirm?next={at}" == nora.get(at).leads_to


@pytest.mark.parametrize("who", ["ivana.admin", "luca.auditor"])
def test_who_may_not_sees_no_link_and_is_refused(browse: Browse, crew: Team, at: str, who: str) -> None:
    tab = browse(crew[who])
    assert at not in tab.get(JONAS).links
    assert 403 == tab.get(at).status


def test_who_is_held_back_sees_no_link_and_until_when(ctx: Context, nora: Tab, crew: Team, at: str) -> None:
    helped(ctx, signed_in(ctx, crew.owner), crew["jonas.frei"])
    not_me.stop(ctx, SOMEBODY, token_in(str(letters(ctx)[0].facts["stop_link"])))
    assert at not in nora.get(JONAS).links
    page = nora.get(at)
    assert (403, True) == (page.status, "This person said “This wasn’t me”. Until" in page.words)


def test_one_that_was_taken_out_meanwhile_is_not_there(nora: Tab, at: str) -> None:
    page = nora.get(at)
    nora.send(page)
    assert [404, 404] == [nora.get(at).status, nora.send(page).status]


def test_in_german(ctx: Context, browse: Browse, crew: Team, at: str) -> None:
    tab = browse(changed(ctx, crew.owner, language=Language.DE))
    page = tab.get(at)
    assert "Eine private Adresse von Jonas Frei entfernen?" in page.words
    assert "Eine private Adresse von Jonas Frei ist entfernt." in tab.follow(tab.send(page)).words
