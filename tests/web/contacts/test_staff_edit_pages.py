"""Contacts → Staff over HTTP: adding, editing, in and out, deleting, and handing ownership over."""

from datetime import timedelta

import pytest

from sparekey.core.people import Role, Status
from sparekey.flows import not_me
from sparekey.flows.context import Context
from sparekey.store import people
from tests.flows.steps import helped, token_in
from tests.people import SOMEBODY, Team, changed, letters, reloaded, signed_in
from tests.web.conftest import JONAS, LIST, Browse, Page, confirming, more_people
from tests.world import FrozenWorld

LEA = {"name": "Lea Hofstetter", "username": "lea.hofstetter", "email": "lea@example.com", "language": "de"}


def test_adding_somebody_invites_them(ctx: Context, browse: Browse, crew: Team) -> None:
    tab = browse(crew.owner)
    done = tab.fill(f"{LIST}/new", **LEA, role="auditor")
    page = tab.follow(done)
    new = ctx.db.read(lambda conn: people.by_username(conn, crew.account.id, "lea.hofstetter"))

    assert f"{LIST}/lea.hofstetter" == done.leads_to
    assert "Lea Hofstetter was added and gets a one-time set-up link by email." in page.words
    assert "Not set up yet" in page.words
    assert (Role.AUDITOR, Status.INVITED, "de") == (new.role, new.status, new.language)
    assert ["lea@example.com"] == [letter.to for letter in letters(ctx, "invitation")]


@pytest.mark.parametrize(
    ("wrong", "status", "sentence"),
    [
        (("name", ""), 422, "Enter a name"),
        (("name", "a\u202eb"), 422, "Leave out control characters and invisible marks"),
        (("username", ""), 422, "Enter a username"),
        (("username", "no spaces"), 422, "Use letters a to z"),
        (("username", "jonas.frei"), 409, "This name is not available"),
        (("email", ""), 422, "Enter an email address"),
        (("email", "nowhere"), 422, "Enter an address such as name@example.com"),
        (("email", "Jonas.Frei@example.com"), 409, "This name is not available"),
        (("role", "god"), 422, "Choose one of those offered"),
        (("language", "xx"), 422, "Choose one of those offered"),
    ],
)
def test_a_wrong_field_is_said_and_nothing_typed_is_lost(
    browse: Browse, crew: Team, wrong: tuple[str, str], status: int, sentence: str
) -> None:
    field, value = wrong
    page = browse(crew.owner).fill(f"{LIST}/new", **{**LEA, field: value})
    kept = {name: text for name, text in LEA.items() if name != field}
    form = page.form()

    assert (status, True) == (page.status, sentence in page.words)
    assert f'href="#{field}"' in page.text
    assert kept == {name: form.fields[name] for name in kept}


def test_everything_missing_is_said_at_once(browse: Browse, crew: Team) -> None:
    page = browse(crew.owner).fill(f"{LIST}/new")

    assert 422 == page.status
    assert all(f'href="#{field}"' in page.text for field in ("name", "username", "email"))


def test_an_admin_adds_staff_only(ctx: Context, browse: Browse, crew: Team) -> None:
    tab = browse(crew["ivana.admin"])
    page = tab.get(f"{LIST}/new")
    form = page.form()
    refused = tab.post(form.action, {**form.fields, **LEA, "role": "owner"})

    assert "role" not in form.names
    assert (403, []) == (refused.status, letters(ctx, "invitation"))


def test_what_was_typed_is_there_again_after_confirming(
    ctx: Context, browse: Browse, crew: Team, world: FrozenWorld
) -> None:
    tab = browse(crew.owner)
    world.advance(timedelta(minutes=6))
    page = tab.get(f"{LIST}/new")
    confirm = tab.follow(tab.send(page, **LEA))
    form = tab.follow(tab.send(confirm, **confirming(ctx, crew.owner)))
    done = tab.send(form)

    assert LEA["name"] == form.form().fields["name"]
    assert "Confirmed. Nothing is saved yet" in form.words
    assert (303, f"{LIST}/lea.hofstetter") == (done.status, done.leads_to)


def test_what_is_missing_is_said_before_anybody_has_to_confirm(
    browse: Browse, crew: Team, world: FrozenWorld
) -> None:
    tab = browse(crew.owner)
    world.advance(timedelta(minutes=6))

    assert [422, 422] == [tab.fill(f"{LIST}/new").status, tab.fill(f"{JONAS}/edit", name="").status]


@pytest.mark.parametrize(
    ("path", "status"),
    [(f"{LIST}/new", 200), (f"{JONAS}/edit", 200), (f"{JONAS}/deactivate", 303), (f"{JONAS}/delete", 303)],
)
def test_a_form_that_is_only_read_asks_for_no_confirmation(
    browse: Browse, crew: Team, world: FrozenWorld, path: str, status: int
) -> None:
    """But one whose fields would not be kept asks first."""
    tab = browse(crew.owner)
    world.advance(timedelta(minutes=6))

    assert status == tab.get(path).status


