"""After a stop, taking back, beginning again, the budget of temporary secrets, the present secret."""

from dataclasses import replace
from datetime import timedelta

import pytest

from sparekey.core.people import Member, Role, Status
from sparekey.core.recovery_case import Case, Delivery, How, State
from sparekey.core.sessions import Scope
from sparekey.core.sign_in import Standing
from sparekey.errors import Conflict, NotAllowed, NotFound
from sparekey.flows import console, recover, rotate
from sparekey.flows.context import Context
from sparekey.flows.joining import setup
from sparekey.flows.team import change_role
from tests.flows.recovery.endings import ENDS, End, Where, stop, take_back, use_lost_one
from tests.flows.steps import (
    CASE,
    HANDED,
    Handed,
    answer,
    case_of,
    case_tags,
    changes_all,
    half,
    hand,
    helped,
    redeemed,
    refusal,
    scopes,
    shows,
    standings,
    temporary_code,
    use,
    wrong_code,
)
from tests.people import (
    PASSWORD,
    SOMEBODY,
    Browser,
    Team,
    again,
    changed,
    code_of,
    entries,
    letters,
    opened,
    reloaded,
    signed_in,
    stands,
    tags,
)
from tests.world import FrozenWorld

MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)


# After a stop


def test_after_a_stop_the_same_owner_waits_a_day_another_and_the_console_do_not(
    ctx: Context, where: Where
) -> None:
    helped(ctx, where.nora, where.jonas)
    stop(ctx, where)
    refused = refusal(lambda: helped(ctx, where.nora, where.jonas, Delivery.LINK))
    assert (NotAllowed, "stopped") == (type(refused), refused.reason)
    assert State.ISSUED is helped(ctx, signed_in(ctx, where.team["second.owner"]), where.jonas).state
    assert console.member_recover(ctx, where.jonas.username).link
    where.world.advance(DAY)
    assert State.ISSUED is helped(ctx, signed_in(ctx, where.team.owner), where.jonas).state


def test_the_alarm_sounds_without_help_on_its_way_too(ctx: Context, where: Where) -> None:
    stands(ctx, where.jonas, "totp", Standing.SUSPENDED)
    use_lost_one(ctx, where)
    told = [(one.to, one.facts["beside"]) for one in letters(ctx, "lost_factor_used")]
    assert [(where.jonas.email, "password")] == told
    owners = [where.team.owner.email, where.team["second.owner"].email]
    assert owners == sorted(one.to for one in letters(ctx, "lost_factor_used_owners"))


def test_an_alarm_holds_nobody_back(ctx: Context, where: Where) -> None:
    helped(ctx, where.nora, where.jonas)
    use_lost_one(ctx, where)
    assert State.ISSUED is helped(ctx, where.nora, where.jonas).state


# Taking back


def test_taking_back_is_possible_whatever_holds_help_back(ctx: Context, where: Where) -> None:
    helped(ctx, where.nora, where.jonas)
    changed(ctx, where.jonas, email_changed_at=where.world.now(), status=Status.DEACTIVATED)
    take_back(ctx, where)
    assert State.CANCELLED is case_of(ctx, where.jonas).state


def test_nobody_takes_back_what_was_handed_to_themselves(ctx: Context, team: Team, nora: Browser) -> None:
    second = signed_in(ctx, team["second.owner"])
    helped(ctx, second, team.owner, Delivery.LINK)
    refused = refusal(lambda: recover.take_back(ctx, again(ctx, nora), team.owner.id))
    assert (NotAllowed, "oneself") == (type(refused), refused.reason)


def test_there_is_nothing_to_take_back_twice(ctx: Context, where: Where) -> None:
    helped(ctx, where.nora, where.jonas)
    take_back(ctx, where)
    assert NotFound is type(refusal(lambda: take_back(ctx, where)))


# The forced change may be begun again


def test_redeeming_again_ends_the_earlier_one_and_says_so(ctx: Context, where: Where) -> None:
    helped(ctx, where.nora, where.jonas)
    first = redeemed(ctx, where.jonas)
    where.world.advance(MINUTE)
    second = redeemed(ctx, where.jonas)
    assert (None, True) == (again(ctx, first).session, rotate.began_again(second))
    assert not rotate.began_again(first)
    found = [one.data for one in entries(ctx, where.team.account.id) if one.tag == CASE + "redeemed"]
    assert [False, True] == [one["again"] for one in found]
    assert ["rotate"] == scopes(ctx, where.jonas)


