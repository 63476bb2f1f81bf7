"""Sessions: how long they live, how they are woken and confirmed, and that an ended one is dead at once."""

from dataclasses import replace
from datetime import timedelta

import pytest

from sparekey.core.contract import Answer
from sparekey.core.people import Member, Policy, Role
from sparekey.core.permissions import Action
from sparekey.core.proofs import Aal, assurance
from sparekey.core.recovery_case import Delivery
from sparekey.core.sessions import Scope
from sparekey.core.sign_in import Standing
from sparekey.errors import (
    NotFound,
    NotSignedIn,
    SessionIdle,
    StepUpNeeded,
    StorageTrouble,
    TooManyTries,
    WrongProof,
)
from sparekey.flows import sessions, sign_in
from sparekey.flows.context import Context, Visitor
from sparekey.flows.own import apps, replacing
from sparekey.store import sessions as kept
from tests.flows.steps import NEW_PASSWORD, answer, half, helped, refusal, shows, wrong_code
from tests.people import (
    PASSWORD,
    SOMEBODY,
    Browser,
    Team,
    account,
    again,
    code_of,
    entries,
    opened,
    renamed,
    signed_in,
    signs_in,
    stands,
    tags,
    with_backup_codes,
)
from tests.world import FrozenWorld

MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)
ROLES = {"ivana.admin": Role.ADMIN, "luca.auditor": Role.AUDITOR}
OVERALL = {"nora.keller": 12, "ivana.admin": 12, "luca.auditor": 12, "jonas.frei": 24}


@pytest.fixture
def team(ctx: Context) -> Team:
    return account(ctx, others=ROLES, policy=Policy(remember_days=30, reveal_current=True))


@pytest.fixture
def jonas(team: Team) -> Member:
    return team["jonas.frei"]


@pytest.fixture
def browser(ctx: Context, jonas: Member) -> Browser:
    return signed_in(ctx, jonas)


def is_fresh(ctx: Context, browser: Browser) -> bool:
    try:
        sessions.demand_right(ctx, again(ctx, browser), Action.CHANGE_OWN)
    except StepUpNeeded:
        return False
    return True


def confirmed(ctx: Context, browser: Browser, who: Member) -> Browser:
    started = sessions.confirm(ctx, again(ctx, browser), PASSWORD, Answer.CODE, code_of(ctx, who))
    return opened(ctx, browser, started.token)


def level(ctx: Context, browser: Browser) -> Aal:
    session = again(ctx, browser).session
    assert session is not None
    return assurance(session.proofs).aal


@pytest.mark.parametrize(("name", "hours"), OVERALL.items())
def test_a_session_ends_after_its_role_s_time_however_much_it_is_used(
    ctx: Context, team: Team, world: FrozenWorld, name: str, hours: int
) -> None:
    browser = signed_in(ctx, team[name])
    for _ in range(2 * hours - 1):
        world.advance(HOUR / 2)
        assert again(ctx, browser).session is not None
    world.advance(HOUR / 2)
    assert again(ctx, browser).session is None


def test_an_unused_session_sleeps_after_an_hour(ctx: Context, browser: Browser, world: FrozenWorld) -> None:
    world.advance(HOUR - timedelta(microseconds=1))
    awake = again(ctx, browser).is_idle
    world.advance(HOUR)
    asleep = again(ctx, browser)
    assert (False, True) == (awake, asleep.is_idle)
    assert SessionIdle is type(refusal(lambda: sessions.demand_member(asleep)))


def test_the_password_alone_wakes_it_under_a_new_token(
    ctx: Context, team: Team, browser: Browser, world: FrozenWorld
) -> None:
    world.advance(HOUR)
    started = sessions.wake(ctx, again(ctx, browser), PASSWORD)
    awake = opened(ctx, browser, started.token)
    assert (False, Scope.FULL) == (awake.is_idle, started.session.scope)
    assert again(ctx, browser).session is None
    assert browser.session is not None
    assert browser.session.expires_at == started.session.expires_at
    assert not is_fresh(ctx, awake)
    assert 1 == tags(ctx, team.account.id).count("member:session:woken")


def test_a_wrong_password_wakes_nothing_and_counts(
    ctx: Context, browser: Browser, jonas: Member, world: FrozenWorld
) -> None:
    world.advance(HOUR)
    refused = [refusal(lambda: sessions.wake(ctx, again(ctx, browser), "wrong")) for _ in range(6)]
    assert [WrongProof] * 5 + [TooManyTries] == list(map(type, refused))
    assert half(ctx, jonas).member is not None


