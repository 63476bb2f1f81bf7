"""An app of the crew's, what it asks, and what it hears."""

import html
import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit

import pytest

from sparekey.core.clients import Client, ClientId, Grant, Kind, Login
from sparekey.core.people import new_id
from sparekey.flows._work import hashed
from sparekey.flows.context import Context
from sparekey.store.oidc import clients, tokens
from tests.people import Team
from tests.web.conftest import Page

BACK = "https://wiki.example/back"
CHALLENGE = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"
"""RFC 7636, appendix B."""
ON = re.compile(r'http-equiv="refresh" content="0; url=([^"]+)"')
AddClient = Callable[..., Client]
Asks = Callable[..., str]


@pytest.fixture
def add(ctx: Context, crew: Team) -> AddClient:
    """Makes apps of the crew's."""

    def add_client(**changes: Any) -> Client:
        moment = ctx.moment()
        made = Client(
            id=ClientId(new_id("cli", moment)),
            account_id=crew.account.id,
            kind=Kind.SERVER,
            name="Wiki",
            login=Login.SECRET,
            created_at=moment.at,
            redirect_uris=(BACK,),
            asks_consent=False,
        )
        made = replace(made, **changes)
        ctx.db.write(lambda conn: clients.add(conn, made))
        return made

    return add_client


@pytest.fixture
def wiki(add: AddClient) -> Client:
    """An app that asks nobody for consent."""
    return add()


def asking(client: Client, **changes: str) -> str:
    """The address of a request; a change to '' leaves the parameter away."""
    params = {
        "client_id": client.id,
        "redirect_uri": BACK,
        "response_type": "code",
        "scope": "openid profile email",
        "state": "af0ifjsldkj",
        "nonce": "n-0S6_WzA2Mj",
        "code_challenge": CHALLENGE,
        "code_challenge_method": "S256",
        **changes,
    }
    return "/oidc/authorize?" + urlencode({name: value for name, value in params.items() if value})


@dataclass(frozen=True)
class Heard:
    """What the app hears in the end."""

    address: str
    told: dict[str, str]


def heard(page: Page) -> Heard:
    """By a redirect, or by a page that leads on."""
    sent_on = ON.search(page.text)
    leads_to = html.unescape(sent_on.group(1)) if sent_on else page.leads_to
    assert leads_to.startswith("http"), f"{page.status} {page.leads_to} {page.words}"
    parts = urlsplit(leads_to)
    return Heard(f"{parts.scheme}://{parts.netloc}{parts.path}", dict(parse_qsl(parts.query)))


def granted(ctx: Context, page: Page) -> Grant:
    """The grant behind the code that the app hears."""
    code = heard(page).told["code"]
    found = ctx.db.read(lambda conn: tokens.by_code(conn, hashed(code)))
    assert found
    return found.grant