def test_redeeming_again_asks_for_a_fresh_code(ctx: Context, where: Where) -> None:
    helped(ctx, where.nora, where.jonas)
    code = temporary_code(ctx, where.jonas)
    redeemed(ctx, where.jonas)
    refused = refusal(lambda: answer(ctx, half(ctx, where.jonas), code))
    assert "already_used" == refused.reason


@pytest.mark.parametrize("delivery", HANDED)
def test_the_change_lives_thirty_minutes_from_the_first_time_and_is_never_extended(
    ctx: Context, where: Where, delivery: Delivery
) -> None:
    handed = hand(ctx, where.nora, where.jonas, delivery)
    begun = where.world.now()
    use(ctx, where.jonas, handed)
    where.world.advance(29 * MINUTE)
    fresh = handed if handed.token else Handed(code=temporary_code(ctx, where.jonas))
    use(ctx, where.jonas, fresh)
    assert begun + 30 * MINUTE == case_of(ctx, where.jonas).expires_at
    where.world.advance(MINUTE)
    assert State.ROTATING is case_of(ctx, where.jonas).state
    answer(ctx, half(ctx, where.jonas), code_of(ctx, where.jonas))
    assert State.EXPIRED is case_of(ctx, where.jonas).state


def test_an_owner_may_hand_over_afresh_while_the_change_runs(ctx: Context, where: Where) -> None:
    helped(ctx, where.nora, where.jonas)
    browser = redeemed(ctx, where.jonas)
    fresh = helped(ctx, where.nora, where.jonas)
    assert (State.ISSUED, None) == (fresh.state, again(ctx, browser).session)
    assert [
        "opened",
        "allowed",
        "issued",
        "redeemed",
        "cancelled",
        "opened",
        "allowed",
        "issued",
    ] == case_tags(ctx, where.team.account.id)


def test_a_use_from_the_helper_s_own_browser_is_recorded_and_told_to_the_owners(
    ctx: Context, where: Where
) -> None:
    desk = replace(SOMEBODY, browser="the helper's desk")
    nora = signed_in(ctx, where.team.owner, visitor=desk)
    helped(ctx, nora, where.jonas)
    redeemed(ctx, where.jonas, replace(SOMEBODY, browser=nora.browser))
    where.world.advance(MINUTE)
    redeemed(ctx, where.jonas, replace(SOMEBODY, browser="his own"))
    found = [one.data for one in entries(ctx, where.team.account.id) if one.tag == CASE + "redeemed"]
    assert [True, False] == [one["from_helpers_browser"] for one in found]
    owners = [where.team.owner.email, where.team["second.owner"].email]
    assert owners == sorted(one.to for one in letters(ctx, "redeemed_by_helper"))


# The budget of temporary secrets


def test_fifty_wrong_codes_close_temporary_secrets_and_the_owners_are_told(
    ctx: Context, where: Where
) -> None:
    helped(ctx, where.nora, where.jonas)
    for _ in range(50):
        helped(ctx, signed_in(ctx, where.team.owner), where.jonas)
        refusal(lambda: answer(ctx, half(ctx, where.jonas), wrong_code(ctx, where.jonas)))
        where.world.advance(HOUR)
    owner = signed_in(ctx, where.team.owner)
    refused = refusal(lambda: helped(ctx, owner, where.jonas))
    assert (NotAllowed, "budget") == (type(refused), refused.reason)
    assert ["temporary_budget_closed"] * 2 == [one.kind for one in letters(ctx, "temporary_budget_closed")]
    assert 1 == case_tags(ctx, where.team.account.id).count("budget_closed")
    handed = hand(ctx, owner, where.jonas, Delivery.LINK)
    started = setup.accept_lost(ctx, SOMEBODY, handed.token, PASSWORD)
    changes_all(ctx, opened(ctx, SOMEBODY, started.token))
    assert State.ISSUED is helped(ctx, owner, where.jonas).state


# The present secret


def test_the_present_secret_is_shown_marked_and_opens_only_the_forced_change(
    ctx: Context, where: Where
) -> None:
    helped(ctx, where.nora, where.jonas, Delivery.CURRENT)
    shown = recover.view(ctx, where.nora, where.jonas.id, "page")
    outcome = answer(ctx, half(ctx, where.jonas), shows(ctx, shown.secret))
    assert (True, Standing.EXPOSED) == (shown.is_current, standings(ctx, where.jonas)["totp"])
    assert Scope.ROTATE is outcome.started.session.scope
    assert 1 == tags(ctx, where.team.account.id).count("member:authenticator:exposed")


