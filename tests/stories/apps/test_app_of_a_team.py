"""An app from its first day to the last sign-out: added by the owner, used by staff, ended by whoever may end it."""

from collections.abc import Iterator
from urllib.parse import urlencode

import pytest

from tests.stories.apps.wiki import PATIENCE_SECONDS, Wiki, running_wiki
from tests.stories.devices import INTERNAL, Device
from tests.stories.office import Office
from tests.stories.people import IN_PERSON, Person

pytestmark = pytest.mark.browser


@pytest.fixture
def wiki(office: Office) -> Iterator[Wiki]:
    with running_wiki() as wiki:
        wiki.issuer = office.server.url
        office.elsewhere.append(wiki.address)
        yield wiki


def adds(nora: Person, wiki: Wiki, demand: str = "Password and second factor", *, asks: bool = False) -> None:
    """Through the pages; what the app needs is read off the page that shows it once."""
    nora.opens("/account/apps")
    nora.follows("Add app")
    nora.follows("A server app")
    nora.confirms_if_asked()
    nora.enters("Name shown to staff", "Wiki")
    nora.enters("Redirect addresses", f"{wiki.address}/back")
    nora.chooses(demand)
    if not asks:
        nora.page.get_by_label(nora.language.beginning("Ask people before it gets their details")).uncheck()
    nora.page.locator("summary", has_text=nora.language.words("More for the person who runs the app")).click()
    nora.enters("Addresses after signing out", f"{wiki.address}/bye")
    nora.enters("Tell the app when a session ends (back-channel)", f"{wiki.address}/told")
    nora.presses("Add app")
    nora.sees("Wiki is added", "The client secret is shown only now.")
    wiki.client_secret = nora.page.locator("#client-secret").inner_text()
    wiki.client_id = nora.page.locator("dd.mono").first.inner_text()
    assert wiki.client_secret in nora.page.locator("#snip-any").inner_text()
    nora.follows("Done")
    assert wiki.client_secret not in nora.page.content()


def goes_to(person: Person, wiki: Wiki) -> None:
    person.page.goto(wiki.address)


def is_in(person: Person, wiki: Wiki) -> None:
    person.page.wait_for_url(f"{wiki.address}/back*")
    person.comes_to(person.facts.name)


@pytest.fixture
def nora(office: Office) -> Person:
    return office.seat(office.nora).signs_in()


@pytest.fixture
def jonas(office: Office) -> Person:
    return office.seat(office.jonas)


def signs_in_on_the_way(jonas: Person) -> None:
    jonas.enters("Username or work email", jonas.facts.username)
    jonas.enters("Password", jonas.facts.password)
    jonas.presses("Sign in")
    jonas.enters("6-digit code", jonas.facts.app.code())
    jonas.button("Continue").click()


@pytest.mark.german
def test_an_app_is_added_signed_in_to_and_taken_back(nora: Person, jonas: Person, wiki: Wiki) -> None:
    """Consent is asked once, stands in the profile, and is asked again after it was withdrawn."""
    adds(nora, wiki, asks=True)
    goes_to(jonas, wiki)
    signs_in_on_the_way(jonas)
    jonas.page.wait_for_url("**/oidc/authorize*")
    jonas.comes_to("Sign in to Wiki")
    jonas.sees("your work email address", "also while you are signed out")
    jonas.button("Allow").click()
    is_in(jonas, wiki)
    assert (jonas.facts.email, True) == (wiki.person["email"], wiki.is_token_good())

    goes_to(jonas, wiki)
    is_in(jonas, wiki)
    nora.opens("/account/apps")
    nora.follows("Wiki")
    nora.sees(jonas.facts.name)

    jonas.opens("/me")
    jonas.follows("Apps with access to me")
    jonas.sees("Wiki")
    jonas.presses("Take access away Wiki")
    jonas.sees("No app has access to you")
    assert (False, 400) == (wiki.is_token_good(), wiki.refresh()[0])
    assert wiki.told.wait(PATIENCE_SECONDS)
    goes_to(jonas, wiki)
    jonas.comes_to("Sign in to Wiki")
    jonas.button("Do not allow").click()
    jonas.page.wait_for_url(f"{wiki.address}/back*")
    jonas.comes_to("access_denied")


