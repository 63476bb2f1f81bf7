"""Contacts → Staff: who is listed how, and what a profile says the visitor may do."""

from datetime import timedelta

import pytest

from sparekey.core.people import Member, Policy, Role, Status
from sparekey.core.permissions import Action
from sparekey.core.recovery_case import Delivery, How
from sparekey.core.sign_in import Standing
from sparekey.errors import NotAllowed, NotFound, StepUpNeeded
from sparekey.flows import not_me, recover, team
from sparekey.flows.context import Context
from sparekey.flows.team import Details, Search, StaffRow
from tests.flows.conftest import statements
from tests.people import (
    SOMEBODY,
    Browser,
    Team,
    account,
    again,
    changed,
    letters,
    signed_in,
    stands,
    with_backup_codes,
)
from tests.world import FrozenWorld

NAMES = ("jonas.frei", "mia.zuercher", "amelie.rochat", "reto.caduff", "dario.monti", "gone.person")


@pytest.fixture
def crew(ctx: Context) -> Team:
    """People in every state a list can show, but invited ones."""
    crew = account(ctx, staff=NAMES, others={"ivana.admin": Role.ADMIN, "luca.auditor": Role.AUDITOR})
    stands(ctx, crew["jonas.frei"], "totp", Standing.SUSPENDED)
    with_backup_codes(ctx, crew["amelie.rochat"])
    with_backup_codes(ctx, crew["reto.caduff"])
    stands(ctx, crew["reto.caduff"], "totp", Standing.DISABLED)
    with_backup_codes(ctx, crew["dario.monti"], saved=False)
    changed(ctx, crew["mia.zuercher"], name="Mia Zürcher")
    changed(ctx, crew["gone.person"], status=Status.DEACTIVATED)
    return crew


@pytest.fixture
def nora(ctx: Context, crew: Team) -> Browser:
    return signed_in(ctx, crew.owner)


def rows(ctx: Context, who: Browser, search: Search | None = None) -> dict[str, StaffRow]:
    page = team.list_staff(ctx, who, search or Search())
    return {row.member.username: row for row in page.rows}


def test_the_list_says_why_somebody_is_at_risk(ctx: Context, nora: Browser) -> None:
    shown = {name: (row.state, row.reason) for name, row in rows(ctx, nora).items()}
    assert {
        "jonas.frei": ("locked_out", "suspended"),
        "mia.zuercher": ("one_loss", "only_app"),
        "amelie.rochat": ("safe", ""),
        "reto.caduff": ("one_loss", "only_codes"),
        "dario.monti": ("one_loss", "codes_unproven"),
        "gone.person": ("deactivated", ""),
        "nora.keller": ("one_loss", "only_app"),
        "ivana.admin": ("one_loss", "only_app"),
        "luca.auditor": ("one_loss", "only_app"),
    } == shown


def test_the_list_says_what_everybody_has(ctx: Context, nora: Browser) -> None:
    row = rows(ctx, nora)["amelie.rochat"]
    assert (True, 10) == (row.has_app, row.codes_left)


def test_the_list_says_until_when_help_and_invitations_work(
    ctx: Context, crew: Team, nora: Browser, world: FrozenWorld
) -> None:
    team.add_member(ctx, nora, Details("Lea", "lea", "lea@example.com"))
    recover.help_back_in(ctx, nora, crew["jonas.frei"].id, recover.Request(Delivery.LINK, How.CALL))
    listed = rows(ctx, nora)
    shown = [(listed[name].reason, listed[name].until) for name in ("lea", "jonas.frei")]
    assert [
        ("invited", world.now() + timedelta(hours=72)),
        ("helped", world.now() + timedelta(hours=24)),
    ] == shown


def test_help_and_invitations_that_ran_out_are_shown_as_such(
    ctx: Context, crew: Team, nora: Browser, world: FrozenWorld
) -> None:
    team.add_member(ctx, nora, Details("Lea", "lea", "lea@example.com"))
    recover.help_back_in(ctx, nora, crew["jonas.frei"].id, recover.Request(Delivery.LINK, How.CALL))
    world.advance(timedelta(hours=73))
    listed = rows(ctx, signed_in(ctx, crew.owner))
    assert ["invitation_over", "suspended"] == [listed[name].reason for name in ("lea", "jonas.frei")]


