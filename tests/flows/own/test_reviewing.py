"""The regular review: have it, lost, not sure; what was lost goes, what nobody is sure of is used once."""

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from sparekey.core.contract import Answer, Loss
from sparekey.core.losses import Safety
from sparekey.core.people import Member
from sparekey.core.sign_in import SignedIn, Standing
from sparekey.errors import (
    BadInput,
    NotAllowed,
    NotFound,
    NotSignedIn,
    StepUpNeeded,
    TooManyTries,
    WrongProof,
)
from sparekey.flows import sessions
from sparekey.flows.context import Context
from sparekey.flows.own import passkeys, reviewing
from sparekey.flows.reports import profile_of_me
from tests.flows.steps import answer, at_once, changes_all, half, helped, redeemed, refusal, wrong_code
from tests.people import (
    PASSWORD,
    SOMEBODY,
    Browser,
    Team,
    account,
    again,
    code_of,
    entries,
    letters,
    opened,
    reloaded,
    signed_in,
    stands,
    with_backup_codes,
    without,
)
from tests.soft_key import SoftKey
from tests.world import FrozenWorld

MINUTE, DAY = timedelta(minutes=1), timedelta(days=1)
Ids = dict[str, str]


@pytest.fixture
def team(ctx: Context) -> Team:
    return account(ctx)


@pytest.fixture
def jonas(team: Team) -> Member:
    return team["jonas.frei"]


@pytest.fixture
def codes(ctx: Context, jonas: Member) -> list[str]:
    return with_backup_codes(ctx, jonas)


@pytest.fixture
def key(ctx: Context, jonas: Member) -> SoftKey:
    key, browser = SoftKey(), signed_in(ctx, jonas)
    passkeys.add(ctx, browser, key.create(json.loads(passkeys.to_add(ctx, browser))))
    return key


@pytest.fixture
def browser(ctx: Context, jonas: Member, codes: list[str], key: SoftKey, world: FrozenWorld) -> Browser:
    """Jonas has an app, backup codes and a passkey, and signs in 200 days later."""
    world.advance(200 * DAY)
    return signed_in(ctx, jonas)


def ids(ctx: Context, browser: Browser) -> Ids:
    return {one.answer.value: one.id for one in reviewing.look(ctx, browser).ways}


def saying(ctx: Context, browser: Browser, **said: str) -> reviewing.Rest:
    """What is not named is there."""
    return reviewing.finish(
        ctx, browser, {one: said.get(answer, "yes") for answer, one in ids(ctx, browser).items()}
    )


def reviewed_at(ctx: Context, who: Member) -> datetime | None:
    return reloaded(ctx, who).reviewed_at


def review_tags(ctx: Context, team: Team) -> list[str]:
    found = (one.tag for one in entries(ctx, team.account.id))
    return [tag for tag in found if "review" in tag]


def test_whoever_has_everything_is_done_at_once(
    ctx: Context, team: Team, jonas: Member, browser: Browser, world: FrozenWorld
) -> None:
    rest = saying(ctx, browser)
    found = reviewing.look(ctx, again(ctx, browser))
    assert ((), ()) == (rest.to_use, rest.removed)
    assert world.now() == reviewed_at(ctx, jonas)
    assert [world.now()] * 3 == [one.reviewed_at for one in found.ways]
    assert world.now() + 182 * DAY == found.due_at
    assert ["member:authenticator:reviewed"] * 3 + ["member:review:finished"] == review_tags(ctx, team)
    assert reviewing.rest(ctx, browser) is None


