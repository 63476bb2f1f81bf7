"""What apps have of a person: what counts as having something, and ending it."""

from datetime import timedelta

import pytest
from sqlalchemy import Connection, insert

from sparekey.core.clients import Client, Kind, give
from sparekey.core.people import Member
from sparekey.errors import NotFound, StepUpNeeded
from sparekey.flows import sessions
from sparekey.flows.clients import managing, own, showing
from sparekey.flows.clients.own import address_of
from sparekey.flows.clients.wanted import Wanted
from sparekey.flows.context import Context
from sparekey.store.oidc import grants
from sparekey.store.schema import passes
from tests.clients import given, redeemed
from tests.people import Browser, Team, account, again, entries, signed_in
from tests.world import FrozenWorld

CLOUD = Wanted(name="Nextcloud", redirect_uris="https://cloud.example/cb")
WIKI = Wanted(name="Wiki", host="wiki.example")


@pytest.fixture
def team(ctx: Context) -> Team:
    return account(ctx)


@pytest.fixture
def jonas(ctx: Context, team: Team) -> Browser:
    return signed_in(ctx, team["jonas.frei"])


@pytest.fixture
def cloud(ctx: Context, team: Team) -> Client:
    nora = signed_in(ctx, team.owner)
    return managing.add(ctx, nora, Kind.SERVER, managing.draft(ctx), CLOUD).client


@pytest.fixture
def wiki(ctx: Context, team: Team) -> Client:
    nora = signed_in(ctx, team.owner)
    return managing.add(ctx, nora, Kind.PROXY, managing.draft(ctx), WIKI).client


def let_pass(ctx: Context, client: Client, who: Browser, *, is_ticket: bool = False) -> None:
    assert who.session is not None
    now = ctx.moment().at
    row = {
        "hash": f"{is_ticket}", "account_id": client.account_id, "member_id": who.session.member_id,
        "session_id": who.session.id, "client_id": client.id, "is_ticket": is_ticket, "browser": "b",
        "created_at": now, "expires_at": now + timedelta(hours=1),
    }  # fmt: skip
    ctx.db.write(lambda conn: conn.execute(insert(passes).values(row)))


def names(ctx: Context, who: Browser) -> list[str]:
    return [one.name for one in own.with_access(ctx, again(ctx, who))]


def test_an_app_with_a_living_grant_has_something(
    ctx: Context, team: Team, jonas: Browser, cloud: Client, world: FrozenWorld
) -> None:
    now = ctx.moment().at
    redeemed(ctx, jonas, cloud)
    [found] = own.with_access(ctx, jonas)
    assert ("Nextcloud", now, now, ("openid", "email")) == (found.name, found.since, found.last, found.scopes)
    shown = showing.app(ctx, signed_in(ctx, team.owner), cloud.id)
    assert (["jonas.frei"], 1) == ([one.username for one in shown.holders], shown.count)


@pytest.mark.parametrize("why", ["ended_at", "expires_at"])
def test_a_grant_that_is_over_is_not_shown(
    ctx: Context, team: Team, jonas: Browser, cloud: Client, why: str
) -> None:
    redeemed(ctx, jonas, cloud, **{why: ctx.moment().at})
    assert [] == names(ctx, jonas)
    assert 0 == showing.app(ctx, signed_in(ctx, team.owner), cloud.id).count


def test_a_grant_whose_code_was_never_redeemed_is_not_shown(
    ctx: Context, team: Team, jonas: Browser, cloud: Client
) -> None:
    given(ctx, jonas, cloud)
    assert [] == names(ctx, jonas)
    assert 0 == showing.app(ctx, signed_in(ctx, team.owner), cloud.id).count


def test_a_grant_of_a_device_has_no_code_and_counts(ctx: Context, jonas: Browser, cloud: Client) -> None:
    assert jonas.session is not None
    grant = give(jonas.session, cloud, ("openid",), ctx.moment())
    ctx.db.write(lambda conn: grants.add(conn, grant, None))
    assert ["Nextcloud"] == names(ctx, jonas)


@pytest.mark.parametrize(("is_offline", "left"), [(True, ["Nextcloud"]), (False, [])])
def test_signing_out_ends_what_lives_with_the_session(
    ctx: Context, team: Team, jonas: Browser, cloud: Client, is_offline: bool, left: list[str]
) -> None:
    redeemed(ctx, jonas, cloud, is_offline=is_offline)
    sessions.sign_out(ctx, jonas)
    assert left == names(ctx, signed_in(ctx, team["jonas.frei"]))


def test_what_was_agreed_to_is_shown_while_nothing_is_used(
    ctx: Context, team: Team, jonas: Browser, cloud: Client
) -> None:
    now, who = ctx.moment().at, team["jonas.frei"]
    ctx.db.write(lambda conn: grants.consent(conn, who, cloud.id, ("openid",), now))
    assert [("openid",)] == [one.scopes for one in own.with_access(ctx, jonas)]


def test_a_site_that_lets_one_pass_is_shown_and_a_ticket_is_not(
    ctx: Context, jonas: Browser, wiki: Client
) -> None:
    let_pass(ctx, wiki, jonas, is_ticket=True)
    assert [] == names(ctx, jonas)
    let_pass(ctx, wiki, jonas)
    assert ["https://wiki.example/"] == [one.address for one in own.with_access(ctx, jonas)]


def test_withdrawing_ends_grants_consent_and_passes_of_this_app_alone(
    ctx: Context, team: Team, jonas: Browser, cloud: Client, wiki: Client
) -> None:
    now, who = ctx.moment().at, team["jonas.frei"]
    redeemed(ctx, jonas, cloud, is_offline=True)
    let_pass(ctx, wiki, jonas)
    ctx.db.write(lambda conn: grants.consent(conn, who, cloud.id, ("openid",), now))
    assert "Nextcloud" == own.withdraw(ctx, jonas, cloud.id)
    assert (["Wiki"], frozenset()) == (names(ctx, jonas), consented(ctx, who, cloud))
    last = entries(ctx, team.account.id)[-1]
    assert ("member:client:access_withdrawn", who.id, {"client": cloud.id, "grants": 1}) == (
        last.tag, last.subject, last.data,
    )  # fmt: skip
    own.withdraw(ctx, jonas, wiki.id)
    assert [] == names(ctx, jonas)


def consented(ctx: Context, who: Member, client: Client) -> frozenset[str]:
    def load(conn: Connection) -> frozenset[str]:
        return grants.consented(conn, who, client.id)

    return ctx.db.read(load)


def test_what_an_app_does_not_have_cannot_be_taken_away(ctx: Context, jonas: Browser, cloud: Client) -> None:
    for client_id in (cloud.id, "cli_0000000000000000"):
        with pytest.raises(NotFound):
            own.withdraw(ctx, jonas, client_id)


def test_withdrawing_asks_for_fresh_proofs(
    ctx: Context, jonas: Browser, cloud: Client, world: FrozenWorld
) -> None:
    redeemed(ctx, jonas, cloud)
    world.advance(timedelta(minutes=6))
    with pytest.raises(StepUpNeeded):
        own.withdraw(ctx, jonas, cloud.id)


@pytest.mark.parametrize(
    ("homepage", "host", "address"),
    [
        ("https://a.example/", "", "https://a.example/"),
        ("", "wiki.example:8443", "https://wiki.example:8443/"),
        ("", "", ""),
    ],
)
def test_where_an_app_is(homepage: str, host: str, address: str) -> None:
    assert address == address_of(homepage, host)
