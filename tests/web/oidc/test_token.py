"""The token endpoint, as the modules of the Basic OP plan (OpenID Foundation's conformance suite) ask for it."""

from dataclasses import replace
from datetime import timedelta

import pytest

from sparekey.core.clients import Client, ClientId, Kind
from sparekey.core.people import Status
from sparekey.flows import sessions
from sparekey.flows.context import Context
from sparekey.oidc.jose import peek
from sparekey.store import people
from sparekey.store.oidc import clients
from tests.clients import BACK, SECRET, VERIFIER, basic, client, given, later, public
from tests.people import Browser, Team, signed_in, tags
from tests.web.oidc.conftest import Program
from tests.world import FrozenWorld


def test_oidcc_server_gives_tokens_for_a_code(
    ctx: Context, program: Program, jonas: Browser, wiki: Client
) -> None:
    answer = program.exchange(wiki, given(ctx, jonas, wiki).code)
    said = answer.json()
    assert (200, "no-store", "no-cache") == (
        answer.status_code,
        answer.headers["cache-control"],
        answer.headers["pragma"],
    )
    assert ("Bearer", 600, "openid profile email offline_access") == (
        said["token_type"],
        said["expires_in"],
        said["scope"],
    )
    assert {"access_token", "refresh_token", "id_token"} <= said.keys()
    assert 64 == len(said["access_token"])


def test_oidcc_ensure_post_request_with_secret_in_the_form(
    ctx: Context, program: Program, jonas: Browser, wiki: Client
) -> None:
    form = {
        "grant_type": "authorization_code",
        "code": given(ctx, jonas, wiki).code,
        "redirect_uri": BACK,
        "code_verifier": VERIFIER,
        "client_id": wiki.id,
        "client_secret": SECRET,
    }
    assert 200 == program.post("/oidc/token", form).status_code


def test_oidcc_codereuse_ends_what_was_given(
    ctx: Context, program: Program, jonas: Browser, wiki: Client
) -> None:
    code = given(ctx, jonas, wiki).code
    first = program.exchange(wiki, code).json()
    again = program.exchange(wiki, code)
    assert (400, "invalid_grant") == (again.status_code, again.json()["error"])
    assert 401 == program.userinfo(first["access_token"]).status_code
    assert "invalid_grant" == program.refresh(wiki, first["refresh_token"]).json()["error"]
    assert "client:grant:ended" == tags(ctx, wiki.account_id)[-1]


def test_oidcc_codereuse_30seconds(
    ctx: Context, world: FrozenWorld, program: Program, jonas: Browser, wiki: Client
) -> None:
    code = given(ctx, jonas, wiki).code
    program.exchange(wiki, code)
    world.advance(later(30))
    assert "invalid_grant" == program.exchange(wiki, code).json()["error"]


def test_a_code_lives_for_sixty_seconds(
    ctx: Context, world: FrozenWorld, program: Program, jonas: Browser, wiki: Client
) -> None:
    code = given(ctx, jonas, wiki).code
    world.advance(later(60))
    assert "invalid_grant" == program.exchange(wiki, code).json()["error"]


def test_oidcc_refresh_token_rotates(
    ctx: Context, world: FrozenWorld, program: Program, jonas: Browser, wiki: Client
) -> None:
    first = program.exchange(wiki, given(ctx, jonas, wiki).code).json()
    world.advance(timedelta(minutes=11))
    second = program.refresh(wiki, first["refresh_token"]).json()
    assert 200 == program.userinfo(second["access_token"]).status_code
    assert 401 == program.userinfo(first["access_token"]).status_code
    assert first["refresh_token"] != second["refresh_token"]


def test_a_spent_refresh_token_ends_the_whole_family(
    ctx: Context, program: Program, jonas: Browser, wiki: Client
) -> None:
    first = program.exchange(wiki, given(ctx, jonas, wiki).code).json()
    second = program.refresh(wiki, first["refresh_token"]).json()
    reused = program.refresh(wiki, first["refresh_token"])
    after = program.refresh(wiki, second["refresh_token"])
    assert ["invalid_grant"] * 2 == [reused.json()["error"], after.json()["error"]]
    assert 401 == program.userinfo(second["access_token"]).status_code


