"""Apps at a browser: an owner adds, changes and removes them; a person sees what they have, and ends it."""

from dataclasses import replace
from datetime import timedelta

import pytest

from sparekey.core.clients import Client, Kind
from sparekey.core.people import Member
from sparekey.flows._work import hashed
from sparekey.flows.clients import managing
from sparekey.flows.clients.wanted import Wanted
from sparekey.flows.context import Context
from sparekey.store.oidc import clients, grants
from tests.clients import redeemed
from tests.flows.conftest import statements
from tests.people import Team, letters, signed_in, tags
from tests.web.conftest import Browse, Page, Tab, confirming
from tests.world import FrozenWorld

APPS = "/account/apps"
NEW = f"{APPS}/new/server"
CLOUD = {
    "name": "Nextcloud",
    "about": "Files",
    "homepage": "https://cloud.example/",
    "redirect_uris": "https://cloud.example/apps/user_oidc/code",
}


def of(ctx: Context, crew: Team) -> list[Client]:
    return [one for one, _ in ctx.db.read(lambda conn: clients.of_account(conn, crew.account.id))]


def added(ctx: Context, crew: Team, kind: Kind = Kind.SERVER, **wanted: str) -> Client:
    owner = signed_in(ctx, crew.owner)
    what = replace(Wanted(**CLOUD, host="wiki.example"), **wanted)  # type: ignore[arg-type]
    return managing.add(ctx, owner, kind, managing.draft(ctx), what).client


def grants_access(
    ctx: Context, client: Client, who: Member, scopes: tuple[str, ...] = ("openid", "email")
) -> None:
    """Who signed in to an app that has what it was given also while they are signed out."""
    redeemed(ctx, signed_in(ctx, who), client, scopes=scopes, is_offline=True)
    ctx.db.write(lambda conn: grants.consent(conn, who, client.id, scopes, ctx.moment().at))


def at(app: Client) -> str:
    return f"{APPS}/{app.id}"


def secret_on(page: Page) -> str:
    return page.text.partition('id="client-secret">')[2].partition("<")[0]


def test_an_app_is_added_and_its_secret_shown_once(ctx: Context, crew: Team, nora: Tab) -> None:
    assert "No apps yet" in nora.get(APPS).words
    assert f"{APPS}/new/server" in nora.get(f"{APPS}/new").links
    made = nora.fill(NEW, **CLOUD)
    [app] = of(ctx, crew)
    secret = secret_on(made)
    assert (200, app.secret_hash) == (made.status, hashed(secret))
    assert f'--clientid="{app.id}"' in made.text.replace("&#34;", '"')
    assert f'--clientsecret="{secret}"' in made.text.replace("&#34;", '"')
    assert secret not in nora.get(f"{APPS}/{app.id}").text
    listed = nora.get(APPS).words
    assert "Nextcloud cloud.example Everyone Password and second factor Never" in listed


def test_the_same_form_sent_again_adds_nothing(ctx: Context, crew: Team, nora: Tab) -> None:
    page = nora.get(NEW)
    nora.send(page, **CLOUD)
    again = nora.send(page, **CLOUD)
    assert (409, 1) == (again.status, len(of(ctx, crew)))
    assert "This app was added already" in again.words


def test_what_is_wrong_is_said_at_its_field_and_what_was_typed_stays(nora: Tab) -> None:
    wrong = nora.fill(NEW, **{**CLOUD, "redirect_uris": "http://cloud.example/code"}, demand="passkey")
    assert 422 == wrong.status
    assert (
        "Use https. Only programs on one’s own device use http, at 127.0.0.1: http://cloud.example/code"
        in wrong.words
    )
    fields = wrong.form().fields
    assert ("Nextcloud", "passkey") == (fields["name"], fields["demand"])
    assert ("yes", "yes") == (fields["asks_consent"], fields["needs_pkce"])


def test_what_was_typed_outlives_a_confirmation(ctx: Context, crew: Team, late: Tab) -> None:
    asked = late.fill(NEW, **CLOUD)
    assert "/me/confirm?next=/account/apps/new/server" == asked.leads_to
    back = late.follow(late.send(late.follow(asked), **confirming(ctx, crew.owner)))
    assert "Nothing is saved yet" in back.words
    assert "Nextcloud" == back.form().fields["name"]
    assert 200 == late.send(back).status
    assert 1 == len(of(ctx, crew))


def test_a_long_list_of_people_outlives_a_confirmation(ctx: Context, crew: Team, late: Tab) -> None:
    people = "\n".join(f"person.number{one}" for one in range(300))
    asked = late.fill(NEW, **CLOUD, who="chosen", people=people)
    back = late.follow(late.send(late.follow(asked), **confirming(ctx, crew.owner)))
    assert people == back.form().fields["people"].strip().replace("\r\n", "\n")


def test_what_is_too_long_to_be_kept_is_said_before_it_is_lost(late: Tab) -> None:
    people = "\n".join(hashed(str(one)) for one in range(300))
    asked = late.fill(NEW, **CLOUD, who="chosen", people=people)
    assert "too long to be kept" in late.follow(asked).words