@pytest.mark.parametrize("path", [f"{LIST}/new", f"{JONAS}/edit"])
def test_a_form_is_read_with_two_factors_and_the_right_only(browse: Browse, crew: Team, path: str) -> None:
    remembered = browse(crew.owner, aal2=False).get(path)

    assert f"/me/confirm?next={path}" == remembered.leads_to
    assert 403 == browse(crew["luca.auditor"]).get(path).status


# Editing


def test_details_are_edited(ctx: Context, browse: Browse, crew: Team) -> None:
    tab = browse(crew.owner)
    done = tab.fill(f"{JONAS}/edit", name="Jonas F. Frei", username="jonas", role="auditor")

    assert f"{LIST}/jonas" == done.leads_to
    assert "The details of Jonas F. Frei are saved." in tab.follow(done).words
    assert Role.AUDITOR is reloaded(ctx, crew["jonas.frei"]).role


def test_a_stale_form_changes_nothing(ctx: Context, browse: Browse, crew: Team) -> None:
    tab = browse(crew.owner)
    old = tab.get(f"{JONAS}/edit")
    tab.fill(f"{JONAS}/edit", name="Somebody Faster")
    page = tab.send(old, name="Somebody Slower")

    assert (409, True) == (page.status, "Somebody was faster" in page.words)
    assert "Somebody Faster" == reloaded(ctx, crew["jonas.frei"]).name


@pytest.mark.parametrize("version", ["", "x", "-1", "9" * 40, "²"])
def test_a_forged_version_is_a_stale_one(browse: Browse, crew: Team, version: str) -> None:
    assert 409 == browse(crew.owner).fill(f"{JONAS}/edit", version=version).status


def test_an_edit_that_cannot_be_taken_is_said_at_its_field(browse: Browse, crew: Team) -> None:
    page = browse(crew.owner).fill(f"{JONAS}/edit", name="New Name", email="luca.auditor@example.com")

    assert (409, "New Name") == (page.status, page.form().fields["name"])
    assert "This name is not available" in page.words


def invitations(page: Page) -> list[str]:
    return [form.action for form in page.forms if form.action.endswith("/invite")]


def test_who_is_held_back_reads_why_the_address_stays_and_loses_nothing_typed(
    ctx: Context, browse: Browse, crew: Team
) -> None:
    tab = browse(crew.owner)
    helped(ctx, signed_in(ctx, crew.owner), crew["jonas.frei"])
    not_me.stop(ctx, SOMEBODY, token_in(str(letters(ctx)[0].facts["stop_link"])))
    page = tab.fill(f"{JONAS}/edit", email="new@example.com", name="Jo Frei")
    changed(ctx, crew["jonas.frei"], status=Status.INVITED)
    profile = tab.get(JONAS)

    assert (403, True) == (page.status, "you can’t change this address" in page.words)
    assert ("Jo Frei", 'href="#email"' in page.text) == (page.form().fields["name"], True)
    assert (True, []) == ("This person said “This wasn’t me”" in profile.words, invitations(profile))


def test_an_admin_edits_staff_and_nobody_else(browse: Browse, crew: Team) -> None:
    tab = browse(crew["ivana.admin"])
    refused = tab.get(f"{LIST}/luca.auditor/edit")

    assert 200 == tab.get(f"{JONAS}/edit").status
    assert (403, True) == (refused.status, "somebody with this role" in refused.words)
    assert f"{LIST}/luca.auditor" in refused.links


# In and out


def test_deactivating_and_reactivating(ctx: Context, browse: Browse, crew: Team) -> None:
    tab = browse(crew.owner)
    out = tab.follow(tab.fill(f"{JONAS}/deactivate"))
    between = reloaded(ctx, crew["jonas.frei"]).status
    back = tab.follow(tab.send(out, f"{JONAS}/reactivate"))

    assert "Jonas Frei is deactivated and signed out everywhere." in out.words
    assert "Jonas Frei can sign in again." in back.words
    assert [Status.DEACTIVATED, Status.ACTIVE] == [between, reloaded(ctx, crew["jonas.frei"]).status]


def test_what_was_done_already_is_said_and_leads_back(browse: Browse, crew: Team) -> None:
    tab = browse(crew.owner)
    page = tab.get(f"{JONAS}/deactivate")
    tab.send(page)
    again = tab.send(page)

    assert (409, True) == (again.status, "This person is not active" in again.words)
    assert JONAS in again.links


def test_nobody_deactivates_or_deletes_themselves(browse: Browse, crew: Team) -> None:
    tab = browse(crew.owner)
    pages = [tab.get(f"{LIST}/nora.keller/{what}") for what in ("deactivate", "delete")]

    assert [403, 403] == [page.status for page in pages]
    assert all("You can’t do this to yourself" in page.words for page in pages)


