"""Passkeys at a browser without one: what its script is told, and what its forms lead to."""

import json
from dataclasses import replace
from datetime import timedelta

import pytest

from sparekey.flows.context import Context
from sparekey.flows.reports import profile_of_me
from tests.people import PASSWORD, Team, account, signed_in
from tests.soft_key import SoftKey
from tests.web.conftest import Browse, Page, Reader, Tab, browsing
from tests.world import FrozenWorld

ASKED_WHEN = {
    "/passkey/second-step/options": "/sign-in/code",
    "/passkey/confirm/options": "/me/confirm",
    "/passkey/wake/options": "/sign-in/again",
    "/passkey/new/options": "/me/2fa/passkey",
}


@pytest.fixture
def team(ctx: Context) -> Team:
    return account(ctx)


def form_of(tab: Tab, path: str) -> dict[str, str]:
    """The fields of the form that the script of this page fills in."""
    forms = Reader(tab.get(path).text).forms
    return next(one.fields for one in forms if "passkey" in one.names)


def posts(tab: Tab, path: str, **fields: str) -> Page:
    return tab.post(path, fields)


def asked(tab: Tab, page: str, options: str, **more: str) -> dict[str, object]:
    answer = posts(tab, options, csrf=form_of(tab, page)["csrf"], **more)
    assert (200, "application/json") == (answer.status, answer.headers["content-type"])
    read: dict[str, object] = json.loads(answer.text)
    return read


def adds(tab: Tab, key: SoftKey) -> Page:
    page, options = "/me/2fa/passkey", "/passkey/new/options"
    answer = key.create(asked(tab, page, options))
    return posts(tab, page, csrf=form_of(tab, page)["csrf"], passkey=answer)


def test_a_passkey_from_profile_to_sign_in(team: Team, browse: Browse) -> None:
    tab, key = browse(team["jonas.frei"]), SoftKey()
    added = adds(tab, key)
    assert added.leads_to.startswith("/me/2fa/aut_")
    stranger = browse()
    answer = key.get(asked(stranger, "/sign-in", "/passkey/sign-in/options", username="jonas.frei"))
    csrf = form_of(stranger, "/sign-in")["csrf"]
    assert "/" == posts(stranger, "/passkey/sign-in", csrf=csrf, passkey=answer, next="").leads_to


def test_a_refused_passkey_is_said_at_the_sign_in(team: Team, browse: Browse) -> None:
    tab = browse()
    refused = posts(
        tab, "/passkey/sign-in", csrf=form_of(tab, "/sign-in")["csrf"], passkey="no json", next="/me"
    )
    assert 403 == refused.status
    assert "That passkey did not work here" in refused.words


def test_the_second_step_by_passkey(team: Team, browse: Browse) -> None:
    key = SoftKey()
    adds(browse(team["jonas.frei"]), key)
    tab = browse()
    second = tab.fill("/sign-in", username="jonas.frei", password=PASSWORD)
    assert "/sign-in/passkey" in tab.follow(second).text
    wrong = posts(tab, "/sign-in/passkey", csrf=form_of(tab, "/sign-in/passkey")["csrf"], passkey="{}")
    assert (403, True) == (wrong.status, "That passkey did not work here" in wrong.words)
    answer = key.get(asked(tab, "/sign-in/passkey", "/passkey/second-step/options"))
    csrf = form_of(tab, "/sign-in/passkey")["csrf"]
    assert "/" == posts(tab, "/sign-in/passkey", csrf=csrf, passkey=answer).leads_to


def test_the_way_back_to_a_page_holds_over_every_second_step(team: Team, browse: Browse) -> None:
    """Whichever second step is taken, the page that was wanted comes next."""
    key = SoftKey()
    adds(browse(team["jonas.frei"]), key)
    tab = browse()
    second = tab.follow(tab.fill("/sign-in?next=/me/activity", username="jonas.frei", password=PASSWORD))
    assert "/sign-in/passkey?next=/me/activity" in second.text
    page = "/sign-in/passkey?next=/me/activity"
    assert "/sign-in/code?next=/me/activity" in tab.get(page).text
    fields = form_of(tab, page)
    wrong = posts(tab, "/sign-in/passkey", **{**fields, "passkey": "{}"})
    fields = next(one.fields for one in Reader(wrong.text).forms if "passkey" in one.names)
    answer = key.get(asked(tab, page, "/passkey/second-step/options"))
    assert "/me/activity" == posts(tab, "/sign-in/passkey", **{**fields, "passkey": answer}).leads_to


def test_confirming_and_waking(team: Team, browse: Browse, world: FrozenWorld) -> None:
    tab, key = browse(team["jonas.frei"]), SoftKey()
    adds(tab, key)
    world.advance(timedelta(minutes=6))
    page = "/me/confirm?next=/me/password"
    answer = key.get(asked(tab, page, "/passkey/confirm/options"))
    confirmed = posts(
        tab, "/me/confirm", csrf=form_of(tab, page)["csrf"], passkey=answer, next="/me/password"
    )
    again = posts(tab, "/me/confirm", csrf=form_of(tab, page)["csrf"], passkey=answer, next="/me/password")
    assert ("/me/password", 403) == (confirmed.leads_to, again.status)
    world.advance(timedelta(minutes=61))
    page = "/sign-in/again?next=/me"
    wrong = posts(tab, "/sign-in/again", csrf=form_of(tab, page)["csrf"], passkey="{}", next="/me")
    answer = key.get(asked(tab, page, "/passkey/wake/options"))
    woken = posts(tab, "/sign-in/again", csrf=form_of(tab, page)["csrf"], passkey=answer, next="/me")
    assert (403, "/me") == (wrong.status, woken.leads_to)


