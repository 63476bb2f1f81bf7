"""*This wasn't me* holds whoever helped back for a day, and nobody gets around it; rights are those of now."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest

from sparekey.core.people import Member, MemberId, Role, Status
from sparekey.core.permissions import Action
from sparekey.core.recovery_case import Delivery, How, State
from sparekey.errors import NotAllowed
from sparekey.flows import _cases, console, recover, reset
from sparekey.flows import team as team_flows
from sparekey.flows.context import Context
from sparekey.flows.reports import home
from sparekey.flows.team import change_role, profile
from sparekey.store import people
from tests.flows.recovery.endings import Where, stop
from tests.flows.steps import CASE, case_of, helped, refusal
from tests.people import Browser, Team, changed, entries, letters, reloaded, signed_in, without
from tests.world import FrozenWorld

MINUTE, DAY = timedelta(minutes=1), timedelta(days=1)


def is_held_back(ctx: Context, helper: Browser, who: Member) -> bool:
    return "stopped" == refusal(lambda: helped(ctx, helper, who, Delivery.LINK)).reason


def test_it_is_said_until_when_and_of_every_kind_of_help(ctx: Context, where: Where) -> None:
    helped(ctx, where.nora, where.jonas)
    stop(ctx, where)
    until = where.world.now() + DAY
    seen = profile(ctx, where.nora, where.jonas.username)
    reasons = {seen.why_not[one] for one in (Action.SEND_LINK, Action.HAND_SECRET, Action.RESET)}
    assert ({"stopped"}, until) == (reasons, seen.held_back_until)
    acts: list[Callable[[], object]] = [
        lambda: helped(ctx, where.nora, where.jonas),
        lambda: helped(ctx, where.nora, where.jonas, Delivery.LINK),
        lambda: reset.reset(ctx, where.nora, where.jonas.id, How.CALL, where.jonas.username),
    ]
    assert [("stopped", until)] * 3 == [(one.reason, one.facts["until"]) for one in map(refusal, acts)]


def test_everybody_who_had_a_hand_in_it_is_held_back(ctx: Context, where: Where) -> None:
    """Whoever takes over does not push the first helper out of sight."""
    second = signed_in(ctx, where.team["second.owner"])
    helped(ctx, where.nora, where.jonas)
    helped(ctx, second, where.jonas)
    stop(ctx, where)
    assert [True, True] == [is_held_back(ctx, one, where.jonas) for one in (where.nora, second)]
    assert (
        State.ISSUED
        is helped(ctx, signed_in(ctx, where.team["ivana.admin"]), where.jonas, Delivery.LINK).state
    )


def test_the_log_says_how_each_helper_knew(ctx: Context, where: Where) -> None:
    helped(ctx, where.nora, where.jonas, how=How.VIDEO)
    helped(ctx, signed_in(ctx, where.team["second.owner"]), where.jonas, how=How.PERSON)
    found = [one.data["how"] for one in entries(ctx, where.team.account.id) if one.tag == CASE + "issued"]
    assert ["video", "person"] == found


def test_who_got_the_role_after_that_help_began_is_held_back_too(ctx: Context, where: Where) -> None:
    helped(ctx, where.nora, where.jonas)
    where.world.advance(MINUTE)
    change_role(ctx, signed_in(ctx, where.team.owner), "luca.auditor", Role.OWNER)
    stop(ctx, where)
    assert is_held_back(ctx, signed_in(ctx, where.team["luca.auditor"]), where.jonas)
    where.world.advance(DAY)
    assert State.ISSUED is helped(ctx, signed_in(ctx, where.team["luca.auditor"]), where.jonas).state


def test_taking_a_role_away_and_giving_it_back_holds_nobody_back(ctx: Context, where: Where) -> None:
    """Else whoever was stopped could keep all other owners from helping."""
    helped(ctx, where.nora, where.jonas)
    where.world.advance(MINUTE)
    for role in (Role.STAFF, Role.OWNER):
        change_role(ctx, signed_in(ctx, where.team.owner), "second.owner", role)
    stop(ctx, where)
    assert State.ISSUED is helped(ctx, signed_in(ctx, where.team["second.owner"]), where.jonas).state


def test_who_was_added_after_that_help_began_is_held_back_too(ctx: Context, where: Where) -> None:
    helped(ctx, where.nora, where.jonas)
    stop(ctx, where)
    added = replace(where.team["luca.auditor"], id=MemberId("mem_new"), username="new.owner", role=Role.OWNER)
    added = replace(added, email="new@example.com", created_at=where.world.now() + MINUTE)
    ctx.db.write(lambda conn: people.add_member(conn, added))
    until = ctx.db.read(lambda conn: _cases.held_back_until(conn, where.jonas, added, where.world.now()))
    assert where.world.now() + DAY == until


def test_whoever_runs_the_server_is_never_held_back(ctx: Context, where: Where) -> None:
    helped(ctx, where.nora, where.jonas)
    stop(ctx, where)
    assert console.member_recover(ctx, where.jonas.username).link


def test_the_letters_name_until_when_and_nobody_who_is_held_back(ctx: Context, where: Where) -> None:
    helped(ctx, where.nora, where.jonas)
    stop(ctx, where)
    until = where.world.now() + DAY
    (mine,) = letters(ctx, "recovery_doubted")
    theirs = letters(ctx, "recovery_stopped")
    assert ("Second Owner", "Nora Keller", until) == tuple(
        mine.facts[name] for name in ("owners", "helper", "ends_at")
    )
    assert [until, until] == [one.facts["ends_at"] for one in theirs]
    assert [] == letters(ctx, "recovery_ended")


def test_owners_see_it_first_on_home_for_three_days(ctx: Context, where: Where) -> None:
    helped(ctx, where.nora, where.jonas)
    stop(ctx, where)
    (first, *_) = home(ctx, where.nora).items
    assert ("not_me", "jonas.frei", where.world.now()) == (
        first.kind,
        first.facts["username"],
        first.facts["at"],
    )
    admin = signed_in(ctx, where.team["ivana.admin"])
    assert "not_me" not in [one.kind for one in home(ctx, admin).items]
    where.world.advance(3 * DAY)
    later = signed_in(ctx, where.team.owner)
    assert "not_me" not in [one.kind for one in home(ctx, later).items]


# No way around it by the address or the invitation


def renamed_to(who: Member, **other: str) -> team_flows.Details:
    kept = {"name": who.name, "username": who.username, "email": who.email, "language": who.language.value}
    return team_flows.Details(**{**kept, **other})


@pytest.fixture
def invited(ctx: Context, where: Where) -> Member:
    """Jonas, who said *This wasn't me* of Nora's help, and is invited: he never signed in."""
    helped(ctx, where.nora, where.jonas)
    stop(ctx, where)
    return changed(ctx, where.jonas, status=Status.INVITED)


ELSEWHERE = "somebody@elsewhere.example"


def test_who_is_held_back_changes_no_address_and_invites_nobody(
    ctx: Context, where: Where, invited: Member
) -> None:
    name, details = invited.username, renamed_to(invited, email=ELSEWHERE)
    acts: list[Callable[[], object]] = [
        lambda: team_flows.edit_member(ctx, where.nora, name, details, invited.version),
        lambda: team_flows.invite_again(ctx, where.nora, name),
    ]
    refused = [refusal(act) for act in acts]
    assert [(NotAllowed, "stopped")] * 2 == [(type(one), one.reason) for one in refused]
    assert (invited.email, []) == (reloaded(ctx, invited).email, letters(ctx, "invitation"))


def test_who_is_held_back_invites_nobody_by_reactivating(ctx: Context, where: Where, invited: Member) -> None:
    without(ctx, invited, "password")
    team_flows.deactivate(ctx, where.nora, invited.username)
    refused = refusal(lambda: team_flows.reactivate(ctx, where.nora, invited.username))
    assert ("stopped", Status.DEACTIVATED) == (refused.reason, reloaded(ctx, invited).status)


def test_who_is_held_back_may_edit_everything_else(ctx: Context, where: Where, invited: Member) -> None:
    details = renamed_to(invited, name="Jonas F.", language="de")
    team_flows.edit_member(ctx, where.nora, invited.username, details, invited.version)
    assert "Jonas F." == reloaded(ctx, invited).name


def test_an_address_changed_after_a_doubt_gets_no_invitation_from_anybody(
    ctx: Context, where: Where, invited: Member
) -> None:
    second = signed_in(ctx, where.team["second.owner"])
    details = renamed_to(invited, email=ELSEWHERE)
    team_flows.edit_member(ctx, second, invited.username, details, invited.version)
    refused = refusal(lambda: team_flows.invite_again(ctx, second, invited.username))
    where.world.advance(3 * DAY)
    team_flows.invite_again(ctx, signed_in(ctx, where.team["second.owner"]), invited.username)
    assert "fresh_address" == refused.reason
    assert [invited.email] == [one.to for one in letters(ctx, "address_changed_old")]
    assert [ELSEWHERE] == [one.to for one in letters(ctx, "invitation", "reset_link")]


def test_others_invite_to_the_address_as_it_was(ctx: Context, where: Where, invited: Member) -> None:
    team_flows.invite_again(ctx, signed_in(ctx, where.team["second.owner"]), invited.username)
    assert [invited.email] == [one.to for one in letters(ctx, "invitation", "reset_link")]


# Rights are those of now, not of when the request came in


@pytest.mark.parametrize(
    "lost", [{"role": Role.STAFF}, {"status": Status.DEACTIVATED}], ids=["role", "status"]
)
def test_who_has_lost_the_right_meanwhile_is_refused(
    ctx: Context, team: Team, jonas: Member, world: FrozenWorld, lost: dict[str, object]
) -> None:
    second = signed_in(ctx, team["second.owner"])
    helped(ctx, second, jonas)
    changed(ctx, team["second.owner"], **lost)
    acts: list[Callable[[], object]] = [
        lambda: helped(ctx, second, jonas),
        lambda: recover.view(ctx, second, jonas.id, "page"),
        lambda: recover.hide(ctx, second, jonas.id),
        lambda: recover.take_back(ctx, second, jonas.id),
        lambda: reset.reset(ctx, second, jonas.id, How.CALL, jonas.username),
    ]
    refused = [refusal(act) for act in acts]
    assert [(NotAllowed, "role")] * 5 == [(type(one), one.reason) for one in refused]
    assert State.ISSUED is case_of(ctx, jonas).state
