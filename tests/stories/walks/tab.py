"""Who walks, through which tab, and what is seen."""

from dataclasses import dataclass

from playwright.sync_api import BrowserContext, Page

from tests.serving import Server
from tests.stories.demo import Outbox

Seen = tuple[str, Page]
PASSWORDS = {
    "nora.keller": "linden harbour 42",
    "jonas.frei": "walnut lantern 56",
    "mia.zuercher": "timber falcon 92",
}
NEW_PASSWORD = "juniper ferry on monday"
JONAS = "/contacts/staff/jonas.frei"
REASON = {"how": "person"}
TRIES_OF_A_SOURCE = 60
"""In ten minutes; then any page that counts them is closed for a while."""


class Tab:
    """One browser tab, used by names of fields."""

    def __init__(self, page: Page, url: str) -> None:
        self.page = page
        self._url = url

    def go(self, address: str) -> Page:
        self.page.goto(address if "://" in address else self._url + address)
        return self.page

    def send(self, press: str = "button.go, button.no", **fields: str) -> Page:
        """Fill in the fields and press the main button."""
        for name, value in fields.items():
            self._put(name, value)
        return self.press(f"main :is({press})")

    def _put(self, name: str, value: str) -> None:
        field = self.page.locator(f'main [name="{name}"]:not([type="hidden"]):not([readonly])')
        if field.first.get_attribute("type") in {"radio", "checkbox"}:
            self.page.locator(f'main [name="{name}"][value="{value}"]').check()
        elif field.first.evaluate("one => one.tagName") == "SELECT":
            field.select_option(value)
        else:
            field.fill(value)

    def press(self, what: str) -> Page:
        with self.page.expect_navigation():
            self.page.locator(what).first.click()
        return self.page


@dataclass
class Cast:
    """The demo, its outbox, and a browser in which somebody new can sit down."""

    demo: Server
    outbox: Outbox
    context: BrowserContext

    def tab(self) -> Tab:
        """Signed out, in the language of the browser."""
        self.context.clear_cookies(name="sparekey")
        return Tab(self.context.new_page(), self.demo.url)

    def signed_in(self, username: str) -> Tab:
        tab = self.tab()
        tab.go("/sign-in")
        tab.send(username=username, password=PASSWORDS[username])
        tab.send(code=self.outbox.code_of(username))
        return tab

    def confirm(self, tab: Tab, username: str = "nora.keller", **more: str) -> Page:
        return tab.send(**more, password=PASSWORDS[username], code=self.outbox.code_of(username))

    def mail_to(self, username: str, part: str) -> str:
        return self.outbox.link_to(f"{username}@bergundtal.example", part)

    def rest(self) -> None:
        """Let waits and fresh confirmations run out."""
        self.demo.clock.advance(minutes=6)
