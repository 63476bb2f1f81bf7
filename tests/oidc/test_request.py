"""What an app may ask of the authorization endpoint."""

import json
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sparekey.core.clients import Client, ClientId, Kind, Login
from sparekey.core.people import AccountId
from sparekey.errors import ProtocolRefused
from sparekey.oidc.addresses import may_answer
from sparekey.oidc.request import Asked, Prompt, once, read

NOON = datetime(2026, 11, 17, 12, tzinfo=UTC)
BACK = "https://wiki.example/back"
WIKI = Client(
    ClientId("cli_1"), AccountId("acc_1"), Kind.SERVER, "Wiki", Login.SECRET, NOON, redirect_uris=(BACK,)
)
TOOL = replace(WIKI, kind=Kind.PUBLIC, redirect_uris=("http://127.0.0.1/back", "http://[::1]:1/back"))
CHALLENGE = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"
LEAST = {
    "client_id": "cli_1",
    "redirect_uri": BACK,
    "response_type": "code",
    "scope": "openid",
    "code_challenge": CHALLENGE,
    "code_challenge_method": "S256",
}


def asked(client: Client = WIKI, **changes: str) -> Asked:
    """A change to '' leaves the parameter away."""
    params = {name: value for name, value in {**LEAST, **changes}.items() if value}
    return read(params, client)


def error(client: Client = WIKI, **changes: str) -> str:
    with pytest.raises(ProtocolRefused) as refused:
        asked(client, **changes)
    assert all(32 <= ord(char) < 127 and char not in '"\\' for char in refused.value.description)
    return refused.value.error


def test_the_least_that_can_be_asked() -> None:
    assert Asked(BACK, ("openid",), challenge=CHALLENGE) == asked()


def test_scopes_are_those_that_are_known_in_a_fixed_order() -> None:
    assert ("openid", "email", "offline_access") == asked(scope="offline_access x email openid openid").scopes


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"redirect_uri": ""}, "invalid_request"),
        ({"redirect_uri": "https://evil.example/"}, "invalid_request"),
        ({"response_type": ""}, "invalid_request"),
        ({"response_type": "token"}, "unsupported_response_type"),
        ({"response_type": "code id_token"}, "unsupported_response_type"),
        ({"response_mode": "fragment"}, "invalid_request"),
        ({"scope": ""}, "invalid_scope"),
        ({"scope": "email"}, "invalid_scope"),
        ({"state": "s" * 1001}, "invalid_request"),
        ({"nonce": "n" * 1001}, "invalid_request"),
        ({"code_challenge": ""}, "invalid_request"),
        ({"code_challenge_method": ""}, "invalid_request"),
        ({"code_challenge_method": "plain"}, "invalid_request"),
        ({"code_challenge": CHALLENGE[1:]}, "invalid_request"),
        ({"code_challenge": CHALLENGE + "="}, "invalid_request"),
        ({"dpop_jkt": "short"}, "invalid_request"),
        ({"prompt": "create"}, "invalid_request"),
        ({"prompt": "none login"}, "invalid_request"),
        ({"max_age": "-1"}, "invalid_request"),
        ({"max_age": "1.5"}, "invalid_request"),
        ({"max_age": "²"}, "invalid_request"),
        ({"max_age": "1" * 11}, "invalid_request"),
        ({"display": "hologram"}, "invalid_request"),
        ({"request": "e30.e30."}, "request_not_supported"),
        ({"request_uri": "https://wiki.example/r"}, "request_uri_not_supported"),
        ({"registration": "{}"}, "registration_not_supported"),
        ({"claims": "["}, "invalid_request"),
        ({"claims": "[]"}, "invalid_request"),
        ({"claims": "[" * 1999}, "invalid_request"),
        ({"claims": '{"userinfo": []}'}, "invalid_request"),
        ({"claims": '{"userinfo": {"name": 1}}'}, "invalid_request"),
        ({"claims": json.dumps({"x": "y" * 2000})}, "invalid_request"),
    ],
)
def test_what_is_refused_and_with_which_word(changes: dict[str, str], expected: str) -> None:
    assert expected == error(WIKI, **changes)


def test_a_command_line_may_ask_from_any_port_of_its_own_device() -> None:
    """RFC 8252, section 7.3."""
    tool = replace(WIKI, kind=Kind.COMMAND, redirect_uris=("http://127.0.0.1/callback",))
    back = "http://127.0.0.1:51004/callback"
    assert back == asked(tool, redirect_uri=back).redirect_uri


def test_a_site_behind_a_proxy_may_not_ask_here() -> None:
    assert "unauthorized_client" == error(replace(WIKI, kind=Kind.PROXY))


@pytest.mark.parametrize(
    ("client", "needs"),
    [
        (WIKI, True),
        (replace(WIKI, needs_pkce=False), False),
        (replace(WIKI, needs_pkce=False, is_strict=True), True),
        (replace(WIKI, needs_pkce=False, kind=Kind.PUBLIC), True),
        (replace(WIKI, needs_pkce=False, kind=Kind.COMMAND), True),
    ],
)
def test_who_must_prove_possession_of_the_code(client: Client, needs: bool) -> None:
    if needs:
        assert "invalid_request" == error(client, code_challenge="", code_challenge_method="")
    else:
        assert "" == asked(client, code_challenge="", code_challenge_method="").challenge


