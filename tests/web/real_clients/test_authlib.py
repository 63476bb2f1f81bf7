"""Authlib in an app of its own, as docs/apps/clients.md writes it, signs people in."""

import runpy
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from sparekey.flows.context import Context
from tests.bench.servers import free_port
from tests.clients import SECRET, client
from tests.people import Team
from tests.web.real_clients.conftest import Walker, block, listening

pytestmark = pytest.mark.parametrize("ctx", ["sqlite"], indirect=True)


@dataclass(frozen=True)
class Site:
    address: str
    kept: dict[str, dict[str, Any]]
    """The tokens it keeps, by person."""


@pytest.fixture(params=["RS256", "ES256"])
def wiki(request: pytest.FixtureRequest, here: Context, team: Team, tmp_path: Path) -> Iterator[Site]:
    """The app of the guide, listening; `param`: what its ID tokens are signed with."""
    port = free_port()
    address = f"http://localhost:{port}"
    known = client(
        here,
        team,
        redirect_uris=(f"{address}/back",),
        logout_uris=(f"{address}/bye",),
        algorithm=request.param,
    )
    text = block("python").replace("https://id.example.com", here.site.base_url)
    text = text.replace("https://wiki.example.com", address)
    text = text.replace("cli_wiki", known.id).replace("secret-of-the-app", SECRET)
    file = tmp_path / "app.py"
    file.write_text(text)
    made = runpy.run_path(str(file))
    with listening(made["app"], port):
        yield Site(address, made["kept"])


def test_a_person_signs_in_to_an_app_with_authlib(wiki: Site, jonas: Walker) -> None:
    page = jonas.walk(wiki.address)
    (token,) = wiki.kept.values()
    told = page.json()
    assert (jonas.who.username, jonas.who.email, "urn:sparekey:acr:aal2") == (
        told["preferred_username"],
        told["email"],
        token["userinfo"]["acr"],
    )


def test_tokens_that_ended_are_refreshed_by_authlib(wiki: Site, jonas: Walker) -> None:
    jonas.walk(wiki.address)
    refresh_tokens = set()
    for _ in range(3):
        (had,) = wiki.kept.values()
        refresh_tokens.add(had["refresh_token"])
        had["expires_at"] = 0
        assert 200 == jonas.http.get(f"{wiki.address}/").status_code
    assert 3 == len(refresh_tokens)


def test_signing_out_by_authlib_signs_out_here_and_comes_back(wiki: Site, jonas: Walker) -> None:
    """RP-Initiated Logout, with the ID token that came with the sign-in."""
    jonas.walk(wiki.address)
    page = jonas.walk(f"{wiki.address}/leave")
    assert (f"{wiki.address}/bye", "You are signed out.") == (str(page.url).partition("?")[0], page.json())
    assert jonas.http.get(f"{jonas.ctx.site.base_url}/me").headers["location"].startswith("/sign-in")
