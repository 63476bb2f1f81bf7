"""Whoever was let back in takes no secrets along for a day: neither their own nor the account's."""

from collections.abc import Callable
from datetime import timedelta

import pytest

from sparekey.core.contract import Answer
from sparekey.core.people import HELD_AFTER_RECOVERY, Member, Role
from sparekey.core.recovery_case import How
from sparekey.errors import NotAllowed
from sparekey.flows import console, reset
from sparekey.flows.context import Context, Visitor
from sparekey.flows.exports.account import export_account, export_at_console
from sparekey.flows.exports.own import export_own
from sparekey.flows.exports.typed import Typed
from sparekey.flows.joining import setup
from sparekey.flows.password_link import ask, renew
from tests.flows.steps import NEW_PASSWORD, changes_all, helped, redeemed, refusal, shows, token_in
from tests.people import (
    SOMEBODY,
    Team,
    account,
    again,
    letters,
    opened,
    reloaded,
    signed_in,
    tags,
    with_backup_codes,
)
from tests.world import FrozenWorld

TYPED = Typed("canary marble under ladder", "canary marble under ladder")
A_MOMENT = timedelta(microseconds=1)
Back = Callable[[Context, Team, Member], None]


@pytest.fixture
def team(ctx: Context) -> Team:
    return account(ctx, others={"second.owner": Role.OWNER, "ivana.admin": Role.ADMIN})


def forced_change(ctx: Context, team: Team, who: Member) -> None:
    helped(ctx, signed_in(ctx, team.owner), who)
    changes_all(ctx, redeemed(ctx, who))


def through_reset(ctx: Context, team: Team, who: Member) -> None:
    reset.reset(ctx, signed_in(ctx, team.owner), who.id, How.CALL, who.username)
    set_up(ctx, token_in(str(letters(ctx, "reset_link")[-1].facts["link"])))


def at_console(ctx: Context, team: Team, who: Member) -> None:
    set_up(ctx, token_in(console.member_recover(ctx, who.username).link))


def set_up(ctx: Context, token: str) -> None:
    browser = opened(ctx, SOMEBODY, setup.accept(ctx, SOMEBODY, token).token)
    setup.stage_password(ctx, browser, NEW_PASSWORD)
    shown = setup.propose(ctx, browser)
    setup.commit(ctx, browser, shows(ctx, shown.secret))


BACK: list[Back] = [forced_change, through_reset, at_console]


@pytest.mark.parametrize("back", BACK)
def test_one_s_own_are_held_for_a_day(ctx: Context, team: Team, back: Back, world: FrozenWorld) -> None:
    jonas = team["jonas.frei"]
    back(ctx, team, jonas)
    until = world.now() + HELD_AFTER_RECOVERY
    refused = refusal(lambda: export_own(ctx, signed_in(ctx, jonas), TYPED))
    assert (NotAllowed, "recovered", until) == (type(refused), refused.reason, refused.facts["until"])
    assert [] == letters(ctx, "secrets_exported")
    world.advance(HELD_AFTER_RECOVERY - A_MOMENT)
    assert "recovered" == refusal(lambda: export_own(ctx, signed_in(ctx, jonas), TYPED)).reason
    world.advance(A_MOMENT)
    assert export_own(ctx, signed_in(ctx, jonas), TYPED)


def test_an_owner_s_too_and_the_other_owner_s_are_not(ctx: Context, team: Team, world: FrozenWorld) -> None:
    second = team["second.owner"]
    at_console(ctx, team, second)
    refused = refusal(lambda: export_account(ctx, signed_in(ctx, second), TYPED))
    assert ("recovered", False) == (refused.reason, "account:secrets:exported" in tags(ctx, team.account.id))
    assert export_account(ctx, signed_in(ctx, team.owner), TYPED)
    world.advance(HELD_AFTER_RECOVERY)
    assert export_account(ctx, signed_in(ctx, second), TYPED)


def test_whoever_runs_the_server_is_not_held(ctx: Context, team: Team) -> None:
    at_console(ctx, team, team["second.owner"])
    assert export_at_console(ctx, team.account, TYPED, lambda _: None)


@pytest.mark.parametrize("export", [export_own, export_account])
def test_a_request_that_began_before_the_way_back_gets_nothing(
    ctx: Context, team: Team, export: Callable[[Context, Visitor, Typed], str]
) -> None:
    """The person as they are when the file is made."""
    second = team["second.owner"]
    browser = signed_in(ctx, second)
    at_console(ctx, team, second)
    refusal(lambda: export(ctx, browser, TYPED))
    refusal(lambda: export(ctx, again(ctx, browser), TYPED))
    assert [] == letters(ctx, "secrets_exported", "account_exported")


def test_a_forgotten_password_holds_nothing(ctx: Context, team: Team) -> None:
    """Nobody let them in: they had a second factor of their own."""
    jonas = team["jonas.frei"]
    codes = with_backup_codes(ctx, jonas)
    ask(ctx, SOMEBODY, jonas.username)
    token = token_in(str(letters(ctx, "password_reset_link")[-1].facts["link"]))
    renew(ctx, SOMEBODY, token, NEW_PASSWORD, (Answer.BACKUP_CODE, codes[0]))
    assert None is reloaded(ctx, jonas).recovered_at
    assert export_own(ctx, signed_in(ctx, jonas), TYPED)
