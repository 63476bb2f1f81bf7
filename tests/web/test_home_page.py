"""Home and the end of a first set-up."""

import pytest

from sparekey.core.people import Role, Status
from sparekey.core.sign_in import Standing
from sparekey.flows import not_me
from sparekey.flows.context import Context
from tests.flows.conftest import statements
from tests.flows.steps import helped, token_in
from tests.people import PASSWORD, SOMEBODY, account, changed, letters, signed_in, stands, with_backup_codes
from tests.web.conftest import Browse


def test_home_says_how_safe_one_is(ctx: Context, browse: Browse) -> None:
    """A state, not a greeting; and what would happen."""
    team = account(ctx)
    with_backup_codes(ctx, team["jonas.frei"])
    page = browse(team["jonas.frei"]).get("/")

    assert page.status == 200
    assert "You can lose any one thing and still get in" in page.words
    assert "Nothing to review." in page.words
    assert "An account owner lets you back in" in page.words
    assert "Your team of" not in page.words


def test_unsaved_codes_say_the_same_in_heading_and_table(ctx: Context, browse: Browse) -> None:
    """Who can be helped is not locked out by a lost phone."""
    team = account(ctx)
    with_backup_codes(ctx, team["jonas.frei"], saved=False)
    page = browse(team["jonas.frei"]).get("/")

    assert "Without your phone, only an account owner could let you in" in page.words
    assert "An account owner lets you back in" in page.words
    assert "would lock you out" not in page.words


@pytest.mark.parametrize(
    ("saved", "said"),
    [
        (None, "Losing your phone would lock you out No colleague can let you in then"),
        (False, "Losing your phone would lock you out No colleague can let you in then"),
        (True, "You can lose any one thing and still get in If you lose everything at once, though"),
    ],
)
def test_a_sole_owner_is_never_told_more_safety_than_there_is(
    ctx: Context, browse: Browse, saved: bool | None, said: str
) -> None:
    """With saved codes, too, a second owner is advised."""
    team = account(ctx)
    if saved is not None:
        with_backup_codes(ctx, team.owner, saved=saved)
    page = browse(team.owner).get("/")

    assert said in page.words
    assert "You are the only account owner" in page.words


def test_a_report_comes_first_for_owners(ctx: Context, browse: Browse) -> None:
    team = account(ctx, others={"ivana.petrovic": Role.ADMIN})
    stands(ctx, team["ivana.petrovic"], "totp", Standing.SUSPENDED)
    owner = signed_in(ctx, team.owner)
    helped(ctx, owner, team["jonas.frei"])
    not_me.stop(ctx, SOMEBODY, token_in(str(letters(ctx, "recovery_opened")[0].facts["stop_link"])))
    page = browse(team.owner).get("/")

    assert "To review" in page.words
    assert page.words.index("Jonas Frei says: this wasn’t me") < page.words.index("is locked out")
    assert "this wasn’t me" not in browse(team["ivana.petrovic"]).get("/").words


def test_an_owner_sees_the_team_and_what_to_do(ctx: Context, browse: Browse) -> None:
    """Most urgent first, with one main button; only the first is."""
    team = account(ctx, staff=("jonas.frei", "lea.hofstetter"))
    changed(ctx, team["lea.hofstetter"], status=Status.INVITED)
    stands(ctx, team["jonas.frei"], "totp", Standing.SUSPENDED)
    page = browse(team.owner).get("/")
    items = ["Jonas Frei is locked out", "You are the only account owner", "You have no backup codes",
             "Lea Hofstetter has not set up yet"]  # fmt: skip

    assert [page.words.index(item) for item in items] == sorted(page.words.index(item) for item in items)
    assert "Your team of 3" in page.words
    assert page.text.count('class="btn s go"') == 1


@pytest.mark.parametrize(
    ("standing", "said"),
    [
        (Standing.SUSPENDED, "A second factor of yours is suspended"),
        (Standing.EXPOSED, "Somebody else has seen your secret"),
        (Standing.DISABLED, "A way in of yours is switched off"),
    ],
)
def test_a_way_in_that_does_not_count_is_named(
    standing: Standing, said: str, ctx: Context, browse: Browse
) -> None:
    team = account(ctx)
    with_backup_codes(ctx, team["jonas.frei"])
    tab = browse(team["jonas.frei"])
    stands(ctx, team["jonas.frei"], "totp", standing)

    assert said in tab.get("/").words


def test_a_remembered_browser_sees_its_own_home_only(ctx: Context, browse: Browse) -> None:
    """Without a second factor in this session, nothing of colleagues is shown."""
    team = account(ctx)
    page = browse(team.owner, aal2=False).get("/")

    assert page.status == 200
    assert "Your team of" not in page.words
    assert "Jonas" not in page.words


def test_the_set_up_ends_with_the_picture(ctx: Context, browse: Browse) -> None:
    """With or without saved codes."""
    team = account(ctx)
    with_backup_codes(ctx, team["jonas.frei"])

    assert "Done. You can lose any one thing" in browse(team["jonas.frei"]).get("/setup/done").words
    assert "Done. Save backup codes soon" in browse(team.owner).get("/setup/done").words


def test_home_takes_few_statements(ctx: Context, browse: Browse) -> None:
    """However many colleagues there are."""
    staff = tuple(f"staff.{number:02}" for number in range(25))
    team = account(ctx, staff=staff, others={"ivana.petrovic": Role.ADMIN})
    tab = browse(team.owner)
    for name in staff:
        changed(ctx, team[name], status=Status.INVITED)
    with statements(ctx) as sent:
        assert tab.get("/").status == 200

    assert len(sent) <= 24, f"{len(sent)}: {sent}"


def test_a_new_password_is_one_line_of_the_activity(ctx: Context, browse: Browse) -> None:
    here = browse(account(ctx).owner)
    form = {"current_password": PASSWORD, "new_password": "juniper ferry on monday"}
    words = here.follow(here.fill("/me/password", **form)).words
    assert (True, False) == (
        "Password changed" in words,
        "New: password" in words or "Removed: password" in words,
    )


def test_a_wrong_address_keeps_the_menu_of_who_is_signed_in(ctx: Context, browse: Browse) -> None:
    inside, outside = browse(account(ctx).owner).get("/nowhere"), browse().get("/nowhere")
    assert (404, 404) == (inside.status, outside.status)
    assert ["/me" in one.links for one in (inside, outside)] == [True, False]
