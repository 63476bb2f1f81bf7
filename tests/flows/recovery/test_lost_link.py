"""The set-up link for a lost factor: the present password, and then the forced change."""

from datetime import timedelta

import pytest

from sparekey.core.recovery_case import Delivery
from sparekey.core.sessions import Scope
from sparekey.errors import (
    LinkUnusable,
    TooManyTries,
    WrongProof,
)
from sparekey.flows.context import Context
from sparekey.flows.joining import setup
from sparekey.flows.own import apps
from tests.flows.steps import (
    half,
    helped,
    refusal,
    token_in,
)
from tests.people import (
    PASSWORD,
    SOMEBODY,
    Team,
    account,
    letters,
    signed_in,
    tags,
)
from tests.world import FrozenWorld


@pytest.fixture
def team(ctx: Context) -> Team:
    return account(ctx)


@pytest.fixture
def lost_link(ctx: Context, team: Team) -> str:
    """The token of the link that Jonas was sent."""
    helped(ctx, signed_in(ctx, team.owner), team["jonas.frei"], Delivery.LINK)
    [letter] = letters(ctx, "setup_link")
    return token_in(str(letter.facts["link"]))


def test_a_link_for_a_lost_factor_asks_for_the_present_password(
    ctx: Context, team: Team, lost_link: str
) -> None:
    refused = refusal(lambda: setup.accept_lost(ctx, SOMEBODY, lost_link, "wrong"))
    started = setup.accept_lost(ctx, SOMEBODY, lost_link, PASSWORD)
    assert (WrongProof, Scope.ROTATE) == (type(refused), started.session.scope)
    refusals = [tag for tag in tags(ctx, team.account.id) if tag == "member:link:refused"]
    assert ["member:link:refused"] == refusals
    assert "unknown" == refusal(lambda: setup.accept(ctx, SOMEBODY, lost_link)).reason


def test_a_link_for_a_lost_factor_opens_what_strangers_keep_waiting(
    ctx: Context, team: Team, lost_link: str
) -> None:
    """Wrong passwords at the sign-in page count there; the link has tries of its own."""
    refused = [refusal(lambda: half(ctx, team["jonas.frei"], password="wrong")) for _ in range(6)]
    assert TooManyTries is type(refused[-1])
    assert Scope.ROTATE is setup.accept_lost(ctx, SOMEBODY, lost_link, PASSWORD).session.scope


def test_a_link_for_a_lost_factor_has_tries_of_its_own(ctx: Context, team: Team, lost_link: str) -> None:
    refused = [refusal(lambda: setup.accept_lost(ctx, SOMEBODY, lost_link, "wrong")) for _ in range(6)]
    assert [WrongProof] * 5 + [TooManyTries] == list(map(type, refused))
    assert half(ctx, team["jonas.frei"]).session is not None


def test_a_link_for_a_lost_factor_ends_with_its_case(
    ctx: Context, team: Team, lost_link: str, world: FrozenWorld
) -> None:
    world.advance(timedelta(hours=24))
    refused = refusal(lambda: setup.accept_lost(ctx, SOMEBODY, lost_link, PASSWORD))
    assert (LinkUnusable, "expired") == (type(refused), refused.reason)


def test_the_finder_of_a_lost_phone_is_asked_as_before(ctx: Context, team: Team) -> None:
    """So that no page tells them that help is under way."""
    before = apps.digits(ctx, team["jonas.frei"])
    helped(ctx, signed_in(ctx, team.owner), team["jonas.frei"], Delivery.LINK)
    assert (6, 6) == (before, apps.digits(ctx, team["jonas.frei"]))
