"""Home and one's own profile: how safe one is, what waits, and what happened."""

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import Connection

from sparekey.core.contract import Answer, Loss
from sparekey.core.losses import Safety
from sparekey.core.people import Member, Role, Status
from sparekey.core.recovery_case import Delivery, How
from sparekey.core.sign_in import Standing
from sparekey.errors import NotSignedIn, SessionIdle
from sparekey.flows import recover, reports, team
from sparekey.flows._ways import ways
from sparekey.flows.context import Context
from sparekey.flows.own import replacing
from sparekey.flows.reports import Home, Item
from sparekey.flows.team import Details
from sparekey.store import authenticators, queue
from tests.flows.conftest import statements
from tests.people import (
    SOMEBODY,
    Browser,
    Team,
    account,
    again,
    changed,
    signed_in,
    stands,
    with_backup_codes,
    without,
)
from tests.world import FrozenWorld


@pytest.fixture
def crew(ctx: Context) -> Team:
    """Two owners who are safe, so that Home has nothing to say about themselves."""
    crew = account(ctx, staff=("jonas.frei", "mia.zuercher"), others={"second.owner": Role.OWNER})
    for username in ("nora.keller", "second.owner", "jonas.frei"):
        with_backup_codes(ctx, crew[username])
    return crew


@pytest.fixture
def nora(ctx: Context, crew: Team) -> Browser:
    return signed_in(ctx, crew.owner)


def kinds(found: Home) -> list[str]:
    return [item.kind for item in found.items]


def of(ctx: Context, crew: Team, username: str) -> Home:
    return reports.home(ctx, signed_in(ctx, crew[username]))


# One's own state


def test_who_is_safe_has_nothing_to_review(ctx: Context, nora: Browser) -> None:
    found = reports.home(ctx, nora)
    assert (Safety.SAFE, None, (), True) == (found.state, found.last_way, found.items, found.is_helped)


def test_losing_one_thing_leaves_the_other(ctx: Context, nora: Browser) -> None:
    found = reports.home(ctx, nora).picture
    expected = {(Answer.CODE, "", Loss.PHONE), (Answer.BACKUP_CODE, "", Loss.PAPER)}
    assert expected == set(found.ways)
    assert [True, True, False] == [row.gets_in for row in found.rows]


def test_with_one_way_the_thing_is_named(ctx: Context, crew: Team) -> None:
    found = of(ctx, crew, "mia.zuercher")
    assert (Safety.ONE_LOSS, Loss.PHONE, ["codes_none"]) == (found.state, found.last_way, kinds(found))


@pytest.mark.parametrize("standing", [Standing.EXPOSED, Standing.SUSPENDED, Standing.DISABLED])
def test_an_app_that_does_not_work_is_said_first(ctx: Context, crew: Team, standing: Standing) -> None:
    jonas = signed_in(ctx, crew["jonas.frei"])
    stands(ctx, crew["jonas.frei"], "totp", standing)
    assert f"factor_{standing.value}" == kinds(reports.home(ctx, again(ctx, jonas)))[0]


def test_codes_that_were_never_proved_are_said(ctx: Context, crew: Team) -> None:
    with_backup_codes(ctx, crew["mia.zuercher"], saved=False)
    assert ["codes_unproven"] == kinds(of(ctx, crew, "mia.zuercher"))


def test_who_has_not_set_up_is_told_nothing_else(ctx: Context, crew: Team) -> None:
    without(ctx, crew["mia.zuercher"], "totp")
    found = of(ctx, crew, "mia.zuercher")
    assert (Safety.NOT_SET_UP, ["set_up"]) == (found.state, kinds(found))


def test_who_has_codes_only_is_told_to_connect_an_app(ctx: Context, crew: Team) -> None:
    without(ctx, crew["jonas.frei"], "totp")
    found = of(ctx, crew, "jonas.frei")
    assert (Loss.PAPER, ["no_app"]) == (found.last_way, kinds(found))


def test_codes_that_run_low_are_said_with_how_many(ctx: Context, crew: Team, nora: Browser) -> None:
    used_up_to(ctx, crew.owner, 3)
    assert (Item("codes_low", {"left": 3}),) == reports.home(ctx, nora).items


