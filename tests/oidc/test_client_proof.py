"""Which client a request is from: each way, two ways at once, and each thing an assertion can say wrongly."""

from base64 import b64encode
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from sparekey.core.clients import Client, ClientId
from sparekey.errors import ProtocolRefused
from sparekey.oidc import client_proof
from sparekey.oidc.client_proof import ASSERTION_TYPE, Audience, Claimed
from tests.oidc.values import CLIENT, NOON, PUBLIC, SECRET, SIGNER, STRICT, compact, seconds, without

ISSUER = "https://id.example"
HERE = Audience(ISSUER, f"{ISSUER}/oidc/par")
CLAIMS = {
    "iss": "cli_1",
    "sub": "cli_1",
    "aud": ISSUER,
    "iat": seconds(NOON),
    "nbf": seconds(NOON),
    "exp": seconds(NOON) + 60,
    "jti": "once",
}
ASSERTION = compact({"alg": "ES256"}, CLAIMS)
BY_ASSERTION = {"client_assertion_type": ASSERTION_TYPE, "client_assertion": ASSERTION}


def basic(text: str) -> str:
    return "Basic " + b64encode(text.encode()).decode()


@pytest.mark.parametrize(
    ("header", "form", "expected"),
    [
        ("", {"client_id": "a"}, Claimed("a")),
        ("", {"client_id": "a", "client_secret": "b"}, Claimed("a", "b")),
        (basic("a:b"), {}, Claimed("a", "b", is_by_header=True)),
        (basic("a:b").replace("Basic", "bAsIc"), {"client_id": "a"}, Claimed("a", "b", is_by_header=True)),
        (basic("a%3Ab:d%26+:e"), {}, Claimed("a:b", "d& :e", is_by_header=True)),
        ("", BY_ASSERTION, Claimed("cli_1", assertion=ASSERTION)),
        ("", {**BY_ASSERTION, "client_id": "cli_2"}, Claimed("cli_2", assertion=ASSERTION)),
    ],
)
def test_reads_who_a_request_says_it_is_from(header: str, form: dict[str, str], expected: Claimed) -> None:
    assert expected == client_proof.read(header, form)


@pytest.mark.parametrize(
    ("header", "form", "error"),
    [
        ("", {}, "invalid_client"),
        ("", {"client_id": "a b"}, "invalid_client"),
        ("", {"client_id": "a" * 101}, "invalid_client"),
        (basic("%00:b"), {}, "invalid_client"),
        ("", {**BY_ASSERTION, "client_assertion": "junk"}, "invalid_client"),
        ("Bearer abc", {}, "invalid_client"),
        ("Basic", {}, "invalid_client"),
        ("Basic ä", {}, "invalid_client"),
        (basic("no colon"), {}, "invalid_client"),
        (basic("%ff:b"), {}, "invalid_client"),
        ("Basic /w==", {}, "invalid_client"),
        (basic("a:b"), {"client_id": "c"}, "invalid_request"),
        (basic("a:b"), {"client_secret": "b"}, "invalid_request"),
        (basic("a:b"), BY_ASSERTION, "invalid_request"),
        ("", {**BY_ASSERTION, "client_secret": "b"}, "invalid_request"),
        ("", without(BY_ASSERTION, "client_assertion_type"), "invalid_client"),
        ("", {**BY_ASSERTION, "client_assertion_type": "saml"}, "invalid_client"),
    ],
)
def test_refuses_two_ways_at_once_and_what_cannot_be_read(header: str, form: Any, error: str) -> None:
    with pytest.raises(ProtocolRefused) as refusal:
        client_proof.read(header, form)
    assert error == refusal.value.error


@pytest.mark.parametrize(
    ("client", "claimed"),
    [
        (PUBLIC, Claimed("cli_1")),
        (CLIENT, Claimed("cli_1", SECRET)),
        (CLIENT, Claimed("cli_1", SECRET, is_by_header=True)),
        (SIGNER, Claimed("cli_1", assertion=ASSERTION)),
    ],
)
def test_each_client_has_its_own_way(client: Client, claimed: Claimed) -> None:
    client_proof.demand(client, claimed)


