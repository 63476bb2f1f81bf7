"""Contacts → Staff over HTTP: who sees it, finding people, and what the profile of one shows."""

import pytest

from sparekey.core.people import Language, Status
from sparekey.flows.context import Context
from tests.flows.conftest import statements
from tests.people import Team, account, changed, reloaded, with_backup_codes
from tests.web.conftest import JONAS, LIST, Browse, Page, more_people

PAGES = ("/new", "/jonas.frei/edit", "/jonas.frei/deactivate", "/jonas.frei/delete")
BUTTONS = ("invite", "sign-out", "reactivate")


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
    assert "Safe 1 Review due 0 Deactivated 1" in tab.get(LIST).words


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


def test_fifty_a_page(ctx: Context, browse: Browse, crew: Team) -> None:
    more_people(ctx, crew, 1, 60)
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
    more_people(ctx, crew, 1, 1)
    with statements(ctx) as few:
        tab.get(LIST)
    more_people(ctx, crew, 2, 55)
    with statements(ctx) as many:
        tab.get(LIST)

    assert len(few) == len(many)


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


def test_german_pages(ctx: Context, browse: Browse, crew: Team) -> None:
    nora = changed(ctx, crew.owner, language=Language.DE)
    page = browse(nora).get(JONAS)

    assert "Zwei-Faktor-Authentifizierung" in page.words
