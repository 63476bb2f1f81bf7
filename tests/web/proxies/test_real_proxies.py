"""nginx and Caddy as docs/apps/behind-a-proxy.md sets them up, in front of a site that says what it got."""

import http.client
import json
import re
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from urllib.parse import urlsplit

import pytest
import uvicorn
import yaml

from sparekey.core.clients import Client, ClientId, Kind, Login
from sparekey.flows import sessions
from sparekey.flows.context import Context
from sparekey.store.oidc import clients
from sparekey.web.forward_auth import ForwardAuth
from sparekey.web.routes import make_web
from tests.bench.servers import free_port
from tests.infra import proxies
from tests.people import Browser, Team
from tests.web.proxies.conftest import HOST

GUIDE = Path(__file__).parents[3] / "docs" / "apps" / "behind-a-proxy.md"
pytestmark = pytest.mark.proxy
NAMES = ["remote-user", "remote-email", "remote-name", "remote-groups", "remote-acr"]


def block(language: str) -> str:
    """The configuration of the guide, as it stands there."""
    found = re.search(rf"```{language}\n(.*?)```", GUIDE.read_text(), re.DOTALL)
    assert found
    return found[1]


@dataclass
class Site:
    """A site behind a proxy, as one browser sees it."""

    port: int
    cookies: dict[str, str] = field(default_factory=dict)

    @property
    def name(self) -> str:
        return f"{HOST}:{self.port}"

    def get(self, path: str, method: str = "GET", **headers: str) -> tuple[int, str, dict[str, str]]:
        """Status, where it leads, and what reached the site."""
        kept = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        status, location, lines, body = fetch(
            self.port, path, method, {"Host": self.name, "Cookie": kept, **headers}
        )
        for line in lines:
            name, _, value = line.partition(";")[0].partition("=")
            self.cookies[name] = value
        return status, location, json.loads(body) if status == 200 else {}


def fetch(port: int, path: str, method: str, headers: dict[str, str]) -> tuple[int, str, list[str], bytes]:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
    try:
        connection.request(method, path, headers=headers)
        answer = connection.getresponse()
        location = answer.getheader("location") or ""
        return answer.status, location, answer.headers.get_all("set-cookie") or [], answer.read()
    finally:
        connection.close()


@contextmanager
def serving(ctx: Context, team: Team, host: str) -> Iterator[int]:
    """Sparekey itself, with the site added."""
    port = free_port()
    here = replace(ctx, site=replace(ctx.site, base_url=f"http://localhost:{port}"))
    site = Client(
        ClientId("app_wiki"), team.account.id, Kind.PROXY, "Wiki", Login.NONE, ctx.moment().at, host=host
    )
    here.db.write(lambda conn: clients.add(conn, site))
    app = ForwardAuth(here, make_web(here), ("127.0.0.1/32",))
    config = uvicorn.Config(app, port=port, log_config=None, lifespan="off", proxy_headers=False)
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    while not server.started:
        time.sleep(0.01)
    try:
        yield port
    finally:
        server.should_exit = True
        thread.join()


def in_nginx(folder: Path, ours: int, behind: int, port: int) -> AbstractContextManager[None]:
    text = block("nginx").replace("127.0.0.1:8000", f"127.0.0.1:{ours}").replace(":9000", f":{behind}")
    text = re.sub(r"\n +ssl_certificate.*", "", text.replace("listen 443 ssl;", f"listen 127.0.0.1:{port};"))
    return proxies.nginx(folder, text, port)


def in_caddy(folder: Path, ours: int, behind: int, port: int) -> AbstractContextManager[None]:
    text = block("caddyfile").replace("127.0.0.1:8000", f"127.0.0.1:{ours}").replace(":9000", f":{behind}")
    return proxies.caddy(folder, text.replace(HOST, f"http://{HOST}:{port}"), port)


InFront = Callable[[Path, int, int, int], AbstractContextManager[None]]