def test_an_ended_session_is_never_woken(ctx: Context, browser: Browser, world: FrozenWorld) -> None:
    asleep = replace(browser, is_idle=True)
    sessions.sign_out(ctx, browser)
    assert NotSignedIn is type(refusal(lambda: sessions.wake(ctx, asleep, PASSWORD)))


@pytest.mark.parametrize("scope", [Scope.HALF, Scope.ENROL, Scope.ROTATE, Scope.CODES])
def test_only_a_finished_session_is_woken_or_confirmed(ctx: Context, browser: Browser, scope: Scope) -> None:
    assert browser.session is not None
    other = replace(browser, session=replace(browser.session, scope=scope))
    assert NotSignedIn is type(refusal(lambda: sessions.wake(ctx, other, PASSWORD)))
    assert NotSignedIn is type(refusal(lambda: sessions.confirm(ctx, other, PASSWORD, Answer.CODE, "1")))


def test_the_sign_in_itself_is_fresh_for_five_minutes(
    ctx: Context, browser: Browser, world: FrozenWorld
) -> None:
    world.advance(5 * MINUTE)
    last = is_fresh(ctx, browser)
    world.advance(timedelta(microseconds=1))
    assert (True, False) == (last, is_fresh(ctx, browser))


def test_confirming_is_fresh_for_five_minutes_under_a_new_token_each_time(
    ctx: Context, team: Team, browser: Browser, jonas: Member, world: FrozenWorld
) -> None:
    world.advance(10 * MINUTE)
    first = confirmed(ctx, browser, jonas)
    world.advance(MINUTE)
    second = confirmed(ctx, first, jonas)
    old = [again(ctx, one).session for one in (browser, first)]
    world.advance(5 * MINUTE)
    assert is_fresh(ctx, second)
    assert ([None, None], 3) == (old, len({browser.token, first.token, second.token}))
    assert 2 == tags(ctx, team.account.id).count("member:step_up:proved")


def test_confirming_does_not_lengthen_a_session(
    ctx: Context, browser: Browser, jonas: Member, world: FrozenWorld
) -> None:
    world.advance(10 * MINUTE)
    after = confirmed(ctx, browser, jonas)
    assert browser.session is not None
    assert after.session is not None
    assert browser.session.expires_at == after.session.expires_at


def test_a_failed_confirmation_is_recorded_with_its_reason_and_changes_nothing(
    ctx: Context, team: Team, browser: Browser, jonas: Member, world: FrozenWorld
) -> None:
    world.advance(10 * MINUTE)
    late, right, wrong = again(ctx, browser), code_of(ctx, jonas), wrong_code(ctx, jonas)
    refusal(lambda: sessions.confirm(ctx, late, "wrong", Answer.CODE, right))
    refusal(lambda: sessions.confirm(ctx, late, PASSWORD, Answer.CODE, wrong))
    failures = [one.data for one in entries(ctx, team.account.id) if one.tag == "member:step_up:failed"]
    assert [{"reason": "wrong_proof"}, {"reason": "wrong"}] == failures
    assert not is_fresh(ctx, browser)


def test_an_exposed_secret_confirms_nothing(ctx: Context, browser: Browser, jonas: Member) -> None:
    stands(ctx, jonas, "totp", Standing.EXPOSED)
    refused = refusal(lambda: sessions.confirm(ctx, browser, PASSWORD, Answer.CODE, code_of(ctx, jonas)))
    assert (WrongProof, ()) == (type(refused), sessions.answers_for_step_up(ctx, browser))


def test_a_temporary_secret_confirms_nothing(
    ctx: Context, team: Team, browser: Browser, jonas: Member
) -> None:
    helped(ctx, signed_in(ctx, team.owner), jonas)
    code = code_of(ctx, jonas, "temporary_secret")
    refused = refusal(lambda: sessions.confirm(ctx, browser, PASSWORD, Answer.CODE, code))
    assert (WrongProof, "wrong") == (type(refused), refused.reason)


