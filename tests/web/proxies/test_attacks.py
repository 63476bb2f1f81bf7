"""What strangers try at the gate of a site behind a proxy."""

import pytest
from starlette.testclient import TestClient

from sparekey.flows.oidc import passing
from sparekey.web.forward_auth import NGINX, PATH
from tests.people import Browser
from tests.web.proxies.conftest import HOP, HOST, PASS, PROXY, Proxy, local


@pytest.mark.parametrize("path", [PATH, NGINX])
def test_a_ticket_planted_by_a_stranger_neither_reaches_the_site_nor_stays_good(
    proxy: Proxy, jonas: Browser, path: str
) -> None:
    """A stranger's mark in the way to the sign-in, and somebody who has a pass already."""
    proxy.sign_in(jonas)
    proxy.cookies.pop(HOP, None)
    proxy.path = path
    stranger = Proxy(proxy.app, proxy.base_url)
    there = local(proxy.ticket(jonas, stranger.ask("/log?a=b")).headers["location"])
    shown = proxy.ask(there)
    stranger.ask(there)
    assert (303 if path == PATH else 401, f"https://{HOST}/log?a=b", 303) == (
        shown.status_code,
        shown.headers["location"],
        stranger.ask().status_code,
    )
    assert "set-cookie" not in shown.headers or "Max-Age=0" in shown.headers["set-cookie"]


@pytest.mark.parametrize("name", ["Remote_User", "Remote_Email", "Remote.Groups"])
def test_a_header_disguised_as_one_of_the_identity_is_refused(
    proxy: Proxy, jonas: Browser, name: str
) -> None:
    """Programs behind WSGI or CGI cannot tell it from the proxy's own."""
    proxy.sign_in(jonas)
    client = TestClient(proxy.app, client=(PROXY, 1))
    told = {"x-forwarded-host": HOST, "cookie": f"{PASS}={proxy.cookies[PASS]}", name: "nora.keller"}
    assert 403 == client.get(PATH, headers=told).status_code


def test_a_ticket_for_the_mark_of_nothing_signs_nobody_in(proxy: Proxy, jonas: Browser) -> None:
    """A stranger's own ticket, sent to somebody else: they would work in the stranger's name."""
    away = proxy.ask()
    planted = away.headers["location"].rpartition("hop=")[0] + f"hop={passing.mark_of('')}"
    client = TestClient(proxy.app, base_url=proxy.base_url, follow_redirects=False)
    client.cookies.set("__Host-sparekey", jonas.token)
    there = local(client.get(planted).headers["location"])
    somebody = Proxy(proxy.app, proxy.base_url, cookies={PASS: "old", HOP: ""})
    somebody.ask(there)
    assert 303 == somebody.ask().status_code


def test_a_ticket_for_a_site_that_nobody_added_leads_nowhere(proxy: Proxy) -> None:
    proxy.cookies[HOP] = "a"
    assert 403 == proxy.ask("/?sparekey_ticket=a", host="evil.example").status_code


def test_a_link_with_a_ticket_in_disguise_sends_nobody_round_in_circles(proxy: Proxy, jonas: Browser) -> None:
    proxy.sign_in(jonas)
    shown = proxy.ask("/log?a=sparekey_ticket&sparekey%5Fticket=x")
    assert f"https://{HOST}/log?a=sparekey_ticket" == shown.headers["location"]