def test_oidcc_refresh_token_is_bound_to_its_client(
    ctx: Context, program: Program, jonas: Browser, crew: Team, wiki: Client
) -> None:
    first = program.exchange(wiki, given(ctx, jonas, wiki).code).json()
    other = client(ctx, crew, "Other")
    assert "invalid_grant" == program.refresh(other, first["refresh_token"]).json()["error"]
    assert 200 == program.refresh(wiki, first["refresh_token"]).status_code


def test_a_code_of_another_app_is_none(
    ctx: Context, program: Program, jonas: Browser, crew: Team, wiki: Client
) -> None:
    code = given(ctx, jonas, wiki).code
    assert "invalid_grant" == program.exchange(client(ctx, crew, "Other"), code).json()["error"]
    assert 200 == program.exchange(wiki, code).status_code


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"redirect_uri": f"{BACK}/"}, "invalid_grant"),
        ({"redirect_uri": ""}, "invalid_grant"),
        ({"code_verifier": "a" * 43}, "invalid_grant"),
        ({"code_verifier": ""}, "invalid_grant"),
        ({"code": "0" * 64}, "invalid_grant"),
        ({"code": ""}, "invalid_request"),
        ({"grant_type": ""}, "invalid_request"),
        ({"grant_type": "password"}, "unsupported_grant_type"),
        ({"grant_type": "implicit"}, "unsupported_grant_type"),
        ({"grant_type": "urn:ietf:params:oauth:grant-type:device_code"}, "unauthorized_client"),
        ({"client_secret": SECRET}, "invalid_request"),
    ],
)
def test_a_wrong_request_gives_nothing_and_spends_nothing(
    ctx: Context, program: Program, jonas: Browser, wiki: Client, changes: dict[str, str], error: str
) -> None:
    code = given(ctx, jonas, wiki).code
    answer = program.exchange(wiki, changes.get("code", code), None, **changes)
    assert (400, error) == (answer.status_code, answer.json()["error"])
    assert 200 == program.exchange(wiki, code).status_code


@pytest.mark.parametrize("kind", [Kind.PUBLIC, Kind.COMMAND])
def test_oidcc_valid_pkce_for_a_program_without_a_secret(
    ctx: Context, program: Program, jonas: Browser, crew: Team, kind: Kind
) -> None:
    """A command line too, that opens a browser on the same device (RFC 8252)."""
    board = replace(public(ctx, crew), kind=kind)
    ctx.db.write(lambda conn: clients.put(conn, board))
    assert 200 == program.exchange(board, given(ctx, jonas, board).code).status_code


def test_a_verifier_for_a_code_without_a_challenge_is_refused(
    ctx: Context, program: Program, jonas: Browser, wiki: Client
) -> None:
    code = given(ctx, jonas, wiki, challenge="").code
    assert "invalid_grant" == program.exchange(wiki, code).json()["error"]
    assert 200 == program.exchange(wiki, code, code_verifier="").status_code


def test_offline_access_survives_a_sign_out_and_nothing_else_does(
    ctx: Context, program: Program, jonas: Browser, wiki: Client
) -> None:
    offline = program.exchange(wiki, given(ctx, jonas, wiki).code).json()
    online = program.exchange(wiki, given(ctx, jonas, wiki, is_offline=False).code).json()
    sessions.sign_out(ctx, jonas)
    assert [401, 200] == [program.userinfo(one["access_token"]).status_code for one in (online, offline)]
    assert [400, 200] == [
        program.refresh(wiki, one["refresh_token"]).status_code for one in (online, offline)
    ]


def test_nothing_is_good_for_somebody_who_was_deactivated(
    ctx: Context, program: Program, jonas: Browser, wiki: Client
) -> None:
    first = program.exchange(wiki, given(ctx, jonas, wiki).code).json()
    other = given(ctx, jonas, wiki).code
    assert jonas.member
    gone = replace(jonas.member, status=Status.DEACTIVATED)
    ctx.db.write(lambda conn: people.put_member(conn, gone))
    assert 401 == program.userinfo(first["access_token"]).status_code
    assert "invalid_grant" == program.refresh(wiki, first["refresh_token"]).json()["error"]
    assert "invalid_grant" == program.exchange(wiki, other).json()["error"]