def test_a_backup_code_confirms(ctx: Context, browser: Browser, jonas: Member, world: FrozenWorld) -> None:
    codes = with_backup_codes(ctx, jonas)
    world.advance(10 * MINUTE)
    started = sessions.confirm(ctx, again(ctx, browser), PASSWORD, Answer.BACKUP_CODE, codes[0])
    assert is_fresh(ctx, opened(ctx, browser, started.token))


def test_the_ways_to_confirm_stay_the_same_after_a_new_password(
    ctx: Context, browser: Browser, jonas: Member
) -> None:
    with_backup_codes(ctx, jonas)
    started = replacing.change_password(ctx, browser, PASSWORD, NEW_PASSWORD)
    after = opened(ctx, browser, started.token)
    assert (Answer.CODE, Answer.BACKUP_CODE) == sessions.answers_for_step_up(ctx, after)


@pytest.mark.parametrize("delivery", [Delivery.SCREEN, Delivery.CURRENT, Delivery.LINK])
def test_a_session_by_a_factor_that_somebody_else_may_hold_drops_to_aal1(
    ctx: Context, team: Team, browser: Browser, jonas: Member, delivery: Delivery
) -> None:
    ctx = replace(ctx, site=replace(ctx.site, is_demo=True))
    before = level(ctx, browser)
    helped(ctx, signed_in(ctx, team.owner), jonas, delivery)
    assert (Aal.AAL2, Aal.AAL1) == (before, level(ctx, browser))


def test_last_uses_are_kept_in_memory_and_written_in_batches(
    ctx: Context, browser: Browser, world: FrozenWorld
) -> None:
    def written() -> timedelta:
        stored = ctx.db.read(lambda conn: kept.find(conn, browser.token_hash))
        assert stored is not None
        return stored.session.last_used_at - stored.session.created_at

    world.advance(timedelta(seconds=59))
    again(ctx, browser)
    seconds = ctx.last_uses.of(browser.token_hash)
    world.advance(timedelta(seconds=1))
    again(ctx, browser)
    before = written()
    sessions.flush(ctx)
    assert (None, timedelta(), MINUTE) == (seconds, before, written())
    assert {} == ctx.last_uses.take()


def test_last_uses_that_could_not_be_written_are_written_with_the_next_batch(
    ctx: Context, browser: Browser, world: FrozenWorld
) -> None:
    class Full(type(ctx.db)):  # type: ignore[misc]
        def write(self, unit: object) -> object:
            raise StorageTrouble(reason="full")

    world.advance(30 * MINUTE)
    again(ctx, browser)
    ctx.db.__class__ = Full
    refusal(lambda: sessions.flush(ctx))
    assert world.now() == ctx.last_uses.of(browser.token_hash)


def test_signing_out_ends_the_session_at_once(ctx: Context, team: Team, browser: Browser) -> None:
    sessions.sign_out(ctx, browser)
    assert again(ctx, browser).session is None
    assert "member:session:ended" == tags(ctx, team.account.id)[-1]


def test_devices_are_listed_this_one_first(ctx: Context, jonas: Member, world: FrozenWorld) -> None:
    browsers = []
    for name in ("one", "two", "three"):
        browsers.append(signed_in(ctx, jonas, visitor=replace(SOMEBODY, device=name)))
        world.advance(MINUTE)
    listed = sessions.devices(ctx, again(ctx, browsers[1]))
    assert [("two", True), ("three", False), ("one", False)] == [(one.device, one.is_this) for one in listed]


def test_a_device_is_signed_out_at_once(ctx: Context, jonas: Member, browser: Browser) -> None:
    other = signed_in(ctx, jonas)
    assert other.session is not None
    sessions.end_device(ctx, browser, other.session.id)
    assert (None, True) == (again(ctx, other).session, again(ctx, browser).session is not None)


def test_nobody_signs_out_somebody_else_s_device(ctx: Context, team: Team, browser: Browser) -> None:
    other = signed_in(ctx, team.owner)
    assert other.session is not None
    session_id = other.session.id
    assert NotFound is type(refusal(lambda: sessions.end_device(ctx, browser, session_id)))


def test_all_others_are_signed_out_at_once(ctx: Context, team: Team, jonas: Member, browser: Browser) -> None:
    others = [signed_in(ctx, jonas), signed_in(ctx, jonas), half(ctx, jonas)]
    colleague = signed_in(ctx, team.owner)
    assert 3 == sessions.end_others(ctx, browser)
    assert [None] * 3 == [again(ctx, one).session for one in others]
    assert None not in (again(ctx, browser).session, again(ctx, colleague).session)