def used_up_to(ctx: Context, who: Member, left: int) -> None:
    """Only the number that lists read; the codes themselves stay."""
    had = ctx.db.read(lambda conn: ways(conn, who.account_id, who.id))
    codes = next(one.kept for one in had if one.kept.left is not None)
    ctx.db.write(lambda conn: authenticators.put(conn, replace(codes, left=left)))


def test_the_only_owner_is_told_so(ctx: Context) -> None:
    crew = account(ctx)
    with_backup_codes(ctx, crew.owner)
    found = of(ctx, crew, "nora.keller")
    assert (True, False, ["only_owner"]) == (found.is_only_owner, found.is_helped, kinds(found))
    assert of(ctx, crew, "jonas.frei").is_helped


# The team


def test_colleagues_who_need_help_are_shown_with_what_helps(
    ctx: Context, crew: Team, nora: Browser, world: FrozenWorld
) -> None:
    team.add_member(ctx, nora, Details("Lea", "lea", "lea@example.com"))
    stands(ctx, crew["mia.zuercher"], "totp", Standing.DISABLED)
    recover.help_back_in(ctx, nora, crew["jonas.frei"].id, recover.Request(Delivery.LINK, How.CALL))
    day, three_days = (world.now() + timedelta(hours=hours) for hours in (24, 72))
    assert (
        Item("locked_out", {"name": "Mia Zuercher", "username": "mia.zuercher"}),
        Item("case_running", {"name": "Jonas Frei", "username": "jonas.frei", "until": day}),
        Item("not_set_up", {"name": "Lea", "username": "lea", "until": three_days}),
    ) == reports.home(ctx, nora).items


def test_who_is_being_helped_is_shown_once(ctx: Context, crew: Team, nora: Browser) -> None:
    """Suspended by the help itself, and locked out by it."""
    mia = crew["mia.zuercher"]
    recover.help_back_in(ctx, nora, mia.id, recover.Request(Delivery.SCREEN, How.CALL))
    assert ["case_running"] == kinds(reports.home(ctx, nora))


def test_at_most_five_the_most_urgent_first(ctx: Context, crew: Team, nora: Browser) -> None:
    for number in range(7):
        team.add_member(ctx, nora, Details("Lea", f"lea{number}", f"lea{number}@example.com"))
    stands(ctx, crew["mia.zuercher"], "totp", Standing.DISABLED)
    assert ["locked_out", *["not_set_up"] * 4] == kinds(reports.home(ctx, nora))


def test_staff_hear_nothing_of_others(ctx: Context, crew: Team, nora: Browser) -> None:
    stands(ctx, crew["mia.zuercher"], "totp", Standing.DISABLED)
    found = of(ctx, crew, "jonas.frei")
    assert ([], None) == (kinds(found), found.team)


def test_an_admin_hears_of_those_they_may_help(ctx: Context) -> None:
    crew = account(ctx, others={"ivana.admin": Role.ADMIN, "luca.auditor": Role.AUDITOR})
    with_backup_codes(ctx, crew["ivana.admin"])
    for username in ("jonas.frei", "luca.auditor"):
        stands(ctx, crew[username], "totp", Standing.DISABLED)
    (item,) = of(ctx, crew, "ivana.admin").items
    assert ("locked_out", "jonas.frei") == (item.kind, item.facts["username"])


def test_the_team_is_grouped_by_state_the_worst_first(ctx: Context, crew: Team, nora: Browser) -> None:
    stands(ctx, crew["mia.zuercher"], "totp", Standing.DISABLED)
    changed(ctx, crew["jonas.frei"], status=Status.DEACTIVATED)
    found = reports.home(ctx, nora).team
    assert found is not None
    shown = [(state.value, [one.username for one in group.first]) for state, group in found.groups]
    assert (3, [("locked_out", ["mia.zuercher"]), ("safe", ["nora.keller", "second.owner"])]) == (
        found.count,
        shown,
    )


def test_a_session_of_one_factor_sees_only_its_own_state(ctx: Context, crew: Team) -> None:
    found = reports.home(ctx, signed_in(ctx, crew.owner, aal2=False))
    assert (Safety.SAFE, None) == (found.state, found.team)


# Mail


def test_owners_hear_that_mail_is_off(ctx: Context, crew: Team, nora: Browser) -> None:
    without = replace(ctx, mail=None)
    assert ["mail_off"] == kinds(reports.home(without, nora))
    assert [] == kinds(reports.home(without, signed_in(ctx, crew["jonas.frei"])))


