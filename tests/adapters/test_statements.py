"""What clients sign counts when one of their keys signed it, in a way that was asked for; nothing else does."""

import hmac
import json
from base64 import urlsafe_b64encode
from collections.abc import Mapping
from typing import Any

import pytest
from joserfc import jws
from joserfc.jwk import ECKey, Key, RSAKey

from sparekey.adapters import statements

SAID = {"iss": "cli_wiki", "jti": "one"}
TAKEN = ("ES256", "RS256")
FIRST, SECOND = ECKey.generate_key("P-256"), ECKey.generate_key("P-256")
RSA = RSAKey.generate_key(2048)
ANY = ""


def public(key: Key, **more: str) -> dict[str, Any]:
    return {**key.as_dict(private=False), **more}


def key_set(*keys: Mapping[str, Any]) -> str:
    return json.dumps({"keys": keys})


def signed(key: Key, payload: object = SAID, algorithm: str = "ES256") -> str:
    return jws.serialize_compact({"alg": algorithm}, json.dumps(payload), key, algorithms=[algorithm])


def _base64(raw: bytes) -> str:
    return urlsafe_b64encode(raw).rstrip(b"=").decode()


BOTH = key_set(public(FIRST, kid="first"), public(SECOND, kid="second"))


@pytest.mark.parametrize("kid", [ANY, "second"])
def test_the_claims_are_those_that_one_of_the_keys_signed(kid: str) -> None:
    assert statements.verify(signed(SECOND), BOTH, kid, TAKEN) == SAID


def test_a_key_without_a_name_is_any_key() -> None:
    assert statements.verify(signed(RSA, algorithm="RS256"), key_set(public(RSA)), ANY, TAKEN) == SAID


@pytest.mark.parametrize("kid", ["first", "third"])
def test_a_statement_that_names_another_key_does_not_count(kid: str) -> None:
    assert statements.verify(signed(SECOND), BOTH, kid, TAKEN) is None


def test_a_stranger_s_signature_does_not_count() -> None:
    assert statements.verify(signed(ECKey.generate_key("P-256")), BOTH, ANY, TAKEN) is None


def test_an_algorithm_that_was_not_asked_for_does_not_count() -> None:
    assert statements.verify(signed(FIRST), BOTH, ANY, ("RS256",)) is None


def test_a_public_key_is_no_shared_secret() -> None:
    """RFC 8725, section 2.1: whoever knows the public half could sign with it as if it were one."""
    header = _base64(json.dumps({"alg": "HS256"}).encode())
    signing = f"{header}.{_base64(json.dumps(SAID).encode())}"
    code = hmac.digest(RSA.as_pem(private=False), signing.encode(), "sha256")
    assert statements.verify(f"{signing}.{_base64(code)}", key_set(public(RSA)), ANY, TAKEN) is None


def test_an_unsigned_statement_does_not_count() -> None:
    header, claims, _ = signed(FIRST).split(".")
    unsigned = "eyJhbGciOiJub25lIn0"
    found = [statements.verify(f"{one}.{claims}.", BOTH, ANY, TAKEN) for one in (header, unsigned)]
    assert [None, None] == found


def test_changed_claims_do_not_count() -> None:
    header, _, signature = signed(FIRST).split(".")
    other = signed(FIRST, {"iss": "cli_board"}).split(".")[1]
    assert statements.verify(f"{header}.{other}.{signature}", BOTH, ANY, TAKEN) is None


@pytest.mark.parametrize("payload", ["text", ["a list"], 1, None])
def test_what_is_signed_must_be_an_object(payload: object) -> None:
    assert statements.verify(signed(FIRST, payload), BOTH, ANY, TAKEN) is None


@pytest.mark.parametrize("text", ["", ".", "a.b.c", "ä.ö.ü", "e30.e30.e30", f"{signed(FIRST)}.more"])
def test_what_is_no_statement_does_not_count(text: str) -> None:
    assert statements.verify(text, BOTH, ANY, TAKEN) is None


@pytest.mark.parametrize(
    "keys",
    ["", "no JSON", "[]", "1", "{}", '{"keys": 1}', '{"keys": [1]}', '{"keys": [{"kty": "EC"}]}'],
)
def test_what_is_no_set_of_keys_holds_none(keys: str) -> None:
    assert statements.read_keys(keys) == ()


def test_no_more_keys_are_read_than_are_tried() -> None:
    many = [public(FIRST)] * (statements.MOST_KEYS + 1)
    assert statements.MOST_KEYS == len(statements.read_keys(key_set(*many)))


def test_a_key_that_is_shown_verifies_what_it_signed_and_nothing_else() -> None:
    found = [statements.verify_with(signed(one), public(FIRST), TAKEN) for one in (FIRST, SECOND)]
    assert [SAID, None] == found


@pytest.mark.parametrize(
    "key", [{}, {"kty": "EC"}, {"kty": 1}, {"kty": "EC", "crv": "P-256", "x": 1, "y": []}]
)
def test_what_is_shown_and_no_key_verifies_nothing(key: Mapping[str, Any]) -> None:
    assert statements.verify_with(signed(FIRST), key, TAKEN) is None
