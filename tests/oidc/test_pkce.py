"""PKCE: the four combinations of challenge and verifier, and what is no verifier."""

import pytest

from sparekey.errors import ProtocolRefused
from sparekey.oidc import pkce

VERIFIER = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"
CHALLENGE = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"
"""Both of RFC 7636, appendix B."""


def test_the_challenge_is_that_of_the_rfc() -> None:
    assert CHALLENGE == pkce.challenge_of(VERIFIER)


@pytest.mark.parametrize(("challenge", "verifier"), [("", ""), (CHALLENGE, VERIFIER)])
def test_both_or_neither_is_taken(challenge: str, verifier: str) -> None:
    pkce.demand(challenge, verifier)


@pytest.mark.parametrize(
    ("challenge", "verifier"),
    [
        ("", VERIFIER),
        (CHALLENGE, ""),
        (CHALLENGE, VERIFIER[:-1] + "l"),
        (CHALLENGE, CHALLENGE),
        (pkce.challenge_of("short"), "short"),
        (pkce.challenge_of("a" * 129), "a" * 129),
        (pkce.challenge_of("ä" * 43), "ä" * 43),
        (pkce.challenge_of(f"{VERIFIER}\n"), f"{VERIFIER}\n"),
    ],
)
def test_one_without_the_other_or_a_wrong_one_is_refused(challenge: str, verifier: str) -> None:
    with pytest.raises(ProtocolRefused) as refusal:
        pkce.demand(challenge, verifier)
    assert ("invalid_grant", 400) == (refusal.value.error, refusal.value.status_hint)


@pytest.mark.parametrize(
    ("text", "expected"), [(CHALLENGE, True), (CHALLENGE[:-1], False), (f"{CHALLENGE}=", False), ("", False)]
)
def test_knows_a_challenge(text: str, expected: bool) -> None:
    assert expected is pkce.is_challenge(text)