def test_the_same_passkey_twice_and_no_passkey_at_all(team: Team, browse: Browse) -> None:
    tab, key = browse(team["jonas.frei"]), SoftKey()
    adds(tab, key)
    assert 409 == adds(tab, SoftKey()).status
    csrf = form_of(tab, "/me/2fa/passkey")["csrf"]
    assert 422 == posts(tab, "/me/2fa/passkey", csrf=csrf, passkey="{}").status


def test_a_passkey_that_nobody_has_is_told_to_the_password_manager(team: Team, browse: Browse) -> None:
    tab = browse()
    csrf = form_of(tab, "/sign-in")["csrf"]
    claimed = json.dumps({"id": "abc", "response": {}})
    unknown = posts(tab, "/passkey/sign-in", csrf=csrf, passkey=claimed)
    broken = posts(tab, "/passkey/sign-in", csrf=csrf, passkey="{}")
    assert (403, True, False) == (
        unknown.status,
        "&#34;credentialId&#34;: &#34;abc&#34;" in unknown.text,
        "data-unknown" in broken.text,
    )


def test_home_offers_a_passkey_once_after_a_sign_in(team: Team, browse: Browse, world: FrozenWorld) -> None:
    tab = browse(team["jonas.frei"])
    offered = "data-passkey-offer" in tab.get("/").text
    csrf = form_of(tab, "/me/2fa/passkey")["csrf"]
    options = json.loads(posts(tab, "/passkey/new/options", csrf=csrf, page="/").text)
    answer = SoftKey(flags=0).create(options)
    assert "/me/2fa/aut_" == posts(tab, "/me/2fa/passkey", csrf=csrf, passkey=answer).leads_to[:12]
    assert (True, False) == (offered, "data-passkey-offer" in tab.get("/").text)
    other = browse(team.owner)
    world.advance(timedelta(minutes=6))
    assert "data-passkey-offer" not in other.get("/").text


def test_presence_is_asked_for_where_the_person_asked_themselves(team: Team, browse: Browse) -> None:
    assert 422 == adds(browse(team["jonas.frei"]), SoftKey(flags=0)).status


def test_related_origins_are_named_where_they_are_set(ctx: Context, browse: Browse) -> None:
    assert 404 == browse().get("/.well-known/webauthn").status
    site = replace(ctx.site, related_origins=("https://login.example.org",))
    told = browsing(replace(ctx, site=site))().get("/.well-known/webauthn")
    assert {"origins": ["https://id.example", "https://login.example.org"]} == json.loads(told.text)


def test_a_way_is_named_placed_and_removed(team: Team, browse: Browse) -> None:
    tab = browse(team["jonas.frei"])
    path = adds(tab, SoftKey()).leads_to
    long = tab.fill(path, label="x" * 61, thing="key")
    odd = tab.fill(path, label="blue", thing="paper")
    saved = tab.fill(path, label="blue key", thing="key")
    assert (422, 422, "/me#two-factor") == (long.status, odd.status, saved.leads_to)
    assert "blue key" in tab.get("/me").words
    assert "Without it, losing one thing locks you out." in tab.get(f"{path}/remove").words
    assert "/me#two-factor" == tab.fill(f"{path}/remove").leads_to
    assert 404 == tab.get(path).status


def test_the_last_way_is_kept(ctx: Context, team: Team, browse: Browse) -> None:
    app = profile_of_me(ctx, signed_in(ctx, team["jonas.frei"])).ways[0].id
    tab = browse(team["jonas.frei"])
    assert "This is your last way in" in tab.get(f"/me/2fa/{app}/remove").words
    csrf = next(form.fields["csrf"] for form in tab.get(f"/me/2fa/{app}").forms)
    assert 409 == posts(tab, f"/me/2fa/{app}/remove", csrf=csrf).status


@pytest.mark.parametrize("options", ASKED_WHEN)
def test_nobody_is_asked_out_of_turn(options: str, browse: Browse) -> None:
    tab = browse()
    csrf = form_of(tab, "/sign-in")["csrf"]
    page = ASKED_WHEN[options]
    assert f"/sign-in?next={page}" == posts(tab, options, csrf=csrf, page=page).leads_to
    assert "/sign-in" == posts(tab, options, csrf=csrf, page="https://evil.example").leads_to


def test_who_has_no_passkey_is_told_so_by_the_script(team: Team, browse: Browse) -> None:
    """The page is older than the removal of the last one."""
    tab = browse(team["jonas.frei"])
    csrf = next(form.fields["csrf"] for form in tab.get("/me/confirm").forms if "csrf" in form.fields)
    told = posts(tab, "/passkey/confirm/options", csrf=csrf)
    assert (409, True) == (told.status, "There is no passkey to ask for" in json.loads(told.text)["said"])


def test_a_script_without_the_page_s_token_is_told_nothing(browse: Browse) -> None:
    assert 403 == posts(browse(), "/passkey/sign-in/options", csrf="0" * 64).status


def test_password_managers_find_their_way(browse: Browse) -> None:
    told = browse().get("/.well-known/passkey-endpoints")
    assert {
        "enroll": "https://id.example/me/2fa/passkey",
        "manage": "https://id.example/me#two-factor",
    } == json.loads(told.text)
    assert (
        404
        == browse()
        .get("/.well-known/resource-that-should-not-exist-whose-status-code-should-not-be-200")
        .status
    )
