"""A phone number in the review: a code is sent there, and what comes back shows that it is still theirs."""

import pytest

from sparekey.core.contract import Answer
from sparekey.core.people import Member
from sparekey.errors import Conflict, NotFound, TooManyTries, WrongProof
from sparekey.flows.checks.questions import Question
from sparekey.flows.checks.sent import on_its_way
from sparekey.flows.context import Context
from sparekey.flows.own import reviewing
from sparekey.flows.reports import profile_of_me
from tests.flows.signing_in.texting import another, code_sent, texting, who_has_both
from tests.flows.steps import refusal
from tests.people import Browser, Team, reloaded, signed_in
from tests.world import FrozenWorld


@pytest.fixture
def team(ctx: Context, world: FrozenWorld) -> Team:
    return who_has_both(texting(ctx), world)


@pytest.fixture
def jonas(team: Team) -> Member:
    return team["jonas.frei"]


@pytest.fixture
def browser(ctx: Context, jonas: Member) -> Browser:
    return signed_in(ctx, jonas)


def number_of(ctx: Context, browser: Browser) -> str:
    return next(one.id for one in reviewing.look(ctx, browser).ways if one.answer is Answer.SMS_CODE)


def test_a_code_that_arrives_shows_it(
    ctx: Context, jonas: Member, browser: Browser, world: FrozenWorld
) -> None:
    server, number = texting(ctx), number_of(ctx, browser)
    ids = [one.id for one in reviewing.look(ctx, browser).ways]
    reviewing.finish(ctx, browser, {one: "unsure" if one == number else "yes" for one in ids})
    reviewing.send(server, browser, number)
    found = on_its_way(server, browser, Question.REVIEW, Answer.SMS_CODE)
    reviewing.use(server, browser, number, code_sent(ctx))
    assert found is not None
    assert (None, world.now()) == (reviewing.rest(ctx, browser), reloaded(ctx, jonas).reviewed_at)


def test_a_wrong_code_shows_nothing(ctx: Context, browser: Browser) -> None:
    server, number = texting(ctx), number_of(ctx, browser)
    reviewing.send(server, browser, number)
    wrong = another(code_sent(ctx))
    assert WrongProof is type(refusal(lambda: reviewing.use(server, browser, number, wrong)))


def test_nothing_is_sent_to_what_is_no_number(ctx: Context, browser: Browser) -> None:
    app = next(one.id for one in reviewing.look(ctx, browser).ways if one.answer is Answer.CODE)
    assert NotFound is type(refusal(lambda: reviewing.send(texting(ctx), browser, app)))


def test_where_no_message_can_be_sent_another_answer_is_left(ctx: Context, browser: Browser) -> None:
    """Without a gateway it can still be said to be there, or lost."""
    number = number_of(ctx, browser)
    refused = refusal(lambda: reviewing.send(ctx, browser, number))
    reviewing.lose(ctx, browser, number)
    ways = [one.answer for one in profile_of_me(ctx, browser).ways]
    assert (Conflict, "no_receiver") == (type(refused), refused.reason)
    assert Answer.SMS_CODE not in ways


def test_messages_are_as_limited_as_at_a_sign_in(ctx: Context, browser: Browser) -> None:
    server, number = texting(ctx), number_of(ctx, browser)
    for _ in range(5):
        reviewing.send(server, browser, number)
    refused = refusal(lambda: reviewing.send(server, browser, number))
    assert (TooManyTries, "codes") == (type(refused), refused.reason)
