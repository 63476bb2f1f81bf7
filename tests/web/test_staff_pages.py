"""Contacts → Staff over HTTP: who sees it, finding people, and adding, editing, removing them."""

from dataclasses import replace
from datetime import timedelta

import pytest

from sparekey.core.people import Language, Role, Status
from sparekey.flows._work import unit
from sparekey.flows.context import Context, Visitor
from sparekey.flows.team._reach import invite
from sparekey.store import people
from tests.flows.conftest import statements
from tests.people import Team, account, changed, letters, person, reloaded, stands, with_backup_codes
from tests.web.conftest import Browse, Page, confirming
from tests.world import FrozenWorld

LIST = "/contacts/staff"
JONAS = f"{LIST}/jonas.frei"
COLLEAGUES = {"ivana.admin": Role.ADMIN, "luca.auditor": Role.AUDITOR, "second.owner": Role.OWNER}
LEA = {"name": "Lea Hofstetter", "username": "lea.hofstetter", "email": "lea@example.com", "language": "de"}
PAGES = ("/new", "/jonas.frei/edit", "/jonas.frei/deactivate", "/jonas.frei/delete")
BUTTONS = ("invite", "sign-out", "reactivate")


@pytest.fixture
def crew(ctx: Context) -> Team:
    """One of each role, and a second owner."""
    return account(ctx, others=COLLEAGUES)


def people_in(page: Page) -> list[str]:
    """The usernames of a list, in its order."""
    return [
        link.removeprefix(f"{LIST}/")
        for link in page.links
        if link.startswith(f"{LIST}/") and link != f"{LIST}/new"
    ]


def test_contacts_lead_to_the_staff_list(browse: Browse, crew: Team) -> None:
    page = browse(crew.owner).get("/contacts")

    assert (303, LIST) == (page.status, page.leads_to)


@pytest.mark.parametrize("username", ["nora.keller", "ivana.admin", "luca.auditor"])
def test_who_may_see_staff_sees_the_list_and_a_profile(browse: Browse, crew: Team, username: str) -> None:
    tab = browse(crew[username])

    assert set(crew.people) == set(people_in(tab.get(LIST)))
    assert "Two-factor authentication" in tab.get(JONAS).words


@pytest.mark.parametrize("path", [LIST, JONAS, *(LIST + page for page in PAGES)])
def test_staff_see_none_of_it(browse: Browse, crew: Team, path: str) -> None:
    page = browse(crew["jonas.frei"]).get(path)

    assert (403, True) == (page.status, "Your role does not include it." in page.words)


@pytest.mark.parametrize("path", [LIST, JONAS, *(LIST + page for page in PAGES)])
def test_nobody_is_led_to_sign_in(browse: Browse, crew: Team, path: str) -> None:
    page = browse().get(path)

    assert (303, f"/sign-in?next={path}") == (page.status, page.leads_to)


def test_a_remembered_browser_confirms_before_it_sees_staff(browse: Browse, crew: Team) -> None:
    page = browse(crew.owner, aal2=False).get(LIST)

    assert (303, f"/me/confirm?next={LIST}") == (page.status, page.leads_to)


@pytest.mark.parametrize(
    "rest", ["", "/edit", "/deactivate", "/delete", "/2fa/reveal", "/2fa/link", "/2fa/reset"]
)
@pytest.mark.parametrize("username", ["not.there", "other.person", "a'%00b", "x" * 300])
def test_somebody_of_another_account_is_not_there(
    ctx: Context, browse: Browse, crew: Team, username: str, rest: str
) -> None:
    account(ctx, "other.owner", ("other.person",))

    assert 404 == browse(crew.owner).get(f"{LIST}/{username}{rest}").status


@pytest.mark.parametrize(
    "what", [*BUTTONS, "edit", "deactivate", "delete", "2fa/cancel", "2fa/secret/hide", "2fa/reset"]
)
def test_a_form_of_another_session_changes_nothing(
    ctx: Context, browse: Browse, crew: Team, what: str
) -> None:
    mine, theirs = browse(crew.owner), browse(crew["second.owner"])
    foreign = theirs.get(JONAS).form(f"{JONAS}/sign-out").fields["csrf"]
    before = reloaded(ctx, crew["jonas.frei"])
    page = mine.post(f"{JONAS}/{what}", {"csrf": foreign, "confirm": "jonas.frei", "how": "person"})

    assert (403, before) == (page.status, reloaded(ctx, crew["jonas.frei"]))


def test_a_form_from_another_site_is_refused(browse: Browse, crew: Team) -> None:
    tab = browse(crew.owner)
    form = tab.get(f"{JONAS}/deactivate").form()

    assert 403 == tab.post(form.action, form.fields, origin="https://evil.example").status


def test_pages_are_never_stored(browse: Browse, crew: Team) -> None:
    tab = browse(crew.owner)
    paths = [LIST, JONAS, *(LIST + page for page in PAGES), "/account/hand-over?to=jonas.frei"]

    assert {"no-store"} == {tab.get(path).headers["cache-control"] for path in paths}


