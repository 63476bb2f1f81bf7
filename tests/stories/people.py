"""Persons at their browsers: they look for labels and buttons, as written on the page, and for nothing else."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from playwright.sync_api import BrowserContext, Locator, Page

from tests.serving import Server
from tests.stories.app import App

IN_PERSON = "{name} is here with me"
BACKUP_CODE = re.compile(r"(?:[0-9a-hjkmnp-tv-z]{4}-){3}[0-9a-hjkmnp-tv-z]{4}")
"""Four groups of Crockford's alphabet."""


@dataclass
class Facts:
    """What somebody knows and has, whichever browser they sit at."""

    username: str
    name: str
    password: str
    email: str
    app: App
    codes: list[str] = field(default_factory=list)

    @property
    def first_name(self) -> str:
        return self.name.split()[0]


class Person:
    """Somebody at one browser, who reads English, or whatever `words` put in its place."""

    def __init__(
        self, context: BrowserContext, server: Server, facts: Facts, words: Mapping[str, str] | None = None
    ) -> None:
        self.server = server
        self.facts = facts
        self.context = context
        self.page: Page = context.new_page()
        self._words = words or {}

    def words(self, english: str) -> str:
        """The same in the language of this person's pages."""
        return self._words.get(english, english)

    # What everybody can do with a browser

    def opens(self, address: str) -> int:
        """Go to an address; the status of the answer."""
        answer = self.page.goto(address if "://" in address else self.server.url + address)
        return answer.status if answer else 0

    def presses(self, label: str) -> int:
        """Press a button; the status of the page that comes then."""
        return self._leave(self.page.get_by_role("button", name=self.words(label), exact=True))

    def follows(self, label: str) -> int:
        """Follow a link; the status of the page that comes then."""
        return self._leave(self.page.get_by_role("link", name=self.words(label), exact=True).first)

    def _leave(self, what: Locator) -> int:
        with self.page.expect_navigation() as led:
            what.click()
        return led.value.status

    def enters(self, label: str, text: str) -> None:
        self.page.get_by_label(self.words(label), exact=True).fill(text)

    def chooses(self, label: str) -> None:
        """One of several, or a tick."""
        self.page.get_by_label(label).first.check()

    def downloads(self, label: str) -> bytes:
        """The content of the file that a link or button gives."""
        with self.page.expect_download() as given:
            link = self.page.get_by_role("link", name=label, exact=True)
            link.or_(self.page.get_by_role("button", name=label, exact=True)).click()
        return given.value.path().read_bytes()

    def shows_phone(self) -> bytes:
        """A picture of the whole page."""
        return self.page.screenshot(full_page=True)

    @property
    def path(self) -> str:
        return self.page.url.removeprefix(self.server.url).partition("#")[0]

    @property
    def headline(self) -> str:
        return self.page.locator("h1").inner_text()

    @property
    def reads(self) -> str:
        """All that stands on the page, one space between words."""
        return " ".join(self.page.locator("main").inner_text().split())

    def sees(self, *sentences: str) -> None:
        for sentence in map(self.words, sentences):
            assert sentence in self.reads, f"no {sentence!r} at {self.path}: {self.reads}"

    def says_problem(self) -> str:
        """The sentence at the field that was wrong."""
        errors = [" ".join(one.split()) for one in self.page.locator(".err").all_inner_texts()]
        return " | ".join(one.removeprefix("Error: ") for one in errors if one)

    # Signing in and out

    def enters_password(self, password: str = "", name: str = "") -> int:
        self.opens("/sign-in")
        self.enters("Username or work email", name or self.facts.username)
        self.enters("Password", password or self.facts.password)
        return self.presses("Sign in")

    def enters_code(self, code: str = "") -> int:
        self.enters("6-digit code", code or self.facts.app.code())
        return self.presses("Continue")

    def enters_backup_code(self, code: str) -> int:
        self.enters("Backup code", code)
        return self.presses("Continue")

    def signs_in(self) -> "Person":
        self.enters_password()
        assert "/sign-in/code" == self.path, self.reads
        self.enters_code()
        assert "/" == self.path, f"{self.path} {self.reads}"
        return self

    def signs_out(self) -> None:
        self.opens_user_menu()
        self.presses("Sign out")

    def opens_user_menu(self) -> None:
        self.page.locator("summary", has_text=self.words("User menu")).click()

    def confirms(self, go_on: str = "Continue") -> int:
        """Password and a fresh code, where a page asks for them once more."""
        self.enters("Password", self.facts.password)
        self.enters("6-digit code from your authenticator app", self.facts.app.code())
        return self.presses(go_on)

    def confirms_if_asked(self) -> None:
        if self.path.startswith("/me/confirm"):
            self.confirms()

    # Setting up

    def scans(self) -> None:
        """Hold the phone before the screen."""
        self.facts.app.scan(self.shows_phone())

    def sets_up(self) -> None:
        """The second and third step of a first set-up: app and backup codes."""
        self.scans()
        self.enters("6-digit code that the app shows now", self.facts.app.code())
        self.presses("Verify and continue")
        self.saves_codes("Check and continue")

    def goes_home(self) -> None:
        assert "/setup/done" == self.path, self.reads
        self.follows("Go to Home")

    def accepts(self, link: str) -> None:
        """Follow a link that needs no password, and set everything up."""
        self.opens(link)
        self.presses("Start")
        self.enters("Password", self.facts.password)
        self.presses("Continue")
        self.sets_up()

    def saves_codes(self, button: str) -> None:
        """Write down the ten codes and prove it with the last."""
        self.facts.codes = BACKUP_CODE.findall(self.page.locator("#codes").inner_text())
        assert 10 == len(set(self.facts.codes))
        self.enters("Prove that you have them: enter any one of the codes", self.facts.codes[-1])
        self.presses(button)

    def replaces_everything(self, password: str) -> None:
        """The forced change: New password, New secret, Verify, Done."""
        assert "/renew/password" == self.path, self.reads
        self.enters("New password", password)
        self.presses("Continue")
        self.facts.password = password
        self.scans()
        self.follows("I added it")
        self.enters("6-digit code from the new entry", self.facts.app.code())
        self.presses("Verify")
        assert "/renew/done" == self.path, self.reads
        self.saves_codes("Check and finish")
        self.sees("Your backup codes are saved")
        self.follows("Sign in with your new password")

    # Helping a colleague

    def selects(self, colleague: Facts) -> None:
        """Contacts → Staff, then the username."""
        self.opens("/")
        self._opens_menu_if_small()
        entry = re.compile(f"^{self.words('Staff')}")
        self._leave(self.page.get_by_role("navigation").get_by_role("link", name=entry).last)
        self.follows(colleague.username)

    def _opens_menu_if_small(self) -> None:
        small = self.page.locator("summary", has_text=self.words("Menu")).last
        if small.is_visible():
            small.click()

    def helps(self, colleague: Facts, way: str, button: str, checked: str = IN_PERSON) -> None:
        """From the profile: choose how, say how one knows that it's really them, confirm, do it."""
        self.selects(colleague)
        self.follows(way)
        self.chooses(self.words(checked).format(name=colleague.first_name))
        if self.page.get_by_label(self.words("Password"), exact=True).count():
            self.confirms(button)
        else:
            self.presses(button)

    def reveals_secret_of(self, colleague: Facts) -> None:
        self.helps(colleague, "Reveal secret code and QR code", "Reveal secret")

    def invites(self, facts: Facts, role: str = "Staff") -> None:
        self.opens("/contacts/staff/new")
        self.confirms_if_asked()
        self.enters("Name", facts.name)
        self.enters("Username", facts.username)
        self.enters("Work email", facts.email)
        self.page.get_by_label(re.compile(f"^{role}")).first.check()
        self.presses("Add and send set-up link")
        self.sees(f"{facts.name} was added")
