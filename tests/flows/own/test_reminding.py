"""Reminders of the review: when it is due, once more two weeks later, and where owners see whose is due."""

from datetime import timedelta

import pytest

from sparekey.core.people import Language, Member, Policy, Status
from sparekey.flows import reports
from sparekey.flows.background import reminding
from sparekey.flows.background.upkeep import run_once
from sparekey.flows.context import Context
from sparekey.flows.own import reviewing
from sparekey.flows.team import Search, list_staff, profile
from sparekey.flows.team.policy import NewPolicy, change_policy
from sparekey.store import reviews
from tests.flows.conftest import statements
from tests.flows.steps import at_once
from tests.people import Team, account, changed, letters, reloaded, signed_in, without
from tests.world import FrozenWorld

DAY = timedelta(days=1)
DUE = 182 * DAY


@pytest.fixture
def team(ctx: Context) -> Team:
    return account(ctx, staff=["jonas.frei", "mia.zuercher"])


@pytest.fixture
def jonas(team: Team) -> Member:
    return team["jonas.frei"]


def all_there(ctx: Context, who: Member) -> None:
    browser = signed_in(ctx, who)
    ways = reviewing.look(ctx, browser).ways
    reviewing.finish(ctx, browser, {one.id: "yes" for one in ways})


@pytest.mark.parametrize(("after", "count"), [(DUE - timedelta(seconds=1), 0), (DUE, 3), (DUE + DAY, 3)])
def test_everybody_is_reminded_when_it_is_due(
    ctx: Context, team: Team, world: FrozenWorld, after: timedelta, count: int
) -> None:
    world.advance(after)
    run_once(ctx)
    assert count == len(letters(ctx, "review_due"))


def test_a_second_reminder_follows_after_two_weeks_and_no_third(
    ctx: Context, team: Team, world: FrozenWorld
) -> None:
    world.advance(DUE)
    counts = []
    for days in (0, 13, 1, 14, 100):
        world.advance(days * DAY)
        run_once(ctx)
        counts.append((len(letters(ctx, "review_due")), len(letters(ctx, "review_overdue"))))
    assert [(3, 0), (3, 0), (3, 3), (3, 3), (3, 3)] == counts


def test_who_has_finished_is_not_reminded_until_the_next_one(
    ctx: Context, team: Team, jonas: Member, world: FrozenWorld
) -> None:
    world.advance(DUE)
    run_once(ctx)
    all_there(ctx, jonas)
    world.advance(14 * DAY)
    run_once(ctx)
    overdue = [one.to for one in letters(ctx, "review_overdue")]
    world.advance(DUE - 14 * DAY)
    run_once(ctx)
    again = [one.to for one in letters(ctx, "review_due")]
    assert jonas.email not in overdue
    assert 2 == again.count(jonas.email)


def test_it_is_written_in_the_person_s_language_with_the_way_there(
    ctx: Context, team: Team, jonas: Member, world: FrozenWorld
) -> None:
    changed(ctx, jonas, language=Language.DE)
    joined = world.now()
    world.advance(DUE)
    run_once(ctx)
    [letter] = [one for one in letters(ctx, "review_due") if one.to == jonas.email]
    expected = {"link": "https://id.example/me/review", "reviewed_at": joined}
    assert ("de", expected) == (letter.language, letter.facts)


@pytest.mark.parametrize("status", [Status.INVITED, Status.DEACTIVATED])
def test_who_cannot_sign_in_is_not_reminded(
    ctx: Context, team: Team, jonas: Member, world: FrozenWorld, status: Status
) -> None:
    changed(ctx, jonas, status=status)
    world.advance(DUE)
    run_once(ctx)
    assert jonas.email not in [one.to for one in letters(ctx, "review_due")]


def test_a_policy_without_reviews_reminds_nobody(ctx: Context, world: FrozenWorld) -> None:
    team = account(ctx, policy=Policy(review_months=0))
    world.advance(400 * DAY)
    run_once(ctx)
    home = reports.home(ctx, signed_in(ctx, team.owner))
    assert [] == letters(ctx, "review_due")
    assert not [one for one in home.items if one.kind.startswith("review")]


def test_each_account_has_its_own_months(ctx: Context, team: Team, world: FrozenWorld) -> None:
    often = account(ctx, "tom.berg", staff=[], policy=Policy(review_months=3))
    world.advance(91 * DAY)
    run_once(ctx)
    assert [often.owner.email] == [one.to for one in letters(ctx, "review_due")]


def test_switching_it_on_later_reminds_who_is_due_by_then(ctx: Context, world: FrozenWorld) -> None:
    team = account(ctx, policy=Policy(review_months=0))
    world.advance(100 * DAY)
    nora = signed_in(ctx, team.owner)
    change_policy(ctx, nora, NewPolicy(Policy(review_months=3), team.account.version))
    run_once(ctx)
    assert 2 == len(letters(ctx, "review_due"))


