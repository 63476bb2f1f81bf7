"""Sparekey on loopback at the time of the day, and a person who walks through its pages to an app and back.

Apps that nobody here wrote hold tokens against the machine's clock, so the world is the real one here.
"""

import html
import re
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from urllib.parse import urljoin

import httpx2 as httpx
import pytest
import uvicorn
from starlette.types import ASGIApp

from sparekey.core.people import Member
from sparekey.flows.context import Context
from sparekey.web.routes import make_web
from sparekey.world import RealWorld, moment
from tests.bench.servers import free_port
from tests.people import PASSWORD, Team, account, code_of
from tests.web.authorize.conftest import ON
from tests.web.conftest import Form, Reader

GUIDE = Path(__file__).parents[3] / "docs" / "apps" / "clients.md"
MOST_STEPS = 20
ANSWERED = {"/oidc/consent": {"answer": "yes"}, "/device/decision": {"decision": "allow"}}
"""The buttons that are pressed, by where they lead."""


def block(language: str, number: int = 0) -> str:
    """A piece of the guide, as it stands there."""
    found: list[str] = re.findall(rf"```{language}\n(.*?)```", GUIDE.read_text(), re.DOTALL)
    return found[number]


@contextmanager
def listening(app: ASGIApp, port: int) -> Iterator[None]:
    """A site on this port."""
    config = uvicorn.Config(app, port=port, log_config=None, lifespan="off", proxy_headers=False)
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    while not server.started:
        time.sleep(0.01)
    try:
        yield
    finally:
        server.should_exit = True
        thread.join()


@pytest.fixture
def here(ctx: Context) -> Iterator[Context]:
    """Sparekey, listening."""
    world, port = RealWorld(), free_port()
    site = replace(ctx.site, base_url=f"http://localhost:{port}")
    real = replace(ctx, site=site, moment=lambda: moment(world), now=world.now)
    with listening(make_web(real), port):
        yield real


@pytest.fixture
def team(here: Context) -> Team:
    return account(here)


@dataclass
class Walker:
    """Somebody at a browser: goes where it is led, and types in what is asked."""

    ctx: Context
    who: Member
    http: httpx.Client
    seen: list[str] = field(default_factory=list)
    """The paths of Sparekey's pages that were filled in."""

    def walk(self, address: str, until: str = "") -> httpx.Response:
        """To the first page that asks nothing; `until`: an address at which nobody listens, told by `url`."""
        answer = self.http.get(address)
        for _ in range(MOST_STEPS):
            leads_to = _onward(answer)
            if leads_to and until and leads_to.startswith(until):
                return httpx.Response(200, request=httpx.Request("GET", leads_to))
            if leads_to:
                answer = self.http.get(leads_to)
            elif str(answer.url).startswith(self.ctx.site.base_url) and _asks(answer):
                answer = self._fill(answer)
            else:
                return answer
        raise AssertionError(f"led in a circle, at last to {answer.url}")

    def _fill(self, page: httpx.Response) -> httpx.Response:
        path = page.url.path
        self.seen.append(path)
        typed = {"username": self.who.username, "password": PASSWORD}
        form = next(one for one in Reader(page.text).forms if _is_for(one))
        if "code" in form.names:
            typed["code"] = code_of(self.ctx, self.who)
        pressed = ANSWERED.get(form.action, {})
        wanted = {name: said for name, said in typed.items() if name in form.names}
        fields = {**form.fields, **wanted, **pressed}
        headers = {"origin": self.ctx.site.base_url}
        return self.http.post(urljoin(str(page.url), form.action), data=fields, headers=headers)


def _asks(page: httpx.Response) -> bool:
    return page.status_code == 200 and any(map(_is_for, Reader(page.text).forms))


def _is_for(form: Form) -> bool:
    return form.method == "post" and (bool(form.names & {"username", "code"}) or form.action in ANSWERED)


def _onward(answer: httpx.Response) -> str:
    sent_on = ON.search(answer.text)
    found = html.unescape(sent_on[1]) if sent_on else answer.headers.get("location", "")
    return urljoin(str(answer.url), found) if found else ""


@pytest.fixture
def jonas(here: Context, team: Team) -> Iterator[Walker]:
    """Jonas, who was never here."""
    with httpx.Client(follow_redirects=False, timeout=10) as http:
        yield Walker(here, team["jonas.frei"], http)
