"""The demo with its made-up team, as a process whose clock stands at a Tuesday morning."""

import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

from playwright.sync_api import Page

from tests.serving import PATIENCE_SECONDS, Server

TUESDAY = datetime(2026, 11, 17, 9, 42, tzinfo=UTC)
PERIOD = 30


@contextmanager
def running_demo(folder: Path) -> Iterator[Server]:
    """`sparekey demo`; `folder` is new."""
    demo = Server(folder, SPAREKEY_SERVER_TIME_ZONE="Europe/Zurich")
    demo.clock.set(TUESDAY)
    command = [sys.executable, "-m", "tests.serving", "--clock", str(folder / "clock"), "--"]
    with demo.log.open("ab") as log:
        process = subprocess.Popen(
            [*command, "demo", "--port", str(demo.port)], env=demo.environment, stdout=log, stderr=log
        )
    try:
        _wait_for(demo.url)
        yield demo
    finally:
        process.terminate()
        process.wait(PATIENCE_SECONDS)


def _wait_for(url: str) -> None:
    deadline = time.monotonic() + PATIENCE_SECONDS
    while True:
        try:
            urllib.request.urlopen(f"{url}/healthz", timeout=5)  # noqa: S310 -- loopback
            return
        except (urllib.error.URLError, OSError):
            assert time.monotonic() < deadline, "the demo does not answer"
            time.sleep(0.05)


class Outbox:
    """What the demo's people find in their mailboxes and on their phones."""

    def __init__(self, demo: Server, page: Page) -> None:
        self._demo = demo
        self._page = page

    def code_of(self, username: str, *, of_new_secret: bool = False) -> str:
        """A code nobody has seen yet; half a minute passes for it."""
        self._demo.clock.advance(seconds=PERIOD)
        self._page.goto(f"{self._demo.url}/demo/outbox")
        row = self._page.locator("tr", has_text=username)
        return row.locator("td").nth(1).locator(".strong").nth(-1 if of_new_secret else 0).inner_text()

    def link_to(self, address: str, part: str) -> str:
        """The newest address with this in it that works, in a letter to somebody."""
        for _ in range(100):
            self._page.goto(f"{self._demo.url}/demo/outbox")
            for mail in self._page.locator("li", has_text=address).locator("a").all():
                found = self._link_in(f"{self._demo.url}{mail.get_attribute('href')}", part)
                if found:
                    return found
            time.sleep(0.05)
        raise AssertionError(f"no letter to {address} with {part}")

    def texted(self, number: int) -> str:
        """The code of the newest text message, once there are as many."""
        for _ in range(100):
            self._page.goto(f"{self._demo.url}/demo/outbox")
            codes = [
                one.inner_text()[:6] for one in self._page.locator("li", has_text="••").locator("a").all()
            ]
            if len(codes) >= number:
                return codes[0]
            time.sleep(0.05)
        raise AssertionError(f"no {number} text messages")

    def _link_in(self, mail: str, part: str) -> str:
        with self._page.context.expect_page() as opened:
            self._page.evaluate("address => window.open(address) && null", mail)
        with_links = opened.value
        with_links.wait_for_load_state()
        links = [one.inner_text() for one in with_links.locator("section a").all()]
        with_links.close()
        return next((one for one in links if part in one and self._page.request.get(one).ok), "")
