"""Roles, in and out: what follows, who is told, and that an owner always remains."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy.exc import DBAPIError

from sparekey.core.people import Policy, Role, Status
from sparekey.core.recovery_case import Delivery, How
from sparekey.errors import BadInput, Conflict, LinkUnusable, NotAllowed, SparekeyError
from sparekey.flows import recover, sign_in, team
from sparekey.flows._ways import ways
from sparekey.flows.background.outbox import Sender
from sparekey.flows.context import Context
from sparekey.flows.joining import setup
from sparekey.flows.team import Details, NewPolicy
from sparekey.store import people, queue, sessions
from tests.flows.steps import told
from tests.people import (
    PASSWORD,
    SOMEBODY,
    Browser,
    Team,
    again,
    changed,
    entries,
    letters,
    reloaded,
    signed_in,
    tags,
    with_backup_codes,
    without_outbox,
)
from tests.world import FrozenWorld

# Roles


def test_a_new_role_signs_the_person_out_and_tells_them(ctx: Context, crew: Team, nora: Browser) -> None:
    jonas = signed_in(ctx, crew["jonas.frei"])
    team.change_role(ctx, nora, "jonas.frei", Role.ADMIN)
    assert again(ctx, jonas).session is None
    (letter,) = letters(ctx)
    assert ("admin", "staff", "Nora Keller") == tuple(
        letter.facts[name] for name in ("role", "role_before", "by")
    )
    assert ["account:member:role_changed"] == [tag for tag in tags(ctx, crew.account.id) if "account:" in tag]


def test_a_new_owner_is_told_to_all_owners(ctx: Context, crew: Team, nora: Browser) -> None:
    team.change_role(ctx, nora, "jonas.frei", Role.OWNER)
    expected = {
        ("role_changed", "jonas.frei"),
        ("ownership_handed_over", "nora.keller"),
        ("ownership_handed_over", "second.owner"),
    }
    assert expected == told(ctx)


def test_a_role_given_up_is_remembered_with_its_time(
    ctx: Context, crew: Team, nora: Browser, world: FrozenWorld
) -> None:
    team.change_role(ctx, nora, "second.owner", Role.STAFF)
    after = reloaded(ctx, crew["second.owner"])
    assert (Role.OWNER, world.now()) == (after.former_role, after.role_changed_at)
    with pytest.raises(NotAllowed) as refusal:
        recover.help_back_in(ctx, nora, after.id, recover.Request(Delivery.SCREEN, How.CALL))
    assert "their_role" == refusal.value.reason


def test_the_same_role_changes_nothing(ctx: Context, crew: Team, nora: Browser) -> None:
    jonas = signed_in(ctx, crew["jonas.frei"])
    team.change_role(ctx, nora, "jonas.frei", Role.STAFF)
    assert again(ctx, jonas).session is not None
    assert set() == told(ctx)


def test_a_new_role_ends_a_hand_over(ctx: Context, crew: Team, nora: Browser) -> None:
    recover.help_back_in(ctx, nora, crew["jonas.frei"].id, recover.Request(Delivery.SCREEN, How.CALL))
    team.change_role(ctx, nora, "jonas.frei", Role.OWNER)
    assert "member:recovery_case:cancelled" in tags(ctx, crew.account.id)
    assert team.profile(ctx, nora, "jonas.frei").case is None


# Handing over


@pytest.mark.parametrize("stays_as", Role)
def test_handing_over_makes_an_owner_and_leaves_one_what_one_chose(
    ctx: Context, crew: Team, nora: Browser, stays_as: Role
) -> None:
    team.hand_over(ctx, nora, "jonas.frei", stays_as, "jonas.frei")
    roles = [reloaded(ctx, who).role for who in (crew["jonas.frei"], crew.owner)]
    assert [Role.OWNER, stays_as] == roles
    assert again(ctx, nora).session is not None


def test_handing_over_is_told_to_everybody_it_concerns(ctx: Context, crew: Team, nora: Browser) -> None:
    team.hand_over(ctx, nora, "jonas.frei", Role.STAFF, "jonas.frei")
    expected = {
        ("role_changed", "jonas.frei"),
        ("role_changed", "nora.keller"),
        ("ownership_handed_over", "second.owner"),
    }
    assert expected == told(ctx)


def test_stepping_down_in_favour_of_another_owner_is_told_to_them(
    ctx: Context, crew: Team, nora: Browser
) -> None:
    team.hand_over(ctx, nora, "second.owner", Role.STAFF, "second.owner")
    assert {("role_changed", "nora.keller"), ("ownership_handed_over", "second.owner")} == told(ctx)


def test_handing_over_asks_for_the_username(ctx: Context, crew: Team, nora: Browser) -> None:
    with pytest.raises(BadInput) as refusal:
        team.hand_over(ctx, nora, "jonas.frei", Role.STAFF, "jonas")
    assert "username_mismatch" == refusal.value.reason


def test_an_account_goes_to_nobody_who_may_never_come(ctx: Context, crew: Team, nora: Browser) -> None:
    changed(ctx, crew["jonas.frei"], status=Status.INVITED)
    with pytest.raises(NotAllowed) as refusal:
        team.hand_over(ctx, nora, "jonas.frei", Role.STAFF, "jonas.frei")
    assert "not_active" == refusal.value.reason


def test_an_owner_cannot_be_made_owner_for_nothing(ctx: Context, nora: Browser) -> None:
    with pytest.raises(Conflict):
        team.hand_over(ctx, nora, "second.owner", Role.OWNER, "second.owner")


# An owner always remains


Act = Callable[[Context, Browser, str], None]
TAKING: dict[str, Act] = {
    "role": lambda ctx, who, to: team.change_role(ctx, who, to, Role.STAFF),
    "deactivate": team.deactivate,
    "delete": lambda ctx, who, to: team.delete_member(ctx, who, to, to),
    "hand over": lambda ctx, who, to: team.hand_over(ctx, who, to, Role.STAFF, to),
}


@pytest.mark.parametrize("act", [name for name in TAKING if name != "hand over"])
def test_nobody_takes_the_own_ownership(ctx: Context, nora: Browser, act: str) -> None:
    with pytest.raises(NotAllowed) as refusal:
        TAKING[act](ctx, nora, "nora.keller")
    assert "oneself" == refusal.value.reason


@pytest.mark.parametrize("one", TAKING)
@pytest.mark.parametrize("other", TAKING)
def test_two_owners_at_once_leave_one(ctx: Context, crew: Team, nora: Browser, one: str, other: str) -> None:
    second = signed_in(ctx, crew["second.owner"])

    def attempt(act: str, who: Browser, to: str) -> bool:
        try:
            TAKING[act](ctx, who, to)
        except SparekeyError:
            return False
        return True

    with ThreadPoolExecutor(2) as threads:
        attempts = [
            threads.submit(attempt, one, nora, "second.owner"),
            threads.submit(attempt, other, second, "nora.keller"),
        ]
        done = [each.result() for each in attempts]
    owners = ctx.db.read(lambda conn: people.with_role(conn, crew.account.id, Role.OWNER))
    assert (True, 1) == (any(done), len(owners))


# In or out


def test_who_is_deactivated_is_out_at_once(ctx: Context, crew: Team, nora: Browser) -> None:
    jonas = signed_in(ctx, crew["jonas.frei"])
    team.deactivate(ctx, nora, "jonas.frei")
    assert again(ctx, jonas).session is None
    assert {("person_deactivated", "jonas.frei")} == told(ctx)
    with pytest.raises(SparekeyError):
        sign_in.begin(ctx, SOMEBODY, "jonas.frei", PASSWORD)


def test_who_is_reactivated_has_what_they_had(ctx: Context, crew: Team, nora: Browser) -> None:
    team.deactivate(ctx, nora, "jonas.frei")
    team.reactivate(ctx, nora, "jonas.frei")
    assert sign_in.begin(ctx, SOMEBODY, "jonas.frei", PASSWORD).started.token
    assert ("person_reactivated", "jonas.frei") in told(ctx)


def test_deactivating_ends_a_hand_over_and_what_was_on_its_way(
    ctx: Context, crew: Team, nora: Browser
) -> None:
    recover.help_back_in(ctx, nora, crew["jonas.frei"].id, recover.Request(Delivery.MAIL, How.CALL))
    team.deactivate(ctx, nora, "jonas.frei")
    assert "member:recovery_case:cancelled" in tags(ctx, crew.account.id)
    assert {("person_deactivated", "jonas.frei"), ("recovery_ended", "jonas.frei")} == told(ctx)


def test_an_invitation_ends_with_deactivation_and_comes_anew_with_reactivation(
    ctx: Context, nora: Browser, world: FrozenWorld
) -> None:
    team.add_member(ctx, nora, Details("Lea", "lea", "lea@example.com"))
    link = letters(ctx)[0].facts["link"]
    team.deactivate(ctx, nora, "lea")
    with pytest.raises(LinkUnusable):
        setup.open_link(ctx, SOMEBODY, link.rsplit("/", 1)[1])
    world.advance(timedelta(minutes=1))
    team.reactivate(ctx, nora, "lea")
    assert [("invitation", "lea@example.com")] == [(one.kind, one.to) for one in letters(ctx)]
    assert Status.INVITED == team.profile(ctx, nora, "lea").member.status


@pytest.mark.parametrize("act", [team.deactivate, team.reactivate])
def test_what_is_so_already_is_said(ctx: Context, crew: Team, nora: Browser, act: Act) -> None:
    status = Status.DEACTIVATED if act is team.deactivate else Status.ACTIVE
    changed(ctx, crew["jonas.frei"], status=status)
    with pytest.raises(Conflict):
        act(ctx, nora, "jonas.frei")


def test_nothing_is_left_of_who_is_deleted_but_ids(ctx: Context, crew: Team, nora: Browser) -> None:
    jonas = crew["jonas.frei"]
    with_backup_codes(ctx, jonas)
    browser = signed_in(ctx, jonas, visitor=Browser("192.0.2.1", browser="b" * 64))
    team.delete_member(ctx, nora, "jonas.frei", "Jonas.Frei")
    assert again(ctx, browser).session is None
    left = ctx.db.read(
        lambda conn: (
            ways(conn, jonas.account_id, jonas.id),
            sessions.of_member(conn, jonas.account_id, jonas.id),
            sessions.knows_any_browser(conn, jonas),
            people.find_member(conn, jonas.account_id, jonas.id),
        )
    )
    assert ([], [], False, None) == left
    assert {("person_deleted", "jonas.frei")} == told(ctx)
    assert jonas.id == entries(ctx, crew.account.id)[-1].subject


def test_deleting_asks_for_the_username(ctx: Context, nora: Browser) -> None:
    with pytest.raises(BadInput):
        team.delete_member(ctx, nora, "jonas.frei", "")
    assert "jonas.frei" == team.profile(ctx, nora, "jonas.frei").member.username


def test_a_deleted_persons_name_is_free_again(ctx: Context, nora: Browser) -> None:
    team.delete_member(ctx, nora, "jonas.frei", "jonas.frei")
    new = team.add_member(ctx, nora, Details("Jonas", "jonas.frei", "jonas.frei@example.com"))
    assert "jonas.frei" == new.username


def test_deleting_is_undone_as_a_whole_when_its_letter_cannot_be_posted(
    ctx: Context, crew: Team, nora: Browser
) -> None:
    before = tags(ctx, crew.account.id)
    jonas = signed_in(ctx, crew["jonas.frei"])
    with without_outbox(ctx), pytest.raises(DBAPIError):
        team.delete_member(ctx, nora, "jonas.frei", "jonas.frei")
    assert again(ctx, jonas).session is not None
    assert [*before, "member:session:started"] == tags(ctx, crew.account.id)


def test_signing_a_colleague_out_ends_every_session_of_theirs(
    ctx: Context, crew: Team, nora: Browser
) -> None:
    phones = [signed_in(ctx, crew["jonas.frei"]) for _ in range(2)]
    team.sign_out(ctx, nora, "jonas.frei")
    assert [None, None] == [again(ctx, phone).session for phone in phones]
    assert again(ctx, nora).session is not None


def test_signing_oneself_out_leaves_this_browser(ctx: Context, crew: Team, nora: Browser) -> None:
    other = signed_in(ctx, crew.owner)
    team.sign_out(ctx, nora, "nora.keller")
    assert (True, None) == (again(ctx, nora).session is not None, again(ctx, other).session)


# Policy


def test_every_letter_has_the_facts_it_needs(ctx: Context, crew: Team, nora: Browser) -> None:
    """Posted letters are written by the sender with nothing missing and nothing too many."""
    team.add_member(ctx, nora, Details("Lea", "lea", "lea@example.com"))
    team.change_policy(ctx, nora, NewPolicy(Policy(remember_days=7), 0))
    jonas = crew["jonas.frei"]
    details = Details("Jonas", "jonas.frei", "new@example.com", "admin")
    team.edit_member(ctx, nora, "jonas.frei", details, jonas.version)
    team.hand_over(ctx, nora, "jonas.frei", Role.OWNER, "jonas.frei")
    team.deactivate(ctx, nora, "second.owner")
    team.reactivate(ctx, nora, "second.owner")
    team.delete_member(ctx, nora, "second.owner", "second.owner")
    posted = len(letters(ctx))
    sender = Sender(replace(ctx, site=replace(ctx.site, is_demo=True)))
    sender.run_once()
    troubles = ctx.db.read(lambda conn: queue.how_many_troubled(conn, crew.account.id))
    assert (posted, 0) == (len(sender.delivered), troubles)
