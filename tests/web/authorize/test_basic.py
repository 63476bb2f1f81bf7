"""What the plan for a Basic OP asks of the authorization endpoint, under the names of its modules.

The plan is the OpenID Foundation's, of its conformance suite.
"""

import json
from datetime import timedelta
from urllib.parse import parse_qsl, urlsplit

import pytest

from sparekey.core.clients import Client
from sparekey.flows.context import Context
from sparekey.flows.oidc import keys
from tests.people import PASSWORD, Team, code_of
from tests.web.authorize.conftest import BACK, AddClient, asking, granted, heard
from tests.web.conftest import Browse, Page, Reader, Tab, confirming
from tests.world import FrozenWorld

LATER = timedelta(seconds=90)


def signs_in(ctx: Context, crew: Team, tab: Tab, page: Page) -> Page:
    """From the answer that leads to the sign-in to the one that leads back to the app's request."""
    second = tab.follow(tab.send(tab.follow(page), "/sign-in", username="nora.keller", password=PASSWORD))
    return tab.follow(tab.send(second, code=code_of(ctx, crew.owner)))


def confirms(ctx: Context, crew: Team, tab: Tab, page: Page) -> Page:
    """The same from the answer that leads to *Confirm it's you*."""
    assert page.leads_to.startswith("/me/confirm?")
    return tab.follow(tab.send(tab.follow(page), "/me/confirm", **confirming(ctx, crew.owner)))


def test_oidcc_server(ctx: Context, crew: Team, nora: Tab, wiki: Client) -> None:
    answer = nora.get(asking(wiki))
    assert 303 == answer.status
    found = heard(answer)
    assert BACK == found.address
    assert {"code", "state", "iss"} == found.told.keys()
    assert ("af0ifjsldkj", "https://id.example") == (found.told["state"], found.told["iss"])
    assert len(found.told["code"]) >= 43
    grant = granted(ctx, answer)
    assert (crew.owner.id, "n-0S6_WzA2Mj") == (grant.member_id, grant.nonce)


def test_oidcc_server_after_a_sign_in_a_page_leads_on(
    ctx: Context, crew: Team, browse: Browse, wiki: Client
) -> None:
    tab = browse()
    answer = signs_in(ctx, crew, tab, tab.get(asking(wiki)))
    assert 200 == answer.status
    assert crew.owner.id == granted(ctx, answer).member_id


def test_oidcc_response_type_missing(nora: Tab, wiki: Client) -> None:
    told = heard(nora.get(asking(wiki, response_type=""))).told
    assert ("invalid_request", "af0ifjsldkj") == (told["error"], told["state"])


@pytest.mark.parametrize("kind", ["token", "id_token", "code id_token", "code token"])
def test_other_flows_than_the_code_flow_are_not_there(nora: Tab, wiki: Client, kind: str) -> None:
    told = heard(nora.get(asking(wiki, response_type=kind))).told
    assert "unsupported_response_type" == told["error"]


def test_oidcc_ensure_request_without_nonce_succeeds_for_code_flow(
    ctx: Context, nora: Tab, wiki: Client
) -> None:
    assert "" == granted(ctx, nora.get(asking(wiki, nonce=""))).nonce


@pytest.mark.parametrize("scope", ["profile", "email", "address", "phone", "profile email address phone"])
def test_oidcc_scope(ctx: Context, nora: Tab, wiki: Client, scope: str) -> None:
    grant = granted(ctx, nora.get(asking(wiki, scope=f"openid {scope}")))
    assert {"openid", *scope.split()} == set(grant.scopes)


def test_oidcc_ensure_other_scope_order_succeeds(ctx: Context, nora: Tab, wiki: Client) -> None:
    grant = granted(ctx, nora.get(asking(wiki, scope="email unheard_of openid")))
    assert ("openid", "email") == grant.scopes


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("display", "page"),
        ("display", "popup"),
        ("ui_locales", "se de"),
        ("ui_locales", "!!"),
        ("claims_locales", "se"),
        ("login_hint", "buffy@example"),
        ("extra", "foobar"),
    ],
)
def test_oidcc_display_locales_hints_and_the_unknown_do_not_fail(
    ctx: Context, nora: Tab, wiki: Client, name: str, value: str
) -> None:
    assert wiki.id == granted(ctx, nora.get(asking(wiki, **{name: value}))).client_id


def test_oidcc_login_hint_stands_in_the_form(browse: Browse, wiki: Client) -> None:
    tab = browse()
    form = tab.follow(tab.get(asking(wiki, login_hint="jonas.frei"))).form("/sign-in")
    assert "jonas.frei" == form.fields["username"]


