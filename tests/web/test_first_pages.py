"""Where people begin: the sign-in page of a new server, and mailed links, which speak their person's language."""

from dataclasses import replace
from urllib.parse import urlsplit

import pytest

from sparekey.core.people import Language, Member, Role, Status
from sparekey.flows import password_link
from sparekey.flows._work import Work, unit
from sparekey.flows.context import Context, Visitor
from sparekey.flows.joining.first_run import first_link
from sparekey.flows.team._reach import invite
from sparekey.store import people
from tests.flows.steps import helped
from tests.people import SOMEBODY, Team, account, changed, letters, person, signed_in
from tests.web.conftest import NEW_PASSWORD, Browse, Page

HINT = "Nobody has an account here yet. Begin with the one-time link"
ENGLISH = {"accept-language": "en"}


@pytest.fixture
def team(ctx: Context) -> Team:
    return account(ctx)


@pytest.fixture
def invitation(ctx: Context, team: Team) -> str:
    """The path of an invitation to somebody who reads German."""
    new = person(team.account.id, "lea.hofstetter", Role.STAFF, ctx.moment())
    lea: Member = replace(new, status=Status.INVITED, language=Language.DE)

    def add(work: Work) -> None:
        people.add_member(work.conn, lea)
        invite(work, team.owner, lea)

    unit(ctx, Visitor(console="test"), ctx.moment(), add)
    return path_in(ctx, "invitation")


def path_in(ctx: Context, kind: str) -> str:
    [letter] = letters(ctx, kind)
    return str(letter.facts["link"]).removeprefix(ctx.site.base_url)


def test_an_invitation_stays_german_in_an_english_browser(browse: Browse, invitation: str) -> None:
    """From the link to the last step, and at the sign-in page if somebody goes there in between."""
    tab = browse()
    tab.client.headers.update(ENGLISH)
    link = tab.get(invitation)
    password = tab.follow(tab.send(link))
    app = tab.follow(tab.send(password, new_password=NEW_PASSWORD))

    assert "Willkommen, Lea" in link.words
    assert ["de-CH"] * 4 == [language_of(page) for page in (link, password, app, tab.get("/sign-in"))]


def language_of(page: Page) -> str:
    return page.text.split('<html lang="', 1)[1].split('"', 1)[0]


def test_whoever_chooses_another_language_keeps_it(browse: Browse, invitation: str) -> None:
    tab = browse()
    link = tab.get(invitation)
    [switch] = [one for one in link.links if "lang=en" in one]
    english = tab.follow(tab.get(switch))
    password = tab.follow(tab.send(english))

    assert "Welcome, Lea" in english.words
    assert ["en", "en"] == [language_of(page) for page in (english, password)]


def test_the_stop_page_speaks_the_language_of_its_letter(ctx: Context, team: Team, browse: Browse) -> None:
    german = changed(ctx, team["jonas.frei"], language=Language.DE)
    helped(ctx, signed_in(ctx, team.owner), german)
    tab = browse()
    tab.client.headers.update(ENGLISH)
    stop = urlsplit(letters(ctx, "recovery_opened")[0].facts["stop_link"]).path
    asked = tab.get(stop)
    assert ["de-CH", "de-CH"] == [language_of(page) for page in (asked, tab.send(asked))]


def test_somebody_signed_in_who_only_looks_keeps_their_language(
    browse: Browse, team: Team, invitation: str
) -> None:
    tab = browse(team.owner)

    assert ["de-CH", "en"] == [language_of(tab.get(path)) for path in (invitation, "/")]


def test_a_link_for_a_forgotten_password_is_in_the_persons_language(
    ctx: Context, team: Team, browse: Browse
) -> None:
    jonas = replace(team["jonas.frei"], language=Language.DE)
    ctx.db.write(lambda conn: people.put_member(conn, jonas))
    password_link.ask(ctx, SOMEBODY, "jonas.frei")
    tab = browse()
    tab.client.headers.update(ENGLISH)
    page = tab.get(path_in(ctx, "password_reset_link"))
    wrong = tab.send(page, new_password="short", code="123456")

    assert ["de-CH"] * 3 == [language_of(one) for one in (page, wrong, tab.get("/sign-in"))]


def test_an_empty_server_says_where_its_first_link_is(ctx: Context, browse: Browse) -> None:
    link = first_link(ctx)
    page = browse().get("/sign-in")

    assert link is not None
    assert HINT in page.words
    assert link.rsplit("/", 1)[-1] not in page.text


def test_it_no_longer_says_so_once_there_is_an_account(ctx: Context, browse: Browse) -> None:
    """Also where the account was made on the command line, and the link never used."""
    first_link(ctx)
    account(ctx)

    assert HINT not in browse().get("/sign-in").words


def test_the_sign_in_page_names_the_server(browse: Browse) -> None:
    """People learn to look at it."""
    assert "with your account at id.example" in browse().get("/sign-in").words
