"""Nora adds Mia to the team; Mia gets a letter and sets up her sign-in."""

from collections.abc import Mapping
from typing import Any

import pytest

from tests.stories.app import App
from tests.stories.letters import link_in
from tests.stories.office import Office
from tests.stories.people import Facts

pytestmark = pytest.mark.browser


def mia_of(office: Office) -> Facts:
    email = "mia.zuercher@bergundtal.example"
    return Facts("mia.zuercher", "Mia Zürcher", "timber falcon 92", email, App(office.server.clock))


def test_a_new_colleague(office: Office, script: Mapping[str, Any]) -> None:
    """From the letter to Home in three steps, and found in the list by a name without umlauts."""
    facts = mia_of(office)
    nora = office.seat(office.nora, **script).signs_in()
    nora.invites(facts)
    invitation = office.letter(facts.email, "Your invitation to Berg & Tal AG")
    mia = office.seat(facts, **script)
    mia.accepts(link_in(invitation, "/setup/"))
    mia.goes_home()
    mia.sees("You can lose any one thing and still get in")
    mia.signs_out()
    mia.signs_in()
    nora.opens("/contacts/staff")
    nora.enters("Search by username, name or email", "zuercher")
    nora.presses("Search")
    nora.sees("mia.zuercher", "Safe")


def test_an_invitation_that_ran_out(office: Office) -> None:
    """The page says whom to ask; the account owner sends a new one, and the old one stays dead."""
    facts = mia_of(office)
    nora, mia = office.seat(office.nora).signs_in(), office.seat(facts)
    nora.invites(facts)
    first = link_in(office.letter(facts.email, "Your invitation"), "/setup/")
    office.server.clock.advance(hours=72)
    assert 410 == mia.opens(first)
    mia.sees("ask an account owner of your team for a new link")
    nora.signs_in()
    nora.opens("/contacts/staff/mia.zuercher")
    nora.presses("Send a new set-up link")
    nora.sees("gets a new set-up link by email")
    office.smtp.wait_for(2, facts.email)
    second = link_in(office.letter(facts.email, "Your invitation"), "/setup/")
    assert 410 == mia.opens(first)
    mia.accepts(second)


@pytest.mark.german
def test_names_that_are_not_available(office: Office) -> None:
    """What was typed stays on the page, with a sentence at the field that is wrong."""
    facts = mia_of(office)
    facts.username = office.jonas.username
    nora = office.seat(office.nora).signs_in()
    nora.opens("/contacts/staff/new")
    nora.enters("Name", facts.name)
    nora.enters("Username", facts.username)
    nora.enters("Work email", facts.email)
    nora.presses("Add and send set-up link")
    nora.is_told("This name is not available")
    assert facts.name == nora.field("Name").input_value()


def test_somebody_leaves(office: Office) -> None:
    """Deactivated: signed out at once and kept out, until somebody reactivates; deleted: gone for good."""
    nora, jonas = office.seat(office.nora).signs_in(), office.seat(office.jonas).signs_in()
    nora.selects(office.jonas)
    nora.follows("Deactivate")
    nora.presses("Deactivate")
    nora.sees("Jonas Frei is deactivated and signed out everywhere.")
    jonas.opens("/me")
    assert "/sign-in?next=/me" == jonas.path
    assert 403 == jonas.enters_password()
    nora.presses("Reactivate")
    jonas.signs_in()
    nora.follows("Delete")
    nora.enters("Type the username to confirm", "jonas.frei")
    nora.presses("Delete for good")
    nora.sees("Jonas Frei was deleted.")
    assert 404 == nora.opens("/contacts/staff/jonas.frei")


def test_a_second_account_owner(office: Office) -> None:
    """Handing over without losing one's own role: then they can help each other."""
    nora = office.seat(office.nora).signs_in()
    nora.selects(office.jonas)
    nora.follows("Make account owner")
    nora.chooses("I stay account owner too")
    nora.enters("Type the username to confirm", "jonas.frei")
    nora.presses("Make account owner")
    nora.sees("Jonas Frei is account owner now.")
    office.letter(office.nora.email, "Jonas Frei is now an account owner of Berg & Tal AG")
    jonas = office.seat(office.jonas).signs_in()
    jonas.selects(office.nora)
    jonas.sees("Send one-time set-up link")
