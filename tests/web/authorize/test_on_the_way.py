"""The pages on the way to an app: consent, who goes on, stronger and fresher proofs; and who hears what."""

import json
from datetime import timedelta
from urllib.parse import urlencode

import pytest

from sparekey.core.clients import Client, Kind, Login
from sparekey.core.people import Role
from sparekey.core.sign_in import Demand
from sparekey.flows._work import hashed
from sparekey.flows.context import Context
from sparekey.store.oidc import clients, pushed
from sparekey.store.oidc.pushed import Pushed
from tests.people import PASSWORD, Team, account, tags
from tests.soft_key import SoftKey
from tests.web.authorize.conftest import BACK, AddClient, asking, granted, heard
from tests.web.conftest import Browse, Page, Tab, code_from, revealed, secret_in, sign_in
from tests.web.test_passkey_pages import adds, asked, form_of
from tests.world import NOON, FrozenWorld


def says(tab: Tab, page: Page, answer: str) -> Page:
    return tab.post("/oidc/consent", {**page.form("/oidc/consent").fields, "answer": answer})


# Consent


def test_consent_is_asked_once_for_what_it_was_given_for(
    ctx: Context, crew: Team, nora: Tab, add: AddClient
) -> None:
    wiki = add(asks_consent=True)
    page = nora.get(asking(wiki))
    assert "your work email address" in page.words
    assert ("openid", "profile", "email") == granted(ctx, says(nora, page, "yes")).scopes
    assert {"client:consent:given", "client:member:signed_in"} <= set(tags(ctx, crew.account.id))
    assert 303 == nora.get(asking(wiki)).status
    assert "your role in the team" in nora.get(asking(wiki, scope="openid roles")).words


def test_consent_is_asked_for_claims_by_name_too(nora: Tab, add: AddClient) -> None:
    claims = json.dumps({"id_token": {"email": None}})
    assert (
        "your work email address"
        in nora.get(asking(add(asks_consent=True), scope="openid", claims=claims)).words
    )


def test_whoever_says_no_goes_back_without_a_code(
    ctx: Context, crew: Team, nora: Tab, add: AddClient
) -> None:
    wiki = add(asks_consent=True)
    answer = says(nora, nora.get(asking(wiki)), "no")
    assert ("access_denied", "af0ifjsldkj") == (heard(answer).told["error"], heard(answer).told["state"])
    assert "client:member:signed_in" not in tags(ctx, crew.account.id)


def test_prompt_consent_asks_again(ctx: Context, nora: Tab, add: AddClient) -> None:
    wiki = add(asks_consent=True)
    says(nora, nora.get(asking(wiki)), "yes")
    again = nora.get(asking(wiki, prompt="consent"))
    assert wiki.id == granted(ctx, says(nora, again, "yes")).client_id


@pytest.mark.parametrize(
    ("address", "shown"),
    [("http://127.0.0.1:49152/cb", "127.0.0.1:49152"), ("com.example.board:/cb", "com.example.board")],
)
def test_a_program_that_poses_as_one_somebody_agreed_to_is_let_in_by_nobody_unseen(
    nora: Tab, add: AddClient, address: str, shown: str
) -> None:
    """RFC 8252, section 8.6: any program on the device knows the app's public name, and may listen there."""
    board = add(kind=Kind.PUBLIC, login=Login.NONE, redirect_uris=(address,), asks_consent=True)
    page = nora.get(asking(board, redirect_uri=address))
    assert (True, True) == (f"You go on to {shown}." in page.words, "asked each time" in page.words)
    says(nora, page, "yes")
    assert "Sign in to Wiki" in nora.get(asking(board, redirect_uri=address)).words


def test_nobody_consents_without_seeing_a_page(nora: Tab, add: AddClient) -> None:
    assert "consent_required" == heard(nora.get(asking(add(asks_consent=True), prompt="none"))).told["error"]


