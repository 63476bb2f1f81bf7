"""Every end of a hand-over: what becomes of it, of the lost factor, and who is told; and what follows."""

import pytest

from sparekey.core.contract import Answer
from sparekey.core.people import Member
from sparekey.core.recovery_case import Delivery, Ending, State
from sparekey.core.sign_in import Standing
from sparekey.errors import LinkUnusable
from sparekey.flows import sessions, sign_in
from sparekey.flows.context import Context
from sparekey.flows.own import apps, replacing
from tests.flows.recovery.endings import ENDS, EVERY_END, End, Where, expire, take_back, use_lost_one
from tests.flows.steps import (
    HANDED,
    answer,
    case_of,
    case_tags,
    half,
    hand,
    helped,
    refusal,
    scopes,
    shows,
    standings,
    use,
)
from tests.people import PASSWORD, SOMEBODY, Browser, again, letters, opened, signed_in, tags


def told(ctx: Context, who: Member) -> list[str]:
    return [one.kind for one in letters(ctx) if one.to == who.email]


@EVERY_END
@pytest.mark.parametrize("delivery", HANDED)
@pytest.mark.parametrize("is_used", [False, True], ids=["issued", "rotating"])
def test_what_was_handed_over_is_dead_at_every_end(
    ctx: Context, where: Where, end: End, delivery: Delivery, is_used: bool
) -> None:
    handed = hand(ctx, where.nora, where.jonas, delivery)
    if is_used:
        use(ctx, where.jonas, handed)
    end.act(ctx, where)
    case = case_of(ctx, where.jonas)
    assert (end.state, end.ending) == (case.state, case.ending)
    found = standings(ctx, where.jonas)
    assert (False, end.app) == ("temporary_secret" in found, found["totp"])
    assert [] == [scope for scope in scopes(ctx, where.jonas) if scope == "rotate"]
    assert [] == letters(ctx, "setup_link", "secret_sent")
    if delivery is Delivery.LINK:
        assert LinkUnusable is type(refusal(lambda: use(ctx, where.jonas, handed)))


@EVERY_END
def test_everybody_is_told_of_every_end_and_it_is_recorded_once(ctx: Context, where: Where, end: End) -> None:
    helped(ctx, where.nora, where.jonas)
    end.act(ctx, where)
    expected = {State.EXPIRED: "expired", State.CANCELLED: "cancelled", State.STOPPED: "stopped"}[end.state]
    assert ["opened", "allowed", "issued", expected] == case_tags(ctx, where.team.account.id)
    assert 1 == told(ctx, where.jonas).count(end.told)
    for owner in (where.team.owner, where.team["second.owner"]):
        assert (1 if end.owners_told else 0) == told(ctx, owner).count(end.owners_told)


@pytest.mark.parametrize("end", [one for one in ENDS if one.app is Standing.ACTIVE], ids=lambda e: e.ending)
def test_a_factor_reported_stolen_never_comes_back(ctx: Context, where: Where, end: End) -> None:
    helped(ctx, where.nora, where.jonas, is_stolen=True)
    end.act(ctx, where)
    assert Standing.SUSPENDED is standings(ctx, where.jonas)["totp"]
    assert "stays_suspended" == letters(ctx, end.told)[0].facts["fate"]


@pytest.mark.parametrize("first", ["stolen", "used"])
def test_a_later_case_does_not_bring_back_what_was_stolen_or_used(
    ctx: Context, where: Where, first: str
) -> None:
    helped(ctx, where.nora, where.jonas, is_stolen=first == "stolen")
    (take_back if first == "stolen" else use_lost_one)(ctx, where)
    helped(ctx, where.nora, where.jonas)
    expire(ctx, where)
    assert Standing.SUSPENDED is standings(ctx, where.jonas)["totp"]
    assert {"stays_suspended"} == {one.facts["fate"] for one in letters(ctx, "recovery_ended")}


def test_stolen_may_be_reported_later_too(ctx: Context, where: Where) -> None:
    helped(ctx, where.nora, where.jonas)
    helped(ctx, where.nora, where.jonas, how=None, is_stolen=True)
    take_back(ctx, where)
    assert Standing.SUSPENDED is standings(ctx, where.jonas)["totp"]


def test_reporting_it_stolen_ends_every_session_at_once(ctx: Context, nora: Browser, jonas: Member) -> None:
    browsers = [signed_in(ctx, jonas), half(ctx, jonas)]
    helped(ctx, nora, jonas, is_stolen=True)
    assert [None, None] == [again(ctx, one).session for one in browsers]


def test_what_is_not_stolen_leaves_sessions_open(ctx: Context, nora: Browser, jonas: Member) -> None:
    browser = signed_in(ctx, jonas)
    helped(ctx, nora, jonas)
    assert again(ctx, browser).session is not None


def test_an_alarm_is_recorded_and_the_code_opens_nothing(ctx: Context, where: Where) -> None:
    helped(ctx, where.nora, where.jonas)
    use_lost_one(ctx, where)
    assert 1 == tags(ctx, where.team.account.id).count("member:second_factor:lost_one_used")
    assert ["half"] == scopes(ctx, where.jonas)


def test_a_lost_factor_without_the_password_is_no_alarm(ctx: Context, where: Where) -> None:
    helped(ctx, where.nora, where.jonas)
    refusal(lambda: sign_in.begin(ctx, SOMEBODY, where.jonas.username, "wrong"))
    assert State.ISSUED is case_of(ctx, where.jonas).state


def test_somebody_signed_in_another_way_changes_the_secret_and_all_is_well(
    ctx: Context, where: Where
) -> None:
    helped(ctx, where.nora, where.jonas)
    outcome = answer(ctx, half(ctx, where.jonas), where.codes[0], Answer.BACKUP_CODE)
    browser = opened(ctx, SOMEBODY, outcome.started.token)
    replacing.switch_secret(ctx, browser, shows(ctx, apps.propose(ctx, browser).secret))
    assert {Standing.ACTIVE} == set(standings(ctx, where.jonas).values())


def test_changing_the_secret_in_an_open_session_ends_a_running_hand_over(ctx: Context, where: Where) -> None:
    helped(ctx, where.nora, where.jonas)
    browser = signed_in(ctx, where.jonas, aal2=False)
    started = sessions.confirm(ctx, browser, PASSWORD, Answer.BACKUP_CODE, where.codes[0])
    browser = opened(ctx, browser, started.token)
    replacing.switch_secret(ctx, browser, shows(ctx, apps.propose(ctx, browser).secret))
    assert Ending.SIGNED_IN_OTHERWISE is case_of(ctx, where.jonas).ending
    assert {"password", "totp", "backup_codes"} == set(standings(ctx, where.jonas))
