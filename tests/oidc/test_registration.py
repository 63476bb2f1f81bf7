"""What an app says of itself, and what cannot be."""

from typing import Any

import pytest

from sparekey.core.clients import Kind, Login
from sparekey.errors import ProtocolRefused
from sparekey.oidc import registration
from tests.oidc.values import PUBLIC_KEY

BACK = "https://wiki.example/back"
LEAST = {"redirect_uris": [BACK]}


def test_the_least_is_a_server_with_a_secret() -> None:
    found = registration.read(LEAST)
    assert (Kind.SERVER, Login.SECRET, (BACK,), "App", "RS256", False, "") == (
        found.kind,
        found.login,
        found.redirect_uris,
        found.name,
        found.algorithm,
        found.is_pairwise,
        found.keys,
    )


def test_everything_that_can_be_said_is_kept() -> None:
    found = registration.read(
        {
            **LEAST,
            "client_name": "  The   wiki ",
            "token_endpoint_auth_method": "private_key_jwt",
            "jwks": {"keys": [PUBLIC_KEY]},
            "post_logout_redirect_uris": ["https://wiki.example/bye"],
            "backchannel_logout_uri": "https://wiki.example/out",
            "client_uri": "https://wiki.example",
            "id_token_signed_response_alg": "ES256",
            "subject_type": "pairwise",
            "software_id": "unknown here",
        }
    )
    assert ("The wiki", Login.KEY, "ES256", True) == (
        found.name,
        found.login,
        found.algorithm,
        found.is_pairwise,
    )
    assert PUBLIC_KEY["x"] in found.keys
    assert "https://wiki.example/out" == found.backchannel_uri


@pytest.mark.parametrize(
    "address", ["http://127.0.0.1:8080/back", "http://localhost/back", "http://[::1]/back"]
)
def test_a_program_on_ones_own_machine_needs_no_encryption(address: str) -> None:
    found = registration.read({"redirect_uris": [address], "token_endpoint_auth_method": "none"})
    assert (Kind.PUBLIC, (address,)) == (found.kind, found.redirect_uris)


@pytest.mark.parametrize(
    "address",
    [
        "http://wiki.example/back",
        "https://wiki.example/back#a",
        "https://me@wiki.example/back",
        "https:///back",
        "javascript:alert(1)",
        "https://wiki.example/ü",
        "https://wiki.example:99999/",
        "https://wiki.example/" + "a" * 2000,
        "/back",
        "https://wiki.example\\@evil.example/",
        "https://wiki.example/*",
        "https://wiki.example/ https://evil.example/",
        "",
    ],
)
def test_an_address_that_is_not_safe_is_refused(address: str) -> None:
    with pytest.raises(ProtocolRefused) as refusal:
        registration.read({"redirect_uris": [address]})
    assert "invalid_redirect_uri" == refusal.value.error


@pytest.mark.parametrize(
    "said",
    [
        {},
        {"redirect_uris": []},
        {"redirect_uris": [f"{BACK}/{n}" for n in range(31)]},
        {"redirect_uris": [1]},
    ],
)
def test_addresses_are_a_short_list(said: dict[str, Any]) -> None:
    with pytest.raises(ProtocolRefused) as refusal:
        registration.read(said)
    assert "invalid_redirect_uri" == refusal.value.error


@pytest.mark.parametrize(
    "said",
    [
        {"token_endpoint_auth_method": "tls_client_auth"},
        {"token_endpoint_auth_method": 1},
        {"grant_types": ["password"]},
        {"grant_types": "authorization_code"},
        {"response_types": ["token"]},
        {"id_token_signed_response_alg": "none"},
        {"subject_type": "secret"},
        {"client_name": "a\x00"},
        {"client_name": "Wiki\u202egnp.exe"},
        {"client_name": "Wiki\x1b[2J"},
        {"client_uri": "ftp://wiki.example"},
        {"backchannel_logout_uri": "http://wiki.example/out"},
        {"post_logout_redirect_uris": ["https://wiki.example\\@evil.example/"]},
        {"token_endpoint_auth_method": "private_key_jwt"},
        {"token_endpoint_auth_method": "private_key_jwt", "jwks": {"keys": []}},
        {"token_endpoint_auth_method": "private_key_jwt", "jwks": {"keys": [{**PUBLIC_KEY, "d": "a"}]}},
    ],
)
def test_what_this_server_does_not_do_is_refused(said: dict[str, Any]) -> None:
    with pytest.raises(ProtocolRefused) as refusal:
        registration.read({**LEAST, **said})
    assert "invalid_client_metadata" == refusal.value.error


def test_a_name_of_blanks_is_none() -> None:
    assert "App" == registration.read({**LEAST, "client_name": "  "}).name
