"""Devices without a browser: what they ask, and what their person does."""

from dataclasses import replace
from typing import Any

import pytest

from sparekey.core.clients import Client, Kind, Login
from sparekey.core.recovery_case import How
from sparekey.core.sign_in import Demand
from sparekey.errors import BadInput, NotAllowed, NotSignedIn, TooManyTries
from sparekey.flows import not_me
from sparekey.flows.context import Context, Visitor
from sparekey.flows.oidc import devices
from sparekey.flows.reset import reset
from sparekey.oidc.discovery import GRANT_TYPES
from sparekey.store import sessions
from sparekey.store.oidc import clients
from tests.clients import client, later
from tests.flows.steps import token_in
from tests.people import Browser, Team, account, letters, signed_in, tags
from tests.web.oidc.conftest import Program
from tests.world import FrozenWorld


@pytest.fixture
def tool(ctx: Context, crew: Team) -> Client:
    return client(ctx, crew, "Tool", kind=Kind.COMMAND, login=Login.NONE, secret_hash="", redirect_uris=())


def ask(program: Program, tool: Client, scope: str = "openid email") -> dict[str, Any]:
    found: dict[str, Any] = program.post("/oidc/device", {"client_id": tool.id, "scope": scope}).json()
    return found


def poll(program: Program, tool: Client, asked: dict[str, Any]) -> dict[str, Any]:
    form = {"grant_type": GRANT_TYPES[-1], "device_code": asked["device_code"], "client_id": tool.id}
    found: dict[str, Any] = program.post("/oidc/token", form).json()
    return found


def test_a_device_is_told_what_to_show(program: Program, tool: Client) -> None:
    asked = ask(program, tool)
    assert ("https://id.example/device", 600, 5) == (
        asked["verification_uri"],
        asked["expires_in"],
        asked["interval"],
    )
    assert f"https://id.example/device?user_code={asked['user_code']}" == asked["verification_uri_complete"]


def test_a_device_waits_until_its_person_allows_it(
    ctx: Context, world: FrozenWorld, program: Program, tool: Client, jonas: Browser
) -> None:
    asked = ask(program, tool)
    before = poll(program, tool, asked)
    assert "Tool" == devices.look(ctx, jonas, asked["user_code"].lower()).app
    devices.allow(ctx, jonas, asked["user_code"])
    world.advance(later(5))
    after = poll(program, tool, asked)
    world.advance(later(5))
    again = poll(program, tool, asked)
    assert ("authorization_pending", "openid email", "invalid_grant") == (
        before["error"],
        after["scope"],
        again["error"],
    )
    assert 200 == program.userinfo(after["access_token"]).status_code
    assert "client:device:allowed" in tags(ctx, tool.account_id)
    assert ["Tool"] == [one.facts["app"] for one in letters(ctx, "device_let_in")]


def test_a_device_gets_nothing_once_its_app_is_for_others(
    ctx: Context, program: Program, tool: Client, jonas: Browser, crew: Team
) -> None:
    asked = ask(program, tool)
    devices.allow(ctx, jonas, asked["user_code"])
    ctx.db.write(lambda conn: clients.put(conn, replace(tool, only=(crew.owner.id,))))
    assert "invalid_grant" == poll(program, tool, asked)["error"]


def test_a_session_that_ended_meanwhile_lets_no_device_in(
    ctx: Context, program: Program, tool: Client, jonas: Browser, crew: Team
) -> None:
    """A reset comes between recognising the browser and its yes: nothing of that browser outlives it."""
    asked = ask(program, tool, "openid offline_access")
    reset(ctx, signed_in(ctx, crew.owner), crew["jonas.frei"].id, How.PERSON, "jonas.frei")
    with pytest.raises(NotSignedIn):
        devices.allow(ctx, jonas, asked["user_code"])
    assert "authorization_pending" == poll(program, tool, asked)["error"]