def test_consent_asks_for_the_proofs_again_that_became_too_old(
    nora: Tab, add: AddClient, world: FrozenWorld
) -> None:
    page = nora.get(asking(add(asks_consent=True), max_age="60"))
    world.advance(timedelta(minutes=2))
    assert says(nora, page, "yes").leads_to.startswith("/me/confirm?")


# Who goes on


def test_prompt_select_account_lets_people_choose(ctx: Context, nora: Tab, wiki: Client) -> None:
    page = nora.get(asking(wiki, prompt="select_account"))
    assert "Who goes on to Wiki?" in page.words
    chosen = nora.post("/oidc/account", {**page.form("/oidc/account").fields, "as": "me"})
    assert wiki.id == granted(ctx, nora.follow(chosen)).client_id


def test_an_app_for_some_is_closed_to_the_others(
    ctx: Context, crew: Team, browse: Browse, add: AddClient
) -> None:
    wiki = add(only=(crew["jonas.frei"].id,))
    page = browse(crew.owner).get(asking(wiki))
    assert (403, True) == (page.status, "Wiki is not open to you" in page.words)
    assert any(link.startswith(f"{BACK}?error=access_denied") for link in page.links)
    silent = browse(crew.owner).get(asking(wiki, prompt="none"))
    assert "access_denied" == heard(silent).told["error"]
    assert wiki.id == granted(ctx, browse(crew["jonas.frei"]).get(asking(wiki))).client_id


def test_an_app_of_another_account_is_closed(ctx: Context, browse: Browse, wiki: Client) -> None:
    stranger = account(ctx, "paul.gut", staff=(), others={"eva.gut": Role.STAFF})
    assert 403 == browse(stranger.owner).get(asking(wiki)).status


def test_a_claim_for_one_person_alone_is_kept_to(ctx: Context, crew: Team, nora: Tab, wiki: Client) -> None:
    def wanting(sub: str) -> str:
        return json.dumps({"id_token": {"sub": {"value": sub}}})

    assert wiki.id == granted(ctx, nora.get(asking(wiki, claims=wanting(crew.owner.id)))).client_id
    other = nora.get(asking(wiki, prompt="none", claims=wanting(crew["jonas.frei"].id)))
    assert "login_required" == heard(other).told["error"]


# Proofs


def test_a_remembered_browser_confirms_for_an_app_that_asks_for_a_second_factor(
    crew: Team, browse: Browse, add: AddClient
) -> None:
    weak = browse(crew.owner, aal2=False)
    assert weak.get(asking(add())).leads_to.startswith("/me/confirm?")
    assert "login_required" == heard(weak.get(asking(add(), prompt="none"))).told["error"]


def test_a_remembered_browser_is_enough_where_the_owner_says_so(
    ctx: Context, crew: Team, browse: Browse, add: AddClient
) -> None:
    wiki = add(demand=Demand.REMEMBERED)
    grant = granted(ctx, browse(crew.owner, aal2=False).get(asking(wiki)))
    assert "urn:sparekey:acr:aal1" == grant.acr


def test_an_app_for_passkeys_says_so_to_whoever_has_none(nora: Tab, add: AddClient) -> None:
    wiki = add(demand=Demand.PASSKEY)
    page = nora.get(asking(wiki))
    assert (403, True) == (page.status, "/me/2fa/passkey" in page.links)
    assert "access_denied" == heard(nora.get(asking(wiki, prompt="none"))).told["error"]


def test_a_wish_for_a_passkey_is_passed_over_by_whoever_has_none(
    ctx: Context, nora: Tab, wiki: Client
) -> None:
    assert "urn:sparekey:acr:aal2" == granted(ctx, nora.get(asking(wiki, acr_values="phr"))).acr


@pytest.mark.parametrize("values", ["phr", "unheard_of"])
def test_an_essential_acr_that_cannot_be_reached_ends_the_request(
    nora: Tab, wiki: Client, values: str
) -> None:
    claims = json.dumps({"id_token": {"acr": {"essential": True, "values": [values]}}})
    told = heard(nora.get(asking(wiki, claims=claims))).told
    assert "unmet_authentication_requirements" == told["error"]