def test_what_is_lost_goes_and_its_replacement_is_offered(
    ctx: Context, team: Team, jonas: Member, browser: Browser, world: FrozenWorld
) -> None:
    rest = saying(ctx, browser, code="lost", backup_code="lost")
    [letter] = letters(ctx, "review_lost")
    ways = {one.answer for one in profile_of_me(ctx, browser).ways}
    gone = [one.data["reason"] for one in entries(ctx, team.account.id) if one.tag.endswith(":destroyed")]
    assert {Answer.CODE, Answer.BACKUP_CODE} == set(rest.removed)
    assert {Answer.PASSKEY} == ways
    assert ["lost", "lost"] == gone
    assert "code,backup_code" == letter.facts["way"]
    assert world.now() == reviewed_at(ctx, jonas)
    assert reviewing.rest(ctx, browser) == rest


def test_the_page_of_replacements_is_left_once(ctx: Context, browser: Browser) -> None:
    saying(ctx, browser, passkey="lost")
    reviewing.close(ctx, browser)
    reviewing.close(ctx, browser)
    assert reviewing.rest(ctx, browser) is None


@pytest.mark.parametrize("lost", [("code", "passkey"), ("code", "passkey", "backup_code")])
def test_the_last_way_is_kept_and_nothing_else_is_done(
    ctx: Context, jonas: Member, browser: Browser, lost: tuple[str, ...]
) -> None:
    before = reviewed_at(ctx, jonas)
    refused = refusal(lambda: saying(ctx, browser, **dict.fromkeys(lost, "lost")))
    ways = reviewing.look(ctx, browser).ways
    assert (NotAllowed, "last_way") == (type(refused), refused.reason)
    assert ([None] * 3, before) == ([one.reviewed_at for one in ways], reviewed_at(ctx, jonas))
    assert [] == letters(ctx, "review_lost")


@pytest.mark.parametrize("said", ["", "maybe", "YES"])
def test_something_must_be_said_of_each(ctx: Context, browser: Browser, said: str) -> None:
    refused = refusal(lambda: saying(ctx, browser, passkey=said))
    assert isinstance(refused, BadInput)
    assert (ids(ctx, browser)["passkey"], "unanswered") == (refused.field, refused.reason)


def test_ids_of_others_change_nothing(ctx: Context, team: Team, browser: Browser) -> None:
    nora = signed_in(ctx, team.owner)
    foreign = ids(ctx, nora)["code"]
    said = dict.fromkeys(ids(ctx, browser).values(), "yes")
    reviewing.finish(ctx, browser, {**said, foreign: "lost"})
    assert [None] == [one.reviewed_at for one in reviewing.look(ctx, nora).ways]
    acts: list[Callable[[], object]] = [
        lambda: reviewing.one_way(ctx, browser, foreign),
        lambda: reviewing.use(ctx, browser, foreign, "123456"),
        lambda: reviewing.lose(ctx, browser, foreign),
        lambda: passkeys.to_review(ctx, browser, foreign),
    ]
    assert [NotFound] * 4 == [type(refusal(act)) for act in acts]


def test_a_review_may_be_looked_at_and_answered_any_time_but_losing_asks_for_fresh_proofs(
    ctx: Context, browser: Browser, world: FrozenWorld
) -> None:
    world.advance(6 * MINUTE)
    late = again(ctx, browser)
    app = ids(ctx, late)["code"]
    refused = [
        type(refusal(lambda: saying(ctx, late, code="lost"))),
        type(refusal(lambda: reviewing.lose(ctx, late, app))),
    ]
    assert [StepUpNeeded] * 2 == refused
    assert () == saying(ctx, late).to_use


def test_who_is_not_signed_in_reviews_nothing(ctx: Context, jonas: Member) -> None:
    for visitor in (SOMEBODY, half(ctx, jonas)):
        assert NotSignedIn is type(refusal(lambda visitor=visitor: reviewing.look(ctx, visitor)))  # type: ignore[misc]
        assert NotSignedIn is type(refusal(lambda visitor=visitor: reviewing.finish(ctx, visitor, {})))  # type: ignore[misc]


def test_what_does_not_work_is_not_asked_about(ctx: Context, jonas: Member, browser: Browser) -> None:
    stands(ctx, jonas, "totp", Standing.SUSPENDED)
    assert {"passkey", "backup_code"} == set(ids(ctx, browser))


