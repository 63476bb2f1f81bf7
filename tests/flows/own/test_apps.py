"""Several authenticator apps of one person: each with a secret, a name and a thing of its own."""

from dataclasses import replace
from datetime import timedelta

import pytest

from sparekey.core.contract import MOST_APPS, Answer, Loss
from sparekey.core.losses import Safety
from sparekey.core.people import Member, Policy
from sparekey.core.proofs import Aal, assurance
from sparekey.core.recovery_case import Delivery
from sparekey.core.sign_in import SignedIn, Standing
from sparekey.errors import BadInput, Conflict, NotFound, NotSignedIn, StepUpNeeded
from sparekey.factors import code_at
from sparekey.flows import _ways, recover
from sparekey.flows._work import Work, unit
from sparekey.flows.context import Context, Visitor
from sparekey.flows.own import apps, replacing, ways
from sparekey.flows.own.apps import NewOne
from sparekey.flows.reports import profile_of_me
from sparekey.store import people
from tests.flows.steps import (
    answer,
    at_once,
    changes_all,
    half,
    helped,
    redeemed,
    refusal,
    shows,
    wrong_code,
)
from tests.people import (
    SOMEBODY,
    Browser,
    Team,
    account,
    again,
    entries,
    letters,
    opened,
    signed_in,
    without,
)
from tests.world import FrozenWorld

MINUTE = timedelta(minutes=1)
IPHONE = "Mozilla/5.0 (iPhone; CPU iPhone OS 26_0 like Mac OS X) Version/26.0 Mobile/15E148 Safari/604.1"
IPAD = "Mozilla/5.0 (iPad; CPU OS 18_0 like Mac OS X) Version/18.0 Mobile/15E148 Safari/604.1"
PIXEL = "Mozilla/5.0 (Linux; Android 10; K) Chrome/142.0.0.0 Mobile Safari/537.36"
GALAXY_TAB = "Mozilla/5.0 (Linux; Android 10; K) Chrome/142.0.0.0 Safari/537.36"


@pytest.fixture
def team(ctx: Context) -> Team:
    return account(ctx)


@pytest.fixture
def jonas(team: Team) -> Member:
    return team["jonas.frei"]


def with_app(
    ctx: Context, who: Member, world: FrozenWorld, label: str = "Galaxy Tab", thing: Loss = Loss.TABLET
) -> str:
    """One more app, a little later; gives its id. Its first code is used, so a minute passes."""
    world.advance(timedelta(seconds=1))
    browser = signed_in(ctx, who)
    code = shows(ctx, apps.propose(ctx, browser).secret)
    made = apps.add(ctx, browser, NewOne(code, label, thing.value))
    world.advance(MINUTE)
    return made


def code_from(ctx: Context, who: Member, app_id: str) -> str:
    had = ctx.db.read(lambda conn: _ways.ways(conn, who.account_id, who.id))
    kept = next(one.kept for one in had if one.kept.id == app_id)
    return code_at(_ways.material(ctx, kept), ctx.moment().at)


def stands_one(ctx: Context, who: Member, app_id: str, standing: Standing) -> None:
    def change(work: Work) -> None:
        had = _ways.ways(work.conn, who.account_id, who.id)
        _ways.stand(work, who, [one for one in had if one.kept.id == app_id], standing)

    unit(ctx, Visitor(console="test"), ctx.moment(), change)


def first_app(ctx: Context, who: Member) -> str:
    return apps.own(ctx, who)[0].kept.id


# Adding


def test_each_app_s_codes_let_in(ctx: Context, jonas: Member, world: FrozenWorld) -> None:
    ids = [first_app(ctx, jonas), with_app(ctx, jonas, world)]
    decisions = [answer(ctx, half(ctx, jonas), code_from(ctx, jonas, one)).decision for one in ids]
    assert [SignedIn, SignedIn] == list(map(type, decisions))


