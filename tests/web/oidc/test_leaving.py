"""Leaving an app: the modules of the RP-Initiated Logout OP plan by their names, and what else ends then."""

from datetime import timedelta
from typing import Any
from urllib.parse import urlencode

import pytest
from starlette.testclient import TestClient

from sparekey.core.clients import Client
from sparekey.core.people import Member
from sparekey.core.recovery_case import How
from sparekey.flows import reset, sessions
from sparekey.flows.background.logouts import DELAYS, Teller
from sparekey.flows.console import CONSOLE
from sparekey.flows.context import Context
from sparekey.flows.oidc import keys
from sparekey.flows.team import standing
from sparekey.oidc.jose import peek
from sparekey.web.routes import make_web
from tests.clients import client, given
from tests.infra.texts import Behaviour, Gateway
from tests.people import Browser, Team, signed_in, tags
from tests.web.oidc.conftest import Program
from tests.world import FrozenWorld

OUT = "https://wiki.example/out"
CSRF = 'name="csrf" value="'
REQUEST = 'name="request" value="'


@pytest.fixture
def wiki(ctx: Context, crew: Team) -> Client:
    return client(ctx, crew, logout_uris=(OUT,))


class Leaver:
    """Somebody's browser, which an app sends to the end-session endpoint with an ID token it was given."""

    def __init__(self, ctx: Context, jonas: Browser, program: Program, wiki: Client) -> None:
        self.ctx, self.jonas = ctx, jonas
        code = given(ctx, jonas, wiki).code
        self.hint = str(program.exchange(wiki, code).json()["id_token"])
        self.client = TestClient(make_web(ctx), base_url=ctx.site.base_url, follow_redirects=False)
        self.client.cookies.set("__Host-sparekey", jonas.token)

    def leave(self, **params: str) -> Any:
        return self.client.get("/oidc/logout?" + urlencode(params))

    def agree(self, page: Any) -> Any:
        fields = {
            name: page.text.partition(mark)[2].partition('"')[0].replace("&amp;", "&")
            for name, mark in (("csrf", CSRF), ("request", REQUEST))
        }
        return self.client.post("/oidc/leave", data=fields, headers={"origin": self.ctx.site.base_url})

    @property
    def is_in(self) -> bool:
        return 200 == self.client.get("/me").status_code


@pytest.fixture
def leaver(ctx: Context, jonas: Browser, program: Program, wiki: Client) -> Leaver:
    return Leaver(ctx, jonas, program, wiki)


def test_oidcc_rp_initiated_logout(leaver: Leaver) -> None:
    answer = leaver.leave(id_token_hint=leaver.hint, post_logout_redirect_uri=OUT, state="af0")
    assert (303, f"{OUT}?state=af0", False) == (
        answer.status_code,
        answer.headers["location"],
        leaver.is_in,
    )


def test_oidcc_rp_initiated_logout_no_state(leaver: Leaver) -> None:
    answer = leaver.leave(id_token_hint=leaver.hint, post_logout_redirect_uri=OUT)
    assert (303, OUT) == (answer.status_code, answer.headers["location"])


@pytest.mark.parametrize(
    "back",
    ["https://evil.example/", f"{OUT}?more=1", f"{OUT}/", OUT.upper(), "https://wiki.example/"],
    ids=["bad_post_logout_redirect_uri", "query_added", "slash_added", "another_case", "another_path"],
)
def test_oidcc_rp_initiated_logout_goes_to_no_other_address(leaver: Leaver, back: str) -> None:
    answer = leaver.leave(id_token_hint=leaver.hint, post_logout_redirect_uri=back, state="af0")
    assert (200, True) == (answer.status_code, leaver.is_in)
    assert "/signed-out" == leaver.agree(answer).headers["location"]


def test_oidcc_rp_initiated_logout_no_id_token_hint(leaver: Leaver) -> None:
    answer = leaver.leave(post_logout_redirect_uri=OUT, state="af0")
    assert (200, True) == (answer.status_code, leaver.is_in)
    assert "/signed-out" == leaver.agree(answer).headers["location"]


def _without_signature(hint: str) -> str:
    return "eyJhbGciOiJub25lIn0." + hint.split(".")[1] + "."


def _with_another(hint: str) -> str:
    head, body, _ = hint.split(".")
    return f"{head}.{body}.{'A' * 342}"


@pytest.mark.parametrize(
    "spoiled",
    [_without_signature, _with_another, lambda _: "x", lambda hint: hint + "x"],
    ids=["alg_none", "bad_signature", "no_token", "longer"],
)
def test_oidcc_rp_initiated_logout_bad_id_token_hint(leaver: Leaver, spoiled: Any) -> None:
    answer = leaver.leave(id_token_hint=spoiled(leaver.hint), post_logout_redirect_uri=OUT)
    assert (200, True) == (answer.status_code, leaver.is_in)


@pytest.fixture
def late_leaver(ctx: Context, crew: Team, program: Program, wiki: Client, world: FrozenWorld) -> Leaver:
    """Signed in minutes before the keys are followed by the next ones."""
    keys.ensure(ctx, ctx.moment())
    world.advance(keys.SIGNS_FOR)
    keys.ensure(ctx, ctx.moment())
    world.advance(keys.PUBLISHED_BEFORE - timedelta(minutes=5))
    return Leaver(ctx, signed_in(ctx, crew["jonas.frei"]), program, wiki)