# Finding people


def test_a_search_folds_umlauts_and_stays_in_the_address(ctx: Context, browse: Browse, crew: Team) -> None:
    changed(ctx, crew["jonas.frei"], name="Jonas Brändli")
    page = browse(crew.owner).get(f"{LIST}?q=braendli")

    assert ["jonas.frei"] == people_in(page)
    assert f"{LIST}?q=braendli&state=one_loss" in page.links
    assert f"{LIST}?q=braendli&sort=name" in page.links


def test_a_search_that_finds_nobody_says_so(browse: Browse, crew: Team) -> None:
    page = browse(crew.owner).get(f"{LIST}?q=%3Cb%3Ezzz")

    assert (200, True) == (page.status, "Nobody matches “<b>zzz”" in page.words)
    assert "<b>zzz" not in page.text


def test_filters_count_and_choose(ctx: Context, browse: Browse, crew: Team) -> None:
    with_backup_codes(ctx, crew["jonas.frei"])
    changed(ctx, crew["luca.auditor"], status=Status.DEACTIVATED)
    tab = browse(crew.owner)

    assert ["jonas.frei"] == people_in(tab.get(f"{LIST}?state=safe"))
    assert ["luca.auditor"] == people_in(tab.get(f"{LIST}?state=deactivated"))
    assert "Safe 1 Deactivated 1" in tab.get(LIST).words


@pytest.mark.parametrize(
    ("sort", "first"), [("username", "ivana.admin"), ("name", "ivana.admin"), ("role", "ivana.admin")]
)
def test_the_order_is_the_address_s(browse: Browse, crew: Team, sort: str, first: str) -> None:
    page = browse(crew.owner).get(f"{LIST}?sort={sort}")

    assert first == people_in(page)[0]
    assert 'aria-sort="ascending"' in page.text


@pytest.mark.parametrize(
    "query", ["state=x", "sort=x", "page=0", "page=-1", "page=x", "page=٣", "page=" + "9" * 40]
)
def test_what_an_address_cannot_mean_is_left_out(browse: Browse, crew: Team, query: str) -> None:
    page = browse(crew.owner).get(f"{LIST}?{query}")

    assert (200, set(crew.people)) == (page.status, set(people_in(page)))


def test_a_page_after_the_last_leads_to_the_last(browse: Browse, crew: Team) -> None:
    page = browse(crew.owner).get(f"{LIST}?q=e&page=7")

    assert (303, f"{LIST}?q=e") == (page.status, page.leads_to)


def test_alone_one_is_asked_to_add_somebody(ctx: Context, browse: Browse) -> None:
    page = browse(account(ctx, staff=()).owner).get(LIST)

    assert "You are the only one here" in page.words


def more_people(ctx: Context, crew: Team, count: int) -> None:
    """That many invited people whose links work."""

    def add(work: object) -> None:
        for number in range(count):
            new = person(crew.account.id, f"new.{number:03}", Role.STAFF, ctx.moment())
            new = replace(new, status=Status.INVITED)
            people.add_member(work.conn, new)  # type: ignore[attr-defined]
            invite(work, crew.owner, new)  # type: ignore[arg-type]

    unit(ctx, Visitor(console="test"), ctx.moment(), add)


def test_fifty_a_page(ctx: Context, browse: Browse, crew: Team) -> None:
    more_people(ctx, crew, 60)
    tab = browse(crew.owner)
    first, second = tab.get(f"{LIST}?sort=username"), tab.get(f"{LIST}?sort=username&page=2")

    assert (50, 15) == (len(people_in(first)), len(people_in(second)))
    assert "1–50 of 65" in first.words
    assert "51–65 of 65" in second.words
    assert f"{LIST}?sort=username&page=2" in first.links
    assert f"{LIST}?sort=username" in second.links


def test_a_long_list_costs_no_more_statements_than_a_short_one(
    ctx: Context, browse: Browse, crew: Team
) -> None:
    tab = browse(crew.owner)
    more_people(ctx, crew, 1)
    with statements(ctx) as few:
        tab.get(LIST)
    more_people_again(ctx, crew)
    with statements(ctx) as many:
        tab.get(LIST)

    assert len(few) == len(many)


def more_people_again(ctx: Context, crew: Team) -> None:
    """Fifty-four who have set up."""

    def add(work: object) -> None:
        for number in range(54):
            people.add_member(
                work.conn,  # type: ignore[attr-defined]
                person(crew.account.id, f"old.{number:03}", Role.STAFF, ctx.moment()),
            )

    unit(ctx, Visitor(console="test"), ctx.moment(), add)


# One person


def test_a_profile_shows_what_the_visitor_may_do(browse: Browse, crew: Team) -> None:
    owner, auditor = browse(crew.owner).get(JONAS), browse(crew["luca.auditor"]).get(JONAS)
    doing = {f"{JONAS}/{what}" for what in ("edit", "deactivate", "delete", "2fa/link", "2fa/reset")}

    assert doing <= set(owner.links)
    assert set() == doing & set(auditor.links)
    assert "Your role does not allow this. Ask an account owner." in auditor.words