# Not sure: used once


def use_key(ctx: Context, browser: Browser, key: SoftKey, key_id: str) -> None:
    reviewing.use(ctx, browser, key_id, key.get(json.loads(passkeys.to_review(ctx, browser, key_id))))


def test_what_nobody_is_sure_of_is_used_once_and_then_it_is_finished(
    ctx: Context, jonas: Member, browser: Browser, codes: list[str], key: SoftKey, world: FrozenWorld
) -> None:
    before = reviewed_at(ctx, jonas)
    rest = saying(ctx, browser, code="unsure", passkey="unsure", backup_code="unsure")
    mine = ids(ctx, browser)
    reviewing.use(ctx, browser, mine["code"], code_of(ctx, jonas))
    reviewing.use(ctx, browser, mine["backup_code"], codes[3])
    almost = reviewing.rest(ctx, browser)
    in_between = reviewed_at(ctx, jonas)
    use_key(ctx, browser, key, mine["passkey"])
    assert 3 == len(rest.to_use)
    assert almost is not None
    assert [mine["passkey"]] == [one.id for one in almost.to_use]
    assert (before, world.now()) == (in_between, reviewed_at(ctx, jonas))
    assert reviewing.rest(ctx, browser) is None


def test_a_code_of_the_drill_is_not_used_up(
    ctx: Context, jonas: Member, browser: Browser, codes: list[str]
) -> None:
    reviewing.use(ctx, browser, ids(ctx, browser)["backup_code"], codes[0])
    reviewing.use(ctx, browser, ids(ctx, browser)["backup_code"], codes[0])
    outcome = answer(ctx, half(ctx, jonas), codes[0], Answer.BACKUP_CODE)
    assert (SignedIn, 9) == (type(outcome.decision), outcome.codes_left)
    assert 1 == len(letters(ctx, "backup_code_used"))


def test_codes_that_were_never_proven_count_after_the_drill(
    ctx: Context, team: Team, world: FrozenWorld
) -> None:
    nora = team.owner
    codes = with_backup_codes(ctx, nora, saved=False)
    browser = signed_in(ctx, nora)
    before = profile_of_me(ctx, browser).state
    reviewing.use(ctx, browser, ids(ctx, browser)["backup_code"], codes[1])
    assert (Safety.ONE_LOSS, Safety.SAFE) == (before, profile_of_me(ctx, browser).state)


def test_an_app_s_code_of_the_drill_is_used_up(ctx: Context, jonas: Member, browser: Browser) -> None:
    code = code_of(ctx, jonas)
    reviewing.use(ctx, browser, ids(ctx, browser)["code"], code)
    assert "already_used" == refusal(lambda: answer(ctx, half(ctx, jonas), code)).reason


@pytest.mark.parametrize("field", ["code", "backup_code"])
def test_wrong_answers_of_the_drill_are_tries_like_any_other(
    ctx: Context, jonas: Member, browser: Browser, field: str
) -> None:
    wrong = wrong_code(ctx, jonas) if field == "code" else "0000-0000-0000-0000"
    mine = ids(ctx, browser)[field]
    refused = [refusal(lambda: reviewing.use(ctx, browser, mine, wrong)) for _ in range(6)]
    assert [WrongProof] * 5 + [TooManyTries] == list(map(type, refused))
    assert TooManyTries is type(refusal(lambda: answer(ctx, half(ctx, jonas), wrong, Answer(field))))


def test_another_key_does_not_stand_in_for_one(
    ctx: Context, jonas: Member, browser: Browser, key: SoftKey
) -> None:
    second = SoftKey(id=b"second key")
    passkeys.add(ctx, browser, second.create(json.loads(passkeys.to_add(ctx, browser))))
    first = next(one.id for one in reviewing.look(ctx, browser).ways if one.answer is Answer.PASSKEY)
    asked = json.loads(passkeys.to_review(ctx, browser, first))
    assert WrongProof is type(refusal(lambda: reviewing.use(ctx, browser, first, second.get(asked))))