def test_it_is_kept_with_name_and_thing_and_told(
    ctx: Context, team: Team, jonas: Member, world: FrozenWorld
) -> None:
    with_app(ctx, jonas, world, "  Galaxy   Tab ")
    way = profile_of_me(ctx, signed_in(ctx, jonas)).ways[-1]
    [letter] = letters(ctx, "way_added")
    enrolled = [one.data["reason"] for one in entries(ctx, team.account.id) if one.tag.endswith(":enrolled")]
    assert ("Galaxy Tab", Loss.TABLET, Answer.CODE) == (way.label, way.thing, way.answer)
    assert (jonas.email, "code", "Galaxy Tab") == (letter.to, letter.facts["way"], letter.facts["name"])
    assert "settings" == enrolled[-1]


def test_two_apps_on_two_things_are_safe_and_on_one_thing_one_loss(
    ctx: Context, jonas: Member, world: FrozenWorld
) -> None:
    before = profile_of_me(ctx, signed_in(ctx, jonas)).state
    second = with_app(ctx, jonas, world, thing=Loss.PHONE)
    same = profile_of_me(ctx, signed_in(ctx, jonas)).state
    ways.rename(ctx, signed_in(ctx, jonas), second, "", "tablet")
    other = profile_of_me(ctx, signed_in(ctx, jonas)).state
    assert [Safety.ONE_LOSS, Safety.ONE_LOSS, Safety.SAFE] == [before, same, other]


def test_a_further_entry_says_when_it_was_made(ctx: Context, jonas: Member, world: FrozenWorld) -> None:
    shown = apps.propose(ctx, signed_in(ctx, jonas))
    assert "/Team%20of%20nora.keller:jonas.frei%20%282026-11-17%29?" in shown.uri


def test_a_first_app_of_somebody_who_has_none_needs_no_day(
    ctx: Context, jonas: Member, world: FrozenWorld
) -> None:
    browser = signed_in(ctx, jonas)
    without(ctx, jonas, "totp")
    assert ":jonas.frei?" in apps.propose(ctx, browser).uri


@pytest.mark.parametrize(
    ("new", "field", "reason"),
    [
        (NewOne("", "", "phone"), "code", "empty"),
        (NewOne("12", "", "phone"), "code", "wrong_length"),
        (NewOne("123456", "x" * 61, "phone"), "label", "too_long"),
        (NewOne("123456", "a\x00b", "phone"), "label", "name_form"),
        (NewOne("123456", "", "paper"), "thing", "unknown"),
        (NewOne("123456", "", ""), "thing", "unknown"),
    ],
)
def test_what_cannot_be_taken_adds_nothing(
    ctx: Context, jonas: Member, new: NewOne, field: str, reason: str
) -> None:
    browser = signed_in(ctx, jonas)
    apps.propose(ctx, browser)
    refused = refusal(lambda: apps.add(ctx, browser, new))
    assert isinstance(refused, BadInput)
    assert (field, reason, 1) == (refused.field, refused.reason, len(apps.own(ctx, jonas)))


def test_a_sixth_app_is_refused(ctx: Context, jonas: Member, world: FrozenWorld) -> None:
    for number in range(2, MOST_APPS + 1):
        with_app(ctx, jonas, world, f"App {number}")
    refused = refusal(lambda: with_app(ctx, jonas, world))
    assert (Conflict, "most_apps", 5) == (type(refused), refused.reason, refused.facts["most"])


def test_a_secret_is_added_once_whatever_is_posted_at_once(
    ctx: Context, jonas: Member, world: FrozenWorld
) -> None:
    browser = signed_in(ctx, jonas)
    new = NewOne(shows(ctx, apps.propose(ctx, browser).secret), "", "tablet")
    outcomes = at_once(8, lambda _: apps.add(ctx, browser, new))
    assert 1 == sum(isinstance(one, str) for one in outcomes)
    assert 2 == len(apps.own(ctx, jonas))


