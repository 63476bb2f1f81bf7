"""Passkeys in a real browser, with authenticators that Chromium makes up."""

import pytest

from tests.stories.devices import INTERNAL, ROAMING, SYNCED, Device
from tests.stories.letters import link_in
from tests.stories.office import Office
from tests.stories.people import IN_PERSON, Person

pytestmark = pytest.mark.browser
NEW_PASSWORD = "juniper ferry on monday"
WITHOUT_AUTOFILL = "delete PublicKeyCredential.isConditionalMediationAvailable"
"""Made-up authenticators answer at once, so that a page with autofill never shows its button."""


def adds_a_passkey(person: Person) -> None:
    person.opens("/me")
    person.follows("Add a passkey")
    person.presses("Create a passkey")


@pytest.mark.german
def test_a_passkey_is_added_named_used_and_removed(office: Office) -> None:
    """Sign in with it alone, confirm with it, and see what removing it would mean."""
    jonas = office.seat(office.jonas).signs_in()
    Device(jonas.page, INTERNAL)
    adds_a_passkey(jonas)
    jonas.sees("The passkey works")
    jonas.enters("Name", "Office laptop")
    jonas.presses("Save")
    jonas.sees("Office laptop", "only on this device")
    office.letter(office.jonas.email, "A passkey was added")

    jonas.signs_out()
    jonas.opens("/sign-in")
    jonas.page.wait_for_url(office.server.url + "/")  # by the list at the username
    jonas.signs_out()
    jonas.page.add_init_script(WITHOUT_AUTOFILL)
    jonas.opens("/sign-in")
    assert 200 == jonas.presses("Sign in with a passkey")
    assert "/" == jonas.path

    office.server.clock.advance(minutes=6)
    jonas.opens("/me/2fa/codes")
    jonas.comes_to("Confirm it’s you")
    jonas.presses("Use a passkey")
    assert "/me/2fa/codes" == jonas.path

    jonas.opens("/me")
    jonas.follows("Remove Office laptop")
    jonas.sees("Without it you can still lose any one thing and get in.")
    jonas.presses("Remove")
    jonas.sees("It is removed", "No passkey")
    office.letter(office.jonas.email, "A way in was removed")

    jonas.signs_out()
    jonas.opens("/sign-in")
    jonas.button("Sign in with a passkey").click()
    jonas.page.locator("#passkey-said:not(:empty)").wait_for()
    assert "/sign-in" == jonas.path  # the browser was told, and forgot it


def test_a_key_without_verification_is_a_second_step_alone(office: Office) -> None:
    """After the password it does; by itself it is not even asked to."""
    jonas = office.seat(office.jonas).signs_in()
    key = Device(jonas.page, ROAMING)
    adds_a_passkey(jonas)
    jonas.opens("/me")
    jonas.sees("on a security key")
    jonas.signs_out()
    jonas.enters_password()
    jonas.follows("Use a passkey")
    jonas.presses("Continue with a passkey")
    assert "/" == jonas.path
    jonas.signs_out()
    key.is_taken_away()
    Device(jonas.page, INTERNAL)
    jonas.page.add_init_script(WITHOUT_AUTOFILL)
    jonas.opens("/sign-in")
    jonas.button("Sign in with a passkey").click()
    jonas.page.locator("#passkey-said:not(:empty)").wait_for()
    jonas.is_told("The passkey request was closed")


def test_a_synced_passkey_lives_in_a_password_manager(office: Office) -> None:
    """It says of itself that there are copies; the profile says so, and takes it for no part of this computer."""
    jonas = office.seat(office.jonas).signs_in()
    Device(jonas.page, SYNCED)
    adds_a_passkey(jonas)
    jonas.presses("Save")
    jonas.sees("synced between your devices", "password manager")


def test_the_same_passkey_twice_is_explained(office: Office) -> None:
    jonas = office.seat(office.jonas).signs_in()
    Device(jonas.page, INTERNAL)
    adds_a_passkey(jonas)
    jonas.opens("/me/2fa/passkey")
    jonas.button("Create a passkey").click()
    jonas.page.locator("#passkey-said:not(:empty)").wait_for()
    jonas.is_told("This passkey is here already")


def test_an_idle_session_opens_with_a_passkey(office: Office) -> None:
    jonas = office.seat(office.jonas).signs_in()
    Device(jonas.page, INTERNAL)
    adds_a_passkey(jonas)
    office.server.clock.advance(minutes=61)
    jonas.opens("/me")
    jonas.comes_to("Welcome back")
    jonas.presses("Use a passkey")
    jonas.comes_to("My profile")


def test_an_owner_helps_with_a_passkey(office: Office) -> None:
    """The same form: the reason, then the passkey in place of password and code."""
    nora = office.seat(office.nora).signs_in()
    Device(nora.page, INTERNAL)
    adds_a_passkey(nora)
    office.server.clock.advance(minutes=6)
    nora.selects(office.jonas)
    nora.follows("Reveal secret code and QR code")
    assert 422 == nora.presses("Use a passkey")
    nora.sees("Choose how you know")
    nora.chooses(IN_PERSON)
    nora.presses("Use a passkey")
    nora.sees("You can see the secret for Jonas until")


@pytest.mark.german
def test_a_forgotten_password_is_replaced_with_a_passkey(office: Office) -> None:
    jonas = office.seat(office.jonas).signs_in()
    Device(jonas.page, INTERNAL)
    adds_a_passkey(jonas)
    jonas.signs_out()
    jonas.page.add_init_script(WITHOUT_AUTOFILL)
    jonas.opens("/forgot-password")
    jonas.enters("Username or work email", "jonas.frei")
    jonas.presses("Send link")
    jonas.opens(link_in(office.letter(office.jonas.email, "Choose a new password"), "/forgot-password/"))
    jonas.enters("New password", NEW_PASSWORD)
    jonas.presses("Save with a passkey")
    jonas.sees("Your password is changed.")


def test_without_script_the_page_says_why_and_what_else_works(office: Office) -> None:
    jonas = office.seat(office.jonas, java_script_enabled=False).signs_in()
    jonas.opens("/me/2fa/passkey")
    jonas.sees("Passkeys need JavaScript", "Your authenticator app and backup codes go on working.")
    assert 0 == jonas.button("Create a passkey").count()
