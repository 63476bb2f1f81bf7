"""How many codes are sent and how many tries each has, also when all come at once."""

from dataclasses import replace
from typing import Any

import pytest

from sparekey.core.contract import Answer
from sparekey.core.people import Member
from sparekey.core.sign_in import Standing
from sparekey.errors import TooManyTries
from sparekey.flows import sign_in
from sparekey.flows.context import Context
from sparekey.flows.own import sent_codes
from tests.flows.signing_in.texting import (
    BOTH,
    MAIL,
    MINUTE,
    NUMBER,
    SMS,
    adds_mailbox,
    allowing,
    another,
    asks,
    code_sent,
    enters,
)
from tests.flows.steps import (
    answer,
    at_once,
    half,
    refusal,
    scopes,
    standings,
)
from tests.people import (
    SOMEBODY,
    Team,
    code_of,
    entries,
    letters,
    signed_in,
)
from tests.world import FrozenWorld


@BOTH
def test_five_codes_an_hour(ctx: Context, jonas: Member, world: FrozenWorld, way: Answer) -> None:
    browser = half(ctx, jonas)
    for _ in range(5):
        asks(ctx, browser, way)
    refused = refusal(lambda: asks(ctx, browser, way))
    assert isinstance(refused, TooManyTries)
    assert ("codes", world.now() + 12 * MINUTE) == (refused.reason, refused.until)
    assert enters(ctx, browser, code_sent(ctx, way), way)


def test_one_address_asks_for_thirty_codes_an_hour(ctx: Context, world: FrozenWorld) -> None:
    names = [f"staff.{number}" for number in range(7)]
    team = allowing(ctx, staff=names)
    for name in names:
        adds_mailbox(ctx, signed_in(ctx, team[name], visitor=replace(SOMEBODY, source=f"192.0.2.{name[-1]}")))
    world.advance(60 * MINUTE)
    sent = 0
    for name in names[:6]:
        browser = half(ctx, team[name])
        for _ in range(5):
            asks(ctx, browser, MAIL)
            sent += 1
    browser = half(ctx, team[names[6]])
    assert (30, "codes") == (sent, refusal(lambda: asks(ctx, browser, MAIL)).reason)


def test_guesses_wait_like_those_of_an_app(ctx: Context, jonas: Member) -> None:
    browser = half(ctx, jonas)
    code = asks(ctx, browser)
    for _ in range(5):
        refusal(lambda: answer(ctx, browser, another(code), SMS))
    assert isinstance(refusal(lambda: answer(ctx, browser, code, SMS)), TooManyTries)
    assert enters(ctx, browser, code_of(ctx, jonas), Answer.CODE)


def test_a_new_code_brings_no_new_tries(ctx: Context, jonas: Member) -> None:
    browser = half(ctx, jonas)
    for _ in range(4):
        code = asks(ctx, browser)
        refusal(lambda code=code: answer(ctx, browser, another(code), SMS))  # type: ignore[misc]
    refused = refusal(lambda: answer(ctx, browser, another(asks(ctx, browser)), SMS))
    assert refused.facts["wait_until"] is not None


def test_fifty_wrong_codes_in_a_row_end_it(ctx: Context, jonas: Member, world: FrozenWorld) -> None:
    for _ in range(50):
        browser = half(ctx, jonas)
        refusal(lambda browser=browser: answer(ctx, browser, "000000", SMS))  # type: ignore[misc]
        world.advance(61 * MINUTE)
    assert Standing.DISABLED is standings(ctx, jonas)["sms"]
    assert (SMS.value,) == tuple(one.facts["way"] for one in letters(ctx, "authenticator_disabled"))
    browser = half(ctx, jonas)
    assert "no_receiver" == refusal(lambda: sent_codes.to_prove(ctx, browser, SMS)).reason


@BOTH
def test_the_right_code_sent_many_times_at_once_signs_in_once(
    ctx: Context, jonas: Member, way: Answer
) -> None:
    browser = half(ctx, jonas)
    code = asks(ctx, browser, way)
    found = at_once(6, lambda _: answer(ctx, browser, code, way))
    assert 1 == len([one for one in found if isinstance(one, sign_in.Outcome)])
    assert ["full"] == scopes(ctx, jonas)[1:]


def test_many_wrong_codes_at_once_share_the_tries(ctx: Context, jonas: Member) -> None:
    browser = half(ctx, jonas)
    wrong = another(asks(ctx, browser))
    found = at_once(8, lambda _: answer(ctx, browser, wrong, SMS))
    assert 5 == len([one for one in found if getattr(one, "reason", "") == "wrong"])


def test_many_codes_asked_for_at_once_are_five(ctx: Context, jonas: Member) -> None:
    browser = half(ctx, jonas)
    found = at_once(8, lambda _: sent_codes.to_prove(ctx, browser, SMS))
    assert 5 == len([one for one in found if one is None])
    assert enters(ctx, browser, code_sent(ctx), SMS)


def test_a_number_given_by_strangers_still_gets_the_codes_of_its_holder(
    ctx: Context, jonas: Member, world: FrozenWorld
) -> None:
    """Anybody can give it as theirs: five codes an hour, beside those that its holder asks for."""
    stranger = signed_in(ctx, allowing(ctx, owner="eve.mallory", staff=()).owner)
    theirs = sent_codes.Wanted(NUMBER, accepts_risk=True)
    for _ in range(5):
        sent_codes.begin(ctx, stranger, SMS, theirs)
    assert isinstance(refusal(lambda: sent_codes.begin(ctx, stranger, SMS, theirs)), TooManyTries)
    world.advance(MINUTE)
    own = half(ctx, jonas)
    assert enters(ctx, own, asks(ctx, own))


def limited(ctx: Context, **most: Any) -> Context:
    assert ctx.texts is not None
    return replace(ctx, texts=replace(ctx.texts, **most))


@pytest.mark.parametrize("limit", ["per_day", "per_day_of_account"])
def test_the_texts_of_a_day_end_and_the_owners_are_told_once(
    ctx: Context, team: Team, jonas: Member, world: FrozenWorld, limit: str
) -> None:
    few = limited(ctx, **{limit: 3})
    browser = half(few, jonas)
    for _ in range(3):
        asks(few, browser)
    refused = [refusal(lambda: asks(few, browser)) for _ in range(2)]
    assert [(TooManyTries, "codes")] * 2 == [(type(one), one.reason) for one in refused]
    told = letters(ctx, "texts_used_up")
    assert [team.owner.email] == [one.to for one in told]
    assert [limit == "per_day"] == [
        one.data["of_server"] for one in entries(ctx, team.account.id) if one.tag == "notice:text:used_up"
    ]


def test_the_texts_of_a_day_are_no_more_when_all_come_at_once(
    ctx: Context, team: Team, jonas: Member
) -> None:
    few = limited(ctx, per_day_of_account=3)
    browser = half(few, jonas)
    found = at_once(5, lambda _: sent_codes.to_prove(few, browser, SMS))
    assert 3 == len([one for one in found if one is None])
    assert [team.owner.email] == [one.to for one in letters(ctx, "texts_used_up")]


def test_letters_are_not_counted_with_the_texts_of_a_day(ctx: Context, jonas: Member) -> None:
    few = limited(ctx, per_day=1, per_day_of_account=1)
    browser = half(few, jonas)
    for _ in range(3):
        asks(few, browser, MAIL)
    assert [] == letters(ctx, "texts_used_up")
