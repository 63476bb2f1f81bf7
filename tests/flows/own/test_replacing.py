"""One's own ways in: what is in force stays in force until its replacement has been verified."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest

from sparekey.core.contract import Answer
from sparekey.core.people import Member
from sparekey.core.sign_in import SignedIn
from sparekey.errors import BadInput, Conflict, NotSignedIn, StepUpNeeded, TooManyTries, WrongProof
from sparekey.flows import sessions
from sparekey.flows.context import Context
from sparekey.flows.own import apps, replacing
from sparekey.store import lists
from sparekey.store.lists import Search
from tests.flows.steps import NEW_PASSWORD, CountingPool, T, answer, half, refusal, shows
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
    signed_in,
    tags,
    with_backup_codes,
)
from tests.world import FrozenWorld

MINUTE = timedelta(minutes=1)


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
def browser(ctx: Context, jonas: Member, codes: list[str]) -> Browser:
    return signed_in(ctx, jonas)


ACTS: dict[str, Callable[[Context, Browser], object]] = {
    "propose": apps.propose,
    "switch": lambda ctx, who: replacing.switch_secret(ctx, who, "123456"),
    "password": lambda ctx, who: replacing.change_password(ctx, who, PASSWORD, NEW_PASSWORD),
    "make codes": replacing.make_codes,
    "staged codes": replacing.staged_codes,
    "switch codes": lambda ctx, who: replacing.switch_codes(ctx, who, "x"),
}


@pytest.mark.parametrize("act", ACTS.values(), ids=list(ACTS))
def test_every_change_asks_for_fresh_proofs(
    ctx: Context, browser: Browser, world: FrozenWorld, act: Callable[[Context, Browser], object]
) -> None:
    world.advance(6 * MINUTE)
    assert StepUpNeeded is type(refusal(lambda: act(ctx, again(ctx, browser))))


@pytest.mark.parametrize("act", ACTS.values(), ids=list(ACTS))
def test_one_factor_changes_nothing(
    ctx: Context, jonas: Member, codes: list[str], act: Callable[[Context, Browser], object]
) -> None:
    remembered = signed_in(ctx, jonas, aal2=False)
    assert StepUpNeeded is type(refusal(lambda: act(ctx, remembered)))


# The secret


def test_the_old_secret_works_until_the_new_one_is_verified(
    ctx: Context, team: Team, jonas: Member, browser: Browser, world: FrozenWorld
) -> None:
    shown = apps.propose(ctx, browser)
    old = code_of(ctx, jonas)
    before = answer(ctx, half(ctx, jonas), old).decision
    world.advance(MINUTE)
    replacing.switch_secret(ctx, browser, shows(ctx, shown.secret))
    world.advance(MINUTE)
    after = answer(ctx, half(ctx, jonas), shows(ctx, shown.secret)).decision
    assert isinstance(before, SignedIn)
    assert isinstance(after, SignedIn)
    assert [("secret_changed", jonas.email)] == [(one.kind, one.to) for one in letters(ctx)]
    kinds = [one.data["kind"] for one in entries(ctx, team.account.id) if one.tag.endswith(":destroyed")]
    assert ["totp"] == kinds


def test_the_old_secret_is_dead_once_the_new_one_is_verified(
    ctx: Context, jonas: Member, browser: Browser, world: FrozenWorld
) -> None:
    world.advance(2 * MINUTE)
    old = code_of(ctx, jonas)
    replacing.switch_secret(ctx, browser, shows(ctx, apps.propose(ctx, browser).secret))
    assert "wrong" == refusal(lambda: answer(ctx, half(ctx, jonas), old)).reason


def test_a_wrong_code_switches_nothing_and_the_new_secret_stays(
    ctx: Context, jonas: Member, browser: Browser
) -> None:
    shown = apps.propose(ctx, browser)
    refused = refusal(lambda: replacing.switch_secret(ctx, browser, code_of(ctx, jonas)))
    assert (BadInput, "wrong", shown) == (
        type(refused),
        refused.reason,
        apps.propose(ctx, browser),
    )


def test_a_code_of_another_minute_is_told_while_the_secret_is_on_screen(
    ctx: Context, browser: Browser, world: FrozenWorld
) -> None:
    shown = apps.propose(ctx, browser)
    world.advance(3 * MINUTE)
    early = shows(ctx, shown.secret)
    world.advance(-3 * MINUTE)
    refused = refusal(lambda: replacing.switch_secret(ctx, browser, early))
    assert ("clock_wrong", 180) == (refused.reason, refused.facts["seconds"])


def test_a_pending_secret_dies_after_ten_minutes(
    ctx: Context, jonas: Member, browser: Browser, world: FrozenWorld
) -> None:
    shown = apps.propose(ctx, browser)
    world.advance(10 * MINUTE)
    started = sessions.confirm(ctx, again(ctx, browser), PASSWORD, Answer.CODE, code_of(ctx, jonas))
    later = opened(ctx, browser, started.token)
    refused = refusal(lambda: replacing.switch_secret(ctx, later, shows(ctx, shown.secret)))
    assert (Conflict, "pending_expired") == (type(refused), refused.reason)
    assert shown != apps.propose(ctx, later)


def test_keeping_the_old_secret_forgets_the_new_one(ctx: Context, browser: Browser) -> None:
    shown = apps.propose(ctx, browser)
    replacing.drop_pending(ctx, browser)
    refused = refusal(lambda: replacing.switch_secret(ctx, browser, shows(ctx, shown.secret)))
    assert (Conflict, "pending_expired") == (type(refused), refused.reason)


def test_a_stale_tab_switches_nothing(ctx: Context, browser: Browser, world: FrozenWorld) -> None:
    """Its secret was dropped in another tab, which then got a new one."""
    old = apps.propose(ctx, browser)
    replacing.drop_pending(ctx, browser)
    apps.propose(ctx, browser)
    assert "wrong" == refusal(lambda: replacing.switch_secret(ctx, browser, shows(ctx, old.secret))).reason


def test_a_new_secret_has_all_its_tries(ctx: Context, jonas: Member, browser: Browser) -> None:
    for _ in range(4):
        refusal(lambda: answer(ctx, half(ctx, jonas), "000000"))
    replacing.switch_secret(ctx, browser, shows(ctx, apps.propose(ctx, browser).secret))
    assert refusal(lambda: answer(ctx, half(ctx, jonas), "000000")).facts["tries_left"] is None


# The password


def test_a_new_password_ends_all_other_sessions_and_renews_this_one(
    ctx: Context, team: Team, jonas: Member, browser: Browser
) -> None:
    others = [signed_in(ctx, jonas), half(ctx, jonas)]
    started = replacing.change_password(ctx, browser, PASSWORD, NEW_PASSWORD)
    assert [None] * 3 == [again(ctx, one).session for one in (*others, browser)]
    assert opened(ctx, browser, started.token).session is not None
    assert half(ctx, jonas, password=NEW_PASSWORD).session is not None
    assert WrongProof is type(refusal(lambda: half(ctx, jonas)))
    assert ["others"] == [one.facts["signed_out"] for one in letters(ctx, "password_changed")]
    assert 1 == tags(ctx, team.account.id).count("member:password:changed")


def test_the_present_password_must_be_right_and_counts(ctx: Context, jonas: Member, browser: Browser) -> None:
    refused = [
        refusal(lambda: replacing.change_password(ctx, browser, "wrong", NEW_PASSWORD)) for _ in range(6)
    ]
    assert [BadInput] * 5 + [TooManyTries] == list(map(type, refused))
    assert ("wrong_password", 2) == (refused[2].reason, refused[2].facts["tries_left"])
    assert half(ctx, jonas).member is not None


@pytest.mark.parametrize(
    ("new", "reason"),
    [(PASSWORD, "same_as_before"), ("short", "too_short"), ("passwordpassword", "listed")],
)
def test_a_bad_new_password_changes_nothing(
    ctx: Context, jonas: Member, browser: Browser, new: str, reason: str
) -> None:
    refused = refusal(lambda: replacing.change_password(ctx, browser, PASSWORD, new))
    assert (BadInput, reason) == (type(refused), refused.reason)
    assert half(ctx, jonas).session is not None
    assert again(ctx, browser).session is not None


# The backup codes


def staged(ctx: Context, browser: Browser) -> replacing.Codes:
    replacing.make_codes(ctx, browser)
    found = replacing.staged_codes(ctx, browser)
    assert found is not None
    return found


def test_the_old_codes_work_until_a_new_one_was_entered(
    ctx: Context, team: Team, jonas: Member, codes: list[str], browser: Browser
) -> None:
    new = staged(ctx, browser)
    before = answer(ctx, half(ctx, jonas), codes[0], Answer.BACKUP_CODE).decision
    replacing.switch_codes(ctx, browser, new.shown[2])
    old = refusal(lambda: answer(ctx, half(ctx, jonas), codes[1], Answer.BACKUP_CODE))
    after = [answer(ctx, half(ctx, jonas), new.shown[n], Answer.BACKUP_CODE).codes_left for n in (2, 3)]
    assert isinstance(before, SignedIn)
    assert (10, "wrong", [9, 8]) == (new.old_left, old.reason, after)
    assert 1 == len(letters(ctx, "backup_codes_new"))
    [saved] = [one for one in entries(ctx, team.account.id) if one.tag.endswith("proven_saved")]
    assert str(saved.data["authenticator"]).startswith("aut_")


def test_a_wrong_code_leaves_the_old_ones_in_force(
    ctx: Context, jonas: Member, codes: list[str], browser: Browser
) -> None:
    staged(ctx, browser)
    refused = refusal(lambda: replacing.switch_codes(ctx, browser, codes[0]))
    assert (BadInput, "wrong") == (type(refused), refused.reason)
    assert isinstance(answer(ctx, half(ctx, jonas), codes[0], Answer.BACKUP_CODE).decision, SignedIn)


def test_staged_codes_wait_ten_minutes(
    ctx: Context, jonas: Member, browser: Browser, world: FrozenWorld
) -> None:
    new = staged(ctx, browser)
    world.advance(10 * MINUTE)
    started = sessions.confirm(ctx, again(ctx, browser), PASSWORD, Answer.CODE, code_of(ctx, jonas))
    later = opened(ctx, browser, started.token)
    assert replacing.staged_codes(ctx, later) is None
    assert "pending_expired" == refusal(lambda: replacing.switch_codes(ctx, later, new.shown[0])).reason


def test_codes_replaced_in_another_tab_are_not_switched_to(ctx: Context, browser: Browser) -> None:
    first, second = staged(ctx, browser), staged(ctx, browser)
    assert "wrong" == refusal(lambda: replacing.switch_codes(ctx, browser, first.shown[0])).reason
    replacing.switch_codes(ctx, browser, second.shown[0])


def test_lists_follow(ctx: Context, team: Team, browser: Browser) -> None:
    replacing.switch_codes(ctx, browser, staged(ctx, browser).shown[0])
    listed = ctx.db.read(lambda conn: lists.search(conn, team.account.id, Search("jonas"))[0])
    assert [("safe", True)] == [(one.safety, '"backup_codes", "active", 10' in one.ways) for one in listed]


def test_who_is_not_signed_in_changes_nothing(ctx: Context, jonas: Member) -> None:
    for visitor in (SOMEBODY, half(ctx, jonas), replace(signed_in(ctx, jonas), account=None)):
        assert NotSignedIn is type(refusal(lambda visitor=visitor: apps.propose(ctx, visitor)))  # type: ignore[misc]


def test_codes_replaced_while_they_are_verified_are_not_switched_to(ctx: Context, browser: Browser) -> None:
    """A stale tab: another one got new codes between the check and the switch."""
    first = staged(ctx, browser)

    class Meddling(CountingPool):
        def run(self, work: Callable[[], T]) -> T:
            found = super().run(work)
            replacing.make_codes(ctx, browser)
            return found

    pool = Meddling()
    refused = refusal(lambda: replacing.switch_codes(replace(ctx, pool=pool), browser, first.shown[0]))
    pool.close()
    assert (Conflict, "pending_expired") == (type(refused), refused.reason)
