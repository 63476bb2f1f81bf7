"""A team on a server of its own, and a browser for everybody who sits down."""

import shutil
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from copy import deepcopy
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, BrowserContext, ViewportSize

from tests.infra.smtp import Received, SmtpSink, smtp_sink
from tests.serving import Clock, Server
from tests.stories.app import App
from tests.stories.languages import Language
from tests.stories.letters import letter, link_in
from tests.stories.people import Facts, Person

TEAM = "Berg & Tal AG"
SENDER = "sparekey@bergundtal.example"
DESKTOP: ViewportSize = {"width": 1280, "height": 900}


@dataclass
class Office:
    """The server, the mail that reaches people, and who works here."""

    server: Server
    smtp: SmtpSink
    browser: Browser
    nora: Facts
    jonas: Facts
    seats: ExitStack
    language: Language
    """What everybody reads here."""
    elsewhere: list[str] = field(default_factory=list)
    """Addresses beside the server's own that browsers may be led to."""

    def seat(self, facts: Facts, **options: Any) -> Person:
        """This person at a browser of their own; `options` are Playwright's for a context."""
        context = self.browser.new_context(**{"viewport": DESKTOP, "locale": self.language.locale, **options})
        self.seats.enter_context(watched(context, self.server, self.elsewhere))
        return Person(context, self.server, facts, self.language)

    def letter(self, address: str, subject: str) -> Received:
        """The newest letter to somebody whose subject holds these words, as soon as it is there."""
        return letter(self.smtp, address, self.language.words(subject))

    def found(self) -> None:
        """The first run: Nora opens the team's account and invites Jonas, who sets himself up."""
        nora = self.seat(self.nora)
        nora.opens(self.server.first_link())
        nora.presses("Start")
        nora.enters("Name of your team or company", TEAM)
        nora.enters("Your name", self.nora.name)
        nora.enters("Username", self.nora.username)
        nora.enters("Work email", self.nora.email)
        nora.enters("Password", self.nora.password)
        nora.presses("Continue")
        nora.sets_up()
        nora.goes_home()
        nora.invites(self.jonas)
        invitation = self.letter(self.jonas.email, "Your invitation")
        jonas = self.seat(self.jonas)
        jonas.accepts(link_in(invitation, "/setup/"))
        jonas.goes_home()


@contextmanager
def open_office(
    folder: Path, smtp: SmtpSink, browser: Browser, language: Language, database_url: str = ""
) -> Iterator[Office]:
    """A running server with nobody on it, and the two who will be. It must have no fault of its own."""
    mail = {"HOST": smtp.host, "PORT": str(smtp.port), "SECURITY": "none", "SENDER": SENDER}
    settings = {f"SPAREKEY_MAIL_{name}": value for name, value in mail.items()}
    settings["SPAREKEY_SERVER_TRUSTED_PROXIES"] = "127.0.0.1"
    with Server(folder, database_url, **settings) as server, ExitStack() as seats:
        nora = _facts("Nora Keller", "linden harbour 42", server.clock)
        jonas = _facts("Jonas Frei", "walnut lantern 56", server.clock)
        yield Office(server, smtp, browser, nora, jonas, seats, language)
    log = server.log.read_text()
    assert "Traceback" not in log, log[-4000:]


def _facts(name: str, password: str, clock: Clock) -> Facts:
    username = name.lower().replace(" ", ".")
    return Facts(username, name, password, f"{username}@bergundtal.example", App(clock))


@dataclass(frozen=True)
class Founded:
    """A team that is set up, on a server that is stopped, so that it can be copied."""

    folder: Path
    nora: Facts
    jonas: Facts
    language: Language

    @contextmanager
    def copied(self, folder: Path, smtp: SmtpSink, browser: Browser) -> Iterator[Office]:
        """The same people with the same phones, in another office."""
        shutil.copytree(self.folder, folder)
        with open_office(folder, smtp, browser, self.language) as office:
            office.nora = _taken_along(self.nora, office.server.clock)
            office.jonas = _taken_along(self.jonas, office.server.clock)
            yield office


def _taken_along(facts: Facts, clock: Clock) -> Facts:
    app = deepcopy(facts.app)
    app.clock = clock
    return replace(facts, app=app, codes=list(facts.codes))


def found_once(folder: Path, browser: Browser, language: Language) -> Founded:
    """Through the pages, as everybody begins."""
    with smtp_sink() as smtp, open_office(folder, smtp, browser, language) as office:
        office.found()
    return Founded(folder, office.nora, office.jonas, language)


@contextmanager
def watched(
    context: BrowserContext, server: Server, elsewhere: Sequence[str] = ()
) -> Iterator[BrowserContext]:
    """A browser at which no page may load anything from elsewhere, nor complain on its console."""
    complaints: list[str] = []

    def look_at_request(url: str) -> None:
        if not url.startswith(tuple(f"{one}/" for one in (server.url, *elsewhere))) and url != "data:,":
            complaints.append(f"loads {url}")

    def look_at_console(kind: str, text: str) -> None:
        # Chromium also writes every answer of 400 and above there, which stories ask for on purpose.
        if kind == "error" and not text.startswith("Failed to load resource: the server responded with"):
            complaints.append(text)

    context.set_default_timeout(10_000)
    context.on("request", lambda one: look_at_request(one.url))
    context.on("console", lambda one: look_at_console(one.type, one.text))
    context.on("weberror", lambda one: complaints.append(str(one.error)))
    try:
        yield context
    finally:
        context.close()
    assert [] == complaints