@pytest.mark.parametrize("kind", ["nothing", "SERVER"])
def test_a_kind_that_there_is_not_has_no_form(nora: Tab, kind: str) -> None:
    assert 404 == nora.get(f"{APPS}/new/{kind}").status


@pytest.mark.parametrize(
    ("kind", "typed", "said"),
    [
        ("public", {"redirect_uris": "com.example.app:/cb"}, "authority:"),
        ("command", {}, "device_code"),
        ("proxy", {"host": "wiki.example", "fresh_minutes": "15"}, "forward_auth"),
    ],
)
def test_each_kind_has_its_own_form_and_settings(
    ctx: Context, crew: Team, nora: Tab, kind: str, typed: dict[str, str], said: str
) -> None:
    made = nora.fill(f"{APPS}/new/{kind}", name="Thing", **typed)
    [app] = of(ctx, crew)
    assert (kind, "", True) == (app.kind.value, secret_on(made), said in made.text)
    assert 200 == nora.get(f"{APPS}/{app.id}").status


def test_an_app_is_changed(ctx: Context, crew: Team, nora: Tab) -> None:
    app = added(ctx, crew)
    saved = nora.follow(
        nora.fill(f"{APPS}/{app.id}", at(app), name="Cloud", who="chosen", people="jonas.frei")
    )
    assert "Cloud is saved." in saved.words
    assert "jonas.frei" == saved.form(at(app)).fields["people"]
    assert (crew["jonas.frei"].id,) == of(ctx, crew)[0].only
    assert "Cloud cloud.example 1 person" in nora.get(APPS).words


def test_ticks_that_are_taken_away_are_off(ctx: Context, crew: Team, nora: Tab) -> None:
    app = added(ctx, crew)
    page = nora.get(f"{APPS}/{app.id}")
    fields = {name: text for name, text in page.form(at(app)).fields.items() if name not in {"needs_pkce"}}
    nora.post(f"{APPS}/{app.id}", fields, origin="https://id.example")
    kept = of(ctx, crew)[0]
    assert (False, True) == (kept.needs_pkce, kept.asks_consent)


def test_a_person_who_is_not_here_cannot_be_chosen(ctx: Context, crew: Team, nora: Tab) -> None:
    app = added(ctx, crew)
    wrong = nora.fill(at(app), at(app), who="chosen", people="<b>x</b>")
    assert (422, True) == (wrong.status, "Nobody here has this username: <b>x</b>" in wrong.words)


def test_an_older_tab_changes_nothing(ctx: Context, crew: Team, nora: Tab) -> None:
    app = added(ctx, crew)
    old = nora.get(at(app))
    nora.send(old, at(app), name="Cloud")
    assert 409 == nora.send(old, at(app), name="Older").status
    assert "Cloud" == of(ctx, crew)[0].name


def test_a_new_secret_is_asked_for_first_and_made_once(ctx: Context, crew: Team, nora: Tab) -> None:
    app = added(ctx, crew)
    page = nora.get(f"{APPS}/{app.id}/secret")
    assert of(ctx, crew)[0].secret_hash == app.secret_hash
    made = nora.send(page)
    assert hashed(secret_on(made)) == of(ctx, crew)[0].secret_hash
    assert 409 == nora.send(page).status


def test_from_keys_to_a_secret_shows_it(ctx: Context, crew: Team, nora: Tab) -> None:
    point = "f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU"
    keys = f'{{"keys":[{{"kty":"OKP","crv":"Ed25519","x":"{point}"}}]}}'
    app = added(ctx, crew, login="private_key_jwt", keys=keys)
    assert at(app) == nora.get(f"{APPS}/{app.id}/secret").leads_to
    made = nora.fill(at(app), at(app), login="secret")
    assert hashed(secret_on(made)) == of(ctx, crew)[0].secret_hash


def test_who_has_no_secret_is_led_back(ctx: Context, crew: Team, nora: Tab) -> None:
    app = added(ctx, crew, Kind.PROXY)
    csrf = nora.get(at(app)).form(at(app)).fields["csrf"]
    answer = nora.post(f"{APPS}/{app.id}/secret", {"csrf": csrf, "version": "0"})
    assert (303, at(app)) == (answer.status, answer.leads_to)


def test_an_app_is_removed_with_all_it_was_given(ctx: Context, crew: Team, nora: Tab) -> None:
    app = added(ctx, crew)
    grants_access(ctx, app, crew["jonas.frei"])
    assert "1 person is signed in to it now." in nora.get(f"{APPS}/{app.id}/remove").words
    gone = nora.follow(nora.fill(f"{APPS}/{app.id}/remove"))
    assert "Nextcloud was removed." in gone.words
    assert ([], 404) == (of(ctx, crew), nora.get(at(app)).status)
    assert ["second.owner@example.com"] == [one.to for one in letters(ctx, "app_removed")]


