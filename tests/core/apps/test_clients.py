"""What an app is unless its owner says otherwise, and how long what it is given lives."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from sparekey.core import clients, throttle
from sparekey.core.clients import OFFLINE_LIFE, Client, ClientId, Grant, GrantId, Kind, Login, give
from sparekey.core.contract import Moment
from sparekey.core.people import AccountId, MemberId, SessionId
from sparekey.core.sessions import Scope, Session
from sparekey.core.sign_in import Demand
from sparekey.core.throttle import Rate
from tests.core.made import APP, PASSWORD, proof
from tests.strategies import NOON

WHOSE, NORA, JONAS = AccountId("acc_1"), MemberId("mem_1"), MemberId("mem_2")
WIKI = Client(ClientId("cli_1"), WHOSE, Kind.SERVER, "Wiki", Login.SECRET, NOON)
SESSION = Session(
    id=SessionId("ses_1"),
    account_id=WHOSE,
    member_id=NORA,
    scope=Scope.FULL,
    proofs=(proof(PASSWORD, minutes_ago=9), proof(APP, minutes_ago=8)),
    created_at=NOON,
    expires_at=NOON + timedelta(hours=12),
    last_used_at=NOON,
)


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
    assert (Demand.SECOND, True, True, None) == (WIKI.demand, WIKI.asks_consent, WIKI.needs_pkce, WIKI.only)
    is_special = (WIKI.is_strict, WIKI.is_pairwise, WIKI.is_registered)
    assert ((False,) * 3, "RS256", 0, 0) == (is_special, WIKI.algorithm, WIKI.fresh_minutes, WIKI.version)


@pytest.mark.parametrize(
    ("only", "account_id", "expected"),
    [
        (None, WHOSE, True),
        ((JONAS, NORA), WHOSE, True),
        ((JONAS,), WHOSE, False),
        ((), WHOSE, False),
        (None, AccountId("acc_2"), False),
        ((NORA,), AccountId("acc_2"), False),
    ],
)
def test_an_app_is_for_its_account_and_there_for_whoever_is_chosen(
    only: tuple[MemberId, ...] | None, account_id: AccountId, expected: bool
) -> None:
    assert expected is replace(WIKI, only=only).is_for(account_id, NORA)


def test_programs_run_on_the_device_of_whoever_uses_them() -> None:
    assert [Kind.PUBLIC, Kind.COMMAND] == [one for one in Kind if one.is_on_own_device]


def gives(*scopes: str, session: Session = SESSION) -> Grant:
    return give(session, WIKI, scopes, Moment(NOON, b"seed"))


def test_what_is_given_says_who_gave_it_and_what_was_proven() -> None:
    grant = gives("openid", "email")
    whose = (grant.account_id, grant.member_id, grant.client_id, grant.session_id)
    assert (WHOSE, NORA, WIKI.id, SESSION.id) == whose
    proven = (grant.scopes, grant.acr, set(grant.amr), grant.auth_time)
    assert (
        ("openid", "email"),
        "urn:sparekey:acr:aal2",
        {"pwd", "otp", "mfa"},
        NOON - timedelta(minutes=9),
    ) == proven


@pytest.mark.parametrize(
    ("scopes", "is_offline", "ends_at"),
    [(("openid",), False, SESSION.expires_at), (("openid", "offline_access"), True, NOON + OFFLINE_LIFE)],
)
def test_a_grant_ends_with_its_session_unless_it_is_for_offline_access(
    scopes: tuple[str, ...], is_offline: bool, ends_at: datetime
) -> None:
    grant = gives(*scopes)
    assert (is_offline, ends_at) == (grant.is_offline, grant.expires_at)


def test_without_a_proof_a_grant_says_when_it_was_given() -> None:
    assert NOON == gives("openid", session=replace(SESSION, proofs=())).auth_time


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
