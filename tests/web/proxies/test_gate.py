"""What a reverse proxy is told: who may pass to a site, who goes to sign in first, and for whom it is not."""

from collections.abc import Callable
from datetime import timedelta
from urllib.parse import parse_qsl, urlsplit

import pytest
from sqlalchemy import event
from starlette.testclient import TestClient

from sparekey.core.clients import ClientId
from sparekey.core.people import Status
from sparekey.core.recovery_case import How
from sparekey.core.sign_in import Demand
from sparekey.flows import reset, sessions
from sparekey.flows.context import Context
from sparekey.flows.oidc import passing
from sparekey.flows.team import standing
from sparekey.web.forward_auth import NGINX, back
from tests.people import Browser, Team, account, changed, signed_in, tags
from tests.web.proxies.conftest import HOST, PASS, Proxy, add_site, change_site, local
from tests.world import FrozenWorld


def test_whoever_signed_in_in_between_is_sent_on_by_a_page(proxy: Proxy, jonas: Browser) -> None:
    client = TestClient(proxy.app, base_url=proxy.base_url, follow_redirects=False)
    away = client.get(proxy.ask().headers["location"]).headers["location"]
    back = dict(parse_qsl(urlsplit(away).query))["next"]
    client.cookies.set("__Host-sparekey", jonas.token)
    page = client.get(back)
    assert (200, True) == (page.status_code, f'content="0; url=https://{HOST}/page?a=b' in page.text)


def test_a_stranger_is_sent_to_sign_in_and_comes_back_to_the_page_they_asked_for(
    proxy: Proxy, jonas: Browser
) -> None:
    away = proxy.ask("/page?a=b")
    back = proxy.ticket(jonas, away)
    taken = proxy.ask(local(back.headers["location"]))
    assert [
        (303, "id.example"),
        (303, HOST),
        (303, f"https://{HOST}/page?a=b"),
        200,
    ] == [
        (away.status_code, urlsplit(away.headers["location"]).netloc),
        (back.status_code, urlsplit(back.headers["location"]).netloc),
        (taken.status_code, taken.headers["location"]),
        proxy.ask().status_code,
    ]


def test_the_site_is_told_who_it_is(proxy: Proxy, team: Team, jonas: Browser) -> None:
    proxy.sign_in(jonas)
    told = proxy.ask().headers
    who = team["jonas.frei"]
    assert {
        "remote-user": "jonas.frei",
        "remote-email": who.email,
        "remote-name": who.name,
        "remote-groups": "staff",
        "remote-acr": "urn:sparekey:acr:aal2",
    } == {name: value for name, value in told.items() if name.startswith("remote-")}


def test_nginx_hears_401_with_the_same_way(proxy: Proxy, jonas: Browser) -> None:
    proxy.path = NGINX
    away = proxy.ask()
    taken = proxy.ask(local(proxy.ticket(jonas, away).headers["location"]))
    assert (401, 401, f"https://{HOST}/page?a=b", 200) == (
        away.status_code,
        taken.status_code,
        taken.headers["location"],
        proxy.ask().status_code,
    )


def test_its_cookies_are_the_sites_own(proxy: Proxy, jonas: Browser) -> None:
    away = proxy.ask()
    set_first = away.headers["set-cookie"]
    taken = proxy.ask(local(proxy.ticket(jonas, away).headers["location"]))
    lines = [set_first, *taken.headers.get_list("set-cookie")]
    assert [True] * 3 == [
        line.startswith("__Host-sparekey-")
        and line.split("; ")[1:5] == ["Path=/", "HttpOnly", "SameSite=Lax", "Secure"]
        and "Domain" not in line
        for line in lines
    ]


@pytest.mark.parametrize("peer", ["203.0.113.9", "testclient", "::1"])
def test_nobody_but_the_configured_proxy_is_answered(proxy: Proxy, jonas: Browser, peer: str) -> None:
    proxy.sign_in(jonas)
    proxy.peer = peer
    assert 403 == proxy.ask().status_code


@pytest.mark.parametrize(
    "host", ["", "other.example.com", "wiki.example.com.evil.example", "wiki.example.com:81"]
)
def test_a_site_that_nobody_added_is_refused(proxy: Proxy, jonas: Browser, host: str) -> None:
    proxy.sign_in(jonas)
    assert (403, "Nobody added this site to Sparekey\n") == (
        proxy.ask(host=host).status_code,
        proxy.ask(host=host).text,
    )