@pytest.mark.parametrize(
    ("search", "found"),
    [
        (Search("zuercher"), ["mia.zuercher"]),
        (Search("ZÜRCH mia"), ["mia.zuercher"]),
        (Search("100%"), []),
        (Search(state="locked_out"), ["jonas.frei"]),
        (Search(state="safe"), ["amelie.rochat"]),
        (Search(state="deactivated"), ["gone.person"]),
        (Search(state="not_set_up"), []),
        (Search(page=2), []),
        (Search("o" * 5000), []),
        (Search("\x00 mia \ud800"), ["mia.zuercher"]),
    ],
)
def test_search_and_filter(ctx: Context, nora: Browser, search: Search, found: list[str]) -> None:
    assert found == list(rows(ctx, nora, search))


@pytest.mark.parametrize("page", [0, -3])
def test_a_page_that_is_none_is_the_first(ctx: Context, nora: Browser, page: int) -> None:
    assert 9 == len(rows(ctx, nora, Search(page=page)))


def test_most_at_risk_first_unless_asked_otherwise(ctx: Context, nora: Browser) -> None:
    by_risk, by_username = list(rows(ctx, nora)), list(rows(ctx, nora, Search(sort="username")))
    assert ("jonas.frei", sorted(by_username)) == (by_risk[0], by_username)


def test_the_filters_count_everybody_once(ctx: Context, nora: Browser) -> None:
    """Whose review is due is a question of its own."""
    counts = team.list_staff(ctx, nora, Search("jonas")).counts
    assert 0 == counts.pop("review_due")
    assert {"": 9, "locked_out": 1, "one_loss": 6, "safe": 1, "deactivated": 1} == counts


@pytest.mark.parametrize(("username", "roles"), [("ivana.admin", (Role.STAFF,)), ("luca.auditor", ())])
def test_the_list_says_whom_the_visitor_may_add(
    ctx: Context, crew: Team, username: str, roles: tuple[Role, ...]
) -> None:
    assert roles == team.list_staff(ctx, signed_in(ctx, crew[username]), Search()).roles


def test_staff_see_nobody(ctx: Context, crew: Team) -> None:
    jonas = signed_in(ctx, crew["mia.zuercher"])
    with pytest.raises(NotAllowed):
        team.list_staff(ctx, jonas, Search())
    with pytest.raises(NotAllowed):
        team.profile(ctx, jonas, "amelie.rochat")


def test_a_session_of_one_factor_sees_nobody(ctx: Context, crew: Team) -> None:
    with pytest.raises(StepUpNeeded):
        team.list_staff(ctx, signed_in(ctx, crew.owner, aal2=False), Search())


def test_another_account_is_not_listed_and_has_no_profile(ctx: Context, nora: Browser) -> None:
    account(ctx, owner="strange.owner", staff=())
    assert {} == rows(ctx, nora, Search("strange"))
    with pytest.raises(NotFound):
        team.profile(ctx, nora, "strange.owner")


def test_the_list_reads_the_cases_of_those_it_shows_alone(ctx: Context, crew: Team, nora: Browser) -> None:
    with statements(ctx) as sent:
        team.list_staff(ctx, nora, Search("amelie"))
    [reading] = [text for text in sent if "FROM cases" in text]
    assert "cases.member_id IN" in reading


def test_the_list_costs_the_same_for_many(ctx: Context, crew: Team, nora: Browser) -> None:
    with statements(ctx) as few:
        team.list_staff(ctx, nora, Search("amelie"))
    with statements(ctx) as many:
        team.list_staff(ctx, nora, Search())
    assert len(few) == len(many)


# The profile


def reasons(ctx: Context, who: Browser, username: str) -> dict[Action, str | None]:
    return team.profile(ctx, again(ctx, who), username).why_not


def allowed(ctx: Context, who: Browser, username: str) -> set[Action]:
    return {action for action, reason in reasons(ctx, who, username).items() if reason is None}


