"""What people do for themselves under *My profile*."""

import re
from collections.abc import Mapping
from typing import Any

import pytest

from tests.stories.letters import link_in
from tests.stories.office import Office
from tests.stories.people import BACKUP_CODE

pytestmark = pytest.mark.browser


def test_change_secret(office: Office, script: Mapping[str, Any]) -> None:
    """User menu → My profile → Change secret: the old one works until the new one is verified."""
    jonas = office.seat(office.jonas, **script).signs_in()
    app = office.jonas.app
    old = app.secret
    office.server.clock.advance(minutes=6)
    jonas.opens_user_menu()
    jonas.follows("My profile")
    jonas.follows("Change secret")
    jonas.comes_to("Confirm it’s you")
    jonas.confirms()
    assert re.fullmatch(r"/me/2fa/aut_\w+/secret", jonas.path)
    jonas.scans()
    new = app.secret
    assert new != old

    other = office.seat(office.jonas)
    other.enters_password()
    app.type_in(old)
    other.enters_code()
    assert "/" == other.path

    app.type_in(new)
    jonas.enters("6-digit code from the new entry", "000000")
    assert 422 == jonas.presses("Verify and switch")
    jonas.is_told("That code is not right")
    app.scan(jonas.shows_phone())
    assert new == app.secret
    jonas.enters("6-digit code from the new entry", app.code())
    jonas.presses("Verify and switch")
    jonas.sees("Your new secret works", "Delete the old entry in your authenticator app")
    office.letter(office.jonas.email, "Your secret was changed")

    other.signs_out()
    other.enters_password()
    app.type_in(old)
    assert 403 == other.enters_code()
    app.type_in(new)
    other.enters_code()
    assert "/" == other.path


def test_the_new_secret_as_files(office: Office) -> None:
    """As text and as a picture, the same secret as on the page."""
    jonas = office.seat(office.jonas).signs_in()
    jonas.opens("/me/2fa/secret")
    jonas.scans()
    text = jonas.downloads("Download secret").decode()
    assert office.jonas.app.secret == text.splitlines()[0].replace(" ", "")
    office.jonas.app.open(text.splitlines()[1])
    assert b"<svg " in jonas.downloads("Download QR code")


def test_change_password(office: Office) -> None:
    """Everybody else at this account is signed out; a weak one and the present one are refused."""
    jonas, other = office.seat(office.jonas).signs_in(), office.seat(office.jonas).signs_in()
    jonas.opens("/me/password")
    jonas.confirms_if_asked()
    answers = {
        "short": "Use at least",
        office.jonas.password: "This is your present password",
        "jonas frei jonas frei": "This password is made of your name",
    }
    for new, sentence in answers.items():
        jonas.enters("Your current password", office.jonas.password)
        jonas.enters("New password", new)
        assert 422 == jonas.presses("Change password")
        jonas.is_told(sentence)
    jonas.enters("Your current password", office.jonas.password)
    jonas.enters("New password", "juniper ferry on monday")
    jonas.presses("Change password")
    jonas.sees("Your password is changed.")
    office.letter(office.jonas.email, "Your password was changed")
    other.opens("/me")
    assert "/sign-in?next=/me" == other.path
    assert 403 == other.enters_password()
    office.jonas.password = "juniper ferry on monday"
    other.signs_in()


@pytest.mark.german
def test_new_backup_codes(office: Office) -> None:
    """The old ones work until one of the new was entered; sheet and file carry the same ten."""
    jonas = office.seat(office.jonas).signs_in()
    old = office.jonas.codes
    jonas.opens("/me")
    jonas.follows("Get new codes")
    shown = BACKUP_CODE.findall(jonas.page.locator("#codes").inner_text())
    assert shown == BACKUP_CODE.findall(jonas.downloads("Download").decode())
    with jonas.context.expect_page() as opened:
        jonas.button("Print sheet").click()
    assert shown == BACKUP_CODE.findall(opened.value.locator("main").inner_text())
    jonas.saves_codes("I saved them: switch to the new codes")
    jonas.sees("Your new backup codes count from now on.", "10 of 10 left")
    office.letter(office.jonas.email, "You have new backup codes")
    jonas.signs_out()
    jonas.enters_password()
    jonas.follows("Use a backup code")
    assert 403 == jonas.enters_backup_code(old[0])
    jonas.enters_backup_code(shown[0])
    jonas.sees("9 are left")


def test_signed_in_devices(office: Office) -> None:
    """A list of them; one can be signed out, or all others; signing out ends this one for good."""
    here, there, third = (office.seat(office.jonas).signs_in() for _ in range(3))
    here.opens("/me")
    assert 4 == here.page.locator("#devices li").count()  # with the one at which he was set up
    here.page.get_by_role("button", name=here.language.beginning("Sign out")).nth(1).click()
    here.page.wait_for_url("**/me#devices")
    here.sees("The device was signed out.")
    here.presses("Sign out everywhere else")
    here.sees("You are signed out everywhere else.")
    for one in (there, third):
        one.opens("/me")
        assert "/sign-in?next=/me" == one.path
    stolen = next(one for one in here.context.cookies() if one["name"] == "sparekey")
    here.signs_out()
    here.comes_to("You are signed out")
    here.context.add_cookies([{"name": "sparekey", "value": stolen["value"], "url": office.server.url}])
    here.opens("/me")
    assert "/sign-in?next=/me" == here.path


def test_the_theme_is_kept(office: Office) -> None:
    """*Light or dark* in the User menu holds on the next page as well."""
    jonas = office.seat(office.jonas, color_scheme="light").signs_in()
    jonas.opens_user_menu()
    jonas.button("Light or dark").click()
    jonas.opens("/me")
    assert "dark" == jonas.page.locator("html").get_attribute("data-theme")


def test_copying_a_secret_leaves_the_spaces_out(office: Office) -> None:
    """Spaces are for reading only; the button says that it is done."""
    jonas = office.seat(office.jonas, permissions=["clipboard-read", "clipboard-write"]).signs_in()
    jonas.opens("/me/2fa/secret")
    jonas.scans()
    jonas.button("Copy secret").click()
    jonas.button("Copied").wait_for()
    assert office.jonas.app.secret == jonas.page.evaluate("navigator.clipboard.readText()")


def test_a_private_address_tells_what_happens_too(office: Office) -> None:
    """Added under *My profile*, confirmed in its mailbox without a sign-in, told of every change, and removed."""
    home = "jonas@bluewin.example"
    jonas = office.seat(office.jonas).signs_in()
    jonas.opens("/me")
    jonas.follows("Add an address")
    jonas.enters("Email address", home)
    jonas.presses("Add and send a link")
    jonas.sees("The address is added", "Waits for you")
    office.letter(office.jonas.email, "An address was added")

    mailbox = office.seat(office.jonas)
    mailbox.opens(link_in(office.letter(home, "Confirm this address"), "/confirm-address/"))
    mailbox.presses("Confirm this address")
    mailbox.comes_to("The address is confirmed")
    mailbox.follows("To my profile")
    assert mailbox.path.startswith("/sign-in")

    jonas.opens("/me/password")
    jonas.enters("Your current password", office.jonas.password)
    jonas.enters("New password", "seven yellow dogs bark")
    jonas.presses("Change password")
    told = [office.letter(to, "Your password was changed") for to in (office.jonas.email, home)]
    assert 1 == len({link_in(one, "/not-me/") for one in told})

    jonas.opens("/me")
    jonas.follows("Remove j•••••@bluewin.example")
    jonas.presses("Remove")
    jonas.sees("The address is removed.")
    office.letter(home, "An address was removed")
