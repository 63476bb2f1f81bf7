"""Every address says what must have been proven before it does anything, and that is what it asks (RFC 9470)."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from starlette.testclient import TestClient

from sparekey.flows import sign_in
from sparekey.flows.context import Context
from sparekey.web.door import Asks, Way
from sparekey.web.routes import ALL, make_web
from tests.people import PASSWORD, SOMEBODY, Team, account, signed_in
from tests.web.test_sweep import fill
from tests.world import FrozenWorld

TYPED = {
    "username": "lea.hofstetter",
    "name": "Lea Hofstetter",
    "email": "lea@example.com",
    "role": "staff",
    "language": "en",
    "version": "1",
    "to": "jonas.frei",
    "mine": "admin",
    "confirm": "jonas.frei",
}
"""Enough for every form to come as far as the question who sends it."""
OWN_SESSION = {Asks.ENROL, Asks.ROTATE}
"""None of the visitors here has what they open with."""
Token = Callable[[], str]


def visitors(ctx: Context, team: Team, world: FrozenWorld) -> list[tuple[Asks, Token]]:
    """From whoever proved least: what they proved, and how to become them."""

    def stale() -> str:
        token = signed_in(ctx, team.owner).token
        world.advance(timedelta(minutes=6))
        return token

    return [
        (Asks.ANYBODY, str),
        (Asks.HALF, lambda: sign_in.begin(ctx, SOMEBODY, "nora.keller", PASSWORD).started.token),
        (Asks.SESSION, lambda: signed_in(ctx, team.owner, aal2=False).token),
        (Asks.AAL2, stale),
        (Asks.FRESH, lambda: signed_in(ctx, team.owner).token),
    ]


def lets_through(ctx: Context, token: str, way: Way, method: str) -> bool:
    path = fill(way.path) + ("?to=jonas.frei" if way.path == "/account/hand-over" else "")
    with TestClient(make_web(ctx), base_url="https://id.example", follow_redirects=False) as client:
        if token:
            client.cookies.set("__Host-sparekey", token)
        csrf = client.get("/forgot-password").text.partition('name="csrf" value="')[2][:64]
        answer = client.get(path) if method == "GET" else client.post(path, data={"csrf": csrf, **TYPED})
    asks = answer.headers.get("location", "").split("?")[0] in {"/sign-in", "/me/confirm"}
    in_the_form = answer.status_code == 403 and "Confirm it’s you" in answer.text
    return not (asks or in_the_form)


def asked(ctx: Context, world: FrozenWorld, way: Way, method: str) -> Asks | None:
    """What the least of the visitors had proven who was let through."""
    for proven, become in visitors(ctx, account(ctx), world):
        if lets_through(ctx, become(), way, method):
            return proven
    return None


@pytest.mark.parametrize("way", [one for one in ALL if one.get], ids=lambda one: one.path)
def test_a_page_asks_what_it_says(ctx: Context, world: FrozenWorld, way: Way) -> None:
    expected = None if way.asks in OWN_SESSION else way.asks
    assert expected == asked(ctx, world, way, "GET")


@pytest.mark.parametrize("way", [one for one in ALL if one.post], ids=lambda one: one.path)
def test_a_form_asks_what_it_says(ctx: Context, world: FrozenWorld, way: Way) -> None:
    says = way.acts or way.asks
    expected = None if says in OWN_SESSION else says
    assert expected == asked(ctx, world, way, "POST")


def test_what_changes_a_way_in_or_takes_it_along_asks_for_fresh_proofs() -> None:
    """NIST SP 800-63B-4, section 4.1.2; OWASP ASVS 5.0, 7.5.1."""
    own = ("/me/2fa/", "/me/password", "/me/addresses/")
    leaving = ("/me/export", "/account/export")
    changing = (*own, *leaving, "/contacts/staff/{username}/2fa/reset", "/account/policy")
    harmless = {"/me/2fa/secret/keep", "/me/2fa/codes/keep"}
    posts = [way for way in ALL if way.post and way.path.startswith(changing) and way.path not in harmless]
    assert {Asks.FRESH} == {way.acts or way.asks for way in posts}
