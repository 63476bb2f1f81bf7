"""Set-up by a one-time link: every purpose, what ends a link, starting over, names, and the proof of the codes."""

from datetime import timedelta

import pytest

from sparekey.core.people import SERVER, Member, Role, Status
from sparekey.core.recovery_case import Ending
from sparekey.core.sessions import Scope
from sparekey.core.sign_in import Standing
from sparekey.errors import (
    BadInput,
    Conflict,
    LinkUnusable,
    NameTaken,
    NotSignedIn,
    Stale,
)
from sparekey.flows import _links, _staging, rotate
from sparekey.flows._links import LIFE, Purpose
from sparekey.flows._work import unit
from sparekey.flows.context import Context
from sparekey.flows.joining import setup
from sparekey.flows.joining.setup import Details
from sparekey.store import lists
from tests.flows.steps import (
    NEW_PASSWORD,
    answer,
    at_once,
    case_of,
    half,
    helped,
    refusal,
    scopes,
    shows,
    standings,
    token_in,
)
from tests.people import (
    SOMEBODY,
    Browser,
    Team,
    account,
    again,
    changed,
    code_of,
    letters,
    opened,
    reloaded,
    signed_in,
    stands,
    tags,
    without,
)
from tests.world import FrozenWorld

MEMBERS = [Purpose.INVITATION, Purpose.RESET, Purpose.OWNER_RECOVERY]
NOBODYS = [Purpose.FIRST_OWNER, Purpose.SIGN_UP]
DETAILS = Details("Berg & Tal", "Mia Berg", "mia.berg", "mia@berg.example", "de")


@pytest.fixture
def team(ctx: Context) -> Team:
    made = account(ctx, staff=["jonas.frei", "lea.neu"])
    for kind in ("password", "totp"):
        without(ctx, made["lea.neu"], kind)
    changed(ctx, made["lea.neu"], status=Status.INVITED)
    return made


@pytest.fixture
def lea(ctx: Context, team: Team) -> Member:
    """Invited: she has nothing yet."""
    return reloaded(ctx, team["lea.neu"])


def link(ctx: Context, who: Member, purpose: Purpose = Purpose.INVITATION) -> str:
    """A fresh link's token."""
    return token_in(unit(ctx, SOMEBODY, ctx.moment(), lambda work: _links.make(work, who, purpose))[0])


def nobodys_link(ctx: Context, purpose: Purpose, **facts: str) -> str:
    made = unit(
        ctx, SOMEBODY, ctx.moment(), lambda work: _links.make_for_nobody(work, SERVER, purpose, facts)
    )
    return token_in(made[0])


def accepted(ctx: Context, token: str) -> Browser:
    return opened(ctx, SOMEBODY, setup.accept(ctx, SOMEBODY, token).token)


def completed(ctx: Context, browser: Browser) -> Browser:
    """Password, app and its first code; the new codes are shown."""
    setup.stage_password(ctx, browser, NEW_PASSWORD)
    shown = setup.propose(ctx, browser)
    return opened(ctx, browser, setup.commit(ctx, browser, shows(ctx, shown.secret)).token)


@pytest.mark.parametrize("purpose", MEMBERS)
def test_a_member_s_link_sets_up_everything(ctx: Context, team: Team, lea: Member, purpose: Purpose) -> None:
    token = link(ctx, lea, purpose)
    before = setup.open_link(ctx, SOMEBODY, token)
    browser = accepted(ctx, token)
    steps = [setup.progress(ctx, browser).next]
    done = completed(ctx, browser)
    steps.append(setup.progress(ctx, done).next)
    assert (purpose, team.account.name, lea) == (before.purpose, before.account_name, before.member)
    assert ["password", "codes"] == steps
    assert {"password", "totp", "backup_codes"} == set(standings(ctx, lea))
    assert Status.ACTIVE is reloaded(ctx, lea).status
    assert 1 == tags(ctx, team.account.id).count("account:member:set_up")


@pytest.mark.parametrize(
    ("purpose", "is_signed_in"),
    [(Purpose.INVITATION, True), (Purpose.RESET, False), (Purpose.OWNER_RECOVERY, False)],
)
def test_after_a_first_set_up_the_person_is_signed_in_after_a_recovery_they_sign_in(
    ctx: Context, lea: Member, purpose: Purpose, is_signed_in: bool
) -> None:
    browser = completed(ctx, accepted(ctx, link(ctx, lea, purpose)))
    started = setup.prove_saved(ctx, browser, rotate.shown_codes(ctx, browser)[0])
    assert (["full"] if is_signed_in else []) == scopes(ctx, lea)
    assert is_signed_in == (started is not None)