def test_a_secret_waits_ten_minutes(ctx: Context, jonas: Member, world: FrozenWorld) -> None:
    browser = signed_in(ctx, jonas)
    shown = apps.propose(ctx, browser)
    world.advance(10 * MINUTE)
    later = signed_in(ctx, jonas)
    refused = refusal(lambda: apps.add(ctx, later, NewOne(shows(ctx, shown.secret), "", "phone")))
    assert "pending_expired" == refused.reason


def test_adding_asks_for_fresh_proofs(ctx: Context, jonas: Member, world: FrozenWorld) -> None:
    browser = signed_in(ctx, jonas)
    world.advance(6 * MINUTE)
    late = again(ctx, browser)
    new = NewOne("123456", "", "phone")
    kinds = [type(refusal(lambda: apps.propose(ctx, late))), type(refusal(lambda: apps.add(ctx, late, new)))]
    assert [StepUpNeeded, StepUpNeeded] == kinds


def test_who_is_not_signed_in_adds_nothing(ctx: Context, jonas: Member) -> None:
    visitors = (SOMEBODY, half(ctx, jonas), replace(signed_in(ctx, jonas), account=None))
    assert [NotSignedIn] * 3 == [type(refusal(lambda one=one: apps.propose(ctx, one))) for one in visitors]  # type: ignore[misc]


@pytest.mark.parametrize(
    ("device", "thing"),
    [(IPHONE, Loss.PHONE), (IPAD, Loss.TABLET), (PIXEL, Loss.PHONE), (GALAXY_TAB, Loss.TABLET)],
)
def test_a_phone_or_tablet_is_guessed_from_its_browser(ctx: Context, device: str, thing: Loss) -> None:
    assert thing is apps.guess(ctx, replace(SOMEBODY, device=device))


def test_who_sits_at_a_computer_holds_the_app_on_a_phone(ctx: Context) -> None:
    assert Loss.PHONE is apps.guess(ctx, SOMEBODY)


# Changing the secret of one of them


def test_change_secret_is_about_one_app_and_keeps_its_name_and_thing(
    ctx: Context, jonas: Member, world: FrozenWorld
) -> None:
    phone, tablet = first_app(ctx, jonas), with_app(ctx, jonas, world)
    browser = signed_in(ctx, jonas)
    replacing.switch_secret(ctx, browser, shows(ctx, apps.propose(ctx, browser).secret), tablet)
    old, new = apps.own(ctx, jonas)
    assert phone == old.kept.id
    assert ("Galaxy Tab", Loss.TABLET) == (new.kept.label, new.kept.thing)
    assert tablet != new.kept.id


def test_without_a_name_it_is_the_only_one_or_the_one_that_needs_it(
    ctx: Context, jonas: Member, world: FrozenWorld
) -> None:
    alone = apps.to_change(ctx, signed_in(ctx, jonas)).kept.id
    phone, tablet = first_app(ctx, jonas), with_app(ctx, jonas, world)
    several = refusal(lambda: apps.to_change(ctx, signed_in(ctx, jonas)))
    stands_one(ctx, jonas, phone, Standing.SUSPENDED)
    needed = apps.to_change(ctx, signed_in(ctx, jonas)).kept.id
    named = apps.to_change(ctx, signed_in(ctx, jonas), tablet).kept.id
    assert (phone, "which_app", phone, tablet) == (alone, several.reason, needed, named)


def test_another_person_s_app_is_not_there(ctx: Context, team: Team, jonas: Member) -> None:
    foreign = first_app(ctx, team.owner)
    browser = signed_in(ctx, jonas)
    code = shows(ctx, apps.propose(ctx, browser).secret)
    assert NotFound is type(refusal(lambda: replacing.switch_secret(ctx, browser, code, foreign)))
    assert NotFound is type(refusal(lambda: apps.to_change(ctx, browser, foreign)))
    assert 1 == len(apps.own(ctx, team.owner))


