"""`browse`: a person at a browser, without one. Pages are asked for, their forms filled in and sent.

Below it a crew with its owner's tab, and the steps that several tests take to let Jonas back in.
"""

import hmac
import re
from base64 import b32decode
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from html.parser import HTMLParser

import pytest
from starlette.testclient import TestClient

from sparekey.core.people import Member, Policy, Role, Status
from sparekey.flows._work import Work, unit
from sparekey.flows.context import Context, Visitor
from sparekey.flows.team._reach import invite
from sparekey.store import people
from sparekey.web.routes import make_web
from tests.people import FIREFOX, PASSWORD, SOMEBODY, Team, account, code_of, person, signed_in
from tests.world import FrozenWorld


@dataclass
class Form:
    """A form as the page shows it: where it goes, and what it would send untouched."""

    action: str
    method: str
    fields: dict[str, str] = field(default_factory=dict)
    names: set[str] = field(default_factory=set)
    """All names of its fields, ticked or not."""


class Reader(HTMLParser):
    """Reads the forms, links and words of a page."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.forms: list[Form] = []
        self.links: list[str] = []
        self._words: list[str] = []
        self._select, self._area = "", ""
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = {name: value or "" for name, value in attrs}
        if tag == "form":
            self.forms.append(Form(found.get("action", ""), found.get("method", "get")))
        elif tag == "a":
            self.links.append(found.get("href", ""))
        elif tag == "select":
            self._select = found["name"]
        elif tag == "option" and "selected" in found:
            self.forms[-1].fields[self._select] = found["value"]
        elif tag == "input":
            self._read_input(found)
        elif tag == "textarea":
            self._area = found["name"]
            self.forms[-1].names.add(self._area)
            self.forms[-1].fields[self._area] = ""

    def handle_endtag(self, tag: str) -> None:
        if tag == "textarea":
            self._area = ""

    def _read_input(self, found: dict[str, str]) -> None:
        form = self.forms[-1]
        form.names.add(found["name"])
        if found.get("type") not in {"radio", "checkbox"} or "checked" in found:
            form.fields[found["name"]] = found.get("value", "")

    def handle_data(self, data: str) -> None:
        self._words.append(data)
        if self._area:
            self.forms[-1].fields[self._area] += data

    @property
    def words(self) -> str:
        return " ".join(" ".join(self._words).split())


@dataclass(frozen=True)
class Page:
    """An answer of the server."""

    path: str
    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def text(self) -> str:
        return self.body.decode()

    @property
    def leads_to(self) -> str:
        return self.headers.get("location", "")

    @property
    def words(self) -> str:
        """What somebody reads."""
        return Reader(self.text.replace("<wbr>", "")).words

    @property
    def links(self) -> list[str]:
        return Reader(self.text).links

    @property
    def forms(self) -> list[Form]:
        """What a person can fill in: not signing out, nor what the script alone fills in for a passkey."""
        forms = Reader(self.text).forms
        return [form for form in forms if form.action != "/sign-out" and form.names != SCRIPT_S]

    def form(self, action: str = "") -> Form:
        """The form that posts to this address (empty: the only one that posts)."""
        posting = [one for one in self.forms if one.method == "post" and action in {"", one.action}]
        assert len(posting) == 1, f"{[one.action for one in self.forms]} in {self.words}"
        return posting[0]


class Tab:
    """A browser tab: cookies stay, redirects are followed only when asked."""

    def __init__(self, client: TestClient) -> None:
        self.client = client

    def get(self, path: str, **headers: str) -> Page:
        answer = self.client.get(path, headers=headers)
        return Page(path, answer.status_code, answer.headers, answer.content)

    def follow(self, page: Page) -> Page:
        """Where an answer leads (303)."""
        assert page.status == 303, f"{page.status} {page.words}"
        return self.get(page.leads_to)

    def post(self, path: str, fields: Mapping[str, str], **headers: str) -> Page:
        answer = self.client.post(path, data=dict(fields), headers=headers)
        return Page(path, answer.status_code, answer.headers, answer.content)

    def send(self, page: Page, action: str = "", **typed: str) -> Page:
        """Fill in the page's form and send it."""
        form = page.form(action)
        assert set(typed) <= form.names | set(form.fields), f"{form.names} lacks {set(typed)}"
        return self.post(form.action or page.path, {**form.fields, **typed}, origin="https://id.example")

    def fill(self, path: str, action: str = "", **typed: str) -> Page:
        """Open a page, fill in its form and send it."""
        return self.send(self.get(path), action, **typed)


