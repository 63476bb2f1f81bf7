"""Apache's mod_auth_openidc, as docs/apps/clients.md sets it up, signs people in."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlencode

import httpx2 as httpx
import pytest

from sparekey.core.clients import Client
from sparekey.flows.background.logouts import Teller
from sparekey.flows.context import Context
from tests.bench.servers import free_port
from tests.clients import SECRET, client
from tests.infra import proxies
from tests.people import Team, tags
from tests.web.conftest import Reader
from tests.web.real_clients.conftest import Walker, block

pytestmark = [pytest.mark.apache, pytest.mark.parametrize("ctx", ["sqlite"], indirect=True)]
FORGED = {
    "Remote-User": "nora.keller",
    "OIDC-CLAIM-email": "nora.keller@example.com",
    "Oidc_Claim_acr": "phrh",
}


@dataclass(frozen=True)
class Site:
    address: str
    client: Client


@pytest.fixture(params=["client_secret_basic", "client_secret_post"])
def wiki(request: pytest.FixtureRequest, here: Context, team: Team, tmp_path: Path) -> Iterator[Site]:
    """A site behind Apache."""
    port, folder = free_port(), tmp_path / "apache"
    folder.mkdir()
    address = f"http://localhost:{port}"
    known = client(
        here,
        team,
        redirect_uris=(f"{address}/signed-in",),
        logout_uris=(f"{address}/bye",),
        backchannel_uri=f"{address}/signed-in?logout=backchannel",
    )
    with proxies.echoing() as behind:
        text = block("apache").replace("https://id.example.com", here.site.base_url)
        text = text.replace("https://wiki.example.com", address).replace(":9000", f":{behind}")
        text = text.replace("cli_wiki", known.id).replace("secret-of-the-app", SECRET)
        text = text.replace("client_secret_basic", request.param)
        with proxies.apache(folder, text, port):
            yield Site(address, known)


def told(jonas: Walker, address: str, **headers: str) -> dict[str, str]:
    """What the site hears once somebody is signed in."""
    found: dict[str, str] = json.loads(jonas.http.get(address, headers=headers).text)
    return found


def test_a_person_signs_in_and_the_site_is_told_who_it_is(
    here: Context, team: Team, wiki: Site, jonas: Walker
) -> None:
    page = jonas.walk(f"{wiki.address}/page?a=b")
    assert (f"{wiki.address}/page?a=b", ["/sign-in", "/sign-in/code", "/oidc/authorize"]) == (
        str(page.url),
        jonas.seen,
    )
    who, heard = jonas.who, told(jonas, f"{wiki.address}/page", **FORGED)
    assert (who.username, who.email, who.name, "urn:sparekey:acr:aal2") == (
        heard["remote-user"],
        heard["oidc_claim_email"],
        heard["oidc_claim_name"],
        heard["oidc_claim_acr"],
    )
    assert "client:member:signed_in" in tags(here, team.account.id)


def test_tokens_are_refreshed_as_often_as_the_site_asks(wiki: Site, jonas: Walker) -> None:
    jonas.walk(wiki.address)
    had = [told(jonas, wiki.address)["oidc_access_token"]]
    for _ in range(2):
        back = urlencode({"refresh": wiki.address, "access_token": had[-1]})
        assert wiki.address == jonas.http.get(f"{wiki.address}/signed-in?{back}").headers["location"]
        had.append(told(jonas, wiki.address)["oidc_access_token"])
    assert 3 == len(set(had))


def test_an_answer_that_was_not_asked_for_signs_nobody_in(wiki: Site, jonas: Walker) -> None:
    forged = urlencode({"code": "5" * 43, "state": "6" * 27, "iss": jonas.ctx.site.base_url})
    assert jonas.http.get(f"{wiki.address}/signed-in?{forged}").status_code >= 400
    assert 302 == jonas.http.get(wiki.address).status_code


def test_signing_out_of_the_site_signs_out_here_and_comes_back(wiki: Site, jonas: Walker) -> None:
    """RP-Initiated Logout, as the module does it at its own address."""
    jonas.walk(wiki.address)
    out = urlencode({"logout": f"{wiki.address}/bye"})
    to_us = jonas.http.get(f"{wiki.address}/signed-in?{out}").headers["location"]
    assert to_us.startswith(f"{jonas.ctx.site.base_url}/oidc/logout?")
    assert f"{wiki.address}/bye" == jonas.http.get(to_us).headers["location"]
    assert jonas.http.get(f"{jonas.ctx.site.base_url}/me").headers["location"].startswith("/sign-in")


def test_signing_out_here_ends_the_session_of_the_site(here: Context, wiki: Site, jonas: Walker) -> None:
    """Back-Channel Logout: the module believes the notice, and sends the browser to the sign-in again."""
    jonas.walk(wiki.address)
    assert 200 == jonas.http.get(wiki.address).status_code
    with httpx.Client(cookies=jonas.http.cookies, base_url=here.site.base_url) as elsewhere:
        page = elsewhere.get("/me")
        form = next(one for one in Reader(page.text).forms if one.action == "/sign-out")
        elsewhere.post("/sign-out", data=form.fields, headers={"origin": here.site.base_url})
    assert 1 == Teller(here).run_once()
    assert 302 == jonas.http.get(wiki.address).status_code