@pytest.fixture(params=[in_nginx, in_caddy], ids=["nginx", "caddy"])
def wiki(request: pytest.FixtureRequest, ctx: Context, team: Team, tmp_path: Path) -> Iterator[Site]:
    """The site, behind the proxy, for a browser that was never there."""
    in_front: InFront = request.param
    port, folder = free_port(), tmp_path / "proxy"
    folder.mkdir()
    with (
        proxies.echoing() as behind,
        serving(ctx, team, f"{HOST}:{port}") as ours,
        in_front(folder, ours, behind, port),
    ):
        yield Site(port)


def sign_in(wiki: Site, browser: Browser, path: str = "/page?a=b") -> tuple[int, str]:
    """Away, to Sparekey, back with the ticket; gives what the ticket is answered with."""
    _, away, _ = wiki.get(path)
    there = urlsplit(away)
    assert there.port
    mark = {"Host": there.netloc, "Cookie": f"sparekey={browser.token}"}
    _, back, _, _ = fetch(there.port, f"{there.path}?{there.query}", "GET", mark)
    parts = urlsplit(back)
    status, location, _ = wiki.get(f"{parts.path}?{parts.query}")
    return status, location


def test_a_person_signs_in_and_comes_back_to_the_page(wiki: Site, jonas: Browser) -> None:
    assert (303, f"http://{wiki.name}/page?a=b") == sign_in(wiki, jonas)


def test_the_site_is_told_who_it_is_and_believes_nobody_else(wiki: Site, team: Team, jonas: Browser) -> None:
    sign_in(wiki, jonas)
    forged = {"Remote-User": "nora.keller", "remote-groups": "owner", "Remote-Acr": "phrh"}
    status, _, told = wiki.get("/page", **forged)
    who = team["jonas.frei"]
    assert (200, ["jonas.frei", who.email, who.name, "staff", "urn:sparekey:acr:aal2"]) == (
        status,
        [told[name] for name in NAMES],
    )


def test_forged_addresses_open_nothing(wiki: Site) -> None:
    forged = {
        "X-Forwarded-Host": "other.example",
        "X-Forwarded-For": "127.0.0.1",
        "X-Forwarded-Method": "POST",
    }
    status, away, _ = wiki.get("/page", **forged)
    assert (303, True) == (status, f"host={HOST}%3A{wiki.port}" in away)


def test_signing_out_closes_the_site_at_once(ctx: Context, wiki: Site, jonas: Browser) -> None:
    sign_in(wiki, jonas)
    before, _, _ = wiki.get("/page")
    sessions.sign_out(ctx, jonas)
    assert (200, 303) == (before, wiki.get("/page")[0])


def test_a_form_without_a_session_is_refused_and_not_sent_away(wiki: Site) -> None:
    status, away, _ = wiki.get("/save", "POST")
    assert (401, "") == (status, away)


def test_a_site_that_nobody_added_says_so(ctx: Context, team: Team, tmp_path: Path) -> None:
    with proxies.echoing() as behind, serving(ctx, team, "other.example") as ours:
        for in_front in (in_nginx, in_caddy):
            port, folder = free_port(), tmp_path / in_front.__name__
            folder.mkdir()
            with in_front(folder, ours, behind, port):
                status, _, _, said = fetch(port, "/page", "GET", {"Host": f"{HOST}:{port}"})
            assert (403, b"Nobody added this site to Sparekey\n") == (status, said)


def test_a_server_that_is_down_lets_nobody_in(ctx: Context, team: Team, tmp_path: Path) -> None:
    for in_front in (in_nginx, in_caddy):
        port, folder = free_port(), tmp_path / in_front.__name__
        folder.mkdir()
        with proxies.echoing() as behind, in_front(folder, free_port(), behind, port):
            assert wiki_status(port) >= 500


def wiki_status(port: int) -> int:
    return Site(port).get("/page")[0]


def test_traefik_is_told_to_copy_what_is_answered() -> None:
    middleware = yaml.safe_load(block("yaml"))["http"]["middlewares"]["sparekey"]["forwardAuth"]
    assert ("/forward-auth", NAMES) == (
        urlsplit(middleware["address"]).path,
        [name.lower() for name in middleware["authResponseHeaders"]],
    )