def test_everything_that_can_be_asked() -> None:
    found = asked(
        response_mode="query",
        nonce="n",
        prompt="login consent",
        max_age="60",
        acr_values="phr phr x",
        login_hint="h" * 300,
        id_token_hint="a.b.c",
        ui_locales="de-CH !! en",
        display="popup",
        dpop_jkt=CHALLENGE,
    )
    assert found == Asked(
        BACK,
        ("openid",),
        nonce="n",
        challenge=CHALLENGE,
        prompts=frozenset({Prompt.LOGIN, Prompt.CONSENT}),
        max_age=timedelta(seconds=60),
        acr_values=("phr", "x"),
        asks_auth_time=True,
        login_hint="h" * 254,
        id_token_hint="a.b.c",
        languages=("de-CH", "en"),
        jkt=CHALLENGE,
    )


def test_a_maximum_age_of_centuries_is_none_that_overflows() -> None:
    assert timedelta(seconds=10**9) == asked(max_age="9999999999").max_age


@pytest.mark.parametrize(("prompt", "expected"), [("none", True), ("", False), ("login", False)])
def test_who_wants_no_page(prompt: str, expected: bool) -> None:
    assert expected is asked(prompt=prompt).is_silent


def claims(**places: Any) -> Asked:
    return asked(claims=json.dumps(places))


@pytest.mark.parametrize(
    ("places", "kept"),
    [
        ({}, ""),
        ({"userinfo": None, "other": 1}, ""),
        ({"userinfo": {"x": None}}, ""),
        ({"userinfo": {"name": None, "email": {"essential": True}}}, '{"userinfo":["email","name"]}'),
        ({"id_token": {"auth_time": None, "name": None}}, '{"id_token":["name"]}'),
    ],
)
def test_claims_by_name_are_those_that_are_known(places: dict[str, Any], kept: str) -> None:
    assert kept == claims(**places).claims


@pytest.mark.parametrize(
    ("acr", "values", "needs"),
    [
        (None, (), False),
        ({"essential": True}, (), False),
        ({"value": "phr"}, ("phr",), False),
        ({"values": ["phr", 1, "phrh"], "essential": True}, ("phr", "phrh"), True),
        ({"values": "phr", "essential": 1}, (), False),
    ],
)
def test_an_acr_may_be_essential(acr: Any, values: tuple[str, ...], needs: bool) -> None:
    found = claims(id_token={"acr": acr})
    assert (values, needs) == (found.acr_values, found.needs_acr)


def test_acr_values_hold_where_no_claim_says_otherwise() -> None:
    text = json.dumps({"id_token": {"name": None}})
    assert ("phr",) == asked(acr_values="phr", claims=text).acr_values


def test_a_time_can_be_asked_for_by_name() -> None:
    assert claims(id_token={"auth_time": None}).asks_auth_time
    assert not claims(id_token={}).asks_auth_time


@pytest.mark.parametrize("place", ["id_token", "userinfo"])
def test_one_person_can_be_asked_for(place: str) -> None:
    assert "mem_1" == claims(**{place: {"sub": {"value": "mem_1"}}}).subject


def test_parameters_come_once_and_empty_ones_do_not_count() -> None:
    pairs = [("state", "a"), ("nonce", ""), ("x", "1"), ("x", "2"), ("state", "b"), ("nonce", "n")]
    assert ({"state": "a", "nonce": "n"}, frozenset({"state"})) == once(pairs)


@given(st.dictionaries(st.sampled_from(sorted([*LEAST, "claims", "max_age", "prompt", "state"])), st.text()))
def test_whatever_is_sent_is_taken_or_refused(params: dict[str, str]) -> None:
    with suppress(ProtocolRefused):
        assert BACK == read({**LEAST, **params}, WIKI).redirect_uri


# Addresses (RFC 9700, section 2.1; RFC 8252, section 7.3)


@pytest.mark.parametrize(
    ("address", "expected"),
    [
        (BACK, True),
        (BACK + "/", False),
        (BACK + "?a=1", False),
        (BACK + "#a", False),
        ("https://wiki.example/Back", False),
        ("https://WIKI.example/back", False),
        ("https://wiki.example:443/back", False),
        ("https://wiki.example/x/../back", False),
        ("https://wiki.example/%62ack", False),
        ("https://wiki.example@evil.example/back", False),
        ("https://wiki.example.evil.example/back", False),
        ("http://wiki.example/back", False),
        ("", False),
    ],
)
def test_an_address_is_compared_letter_by_letter(address: str, expected: bool) -> None:
    assert expected is may_answer(WIKI, address)


@pytest.mark.parametrize(
    ("address", "expected"),
    [
        ("http://127.0.0.1:53211/back", True),
        ("http://127.0.0.1/back", True),
        ("http://[::1]:53211/back", True),
        ("http://[::1]/back", True),
        ("http://localhost:53211/back", False),
        ("http://127.0.0.1:53211/other", False),
        ("http://127.0.0.1:53211/back#a", False),
        ("http://127.0.0.1:a/back", False),
        ("http://127.0.0.1:80@evil.example/back", False),
        ("http://127.0.0.1.evil.example:80/back", False),
        ("https://127.0.0.1:53211/back", False),
        ("http://127.0.0.1:53211/back" + "k" * 2000, False),
    ],
)
def test_a_program_on_ones_own_machine_may_listen_at_any_port(address: str, expected: bool) -> None:
    assert expected is may_answer(TOOL, address)


def test_a_server_may_not() -> None:
    assert not may_answer(replace(TOOL, kind=Kind.SERVER), "http://127.0.0.1:53211/back")