def test_an_app_that_became_one_for_others_refreshes_nothing(
    ctx: Context, program: Program, jonas: Browser, crew: Team, wiki: Client
) -> None:
    first = program.exchange(wiki, given(ctx, jonas, wiki).code).json()
    other = given(ctx, jonas, wiki).code
    ctx.db.write(lambda conn: clients.put(conn, replace(wiki, only=(crew.owner.id,))))
    assert "invalid_grant" == program.refresh(wiki, first["refresh_token"]).json()["error"]
    assert "invalid_grant" == program.exchange(wiki, other).json()["error"]


def test_a_refresh_may_ask_for_less_and_never_for_more(
    ctx: Context, program: Program, jonas: Browser, wiki: Client
) -> None:
    first = program.exchange(wiki, given(ctx, jonas, wiki).code).json()
    more = program.refresh(wiki, first["refresh_token"], scope="openid roles")
    less = program.refresh(wiki, first["refresh_token"], scope="openid").json()
    whole = program.refresh(wiki, less["refresh_token"]).json()
    assert ("invalid_scope", "openid") == (more.json()["error"], less["scope"])
    assert first["scope"] == whole["scope"]


def test_without_openid_there_is_no_id_token(
    ctx: Context, program: Program, jonas: Browser, wiki: Client
) -> None:
    said = program.exchange(wiki, given(ctx, jonas, wiki, scopes=("email",)).code).json()
    assert "id_token" not in said
    assert 403 == program.userinfo(said["access_token"]).status_code


def test_a_wrong_secret_is_told_how_to_come_back_and_is_on_the_chain(
    ctx: Context, program: Program, jonas: Browser, wiki: Client
) -> None:
    answer = program.exchange(wiki, "x", basic(wiki, "wrong"))
    assert (401, "invalid_client", 'Basic realm="apps", charset="UTF-8"') == (
        answer.status_code,
        answer.json()["error"],
        answer.headers["www-authenticate"],
    )
    assert "client:proof:failed" == tags(ctx, wiki.account_id)[-1]


def test_secrets_are_not_tried_without_bound_and_the_wait_ends(
    ctx: Context, world: FrozenWorld, program: Program, jonas: Browser, wiki: Client
) -> None:
    seen = [program.exchange(wiki, "x", basic(wiki, f"wrong{n}")).status_code for n in range(21)]
    right = program.exchange(wiki, given(ctx, jonas, wiki).code)
    assert [401] * 20 + [429] == seen
    assert (429, "30") == (right.status_code, right.headers["retry-after"])
    world.advance(later(31))
    assert 200 == program.exchange(wiki, given(ctx, jonas, wiki).code).status_code


def test_an_unknown_app_answers_like_a_wrong_secret(program: Program, wiki: Client) -> None:
    unknown = replace(wiki, id=ClientId("cli_0000000000000000"))
    answers = [program.exchange(unknown, "x"), program.exchange(wiki, "x", basic(wiki, "wrong"))]
    assert 1 == len({(one.status_code, one.text) for one in answers})


def test_a_site_behind_a_proxy_gets_no_tokens(
    ctx: Context, program: Program, jonas: Browser, crew: Team
) -> None:
    site = client(ctx, crew, "Site", kind=Kind.PROXY, host="wiki.example")
    assert "unauthorized_client" == program.exchange(site, given(ctx, jonas, site).code).json()["error"]


@pytest.mark.parametrize(("hours", "is_told"), [(71, True), (72, False)])
def test_apps_are_told_for_three_days_that_somebody_was_let_back_in(
    ctx: Context, world: FrozenWorld, program: Program, crew: Team, wiki: Client, hours: int, is_told: bool
) -> None:
    who = crew["jonas.frei"]
    came_back = ctx.moment().at
    ctx.db.write(lambda conn: people.recovered(conn, who, came_back))
    world.advance(timedelta(hours=hours))
    said = program.exchange(wiki, given(ctx, signed_in(ctx, who), wiki).code).json()
    read = peek(said["id_token"])
    assert (int(came_back.timestamp()) if is_told else None) == (read and read[1].get("recovered_at"))