def test_an_answer_to_another_question_is_none(
    ctx: Context, jonas: Member, browser: Browser, key: SoftKey
) -> None:
    asked = json.loads(passkeys.to_confirm(ctx, browser))
    mine = ids(ctx, browser)["passkey"]
    assert WrongProof is type(refusal(lambda: reviewing.use(ctx, browser, mine, key.get(asked))))


def test_what_cannot_be_found_is_removed_after_all(
    ctx: Context, jonas: Member, browser: Browser, world: FrozenWorld
) -> None:
    saying(ctx, browser, passkey="unsure", backup_code="unsure")
    mine = ids(ctx, browser)
    reviewing.lose(ctx, browser, mine["passkey"])
    reviewing.lose(ctx, browser, mine["backup_code"])
    rest = reviewing.rest(ctx, browser)
    assert rest is not None
    assert ((), (Answer.PASSKEY, Answer.BACKUP_CODE)) == (rest.to_use, rest.removed)
    assert world.now() == reviewed_at(ctx, jonas)
    assert "last_way" == refusal(lambda: reviewing.lose(ctx, browser, mine["code"])).reason


def test_what_is_left_survives_a_confirmation(
    ctx: Context, jonas: Member, browser: Browser, world: FrozenWorld
) -> None:
    saying(ctx, browser, passkey="unsure")
    world.advance(6 * MINUTE)
    late = again(ctx, browser)
    started = sessions.confirm(ctx, late, PASSWORD, Answer.CODE, code_of(ctx, jonas))
    rest = reviewing.rest(ctx, opened(ctx, late, started.token))
    assert rest is not None
    assert [Answer.PASSKEY] == [one.answer for one in rest.to_use]


def test_a_review_whose_last_way_went_elsewhere_is_finished_by_leaving(
    ctx: Context, jonas: Member, browser: Browser, world: FrozenWorld
) -> None:
    saying(ctx, browser, passkey="unsure")
    reviewing.close(ctx, browser)
    still_open = reviewing.rest(ctx, browser)
    without(ctx, jonas, "passkey")
    reviewing.close(ctx, browser)
    assert still_open is not None
    assert (world.now(), None) == (reviewed_at(ctx, jonas), reviewing.rest(ctx, browser))


def test_the_same_answers_at_once_remove_once(ctx: Context, jonas: Member, browser: Browser) -> None:
    said = {one: "lost" if way == "passkey" else "yes" for way, one in ids(ctx, browser).items()}
    at_once(6, lambda _: reviewing.finish(ctx, browser, said))
    assert 1 == len(letters(ctx, "review_lost"))
    assert {"code", "backup_code"} == set(ids(ctx, browser))


# When it is due


def test_the_clock_starts_with_the_set_up_and_anew_with_the_forced_change(
    ctx: Context, team: Team, jonas: Member, world: FrozenWorld
) -> None:
    joined = world.now()
    before = reviewed_at(ctx, jonas)
    world.advance(200 * DAY)
    helped(ctx, signed_in(ctx, team.owner), jonas)
    during = reviewed_at(ctx, jonas)
    changes_all(ctx, redeemed(ctx, jonas), thing=Loss.PHONE)
    assert [joined, joined, world.now()] == [before, during, reviewed_at(ctx, jonas)]


@pytest.mark.parametrize(("months", "days"), [(3, 91), (6, 182), (12, 365), (0, None)])
def test_the_policy_says_when_it_is_due(ctx: Context, months: int, days: int | None) -> None:
    policy = replace(account(ctx, "mia.berg", staff=[]).account.policy, review_months=months)
    team = account(ctx, "tom.berg", staff=[], policy=policy)
    found = reviewing.look(ctx, signed_in(ctx, team.owner))
    joined = team.owner.created_at
    assert (joined + timedelta(days=days) if days else None) == found.due_at
