"""`proxy`: a reverse proxy with a browser in front of it, and a wiki behind it that an owner added."""

from dataclasses import dataclass, field, replace
from typing import Any
from urllib.parse import urlsplit

import pytest
from starlette.testclient import TestClient

from sparekey.core.clients import Client, ClientId, Kind, Login
from sparekey.flows.context import Context
from sparekey.store.oidc import clients
from sparekey.web.forward_auth import PATH, ForwardAuth
from sparekey.web.routes import make_web
from tests.people import Browser, Team, account, signed_in

HOST = "wiki.example.com"
PROXY = "127.0.0.1"
PASS, HOP = "__Host-sparekey-pass", "__Host-sparekey-hop"


@dataclass
class Proxy:
    """A proxy with a browser in front of it, whose cookies are the site's own."""

    app: ForwardAuth
    base_url: str
    path: str = PATH
    peer: str = PROXY
    cookies: dict[str, str] = field(default_factory=dict)

    def ask(self, uri: str = "/page?a=b", host: str = HOST, **headers: str) -> Any:
        told = {
            "x-forwarded-host": host,
            "x-forwarded-uri": uri,
            "x-forwarded-method": "GET",
            "cookie": "; ".join(f"{name}={value}" for name, value in self.cookies.items()),
            **{name.replace("_", "-"): value for name, value in headers.items()},
        }
        client = TestClient(self.app, follow_redirects=False, client=(self.peer, 1))
        answer = client.get(self.path, headers=told)
        for line in answer.headers.get_list("set-cookie"):
            name, _, value = line.partition(";")[0].partition("=")
            self.cookies[name] = value
            if "Max-Age=0" in line:
                del self.cookies[name]
        return answer

    def ticket(self, browser: Browser, away: Any) -> Any:
        """The sign-in, where this browser has done it already."""
        client = TestClient(self.app, base_url=self.base_url, follow_redirects=False)
        client.cookies.set("__Host-sparekey", browser.token)
        return client.get(away.headers["location"])

    def sign_in(self, browser: Browser, uri: str = "/page?a=b") -> Any:
        """Away, and back with the ticket."""
        return self.ask(local(self.ticket(browser, self.ask(uri)).headers["location"]))


def local(address: str) -> str:
    parts = urlsplit(address)
    return parts.path + (f"?{parts.query}" if parts.query else "")


@pytest.fixture
def team(ctx: Context) -> Team:
    return account(ctx)


@pytest.fixture
def jonas(ctx: Context, team: Team) -> Browser:
    return signed_in(ctx, team["jonas.frei"])


@pytest.fixture
def proxy(ctx: Context, team: Team) -> Proxy:
    add_site(ctx, team)
    app = ForwardAuth(ctx, make_web(ctx), (f"{PROXY}/32",))
    return Proxy(app, ctx.site.base_url)


def add_site(ctx: Context, team: Team, **fields: Any) -> None:
    site = Client(
        ClientId("app_wiki"), team.account.id, Kind.PROXY, "Wiki", Login.NONE, ctx.moment().at, host=HOST
    )
    ctx.db.write(lambda conn: clients.add(conn, replace(site, **fields)))


def change_site(ctx: Context, **fields: Any) -> None:
    def change(conn: Any) -> None:
        found = clients.by_host(conn, HOST)
        assert found
        clients.put(conn, replace(found, **fields))

    ctx.db.write(change)
