"""Home and the end of a first set-up."""

import pytest

from sparekey.core.people import Role, Status
from sparekey.core.sign_in import Standing
from sparekey.flows.context import Context
from tests.flows.conftest import statements
from tests.people import account, changed, stands, with_backup_codes
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
        (Standing.SUSPENDED, "Your authenticator app is suspended"),
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
