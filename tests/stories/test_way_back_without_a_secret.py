"""Everything is gone, or only the password is, or it is the sole account owner: each has a way back."""

from collections.abc import Mapping
from typing import Any

import pytest

from tests.stories.letters import link_in
from tests.stories.office import Office

pytestmark = pytest.mark.browser

NEW_PASSWORD = "juniper ferry on monday"


def test_reset(office: Office, script: Mapping[str, Any]) -> None:
    """Password and second factor both lost: Nora resets, Jonas begins as on the first day."""
    nora = office.seat(office.nora, **script).signs_in()
    jonas = office.seat(office.jonas, **script).signs_in()
    nora.selects(office.jonas)
    nora.follows("Reset two-factor authentication")
    nora.enters("Type the username to confirm", "jonas.frei")
    assert 422 == nora.presses("Reset and send set-up link")
    nora.is_told("Choose how you know that it’s really Jonas")
    nora.chooses("I called Jonas on a number I already had")
    nora.enters("Type the username to confirm", "jonas.frei")
    nora.presses("Reset and send set-up link")
    nora.sees("Jonas Frei was reset and gets an invitation by email.")
    jonas.opens("/me")
    assert "/sign-in?next=/me" == jonas.path
    assert 403 == jonas.enters_password()
    office.letter(office.jonas.email, "Your sign-in for Berg & Tal AG was reset")
    sent = office.letter(office.jonas.email, "Set up your sign-in")
    office.jonas.password = NEW_PASSWORD
    jonas.opens(link_in(sent, "/setup/"))
    jonas.comes_to("Welcome back, Jonas")
    jonas.accepts(link_in(sent, "/setup/"))
    jonas.sees("Your sign-in is set up anew.")
    jonas.signs_in()


def test_forgotten_password(office: Office, script: Mapping[str, Any]) -> None:
    """A link by e-mail and the second factor, never the mailbox alone."""
    jonas = office.seat(office.jonas, **script)
    jonas.opens("/sign-in")
    jonas.follows("I forgot my password")
    jonas.enters("Username or work email", "jonas.frei")
    jonas.presses("Send link")
    jonas.comes_to("Check your mailbox")
    link = link_in(office.letter(office.jonas.email, "Choose a new password"), "/forgot-password/")
    jonas.opens(link)
    jonas.enters("New password", NEW_PASSWORD)
    jonas.enters("Code from your authenticator app", "000000")
    assert 403 == jonas.presses("Save new password")
    jonas.enters("New password", NEW_PASSWORD)
    jonas.enters("Code from your authenticator app", office.jonas.app.code())
    jonas.presses("Save new password")
    assert "/sign-in" == jonas.path
    jonas.sees("Your password is changed.")
    assert 410 == jonas.opens(link)
    jonas.sees("This link no longer works")
    assert 403 == jonas.enters_password()
    office.jonas.password = NEW_PASSWORD
    jonas.signs_in()


def test_forgotten_password_with_a_backup_code(office: Office) -> None:
    """For who has lost the phone too, but not the sheet."""
    jonas = office.seat(office.jonas)
    jonas.opens("/forgot-password")
    jonas.enters("Username or work email", office.jonas.email)
    jonas.presses("Send link")
    jonas.opens(link_in(office.letter(office.jonas.email, "Choose a new password"), "/forgot-password/"))
    jonas.follows("Use a backup code instead")
    jonas.enters("New password", NEW_PASSWORD)
    jonas.enters("Backup code", office.jonas.codes[0])
    jonas.presses("Save new password")
    office.jonas.password = NEW_PASSWORD
    jonas.signs_in()


def test_an_unknown_name_gets_the_same_page_and_no_letter(office: Office) -> None:
    """So that nobody learns who has a sign-in here."""
    stranger = office.seat(office.jonas)
    before = len(office.smtp.messages)
    for name in ("nobody.here", "nobody@elsewhere.example"):
        stranger.opens("/forgot-password")
        stranger.enters("Username or work email", name)
        stranger.presses("Send link")
        stranger.sees("If there is an account with this name, a link is on its way.")
    assert before == len(office.smtp.messages)


def test_the_sole_account_owner(office: Office, script: Mapping[str, Any]) -> None:
    """The person who runs the server makes a link that lives ten minutes and needs no password."""
    nora = office.seat(office.nora, **script)
    done = office.server.command("owner", "recover", "nora.keller", "--yes", "--print-link")
    assert 0 == done.returncode, done.stderr
    link = done.stdout.strip()
    office.letter(office.nora.email, "Your way back in was opened on the server")
    nora.opens(link)
    nora.comes_to("Welcome back, Nora")
    office.nora.password = NEW_PASSWORD
    nora.accepts(link)
    assert "/sign-in" == nora.path
    nora.sees("Your sign-in is set up anew. Sign in with the new password.")
    nora.signs_in()
    assert 410 == nora.opens(link)


def test_a_link_from_the_console_is_over_after_ten_minutes(office: Office) -> None:
    """Then the page names the command that makes a new one."""
    done = office.server.command("member", "recover", "jonas.frei", "--yes", "--print-link")
    office.server.clock.advance(minutes=10)
    jonas = office.seat(office.jonas)
    assert 410 == jonas.opens(done.stdout.strip())
    jonas.signs_in()