@pytest.mark.parametrize("purpose", NOBODYS)
def test_a_first_owner_founds_the_account(ctx: Context, purpose: Purpose) -> None:
    browser = accepted(ctx, nobodys_link(ctx, purpose))
    steps = [setup.progress(ctx, browser).next]
    setup.stage_details(ctx, browser, DETAILS)
    steps.append(setup.progress(ctx, browser).next)
    started = setup.leave(ctx, completed(ctx, browser))
    assert started is not None
    owner = opened(ctx, SOMEBODY, started.token)
    assert ["details", "password"] == steps
    assert owner.member is not None
    assert owner.account is not None
    assert ("mia.berg", Role.OWNER, "Berg & Tal") == (
        owner.member.username,
        owner.member.role,
        owner.account.name,
    )
    assert "account:member:added" == tags(ctx, owner.account.id)[0]
    assert ["server:account:added"] == tags(ctx)


def test_the_address_of_a_sign_up_is_the_one_the_link_went_to(ctx: Context) -> None:
    browser = accepted(ctx, nobodys_link(ctx, Purpose.SIGN_UP, email="real@berg.example"))
    setup.stage_details(ctx, browser, DETAILS)
    done = completed(ctx, browser)
    assert done.member is not None
    assert "real@berg.example" == done.member.email


@pytest.mark.parametrize(
    ("details", "field"),
    [
        (Details("A", "Mia", "jonas.frei", "x@berg.example"), "username"),
        (Details("A", "Mia", "mia", "JONAS.FREI@example.com"), "email"),
    ],
)
def test_a_taken_name_is_not_available(ctx: Context, team: Team, details: Details, field: str) -> None:
    browser = accepted(ctx, nobodys_link(ctx, Purpose.FIRST_OWNER))
    refused = refusal(lambda: setup.stage_details(ctx, browser, details))
    assert isinstance(refused, NameTaken)
    assert (field, "taken") == (refused.field, refused.reason)


def test_a_name_that_was_taken_meanwhile_leaves_the_link_unused(ctx: Context) -> None:
    tokens = [nobodys_link(ctx, Purpose.FIRST_OWNER), nobodys_link(ctx, Purpose.SIGN_UP)]
    browsers = [accepted(ctx, token) for token in tokens]
    for browser in browsers:
        setup.stage_details(ctx, browser, DETAILS)
    completed(ctx, browsers[0])
    assert NameTaken is type(refusal(lambda: completed(ctx, browsers[1])))
    assert Purpose.SIGN_UP is setup.open_link(ctx, SOMEBODY, tokens[1]).purpose


def test_looking_and_starting_use_nothing_up(ctx: Context, lea: Member) -> None:
    token = link(ctx, lea)
    for _ in range(3):
        setup.open_link(ctx, SOMEBODY, token)
        accepted(ctx, token)
    assert lea == setup.open_link(ctx, SOMEBODY, token).member


def test_a_completed_set_up_uses_the_link_up(ctx: Context, lea: Member) -> None:
    token = link(ctx, lea)
    completed(ctx, accepted(ctx, token))
    for act in (setup.open_link, setup.accept):
        refused = refusal(lambda act=act: act(ctx, SOMEBODY, token))  # type: ignore[misc]
        assert (LinkUnusable, "used") == (type(refused), refused.reason)


@pytest.mark.parametrize("purpose", [*MEMBERS, *NOBODYS])
def test_a_link_ends_with_its_time(ctx: Context, lea: Member, world: FrozenWorld, purpose: Purpose) -> None:
    token = link(ctx, lea, purpose) if purpose in MEMBERS else nobodys_link(ctx, purpose)
    world.advance(LIFE[purpose] - timedelta(microseconds=1))
    last = setup.open_link(ctx, SOMEBODY, token).purpose
    world.advance(timedelta(microseconds=1))
    refused = refusal(lambda: setup.accept(ctx, SOMEBODY, token))
    assert (purpose, "expired") == (last, refused.reason)


@pytest.mark.parametrize(
    ("older", "newer"),
    [
        (Purpose.INVITATION, Purpose.INVITATION),
        (Purpose.RESET, Purpose.RESET),
        (Purpose.RESET, Purpose.INVITATION),
        (Purpose.INVITATION, Purpose.RESET),
        (Purpose.OWNER_RECOVERY, Purpose.OWNER_RECOVERY),
    ],
)
def test_a_newer_link_replaces_an_older_one(
    ctx: Context, lea: Member, older: Purpose, newer: Purpose
) -> None:
    token = link(ctx, lea, older)
    browser = accepted(ctx, token)
    link(ctx, lea, newer)
    assert "replaced" == refusal(lambda: setup.open_link(ctx, SOMEBODY, token)).reason
    assert "replaced" == refusal(lambda: completed(ctx, browser)).reason