@pytest.mark.parametrize(
    "end",
    [one for one in ENDS if one.act is not use_lost_one],
    ids=lambda end: end.ending.value,
)
def test_a_present_secret_that_was_shown_is_dead_with_its_case(ctx: Context, where: Where, end: End) -> None:
    helped(ctx, where.nora, where.jonas, Delivery.CURRENT)
    end.act(ctx, where)
    assert (end.ending, Standing.SUSPENDED) == (
        case_of(ctx, where.jonas).ending,
        standings(ctx, where.jonas)["totp"],
    )


def test_using_a_present_secret_that_was_shown_after_its_case_is_an_alarm(ctx: Context, where: Where) -> None:
    helped(ctx, where.nora, where.jonas, Delivery.CURRENT)
    take_back(ctx, where)
    use_lost_one(ctx, where)
    assert [where.jonas.email] == [one.to for one in letters(ctx, "lost_factor_used")]


def test_an_alarm_does_not_speak_for_a_helper_who_was_shown_the_present_secret(
    ctx: Context, where: Where
) -> None:
    """Whoever used it may be the helper as well as a thief: the person says which by *This wasn't me*."""
    helped(ctx, where.nora, where.jonas, Delivery.CURRENT)
    helped(ctx, where.nora, where.jonas, Delivery.SCREEN)
    use_lost_one(ctx, where)
    stop(ctx, where)
    refused = refusal(lambda: helped(ctx, where.nora, where.jonas, Delivery.LINK))
    assert (State.STOPPED, "stopped") == (case_of(ctx, where.jonas).state, refused.reason)


def test_a_present_secret_that_was_shown_never_comes_back_by_a_temporary_one(
    ctx: Context, where: Where
) -> None:
    helped(ctx, where.nora, where.jonas, Delivery.CURRENT)
    helped(ctx, where.nora, where.jonas, Delivery.SCREEN)
    take_back(ctx, where)
    assert Standing.SUSPENDED is standings(ctx, where.jonas)["totp"]


@pytest.mark.parametrize("first", [Delivery.SCREEN, Delivery.MAIL, Delivery.LINK])
def test_the_present_secret_is_shown_after_something_else_was_handed_over(
    ctx: Context, where: Where, first: Delivery
) -> None:
    helped(ctx, where.nora, where.jonas, first)
    helped(ctx, where.nora, where.jonas, Delivery.CURRENT)
    shown = recover.view(ctx, where.nora, where.jonas.id, "page")
    assert (True, Standing.EXPOSED) == (shown.is_current, standings(ctx, where.jonas)["totp"])
    take_back(ctx, where)
    assert Standing.SUSPENDED is standings(ctx, where.jonas)["totp"]
    assert "stays_suspended" == letters(ctx, "recovery_ended")[0].facts["fate"]


def test_not_that_of_a_stolen_phone(ctx: Context, where: Where) -> None:
    helped(ctx, where.nora, where.jonas, is_stolen=True)
    refused = refusal(lambda: helped(ctx, where.nora, where.jonas, Delivery.CURRENT))
    assert (Conflict, "no_secret") == (type(refused), refused.reason)


def test_there_must_be_a_present_secret(ctx: Context, where: Where) -> None:
    stands(ctx, where.jonas, "totp", Standing.SUSPENDED)
    refused = refusal(lambda: helped(ctx, where.nora, where.jonas, Delivery.CURRENT))
    assert (Conflict, "no_secret") == (type(refused), refused.reason)


# Others are told


@pytest.mark.parametrize("name", ["ivana.admin", "luca.auditor", "second.owner"])
def test_help_for_somebody_with_rights_is_told_to_all_owners(
    ctx: Context, team: Team, nora: Browser, name: str
) -> None:
    helped(ctx, nora, team[name], Delivery.LINK)
    owners = {team.owner.email, team["second.owner"].email} - {team[name].email}
    assert owners == {one.to for one in letters(ctx, "recovery_opened_owners")}


def test_help_for_somebody_who_gave_up_a_role_of_late_is_told_to_all_owners(
    ctx: Context, team: Team, nora: Browser
) -> None:
    change_role(ctx, nora, "ivana.admin", Role.STAFF)
    helped(ctx, nora, reloaded(ctx, team["ivana.admin"]), Delivery.LINK)
    owners = {team.owner.email, team["second.owner"].email}
    assert owners == {one.to for one in letters(ctx, "recovery_opened_owners")}


def test_the_case_keeps_who_how_and_when(
    ctx: Context, nora: Browser, jonas: Member, world: FrozenWorld
) -> None:
    case: Case = helped(ctx, nora, jonas, how=How.VIDEO)
    assert nora.member is not None
    assert ("owner_issues", nora.member.id, How.VIDEO, world.now()) == (
        case.method,
        case.opened_by,
        case.how,
        case.opened_at,
    )
    assert Status.ACTIVE is reloaded(ctx, jonas).status