def with_passkey(ctx: Context, tab: Tab) -> SoftKey:
    """Somebody adds a passkey, and goes on with the proofs of their sign-in."""
    key = SoftKey()
    assert adds(tab, key).leads_to.startswith("/me/2fa/aut_")
    return key


def confirms_with(tab: Tab, key: SoftKey, led: str) -> Page:
    """The page asks for a passkey and nothing else; then back to the app's request."""
    page = tab.get(led)
    assert "asks for a passkey" in page.words
    assert "password" not in {name for form in page.forms for name in form.names}
    fields = form_of(tab, led)
    answer = key.get(asked(tab, led, "/passkey/confirm/options"))
    return tab.follow(tab.post("/me/confirm", {**fields, "passkey": answer}))


@pytest.mark.parametrize("wish", ["", "phr"])
def test_an_app_that_asks_for_a_passkey_gets_one(ctx: Context, nora: Tab, add: AddClient, wish: str) -> None:
    wiki = add(demand=Demand.SECOND if wish else Demand.PASSKEY)
    key = with_passkey(ctx, nora)
    answer = nora.get(asking(wiki, acr_values=wish))
    assert answer.leads_to.startswith("/me/confirm?")
    assert answer.leads_to.endswith("by%3Dpasskey")
    assert "phr" == granted(ctx, confirms_with(nora, key, answer.leads_to)).acr


@pytest.mark.parametrize("is_essential", [True, False])
def test_a_passkey_that_leaves_its_device_is_no_hardware(
    ctx: Context, nora: Tab, wiki: Client, is_essential: bool
) -> None:
    key = with_passkey(ctx, nora)
    claims = json.dumps({"id_token": {"acr": {"essential": is_essential, "value": "phrh"}}})
    answer = confirms_with(nora, key, nora.get(asking(wiki, claims=claims)).leads_to)
    if is_essential:
        assert "unmet_authentication_requirements" == heard(answer).told["error"]
    else:
        assert "phr" == granted(ctx, answer).acr


def test_without_a_page_a_wish_is_passed_over_and_a_must_is_not(
    ctx: Context, nora: Tab, wiki: Client
) -> None:
    with_passkey(ctx, nora)
    assert (
        "urn:sparekey:acr:aal2" == granted(ctx, nora.get(asking(wiki, prompt="none", acr_values="phr"))).acr
    )
    must = json.dumps({"id_token": {"acr": {"essential": True, "value": "phr"}}})
    assert "login_required" == heard(nora.get(asking(wiki, prompt="none", claims=must))).told["error"]


def test_a_sleeping_session_is_woken_first(nora: Tab, wiki: Client, world: FrozenWorld) -> None:
    world.advance(timedelta(hours=1))
    assert nora.get(asking(wiki)).leads_to.startswith("/sign-in/again?next=/oidc/authorize")


def test_the_forced_change_comes_before_any_app(nora: Tab, browse: Browse, crew: Team, wiki: Client) -> None:
    secret = secret_in(revealed(nora))
    jonas = browse()
    assert "/renew/password" == sign_in(jonas, PASSWORD, code_from(secret, NOON)).leads_to
    assert "/renew/password" == jonas.get(asking(wiki)).leads_to
    assert "login_required" == heard(jonas.get(asking(wiki, prompt="none"))).told["error"]


def test_somebody_half_signed_in_is_nobody_yet(browse: Browse, wiki: Client) -> None:
    tab = browse()
    tab.fill("/sign-in", "/sign-in", username="nora.keller", password=PASSWORD)
    assert tab.get(asking(wiki)).leads_to.startswith("/sign-in?")


# What is heard, and by whom


def test_an_error_is_sent_on_only_once_somebody_is_signed_in(
    browse: Browse, crew: Team, wiki: Client
) -> None:
    assert browse().get(asking(wiki, scope="profile")).leads_to.startswith("/sign-in?")
    assert "invalid_scope" == heard(browse(crew.owner).get(asking(wiki, scope="profile"))).told["error"]


