"""A site behind a reverse proxy: people sign in on the way to it, and a sign-out reaches it at its next page."""

import threading
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, cast

import pytest

from tests.stories.office import Office
from tests.stories.people import Person

pytestmark = pytest.mark.browser
HANDED_ON = ("location", "set-cookie")


class _Straight(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *_: Any) -> None:
        """Follows nothing: that is the browser's part."""


class _Proxied(BaseHTTPRequestHandler):
    """The proxy and the site in one: asks before each page, as Caddy and Traefik do, and greets who it is."""

    def do_GET(self) -> None:
        asked = {
            "X-Forwarded-Host": self.headers["host"],
            "X-Forwarded-Uri": self.path,
            "X-Forwarded-Method": "GET",
            "Cookie": self.headers["cookie"] or "",
        }
        ask = urllib.request.Request(f"{cast(Any, self.server).issuer}/forward-auth", headers=asked)  # noqa: S310
        try:
            with urllib.request.build_opener(_Straight).open(ask, timeout=5) as yes:
                self._say(200, f"<title>Notes</title><h1>{yes.headers['remote-name']}</h1>")
        except urllib.error.HTTPError as no:
            kept = [(name, value) for name, value in no.headers.items() if name.lower() in HANDED_ON]
            self._say(no.code, f"<title>Notes</title><h1>{no.code}</h1>", kept)

    def _say(self, status: int, words: str, headers: list[tuple[str, str]] | None = None) -> None:
        self.send_response(status)
        self.send_header("content-type", "text/html; charset=utf-8")
        for name, value in headers or []:
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(f"<!doctype html><link rel=icon href=data:,>{words}".encode())

    def log_message(self, *_: object) -> None:
        """Says nothing."""


@contextmanager
def running_site(issuer: str) -> Iterator[str]:
    """Its name, as it stands in the browser."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Proxied)
    cast(Any, server).issuer = issuer
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


@pytest.fixture
def notes(office: Office) -> Iterator[str]:
    """A site that Nora added."""
    with running_site(office.server.url) as name:
        office.elsewhere.append(f"http://{name}")
        nora = office.seat(office.nora).signs_in()
        nora.opens("/account/apps")
        nora.follows("Add app")
        nora.follows("A site behind a proxy")
        nora.confirms_if_asked()
        nora.enters("Name shown to staff", "Wiki")
        nora.enters("Name of the site", name)
        nora.presses("Add app")
        nora.sees("Wiki is added")
        yield name


def comes_in(jonas: Person, notes: str) -> None:
    jonas.opens(f"http://{notes}/today?week=47")
    jonas.comes_to("Sign in")
    jonas.enters("Username or work email", jonas.facts.username)
    jonas.enters("Password", jonas.facts.password)
    jonas.presses("Sign in")
    jonas.enters("6-digit code", jonas.facts.app.code())
    jonas.button("Continue").click()
    jonas.page.wait_for_url(f"http://{notes}/today?week=47")
    jonas.comes_to("Jonas Frei")


def test_signing_out_everywhere_else_closes_the_site(office: Office, notes: str) -> None:
    """A laptop left behind: its next page of the site is the sign-in."""
    left_behind = office.seat(office.jonas)
    comes_in(left_behind, notes)
    at_home = office.seat(office.jonas).signs_in()
    at_home.opens("/me")
    at_home.presses("Sign out everywhere else")
    if at_home.path.startswith("/me/confirm"):
        at_home.confirms()
        at_home.presses("Sign out")
    left_behind.opens(f"http://{notes}/today?week=47")
    left_behind.comes_to("Sign in")
    at_home.opens(f"http://{notes}/")
    at_home.comes_to("Jonas Frei")
