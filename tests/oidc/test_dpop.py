"""DPoP: each thing a proof can say wrongly, in the order of RFC 9449, section 4.3."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from sparekey.errors import ProtocolRefused
from sparekey.oidc import dpop
from sparekey.oidc.dpop import Request
from tests.oidc.values import NOON, PUBLIC_KEY, compact, seconds, without

HEADER = {"typ": "dpop+jwt", "alg": "ES256", "jwk": PUBLIC_KEY}
URL = "https://id.example/oidc/token"
CLAIMS = {"htm": "POST", "htu": URL, "iat": seconds(NOON), "jti": "once"}
ASKED = Request("POST", URL)
TOKEN = "Kz~8mXK1EalYznwH-LC-1fBAo.4Ljp~zsPE_NeO.gxU"
ATH = "fUHyO2r2Z3DZ53EsNrWBb0xWXoaNy59IiKCAqksmQEo"
"""Both of RFC 9449, section 7.1."""


def test_gives_the_key_of_a_proof() -> None:
    assert PUBLIC_KEY == dpop.key_of(compact(HEADER, CLAIMS))


@pytest.mark.parametrize(
    "header",
    [
        without(HEADER, "typ"),
        {**HEADER, "typ": "JWT"},
        {**HEADER, "alg": "none"},
        {**HEADER, "alg": "HS256"},
        {**HEADER, "alg": "RS256"},
        {**HEADER, "alg": ["ES256"]},
        without(HEADER, "alg"),
        without(HEADER, "jwk"),
        {**HEADER, "jwk": {**PUBLIC_KEY, "d": "secret"}},
        {**HEADER, "jwk": {"kty": "oct", "k": "c2VjcmV0"}},
        {**HEADER, "jwk": "text"},
    ],
)
def test_refuses_a_header_that_is_not_that_of_a_proof(header: dict[str, Any]) -> None:
    with pytest.raises(ProtocolRefused) as refusal:
        dpop.key_of(compact(header, CLAIMS))
    assert "invalid_dpop_proof" == refusal.value.error


def test_refuses_what_is_no_statement() -> None:
    with pytest.raises(ProtocolRefused):
        dpop.key_of("junk")


@pytest.mark.parametrize(
    ("claims", "expected"),
    [
        (CLAIMS, True),
        ({**CLAIMS, "htu": "HTTPS://ID.example:443/oidc/token?a=b#c"}, True),
        ({**CLAIMS, "iat": seconds(NOON) + 8}, True),
        ({**CLAIMS, "iat": seconds(NOON) - 55}, True),
        ({**CLAIMS, "htm": "GET"}, False),
        ({**CLAIMS, "htm": "post"}, False),
        ({**CLAIMS, "htu": "https://id.example/oidc/userinfo"}, False),
        ({**CLAIMS, "htu": "http://id.example/oidc/token"}, False),
        ({**CLAIMS, "htu": "https://id.example.evil.example/oidc/token"}, False),
        ({**CLAIMS, "htu": "https://id.example:70000/oidc/token"}, False),
        ({**CLAIMS, "htu": 5}, False),
        ({**CLAIMS, "iat": seconds(NOON) + 61}, False),
        ({**CLAIMS, "iat": seconds(NOON) - 61}, False),
        ({**CLAIMS, "iat": "now"}, False),
        ({**CLAIMS, "jti": ""}, False),
        ({**CLAIMS, "jti": 7}, False),
        ({**CLAIMS, "jti": "a" * 257}, False),
        *[(without(CLAIMS, name), False) for name in CLAIMS],
    ],
)
def test_a_proof_is_about_one_request_of_now(claims: dict[str, Any], expected: bool) -> None:
    assert expected is passes(claims, ASKED)


@pytest.mark.parametrize(
    ("ath", "expected"), [(ATH, True), (ATH[::-1], False), (None, False), ("ä", False), (1, False)]
)
def test_at_a_resource_a_proof_is_about_one_token(ath: object, expected: bool) -> None:
    assert expected is passes({**CLAIMS, "ath": ath}, replace(ASKED, token=TOKEN))


def test_a_port_left_away_is_the_usual_one_and_an_empty_path_the_root() -> None:
    assert passes({**CLAIMS, "htu": "http://id.example"}, Request("POST", "http://id.example:80/"))
    assert not passes({**CLAIMS, "htu": "app:thing"}, Request("POST", "https://id.example"))


def test_is_remembered_for_as_long_as_it_could_be_shown_again() -> None:
    used = dpop.check(PUBLIC_KEY, CLAIMS, ASKED, NOON)
    assert NOON + timedelta(seconds=90) == used.expires_at


def test_a_token_is_not_in_what_is_logged_of_a_request() -> None:
    assert TOKEN not in repr(Request("GET", URL, TOKEN))


def passes(claims: dict[str, Any], asked: Request) -> bool:
    try:
        dpop.check(PUBLIC_KEY, claims, asked, NOON)
    except ProtocolRefused as refusal:
        return refusal.error != "invalid_dpop_proof"
    return True
