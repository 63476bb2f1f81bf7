"""Statements of others, before they are verified."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from sparekey.oidc import jose
from tests.oidc.values import NOON, PUBLIC_KEY, compact, without


def test_peeks_into_header_and_claims() -> None:
    assert ({"alg": "ES256"}, {"sub": "a"}) == jose.peek(compact({"alg": "ES256"}, {"sub": "a"}))


@pytest.mark.parametrize(
    "text",
    [
        "",
        "a.b",
        "a.b.c.d",
        "ä.b.c",
        compact([], {}),
        compact({}, "text"),
        "W10.e30.",
        "_w.e30.",
        compact({}, {"long": "a" * jose.LONGEST}),
        f"{'W1td'[:3]}.{'W' * 9}.x",
    ],
)
def test_what_is_no_statement_is_none(text: str) -> None:
    assert jose.peek(text) is None


@pytest.mark.parametrize(
    "key",
    [
        None,
        [],
        {**PUBLIC_KEY, "d": "a"},
        {"kty": "oct", "k": "a"},
        {"kty": "EC"},
        {**PUBLIC_KEY, "x": 1},
        {**PUBLIC_KEY, "y": ""},
        {**PUBLIC_KEY, "kty": ["EC"]},
        without(PUBLIC_KEY, "kty"),
    ],
)
def test_a_private_a_shared_or_half_a_key_is_no_public_key(key: Any) -> None:
    assert not jose.is_public_key(key)


def test_a_public_key_is_one() -> None:
    assert jose.is_public_key({**PUBLIC_KEY, "kid": "1"})


def test_the_thumbprint_is_that_of_the_rfc() -> None:
    assert "0ZcOCORZNYy-DWpqq30jZyJGHTN0d2HglBV3uiguA4I" == jose.thumbprint({**PUBLIC_KEY, "use": "sig"})


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (0, datetime(1970, 1, 1, tzinfo=UTC)),
        (1.5, datetime(1970, 1, 1, 0, 0, 1, 500_000, tzinfo=UTC)),
        (-1, None),
        (1 << 40, None),
        (float("nan"), None),
        (True, None),
        ("1", None),
        (None, None),
    ],
)
def test_reads_a_numeric_date(value: object, expected: datetime | None) -> None:
    assert expected == jose.moment_of({"iat": value}, "iat")


def test_parts_that_only_look_alike_together_are_remembered_apart() -> None:
    until = NOON + timedelta(minutes=1)
    assert jose.used_id("a", "bc", expires_at=until) != jose.used_id("ab", "c", expires_at=until)
