"""Who may change a team, and what follows from adding, inviting and editing people."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from sqlalchemy.exc import DBAPIError

from sparekey.core.people import Language, Member, Policy, Role, Status
from sparekey.core.permissions import Action
from sparekey.core.recovery_case import Delivery, How
from sparekey.errors import (
    BadInput,
    Conflict,
    LinkUnusable,
    NameTaken,
    NotAllowed,
    NotFound,
    NotSignedIn,
    Stale,
    StepUpNeeded,
    TooManyTries,
)
from sparekey.flows import recover, team
from sparekey.flows.context import Context
from sparekey.flows.joining import setup
from sparekey.flows.team import Details, NewPolicy
from tests.people import (
    SOMEBODY,
    Browser,
    Team,
    account,
    again,
    letters,
    reloaded,
    signed_in,
    tags,
    without_outbox,
)
from tests.world import FrozenWorld

LEA = Details("Lea Hofstetter", "lea.hofstetter", "lea@example.com", language="de")
COLLEAGUES = {"ivana.admin": Role.ADMIN, "luca.auditor": Role.AUDITOR, "second.owner": Role.OWNER}


@pytest.fixture
def crew(ctx: Context) -> Team:
    """One of each role, and a second owner."""
    return account(ctx, others=COLLEAGUES)


@pytest.fixture
def nora(ctx: Context, crew: Team) -> Browser:
    """The owner, signed in just now."""
    return signed_in(ctx, crew.owner)


def details_of(who: Member, **other: str) -> Details:
    """The details somebody has, with some changed."""
    kept = {"name": who.name, "username": who.username, "email": who.email, "language": who.language.value}
    return Details(**{**kept, **other})


Act = Callable[[Context, Browser, Member], object]
ACTS: dict[str, Act] = {
    "add": lambda ctx, who, _: team.add_member(ctx, who, LEA),
    "edit": lambda ctx, who, to: team.edit_member(ctx, who, to.username, details_of(to, name="Jo"), 0),
    "deactivate": lambda ctx, who, to: team.deactivate(ctx, who, to.username),
    "sign out": lambda ctx, who, to: team.sign_out(ctx, who, to.username),
    "role": lambda ctx, who, to: team.change_role(ctx, who, to.username, Role.AUDITOR),
    "delete": lambda ctx, who, to: team.delete_member(ctx, who, to.username, to.username),
    "hand over": lambda ctx, who, to: team.hand_over(ctx, who, to.username, Role.OWNER, to.username),
    "policy": lambda ctx, who, _: team.change_policy(ctx, who, NewPolicy(Policy(links_only=True), 0)),
}
ADMINS_TOO = {"add", "edit", "deactivate", "sign out"}


@pytest.mark.parametrize("act", ACTS)
@pytest.mark.parametrize("username", ["second.owner", "ivana.admin", "luca.auditor", "jonas.frei"])
def test_only_those_may_who_should(ctx: Context, act: str, username: str) -> None:
    """Owners everything, admins what concerns staff, auditors and staff nothing."""
    crew = account(ctx, staff=("jonas.frei", "mia.target"), others=COLLEAGUES)
    expected = username == "second.owner" or (username == "ivana.admin" and act in ADMINS_TOO)
    assert expected == is_let(ACTS[act], ctx, signed_in(ctx, crew[username]), crew["mia.target"])


def is_let(act: Act, ctx: Context, who: Browser, to: Member) -> bool:
    try:
        act(ctx, who, to)
    except StepUpNeeded:
        raise
    except NotAllowed:
        return False
    return True


@pytest.mark.parametrize("act", ["edit", "deactivate", "sign out"])
@pytest.mark.parametrize("username", ["nora.keller", "luca.auditor"])
def test_an_admin_changes_nobody_but_staff(ctx: Context, crew: Team, act: str, username: str) -> None:
    assert not is_let(ACTS[act], ctx, signed_in(ctx, crew["ivana.admin"]), crew[username])


def test_an_admin_adds_nobody_but_staff(ctx: Context, crew: Team) -> None:
    wanted = Details("Max", "max", "max@example.com", role="admin")
    with pytest.raises(NotAllowed):
        team.add_member(ctx, signed_in(ctx, crew["ivana.admin"]), wanted)


@pytest.mark.parametrize("act", ACTS)
def test_every_change_asks_for_proofs_of_the_last_five_minutes(
    ctx: Context, crew: Team, nora: Browser, world: FrozenWorld, act: str
) -> None:
    world.advance(timedelta(minutes=6))
    with pytest.raises(StepUpNeeded):
        ACTS[act](ctx, again(ctx, nora), crew["jonas.frei"])


@pytest.mark.parametrize("act", ACTS)
def test_nobody_does_anything_without_signing_in(ctx: Context, crew: Team, act: str) -> None:
    with pytest.raises(NotSignedIn):
        ACTS[act](ctx, Browser(SOMEBODY.source), crew["jonas.frei"])


@pytest.mark.parametrize("act", ["edit", "deactivate", "sign out", "role", "delete", "hand over"])
def test_people_of_another_account_are_not_there(ctx: Context, nora: Browser, act: str) -> None:
    other = account(ctx, owner="strange.owner", staff=("strange.staff",))
    with pytest.raises(NotFound):
        ACTS[act](ctx, nora, other["strange.staff"])


@pytest.mark.parametrize(
    "username", ["", "a\x00b", "\ud800", "x" * 5000, "../jonas.frei", "jonas.frei\u202e"]
)
def test_what_cannot_be_a_username_is_nobodys(ctx: Context, nora: Browser, username: str) -> None:
    with pytest.raises(NotFound):
        team.deactivate(ctx, nora, username)
    with pytest.raises(NotFound):
        team.profile(ctx, nora, username)


def test_whoever_may_not_learns_no_names(ctx: Context, crew: Team) -> None:
    with pytest.raises(NotAllowed):
        team.deactivate(ctx, signed_in(ctx, crew["jonas.frei"]), "nobody.at.all")


def test_a_right_that_was_taken_since_the_request_came_in_is_gone(
    ctx: Context, crew: Team, nora: Browser
) -> None:
    second = signed_in(ctx, crew["second.owner"])
    team.change_role(ctx, nora, "second.owner", Role.STAFF)
    with pytest.raises(NotAllowed):
        team.delete_member(ctx, second, "jonas.frei", "jonas.frei")


# Adding and inviting


def test_who_is_added_is_invited_by_mail(ctx: Context, crew: Team, nora: Browser) -> None:
    new = team.add_member(ctx, nora, LEA)
    (letter,) = letters(ctx)
    assert ("invitation", "lea@example.com", "de") == (letter.kind, letter.to, letter.language)
    assert (Status.INVITED, Role.STAFF, Language.DE) == (new.status, new.role, new.language)
    assert ["account:member:added", "member:link:sent"] == tags(ctx, crew.account.id)[-2:]


def opened(ctx: Context, letter_link: str) -> setup.Opened:
    return setup.open_link(ctx, SOMEBODY, letter_link.rsplit("/", 1)[1])


def test_the_invitation_opens_the_set_up_for_three_days(
    ctx: Context, nora: Browser, world: FrozenWorld
) -> None:
    team.add_member(ctx, nora, LEA)
    link = letters(ctx)[0].facts["link"]
    world.advance(timedelta(hours=71, minutes=59))
    assert world.now() + timedelta(minutes=1) == opened(ctx, link).until


@pytest.mark.parametrize(
    ("wanted", "field"),
    [
        (Details("", "lea", "lea@example.com"), "name"),
        (Details("Lea", "lea@home", "lea@example.com"), "username"),
        (Details("Lea", "lea", "lea"), "email"),
        (Details("Lea", "lea", "lea@example.com", role="king"), "role"),
        (Details("Lea", "lea", "lea@example.com", language="xx"), "language"),
        (Details("Lea\x00", "lea", "lea@example.com"), "name"),
        (Details("Lea", "JONAS.frei ", "lea@example.com"), "username"),
        (Details("Lea", "lea", "Jonas.Frei@Example.com"), "email"),
    ],
)
def test_what_cannot_be_kept_is_refused_by_field(
    ctx: Context, nora: Browser, wanted: Details, field: str
) -> None:
    with pytest.raises(BadInput) as refusal:
        team.add_member(ctx, nora, wanted)
    assert (field, []) == (refusal.value.field, letters(ctx))


def test_a_name_of_another_account_is_not_available(ctx: Context, nora: Browser) -> None:
    account(ctx, owner="strange.owner", staff=())
    with pytest.raises(NameTaken):
        team.add_member(ctx, nora, Details("Lea", "strange.owner", "lea@example.com"))


def test_a_new_invitation_ends_the_one_before(ctx: Context, nora: Browser, world: FrozenWorld) -> None:
    team.add_member(ctx, nora, LEA)
    world.advance(timedelta(minutes=1))
    team.invite_again(ctx, nora, "lea.hofstetter")
    first, second = (letter.facts["link"] for letter in letters(ctx))
    assert "lea.hofstetter" == getattr(opened(ctx, second).member, "username", "")
    with pytest.raises(LinkUnusable) as ended:
        opened(ctx, first)
    assert "replaced" == ended.value.reason


def test_the_sixth_invitation_in_an_hour_is_refused_and_ends_nothing(ctx: Context, nora: Browser) -> None:
    team.add_member(ctx, nora, LEA)
    for _ in range(4):
        team.invite_again(ctx, nora, "lea.hofstetter")
    last = newest_link(ctx)
    with pytest.raises(TooManyTries):
        team.invite_again(ctx, nora, "lea.hofstetter")
    assert opened(ctx, last).until is not None


def newest_link(ctx: Context) -> str:
    """Of those with the same time, the one that still works."""
    for letter in letters(ctx, "invitation"):
        try:
            opened(ctx, letter.facts["link"])
        except LinkUnusable:
            continue
        return str(letter.facts["link"])
    raise AssertionError("no invitation works")


def test_whoever_has_set_up_is_not_invited(ctx: Context, nora: Browser) -> None:
    with pytest.raises(Conflict):
        team.invite_again(ctx, nora, "jonas.frei")


def test_adding_is_undone_as_a_whole_when_its_letter_cannot_be_posted(
    ctx: Context, crew: Team, nora: Browser
) -> None:
    before = tags(ctx, crew.account.id)
    with without_outbox(ctx), pytest.raises(DBAPIError):
        team.add_member(ctx, nora, LEA)
    with pytest.raises(NotFound):
        team.profile(ctx, nora, "lea.hofstetter")
    assert before == tags(ctx, crew.account.id)


# Editing


def edit(ctx: Context, who: Browser, subject: Member, **other: str) -> Member:
    return team.edit_member(ctx, who, subject.username, details_of(subject, **other), subject.version)


def test_details_are_changed_and_recorded_by_field(ctx: Context, crew: Team, nora: Browser) -> None:
    after = edit(ctx, nora, crew["jonas.frei"], name="Jonas Weber", username="jonas.weber", language="de")
    assert ("Jonas Weber", "jonas.weber", Language.DE) == (after.name, after.username, after.language)
    assert ["account:member:edited"] == tags(ctx, crew.account.id)[-1:]
    assert [] == letters(ctx)


def test_a_stale_form_changes_nothing(ctx: Context, crew: Team, nora: Browser) -> None:
    edit(ctx, nora, crew["jonas.frei"], name="Jonas Weber")
    with pytest.raises(Stale):
        edit(ctx, nora, crew["jonas.frei"], name="Jonas Meier")
    assert "Jonas Weber" == reloaded(ctx, crew["jonas.frei"]).name


def test_an_unchanged_form_does_nothing(ctx: Context, crew: Team, nora: Browser) -> None:
    before = tags(ctx, crew.account.id)
    edit(ctx, nora, crew["jonas.frei"])
    assert (before, 0) == (tags(ctx, crew.account.id), reloaded(ctx, crew["jonas.frei"]).version)


def test_a_new_address_is_told_at_both_and_cools_for_three_days(
    ctx: Context, crew: Team, nora: Browser, world: FrozenWorld
) -> None:
    after = edit(ctx, nora, crew["jonas.frei"], email="jonas@new.example")
    told = [(one.kind, one.to) for one in letters(ctx)]
    assert [
        ("address_changed_new", "jonas@new.example"),
        ("address_changed_old", "jonas.frei@example.com"),
    ] == told
    assert ("jonas.frei@example.com", world.now()) == (after.former_email, after.email_changed_at)
    assert "fresh_address" == team.profile(ctx, nora, "jonas.frei").why_not[Action.SEND_LINK]


def test_two_changes_in_a_row_keep_the_first_address(
    ctx: Context, crew: Team, nora: Browser, world: FrozenWorld
) -> None:
    after = edit(ctx, nora, crew["jonas.frei"], email="one@new.example")
    world.advance(timedelta(minutes=1))
    after = edit(ctx, nora, after, email="two@new.example")
    assert ("jonas.frei@example.com", world.now()) == (after.former_email, after.email_changed_at)


def test_a_new_address_ends_the_hand_over_and_its_link(ctx: Context, crew: Team, nora: Browser) -> None:
    request = recover.Request(Delivery.LINK, How.CALL)
    recover.help_back_in(ctx, nora, crew["jonas.frei"].id, request)
    (letter,) = letters(ctx, "setup_link")
    edit(ctx, nora, crew["jonas.frei"], email="jonas@new.example")
    with pytest.raises(LinkUnusable):
        opened(ctx, letter.facts["link"])
    (ended,) = letters(ctx, "recovery_ended")
    assert ("member_changed", "jonas.frei@example.com") == (ended.facts["ending"], ended.to)
    assert [] == letters(ctx, "setup_link")


def test_an_invitation_follows_a_corrected_address(ctx: Context, nora: Browser) -> None:
    new = team.add_member(ctx, nora, LEA)
    after = edit(ctx, nora, new, email="lea.hofstetter@example.com")
    (letter,) = letters(ctx)
    assert ("invitation", "lea.hofstetter@example.com") == (letter.kind, letter.to)
    assert after.email_changed_at is None


def test_a_role_given_in_the_form_follows_the_rules_of_roles(ctx: Context, crew: Team, nora: Browser) -> None:
    after = edit(ctx, nora, crew["jonas.frei"], role="admin")
    assert (Role.ADMIN, ["role_changed"]) == (after.role, [one.kind for one in letters(ctx)])


def test_an_admin_gives_no_role_in_the_form(ctx: Context, crew: Team) -> None:
    with pytest.raises(NotAllowed):
        edit(ctx, signed_in(ctx, crew["ivana.admin"]), crew["jonas.frei"], role="admin")


def test_nobody_changes_the_own_role_in_the_form(ctx: Context, crew: Team, nora: Browser) -> None:
    with pytest.raises(NotAllowed) as refusal:
        edit(ctx, nora, crew.owner, role="staff")
    assert "oneself" == refusal.value.reason