def test_ending_devices_asks_for_fresh_proofs(ctx: Context, browser: Browser, world: FrozenWorld) -> None:
    world.advance(6 * MINUTE)
    asleep = again(ctx, browser)
    assert StepUpNeeded is type(refusal(lambda: sessions.end_others(ctx, asleep)))
    assert StepUpNeeded is type(refusal(lambda: sessions.end_device(ctx, asleep, "ses_x")))


HOME = replace(SOMEBODY, browser="home")


def _remembers(ctx: Context, who: Member) -> Visitor:
    """A browser at home in which this person was to be remembered."""
    return renamed(ctx, HOME, answer(ctx, half(ctx, who, HOME), code_of(ctx, who), remember=True).started)


def _change_secret(ctx: Context, browser: Browser, _: Browser) -> None:
    shown = apps.propose(ctx, browser)
    replacing.switch_secret(ctx, browser, shows(ctx, shown.secret))


def _new_codes(ctx: Context, browser: Browser, _: Browser) -> None:
    replacing.make_codes(ctx, browser)
    staged = replacing.staged_codes(ctx, browser)
    assert staged is not None
    replacing.switch_codes(ctx, browser, staged.shown[0])


def _sign_out_elsewhere(ctx: Context, browser: Browser, _: Browser) -> None:
    sessions.end_others(ctx, browser)


def _be_helped(ctx: Context, browser: Browser, owner: Browser) -> None:
    assert browser.member is not None
    helped(ctx, owner, browser.member)


def _be_disabled(ctx: Context, browser: Browser, _: Browser) -> None:
    assert browser.member is not None
    stands(ctx, browser.member, "totp", Standing.DISABLED)


@pytest.mark.parametrize(
    "change", [_change_secret, _new_codes, _sign_out_elsewhere, _be_helped, _be_disabled]
)
def test_no_browser_is_remembered_beyond_a_change_of_factor(
    ctx: Context, team: Team, jonas: Member, browser: Browser, change: object
) -> None:
    assert callable(change)
    home = _remembers(ctx, jonas)
    before = sign_in.begin(ctx, home, "jonas.frei", PASSWORD).started
    change(ctx, browser, signed_in(ctx, team.owner))
    after = sign_in.begin(ctx, renamed(ctx, home, before), "jonas.frei", PASSWORD).started
    assert (Scope.FULL, Scope.HALF) == (before.session.scope, after.session.scope)


def test_no_browser_is_remembered_beyond_a_change_of_password(
    ctx: Context, jonas: Member, browser: Browser
) -> None:
    home = _remembers(ctx, jonas)
    replacing.change_password(ctx, browser, PASSWORD, NEW_PASSWORD)
    outcome = sign_in.begin(ctx, home, "jonas.frei", NEW_PASSWORD)
    assert Scope.HALF is outcome.started.session.scope


def test_who_signs_in_with_a_copied_cookie_takes_nobody_s_remembered_browser_along(
    ctx: Context, world: FrozenWorld
) -> None:
    """Whose password they know as well."""
    team = account(ctx, policy=Policy(remember_days=30))
    jonas, browser = team["jonas.frei"], replace(SOMEBODY, browser="home")
    started = answer(ctx, half(ctx, jonas, browser), code_of(ctx, jonas), remember=True).started
    thief = signs_in(ctx, team.owner, visitor=renamed(ctx, browser, started))
    copied = replace(SOMEBODY, browser=thief.browser)
    assert Scope.HALF is sign_in.begin(ctx, copied, jonas.username, PASSWORD).started.session.scope


def test_a_remembered_browser_confirms_for_more_than_its_own_page(
    ctx: Context, jonas: Member, world: FrozenWorld
) -> None:
    home = _remembers(ctx, jonas)
    world.advance(MINUTE)
    browser = opened(ctx, home, sign_in.begin(ctx, home, "jonas.frei", PASSWORD).started.token)
    before = is_fresh(ctx, browser)
    after = confirmed(ctx, browser, jonas)
    assert (False, True) == (before, is_fresh(ctx, after))
    assert after.session is not None
    assert not after.session.is_remembered


def test_a_cookie_of_nobody_is_nobody(ctx: Context) -> None:
    assert (None, None) == (opened(ctx, SOMEBODY, "").session, opened(ctx, SOMEBODY, "f" * 64).session)