def test_a_completed_set_up_ends_every_other_link_that_opens_something(ctx: Context, lea: Member) -> None:
    others = [link(ctx, lea, purpose) for purpose in (Purpose.INVITATION, Purpose.OWNER_RECOVERY)]
    completed(ctx, accepted(ctx, others[1]))
    assert ["used", "used"] == [
        refusal(lambda token=token: setup.accept(ctx, SOMEBODY, token)).reason  # type: ignore[misc]
        for token in others
    ]


@pytest.mark.parametrize("purpose", [Purpose.INVITATION, Purpose.FIRST_OWNER])
def test_starting_over_ends_the_attempt_before(ctx: Context, lea: Member, purpose: Purpose) -> None:
    token = link(ctx, lea, purpose) if purpose in MEMBERS else nobodys_link(ctx, purpose)
    first, second = accepted(ctx, token), accepted(ctx, token)
    assert (None, True) == (again(ctx, first).session, again(ctx, second).session is not None)
    assert NotSignedIn is type(refusal(lambda: setup.stage_password(ctx, first, NEW_PASSWORD)))


def test_a_deactivated_person_sets_nothing_up(ctx: Context, lea: Member) -> None:
    token = link(ctx, lea)
    browser = accepted(ctx, token)
    changed(ctx, lea, status=Status.DEACTIVATED)
    assert "stopped" == refusal(lambda: setup.accept(ctx, SOMEBODY, token)).reason
    assert "stopped" == refusal(lambda: completed(ctx, browser)).reason
    assert {} == standings(ctx, lea)


@pytest.mark.parametrize("purpose", [Purpose.PASSWORD, Purpose.NOT_ME, Purpose.LOST_FACTOR])
def test_a_link_for_something_else_sets_nothing_up(ctx: Context, lea: Member, purpose: Purpose) -> None:
    token = link(ctx, lea, purpose) if purpose in LIFE else "f" * 64
    assert "unknown" == refusal(lambda: setup.accept(ctx, SOMEBODY, token)).reason


@pytest.mark.parametrize("token", ["", "0" * 64, "\x00", "ü" * 5000, "\ud800"])
def test_a_made_up_link_is_unknown(ctx: Context, token: str) -> None:
    assert "unknown" == refusal(lambda: setup.open_link(ctx, SOMEBODY, token)).reason


def test_the_steps_come_in_their_order(ctx: Context, lea: Member) -> None:
    browser = accepted(ctx, link(ctx, lea))
    founder = accepted(ctx, nobodys_link(ctx, Purpose.FIRST_OWNER))
    assert "password_first" == refusal(lambda: setup.propose(ctx, browser)).reason
    assert "password_first" == refusal(lambda: setup.commit(ctx, browser, "123456")).reason
    assert "details_first" == refusal(lambda: setup.stage_password(ctx, founder, NEW_PASSWORD)).reason
    assert NotSignedIn is type(refusal(lambda: rotate.shown_codes(ctx, browser)))


def test_a_wrong_first_code_changes_nothing_and_the_secret_stays(ctx: Context, lea: Member) -> None:
    browser = accepted(ctx, link(ctx, lea))
    setup.stage_password(ctx, browser, NEW_PASSWORD)
    shown = setup.propose(ctx, browser)
    refused = refusal(lambda: setup.commit(ctx, browser, "000000"))
    assert (BadInput, "wrong") == (type(refused), refused.reason)
    assert (shown, {}) == (setup.propose(ctx, browser), standings(ctx, lea))


def test_a_pending_secret_waits_ten_minutes(ctx: Context, lea: Member, world: FrozenWorld) -> None:
    browser = accepted(ctx, link(ctx, lea))
    setup.stage_password(ctx, browser, NEW_PASSWORD)
    shown = setup.propose(ctx, browser)
    world.advance(timedelta(minutes=10))
    refused = refusal(lambda: setup.commit(ctx, browser, shows(ctx, shown.secret)))
    assert (Conflict, "pending_expired") == (type(refused), refused.reason)
    assert shown != setup.propose(ctx, browser)


def test_a_tab_that_is_behind_is_told_that_somebody_was_faster(ctx: Context, lea: Member) -> None:
    """Another tab changed the draft between what was verified and what would be put in force."""
    browser = accepted(ctx, link(ctx, lea))
    setup.stage_password(ctx, browser, NEW_PASSWORD)
    seen, _ = _staging.peek(ctx, browser, Scope.ENROL)
    setup.stage_password(ctx, browser, "nine purple cats sing")
    behind = refusal(
        lambda: unit(
            ctx, browser, ctx.moment(), lambda work: _staging.load_unchanged(work, seen, Scope.ENROL)
        )
    )
    assert Stale is type(behind)