def test_a_hint_signed_by_a_key_that_has_retired_since_is_believed(
    late_leaver: Leaver, world: FrozenWorld
) -> None:
    world.advance(timedelta(minutes=10))
    answer = late_leaver.leave(id_token_hint=late_leaver.hint, post_logout_redirect_uri=OUT)
    assert (OUT, False) == (answer.headers.get("location"), late_leaver.is_in)


def test_a_hint_signed_by_a_key_that_was_withdrawn_proves_nothing(ctx: Context, leaver: Leaver) -> None:
    keys.rotate(ctx, CONSOLE, at_once=True)
    answer = leaver.leave(id_token_hint=leaver.hint, post_logout_redirect_uri=OUT)
    assert (200, True) == (answer.status_code, leaver.is_in)


@pytest.mark.parametrize("params", [{}, {"state": "af0"}], ids=["no_params", "only_state"])
def test_oidcc_rp_initiated_logout_without_an_app(leaver: Leaver, params: dict[str, str]) -> None:
    page = leaver.leave(**params)
    done = leaver.agree(page)
    assert (200, "/signed-out", False) == (page.status_code, done.headers["location"], leaver.is_in)


def test_oidcc_rp_initiated_logout_no_post_logout_redirect_uri(leaver: Leaver) -> None:
    answer = leaver.leave(id_token_hint=leaver.hint)
    assert ("/signed-out", False) == (answer.headers["location"], leaver.is_in)


def test_nobody_is_signed_out_by_an_app_that_means_another_session(
    ctx: Context, leaver: Leaver, crew: Team
) -> None:
    leaver.client.cookies.set("__Host-sparekey", signed_in(ctx, crew["jonas.frei"]).token)
    answer = leaver.leave(id_token_hint=leaver.hint, post_logout_redirect_uri=OUT)
    assert (200, True) == (answer.status_code, leaver.is_in)


def test_a_form_from_the_app_is_taken_as_well(leaver: Leaver) -> None:
    form = {"id_token_hint": leaver.hint, "post_logout_redirect_uri": OUT}
    again = leaver.client.post("/oidc/logout", data=form, headers={"origin": "https://wiki.example"})
    assert (303, "/oidc/logout") == (again.status_code, again.headers["location"].partition("?")[0])
    assert OUT == leaver.client.get(again.headers["location"]).headers["location"]


@pytest.fixture
def told(ctx: Context, crew: Team, gateway: Gateway) -> Client:
    """An app that wants to be told."""
    return client(ctx, crew, "Board", backchannel_uri=gateway.url)


def test_oidcc_backchannel_rp_initiated_logout(
    ctx: Context, leaver: Leaver, told: Client, gateway: Gateway
) -> None:
    given(ctx, leaver.jonas, told)
    leaver.leave(id_token_hint=leaver.hint, post_logout_redirect_uri=OUT)
    Teller(ctx).run_once()
    sent = gateway.asked[0].form["logout_token"]
    claims, session = keys.verify_own(ctx, sent), leaver.jonas.session
    head = peek(sent)
    assert claims
    assert session
    assert head
    assert ("logout+jwt", told.id, session.id, session.member_id) == (
        head[0]["typ"],
        claims["aud"],
        claims["sid"],
        claims["sub"],
    )
    assert {"iss", "aud", "iat", "exp", "jti", "events", "sub", "sid"} == set(claims)


@pytest.mark.parametrize(
    "behaviour", [Behaviour.BROKEN, Behaviour.REFUSE, Behaviour.REDIRECT, Behaviour.DROP]
)
def test_an_app_that_does_not_take_it_is_told_again(
    ctx: Context, jonas: Browser, told: Client, gateway: Gateway, world: FrozenWorld, behaviour: Behaviour
) -> None:
    given(ctx, jonas, told)
    gateway.behaviour = behaviour
    sessions.sign_out(ctx, jonas)
    Teller(ctx).run_once()
    gateway.behaviour = Behaviour.ACCEPT
    world.advance(DELAYS[0])
    Teller(ctx).run_once()
    assert "logout_token" in gateway.asked[-1].form


def _reset(ctx: Context, nora: Browser, jonas: Member) -> None:
    reset.reset(ctx, nora, jonas.id, How.PERSON, jonas.username)


def _deactivate(ctx: Context, nora: Browser, jonas: Member) -> None:
    standing.deactivate(ctx, nora, jonas.username)


@pytest.mark.parametrize("act", [_reset, _deactivate])
def test_what_an_owner_does_ends_tokens_and_tells_apps_at_once(
    ctx: Context, program: Program, crew: Team, told: Client, gateway: Gateway, act: Any
) -> None:
    jonas = signed_in(ctx, crew["jonas.frei"])
    said = program.exchange(told, given(ctx, jonas, told).code).json()
    act(ctx, signed_in(ctx, crew.owner), crew["jonas.frei"])
    Teller(ctx).run_once()
    assert (401, 400, 1) == (
        program.userinfo(said["access_token"]).status_code,
        program.refresh(told, said["refresh_token"]).status_code,
        len(gateway.asked),
    )
    assert "client:grant:all_ended" in tags(ctx, crew.account.id)
