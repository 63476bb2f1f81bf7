"""A new server: from the one-time link in a file to a team with an account owner."""

import stat
from collections.abc import Mapping
from typing import Any

import pytest

from tests.stories.office import TEAM, Office
from tests.stories.people import Person

pytestmark = pytest.mark.browser


@pytest.mark.german
def test_the_first_account_owner(empty_office: Office, script: Mapping[str, Any]) -> None:
    """The link is for whoever runs the server; behind it are team, password, app and backup codes."""
    office, server = empty_office, empty_office.server
    file = server.folder / "first-owner-link"
    assert 0o600 == stat.S_IMODE(file.stat().st_mode)
    nora = office.seat(office.nora, **script)
    link = server.first_link()
    nora.opens(link)
    nora.opens(link)  # opening it uses nothing up
    nora.comes_to("Welcome to Sparekey")
    nora.presses("Start")
    fill_in(nora, office.nora.password)
    assert f"{TEAM}:nora.keller" == office.nora.app.entry
    assert "/" == nora.path
    nora.sees("You can lose any one thing and still get in", "You are the only account owner")
    assert 410 == nora.opens(link)
    nora.opens("/")
    nora.signs_out()
    nora.signs_in()


def fill_in(nora: Person, password: str) -> None:
    """The first page once with mistakes, then as it should be; what was typed stays."""
    nora.enters("Name of your team or company", TEAM)
    nora.enters("Your name", "Nora Keller")
    nora.enters("Username", "nora@keller")
    nora.enters("Work email", "nora.keller@bergundtal.example")
    nora.enters("Password", "password")
    assert 422 == nora.presses("Continue")
    assert nora.language.beginning("Error:").match(nora.page.title())
    assert TEAM == nora.field("Name of your team or company").input_value()
    nora.enters("Username", "nora.keller")
    nora.enters("Password", password)
    nora.presses("Continue")
    assert "/setup/app" == nora.path, nora.reads
    nora.sets_up()
    nora.goes_home()


def test_a_link_older_than_a_day(empty_office: Office) -> None:
    """A restart makes a new one, and the page says so."""
    office, server = empty_office, empty_office.server
    old = server.first_link()
    server.clock.advance(hours=24)
    nora = office.seat(office.nora)
    assert 410 == nora.opens(old)
    nora.sees("The person who runs this server gets a new link by starting it again")
    server.stop()
    server.start()
    assert 200 == nora.opens(server.first_link())
