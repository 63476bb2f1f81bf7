"""What the people of one account may cause beyond it: letters to strangers, and answers about names of others."""

from dataclasses import replace
from datetime import timedelta

import pytest

from sparekey.core.throttle import ACCOUNT_MAIL_RATE, TAKEN_RATE
from sparekey.errors import NameTaken, SparekeyError, TooManyTries
from sparekey.flows import team
from sparekey.flows.context import Context
from sparekey.flows.team import Details
from tests.flows.steps import refusal
from tests.people import Browser, Team, account, letters, signed_in
from tests.world import FrozenWorld

MOST = ACCOUNT_MAIL_RATE.burst


@pytest.fixture
def crew(ctx: Context) -> Team:
    return account(ctx)


@pytest.fixture
def nora(ctx: Context, crew: Team) -> Browser:
    return signed_in(ctx, crew.owner)


@pytest.fixture
def other(ctx: Context) -> Team:
    return account(ctx, "mia.berg", staff=["tom.berg"])


def add(ctx: Context, who: Browser, username: str, email: str = "") -> None:
    team.add_member(ctx, who, Details("Lea", username, email or f"{username}@example.com"))


def invited(ctx: Context, who: Browser, count: int) -> None:
    for number in range(count):
        add(ctx, who, f"lea{number}")


def test_an_account_writes_to_a_hundred_strangers_an_hour(
    ctx: Context, nora: Browser, other: Team, world: FrozenWorld
) -> None:
    invited(ctx, nora, MOST)
    refused = refusal(lambda: add(ctx, nora, "one.more"))
    add(ctx, signed_in(ctx, other.owner), "of.another.account")
    assert isinstance(refused, TooManyTries)
    assert ("team_mails", world.now() + timedelta(seconds=36)) == (refused.reason, refused.until)
    assert MOST + 1 == len(letters(ctx, "invitation"))


def test_what_was_refused_is_not_half_done(ctx: Context, nora: Browser, world: FrozenWorld) -> None:
    invited(ctx, nora, MOST)
    refusal(lambda: add(ctx, nora, "one.more"))
    world.advance(timedelta(seconds=36))
    add(ctx, signed_in_again(ctx, nora), "one.more")
    assert MOST + 1 == len(letters(ctx, "invitation"))


def signed_in_again(ctx: Context, who: Browser) -> Browser:
    assert who.member is not None
    return signed_in(ctx, who.member)


def test_changing_an_address_again_and_again_writes_to_no_more_strangers(
    ctx: Context, crew: Team, nora: Browser
) -> None:
    jonas = crew["jonas.frei"]
    details = Details("Jonas", jonas.username, jonas.email)
    for number in range(MOST):
        changed = replace(details, email=f"jonas{number}@example.com")
        jonas = team.edit_member(ctx, nora, jonas.username, changed, jonas.version)
    once_more = replace(details, email="jonas@example.net")
    refused = refusal(lambda: team.edit_member(ctx, nora, jonas.username, once_more, jonas.version))
    assert ("too_many_tries", "team_mails") == (refused.code, refused.reason)


def taken(ctx: Context, who: Browser, username: str = "tom.berg") -> SparekeyError:
    return refusal(lambda: add(ctx, who, username, "somebody@example.com"))


def test_an_account_is_told_twenty_times_an_hour_that_a_name_is_taken(
    ctx: Context, nora: Browser, other: Team, world: FrozenWorld
) -> None:
    told = [taken(ctx, nora) for _ in range(TAKEN_RATE.burst)]
    taken_one, free_one = taken(ctx, nora), taken(ctx, nora, "free.name")
    elsewhere = taken(ctx, signed_in(ctx, other.owner))
    assert {NameTaken} == set(map(type, told))
    assert [("too_many_tries", "names")] * 2 == [(one.code, one.reason) for one in (taken_one, free_one)]
    assert NameTaken is type(elsewhere)
    world.advance(timedelta(minutes=3))
    assert NameTaken is type(taken(ctx, signed_in_again(ctx, nora)))


def test_free_names_are_not_counted(ctx: Context, nora: Browser) -> None:
    invited(ctx, nora, TAKEN_RATE.burst + 1)
    assert TAKEN_RATE.burst + 1 == len(letters(ctx, "invitation"))


def test_asking_by_editing_is_counted_too_and_other_details_are_not_held_back(
    ctx: Context, crew: Team, nora: Browser, other: Team
) -> None:
    jonas = crew["jonas.frei"]
    wanted = Details("Jonas", "tom.berg", jonas.email)
    for _ in range(TAKEN_RATE.burst):
        refusal(lambda: team.edit_member(ctx, nora, jonas.username, wanted, jonas.version))
    refused = refusal(lambda: team.edit_member(ctx, nora, jonas.username, wanted, jonas.version))
    renamed = team.edit_member(
        ctx, nora, jonas.username, replace(wanted, username="jonas.frei"), jonas.version
    )
    assert ("too_many_tries", "Jonas") == (refused.code, renamed.name)
