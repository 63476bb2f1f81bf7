"""Jonas lost his phone, and Nora lets him back in: by a secret on her screen, by e-mail, or by a set-up link."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser

from tests.infra.postgres import Postgres
from tests.infra.smtp import SmtpSink
from tests.stories.languages import ENGLISH
from tests.stories.letters import link_in, picture_in
from tests.stories.office import Office, open_office
from tests.stories.people import Person

pytestmark = pytest.mark.browser

NEW_PASSWORD = "juniper ferry on monday"


DESKTOP: Mapping[str, Any] = {}
WITHOUT_SCRIPT = {"java_script_enabled": False}
PHONE = {"viewport": {"width": 390, "height": 844}, "has_touch": True, "is_mobile": True}


@pytest.mark.parametrize(
    "way",
    [
        pytest.param(DESKTOP, id="desktop", marks=pytest.mark.german),
        pytest.param(WITHOUT_SCRIPT, id="without JavaScript"),
        pytest.param(PHONE, id="phone"),
    ],
)
def test_by_a_secret_on_the_screen(office: Office, way: Mapping[str, Any]) -> None:
    """The whole story, as the help page tells it."""
    tell_of_the_revealed_secret(office, way)


@pytest.fixture
def office_on_postgres(
    postgres: Postgres, tmp_path: Path, smtp: SmtpSink, chromium: Browser
) -> Iterator[Office]:
    with postgres.database() as url, open_office(tmp_path / "server", smtp, chromium, ENGLISH, url) as office:
        office.found()
        yield office


@pytest.mark.postgres
def test_by_a_secret_on_the_screen_on_postgresql(office_on_postgres: Office) -> None:
    """From the first run on, on the other database."""
    tell_of_the_revealed_secret(office_on_postgres, DESKTOP)


def tell_of_the_revealed_secret(office: Office, way: Mapping[str, Any]) -> None:
    nora = office.seat(office.nora, **way)
    jonas = office.seat(office.jonas, **way)
    lost_secret, old_password = office.jonas.app.secret, office.jonas.password
    nora.signs_in().reveals_secret_of(office.jonas)
    assert "/contacts/staff/jonas.frei/2fa/secret" == nora.path
    told = office.letter(office.jonas.email, "Not agreed? Stop it")
    assert link_in(told, "/not-me/").startswith(office.server.url)

    office.jonas.app.scan(nora.shows_phone())  # the phone that Jonas bought on the way
    assert "Berg & Tal AG:jonas.frei" == office.jonas.app.entry
    jonas.enters_password()
    jonas.enters_code()
    for elsewhere in ("/renew/password", "/", "/me", "/contacts/staff", "/sign-in", "/me/2fa/secret"):
        jonas.opens(elsewhere)
        assert "/renew/password" == jonas.path, elsewhere
    jonas.replaces_everything(NEW_PASSWORD)
    assert "/sign-in" == jonas.path
    office.letter(office.jonas.email, "You are back in")
    office.letter(office.nora.email, "is back in")

    jonas.signs_in()
    jonas.signs_out()
    opens_nothing_any_more(jonas, old_password, lost_secret)


def opens_nothing_any_more(jonas: Person, password: str, secret: str) -> None:
    """What was in force before the change."""
    assert 403 == jonas.enters_password(password)
    jonas.enters_password()
    jonas.facts.app.type_in(secret)
    assert 403 == jonas.enters_code()


def test_by_e_mail(office: Office, script: Mapping[str, Any]) -> None:
    """The letter carries a fresh secret with its QR code: useless without the password, and for a day only."""
    nora, jonas = office.seat(office.nora, **script).signs_in(), office.seat(office.jonas, **script)
    nora.helps(office.jonas, "Email to Jonas", "Email to Jonas")
    nora.sees("Sent to jonas.frei@bergundtal.example", "Temporary secret, by email")
    sent = office.letter(office.jonas.email, "Your temporary secret")
    office.jonas.app.scan(picture_in(sent))
    assert grouped(office.jonas.app.secret) in sent.text
    office.server.clock.advance(hours=23)
    jonas.enters_password()
    jonas.enters_code()
    jonas.replaces_everything(NEW_PASSWORD)
    jonas.signs_in()


def test_by_a_set_up_link(office: Office, script: Mapping[str, Any]) -> None:
    """Opening the link uses nothing up; the present password is asked before anything begins."""
    nora, jonas = office.seat(office.nora, **script).signs_in(), office.seat(office.jonas, **script)
    nora.helps(office.jonas, "Send one-time set-up link", "Send one-time set-up link")
    nora.sees("Set-up link sent to jonas.frei@bergundtal.example.")
    link = link_in(office.letter(office.jonas.email, "Your set-up link"), "/setup/")
    jonas.opens(link)
    jonas.enters("Your current password", "not his password")
    assert 403 == jonas.presses("Start")
    jonas.opens(link)
    jonas.enters("Your current password", office.jonas.password)
    jonas.presses("Start")
    jonas.replaces_everything(NEW_PASSWORD)
    jonas.signs_in()
    assert 410 == jonas.opens(link)
    jonas.comes_to("This link no longer works")


def grouped(secret: str) -> str:
    """As letters and pages write a secret: in groups of four."""
    return " ".join(secret[at : at + 4] for at in range(0, len(secret), 4))


def test_the_secret_as_files_and_on_paper(office: Office) -> None:
    """Whatever form it is taken in, it is one and the same secret; the view closes by itself."""
    nora = office.seat(office.nora, accept_downloads=True).signs_in()
    nora.helps(office.jonas, "Download", "Continue to download")
    app = office.jonas.app
    app.scan(nora.shows_phone())
    shown = app.secret
    assert grouped(shown) in nora.downloads("Download secret").decode()
    assert b"<svg " in nora.downloads("Download QR code SVG")
    app.scan(nora.downloads("Download QR code PNG"))
    assert shown == app.secret
    nora.follows("Print sheet")
    app.scan(nora.shows_phone())
    assert shown == app.secret
    office.server.clock.advance(minutes=5)
    nora.opens("/contacts/staff/jonas.frei/2fa/secret")
    assert "/contacts/staff/jonas.frei" == nora.path
    nora.sees("The view of the secret has closed.")


def test_a_secret_on_the_screen_is_over_after_ten_minutes(office: Office) -> None:
    """Then it opens nothing, and the app of before works again."""
    nora, jonas = office.seat(office.nora).signs_in(), office.seat(office.jonas)
    lost = office.jonas.app.secret
    nora.reveals_secret_of(office.jonas)
    office.jonas.app.scan(nora.shows_phone())
    office.server.clock.advance(minutes=10, seconds=1)
    jonas.enters_password()
    assert 403 == jonas.enters_code()
    office.jonas.app.type_in(lost)
    jonas.enters_code()
    assert "/" == jonas.path


def test_a_closed_browser_in_the_middle_of_the_change(office: Office) -> None:
    """Jonas begins again with password and a fresh code; the earlier start has ended."""
    nora, jonas = office.seat(office.nora).signs_in(), office.seat(office.jonas)
    nora.reveals_secret_of(office.jonas)
    office.jonas.app.scan(nora.shows_phone())
    jonas.enters_password()
    jonas.enters_code()
    elsewhere = office.seat(office.jonas)
    elsewhere.enters_password()
    elsewhere.enters_code()
    elsewhere.sees("You had begun this before.")
    jonas.opens("/renew/password")
    assert jonas.path.startswith("/sign-in")
    elsewhere.replaces_everything(NEW_PASSWORD)
    elsewhere.signs_in()