def test_owners_hear_of_letters_that_did_not_go(ctx: Context, nora: Browser, world: FrozenWorld) -> None:
    team.add_member(ctx, nora, Details("Lea", "lea", "lea@example.com"))

    def fail(conn: Connection) -> None:
        (mail,) = queue.claim(conn, world.now(), timedelta(seconds=60), 1)
        queue.failed(conn, mail, "Refused", world.now() + timedelta(minutes=1))

    ctx.db.write(fail)
    assert Item("mail_failing", {"count": 1}) == reports.home(ctx, nora).items[0]


# What it costs


def test_home_costs_the_same_whatever_there_is(ctx: Context, crew: Team, nora: Browser) -> None:
    """A full list of invitations adds the look at when each of five ends, and nothing more."""
    with statements(ctx) as before:
        reports.home(ctx, nora)
    for number in range(9):
        team.add_member(ctx, nora, Details("Lea", f"lea{number}", f"lea{number}@example.com"))
    with statements(ctx) as full:
        reports.home(ctx, nora)
    jonas = signed_in(ctx, crew["jonas.frei"])
    with statements(ctx) as as_staff:
        reports.home(ctx, jonas)
    assert (9, 14) == (len(before), len(full))
    assert 3 == len(as_staff)


# Who may


def test_home_is_for_who_is_signed_in(ctx: Context, nora: Browser, world: FrozenWorld) -> None:
    with pytest.raises(NotSignedIn):
        reports.home(ctx, SOMEBODY)
    world.advance(timedelta(hours=2))
    with pytest.raises(SessionIdle):
        reports.profile_of_me(ctx, again(ctx, nora))


# One's own profile


def test_a_profile_shows_what_one_has(ctx: Context, crew: Team, nora: Browser, world: FrozenWorld) -> None:
    found = reports.profile_of_me(ctx, nora)
    shown = {(way.kind, way.left, way.standing) for way in found.ways}
    assert {("totp", None, Standing.ACTIVE), ("backup_codes", 10, Standing.ACTIVE)} == shown
    assert (world.now(), Safety.SAFE) == (found.password_set_at, found.state)
    assert [True] == [device.is_this for device in found.devices]


def test_a_profile_says_when_the_password_was_changed(
    ctx: Context, crew: Team, nora: Browser, world: FrozenWorld
) -> None:
    world.advance(timedelta(minutes=4))
    replacing.change_password(ctx, again(ctx, nora), "lantern under the bridge", "a boat behind the hill")
    found = reports.profile_of_me(ctx, signed_in(ctx, crew.owner))
    assert world.now() == found.password_set_at


def test_activity_names_others_and_not_oneself(ctx: Context, crew: Team, nora: Browser) -> None:
    team.sign_out(ctx, nora, "jonas.frei")
    mine = reports.profile_of_me(ctx, nora).activity[0]
    theirs = reports.profile_of_me(ctx, signed_in(ctx, crew["jonas.frei"])).activity[1]
    assert ("member:session:all_ended", "", "jonas.frei") == (mine.tag, mine.by, mine.about)
    assert ("nora.keller", "", "Firefox on Windows, 203.0.113.7") == (theirs.by, theirs.about, theirs.place)


def test_activity_keeps_a_place_for_who_was_deleted(ctx: Context, crew: Team, nora: Browser) -> None:
    team.sign_out(ctx, nora, "jonas.frei")
    team.delete_member(ctx, nora, "jonas.frei", "jonas.frei")
    assert reports.DELETED == reports.profile_of_me(ctx, nora).activity[0].about


def test_all_activity_comes_in_pages(ctx: Context, nora: Browser) -> None:
    for _ in range(55):
        team.sign_out(ctx, nora, "jonas.frei")
    first, second = (reports.my_activity(ctx, nora, page) for page in (0, 2))
    assert (1, 50, second.count) == (first.page, len(first.activity), first.count)
    assert second.count == 50 + len(second.activity)


def test_nobody_sees_the_activity_of_another_account(ctx: Context, nora: Browser) -> None:
    other = account(ctx, owner="strange.owner", staff=())
    found = reports.my_activity(ctx, signed_in(ctx, other.owner))
    assert {"member:session:started"} <= {one.tag for one in found.activity}
    assert all(one.by in {"", "test"} for one in found.activity)