def test_a_profile_shows_the_ways_in(ctx: Context, browse: Browse, crew: Team) -> None:
    with_backup_codes(ctx, crew["jonas.frei"])
    page = browse(crew.owner).get(JONAS)

    assert "Authenticator app since 17 November 2026. 10 backup codes are left." in page.words


def test_one_s_own_profile_offers_no_help(browse: Browse, crew: Team) -> None:
    page = browse(crew.owner).get(f"{LIST}/nora.keller")

    assert "You can’t do this to yourself. Ask another account owner." in page.words
    assert not [link for link in page.links if "/2fa/" in link]


def test_another_owner_gets_a_link_only(browse: Browse, crew: Team) -> None:
    page = browse(crew.owner).get(f"{LIST}/second.owner")

    assert [f"{LIST}/second.owner/2fa/link"] == [link for link in page.links if "/2fa/" in link]


# Adding


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
    ("field", "value", "status", "sentence"),
    [
        ("name", "", 422, "Enter a name"),
        ("name", "a‮b", 422, "Leave out control characters and invisible marks"),
        ("username", "", 422, "Enter a username"),
        ("username", "no spaces", 422, "Use letters a to z"),
        ("username", "jonas.frei", 409, "This name is not available"),
        ("email", "", 422, "Enter an email address"),
        ("email", "nowhere", 422, "Enter an address such as name@example.com"),
        ("email", "Jonas.Frei@example.com", 409, "This name is not available"),
        ("role", "god", 422, "Choose one of those offered"),
        ("language", "xx", 422, "Choose one of those offered"),
    ],
)
def test_a_wrong_field_is_said_and_nothing_typed_is_lost(
    browse: Browse, crew: Team, field: str, value: str, status: int, sentence: str
) -> None:
    tab = browse(crew.owner)
    page = tab.fill(f"{LIST}/new", **{**LEA, field: value})
    kept = {name: text for name, text in LEA.items() if name != field}
    form = page.form()

    assert (status, True) == (page.status, sentence in page.words)
    assert f'href="#{field}"' in page.text
    assert kept == {name: form.fields[name] for name in kept}


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
    page = tab.get(f"{LIST}/new")
    world.advance(timedelta(minutes=6))
    confirm = tab.follow(tab.send(page, **LEA))
    form = tab.follow(tab.send(confirm, **confirming(ctx, crew.owner)))
    done = tab.send(form)

    assert LEA["name"] == form.form().fields["name"]
    assert (303, f"{LIST}/lea.hofstetter") == (done.status, done.leads_to)


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
    more_people(ctx, crew, 1)
    tab = browse(crew.owner)
    page = tab.follow(tab.fill(f"{LIST}/new.000", f"{LIST}/new.000/invite"))

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


@pytest.mark.parametrize("what", ["sign-out"])
def test_a_button_after_confirming_says_that_nothing_is_done_yet(
    ctx: Context, browse: Browse, crew: Team, world: FrozenWorld, what: str
) -> None:
    tab = browse(crew.owner)
    page = tab.get(JONAS)
    world.advance(timedelta(minutes=6))
    confirm = tab.follow(tab.send(page, f"{JONAS}/{what}"))
    back = tab.follow(tab.follow(tab.send(confirm, **confirming(ctx, crew.owner))))

    assert "Nothing is done yet" in back.words
    assert f"{JONAS}/{what}" in [form.action for form in back.forms]


# Handing over


@pytest.mark.parametrize(
    ("mine", "role", "next_page"),
    [("keep", Role.OWNER, JONAS), ("admin", Role.ADMIN, JONAS), ("staff", Role.STAFF, "/")],
)
def test_ownership_is_handed_over(
    ctx: Context, browse: Browse, crew: Team, mine: str, role: Role, next_page: str
) -> None:
    tab = browse(crew.owner)
    done = tab.fill("/account/hand-over?to=jonas.frei", mine=mine, confirm="jonas.frei")

    assert (303, next_page) == (done.status, done.leads_to)
    assert (Role.OWNER, role) == (reloaded(ctx, crew["jonas.frei"]).role, reloaded(ctx, crew.owner).role)


@pytest.mark.parametrize(
    ("field", "value", "sentence"),
    [("mine", "king", "Choose one of those offered"), ("confirm", "jonas", "Type the username exactly")],
)
def test_a_hand_over_that_is_not_filled_in_changes_nothing(
    ctx: Context, browse: Browse, crew: Team, field: str, value: str, sentence: str
) -> None:
    typed = {"mine": "admin", "confirm": "jonas.frei", field: value}
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


def test_german_pages(ctx: Context, browse: Browse, crew: Team) -> None:
    nora = changed(ctx, crew.owner, language=Language.DE)
    page = browse(nora).get(JONAS)

    assert "Zwei-Faktor-Authentifizierung" in page.words
