"""The forced change: everything old is gone at once, and nothing is in force before it is complete."""

from datetime import timedelta

import pytest

from sparekey.core.contract import Answer
from sparekey.core.people import Member, Policy, Role
from sparekey.core.recovery_case import Delivery, State
from sparekey.core.sessions import Scope
from sparekey.core.sign_in import SignedIn, Standing
from sparekey.errors import BadInput, Conflict, LinkUnusable, NotSignedIn, Stale, WrongProof
from sparekey.flows import _staging, recover, rotate, sessions, sign_in
from sparekey.flows._work import unit
from sparekey.flows.context import Context
from sparekey.flows.joining import setup
from sparekey.store import people
from tests.flows.steps import (
    NEW_PASSWORD,
    answer,
    at_once,
    case_of,
    changes_all,
    half,
    helped,
    redeemed,
    refusal,
    scopes,
    shows,
    standings,
    token_in,
)
from tests.people import (
    PASSWORD,
    SOMEBODY,
    Browser,
    Team,
    account,
    again,
    code_of,
    letters,
    opened,
    renamed,
    signed_in,
    tags,
    with_backup_codes,
)
from tests.world import FrozenWorld

MINUTE = timedelta(minutes=1)


@pytest.fixture
def team(ctx: Context) -> Team:
    return account(
        ctx, others={"second.owner": Role.OWNER}, policy=Policy(reveal_current=True, remember_days=30)
    )


@pytest.fixture
def jonas(team: Team) -> Member:
    return team["jonas.frei"]


@pytest.fixture
def nora(ctx: Context, team: Team) -> Browser:
    return signed_in(ctx, team.owner)


@pytest.fixture
def browser(ctx: Context, nora: Browser, jonas: Member) -> Browser:
    """Jonas, in the forced change."""
    helped(ctx, nora, jonas)
    return redeemed(ctx, jonas)


def begun(ctx: Context, nora: Browser, jonas: Member, delivery: Delivery) -> Browser:
    """In the forced change, by this delivery."""
    helped(ctx, nora, jonas, delivery)
    if delivery is Delivery.LINK:
        token = token_in(str(letters(ctx, "setup_link")[0].facts["link"]))
        return opened(ctx, SOMEBODY, setup.accept_lost(ctx, SOMEBODY, token, PASSWORD).token)
    if delivery is Delivery.CURRENT:
        secret = recover.view(ctx, nora, jonas.id, "page").secret
        return opened(ctx, SOMEBODY, answer(ctx, half(ctx, jonas), shows(ctx, secret)).started.token)
    return redeemed(ctx, jonas)


@pytest.mark.parametrize("delivery", list(Delivery))
def test_the_main_job_from_the_hand_over_to_the_next_sign_in(
    ctx: Context, team: Team, nora: Browser, jonas: Member, world: FrozenWorld, delivery: Delivery
) -> None:
    old_codes = with_backup_codes(ctx, jonas)
    browser = begun(ctx, nora, jonas, delivery)
    done = changes_all(ctx, browser)
    codes = rotate.shown_codes(ctx, done)
    after = setup.prove_saved(ctx, done, codes[0])
    world.advance(MINUTE)
    outcome = answer(ctx, half(ctx, jonas, password=NEW_PASSWORD), code_of(ctx, jonas))
    assert (None, State.COMPLETED) == (after, case_of(ctx, jonas).state)
    assert isinstance(outcome.decision, SignedIn)
    assert not outcome.must_change_secret
    assert {
        "password": Standing.ACTIVE,
        "totp": Standing.ACTIVE,
        "backup_codes": Standing.ACTIVE,
    } == standings(ctx, jonas)
    assert WrongProof is type(refusal(lambda: half(ctx, jonas)))
    again_half = half(ctx, jonas, password=NEW_PASSWORD)
    assert "wrong" == refusal(lambda: answer(ctx, again_half, old_codes[0], Answer.BACKUP_CODE)).reason


@pytest.mark.parametrize("delivery", list(Delivery))
def test_each_step_is_on_the_audit_log_once(
    ctx: Context, team: Team, nora: Browser, jonas: Member, delivery: Delivery
) -> None:
    changes_all(ctx, begun(ctx, nora, jonas, delivery))
    found = [tag.rsplit(":", 1)[1] for tag in tags(ctx, team.account.id) if ":recovery_case:" in tag]
    expected = ["opened", "allowed", "issued", "redeemed", "completed"]
    assert expected == [tag for tag in found if tag != "viewed"]