def test_one_app_may_go_while_another_stays(ctx: Context, jonas: Member, world: FrozenWorld) -> None:
    phone, tablet = first_app(ctx, jonas), with_app(ctx, jonas, world)
    ways.remove(ctx, signed_in(ctx, jonas), phone)
    last = refusal(lambda: ways.remove(ctx, signed_in(ctx, jonas), tablet))
    assert "last_way" == last.reason
    assert isinstance(answer(ctx, half(ctx, jonas), code_from(ctx, jonas, tablet)).decision, SignedIn)


# Wrong codes


def test_a_wrong_code_is_a_try_of_every_app(ctx: Context, jonas: Member, world: FrozenWorld) -> None:
    """All of them end together, so that five apps are five times the chance and no more."""
    with_app(ctx, jonas, world)
    for _ in range(50):
        refusal(lambda: answer(ctx, half(ctx, jonas), wrong_code(ctx, jonas)))
        world.advance(61 * MINUTE)
    assert [Standing.DISABLED] * 2 == [one.kept.standing for one in apps.own(ctx, jonas)]
    assert 1 == len(letters(ctx, "authenticator_disabled"))


def test_a_right_code_of_one_gives_the_others_back_what_it_took(
    ctx: Context, jonas: Member, world: FrozenWorld
) -> None:
    phone, tablet = first_app(ctx, jonas), with_app(ctx, jonas, world)
    for _ in range(49):
        refusal(lambda: answer(ctx, half(ctx, jonas), wrong_code(ctx, jonas)))
        world.advance(61 * MINUTE)
    answer(ctx, half(ctx, jonas), code_from(ctx, jonas, tablet))
    world.advance(61 * MINUTE)
    refusal(lambda: answer(ctx, half(ctx, jonas), wrong_code(ctx, jonas)))
    found = {one.kept.id: one.kept.standing for one in apps.own(ctx, jonas)}
    assert {phone: Standing.DISABLED, tablet: Standing.ACTIVE} == found


# Losing one of them


def helping(ctx: Context, team: Team) -> Browser:
    return signed_in(ctx, team.owner)


def on_things(ctx: Context, who: Member) -> dict[Loss, Standing]:
    return {one.enrolled.thing: one.kept.standing for one in apps.own(ctx, who)}


def test_help_suspends_all_apps_unless_somebody_knows_which(
    ctx: Context, team: Team, jonas: Member, world: FrozenWorld
) -> None:
    with_app(ctx, jonas, world)
    helped(ctx, helping(ctx, team), jonas, Delivery.LINK)
    assert {Loss.PHONE: Standing.SUSPENDED, Loss.TABLET: Standing.SUSPENDED} == on_things(ctx, jonas)


def test_help_for_one_lost_thing_leaves_the_others_working(
    ctx: Context, team: Team, jonas: Member, world: FrozenWorld
) -> None:
    with_app(ctx, jonas, world)
    helped(ctx, helping(ctx, team), jonas, Delivery.LINK, lost=Loss.PHONE)
    assert {Loss.PHONE: Standing.SUSPENDED, Loss.TABLET: Standing.ACTIVE} == on_things(ctx, jonas)


def test_handing_over_again_suspends_no_more_than_was_said(
    ctx: Context, team: Team, jonas: Member, world: FrozenWorld
) -> None:
    with_app(ctx, jonas, world)
    nora = helping(ctx, team)
    helped(ctx, nora, jonas, Delivery.LINK, lost=Loss.PHONE)
    helped(ctx, nora, jonas, Delivery.SCREEN)
    as_before = on_things(ctx, jonas)
    helped(ctx, nora, jonas, Delivery.SCREEN, lost=Loss.TABLET)
    assert Standing.ACTIVE is as_before[Loss.TABLET]
    assert {Loss.PHONE: Standing.SUSPENDED, Loss.TABLET: Standing.SUSPENDED} == on_things(ctx, jonas)


