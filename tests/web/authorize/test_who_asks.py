"""Whoever is led to the sign-in or to confirm reads which app sent them."""

from urllib.parse import quote

import pytest
from starlette.testclient import TestClient

from sparekey.core.clients import Kind, Login
from sparekey.flows.context import Context
from sparekey.web.routes import make_web
from tests.clients import client
from tests.people import account, signed_in


@pytest.fixture
def browser(ctx: Context) -> TestClient:
    return TestClient(make_web(ctx), base_url=ctx.site.base_url, follow_redirects=False)


def said(browser: TestClient, page: str, onward: str) -> str:
    return str(browser.get(f"{page}?next={quote(onward, safe='')}").text)


@pytest.fixture
def ways(ctx: Context) -> dict[str, str]:
    """To an app, to a site behind a proxy, and to what nobody added."""
    team = account(ctx)
    app = client(ctx, team, "Wiki")
    client(
        ctx,
        team,
        "Intranet",
        kind=Kind.PROXY,
        login=Login.NONE,
        secret_hash="",
        redirect_uris=(),
        host="in.example",
    )
    return {
        "Wiki": f"/oidc/authorize?client_id={app.id}&scope=openid",
        "Intranet": "/forward-auth/start?host=in.example&to=%2F",
    }


@pytest.mark.parametrize("name", ["Wiki", "Intranet"])
def test_the_sign_in_names_the_app_that_follows(browser: TestClient, ways: dict[str, str], name: str) -> None:
    assert f'to go on to <strong class="ink">{name}</strong>' in said(browser, "/sign-in", ways[name])


@pytest.mark.parametrize(
    "onward",
    ["/me", "/oidc/authorize", "/oidc/authorize?client_id=cli_gone", "/forward-auth/start?host=else.example"],
)
def test_it_names_nothing_where_no_app_follows(
    browser: TestClient, ways: dict[str, str], onward: str
) -> None:
    assert "to go on to" not in said(browser, "/sign-in", onward)


@pytest.mark.parametrize("name", ["Wiki", "Intranet"])
def test_a_confirmation_names_the_app_that_asks(
    ctx: Context, browser: TestClient, ways: dict[str, str], name: str
) -> None:
    token = signed_in(ctx, account(ctx, "eva.brunner", ()).owner).token
    browser.cookies.set("__Host-sparekey", token)
    assert f"{name} asks for a fresh confirmation." in said(browser, "/me/confirm", ways[name])