def test_oidcc_ui_locales_chooses_the_language_of_the_sign_in(browse: Browse, wiki: Client) -> None:
    tab = browse()
    assert "Anmelden" in tab.follow(tab.get(asking(wiki, ui_locales="fr-CH de-CH en"))).words


def test_oidcc_prompt_login(ctx: Context, crew: Team, nora: Tab, wiki: Client, world: FrozenWorld) -> None:
    before = granted(ctx, nora.get(asking(wiki))).auth_time
    world.advance(LATER)
    again = confirms(ctx, crew, nora, nora.get(asking(wiki, prompt="login")))
    assert before < granted(ctx, again).auth_time


def test_prompt_login_asks_nobody_twice(ctx: Context, crew: Team, browse: Browse, wiki: Client) -> None:
    tab = browse()
    assert wiki.id == granted(ctx, signs_in(ctx, crew, tab, tab.get(asking(wiki, prompt="login")))).client_id


def test_a_note_of_another_request_replaces_no_proof(
    ctx: Context, crew: Team, nora: Tab, wiki: Client, world: FrozenWorld
) -> None:
    led = nora.get(asking(wiki, prompt="login")).leads_to
    note = dict(parse_qsl(urlsplit(dict(parse_qsl(urlsplit(led).query))["next"]).query))["asked"]
    world.advance(LATER)
    other = nora.get(asking(wiki, prompt="login", state="another") + f"&asked={note}")
    assert other.leads_to.startswith("/me/confirm?")


@pytest.mark.parametrize("note", ["1", "x.y", "1763380800.0", "²." + "a" * 64, "1" * 30 + ".a"])
def test_a_note_that_somebody_made_up_replaces_no_proof(nora: Tab, wiki: Client, note: str) -> None:
    assert nora.get(asking(wiki, prompt="login", asked=note)).leads_to.startswith("/me/confirm?")


def test_an_old_note_replaces_no_proof(
    ctx: Context, crew: Team, nora: Tab, wiki: Client, world: FrozenWorld
) -> None:
    led = nora.get(asking(wiki, prompt="login")).leads_to
    back = dict(parse_qsl(urlsplit(led).query))["next"]
    nora.fill(led, "/me/confirm", **confirming(ctx, crew.owner))
    world.advance(timedelta(minutes=14))
    assert 200 == nora.get(back).status
    world.advance(timedelta(minutes=1))
    assert nora.get(back).leads_to.startswith(("/me/confirm?", "/sign-in/again?"))


def test_oidcc_prompt_none_not_logged_in(browse: Browse, wiki: Client) -> None:
    told = heard(browse().get(asking(wiki, prompt="none"))).told
    assert ("login_required", "af0ifjsldkj") == (told["error"], told["state"])


def test_prompt_none_after_signing_out_finds_nobody(nora: Tab, wiki: Client) -> None:
    form = next(one for one in Reader(nora.get("/me").text).forms if one.action == "/sign-out")
    assert 303 == nora.post(form.action, form.fields, origin="https://id.example").status
    assert "login_required" == heard(nora.get(asking(wiki, prompt="none"))).told["error"]


def test_oidcc_prompt_none_logged_in(ctx: Context, nora: Tab, wiki: Client) -> None:
    first = granted(ctx, nora.get(asking(wiki)))
    second = granted(ctx, nora.get(asking(wiki, prompt="none")))
    assert (first.member_id, first.auth_time) == (second.member_id, second.auth_time)


def test_oidcc_max_age_1(ctx: Context, crew: Team, nora: Tab, wiki: Client, world: FrozenWorld) -> None:
    before = granted(ctx, nora.get(asking(wiki)))
    world.advance(LATER)
    again = granted(ctx, confirms(ctx, crew, nora, nora.get(asking(wiki, max_age="1"))))
    assert (True, True) == (before.auth_time < again.auth_time, again.asks_auth_time)


def test_oidcc_max_age_10000(ctx: Context, nora: Tab, wiki: Client, world: FrozenWorld) -> None:
    before = granted(ctx, nora.get(asking(wiki)))
    world.advance(LATER)
    again = granted(ctx, nora.get(asking(wiki, max_age="10000")))
    assert (before.auth_time, before.member_id) == (again.auth_time, again.member_id)


def test_max_age_without_a_page_is_refused(nora: Tab, wiki: Client, world: FrozenWorld) -> None:
    world.advance(LATER)
    assert "login_required" == heard(nora.get(asking(wiki, max_age="1", prompt="none"))).told["error"]


def hint(ctx: Context, **claims: object) -> str:
    return keys.sign(ctx, ctx.moment().at, "ES256", claims)


def test_oidcc_id_token_hint(ctx: Context, crew: Team, nora: Tab, wiki: Client) -> None:
    text = hint(ctx, sub=crew.owner.id, aud=wiki.id, exp=1)
    assert wiki.id == granted(ctx, nora.get(asking(wiki, prompt="none", id_token_hint=text))).client_id