def test_a_thing_that_nothing_lives_on_cannot_be_lost(ctx: Context, team: Team, jonas: Member) -> None:
    refused = refusal(lambda: helped(ctx, helping(ctx, team), jonas, Delivery.LINK, lost=Loss.KEY))
    assert (BadInput, "unknown") == (type(refused), refused.reason)
    assert "unknown" == refusal(lambda: recover.read_lost("<script>")).reason
    assert {Loss.PHONE: Standing.ACTIVE} == on_things(ctx, jonas)


def test_signing_in_with_the_app_that_is_left_ends_the_help_and_leads_to_the_lost_one(
    ctx: Context, team: Team, jonas: Member, world: FrozenWorld
) -> None:
    phone, tablet = first_app(ctx, jonas), with_app(ctx, jonas, world)
    helped(ctx, helping(ctx, team), jonas, Delivery.LINK, lost=Loss.PHONE)
    outcome = answer(ctx, half(ctx, jonas), code_from(ctx, jonas, tablet))
    assert (SignedIn, True) == (type(outcome.decision), outcome.must_change_secret)
    assert phone == apps.to_change(ctx, signed_in(ctx, jonas)).kept.id


def test_the_lost_app_beside_a_working_one_is_still_an_alarm(
    ctx: Context, team: Team, jonas: Member, world: FrozenWorld
) -> None:
    phone, tablet = first_app(ctx, jonas), with_app(ctx, jonas, world)
    helped(ctx, helping(ctx, team), jonas, Delivery.LINK, lost=Loss.PHONE)
    refused = refusal(lambda: answer(ctx, half(ctx, jonas), code_from(ctx, jonas, phone)))
    after = {one.kept.id: one.kept.standing for one in apps.own(ctx, jonas)}
    assert "wrong" == refused.reason
    assert 1 == len(letters(ctx, "recovery_tripwire"))
    assert {phone: Standing.SUSPENDED, tablet: Standing.ACTIVE} == after


def test_a_session_of_the_lost_app_is_lowered_and_one_of_another_is_not(
    ctx: Context, team: Team, jonas: Member, world: FrozenWorld
) -> None:
    phone, tablet = first_app(ctx, jonas), with_app(ctx, jonas, world)
    tokens = {one: answer(ctx, half(ctx, jonas), code_from(ctx, jonas, one)) for one in (phone, tablet)}
    helped(ctx, helping(ctx, team), jonas, Delivery.LINK, lost=Loss.PHONE)
    seen = [opened(ctx, SOMEBODY, tokens[one].started.token).session for one in (phone, tablet)]
    assert [Aal.AAL1, Aal.AAL2] == [assurance(one.proofs).aal for one in seen if one]


def test_the_forced_change_replaces_all_of_them(
    ctx: Context, team: Team, jonas: Member, world: FrozenWorld
) -> None:
    with_app(ctx, jonas, world)
    helped(ctx, helping(ctx, team), jonas)
    changes_all(ctx, redeemed(ctx, jonas), thing=Loss.TABLET)
    [app] = apps.own(ctx, jonas)
    assert (Standing.ACTIVE, Loss.TABLET) == (app.kept.standing, app.kept.thing)


@pytest.mark.parametrize("is_shown_again", [False, True])
def test_the_current_secret_that_is_shown_is_that_of_the_lost_app(
    ctx: Context, team: Team, jonas: Member, world: FrozenWorld, is_shown_again: bool
) -> None:
    phone = first_app(ctx, jonas)
    with_app(ctx, jonas, world)
    changed = replace(team.account, policy=Policy(reveal_current=True))
    ctx.db.write(lambda conn: people.put_account(conn, changed))
    nora = helping(ctx, team)
    helped(ctx, nora, jonas, Delivery.CURRENT, lost=Loss.PHONE)
    if is_shown_again:
        helped(ctx, nora, jonas, Delivery.CURRENT)
    shown = recover.view(ctx, nora, jonas.id, "page").secret
    assert code_from(ctx, jonas, phone) == shows(ctx, shown)
    assert {Loss.PHONE: Standing.EXPOSED, Loss.TABLET: Standing.ACTIVE} == on_things(ctx, jonas)
