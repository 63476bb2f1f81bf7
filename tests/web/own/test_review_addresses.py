"""*2FA review* at a browser: the private addresses."""

import pytest

from sparekey.core.people import Language, Member
from sparekey.flows.context import Context
from tests.people import account, changed, letters, reloaded, with_address
from tests.web.conftest import Browse, Page, Tab

REVIEW, SHOWN = "/me/review", "j•••••@bluewin.example"


@pytest.fixture
def jonas(ctx: Context) -> Member:
    return with_address(ctx, account(ctx)["jonas.frei"], "jonas@bluewin.example")


@pytest.fixture
def tab(browse: Browse, jonas: Member) -> Tab:
    return browse(jonas)


def sends(tab: Tab, jonas: Member, address: str) -> Page:
    """The app is there; of the address, this is said."""
    page = tab.get(REVIEW)
    names = page.form(REVIEW).names - {"csrf"}
    box = f"way-{jonas.further[0].id}"
    return tab.send(page, REVIEW, **{one: address if one == box else "yes" for one in names})


def test_it_is_asked_about_masked(tab: Tab) -> None:
    words = tab.get(REVIEW).words
    assert f"{SHOWN} Private email, confirmed on" in words
    assert "I read it" in words


def test_lost_is_removed(ctx: Context, tab: Tab, jonas: Member) -> None:
    done = sends(tab, jonas, "lost")
    assert ("/me#two-factor", ()) == (done.leads_to, reloaded(ctx, jonas).further)


def test_not_sure_sends_an_email_and_says_so(ctx: Context, tab: Tab, jonas: Member) -> None:
    done = tab.follow(sends(tab, jonas, "unsure"))
    assert "An email is on its way to each address you were not sure of." in done.words
    assert 1 == len(letters(ctx, "address_confirm"))


def test_too_many_letters_are_said_and_the_answers_stay(tab: Tab, jonas: Member) -> None:
    for _ in range(5):
        sends(tab, jonas, "unsure")
    refused = sends(tab, jonas, "unsure")
    assert 429 == refused.status
    assert "unsure" == refused.form(REVIEW).fields[f"way-{jonas.further[0].id}"]


def test_an_unanswered_one_is_marked(tab: Tab, jonas: Member) -> None:
    refused = sends(tab, jonas, "")
    assert (422, True) == (refused.status, f'href="#way-{jonas.further[0].id}"' in refused.text)


def test_in_german(ctx: Context, browse: Browse, jonas: Member) -> None:
    tab = browse(changed(ctx, jonas, language=Language.DE))
    assert "Private E-Mail-Adresse, bestätigt am" in tab.get(REVIEW).words
    assert "ist eine E-Mail unterwegs" in tab.follow(sends(tab, jonas, "unsure")).words