def test_two_at_once_remind_once(ctx: Context, team: Team, world: FrozenWorld) -> None:
    world.advance(DUE)
    moment = ctx.moment()
    at_once(3, lambda _: reminding.remind(ctx, moment))
    assert 3 == len(letters(ctx, "review_due"))


def test_who_answered_a_moment_ago_is_not_reminded(
    ctx: Context, team: Team, jonas: Member, world: FrozenWorld
) -> None:
    """The search was before the answer, the reminder after it."""
    world.advance(DUE)
    run_once(ctx)
    world.advance(14 * DAY)
    due = {6: world.now() - DUE}
    found = ctx.db.read(lambda conn: reviews.to_remind(conn, due, world.now() - 14 * DAY, 10))
    [mine] = [one for one in found if one.member_id == jonas.id]
    all_there(ctx, jonas)
    assert not ctx.db.write(lambda conn: reviews.reminded(conn, mine, world.now()))


def test_whom_to_remind_is_one_question_however_many_there_are(
    ctx: Context, team: Team, world: FrozenWorld
) -> None:
    with statements(ctx) as sent:
        reminding.remind(ctx, ctx.moment())
    assert 1 == len(sent)


# Where it is seen


def test_home_asks_who_is_due_and_tells_owners_how_many_others_are(
    ctx: Context, team: Team, jonas: Member, world: FrozenWorld
) -> None:
    world.advance(DUE)
    nora = {one.kind: dict(one.facts) for one in reports.home(ctx, signed_in(ctx, team.owner)).items}
    own = {one.kind: dict(one.facts) for one in reports.home(ctx, signed_in(ctx, jonas)).items}
    all_there(ctx, jonas)
    after = [one.kind for one in reports.home(ctx, signed_in(ctx, jonas)).items]
    fewer = {one.kind: dict(one.facts) for one in reports.home(ctx, signed_in(ctx, team.owner)).items}
    assert ({"since": world.now()}, {"count": 2}) == (nora["review_due"], nora["reviews_due"])
    assert {"since": world.now()} == own["review_due"]
    assert "reviews_due" not in own
    assert "review_due" not in after
    assert {"count": 1} == fewer["reviews_due"]


def test_the_staff_list_finds_whose_review_is_due(
    ctx: Context, team: Team, jonas: Member, world: FrozenWorld
) -> None:
    world.advance(DUE)
    all_there(ctx, jonas)
    changed(ctx, team["mia.zuercher"], status=Status.DEACTIVATED)
    found = list_staff(ctx, signed_in(ctx, team.owner), Search(state="review_due"))
    assert (["nora.keller"], 1) == ([row.member.username for row in found.rows], found.counts["review_due"])


def test_without_reviews_the_staff_list_finds_nobody(ctx: Context, world: FrozenWorld) -> None:
    team = account(ctx, policy=Policy(review_months=0))
    world.advance(400 * DAY)
    found = list_staff(ctx, signed_in(ctx, team.owner), Search(state="review_due"))
    assert ((), 0) == (found.rows, found.counts["review_due"])


def test_profiles_say_when_it_was_and_will_be(
    ctx: Context, team: Team, jonas: Member, world: FrozenWorld
) -> None:
    world.advance(DAY)
    all_there(ctx, jonas)
    seen = profile(ctx, signed_in(ctx, team.owner), "jonas.frei")
    own = reports.profile_of_me(ctx, signed_in(ctx, reloaded(ctx, jonas)))
    assert (world.now(), world.now() + DUE) == (seen.member.reviewed_at, seen.review_due_at)
    assert (world.now() + DUE, world.now()) == (own.review_due_at, own.ways[0].reviewed_at)


@pytest.mark.parametrize(("before", "after", "told"), [(6, 12, 1), (6, 0, 1), (0, 12, 0), (6, 3, 0)])
def test_asking_for_it_less_often_is_told_to_owners(ctx: Context, before: int, after: int, told: int) -> None:
    team = account(ctx, policy=Policy(review_months=before))
    new = NewPolicy(Policy(review_months=after), team.account.version)
    change_policy(ctx, signed_in(ctx, team.owner), new)
    assert told == len(letters(ctx, "policy_changed"))


def test_who_has_nothing_left_is_not_asked_about_it(ctx: Context, jonas: Member, world: FrozenWorld) -> None:
    """After a reset, until the set-up starts the clock anew."""
    without(ctx, jonas, "totp")
    world.advance(DUE)
    run_once(ctx)
    assert reloaded(ctx, jonas).reviewed_at is None
    assert jonas.email not in [one.to for one in letters(ctx, "review_due")]
