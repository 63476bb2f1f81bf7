"""The pages on the way to an app, and an app to go to."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlencode

from playwright.sync_api import Route

from sparekey.core.clients import Client, ClientId, Kind, Login
from sparekey.core.sign_in import Demand
from sparekey.store import people
from sparekey.store.engine import Database
from sparekey.store.oidc import clients
from sparekey.web.guard import HEADERS
from tests.serving import Server
from tests.stories.walks.tab import Cast, Seen

TUESDAY = datetime(2026, 11, 17, tzinfo=UTC)


def new_app(server: Server, number: int = 1, **changes: Any) -> Client:
    """An app of the demo's team, put into its database; unless told otherwise it lives at the demo's own address."""
    database = Database(f"sqlite:///{next(server.folder.rglob('*.sqlite3'))}")
    account = database.read(people.all_accounts)[0]
    made = Client(
        id=ClientId(f"cli_{number:016}"),
        account_id=account.id,
        kind=Kind.SERVER,
        name="Wiki",
        login=Login.SECRET,
        created_at=TUESDAY,
        redirect_uris=(f"{server.url}/app",),
        needs_pkce=False,
    )
    made = replace(made, **changes)
    database.write(lambda conn: clients.add(conn, made))
    database.close()
    return made


def asking(client: Client, **changes: str) -> str:
    params = {"client_id": client.id, "redirect_uri": client.redirect_uris[0], "response_type": "code"}
    scope = "openid profile email roles offline_access"
    return "/oidc/authorize?" + urlencode({**params, "scope": scope, "state": "af0ifjsldkj", **changes})


def to_apps(cast: Cast) -> Iterator[Seen]:
    """Consent, who goes on, what an app asks for, and a request that cannot be answered."""
    wiki = new_app(cast.demo)
    closed = new_app(cast.demo, 2, only=())
    strict = new_app(cast.demo, 3, demand=Demand.PASSKEY)
    cast.context.route("**/app?*", _stays)
    tab = cast.signed_in("mia.zuercher")
    yield "app-refused", tab.go(asking(wiki, redirect_uri="https://elsewhere.example/"))
    yield "app-whom", tab.go(asking(wiki, prompt="select_account"))
    yield "app-not-yours", tab.go(asking(closed))
    yield "app-passkey", tab.go(asking(strict))
    yield "app-confirm", tab.go(asking(wiki, prompt="login"))
    local = new_app(cast.demo, 4, kind=Kind.PUBLIC, login=Login.NONE)
    proof = {"code_challenge": "5" * 43, "code_challenge_method": "S256"}
    yield "app-consent-each-time", tab.go(asking(local, **proof))
    yield "app-consent", tab.go(asking(wiki))
    yield "app-onward", tab.press('main [name="answer"][value="yes"]')


def devices(cast: Cast) -> Iterator[Seen]:
    """A device that waits for a yes."""
    tab = cast.signed_in("mia.zuercher")
    yield "device", tab.go("/device")
    yield "device-wrong", tab.send(user_code="BCDF-GHJK")
    terminal = new_app(cast.demo, 7, kind=Kind.COMMAND, name="Backup", login=Login.NONE, redirect_uris=())
    said = cast.context.request.post(
        f"{cast.demo.url}/oidc/device", form={"client_id": terminal.id, "scope": "openid"}
    ).json()
    tab.go("/device")
    yield "device-confirm", tab.send(user_code=said["user_code"])
    yield "device-allowed", tab.press('main [name="decision"][value="allow"]')


def _stays(route: Route) -> None:
    """Nobody is there to answer: an empty answer leaves the browser on the page before it."""
    route.fulfill(status=204, headers={**HEADERS, "cache-control": "no-store"})