def test_the_proof_of_a_code_uses_none_up(ctx: Context, lea: Member, world: FrozenWorld) -> None:
    browser = completed(ctx, accepted(ctx, link(ctx, lea)))
    codes = rotate.shown_codes(ctx, browser)
    setup.prove_saved(ctx, browser, f"  {codes[4].upper()} ")
    listed = ctx.db.read(lambda conn: lists.search(conn, lea.account_id, lists.Search("lea"))[0])
    assert ["safe"] == [one.safety for one in listed]
    assert '"backup_codes", "active", 10' in listed[0].ways
    assert NotSignedIn is type(refusal(lambda: rotate.shown_codes(ctx, browser)))


@pytest.mark.parametrize(("typed", "reason"), [("", "empty"), ("0" * 16, "wrong"), ("1", "wrong_length")])
def test_a_wrong_proof_of_the_codes_keeps_the_page_open(
    ctx: Context, lea: Member, typed: str, reason: str
) -> None:
    browser = completed(ctx, accepted(ctx, link(ctx, lea)))
    refused = refusal(lambda: setup.prove_saved(ctx, browser, typed))
    assert (BadInput, reason, 10) == (type(refused), refused.reason, len(rotate.shown_codes(ctx, browser)))


def test_codes_that_were_not_proven_do_not_count_as_safe(ctx: Context, lea: Member) -> None:
    setup.leave(ctx, completed(ctx, accepted(ctx, link(ctx, lea))))
    listed = ctx.db.read(lambda conn: lists.search(conn, lea.account_id, lists.Search("lea"))[0])
    assert ["one_loss"] == [one.safety for one in listed]


def test_the_last_page_lives_ten_minutes_and_opens_nothing_else(
    ctx: Context, lea: Member, world: FrozenWorld
) -> None:
    browser = completed(ctx, accepted(ctx, link(ctx, lea)))
    assert NotSignedIn is type(refusal(lambda: setup.propose(ctx, browser)))
    world.advance(timedelta(minutes=10))
    assert again(ctx, browser).session is None


def test_signing_in_elsewhere_does_not_end_a_set_up(ctx: Context, team: Team) -> None:
    """Recovery from the server's console begun in one browser, a sign-in with what still works in another."""
    jonas = team["jonas.frei"]
    browser = accepted(ctx, link(ctx, jonas, Purpose.OWNER_RECOVERY))
    answer(ctx, half(ctx, jonas), code_of(ctx, jonas))
    assert ["enrol", "full"] == scopes(ctx, jonas)
    completed(ctx, browser)
    assert ["codes"] == scopes(ctx, jonas)


def test_a_set_up_from_the_console_ends_a_hand_over_that_runs_beside_it(ctx: Context, team: Team) -> None:
    jonas = team["jonas.frei"]
    browser = accepted(ctx, link(ctx, jonas, Purpose.OWNER_RECOVERY))
    helped(ctx, signed_in(ctx, team.owner), jonas)
    completed(ctx, browser)
    assert Ending.MEMBER_CHANGED is case_of(ctx, jonas).ending
    assert ["destroyed"] == [one.facts["fate"] for one in letters(ctx, "recovery_ended")]
    assert {"password", "totp", "backup_codes"} == set(standings(ctx, jonas))


def test_one_link_completes_one_set_up_in_many_browsers(ctx: Context, lea: Member) -> None:
    """Ten browsers finish at the same time: one is done, the others are told."""
    token = link(ctx, lea)
    browser = accepted(ctx, token)
    setup.stage_password(ctx, browser, NEW_PASSWORD)
    shown = setup.propose(ctx, browser)
    results = at_once(10, lambda _: setup.commit(ctx, browser, shows(ctx, shown.secret)))
    assert 9 == len([one for one in results if isinstance(one, NotSignedIn | LinkUnusable)])
    assert ["codes"] == scopes(ctx, lea)


def test_an_exposed_or_suspended_app_is_replaced_too(ctx: Context, team: Team) -> None:
    jonas = team["jonas.frei"]
    stands(ctx, jonas, "totp", Standing.SUSPENDED)
    completed(ctx, accepted(ctx, link(ctx, jonas, Purpose.OWNER_RECOVERY)))
    assert {Standing.ACTIVE} == set(standings(ctx, jonas).values())