def test_nothing_is_in_force_before_the_end(ctx: Context, jonas: Member, browser: Browser) -> None:
    before = standings(ctx, jonas)
    rotate.stage_password(ctx, browser, NEW_PASSWORD)
    rotate.propose(ctx, browser)
    assert before == standings(ctx, jonas)
    assert half(ctx, jonas).session is not None
    assert WrongProof is type(refusal(lambda: half(ctx, jonas, password=NEW_PASSWORD)))


def test_every_other_session_and_remembered_browser_ends(ctx: Context, jonas: Member, nora: Browser) -> None:
    home = SOMEBODY.__class__(source="198.51.100.9", browser="home")
    started = answer(ctx, half(ctx, jonas, home), code_of(ctx, jonas), remember=True).started
    home = renamed(ctx, home, started)
    others = [signed_in(ctx, jonas), half(ctx, jonas)]
    helped(ctx, nora, jonas)
    changes_all(ctx, redeemed(ctx, jonas))
    assert ["codes"] == scopes(ctx, jonas)
    assert [None, None] == [again(ctx, one).session for one in others]
    assert Scope.HALF is sign_in.begin(ctx, home, jonas.username, NEW_PASSWORD).started.session.scope


def test_owners_and_the_person_are_told(
    ctx: Context, team: Team, jonas: Member, browser: Browser, world: FrozenWorld
) -> None:
    changes_all(ctx, browser)
    told = [(one.kind, one.to) for one in letters(ctx) if "completed" in one.kind]
    assert [
        ("recovery_completed", jonas.email),
        ("recovery_completed_owners", team.owner.email),
        ("recovery_completed_owners", team["second.owner"].email),
    ] == sorted(told)


def test_a_letter_that_still_carries_the_secret_is_not_sent(
    ctx: Context, nora: Browser, jonas: Member
) -> None:
    helped(ctx, nora, jonas, Delivery.MAIL)
    changes_all(ctx, redeemed(ctx, jonas))
    assert [] == letters(ctx, "secret_sent")


def test_the_password_must_be_a_new_one(ctx: Context, browser: Browser) -> None:
    refused = refusal(lambda: rotate.stage_password(ctx, browser, PASSWORD))
    assert (BadInput, "same_as_before") == (type(refused), refused.reason)
    assert "password" == rotate.step_reached(ctx, browser)


@pytest.mark.parametrize(
    ("password", "reason"),
    [
        ("short", "too_short"),
        ("x" * 129, "too_long"),
        ("jonas.frei jonas", "context_word"),
        ("", "too_short"),
    ],
)
def test_a_bad_password_is_refused_with_its_rule(
    ctx: Context, browser: Browser, password: str, reason: str
) -> None:
    assert reason == refusal(lambda: rotate.stage_password(ctx, browser, password)).reason


def test_the_steps_come_in_their_order(ctx: Context, browser: Browser) -> None:
    assert "password_first" == refusal(lambda: rotate.propose(ctx, browser)).reason
    assert "password_first" == refusal(lambda: rotate.commit(ctx, browser, "123456")).reason
    rotate.stage_password(ctx, browser, NEW_PASSWORD)
    assert "secret" == rotate.step_reached(ctx, browser)
    assert "pending_expired" == refusal(lambda: rotate.commit(ctx, browser, "123456")).reason


def test_a_pending_secret_stays_the_same_for_ten_minutes(
    ctx: Context, browser: Browser, world: FrozenWorld
) -> None:
    rotate.stage_password(ctx, browser, NEW_PASSWORD)
    first = rotate.propose(ctx, browser)
    world.advance(10 * MINUTE - timedelta(seconds=1))
    second = rotate.propose(ctx, browser)
    world.advance(timedelta(seconds=1))
    refused = refusal(lambda: rotate.commit(ctx, browser, shows(ctx, first.secret)))
    assert first == second
    assert (Conflict, "pending_expired") == (type(refused), refused.reason)
    assert first != rotate.propose(ctx, browser)


def test_a_code_of_the_temporary_secret_finishes_nothing(
    ctx: Context, jonas: Member, browser: Browser
) -> None:
    rotate.stage_password(ctx, browser, NEW_PASSWORD)
    rotate.propose(ctx, browser)
    code = code_of(ctx, jonas, "temporary_secret")
    assert "wrong" == refusal(lambda: rotate.commit(ctx, browser, code)).reason
    assert State.ROTATING is case_of(ctx, jonas).state