HELP = {Action.SEND_LINK, Action.HAND_SECRET, Action.RESET}
CHANGES = {Action.EDIT_MEMBER, Action.DEACTIVATE, Action.END_SESSIONS}
OWNERS = {
    Action.TAKE_ADDRESS,
    Action.GIVE_ROLE,
    Action.DELETE_MEMBER,
    Action.HAND_OVER,
    Action.CHANGE_POLICY,
    Action.IMPORT_PEOPLE,
    Action.EXPORT_ACCOUNT,
    Action.SEE_APPS,
    Action.MANAGE_APPS,
}
ANYWAY = {Action.SEE_STAFF, Action.ADD_MEMBER, Action.SEE_AUDIT}


def test_an_owner_may_do_to_staff_what_fits_their_state(ctx: Context, nora: Browser) -> None:
    assert HELP | CHANGES | OWNERS | ANYWAY == allowed(ctx, nora, "jonas.frei")
    deactivated = {Action.EDIT_MEMBER, Action.REACTIVATE, Action.END_SESSIONS}
    assert deactivated | (OWNERS - {Action.HAND_OVER}) | ANYWAY == allowed(ctx, nora, "gone.person")


def test_an_admin_may_do_less(ctx: Context, crew: Team) -> None:
    ivana = signed_in(ctx, crew["ivana.admin"])
    assert CHANGES | {Action.SEND_LINK, Action.SEE_STAFF, Action.ADD_MEMBER} == allowed(
        ctx, ivana, "jonas.frei"
    )
    assert {Action.SEE_STAFF} == allowed(ctx, ivana, "luca.auditor")


def test_an_auditor_may_look(ctx: Context, crew: Team) -> None:
    luca = signed_in(ctx, crew["luca.auditor"])
    assert {Action.SEE_STAFF, Action.SEE_AUDIT} == allowed(ctx, luca, "jonas.frei")


def test_a_profile_says_why_not(ctx: Context, crew: Team, nora: Browser) -> None:
    assert "oneself" == reasons(ctx, nora, "nora.keller")[Action.DEACTIVATE]
    assert "their_role" == reasons(ctx, nora, "ivana.admin")[Action.HAND_SECRET]
    team.change_policy(ctx, nora, team.NewPolicy(Policy(links_only=True), 0))
    assert "links_only" == reasons(ctx, nora, "jonas.frei")[Action.HAND_SECRET]


def test_after_a_stop_the_same_helper_waits(ctx: Context, crew: Team, nora: Browser) -> None:
    recover.help_back_in(ctx, nora, crew["jonas.frei"].id, recover.Request(Delivery.LINK, How.CALL))
    link = letters(ctx, "setup_link")[0].facts["stop_link"]
    not_me.stop(ctx, SOMEBODY, link.rsplit("/", 1)[1])
    found = reasons(ctx, nora, "jonas.frei")
    assert ("stopped", "stopped") == (found[Action.SEND_LINK], found[Action.HAND_SECRET])


def test_a_profile_shows_what_is_on_its_way(
    ctx: Context, crew: Team, nora: Browser, world: FrozenWorld
) -> None:
    recover.help_back_in(ctx, nora, crew["jonas.frei"].id, recover.Request(Delivery.SCREEN, How.VIDEO))
    running = team.profile(ctx, nora, "jonas.frei").case
    assert running is not None
    assert ("Nora Keller", How.VIDEO, Delivery.SCREEN, True) == (
        running.by,
        running.how,
        running.delivery,
        running.is_view_open,
    )
    seen_by_others = team.profile(ctx, signed_in(ctx, crew["ivana.admin"]), "jonas.frei").case
    assert seen_by_others is not None
    assert not seen_by_others.is_view_open
    world.advance(timedelta(minutes=11))
    assert team.profile(ctx, nora, "jonas.frei").case is None


def test_a_profile_shows_ways_in_and_what_happened(ctx: Context, crew: Team, nora: Browser) -> None:
    jonas: Member = crew["amelie.rochat"]
    signed_in(ctx, jonas)
    team.sign_out(ctx, nora, jonas.username)
    found = team.profile(ctx, nora, jonas.username)
    assert {("totp", None, False), ("backup_codes", 10, True)} == {
        (way.kind, way.left, way.is_saved) for way in found.ways
    }
    newest = found.activity[0]
    assert ("member:session:all_ended", "nora.keller", "") == (newest.tag, newest.by, newest.about)
