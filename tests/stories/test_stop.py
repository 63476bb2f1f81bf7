"""Somebody pretends to be Jonas, and Jonas stops it from his mailbox, without signing in."""

from collections.abc import Mapping
from typing import Any

import pytest

from tests.stories.letters import link_in
from tests.stories.office import Office

pytestmark = pytest.mark.browser

STOP = "This wasn’t me: stop it"


def test_stopping_what_was_handed_over(office: Office, script: Mapping[str, Any]) -> None:
    """Opening the link changes nothing; the button ends it, and Jonas' own app works again."""
    nora = office.seat(office.nora).signs_in()
    jonas = office.seat(office.jonas, **script)
    own = office.jonas.app.secret
    nora.reveals_secret_of(office.jonas)
    office.jonas.app.scan(nora.shows_phone())
    handed = office.jonas.app.secret
    link = link_in(office.letter(office.jonas.email, "Not agreed? Stop it"), "/not-me/")
    jonas.opens(link)
    jonas.opens(link)
    jonas.sees("Opening this page changes nothing; only the button does.")
    nora.opens("/contacts/staff/jonas.frei")
    nora.sees("Waiting for Jonas to sign in")
    jonas.presses(STOP)
    jonas.sees("It is stopped", "Your own second factor works again.")
    office.letter(office.nora.email, "this wasn’t me")
    assert 410 == jonas.opens(link)

    jonas.enters_password()
    office.jonas.app.type_in(handed)
    assert 403 == jonas.enters_code()
    office.jonas.app.type_in(own)
    jonas.enters_code()
    assert "/" == jonas.path

    nora.selects(office.jonas)
    nora.sees("This person said “This wasn’t me”.", "sparekey member recover")
    assert 0 == nora.link("Send one-time set-up link").count()


def test_stopping_in_the_middle_of_the_change(office: Office) -> None:
    """Whoever is at *New secret* already is thrown out."""
    nora, thief = office.seat(office.nora).signs_in(), office.seat(office.jonas)
    nora.reveals_secret_of(office.jonas)
    office.jonas.app.scan(nora.shows_phone())
    thief.enters_password()
    thief.enters_code()
    assert "/renew/password" == thief.path
    link = link_in(office.letter(office.jonas.email, "Not agreed? Stop it"), "/not-me/")
    jonas = office.seat(office.jonas)
    jonas.opens(link)
    jonas.presses(STOP)
    assert 410 == thief.opens("/renew/secret")
    thief.sees("The help was stopped", "Nothing of the change was kept")
    thief.opens("/renew/secret")
    assert thief.path.startswith("/sign-in")


def test_too_late_to_stop(office: Office) -> None:
    """For three days the link still warns the account owners."""
    nora, thief = office.seat(office.nora).signs_in(), office.seat(office.jonas)
    nora.reveals_secret_of(office.jonas)
    office.jonas.app.scan(nora.shows_phone())
    thief.enters_password()
    thief.enters_code()
    thief.replaces_everything("juniper ferry on monday")
    link = link_in(office.letter(office.jonas.email, "Not agreed? Stop it"), "/not-me/")
    office.server.clock.advance(hours=71)
    jonas = office.seat(office.jonas)
    jonas.opens(link)
    jonas.sees("The change is already complete")
    jonas.presses("This wasn’t me: warn the account owners")
    jonas.sees("The account owners are warned")
    office.letter(office.nora.email, "says a finished change wasn’t theirs")
    office.server.clock.advance(hours=2)
    assert 410 == jonas.opens(link)


def test_the_lost_phone_is_used_by_its_finder(office: Office) -> None:
    """With the right password that stops the hand-over, and everybody is told."""
    nora, finder = office.seat(office.nora).signs_in(), office.seat(office.jonas)
    nora.helps(office.jonas, "Send one-time set-up link", "Send one-time set-up link")
    finder.enters_password()
    finder.enters_code()
    assert "/" != finder.path
    office.letter(office.jonas.email, "Your lost second factor was used")
    office.letter(office.nora.email, "The lost second factor of Jonas Frei was used")


@pytest.mark.german
def test_taken_back_by_who_gave_it(office: Office) -> None:
    """It was a mistake: Nora cancels, and nothing has changed for Jonas."""
    nora, jonas = office.seat(office.nora).signs_in(), office.seat(office.jonas)
    nora.reveals_secret_of(office.jonas)
    nora.presses("Cancel this: it was a mistake")
    nora.sees("Cancelled. What Jonas Frei was given no longer works.")
    jonas.signs_in()
