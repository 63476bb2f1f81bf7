"""Apps that add themselves."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from starlette.testclient import TestClient

from sparekey.core.people import Status
from sparekey.errors import NotAllowed, NotFound, NotSignedIn
from sparekey.flows._work import unit
from sparekey.flows.context import Context
from sparekey.flows.oidc import registering
from sparekey.flows.sessions import end_all, sign_out
from sparekey.store import people
from sparekey.store.oidc import clients
from sparekey.web.routes import make_web
from tests.clients import KEY
from tests.people import Browser, Team, account, signed_in, tags
from tests.web.oidc.conftest import Program
from tests.world import FrozenWorld

LEAST = {"redirect_uris": ["https://wiki.example/back"]}


@pytest.fixture
def open_ctx(ctx: Context) -> Context:
    return replace(ctx, site=replace(ctx.site, apps_may_register=True))


@pytest.fixture
def nora(open_ctx: Context, crew: Team) -> Browser:
    return signed_in(open_ctx, crew.owner)


def register(ctx: Context, shown: str, said: dict[str, Any] | None = None) -> Any:
    headers = {"authorization": f"Bearer {shown}"} if shown else {}
    return Program(ctx).http.post("/oidc/register", json=said or LEAST, headers=headers)


def test_an_app_adds_itself_once_with_an_owners_token(open_ctx: Context, nora: Browser, crew: Team) -> None:
    shown = registering.open_to_one(open_ctx, nora)
    answer, again = register(open_ctx, shown), register(open_ctx, shown)
    said = answer.json()
    added = open_ctx.db.read(lambda conn: clients.find(conn, said["client_id"]))
    assert (201, 401) == (answer.status_code, again.status_code)
    assert added
    assert (crew.account.id, True, True) == (added.account_id, added.is_registered, added.asks_consent)
    assert ["client:registration:opened", "client:registration:done"] == tags(open_ctx, crew.account.id)[-2:]


def test_a_strangers_app_adds_itself_with_no_address_on_the_servers_own_machine(
    open_ctx: Context, world: FrozenWorld, crew: Team
) -> None:
    world.advance(timedelta(seconds=1))
    everybody = replace(open_ctx, site=replace(open_ctx.site, sign_up_is_open=True))
    mallory = signed_in(everybody, account(everybody, "mallory", ()).owner)
    said = {**LEAST, "backchannel_logout_uri": "http://127.0.0.1:9090/quit"}
    answer = register(everybody, registering.open_to_one(everybody, mallory), said)
    assert (400, "invalid_client_metadata") == (answer.status_code, answer.json()["error"])


def test_it_is_off_unless_a_setting_allows_it(ctx: Context, nora: Browser, open_ctx: Context) -> None:
    shown = registering.open_to_one(open_ctx, nora)
    assert 404 == register(ctx, shown).status_code
    with pytest.raises(NotFound):
        registering.open_to_one(ctx, nora)


def test_an_app_is_told_all_that_is_kept_of_it(open_ctx: Context, nora: Browser) -> None:
    """RFC 7591, section 3.2.1."""
    said = {
        **LEAST,
        "client_name": "Wiki",
        "client_uri": "https://wiki.example/",
        "post_logout_redirect_uris": ["https://wiki.example/"],
        "backchannel_logout_uri": "https://wiki.example/out",
        "token_endpoint_auth_method": "private_key_jwt",
        "jwks": {"keys": [KEY.as_dict(private=False)]},
        "grant_types": ["authorization_code", "refresh_token"],
        "response_types": ["code"],
        "id_token_signed_response_alg": "ES256",
        "subject_type": "pairwise",
    }
    told = register(open_ctx, registering.open_to_one(open_ctx, nora), said).json()
    own = ("client_id", "client_id_issued_at")
    assert said == {name: value for name, value in told.items() if name not in own}


@pytest.mark.parametrize("shown", ["", "0" * 64])
def test_without_an_owners_token_nothing_is_added(open_ctx: Context, shown: str) -> None:
    assert 401 == register(open_ctx, shown).status_code


def test_a_mistake_leaves_the_token_as_it_is(open_ctx: Context, nora: Browser) -> None:
    shown = registering.open_to_one(open_ctx, nora)
    wrong = register(open_ctx, shown, {"redirect_uris": ["http://wiki.example"]})
    assert (400, "invalid_redirect_uri") == (wrong.status_code, wrong.json()["error"])
    assert 201 == register(open_ctx, shown).status_code


def test_a_token_ends_after_an_hour(open_ctx: Context, nora: Browser, world: FrozenWorld) -> None:
    shown = registering.open_to_one(open_ctx, nora)
    world.advance(timedelta(hours=1))
    assert 401 == register(open_ctx, shown).status_code


@pytest.mark.parametrize("reason", ["reset", "recovery", "role_changed"])
def test_a_key_to_add_an_app_ends_when_the_owners_access_changes_hands(
    open_ctx: Context, nora: Browser, crew: Team, reason: str
) -> None:
    """A thief who made one would come back by it."""
    shown = registering.open_to_one(open_ctx, nora)
    unit(open_ctx, nora, open_ctx.moment(), lambda work: end_all(work, crew.owner, reason))
    assert 401 == register(open_ctx, shown).status_code


def test_a_session_that_ended_meanwhile_makes_no_key_to_add_an_app(open_ctx: Context, nora: Browser) -> None:
    sign_out(open_ctx, nora)
    with pytest.raises(NotSignedIn):
        registering.open_to_one(open_ctx, nora)


def test_a_token_ends_with_its_owner(open_ctx: Context, nora: Browser, crew: Team) -> None:
    shown = registering.open_to_one(open_ctx, nora)
    gone = replace(crew.owner, status=Status.DEACTIVATED)
    open_ctx.db.write(lambda conn: people.put_member(conn, gone))
    assert 401 == register(open_ctx, shown).status_code


def test_nobody_else_makes_one(open_ctx: Context, jonas: Browser) -> None:
    with pytest.raises(NotAllowed):
        registering.open_to_one(open_ctx, jonas)


@pytest.mark.parametrize("body", [b"[]", b"{", b"", b"[" * 60_000])
def test_what_is_no_object_is_refused(open_ctx: Context, nora: Browser, body: bytes) -> None:
    headers = {
        "authorization": f"Bearer {registering.open_to_one(open_ctx, nora)}",
        "content-type": "application/json",
    }
    answer = Program(open_ctx).http.post("/oidc/register", content=body, headers=headers)
    assert (400, "invalid_request") == (answer.status_code, answer.json()["error"])


def test_an_owner_makes_the_token_on_a_page(open_ctx: Context, nora: Browser) -> None:
    http = TestClient(make_web(open_ctx), base_url=open_ctx.site.base_url, follow_redirects=False)
    http.cookies.set("__Host-sparekey", nora.token)
    asked = http.get("/account/apps/registration")
    fields = {"csrf": asked.text.partition('name="csrf" value="')[2].partition('"')[0]}
    made = http.post("/account/apps/registration", data=fields, headers={"origin": open_ctx.site.base_url})
    shown = made.text.partition('id="registration-token">')[2].partition("<")[0]
    own = {"authorization": f"Bearer {shown}"}
    added = http.post("/oidc/register", json={"redirect_uris": ["https://wiki.example/back"]}, headers=own)
    assert (200, 200, 201) == (asked.status_code, made.status_code, added.status_code)


def test_the_page_is_not_there_where_the_setting_is_off(ctx: Context, nora: Browser) -> None:
    http = TestClient(make_web(ctx), base_url=ctx.site.base_url, follow_redirects=False)
    http.cookies.set("__Host-sparekey", nora.token)
    assert 404 == http.get("/account/apps/registration").status_code