def test_a_pass_opens_no_other_site(ctx: Context, proxy: Proxy, team: Team, jonas: Browser) -> None:
    add_site(ctx, team, id=ClientId("app_crm"), host="crm.example.com")
    proxy.sign_in(jonas)
    assert (200, 303) == (proxy.ask().status_code, proxy.ask(host="crm.example.com").status_code)


def test_a_ticket_is_good_once(proxy: Proxy, jonas: Browser) -> None:
    away = proxy.ask()
    there = local(proxy.ticket(jonas, away).headers["location"])
    mark = dict(proxy.cookies)
    proxy.ask(there)
    proxy.cookies = mark
    proxy.ask(there)
    assert 303 == proxy.ask().status_code


def test_a_ticket_is_no_pass_itself(proxy: Proxy, jonas: Browser) -> None:
    there = proxy.ticket(jonas, proxy.ask()).headers["location"]
    proxy.cookies[PASS] = there.rpartition("=")[2]
    assert 303 == proxy.ask().status_code


def test_a_ticket_is_good_in_the_browser_that_was_sent_away_alone(proxy: Proxy, jonas: Browser) -> None:
    there = local(proxy.ticket(jonas, proxy.ask()).headers["location"])
    other = Proxy(proxy.app, proxy.base_url)
    without = other.ask(there)
    other.ask()
    another = other.ask(there)
    assert (403, 303, 303) == (without.status_code, another.status_code, other.ask().status_code)


def test_a_ticket_is_good_for_a_minute(proxy: Proxy, jonas: Browser, world: FrozenWorld) -> None:
    there = local(proxy.ticket(jonas, proxy.ask()).headers["location"])
    world.advance(passing.TICKET_LIFE)
    proxy.ask(there)
    assert 303 == proxy.ask().status_code


def test_a_ticket_is_good_on_its_own_site(ctx: Context, proxy: Proxy, team: Team, jonas: Browser) -> None:
    add_site(ctx, team, id=ClientId("app_crm"), host="crm.example.com")
    there = local(proxy.ticket(jonas, proxy.ask()).headers["location"])
    proxy.ask(there, host="crm.example.com")
    assert 303 == proxy.ask(host="crm.example.com").status_code


def test_signing_out_ends_it_at_once(ctx: Context, proxy: Proxy, jonas: Browser) -> None:
    proxy.sign_in(jonas)
    before = proxy.ask().status_code
    sessions.sign_out(ctx, jonas)
    assert (200, 303) == (before, proxy.ask().status_code)


def test_deactivation_ends_it_at_once(ctx: Context, proxy: Proxy, team: Team, jonas: Browser) -> None:
    proxy.sign_in(jonas)
    changed(ctx, team["jonas.frei"], status=Status.DEACTIVATED)
    assert 303 == proxy.ask().status_code


def test_it_goes_on_under_a_new_token_of_the_same_session(ctx: Context, proxy: Proxy, jonas: Browser) -> None:
    proxy.sign_in(jonas)
    sessions.wake(ctx, jonas, "lantern under the bridge")
    assert 200 == proxy.ask().status_code


def test_a_site_for_some_people_is_closed_to_others(
    ctx: Context, proxy: Proxy, team: Team, jonas: Browser
) -> None:
    proxy.sign_in(jonas)
    change_site(ctx, only=(team.owner.id,))
    after, form = proxy.ask(), proxy.ask(x_forwarded_method="POST")
    page = proxy.ticket(jonas, after)
    assert (303, 403, True, 403) == (
        after.status_code,
        page.status_code,
        "Wiki is not open to you" in page.text,
        form.status_code,
    )


def test_people_of_another_account_get_no_ticket(ctx: Context, proxy: Proxy) -> None:
    other = account(ctx, "olga.other", ("otto.other",))
    assert 403 == proxy.ticket(signed_in(ctx, other.owner), proxy.ask()).status_code


@pytest.mark.parametrize(("demand", "leads"), [(Demand.REMEMBERED, "/page"), (Demand.SECOND, "/me/confirm")])
def test_who_proved_too_little_is_led_to_confirm(
    ctx: Context, proxy: Proxy, team: Team, demand: Demand, leads: str
) -> None:
    change_site(ctx, demand=demand)
    low = signed_in(ctx, team["jonas.frei"], aal2=False)
    answer = proxy.ticket(low, proxy.ask())
    assert (303, leads) == (answer.status_code, urlsplit(answer.headers["location"]).path)