def test_its_person_can_stop_it_from_the_letter_without_signing_in(
    ctx: Context, world: FrozenWorld, program: Program, tool: Client, jonas: Browser
) -> None:
    asked = ask(program, tool, "openid offline_access")
    devices.allow(ctx, jonas, asked["user_code"])
    world.advance(later(5))
    given = poll(program, tool, asked)
    [letter] = letters(ctx, "device_let_in")
    not_me.stop(ctx, Visitor(), token_in(str(letter.facts["stop_link"])))
    assert 401 == program.userinfo(given["access_token"]).status_code


def test_a_refused_device_hears_so(
    ctx: Context, world: FrozenWorld, program: Program, tool: Client, jonas: Browser
) -> None:
    asked = ask(program, tool)
    devices.deny(ctx, jonas, asked["user_code"])
    assert "access_denied" == poll(program, tool, asked)["error"]


def test_a_device_that_asks_too_often_slows_down(program: Program, tool: Client) -> None:
    asked = ask(program, tool)
    assert ["authorization_pending", "slow_down"] == [poll(program, tool, asked)["error"] for _ in range(2)]


def test_a_code_ends_after_ten_minutes(
    ctx: Context, world: FrozenWorld, program: Program, tool: Client, crew: Team
) -> None:
    asked = ask(program, tool)
    world.advance(later(600))
    assert "expired_token" == poll(program, tool, asked)["error"]
    with pytest.raises(BadInput):
        devices.look(ctx, signed_in(ctx, crew["jonas.frei"]), asked["user_code"])


def test_another_app_has_nothing_of_a_device_code(
    ctx: Context, program: Program, tool: Client, crew: Team
) -> None:
    other = client(ctx, crew, "Else", kind=Kind.COMMAND, login=Login.NONE, secret_hash="")
    assert "invalid_grant" == poll(program, other, ask(program, tool))["error"]


def test_an_app_with_a_browser_has_no_device_codes(program: Program, crew: Team, ctx: Context) -> None:
    board = client(ctx, crew, "Board", kind=Kind.PUBLIC, login=Login.NONE, secret_hash="")
    assert "unauthorized_client" == ask(program, board)["error"]


def test_somebody_of_another_account_knows_no_such_code(ctx: Context, program: Program, tool: Client) -> None:
    foreign = signed_in(ctx, account(ctx, "eva.brunner", ()).owner)
    with pytest.raises(BadInput):
        devices.allow(ctx, foreign, ask(program, tool)["user_code"])


def test_guesses_are_counted_for_each_person(
    ctx: Context, program: Program, tool: Client, jonas: Browser
) -> None:
    asked = ask(program, tool)
    for _ in range(5):
        with pytest.raises(BadInput):
            devices.look(ctx, jonas, "BBBB-BBBB")
    with pytest.raises(TooManyTries):
        devices.look(ctx, jonas, asked["user_code"])


def test_an_app_for_passkeys_takes_no_other_proof(
    ctx: Context, program: Program, crew: Team, jonas: Browser
) -> None:
    vault = client(
        ctx, crew, "Vault", kind=Kind.COMMAND, login=Login.NONE, secret_hash="", demand=Demand.PASSKEY
    )
    with pytest.raises(NotAllowed) as refusal:
        devices.allow(ctx, jonas, ask(program, vault)["user_code"])
    assert "passkey_first" == refusal.value.reason


def test_devices_that_wait_are_limited_by_address(program: Program, tool: Client) -> None:
    form = {"client_id": tool.id}
    seen = [program.post("/oidc/device", form).status_code for _ in range(31)]
    assert [200] * 30 + [429] == seen


@pytest.mark.parametrize(("scope", "status"), [("openid", 401), ("openid offline_access", 200)])
def test_it_lives_with_the_session_unless_it_may_stay(
    ctx: Context, program: Program, tool: Client, jonas: Browser, scope: str, status: int
) -> None:
    asked = ask(program, tool, scope)
    devices.allow(ctx, jonas, asked["user_code"])
    said = poll(program, tool, asked)
    ctx.db.write(lambda conn: sessions.end(conn, jonas.token_hash))
    assert status == program.userinfo(said["access_token"]).status_code
