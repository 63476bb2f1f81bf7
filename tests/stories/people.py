"""Persons at their browsers: they look for labels and buttons, as written on the page, and for nothing else."""

import re
from dataclasses import dataclass, field

from playwright.sync_api import BrowserContext, Locator, Page

from tests.serving import Server
from tests.stories.app import App
from tests.stories.languages import Language

IN_PERSON = "Jonas is here with me"
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
    """Somebody at one browser. Everything they look for is named in English, and found in their language."""

    def __init__(self, context: BrowserContext, server: Server, facts: Facts, language: Language) -> None:
        self.server = server
        self.facts = facts
        self.context = context
        self.page: Page = context.new_page()
        self.language = language

    # What everybody can do with a browser

    def opens(self, address: str) -> int:
        """Go to an address; the status of the answer."""
        answer = self.page.goto(address if "://" in address else self.server.url + address)
        return answer.status if answer else 0

    def presses(self, label: str) -> int:
        """Press a button; the status of the page that comes then."""
        return self._leave(self.button(label))

    def follows(self, label: str) -> int:
        """Follow a link; the status of the page that comes then."""
        return self._leave(self.link(label).first)

    def button(self, label: str) -> Locator:
        return self.page.get_by_role("button", name=self.language.label(label))

    def link(self, label: str) -> Locator:
        return self.page.get_by_role("link", name=self.language.label(label))

    def field(self, label: str) -> Locator:
        return self.page.get_by_label(self.language.label(label))

    def _leave(self, what: Locator) -> int:
        with self.page.expect_navigation() as led:
            what.click()
        return led.value.status

    def enters(self, label: str, text: str) -> None:
        self.field(label).fill(text)

    def chooses(self, label: str) -> None:
        """One of several, or a tick."""
        self.page.get_by_label(self.language.beginning(label)).first.check()

    def downloads(self, label: str) -> bytes:
        """The content of the file that a link or button gives."""
        with self.page.expect_download() as given:
            self.link(label).or_(self.button(label)).click()
        return given.value.path().read_bytes()

    def shows_phone(self) -> bytes:
        """A picture of the whole page."""
        return self.page.screenshot(full_page=True)

    @property
    def path(self) -> str:
        return self.page.url.removeprefix(self.server.url).partition("#")[0]

    def comes_to(self, headline: str) -> None:
        """The page that is there now."""
        there = self.page.locator("h1").inner_text()
        assert self.language.label(headline).search(there), f"{there!r} instead of {headline!r}"

    @property
    def reads(self) -> str:
        """All that stands on the page, one space between words."""
        return " ".join(self.page.locator("main").inner_text().split())

    def sees(self, *sentences: str) -> None:
        for one in map(self.language.words, sentences):
            assert one.search(self.reads), f"no {one.pattern!r} at {self.path}: {self.reads}"

    def sees_nothing_of(self, words: str) -> None:
        assert not self.language.words(words).search(self.reads), self.reads

    def is_told(self, *sentences: str) -> None:
        """What stands at each field that was wrong, in their order."""
        said = [" ".join(one.split()) for one in self.page.locator(".err").all_inner_texts()]
        said = [one for one in said if one]
        patterns = [self.language.words(one) for one in sentences]
        assert len(patterns) == len(said), said
        for pattern, sentence in zip(patterns, said, strict=True):
            assert pattern.search(sentence), f"{sentence!r} instead of {pattern.pattern!r}"

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
        self.page.locator("summary", has_text=self.language.words("User menu")).click()

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
        entry = self.language.words("Staff")
        self._leave(self.page.get_by_role("navigation").get_by_role("link", name=entry).last)
        self.follows(colleague.username)

    def _opens_menu_if_small(self) -> None:
        small = self.page.locator("summary", has_text=self.language.label("Menu")).last
        if small.is_visible():
            small.click()

    def helps(self, colleague: Facts, way: str, button: str, checked: str = IN_PERSON) -> None:
        """From the profile: choose how, say how one knows that it's really them, confirm, do it."""
        self.selects(colleague)
        self.follows(way)
        self.chooses(checked)
        if self.field("Password").count():
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
        self.chooses(role)
        self.presses("Add and send set-up link")
        self.sees(f"{facts.name} was added")