def test_owners_see_who_is_signed_in_to_it(ctx: Context, crew: Team, nora: Tab) -> None:
    app = added(ctx, crew)
    assert "Nobody at the moment." in nora.get(at(app)).words
    grants_access(ctx, app, crew["jonas.frei"])
    assert "Jonas Frei" in nora.get(at(app)).words


def test_an_app_that_nobody_uses_stands_out(
    ctx: Context, crew: Team, nora: Tab, world: FrozenWorld, browse: Browse
) -> None:
    added(ctx, crew)
    world.advance(timedelta(days=245))
    assert "Not used for 8 months" in browse(crew.owner).get(APPS).words


@pytest.mark.parametrize("username", ["ivana.admin", "luca.auditor", "jonas.frei"])
def test_others_have_no_apps_pages(crew: Team, browse: Browse, username: str) -> None:
    tab = browse(crew[username])
    assert (403, False) == (tab.get(APPS).status, APPS in tab.get("/").links)


def test_lists_take_the_same_statements_however_many_apps_there_are(
    ctx: Context, crew: Team, nora: Tab
) -> None:
    counted = []
    for rounds in (1, 6):
        for number in range(rounds):
            app = added(
                ctx, crew, name=f"App {rounds} {number}", who="chosen", people="jonas.frei\nnora.keller"
            )
            grants_access(ctx, app, crew.owner)
        with statements(ctx) as sent:
            assert [200] * 3 == [nora.get(path).status for path in (APPS, "/", "/me/apps")]
        counted.append(len(sent))
    assert counted[0] == counted[1]


def test_home_leads_to_the_apps_one_may_use(ctx: Context, crew: Team, browse: Browse) -> None:
    added(ctx, crew)
    added(ctx, crew, Kind.PROXY, name="Wiki", about="")
    added(
        ctx, crew, name="Secret app", homepage="https://secret.example/", who="chosen", people="nora.keller"
    )
    added(ctx, crew, name="Bare", homepage="")
    home = browse(crew["jonas.frei"]).get("/")
    there = [one for one in home.links if one.startswith("https://")]
    assert ["https://cloud.example/", "https://wiki.example/"] == there
    assert "Nextcloud Files" in home.words


def test_nobody_has_apps_on_home_where_there_are_none(nora: Tab) -> None:
    assert "Your apps" not in nora.get("/").words


def test_a_person_sees_what_apps_have_and_ends_it(ctx: Context, crew: Team, browse: Browse) -> None:
    jonas = crew["jonas.frei"]
    app = added(ctx, crew)
    tab = browse(jonas)
    assert "No app has access to you" in tab.get("/me/apps").words
    assert "/me/apps" in tab.get("/me").links
    grants_access(ctx, app, jonas, ("openid", "email", "offline_access"))
    page = tab.get("/me/apps")
    said = "It may know: who you are, your work email address, all this also while you are signed out"
    assert (True, True) == ("Nextcloud" in page.words, said in page.words)
    after = tab.follow(tab.send(page))
    assert "Nextcloud has nothing of you any more" in after.words
    assert "No app has access to you" in after.words
    assert "member:client:access_withdrawn" == tags(ctx, crew.account.id)[-1]
    assert frozenset() == ctx.db.read(lambda conn: grants.consented(conn, jonas, app.id))
    assert "Took away the access of Nextcloud" in tab.get("/me").words


def test_taking_access_away_asks_who_it_is_and_knows_only_ones_own(
    ctx: Context, crew: Team, browse: Browse, world: FrozenWorld
) -> None:
    app = added(ctx, crew)
    grants_access(ctx, app, crew["jonas.frei"])
    luca = browse(crew["luca.auditor"])
    csrf = luca.get("/me").form("/me/language").fields["csrf"]
    assert 404 == luca.post(f"/me/apps/{app.id}/withdraw", {"csrf": csrf}).status
    tab = browse(crew["jonas.frei"])
    page = tab.get("/me/apps")
    world.advance(timedelta(minutes=6))
    assert tab.send(page).leads_to.startswith("/me/confirm")
    assert "/me/apps" == tab.get(f"/me/apps/{app.id}/withdraw").leads_to


def test_a_deleted_person_is_nobodys_and_lets_nobody_have_anything(
    ctx: Context, crew: Team, nora: Tab
) -> None:
    app = added(ctx, crew, who="chosen", people="jonas.frei")
    grants_access(ctx, app, crew["jonas.frei"])
    nora.fill("/contacts/staff/jonas.frei/delete", confirm="jonas.frei")
    assert () == of(ctx, crew)[0].only
    page = nora.get(at(app))
    assert ("", True) == (page.form(at(app)).fields["people"], "Nobody at the moment." in page.words)


def test_the_audit_log_names_apps(ctx: Context, crew: Team, nora: Tab) -> None:
    app = added(ctx, crew)
    nora.fill(at(app), at(app), demand="passkey")
    words = nora.get("/account/audit?kind=apps").words
    assert ("App added: Nextcloud" in words, "App changed · Nextcloud" in words) == (True, True)
