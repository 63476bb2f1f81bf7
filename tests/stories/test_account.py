"""What an account owner does for the whole account: policy and audit log."""

import csv
import io
import json

import pytest
from playwright.sync_api import expect

from tests.stories.office import Office

pytestmark = pytest.mark.browser


def test_the_audit_log(office: Office) -> None:
    """Filtered on the page and in both exports alike; the chain is whole, here and on the console."""
    nora = office.seat(office.nora).signs_in()
    nora.reveals_secret_of(office.jonas)
    nora.opens("/account/audit")
    nora.sees("Temporary secret revealed", "Signed in")
    nora.enters("Username", "jonas.frei")
    nora.field("Event").select_option("recovery")
    nora.presses("Filter")
    nora.sees("Temporary secret revealed")
    nora.sees_nothing_of("Signed in")
    rows = list(csv.DictReader(io.StringIO(nora.downloads("CSV export").decode())))
    lines = [json.loads(line) for line in nora.downloads("JSON Lines export").decode().splitlines()]
    assert 4 <= len(rows)
    assert [row["seq"] for row in rows] == [str(line["seq"]) for line in lines]
    nora.presses("Verify chain")
    nora.sees("The chain is complete:")
    done = office.server.command("audit", "verify")
    assert 0 == done.returncode, done.stdout + done.stderr


@pytest.mark.german
def test_the_policy(office: Office) -> None:
    """Set-up links only: then no page gives a secret away, and the profile says why."""
    nora = office.seat(office.nora).signs_in()
    nora.opens("/account/policy")
    nora.chooses("Set-up links only")
    nora.presses("Save policy")
    nora.sees("The security policy is saved.")
    nora.selects(office.jonas)
    nora.sees("The security policy allows set-up links only")
    assert 0 == nora.link("Reveal secret code and QR code").count()
    assert nora.opens("/contacts/staff/jonas.frei/2fa/reveal") in {200, 403, 409}
    nora.sees("The security policy allows set-up links only")


def test_the_current_secret(office: Office) -> None:
    """A weaker policy must be accepted in words, is told to all owners, and marks the secret as seen."""
    nora, jonas = office.seat(office.nora).signs_in(), office.seat(office.jonas)
    nora.opens("/account/policy")
    nora.chooses("A set-up link or the current secret")
    assert 422 == nora.presses("Save policy")
    nora.is_told("Accept the risk, or leave this off")
    nora.chooses("For the current secret: I accept")
    nora.presses("Save policy")
    office.letter(office.nora.email, "The security policy of Berg & Tal AG was made weaker")
    nora.reveals_secret_of(office.jonas)
    current = office.jonas.app.secret
    office.jonas.app.scan(nora.shows_phone())
    assert current == office.jonas.app.secret
    office.server.clock.advance(minutes=1)
    jonas.enters_password()
    jonas.enters_code()
    jonas.replaces_everything("juniper ferry on monday")
    jonas.signs_in()


def test_a_stale_tab_of_the_policy(office: Office) -> None:
    """Two tabs: the second one to save is told that somebody was faster."""
    first = office.seat(office.nora).signs_in()
    second = office.seat(office.nora).signs_in()
    for one in (first, second):
        one.opens("/account/policy")
    first.chooses("Set-up links only")
    first.presses("Save policy")
    second.field("Don’t ask for a code in the same browser for").select_option("7")
    assert 409 == second.presses("Save policy")
    second.comes_to("Somebody was faster")
    assert 200 == second.follows("Show the present state")


def test_staff_see_nothing_of_it(office: Office) -> None:
    """For them these pages are closed, and the menu does not name them."""
    jonas = office.seat(office.jonas).signs_in()
    assert {403} == {jonas.opens(path) for path in ("/account/policy", "/account/audit", "/contacts/staff")}
    jonas.opens("/")
    menu = jonas.page.get_by_role("navigation", name=jonas.language.label("Main menu"))
    entries = [jonas.language.label(one) for one in ("Home", "My profile", "Help")]
    expect(menu.get_by_role("link")).to_have_text(entries)
