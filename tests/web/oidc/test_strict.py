"""What the FAPI 2.0 Security Profile's plan asks of these endpoints, for a client that is so configured."""

import json
from typing import Any

import pytest
from joserfc.jwk import ECKey, RSAKey

from sparekey.core.clients import Client
from sparekey.flows.context import Context
from tests.clients import BACK, KEY, VERIFIER, assertion, given, later, proof, strict
from tests.people import Browser, Team
from tests.web.oidc.conftest import Program
from tests.world import FrozenWorld

OTHER = ECKey.generate_key("P-256", {"kid": "2"})
TOKEN = "/oidc/token"


@pytest.fixture
def bank(ctx: Context, crew: Team) -> Client:
    return strict(ctx, crew)


def exchange(
    ctx: Context, program: Program, bank: Client, code: str, dpop: str | None = None, **claims: Any
) -> tuple[int, dict[str, Any]]:
    form = {"grant_type": "authorization_code", "code": code, "redirect_uri": BACK, "code_verifier": VERIFIER}
    headers = {"dpop": dpop if dpop is not None else proof(ctx, TOKEN)}
    answer = program.post(TOKEN, {**form, **assertion(ctx, bank, **claims)}, headers if dpop != "" else {})
    return answer.status_code, answer.json()


def test_fapi2_happy_flow(ctx: Context, program: Program, jonas: Browser, bank: Client) -> None:
    status, said = exchange(ctx, program, bank, given(ctx, jonas, bank).code)
    assert (200, "DPoP") == (status, said["token_type"])


@pytest.mark.parametrize(
    "claims",
    [
        {"aud": f"https://id.example{TOKEN}"},
        {"aud": "https://id.example/oidc/par"},
        {"aud": ["https://id.example"]},
        {"exp": 1794916500 - 300},
        {"iss": "somebody"},
        {"sub": "somebody"},
        {"jti": ""},
    ],
)
def test_fapi2_client_assertion_is_refused(
    ctx: Context, program: Program, jonas: Browser, bank: Client, claims: dict[str, Any]
) -> None:
    status, said = exchange(ctx, program, bank, given(ctx, jonas, bank).code, **claims)
    assert (401, "invalid_client") == (status, said["error"])


@pytest.mark.parametrize(("ahead", "status"), [(8, 200), (61, 401)])
@pytest.mark.parametrize("name", ["iat", "nbf"])
def test_fapi2_client_assertion_of_a_clock_ahead(
    ctx: Context, program: Program, jonas: Browser, bank: Client, name: str, ahead: int, status: int
) -> None:
    at = int(ctx.moment().at.timestamp()) + ahead
    assert status == exchange(ctx, program, bank, given(ctx, jonas, bank).code, None, **{name: at})[0]


def test_fapi2_client_assertion_with_rs256_is_refused(
    ctx: Context, program: Program, jonas: Browser, crew: Team
) -> None:
    key = RSAKey.generate_key(2048, {"kid": "1"})
    shop = strict(ctx, crew, keys=json.dumps({"keys": [key.as_dict(private=False)]}))
    status, said = exchange(ctx, program, shop, given(ctx, jonas, shop).code, key=key, alg="RS256")
    assert (401, "invalid_client") == (status, said["error"])


def test_fapi2_client_assertion_is_good_once(
    ctx: Context, program: Program, jonas: Browser, bank: Client
) -> None:
    codes = [given(ctx, jonas, bank).code for _ in range(2)]
    assert [200, 401] == [exchange(ctx, program, bank, code, jti="same")[0] for code in codes]


def test_fapi2_client_assertion_of_another_key_is_refused(
    ctx: Context, program: Program, jonas: Browser, bank: Client
) -> None:
    assert 401 == exchange(ctx, program, bank, given(ctx, jonas, bank).code, key=OTHER)[0]


def test_fapi2_ensure_holder_of_key_required(
    ctx: Context, program: Program, jonas: Browser, bank: Client
) -> None:
    status, said = exchange(ctx, program, bank, given(ctx, jonas, bank).code, dpop="")
    assert (400, "invalid_dpop_proof") == (status, said["error"])


@pytest.mark.parametrize(
    "changes",
    [
        {"htm": "GET"},
        {"htu": "https://id.example/oidc/userinfo"},
        {"iat": 0},
        {"jti": ""},
        {"typ": "JWT"},
        {"jwk": KEY.as_dict(private=True)},
        {"jwk": OTHER.as_dict(private=False)},
    ],
)
def test_fapi2_dpop_negatives(
    ctx: Context, program: Program, jonas: Browser, bank: Client, changes: dict[str, Any]
) -> None:
    shown = proof(ctx, TOKEN, **changes)
    status, said = exchange(ctx, program, bank, given(ctx, jonas, bank).code, shown)
    assert (400, "invalid_dpop_proof") == (status, said["error"])


def test_fapi2_dpop_proof_is_good_once(ctx: Context, program: Program, jonas: Browser, bank: Client) -> None:
    shown = proof(ctx, TOKEN)
    codes = [given(ctx, jonas, bank).code for _ in range(2)]
    assert [200, 400] == [exchange(ctx, program, bank, code, shown)[0] for code in codes]


def test_fapi2_dpop_jkt_of_the_code_must_be_shown(
    ctx: Context, program: Program, jonas: Browser, bank: Client
) -> None:
    named = given(ctx, jonas, bank, jkt=OTHER.thumbprint()).code
    status, said = exchange(ctx, program, bank, named)
    assert (400, "invalid_dpop_proof") == (status, said["error"])
    assert 200 == exchange(ctx, program, bank, named, proof(ctx, TOKEN, OTHER))[0]


def test_fapi2_code_reuse_after_a_second(
    ctx: Context, world: FrozenWorld, program: Program, jonas: Browser, bank: Client
) -> None:
    code = given(ctx, jonas, bank).code
    exchange(ctx, program, bank, code)
    world.advance(later(1))
    assert "invalid_grant" == exchange(ctx, program, bank, code)[1]["error"]


def test_fapi2_code_after_sixty_seconds(
    ctx: Context, world: FrozenWorld, program: Program, jonas: Browser, bank: Client
) -> None:
    code = given(ctx, jonas, bank).code
    world.advance(later(61))
    assert "invalid_grant" == exchange(ctx, program, bank, code)[1]["error"]


def test_fapi2_refresh_token_stays_and_is_bound_to_its_client(
    ctx: Context, program: Program, jonas: Browser, bank: Client, crew: Team
) -> None:
    first = exchange(ctx, program, bank, given(ctx, jonas, bank).code)[1]
    own = [refresh(ctx, program, bank, first["refresh_token"]) for _ in range(2)]
    others = refresh(ctx, program, strict(ctx, crew), first["refresh_token"])
    assert [first["refresh_token"]] * 2 == [one["refresh_token"] for one in own]
    assert "invalid_grant" == others["error"]


def test_introspection_tells_the_key(ctx: Context, program: Program, jonas: Browser, bank: Client) -> None:
    first = exchange(ctx, program, bank, given(ctx, jonas, bank).code)[1]
    form = {"token": first["access_token"], **assertion(ctx, bank)}
    said = program.post("/oidc/introspect", form).json()
    assert (True, "DPoP", {"jkt": KEY.thumbprint()}) == (said["active"], said["token_type"], said["cnf"])


def refresh(ctx: Context, program: Program, of: Client, shown: str) -> dict[str, Any]:
    form = {"grant_type": "refresh_token", "refresh_token": shown, **assertion(ctx, of)}
    found: dict[str, Any] = program.post(TOKEN, form, {"dpop": proof(ctx, TOKEN)}).json()
    return found