@pytest.mark.parametrize("name", ["client_id", "redirect_uri", "request_uri"])
def test_what_decides_whom_to_answer_comes_once(nora: Tab, wiki: Client, name: str) -> None:
    more = urlencode([(name, "https://evil.example"), (name, "https://evil.example")])
    assert 400 == nora.get(f"{asking(wiki)}&{more}").status


def test_everything_else_comes_once_too(nora: Tab, wiki: Client) -> None:
    assert "invalid_request" == heard(nora.get(asking(wiki) + "&nonce=2")).told["error"]


@pytest.mark.parametrize("more", ["&nonce=" + "n" * 5000, "&extra=" + "n" * 9000])
def test_a_request_too_large_to_be_carried_along_is_refused(nora: Tab, wiki: Client, more: str) -> None:
    assert 413 == nora.get(asking(wiki, nonce="") + more).status


def test_nul_is_refused(nora: Tab, wiki: Client) -> None:
    assert 400 == nora.get(asking(wiki) + "&login_hint=%00").status


def test_an_address_with_a_query_keeps_it(nora: Tab, add: AddClient) -> None:
    wiki = add(redirect_uris=(f"{BACK}?tenant=1",))
    told = heard(nora.get(asking(wiki, redirect_uri=f"{BACK}?tenant=1"))).told
    assert {"tenant", "code", "state", "iss"} == told.keys()


def test_letting_in_is_noted_with_the_app(ctx: Context, nora: Tab, crew: Team, wiki: Client) -> None:
    nora.get(asking(wiki))
    used = ctx.db.read(lambda conn: clients.of_account(conn, crew.account.id))
    assert [ctx.moment().at] == [at for _, at in used]


# Pushed requests (RFC 9126)


def push(ctx: Context, client: Client, uri: str = "abc", **params: str) -> str:
    said = {"redirect_uri": BACK, "response_type": "code", "scope": "openid", "code_challenge": "a" * 43}
    said |= {"client_id": client.id, "code_challenge_method": "S256", **params}
    ends_at = ctx.moment().at + timedelta(minutes=9)
    row = Pushed(hashed(uri), client.id, json.dumps(said), ends_at)
    ctx.db.write(lambda conn: pushed.add(conn, row))
    sent = {"client_id": client.id, "request_uri": f"urn:ietf:params:oauth:request_uri:{uri}"}
    return f"/oidc/authorize?{urlencode(sent)}"


def test_a_pushed_request_is_good_once(ctx: Context, nora: Tab, wiki: Client) -> None:
    address = push(ctx, wiki)
    assert wiki.id == granted(ctx, nora.get(address)).client_id
    assert 400 == nora.get(address).status


def test_a_pushed_request_ends(ctx: Context, nora: Tab, wiki: Client, world: FrozenWorld) -> None:
    address = push(ctx, wiki)
    world.advance(timedelta(minutes=9))
    assert 400 == nora.get(address).status


def test_a_pushed_request_is_one_client_s(ctx: Context, nora: Tab, add: AddClient) -> None:
    address, other = push(ctx, add()), add()
    client_id = other.id
    assert 400 == nora.get("/oidc/authorize?" + address.partition("&")[2] + f"&client_id={client_id}").status


def test_a_strict_client_pushes(ctx: Context, nora: Tab, add: AddClient) -> None:
    bank = add(is_strict=True)
    assert "invalid_request" == heard(nora.get(asking(bank))).told["error"]
    assert bank.id == granted(ctx, nora.get(push(ctx, bank))).client_id


def test_a_program_on_ones_own_machine_listens_where_it_can(ctx: Context, nora: Tab, add: AddClient) -> None:
    tool = add(kind=Kind.PUBLIC, redirect_uris=("http://127.0.0.1/back",))
    address = "http://127.0.0.1:53211/back"
    assert address == granted(ctx, nora.get(asking(tool, redirect_uri=address))).redirect_uri
    assert 400 == nora.get(asking(tool, redirect_uri="http://127.0.0.1:53211/other")).status