def test_who_has_no_passkey_is_told_where_to_add_one(ctx: Context, proxy: Proxy, jonas: Browser) -> None:
    change_site(ctx, demand=Demand.PASSKEY)
    answer = proxy.ticket(jonas, proxy.ask())
    assert (403, True) == (answer.status_code, "/me/2fa/passkey" in answer.text)


def test_what_must_be_fresh_asks_again(
    ctx: Context, proxy: Proxy, jonas: Browser, world: FrozenWorld
) -> None:
    change_site(ctx, fresh_minutes=15)
    proxy.sign_in(jonas)
    world.advance(timedelta(minutes=15))
    on_time = proxy.ask().status_code
    world.advance(timedelta(seconds=1))
    late = proxy.ask()
    asked = proxy.ticket(jonas, late)
    assert (200, 303, "/me/confirm") == (
        on_time,
        late.status_code,
        urlsplit(asked.headers["location"]).path,
    )


def test_passing_counts_as_use_and_idle_people_sign_in_again(
    ctx: Context, proxy: Proxy, jonas: Browser, world: FrozenWorld
) -> None:
    proxy.sign_in(jonas)
    for _ in range(3):
        world.advance(timedelta(minutes=50))
        proxy.ask()
    used = proxy.ask().status_code
    world.advance(timedelta(minutes=60))
    assert (200, 303) == (used, proxy.ask().status_code)


def test_nothing_is_written_for_a_request(ctx: Context, proxy: Proxy, jonas: Browser) -> None:
    proxy.sign_in(jonas)
    said: list[str] = []
    event.listen(ctx.db.engine, "before_cursor_execute", lambda *told: said.append(told[2]))
    proxy.ask()
    proxy.cookies = {}
    proxy.ask()
    assert [] == [one for one in said if one != "BEGIN" and not one.lstrip().upper().startswith("SELECT")]


@pytest.mark.parametrize(
    "headers",
    [{"x_forwarded_method": "POST"}, {"sec_fetch_dest": "empty"}, {"sec_fetch_dest": "image"}],
)
def test_what_is_no_page_hears_401_without_a_way(proxy: Proxy, headers: dict[str, str]) -> None:
    answer = proxy.ask(**headers)
    assert (401, False) == (answer.status_code, "location" in answer.headers)


@pytest.mark.parametrize(
    ("uri", "expected"),
    [
        ("//evil.example/", "/?sparekey_ticket=t"),
        ("https://evil.example/", "/?sparekey_ticket=t"),
        ("/\\evil.example", "/?sparekey_ticket=t"),
        ("/" + "a" * 3000, "/?sparekey_ticket=t"),
        ("/a b\r\nset-cookie: x=y", "/a%20b%0D%0Aset-cookie:%20x=y?sparekey_ticket=t"),
        ("/ü?q=ö", "/%C3%BC?q=%C3%B6&sparekey_ticket=t"),
    ],
)
def test_nobody_is_led_to_another_site(ctx: Context, uri: str, expected: str) -> None:
    assert f"https://{HOST}{expected}" == back(ctx, HOST, uri, "t")


def test_it_says_in_the_log_who_signed_in_where(
    ctx: Context, proxy: Proxy, team: Team, jonas: Browser
) -> None:
    proxy.sign_in(jonas)
    assert "client:member:signed_in" in tags(ctx, team.account.id)


def test_other_addresses_are_the_servers_own(proxy: Proxy) -> None:
    client = TestClient(proxy.app, base_url=proxy.base_url, follow_redirects=False)
    assert 200 == client.get("/sign-in").status_code


def _deactivate(ctx: Context, team: Team) -> None:
    standing.deactivate(ctx, signed_in(ctx, team.owner), "jonas.frei")


def _reset(ctx: Context, team: Team) -> None:
    reset.reset(ctx, signed_in(ctx, team.owner), team["jonas.frei"].id, How.PERSON, "jonas.frei")


@pytest.mark.parametrize("act", [_deactivate, _reset])
def test_what_an_owner_does_counts_at_the_next_request(
    ctx: Context, proxy: Proxy, team: Team, jonas: Browser, act: Callable[[Context, Team], None]
) -> None:
    proxy.sign_in(jonas)
    before = proxy.ask().status_code
    act(ctx, team)
    assert (200, 303) == (before, proxy.ask().status_code)
