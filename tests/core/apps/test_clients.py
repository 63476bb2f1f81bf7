"""What an app is unless its owner says otherwise, and how long what it is given lives."""

from datetime import timedelta

import pytest

from sparekey.core import clients, throttle
from sparekey.core.clients import Client, ClientId, Grant, GrantId, Kind, Login
from sparekey.core.people import AccountId, MemberId, SessionId
from sparekey.core.sign_in import Demand
from sparekey.core.throttle import Rate
from tests.strategies import NOON

WHOSE = AccountId("acc_1")


def test_lives() -> None:
    expected = [
        timedelta(seconds=60),
        timedelta(minutes=10),
        timedelta(days=30),
        timedelta(seconds=590),
        timedelta(minutes=10),
        timedelta(hours=72),
    ]
    assert expected == [
        clients.CODE_LIFE,
        clients.ACCESS_LIFE,
        clients.OFFLINE_LIFE,
        clients.PUSHED_LIFE,
        clients.DEVICE_LIFE,
        clients.RECOVERED_FOR,
    ]


def test_how_often_apps_may_be_wrong_and_ask_without_proof() -> None:
    hour = timedelta(hours=1)
    expected = (Rate(20, timedelta(minutes=10)), Rate(30, hour), Rate(300, hour))
    assert expected == (throttle.CLIENT_RATE, throttle.DEVICE_RATE, throttle.PUSH_RATE)


def test_an_app_asks_for_a_second_factor_for_consent_and_for_pkce() -> None:
    made = Client(ClientId("cli_1"), WHOSE, Kind.SERVER, "Wiki", Login.SECRET, NOON)
    assert (Demand.SECOND, True, True, None) == (made.demand, made.asks_consent, made.needs_pkce, made.only)
    is_special = (made.is_strict, made.is_pairwise, made.is_registered)
    assert ((False,) * 3, "RS256", 0, 0) == (is_special, made.algorithm, made.fresh_minutes, made.version)


def test_a_grant_is_bound_to_nothing_and_online_unless_it_is_said() -> None:
    grant = Grant(
        id=GrantId("gra_1"),
        account_id=WHOSE,
        member_id=MemberId("mem_1"),
        client_id=ClientId("cli_1"),
        session_id=SessionId("ses_1"),
        scopes=("openid",),
        created_at=NOON,
        expires_at=NOON,
        acr="phr",
        amr=("pop",),
        auth_time=NOON,
    )
    texts = (grant.nonce, grant.claims, grant.redirect_uri, grant.challenge, grant.jkt)
    assert (("",) * 5, False, False) == (texts, grant.asks_auth_time, grant.is_offline)


@pytest.mark.parametrize(
    ("account", "only", "is_for"),
    [
        (WHOSE, None, True),
        (WHOSE, ("mem_1",), True),
        (WHOSE, ("mem_2",), False),
        (WHOSE, (), False),
        ("acc_other", None, False),
    ],
)
def test_an_app_is_for_its_account_or_for_some_of_it(
    account: str, only: tuple[str, ...] | None, is_for: bool
) -> None:
    chosen = None if only is None else tuple(map(MemberId, only))
    made = Client(ClientId("cli_1"), WHOSE, Kind.SERVER, "Wiki", Login.SECRET, NOON, only=chosen)
    assert is_for == made.is_for(AccountId(account), MemberId("mem_1"))