def test_deleting_asks_for_the_username(ctx: Context, browse: Browse, crew: Team) -> None:
    tab = browse(crew.owner)
    wrong = tab.fill(f"{JONAS}/delete", confirm="jonas")
    done = tab.send(wrong, confirm="Jonas.Frei")
    page = tab.follow(done)

    assert (422, "jonas") == (wrong.status, wrong.form().fields["confirm"])
    assert "Type the username exactly as it stands here" in wrong.words
    assert (LIST, True) == (done.leads_to, "Jonas Frei was deleted." in page.words)
    assert 404 == tab.get(JONAS).status


def test_inviting_again(ctx: Context, browse: Browse, crew: Team) -> None:
    more_people(ctx, crew, 1, 1)
    tab = browse(crew.owner)
    page = tab.follow(tab.fill(f"{LIST}/new.001", f"{LIST}/new.001/invite"))

    assert "gets a new set-up link by email" in page.words
    assert 2 == len(letters(ctx, "invitation"))


def test_who_has_set_up_is_not_invited(browse: Browse, crew: Team) -> None:
    tab = browse(crew.owner)
    csrf = tab.get(JONAS).form(f"{JONAS}/sign-out").fields["csrf"]

    assert 409 == tab.post(f"{JONAS}/invite", {"csrf": csrf}).status


def test_signing_somebody_out(browse: Browse, crew: Team) -> None:
    tab, theirs = browse(crew.owner), browse(crew["jonas.frei"])
    page = tab.follow(tab.fill(JONAS, f"{JONAS}/sign-out"))

    assert "Jonas Frei is signed out everywhere." in page.words
    assert 303 == theirs.get("/me/confirm").status


def test_a_button_after_confirming_says_that_nothing_is_done_yet(
    ctx: Context, browse: Browse, crew: Team, world: FrozenWorld
) -> None:
    tab = browse(crew.owner)
    page = tab.get(JONAS)
    world.advance(timedelta(minutes=6))
    confirm = tab.follow(tab.send(page, f"{JONAS}/sign-out"))
    back = tab.follow(tab.follow(tab.send(confirm, **confirming(ctx, crew.owner))))

    assert "Nothing is done yet" in back.words
    assert f"{JONAS}/sign-out" in [form.action for form in back.forms]


# Handing over


@pytest.mark.parametrize(
    ("mine", "role"), [("keep", Role.OWNER), ("admin", Role.ADMIN), ("staff", Role.STAFF)]
)
def test_ownership_is_handed_over(ctx: Context, browse: Browse, crew: Team, mine: str, role: Role) -> None:
    tab = browse(crew.owner)
    done = tab.fill("/account/hand-over?to=jonas.frei", mine=mine, confirm="jonas.frei")

    assert (303, "/" if role is Role.STAFF else JONAS) == (done.status, done.leads_to)
    assert "Jonas Frei is account owner now." in tab.follow(done).words
    assert (Role.OWNER, role) == (reloaded(ctx, crew["jonas.frei"]).role, reloaded(ctx, crew.owner).role)


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [({"mine": "king"}, "Choose one of those offered"), ({"confirm": "jonas"}, "Type the username exactly")],
)
def test_a_hand_over_that_is_not_filled_in_changes_nothing(
    ctx: Context, browse: Browse, crew: Team, wrong: dict[str, str], sentence: str
) -> None:
    typed = {"mine": "admin", "confirm": "jonas.frei", **wrong}
    page = browse(crew.owner).fill("/account/hand-over?to=jonas.frei", **typed)

    assert (422, True) == (page.status, sentence in page.words)
    assert Role.STAFF is reloaded(ctx, crew["jonas.frei"]).role


def test_a_hand_over_goes_on_after_confirming(
    ctx: Context, browse: Browse, crew: Team, world: FrozenWorld
) -> None:
    tab = browse(crew.owner)
    page = tab.get("/account/hand-over?to=jonas.frei")
    world.advance(timedelta(minutes=6))
    confirm = tab.follow(tab.send(page, mine="admin", confirm="jonas.frei"))
    form = tab.follow(tab.send(confirm, **confirming(ctx, crew.owner)))

    assert {"to": "jonas.frei", "mine": "admin"}.items() <= form.form().fields.items()


@pytest.mark.parametrize(
    ("username", "to", "status"),
    [
        ("nora.keller", "", 404),
        ("nora.keller", "nobody", 404),
        ("nora.keller", "nora.keller", 403),
        ("ivana.admin", "jonas.frei", 403),
        ("jonas.frei", "nora.keller", 403),
    ],
)
def test_who_cannot_hand_over(browse: Browse, crew: Team, username: str, to: str, status: int) -> None:
    assert status == browse(crew[username]).get(f"/account/hand-over?to={to}").status
