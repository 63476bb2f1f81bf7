"""The main job, by a revealed secret, step by step over HTTP; each step can be tried again after a crash."""

from dataclasses import dataclass, field

from tests.crash.client import Browser, Page, code
from tests.serving import Server

PASSWORD = "lantern under the bridge"
NEW_PASSWORD = "seven yellow dogs at noon"
JONAS = "/contacts/staff/jonas.frei"


@dataclass
class Phones:
    """What the two people have in their apps, and what Jonas's password is as far as he knows."""

    nora: str = field(repr=False)
    jonas_new: str = field(default="", repr=False)
    posted: list[tuple[str, str]] = field(default_factory=list)
    """Every 6-digit code that was sent, with the server's time then."""


class Story:
    """Nora lets Jonas back in."""

    def __init__(self, server: Server, phones: Phones) -> None:
        self.server = server
        self.phones = phones

    def fresh_code(self, secret: str) -> str:
        """A code that was not shown before: the clock goes on by a step."""
        self.server.clock.advance(seconds=30)
        now = self.server.clock.now()
        digits = code(secret, now)
        self.phones.posted.append((now.isoformat(), digits))
        return digits

    def sign_in_with(self, username: str, password: str, digits: str) -> Page:
        """With a code that was sent before."""
        browser = Browser(self.server.port)
        browser.get("/sign-in")
        page = browser.post("/sign-in", username=username, password=password)
        return browser.post("/sign-in/code", code=digits) if page.path.startswith("/sign-in/code") else page

    def sign_in(self, username: str, password: str, secret: str) -> tuple[Browser, Page]:
        browser = Browser(self.server.port)
        browser.get("/sign-in")
        page = browser.post("/sign-in", username=username, password=password)
        if page.path.startswith("/sign-in/code"):
            page = browser.post("/sign-in/code", code=self.fresh_code(secret))
        return browser, page

    def reveal(self) -> str:
        """Nora signs in and shows a temporary secret."""
        nora, page = self.sign_in("nora.keller", PASSWORD, self.phones.nora)
        assert page.status == 200, page
        nora.get(f"{JONAS}/2fa/reveal?then=show")
        page = nora.post(f"{JONAS}/2fa/reveal?then=show", how="person", then="show")
        assert page.status == 200, page
        return page.secret

    def redeem(self, temporary: str) -> Browser:
        """Jonas signs in with it and is led to the forced change."""
        jonas, page = self.sign_in("jonas.frei", PASSWORD, temporary)
        assert page.path == "/renew/password", page
        return jonas

    def change(self, jonas: Browser) -> None:
        """New password, new secret, verify, done."""
        jonas.get("/renew/password")
        page = jonas.post("/renew/password", new_password=NEW_PASSWORD)
        assert page.path == "/renew/secret", page
        secret = page.secret
        jonas.get("/renew/verify")
        self.phones.jonas_new = secret
        page = jonas.post("/renew/verify", code=self.fresh_code(secret))
        assert page.path == "/renew/done", page
        page = jonas.post("/renew/done", backup_code=page.codes[0])
        assert page.status == 200, page

    def whole(self) -> None:
        self.change(self.redeem(self.reveal()))
        self.is_back_in()

    def is_back_in(self) -> bool:
        """Whether Jonas signs in normally with what is new."""
        if not self.phones.jonas_new:
            return False
        _, page = self.sign_in("jonas.frei", NEW_PASSWORD, self.phones.jonas_new)
        return page.status == 200 and page.path == "/"
