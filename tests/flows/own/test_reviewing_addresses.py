"""The review asks about private addresses too: read, lost, or an email that asks."""

from datetime import timedelta

import pytest

from sparekey.core.people import Member
from sparekey.errors import BadInput, StepUpNeeded, TooManyTries
from sparekey.flows.context import Context
from sparekey.flows.own import addresses, reviewing
from tests.flows.steps import refusal, token_in
from tests.people import SOMEBODY, Browser, Team, account, again, letters, reloaded, signed_in, with_address
from tests.world import FrozenWorld

WORK, HOME, OTHER = "jonas.frei@example.com", "jonas@bluewin.example", "jonas@posteo.example"
DAYS = timedelta(days=200)


@pytest.fixture
def team(ctx: Context) -> Team:
    return account(ctx)


@pytest.fixture
def jonas(ctx: Context, team: Team, world: FrozenWorld) -> Member:
    with_address(ctx, team["jonas.frei"], HOME)
    world.advance(timedelta(minutes=1))
    return with_address(ctx, team["jonas.frei"], OTHER)


@pytest.fixture
def browser(ctx: Context, jonas: Member, world: FrozenWorld) -> Browser:
    world.advance(DAYS)
    return signed_in(ctx, jonas)


def saying(ctx: Context, browser: Browser, **said: str) -> reviewing.Rest:
    """Of addresses, by their provider's name; whatever is not named is there."""
    found = reviewing.look(ctx, again(ctx, browser))
    words = {one.id: one.address.split("@")[1].split(".")[0] for one in found.mailboxes}
    answers = {one.id: "yes" for one in found.ways}
    answers |= {one: said.get(word, "yes") for one, word in words.items()}
    return reviewing.finish(ctx, again(ctx, browser), answers)


def further(ctx: Context, who: Member) -> list[str]:
    return [one.address for one in reloaded(ctx, who).further]


def test_confirmed_private_addresses_are_asked_about(ctx: Context, browser: Browser) -> None:
    addresses.add(ctx, browser, "third@web.example")
    assert [HOME, OTHER] == [one.address for one in reviewing.look(ctx, browser).mailboxes]


def test_all_there_changes_nothing(ctx: Context, jonas: Member, browser: Browser, world: FrozenWorld) -> None:
    assert not saying(ctx, browser).has_letters
    assert (world.now(), []) == (reloaded(ctx, jonas).reviewed_at, letters(ctx))


def test_each_wants_an_answer(ctx: Context, browser: Browser) -> None:
    found = reviewing.look(ctx, browser)
    refused = refusal(lambda: reviewing.finish(ctx, browser, {one.id: "yes" for one in found.ways}))
    assert (BadInput, "unanswered") == (type(refused), refused.reason)


def test_lost_ones_are_taken_out_and_told_for_the_last_time(
    ctx: Context, jonas: Member, browser: Browser
) -> None:
    saying(ctx, browser, bluewin="lost", posteo="lost")
    told = sorted(one.to for one in letters(ctx, "address_removed"))
    assert ([], sorted([WORK, HOME, OTHER])) == (further(ctx, jonas), told)


def test_taking_out_asks_for_fresh_proofs(
    ctx: Context, jonas: Member, browser: Browser, world: FrozenWorld
) -> None:
    world.advance(timedelta(minutes=6))
    assert StepUpNeeded is type(refusal(lambda: saying(ctx, browser, bluewin="lost")))
    assert [HOME, OTHER] == further(ctx, jonas)


def test_one_that_nobody_is_sure_of_is_written_to_and_goes_on_counting(
    ctx: Context, jonas: Member, browser: Browser, world: FrozenWorld
) -> None:
    rest = saying(ctx, browser, bluewin="unsure")
    (letter,) = letters(ctx, "address_confirm")
    assert (True, HOME, [HOME, OTHER]) == (rest.has_letters, letter.to, further(ctx, jonas))
    assert world.now() == reloaded(ctx, jonas).reviewed_at


def test_of_several_each_is_written_to(ctx: Context, browser: Browser) -> None:
    saying(ctx, browser, bluewin="unsure", posteo="unsure")
    assert [HOME, OTHER] == sorted(one.to for one in letters(ctx, "address_confirm"))


def test_opening_its_link_makes_it_no_younger(ctx: Context, jonas: Member, browser: Browser) -> None:
    """One of less than 72 hours does not count where somebody is to hear of a link."""
    before = reloaded(ctx, jonas).further
    saying(ctx, browser, bluewin="unsure")
    token = token_in(str(letters(ctx, "address_confirm")[0].facts["link"]))
    assert HOME == addresses.confirm(ctx, SOMEBODY, token).address
    assert before == reloaded(ctx, jonas).further


def test_the_sixth_letter_in_an_hour_is_refused_and_nothing_is_kept(
    ctx: Context, jonas: Member, browser: Browser
) -> None:
    for _ in range(5):
        saying(ctx, browser, bluewin="unsure")
    refused = refusal(lambda: saying(ctx, browser, bluewin="unsure", posteo="lost"))
    assert (TooManyTries, [HOME, OTHER]) == (type(refused), further(ctx, jonas))


def test_the_last_way_in_is_kept_with_all_addresses(ctx: Context, jonas: Member, browser: Browser) -> None:
    found = reviewing.look(ctx, browser)
    said = {one.id: "lost" for one in found.ways} | {one.id: "lost" for one in found.mailboxes}
    assert "last_way" == refusal(lambda: reviewing.finish(ctx, browser, said)).reason
    assert ([HOME, OTHER], []) == (further(ctx, jonas), letters(ctx))
