"""What apps are told of a person, and of this server."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from sparekey.core.clients import Client, ClientId, Grant, GrantId, Kind, Login
from sparekey.core.people import AccountId, Language, Member, MemberId, Role, SessionId, Status
from sparekey.core.proofs import Aal, Assurance
from sparekey.core.sign_in import Demand
from sparekey.oidc import acr, discovery
from sparekey.oidc.claims import asked_scopes, id_token, requested, subject, userinfo

NOON = datetime(2026, 11, 17, 12, tzinfo=UTC)
AT = int(NOON.timestamp())
WIKI = Client(ClientId("cli_1"), AccountId("acc_1"), Kind.SERVER, "Wiki", Login.SECRET, NOON)
NORA = Member(
    id=MemberId("mem_1"),
    account_id=WIKI.account_id,
    username="nora.keller",
    name="Nora Keller",
    email="nora.keller@example.com",
    role=Role.OWNER,
    status=Status.ACTIVE,
    language=Language.DE,
    created_at=NOON,
)
GRANT = Grant(
    id=GrantId("gra_1"),
    account_id=WIKI.account_id,
    member_id=NORA.id,
    client_id=WIKI.id,
    session_id=SessionId("ses_1"),
    scopes=("openid",),
    created_at=NOON,
    expires_at=NOON + timedelta(hours=12),
    acr="phr",
    amr=("mfa", "pop"),
    auth_time=NOON - timedelta(minutes=3),
)


def told(grant: Grant = GRANT, member: Member = NORA) -> dict[str, object]:
    return id_token(grant, WIKI, member, NOON, issuer="https://id.example", sub="s")


def test_an_id_token_says_who_how_and_when() -> None:
    assert {
        "iss": "https://id.example",
        "sub": "s",
        "aud": "cli_1",
        "exp": AT + 600,
        "iat": AT,
        "auth_time": AT - 180,
        "acr": "phr",
        "amr": ["mfa", "pop"],
        "sid": "ses_1",
    } == told()


def test_an_id_token_gives_the_nonce_back() -> None:
    assert "n" == told(replace(GRANT, nonce="n"))["nonce"]


def test_methods_without_a_registered_name_are_left_away() -> None:
    assert "amr" not in told(replace(GRANT, amr=()))


@pytest.mark.parametrize(
    ("since", "expected"),
    [(timedelta(0), True), (timedelta(hours=72, seconds=-1), True), (timedelta(hours=72), False)],
)
def test_apps_hear_for_72_hours_that_somebody_was_let_back_in(since: timedelta, expected: bool) -> None:
    found = told(member=replace(NORA, recovered_at=NOON - since))
    assert expected is ("recovered_at" in found)


def test_an_id_token_tells_what_was_asked_for_in_it_by_name() -> None:
    found = told(replace(GRANT, claims='{"id_token":["email","roles"],"userinfo":["name"]}'))
    assert ("nora.keller@example.com", ["owner"]) == (found["email"], found["roles"])
    assert "name" not in found


@pytest.mark.parametrize(
    ("scopes", "by_name", "expected"),
    [
        (("openid",), (), {}),
        (("openid", "address", "phone", "offline_access"), (), {}),
        (
            ("profile",),
            (),
            {"name": "Nora Keller", "preferred_username": "nora.keller", "locale": "de"},
        ),
        (("email",), (), {"email": "nora.keller@example.com", "email_verified": True}),
        (("roles",), (), {"roles": ["owner"]}),
        ((), ("name", "nickname"), {"name": "Nora Keller"}),
    ],
)
def test_userinfo_tells_what_the_scopes_hold(
    scopes: tuple[str, ...], by_name: tuple[str, ...], expected: dict[str, object]
) -> None:
    assert {"sub": "s", **expected} == userinfo(scopes, by_name, NORA, "s")


def test_what_was_asked_for_by_name_is_read_from_the_grant() -> None:
    assert ("name",) == requested('{"userinfo":["name"]}', "userinfo")
    assert () == requested('{"userinfo":["name"]}', "id_token")
    assert () == requested("", "userinfo")


def test_people_agree_to_claims_by_name_as_to_their_scope() -> None:
    assert ("openid", "email", "roles") == asked_scopes(("roles", "openid"), '{"id_token":["email"]}')


def test_a_pairwise_subject_is_another_one_for_each_client() -> None:
    one, other = (replace(WIKI, id=ClientId(name), is_pairwise=True) for name in ("cli_1", "cli_2"))
    names = {subject(client, NORA.id, key) for client in (one, other) for key in (b"a", b"b")}
    assert (4, {43}) == (len(names), {len(name) for name in names})
    assert subject(one, NORA.id, b"a") == subject(replace(one, redirect_uris=("x",)), NORA.id, b"a")
    assert "mem_1" == subject(WIKI, NORA.id, b"a")


# acr

PASSWORD = Assurance(Aal.AAL1, ("pwd",), NOON)
CODE = Assurance(Aal.AAL2, ("mfa", "otp", "pwd"), NOON)
PASSKEY = Assurance(Aal.AAL2, ("mfa", "pop", "swk"), NOON)
HARDWARE = Assurance(Aal.AAL2, ("hwk", "mfa", "pop"), NOON)
AAL1, AAL2 = Aal.AAL1.acr, Aal.AAL2.acr


@pytest.mark.parametrize(
    ("wanted", "found", "expected"),
    [
        ((), PASSWORD, AAL1),
        ((), CODE, AAL2),
        ((), PASSKEY, "phr"),
        ((), HARDWARE, "phrh"),
        ((AAL1,), CODE, AAL1),
        ((AAL2,), HARDWARE, AAL2),
        (("phr",), HARDWARE, "phr"),
        (("phrh",), PASSKEY, "phr"),
        (("phr", AAL2), CODE, AAL2),
        (("x", "phr"), CODE, AAL2),
        ((AAL2,), PASSWORD, AAL1),
    ],
)
def test_the_app_hears_the_first_that_is_true(
    wanted: tuple[str, ...], found: Assurance, expected: str
) -> None:
    assert expected == acr.told(wanted, found)


@pytest.mark.parametrize(
    ("wanted", "expected"),
    [
        ((), Demand.REMEMBERED),
        (("x",), Demand.REMEMBERED),
        ((AAL2,), Demand.SECOND),
        (("phrh", AAL2), Demand.SECOND),
        (("phr",), Demand.PASSKEY),
        (("phrh",), Demand.PASSKEY),
    ],
)
def test_the_least_that_makes_one_true_is_demanded(wanted: tuple[str, ...], expected: Demand) -> None:
    assert expected is acr.demanded(wanted)


# Discovery


def test_every_endpoint_stands_under_the_issuer() -> None:
    found = discovery.document("https://id.example", can_register=True)
    places = [str(value) for name, value in found.items() if name.endswith(("_endpoint", "_uri"))]
    assert 10 == len(places)
    assert all(place.startswith("https://id.example/oidc/") for place in places)


def test_registration_is_told_only_where_it_is_open() -> None:
    assert "registration_endpoint" not in discovery.document("https://id.example")
