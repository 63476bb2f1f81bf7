"""Jonas lost his phone, and Nora lets him back in: by a secret on her screen, by e-mail, or by a set-up link."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser

from tests.infra.postgres import Postgres
from tests.infra.smtp import SmtpSink
from tests.stories import german
from tests.stories.letters import letter, link_in, picture_in
from tests.stories.office import Office, open_office

pytestmark = pytest.mark.browser

NEW_PASSWORD = "juniper ferry on monday"


@dataclass(frozen=True)
class Way:
    """How both of them look at the pages."""

    options: Mapping[str, Any] = field(default_factory=dict)
    words: Mapping[str, str] = field(default_factory=dict)


WAYS = {
    "desktop": Way(),
    "without JavaScript": Way({"java_script_enabled": False}),
    "phone": Way({"viewport": {"width": 390, "height": 844}, "has_touch": True, "is_mobile": True}),
    "German": Way({"locale": "de-CH"}, german.WORDS),
}


@pytest.mark.parametrize("way", WAYS.values(), ids=WAYS.keys())
def test_by_a_secret_on_the_screen(office: Office, way: Way) -> None:
    """The whole story, as the help page tells it."""
    tell_of_the_revealed_secret(office, way)


@pytest.fixture
def office_on_postgres(
    postgres: Postgres, tmp_path: Path, smtp: SmtpSink, chromium: Browser
) -> Iterator[Office]:
    with postgres.database() as url, open_office(tmp_path / "server", smtp, chromium, url) as office:
        office.found()
        yield office


@pytest.mark.postgres
def test_by_a_secret_on_the_screen_on_postgresql(office_on_postgres: Office) -> None:
    """From the first run on, on the other database."""
    tell_of_the_revealed_secret(office_on_postgres, Way())


def tell_of_the_revealed_secret(office: Office, way: Way) -> None:
    nora = office.seat(office.nora, way.words, **way.options)
    jonas = office.seat(office.jonas, way.words, **way.options)
    old_code_app, old_password = office.jonas.app.secret, office.jonas.password
    if way.words:
        for one in (nora, jonas):
            one.opens("/sign-in?lang=de")
    nora.signs_in().reveals_secret_of(office.jonas)
    assert "/contacts/staff/jonas.frei/2fa/secret" == nora.path
    subject = "Not agreed? Stop it"
    assert "/not-me/" in link_in(letter(office.smtp, office.jonas.email, subject), "/not-me/")

    # On the phone that Jonas bought on the way
    office.jonas.app.scan(nora.shows_phone())
    assert "Berg & Tal AG:jonas.frei" == office.jonas.app.entry
    jonas.enters_password()
    jonas.enters_code()
    assert "/renew/password" == jonas.path
    for elsewhere in ("/", "/me", "/contacts/staff", "/sign-in", "/me/2fa/secret"):
        jonas.opens(elsewhere)
        assert "/renew/password" == jonas.path, elsewhere
    jonas.replaces_everything(NEW_PASSWORD)
    assert "/sign-in" == jonas.path
    letter(office.smtp, office.jonas.email, "You are back in")
    letter(office.smtp, office.nora.email, "is back in")

    # A normal sign-in follows, and what was before opens nothing
    jonas.signs_in()
    stranger = office.seat(office.jonas, way.words, **way.options)
    if way.words:
        stranger.opens("/sign-in?lang=de")
    assert 401 == stranger.enters_password(old_password)
    stranger.enters_password()
    office.jonas.app.type_in(old_code_app)
    assert 401 == stranger.enters_code()
