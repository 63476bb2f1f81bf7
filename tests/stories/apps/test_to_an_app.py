"""Signing in to an app in a real browser: through every page in between, past the policies that browsers enforce."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import parse_qsl, urlsplit

import pytest
from playwright.sync_api import Browser, Page

from tests.stories.demo import Outbox, running_demo
from tests.stories.walks.apps import asking, new_app
from tests.stories.walks.tab import PASSWORDS, Cast

pytestmark = pytest.mark.browser


class _App(BaseHTTPRequestHandler):
    """Leads on from where it is answered to a page at its other address, as apps do."""

    def do_GET(self) -> None:
        """At `localhost` the person is received, at `127.0.0.1` they work."""
        port = self.headers["host"].partition(":")[2]
        if self.path.startswith("/back"):
            self.send_response(302)
            self.send_header("location", f"http://127.0.0.1:{port}/inside{self.path.removeprefix('/back')}")
            self.end_headers()
            return
        self.send_response(200)
        self.send_header("content-type", "text/html")
        self.end_headers()
        self.wfile.write(b"<!doctype html><title>Inside</title><p>Inside the app</p>")

    def log_message(self, *_: object) -> None:
        """Says nothing."""


@contextmanager
def running_app() -> Iterator[str]:
    """An app's own server; gives the address it is answered at."""
    server = ThreadingHTTPServer(("localhost", 0), _App)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://localhost:{server.server_address[1]}/back"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


@pytest.fixture
def cast(chromium: Browser, tmp_path: Path) -> Iterator[Cast]:
    with (
        running_demo(tmp_path / "demo") as demo,
        chromium.new_context(locale="en") as peeking,
        chromium.new_context(locale="en") as context,
    ):
        yield Cast(demo, Outbox(demo, peeking.new_page()), context)


def told(page: Page) -> dict[str, str]:
    page.wait_for_url("**/inside*")
    assert "Inside the app" == page.locator("p").inner_text()
    return dict(parse_qsl(urlsplit(page.url).query))


def test_sign_in_consent_and_on_to_the_app_which_leads_further(cast: Cast) -> None:
    """Chromium holds all redirects that follow a form to the form's policy: a page of ours ends that chain."""
    with running_app() as address:
        wiki = new_app(cast.demo, redirect_uris=(address,))
        tab = cast.tab()
        tab.go(asking(wiki))
        tab.send(username="mia.zuercher", password=PASSWORDS["mia.zuercher"])
        page = tab.send(code=cast.outbox.code_of("mia.zuercher"))
        assert "Bei Wiki anmelden" == page.locator("h1").inner_text(), "Mia's own language"
        page.locator("main [name=answer][value=yes]").click()
        assert {"code", "state", "iss"} == told(page).keys()
        page.goto(cast.demo.url + asking(wiki))
        assert {"code", "state", "iss"} == told(page).keys()


def test_a_step_up_in_between(cast: Cast) -> None:
    with running_app() as address:
        wiki = new_app(cast.demo, redirect_uris=(address,), asks_consent=False)
        tab = cast.signed_in("mia.zuercher")
        cast.rest()
        tab.go(asking(wiki, max_age="60"))
        tab.page.locator("main [name=password]").fill(PASSWORDS["mia.zuercher"])
        tab.page.locator("main [name=code]").fill(cast.outbox.code_of("mia.zuercher"))
        tab.page.locator("main button.go:visible").last.click()
        assert "code" in told(tab.page)


def test_whoever_says_no_goes_back_to_the_app(cast: Cast) -> None:
    with running_app() as address:
        wiki = new_app(cast.demo, redirect_uris=(address,))
        tab = cast.signed_in("mia.zuercher")
        tab.go(asking(wiki))
        tab.page.locator("main [name=answer][value=no]").click()
        assert "access_denied" == told(tab.page)["error"]


def test_an_app_that_opened_the_sign_in_in_a_window_of_its_own_hears_from_it(cast: Cast) -> None:
    """No page on the way cuts the tie, not after the sign-in either."""
    with running_app() as address:
        wiki = new_app(cast.demo, redirect_uris=(address,))
        app = cast.context.new_page()
        app.goto(address)
        with app.expect_popup() as opened:
            app.evaluate("address => { open(address) }", cast.demo.url + asking(wiki))
        window = opened.value
        window.locator("#username").fill("mia.zuercher")
        window.locator("#password").fill(PASSWORDS["mia.zuercher"])
        window.locator("main button.go").click()
        window.locator("#code").fill(cast.outbox.code_of("mia.zuercher"))
        window.locator("main button.go").click()
        window.locator("main [name=answer][value=yes]").click()
        assert {"code", "state", "iss"} == told(window).keys()
        window.evaluate("() => { opener.told = location.search }")
        assert "code=" in app.evaluate("told")


def test_a_page_off_the_way_has_no_tie_to_who_opened_it(cast: Cast) -> None:
    with running_app() as address:
        app = cast.context.new_page()
        app.goto(address)
        with app.expect_popup() as opened:
            app.evaluate("address => { open(address) }", f"{cast.demo.url}/recover")
        opened.value.wait_for_load_state()
        assert opened.value.evaluate("opener === null")
