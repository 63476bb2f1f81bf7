"""Userinfo, introspection, revocation and pushed requests."""

import pytest
from sqlalchemy import select

from sparekey.core.clients import Client, Kind
from sparekey.core.throttle import PUSH_RATE
from sparekey.flows.context import Context
from sparekey.oidc import pkce
from sparekey.store import sessions
from sparekey.store.schema import pushed
from tests.clients import BACK, VERIFIER, basic, client, given, later, proof, public
from tests.people import Browser, Team, account, tags
from tests.web.oidc.conftest import Program
from tests.world import FrozenWorld

PKCE = {"code_challenge": pkce.challenge_of(VERIFIER), "code_challenge_method": "S256"}


@pytest.fixture
def tokens(ctx: Context, program: Program, jonas: Browser, wiki: Client) -> dict[str, str]:
    found: dict[str, str] = program.exchange(wiki, given(ctx, jonas, wiki).code).json()
    return found


def test_oidcc_userinfo_get(program: Program, tokens: dict[str, str], jonas: Browser) -> None:
    answer = program.userinfo(tokens["access_token"])
    assert jonas.member
    assert (200, jonas.member.id, "no-store", "*") == (
        answer.status_code,
        answer.json()["sub"],
        answer.headers["cache-control"],
        answer.headers["access-control-allow-origin"],
    )


def test_oidcc_userinfo_post_header(program: Program, tokens: dict[str, str]) -> None:
    headers = {"authorization": f"Bearer {tokens['access_token']}"}
    assert 200 == program.http.post("/oidc/userinfo", headers=headers).status_code


def test_oidcc_userinfo_post_body(program: Program, tokens: dict[str, str]) -> None:
    assert 200 == program.post("/oidc/userinfo", {"access_token": tokens["access_token"]}).status_code


def test_a_token_in_header_and_body_is_refused(program: Program, tokens: dict[str, str]) -> None:
    shown = tokens["access_token"]
    answer = program.post("/oidc/userinfo", {"access_token": shown}, {"authorization": f"Bearer {shown}"})
    assert (400, "invalid_request") == (answer.status_code, answer.json()["error"])


def test_a_token_in_the_address_is_not_looked_at(program: Program, tokens: dict[str, str]) -> None:
    answer = program.http.get("/oidc/userinfo", params={"access_token": tokens["access_token"]})
    assert (401, "Bearer") == (answer.status_code, answer.headers["www-authenticate"].split(",")[0])


@pytest.mark.parametrize("kind", ["refresh_token", "id_token"])
def test_only_an_access_token_opens_userinfo(program: Program, tokens: dict[str, str], kind: str) -> None:
    answer = program.userinfo(tokens[kind])
    assert (401, True) == (
        answer.status_code,
        answer.headers["www-authenticate"].startswith('Bearer error="invalid_token"'),
    )


def test_an_access_token_ends_after_ten_minutes(
    program: Program, world: FrozenWorld, tokens: dict[str, str]
) -> None:
    world.advance(later(600))
    assert 401 == program.userinfo(tokens["access_token"]).status_code


def test_a_token_bound_to_a_key_is_nothing_without_it(
    ctx: Context, program: Program, jonas: Browser, wiki: Client
) -> None:
    bound = program.exchange(wiki, given(ctx, jonas, wiki).code, {"dpop": proof(ctx, "/oidc/token")}).json()
    access = bound["access_token"]
    shown = proof(ctx, "/oidc/userinfo", method="GET", access=access)
    assert "DPoP" == bound["token_type"]
    assert [401, 401, 200, 400] == [
        program.userinfo(access).status_code,
        program.userinfo(access, "DPoP").status_code,
        program.userinfo(access, "DPoP", dpop=shown).status_code,
        program.userinfo(access, "DPoP", dpop=shown).status_code,
    ]


def test_a_token_bound_to_nothing_is_not_one_of_a_key(
    ctx: Context, program: Program, tokens: dict[str, str]
) -> None:
    access = tokens["access_token"]
    shown = proof(ctx, "/oidc/userinfo", method="GET", access=access)
    assert 401 == program.userinfo(access, "DPoP", dpop=shown).status_code


def test_introspection_says_how_somebody_signed_in(
    program: Program, tokens: dict[str, str], wiki: Client, jonas: Browser
) -> None:
    said = program.introspect(wiki, tokens["access_token"]).json()
    assert jonas.member
    assert (True, jonas.member.id, wiki.id, "urn:sparekey:acr:aal2", "Bearer") == (
        said["active"],
        said["sub"],
        said["client_id"],
        said["acr"],
        said["token_type"],
    )
    assert 600 == said["exp"] - said["iat"]
    assert said["auth_time"] <= said["iat"]


def test_an_api_of_the_same_account_may_ask_about_access_tokens_alone(
    ctx: Context, program: Program, crew: Team, tokens: dict[str, str]
) -> None:
    api = client(ctx, crew, "API")
    assert program.introspect(api, tokens["access_token"]).json()["active"]
    assert {"active": False} == program.introspect(api, tokens["refresh_token"]).json()


def test_another_account_learns_nothing(ctx: Context, program: Program, tokens: dict[str, str]) -> None:
    foreign = client(ctx, account(ctx, "eva.brunner", ()), "Foreign")
    told = [program.introspect(foreign, one) for one in (tokens["access_token"], "0" * 64)]
    assert [(200, {"active": False})] * 2 == [(one.status_code, one.json()) for one in told]


