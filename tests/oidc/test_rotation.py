"""What becomes of a refresh token."""

from dataclasses import replace
from datetime import timedelta

import pytest

from sparekey.core.clients import Client, ClientId
from sparekey.core.tokens import TokenKind
from sparekey.errors import ProtocolRefused
from sparekey.oidc import rotation
from sparekey.oidc.rotation import Shown, Turn
from tests.oidc.values import CLIENT, NOON, PUBLIC, REFRESH, SHOWN, STRICT

SPENT = replace(SHOWN, token=replace(REFRESH, spent_at=NOON))
BOUND = replace(SHOWN, token=replace(REFRESH, jkt="key"))
OTHER = replace(CLIENT, id=ClientId("cli_2"))


@pytest.mark.parametrize(
    ("shown", "client", "jkt", "expected"),
    [
        (SHOWN, CLIENT, "", Turn.ROTATE),
        (SHOWN, PUBLIC, "", Turn.ROTATE),
        (BOUND, PUBLIC, "key", Turn.ROTATE),
        (SHOWN, CLIENT, "key", Turn.ROTATE),
        (BOUND, STRICT, "key", Turn.KEEP),
        (SHOWN, replace(PUBLIC, is_strict=True), "", Turn.ROTATE),
        (SPENT, CLIENT, "", Turn.END),
        (replace(SPENT, is_alive=False), CLIENT, "", Turn.END),
    ],
)
def test_a_fresh_one_gives_another_and_a_spent_one_ends_the_grant(
    shown: Shown, client: Client, jkt: str, expected: Turn
) -> None:
    assert expected is rotation.decide(shown, client, jkt, NOON)


@pytest.mark.parametrize(
    ("shown", "client", "jkt"),
    [
        (replace(SHOWN, is_alive=False), CLIENT, ""),
        (SHOWN, OTHER, ""),
        (SPENT, OTHER, ""),
        (BOUND, CLIENT, ""),
        (BOUND, CLIENT, "other"),
        (replace(SHOWN, token=replace(REFRESH, kind=TokenKind.ACCESS)), CLIENT, ""),
        (replace(SHOWN, token=replace(REFRESH, expires_at=NOON)), CLIENT, ""),
        (replace(SHOWN, token=replace(REFRESH, expires_at=NOON - timedelta(seconds=1))), CLIENT, ""),
    ],
)
def test_one_of_somebody_else_or_of_the_past_gives_nothing(shown: Shown, client: Client, jkt: str) -> None:
    with pytest.raises(ProtocolRefused) as refusal:
        rotation.decide(shown, client, jkt, NOON)
    assert "invalid_grant" == refusal.value.error


@pytest.mark.parametrize(
    ("asked", "expected"), [("", ("openid", "email")), ("email", ("email",)), ("email email", ("email",))]
)
def test_a_new_token_may_be_for_less(asked: str, expected: tuple[str, ...]) -> None:
    assert expected == rotation.narrowed(("openid", "email"), asked)


def test_a_new_token_is_never_for_more() -> None:
    with pytest.raises(ProtocolRefused) as refusal:
        rotation.narrowed(("openid",), "openid roles")
    assert "invalid_scope" == refusal.value.error