def test_a_hint_outlives_the_key_that_signed_it(
    ctx: Context, crew: Team, browse: Browse, wiki: Client, world: FrozenWorld
) -> None:
    """Of a key that is published no more, the public half is kept for this alone (Core 1.0, section 3.1.2.1)."""
    text = hint(ctx, sub=crew.owner.id, aud=wiki.id)
    world.advance(keys.SIGNS_FOR)
    keys.ensure(ctx, ctx.moment())
    world.advance(keys.PUBLISHED_BEFORE + keys.PUBLISHED_AFTER)
    asked = asking(wiki, prompt="none", id_token_hint=text)
    assert wiki.id == granted(ctx, browse(crew.owner).get(asked)).client_id
    assert "login_required" == heard(browse(crew["jonas.frei"]).get(asked)).told["error"]


def test_a_hint_of_somebody_else_asks_for_them(ctx: Context, crew: Team, nora: Tab, wiki: Client) -> None:
    text = hint(ctx, sub=crew["luca.auditor"].id, aud=wiki.id)
    silent = heard(nora.get(asking(wiki, prompt="none", id_token_hint=text))).told
    assert "login_required" == silent["error"]
    page = nora.get(asking(wiki, id_token_hint=text))
    assert "Wiki expects somebody else" in page.words
    left = nora.post("/oidc/account", {**page.form("/oidc/account").fields, "as": "other"})
    assert left.leads_to.startswith("/sign-in?next=")


@pytest.mark.parametrize("text", ["x", "e30.e30.", "a.b.c"])
def test_a_hint_that_is_none_is_refused(nora: Tab, wiki: Client, text: str) -> None:
    assert "invalid_request" == heard(nora.get(asking(wiki, id_token_hint=text))).told["error"]


def test_a_hint_of_another_app_is_refused(ctx: Context, crew: Team, nora: Tab, wiki: Client) -> None:
    text = hint(ctx, sub=crew.owner.id, aud="cli_other")
    assert "invalid_request" == heard(nora.get(asking(wiki, id_token_hint=text))).told["error"]


@pytest.mark.parametrize("values", ["urn:sparekey:acr:aal2 urn:sparekey:acr:aal1", "1 urn:sparekey:acr:aal2"])
def test_oidcc_ensure_request_with_acr_values_succeeds(
    ctx: Context, nora: Tab, wiki: Client, values: str
) -> None:
    assert "urn:sparekey:acr:aal2" == granted(ctx, nora.get(asking(wiki, acr_values=values))).acr


@pytest.mark.parametrize("name", ["redirect_uri", "client_id"])
@pytest.mark.parametrize(
    "value", ["", "https://wiki.example/other", BACK + "/", BACK + "?a=1", "HTTPS" + BACK[5:]]
)
def test_oidcc_ensure_registered_redirect_uri(nora: Tab, wiki: Client, name: str, value: str) -> None:
    page = nora.get(asking(wiki, **{name: value}))
    assert (400, "") == (page.status, page.leads_to)
    assert "This sign-in does not work" in page.words


def test_oidcc_ensure_post_request_succeeds(ctx: Context, nora: Tab, wiki: Client) -> None:
    form = dict(parse_qsl(urlsplit(asking(wiki)).query))
    answer = nora.post("/oidc/authorize", form, origin="https://wiki.example")
    assert wiki.id == granted(ctx, nora.follow(answer)).client_id


def test_oidcc_unsigned_request_object(nora: Tab, wiki: Client) -> None:
    told = heard(nora.get(asking(wiki, request="eyJhbGciOiJub25lIn0.e30."))).told
    assert "request_not_supported" == told["error"]


def test_oidcc_request_uri_unsigned(nora: Tab, wiki: Client) -> None:
    told = heard(nora.get(asking(wiki, request_uri="https://wiki.example/r.jwt"))).told
    assert "request_uri_not_supported" == told["error"]


def test_oidcc_claims_essential(ctx: Context, nora: Tab, wiki: Client) -> None:
    claims = json.dumps({"userinfo": {"name": {"essential": True}, "unheard_of": None}})
    grant = granted(ctx, nora.get(asking(wiki, claims=claims)))
    assert {"userinfo": ["name"]} == json.loads(grant.claims)


def test_a_request_without_pkce_is_refused_unless_the_app_may(
    ctx: Context, nora: Tab, add: AddClient
) -> None:
    plain = {"code_challenge": "", "code_challenge_method": ""}
    assert "invalid_request" == heard(nora.get(asking(add(), **plain))).told["error"]
    assert "" == granted(ctx, nora.get(asking(add(needs_pkce=False), **plain))).challenge