def test_who_keeps_no_secret_may_not_ask(
    ctx: Context, program: Program, crew: Team, tokens: dict[str, str]
) -> None:
    board = public(ctx, crew)
    form = {"token": tokens["access_token"], "client_id": board.id}
    assert 403 == program.post("/oidc/introspect", form).status_code


@pytest.mark.parametrize("path", ["/oidc/introspect", "/oidc/revoke", "/oidc/par", "/oidc/token"])
def test_without_a_right_secret_nothing_is_answered(program: Program, wiki: Client, path: str) -> None:
    form = {"token": "x", "grant_type": "refresh_token", "refresh_token": "x"}
    answers = [
        program.post(path, form),
        program.post(path, {**form, "client_id": wiki.id}),
        program.post(path, form, basic(wiki, "wrong")),
    ]
    assert [(401, "invalid_client")] * 3 == [(one.status_code, one.json()["error"]) for one in answers]


def test_introspection_is_over_with_the_session(
    ctx: Context, program: Program, jonas: Browser, wiki: Client
) -> None:
    online = program.exchange(wiki, given(ctx, jonas, wiki, is_offline=False).code).json()
    ctx.db.write(lambda conn: sessions.end(conn, jonas.token_hash))
    assert {"active": False} == program.introspect(wiki, online["access_token"]).json()


def test_revoking_a_refresh_token_ends_everything(
    ctx: Context, program: Program, wiki: Client, tokens: dict[str, str]
) -> None:
    answer = program.post("/oidc/revoke", {"token": tokens["refresh_token"]}, basic(wiki))
    assert (200, "") == (answer.status_code, answer.text)
    assert 401 == program.userinfo(tokens["access_token"]).status_code
    assert "client:grant:ended" == tags(ctx, wiki.account_id)[-1]


def test_revoking_an_access_token_ends_it_alone(
    program: Program, wiki: Client, tokens: dict[str, str]
) -> None:
    program.post("/oidc/revoke", {"token": tokens["access_token"]}, basic(wiki))
    assert 401 == program.userinfo(tokens["access_token"]).status_code
    assert 200 == program.refresh(wiki, tokens["refresh_token"]).status_code


def test_revoking_what_is_not_ones_own_changes_nothing(
    ctx: Context, program: Program, crew: Team, tokens: dict[str, str]
) -> None:
    other = client(ctx, crew, "Other")
    for shown in (tokens["refresh_token"], "0" * 64):
        assert 200 == program.post("/oidc/revoke", {"token": shown}, basic(other)).status_code
    assert 200 == program.userinfo(tokens["access_token"]).status_code


@pytest.mark.parametrize("path", ["/oidc/introspect", "/oidc/revoke"])
def test_a_token_must_be_named(program: Program, wiki: Client, path: str) -> None:
    assert "invalid_request" == program.post(path, {"token": ""}, basic(wiki)).json()["error"]


def test_a_request_is_pushed(program: Program, wiki: Client) -> None:
    form = {"response_type": "code", "redirect_uri": BACK, "scope": "openid", **PKCE}
    answer = program.post("/oidc/par", form, basic(wiki))
    said = answer.json()
    assert (201, 590) == (answer.status_code, said["expires_in"])
    assert said["request_uri"].startswith("urn:ietf:params:oauth:request_uri:")


def test_what_means_nothing_is_not_kept_of_a_pushed_request(
    ctx: Context, program: Program, wiki: Client
) -> None:
    form = {"response_type": "code", "redirect_uri": BACK, "scope": "openid", **PKCE, "ballast": "x" * 60_000}
    assert 201 == program.post("/oidc/par", form, basic(wiki)).status_code
    kept = ctx.db.read(lambda conn: conn.execute(select(pushed.c.parameters)).scalar_one())
    assert "ballast" not in kept


def test_strangers_push_no_more_than_the_server_cares_to_keep(
    ctx: Context, program: Program, crew: Team
) -> None:
    """A program without a secret proves nothing: whoever knows its id may push in its name."""
    form = {"client_id": public(ctx, crew).id, "response_type": "code", "redirect_uri": BACK, **PKCE}
    form["scope"] = "openid"
    statuses = [program.post("/oidc/par", form).status_code for _ in range(PUSH_RATE.burst + 1)]
    assert [201] * PUSH_RATE.burst + [429] == statuses


@pytest.mark.parametrize(
    "changes",
    [{"redirect_uri": "https://evil.example"}, {"request_uri": "urn:ietf:params:oauth:request_uri:x"}],
)
def test_a_wrong_request_is_not_pushed(program: Program, wiki: Client, changes: dict[str, str]) -> None:
    form = {"response_type": "code", "redirect_uri": BACK, "scope": "openid", **PKCE, **changes}
    answer = program.post("/oidc/par", form, basic(wiki))
    assert (400, "invalid_request") == (answer.status_code, answer.json()["error"])


def test_a_public_app_has_its_refresh_token_bound_to_its_key(
    ctx: Context, program: Program, crew: Team, jonas: Browser
) -> None:
    board = public(ctx, crew)
    first = program.exchange(board, given(ctx, jonas, board).code, {"dpop": proof(ctx, "/oidc/token")}).json()
    shown = first["refresh_token"]
    assert "invalid_grant" == program.refresh(board, shown).json()["error"]
    assert 200 == program.refresh(board, shown, {"dpop": proof(ctx, "/oidc/token")}).status_code


def test_a_proxied_site_is_no_api(ctx: Context, program: Program, crew: Team, tokens: dict[str, str]) -> None:
    site = client(ctx, crew, "Site", kind=Kind.PROXY, host="a.example")
    assert 403 == program.introspect(site, tokens["access_token"]).status_code