SCRIPT_S = {"csrf", "next", "passkey"}
Browse = Callable[..., Tab]
LIST = "/contacts/staff"
JONAS = f"{LIST}/jonas.frei"
AT = f"{JONAS}/2fa"
COLLEAGUES = {"ivana.admin": Role.ADMIN, "luca.auditor": Role.AUDITOR, "second.owner": Role.OWNER}
SECRET = re.compile(r'id="secret">([A-Z2-7 ]+)<')
NEW_PASSWORD = "seven yellow dogs barking"


@pytest.fixture
def browse(ctx: Context) -> Browse:
    """`browse(member)` is signed in just now, `browse()` is nobody yet."""
    return browsing(ctx)


def browsing(ctx: Context) -> Browse:
    """Tabs of a server with this context."""
    web = make_web(ctx)

    def open_tab(who: Member | None = None, *, aal2: bool = True) -> Tab:
        client = TestClient(
            web,
            base_url=ctx.site.base_url,
            follow_redirects=False,
            headers={"user-agent": FIREFOX},
            client=(SOMEBODY.source, 50000),
        )
        if who is not None:
            client.cookies.set("__Host-sparekey", signed_in(ctx, who, aal2=aal2).token)
        return Tab(client)

    return open_tab


def confirming(ctx: Context, who: Member) -> dict[str, str]:
    """What somebody enters to confirm that it is them."""
    return {"password": PASSWORD, "code": code_of(ctx, who)}


@pytest.fixture
def crew(ctx: Context) -> Team:
    """One of each role, and a second owner."""
    return account(ctx, others=COLLEAGUES)


@pytest.fixture
def nora(browse: Browse, crew: Team) -> Tab:
    """The owner's tab, signed in just now."""
    return browse(crew.owner)


@pytest.fixture
def late(nora: Tab, world: FrozenWorld) -> Tab:
    """The owner's tab six minutes after the sign-in: what is sensitive asks again."""
    world.advance(timedelta(minutes=6))
    return nora


def more_people(ctx: Context, crew: Team, first: int, last: int) -> None:
    """`new.001` to `new.060`: invited, with links that work."""

    def add(work: Work) -> None:
        for number in range(first, last + 1):
            new = person(crew.account.id, f"new.{number:03}", Role.STAFF, work.moment)
            new = replace(new, status=Status.INVITED)
            people.add_member(work.conn, new)
            invite(work, crew.owner, new)

    unit(ctx, Visitor(console="test"), ctx.moment(), add)


def set_policy(ctx: Context, crew: Team, policy: Policy) -> None:
    ctx.db.write(lambda conn: people.put_account(conn, replace(crew.account, policy=policy)))


def revealed(nora: Tab) -> Page:
    """The open view."""
    return nora.follow(nora.fill(f"{AT}/reveal", how="person"))


def secret_in(page: Page) -> str:
    found = SECRET.search(page.text)
    assert found, page.words
    return found[1].replace(" ", "")


def code_from(secret: str, at: datetime) -> str:
    """What a phone shows that was handed this secret (RFC 6238)."""
    counter = (int(at.timestamp()) // 30).to_bytes(8)
    digest = hmac.digest(b32decode(secret), counter, "sha1")
    start = digest[-1] & 15
    return f"{(int.from_bytes(digest[start : start + 4]) & 0x7FFFFFFF) % 10**6:06}"


def sign_in(tab: Tab, password: str, code: str) -> Page:
    """The two posts; gives what the second one leads to."""
    second = tab.follow(tab.fill("/sign-in", username="jonas.frei", password=password))
    return tab.send(second, code=code)


def go_through_the_change(tab: Tab, world: FrozenWorld, **typed: str) -> str:
    """New password, new secret, verified; gives the new secret."""
    secret_page = tab.follow(tab.fill("/renew/password", new_password=NEW_PASSWORD))
    secret = secret_in(secret_page)
    done = tab.follow(tab.fill("/renew/verify", code=code_from(secret, world.now()), **typed))
    assert "/renew/done" == done.path, done.words
    return secret