def test_an_app_asks_for_a_passkey_and_the_person_is_stepped_up(
    nora: Person, jonas: Person, wiki: Wiki
) -> None:
    """Signed in with password and code is not enough; with none at all the way to one is shown."""
    adds(nora, wiki, "Passkey only")
    jonas.signs_in()
    goes_to(jonas, wiki)
    jonas.sees("asks for a passkey", "You have none yet.")
    Device(jonas.page, INTERNAL)
    jonas.follows("Add a passkey")
    jonas.confirms_if_asked()
    jonas.presses("Create a passkey")
    jonas.presses("Save")
    jonas.signs_out()
    jonas.page.add_init_script("delete PublicKeyCredential.isConditionalMediationAvailable")
    jonas.signs_in()
    goes_to(jonas, wiki)
    jonas.comes_to("Confirm it’s you")
    jonas.button("Use a passkey").click()
    is_in(jonas, wiki)
    assert "phr" in wiki.claims["acr"]


def test_a_reset_by_the_owner_ends_what_the_app_has_at_once(nora: Person, jonas: Person, wiki: Wiki) -> None:
    """Its refresh token, its access token and its own session, within five seconds."""
    adds(nora, wiki)
    goes_to(jonas, wiki)
    signs_in_on_the_way(jonas)
    is_in(jonas, wiki)
    assert wiki.is_token_good()

    nora.selects(jonas.facts)
    nora.follows("Reset two-factor authentication")
    nora.confirms_if_asked()
    nora.chooses(IN_PERSON)
    nora.enters("Type the username to confirm", jonas.facts.username)
    nora.presses("Reset and send set-up link")
    assert (False, 400) == (wiki.is_token_good(), wiki.refresh()[0])
    assert wiki.told.wait(PATIENCE_SECONDS)
    goes_to(jonas, wiki)
    jonas.comes_to("Sign in")


def test_signing_out_everywhere_else_reaches_the_app(
    office: Office, nora: Person, jonas: Person, wiki: Wiki
) -> None:
    """A laptop left behind: from another browser its session ends. The app that was opened with it is told, and what
    it was given without offline access is dead.
    """
    wiki.scope = "openid profile email"
    adds(nora, wiki)
    goes_to(jonas, wiki)
    signs_in_on_the_way(jonas)
    is_in(jonas, wiki)

    at_home = office.seat(office.jonas).signs_in()
    at_home.opens("/me")
    at_home.presses("Sign out everywhere else")
    if at_home.path.startswith("/me/confirm"):
        at_home.confirms()
        at_home.presses("Sign out")
    assert wiki.told.wait(PATIENCE_SECONDS)
    assert (False, 400) == (wiki.is_token_good(), wiki.refresh()[0])
    goes_to(jonas, wiki)
    jonas.comes_to("Sign in")


def test_signing_out_in_the_app_signs_out_here(nora: Person, jonas: Person, wiki: Wiki) -> None:
    """RP-initiated logout: at both ends, and back to the app."""
    adds(nora, wiki)
    goes_to(jonas, wiki)
    signs_in_on_the_way(jonas)
    is_in(jonas, wiki)
    jonas.page.goto(f"{wiki.address}/out")
    jonas.page.wait_for_url(f"{wiki.address}/bye")
    jonas.opens("/me")
    jonas.comes_to("Sign in")


def test_an_address_alone_signs_nobody_out(nora: Person, jonas: Person, wiki: Wiki) -> None:
    """Without the ID token that proves which app sent them, people are asked, and stay here afterwards."""
    adds(nora, wiki)
    goes_to(jonas, wiki)
    signs_in_on_the_way(jonas)
    is_in(jonas, wiki)
    address = f"/oidc/logout?{urlencode({'post_logout_redirect_uri': f'{wiki.address}/bye'})}"
    jonas.opens(address)
    jonas.comes_to("Sign out?")
    jonas.follows("Stay signed in")
    assert "/" == jonas.path
    jonas.opens(address)
    jonas.presses("Sign out")
    assert "/signed-out" == jonas.path
    assert wiki.told.wait(PATIENCE_SECONDS)