def test_after_thirty_minutes_nothing_can_be_finished(
    ctx: Context, jonas: Member, browser: Browser, world: FrozenWorld
) -> None:
    rotate.stage_password(ctx, browser, NEW_PASSWORD)
    world.advance(25 * MINUTE)
    shown = rotate.propose(ctx, browser)
    world.advance(5 * MINUTE)
    assert NotSignedIn is type(refusal(lambda: rotate.commit(ctx, browser, shows(ctx, shown.secret))))
    assert again(ctx, browser).session is None


def test_a_case_that_ended_meanwhile_lets_nothing_through(
    ctx: Context, nora: Browser, jonas: Member, browser: Browser
) -> None:
    rotate.stage_password(ctx, browser, NEW_PASSWORD)
    shown = rotate.propose(ctx, browser)
    recover.take_back(ctx, nora, jonas.id)
    assert NotSignedIn is type(refusal(lambda: rotate.commit(ctx, browser, shows(ctx, shown.secret))))
    assert half(ctx, jonas).session is not None


def test_a_tab_that_is_behind_is_told_that_somebody_was_faster(ctx: Context, browser: Browser) -> None:
    rotate.stage_password(ctx, browser, NEW_PASSWORD)
    seen, _ = _staging.peek(ctx, browser, Scope.ROTATE)
    rotate.propose(ctx, browser)
    behind = refusal(
        lambda: unit(
            ctx, browser, ctx.moment(), lambda work: _staging.load_unchanged(work, seen, Scope.ROTATE)
        )
    )
    assert Stale is type(behind)


def test_ten_commits_at_once_leave_one_change(
    ctx: Context, team: Team, jonas: Member, browser: Browser
) -> None:
    rotate.stage_password(ctx, browser, NEW_PASSWORD)
    code = shows(ctx, rotate.propose(ctx, browser).secret)
    results = at_once(10, lambda _: rotate.commit(ctx, browser, code))
    assert 9 == len([one for one in results if isinstance(one, NotSignedIn | Stale)])
    assert 1 == tags(ctx, team.account.id).count("member:recovery_case:completed")


def test_the_restricted_session_opens_nothing_else(ctx: Context, jonas: Member, browser: Browser) -> None:
    for act in (sessions.demand_member, sign_in.demand_half):
        assert NotSignedIn is type(refusal(lambda act=act: act(browser)))  # type: ignore[misc]


def test_the_last_page_shows_the_codes_once_and_opens_nothing_else(
    ctx: Context, jonas: Member, browser: Browser
) -> None:
    done = changes_all(ctx, browser)
    shown = rotate.shown_codes(ctx, done)
    assert NotSignedIn is type(refusal(lambda: rotate.propose(ctx, done)))
    setup.leave(ctx, done)
    assert 10 == len(set(shown))
    assert [] == scopes(ctx, jonas)


def test_who_is_not_in_the_change_sees_none_of_it(ctx: Context, nora: Browser) -> None:
    for act in (
        rotate.demand_rotation,
        lambda v: rotate.propose(ctx, v),
        lambda v: rotate.commit(ctx, v, "1"),
    ):
        assert NotSignedIn is type(refusal(lambda act=act: act(nora)))  # type: ignore[misc]
    assert NotSignedIn is type(refusal(lambda: rotate.ends_at(SOMEBODY)))
    assert NotSignedIn is type(refusal(lambda: rotate.handed_over_by(ctx, SOMEBODY)))


def test_a_used_link_says_so(ctx: Context, nora: Browser, jonas: Member) -> None:
    changes_all(ctx, begun(ctx, nora, jonas, Delivery.LINK))
    ended = refusal(lambda: setup.open_link(ctx, SOMEBODY, token_in(_link(ctx, nora, jonas))))
    assert LinkUnusable is type(ended)


def _link(ctx: Context, nora: Browser, jonas: Member) -> str:
    """The link of another hand-over, taken back again."""
    helped(ctx, nora, jonas, Delivery.LINK)
    link = str(letters(ctx, "setup_link")[-1].facts["link"])
    recover.take_back(ctx, nora, jonas.id)
    return link


def test_whoever_came_back_bears_the_time_of_it(ctx: Context, jonas: Member, nora: Browser) -> None:
    helped(ctx, nora, jonas)
    changes_all(ctx, redeemed(ctx, jonas))
    after = ctx.db.read(lambda conn: people.member(conn, jonas.account_id, jonas.id))
    assert (None, ctx.moment().at) == (jonas.recovered_at, after.recovered_at)
