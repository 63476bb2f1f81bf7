"""Opening an account by oneself, where the server allows it."""

import re
from collections.abc import Iterator
from dataclasses import replace

import pytest
from starlette.testclient import TestClient

from sparekey.core.people import SERVER
from sparekey.flows.context import Context
from sparekey.store import people
from sparekey.web.routes import make_web
from tests.people import SOMEBODY, account, letters
from tests.web.conftest import Browse, Tab

OLGA = "olga@example.org"


@pytest.fixture
def tab(ctx: Context) -> Iterator[Tab]:
    """A browser at a server that is open for sign-up."""
    web = make_web(replace(ctx, site=replace(ctx.site, sign_up_is_open=True)))
    with TestClient(
        web, base_url="https://id.example", follow_redirects=False, client=(SOMEBODY.source, 5000)
    ) as client:
        yield Tab(client)


@pytest.mark.parametrize("path", ["/sign-up", "/sign-up/sent"])
def test_there_is_no_such_page_unless_it_is_allowed(path: str, browse: Browse) -> None:
    assert browse().get(path).status == 404


def test_nothing_is_sent_unless_it_is_allowed(ctx: Context, tab: Tab, browse: Browse) -> None:
    """Not even for a form from another time."""
    closed = browse()
    form = {**tab.get("/sign-up").form().fields, **closed.get("/sign-in").form("/sign-in").fields}

    assert closed.post("/sign-up", {**form, "email": OLGA}).status == 404
    assert letters(ctx) == []


def test_a_link_goes_to_the_address(ctx: Context, tab: Tab) -> None:
    """It opens a set-up in whose course the account is named."""
    sent = tab.follow(tab.fill("/sign-up", email=f"  {OLGA} "))
    [letter] = letters(ctx)
    opened = tab.get(letter.facts["link"].removeprefix("https://id.example"))

    assert "Check your mailbox" in sent.words
    assert (letter.kind, letter.to, letter.language) == ("signup_link", OLGA, "en")
    assert opened.status == 200
    assert "In a few minutes your team has its account" in opened.words


def test_the_letter_speaks_the_language_of_the_page(ctx: Context, tab: Tab) -> None:
    tab.follow(tab.get("/sign-up?lang=de"))
    tab.fill("/sign-up", email=OLGA)

    assert [one.language for one in letters(ctx)] == ["de"]


def test_a_known_address_is_answered_alike_and_gets_no_link(ctx: Context, tab: Tab) -> None:
    """A link would be of no use: addresses are unique on the server."""
    account(ctx)
    known = tab.fill("/sign-up", email="Nora.Keller@Example.com")
    unknown = tab.fill("/sign-up", email=OLGA)

    assert (known.status, known.leads_to, known.body) == (unknown.status, unknown.leads_to, unknown.body)
    assert [one.to for one in letters(ctx)] == [OLGA]


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("", "Enter an email address"),
        ("olga", "Enter an address such as name@example.com"),
        ("olga@example.org\r\nBcc: all@example.org", "Enter an address such as"),
        ("o" * 60_000, "Enter an address such as"),
    ],
)
def test_an_address_that_is_none_says_so(typed: str, said: str, ctx: Context, tab: Tab) -> None:
    answer = tab.fill("/sign-up", email=typed)

    assert answer.status == 422
    assert said in answer.words
    assert letters(ctx) == []


def test_one_mailbox_gets_five_letters_an_hour(ctx: Context, tab: Tab) -> None:
    """The sixth request is answered like the others."""
    answers = [tab.fill("/sign-up", email=OLGA).status for _ in range(6)]

    assert answers == [303] * 6
    assert len(letters(ctx)) == 5


def test_one_source_asks_ten_times_an_hour(ctx: Context, tab: Tab) -> None:
    """For whatever addresses; then the form says how long to wait."""
    answers = [tab.fill("/sign-up", email=f"person{number}@example.org") for number in range(11)]

    assert [one.status for one in answers] == [303] * 10 + [429]
    assert "Too many tries. Wait until 12:06" in answers[-1].words
    assert answers[-1].headers["retry-after"] == "360"


def test_nobody_is_made_before_the_link_is_used(ctx: Context, tab: Tab) -> None:
    """Only a keyed hash stands for the address where letters are counted."""
    tab.fill("/sign-up", email=OLGA)

    assert ctx.db.read(people.all_accounts) == []
    [mail] = ctx.db.read(lambda conn: conn.exec_driver_sql("SELECT account_id, member_id FROM outbox").all())
    assert mail[0] == SERVER
    assert re.fullmatch(r"[0-9a-f]{32}", mail[1])