@pytest.mark.parametrize(
    ("client", "claimed"),
    [
        (PUBLIC, Claimed("cli_1", SECRET)),
        (PUBLIC, Claimed("cli_1", assertion=ASSERTION)),
        (PUBLIC, Claimed("cli_1", is_by_header=True)),
        (CLIENT, Claimed("cli_1")),
        (CLIENT, Claimed("cli_1", SECRET[:-1])),
        (CLIENT, Claimed("cli_1", "ä\udc80")),
        (CLIENT, Claimed("cli_1", assertion=ASSERTION)),
        (replace(CLIENT, secret_hash=""), Claimed("cli_1", "")),
        (SIGNER, Claimed("cli_1")),
        (SIGNER, Claimed("cli_1", SECRET)),
    ],
)
def test_no_client_has_another_way(client: Client, claimed: Claimed) -> None:
    with pytest.raises(ProtocolRefused) as refusal:
        client_proof.demand(client, claimed)
    assert ("invalid_client", 401) == (refusal.value.error, refusal.value.status_hint)


def test_a_secret_is_not_in_what_is_logged_of_a_claim() -> None:
    assert SECRET not in repr(Claimed("cli_1", SECRET, SECRET))


def test_pkcs_1_signs_nothing_of_a_strict_client() -> None:
    assert ["RS256"] == [
        one for one in client_proof.algorithms(SIGNER) if one not in client_proof.algorithms(STRICT)
    ]


AUDIENCES = [
    (ISSUER, True, True),
    (HERE.endpoint, False, True),
    (f"{ISSUER}/oidc/token", False, True),
    ([ISSUER], False, True),
    ([ISSUER, "https://other.example"], False, False),
    (f"{ISSUER}/", False, False),
    ("https://other.example", False, False),
    ([], False, False),
    (None, False, False),
    ([[ISSUER]], False, False),
]


@pytest.mark.parametrize(("audience", "for_strict", "for_others"), AUDIENCES)
def test_an_assertion_is_for_this_server_alone(audience: object, for_strict: bool, for_others: bool) -> None:
    claims = {**CLAIMS, "aud": audience}
    assert (for_strict, for_others) == (passes(STRICT, claims), passes(SIGNER, claims))


AT = seconds(NOON)
TIMES = [
    ("exp", AT, False),
    ("exp", AT - 300, False),
    ("exp", AT + 1, True),
    ("exp", AT + 3600, True),
    ("exp", AT + 4000, False),
    ("exp", "soon", False),
    ("iat", AT + 8, True),
    ("nbf", AT + 8, True),
    ("iat", AT + 61, False),
    ("nbf", AT + 61, False),
    ("iat", "now", False),
    ("nbf", None, False),
    ("iat", AT - 100_000, True),
]


@pytest.mark.parametrize(("name", "value", "expected"), TIMES)
def test_an_assertion_is_of_now(name: str, value: object, expected: bool) -> None:
    assert expected is passes(STRICT, {**CLAIMS, name: value})


@pytest.mark.parametrize(
    ("name", "value"),
    [("iss", "cli_2"), ("sub", "cli_2"), ("jti", ""), ("jti", 1), ("jti", "a" * 257), ("iss", ["cli_1"])],
)
def test_an_assertion_is_of_its_client_and_good_once(name: str, value: object) -> None:
    assert not passes(SIGNER, {**CLAIMS, name: value})


@pytest.mark.parametrize("name", ["iss", "sub", "aud", "exp", "jti"])
def test_an_assertion_lacks_nothing(name: str) -> None:
    assert not passes(SIGNER, without(CLAIMS, name))


@pytest.mark.parametrize("name", ["iat", "nbf"])
def test_an_assertion_needs_no_other_times(name: str) -> None:
    assert passes(STRICT, without(CLAIMS, name))


def test_two_clients_may_use_the_same_id_for_a_statement() -> None:
    other = replace(SIGNER, id=ClientId("cli_2"))
    own = client_proof.check_assertion(SIGNER, CLAIMS, HERE, NOON)
    others = client_proof.check_assertion(other, {**CLAIMS, "iss": "cli_2", "sub": "cli_2"}, HERE, NOON)
    assert own.key != others.key
    assert NOON + timedelta(seconds=60) == own.expires_at


def passes(client: Client, claims: dict[str, Any]) -> bool:
    try:
        client_proof.check_assertion(client, claims, HERE, NOON)
    except ProtocolRefused as refusal:
        return (refusal.error, refusal.status_hint) != ("invalid_client", 401)
    return True
