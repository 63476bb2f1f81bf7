"""Every page draws from its specimens, in both languages, and keeps the rules of the security policy."""

import re
from collections import Counter
from datetime import UTC, datetime, timedelta
from html.parser import HTMLParser
from itertools import pairwise
from pathlib import Path
from types import SimpleNamespace as Thing
from zoneinfo import ZoneInfo

import pytest

from sparekey import errors
from sparekey.core import events
from sparekey.errors import (
    BadForm,
    BadInput,
    FormExpired,
    NotAllowed,
    SparekeyError,
    Stale,
    TooLarge,
    TooManyTries,
    Unready,
)
from sparekey.web import dates, render
from tests.web.demo_team import NOW, SHARED, ZONE
from tests.web.specimens import SPECIMENS, every_page, page_of, renderer

DRAW = renderer()
TEMPLATES = Path(render.__file__).parent / "templates"
EVERY = [(template, name, language) for template, name in every_page() for language in render.LANGUAGES]
SIGN_IN = {
    "host": "id.example",
    "is_empty": False,
    "sign_up": False,
    "next": "",
    "app": "",
    "unknown": "",
    "tries_left": None,
    "is_tried_often": False,
}
FORBIDDEN = re.compile(r"\b(MFA|TOTP|OTP|2-?step|tokens?|credentials?|oops|please|invalid)\b", re.IGNORECASE)
GLUED = re.compile(r"[a-zäöü][.!?][A-ZÄÖÜ]")
SHOWN = ("aria-label", "alt", "title", "placeholder", "data-done", "data-left", "value")


class Page(HTMLParser):
    """What the tests ask about a page: tags with attributes in order, and the words somebody sees.

    Settings to copy into another program (`pre`) are that program's words.
    """

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.words: list[str] = []
        self.forms: list[tuple[dict[str, str | None], list[dict[str, str | None]]]] = []
        self._is_to_copy = False
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = dict(attrs)
        assert len(found) == len(attrs), f"<{tag}> names an attribute twice"
        self.tags.append((tag, found))
        self.words += [value for name, value in attrs if name in SHOWN and value]
        self._is_to_copy = tag == "pre"
        if tag == "form":
            self.forms.append((found, []))
        elif tag in ("input", "button", "select") and self.forms:
            self.forms[-1][1].append(found)

    def handle_data(self, data: str) -> None:
        if not self._is_to_copy:
            self.words.append(data)

    def handle_endtag(self, _: str) -> None:
        self._is_to_copy = False


def drawn(template: str, name: str, language: str = "en") -> Page:
    return Page(page_of(DRAW, template, name, language))


@pytest.mark.parametrize(("template", "name", "language"), EVERY)
def test_a_page_keeps_the_rules(template: str, name: str, language: str) -> None:
    """No undefined values, no inline style or script; csrf in forms; ids unique; headings in order."""
    text = page_of(DRAW, template, name, language)
    page = Page(text)
    ids = Counter(found["id"] for _, found in page.tags if found.get("id"))
    levels = [int(tag[1]) for tag, _ in page.tags if tag in ("h1", "h2", "h3", "h4")]
    posts = [fields for form, fields in page.forms if form.get("method") == "post"]

    assert "style=" not in text
    assert not [found for tag, found in page.tags if tag == "script" and not found.get("src")]
    assert not [name for _, found in page.tags for name in found if name.startswith("on")]
    assert all(any(field.get("name") == "csrf" for field in fields) for fields in posts)
    assert [one for one, count in ids.items() if count > 1] == []
    assert levels.count(1) == 1
    assert [(a, b) for a, b in pairwise(levels) if b > a + 1] == []
    assert ('lang="en"' if language == "en" else 'lang="de-CH"') in text
    assert not FORBIDDEN.findall(" ".join(page.words))
    assert not GLUED.findall(" ".join(page.words).replace("Sparekey.", ""))


@pytest.mark.parametrize(("template", "name"), list(every_page()))
def test_what_an_attribute_refers_to_is_there(template: str, name: str) -> None:
    """Labels, descriptions, headings of sections, copy buttons and links within a page find their target."""
    page = drawn(template, name)
    ids = {found["id"] for _, found in page.tags if found.get("id")}
    wanted = [
        target
        for _, found in page.tags
        for attribute in ("for", "aria-labelledby", "aria-describedby", "data-copy", "data-show")
        for target in (found.get(attribute) or "").split()
    ]
    wanted += [
        (found.get("href") or "")[1:] for _, found in page.tags if (found.get("href") or "").startswith("#")
    ]

    assert [target for target in wanted if target not in ids and not target.startswith("i-")] == []


def test_every_template_has_a_specimen() -> None:
    """Parts start with an underscore; everything else is a page and is drawn here."""
    pages = {path.stem for path in TEMPLATES.glob("*.html") if not path.stem.startswith("_")}

    assert set(SPECIMENS) == pages


def test_every_template_says_what_it_takes() -> None:
    """The comment at the top is the contract with the routes."""
    assert [path.name for path in TEMPLATES.glob("*.html") if not path.read_text().startswith("{#")] == []


def test_names_are_escaped() -> None:
    """A name is text wherever it stands, also inside a translated sentence."""
    evil = Thing(name="<b>Eve</b>", first_name="<b>Eve</b>", initials="<b", username="eve")
    values = {**SHARED, **dict(SPECIMENS["staff_delete"])["plain"], "person": evil}
    shell = {"me": Thing(**{**vars(evil), "account_name": "<i>", "role": "owner"}), "flash": None}
    menu = Thing(staff=True, policy=True, audit=True, apps=True, export=True, staff_count=1)
    page = DRAW("staff_delete", "de", None, **values, **shell, menu=menu)

    assert "<b>" not in page
    assert "&lt;b&gt;Eve&lt;/b&gt; endgültig löschen?" in page


def test_a_missing_value_is_an_error() -> None:
    """Nothing is silently empty."""
    lacking = {name: value for name, value in SIGN_IN.items() if name != "sign_up"}
    with pytest.raises(Exception, match="'sign_up' is undefined"):
        DRAW("sign_in", "en", None, csrf="c", page_path="/sign-in", language_path="/sign-in?lang=", **lacking)


def test_a_refused_form_says_so_in_the_title_and_keeps_what_was_typed() -> None:
    """`Error:` comes first, the username stays, the password does not."""
    values = {"username": "jonas.frei", "password": "secret words"}
    page = DRAW("sign_in", "en", "dark", **SHARED, **SIGN_IN, values=values, errors={"form": "Not right"})

    assert "<title>Error: Sign in – Sparekey</title>" in page
    assert 'value="jonas.frei"' in page
    assert "secret words" not in page
    assert 'data-theme="dark"' in page


def test_demo_says_where_the_mails_are() -> None:
    """Every page of a demo server says so, no page of another one does."""
    assert "/demo/outbox" in page_of(renderer(demo=True), "home", "staff", "en")
    assert "/demo/outbox" not in page_of(DRAW, "home", "staff", "en")


def test_a_page_carries_the_icons_it_uses_once() -> None:
    """One sprite with one symbol for each icon the page refers to."""
    text = page_of(DRAW, "home", "owner", "en")
    used = set(re.findall(r'href="#(i-[a-z]+)"', text))
    symbols = re.findall(r'<symbol id="(i-[a-z]+)"', text)

    assert sorted(used) == sorted(symbols)


def test_assets_are_named_by_their_content(tmp_path: Path) -> None:
    """Another content is another address, so that browsers may keep a file for ever."""
    (tmp_path / "a.css").write_text("one")
    first = render.asset_addresses(tmp_path)["a.css"]
    (tmp_path / "a.css").write_text("two")

    assert re.fullmatch(r"/static/a\.[0-9a-f]{8}\.css", first)
    assert first != render.asset_addresses(tmp_path)["a.css"]


@pytest.mark.parametrize("tag", sorted(events.TAGS))
@pytest.mark.parametrize("language", list(render.LANGUAGES))
def test_every_event_has_words(tag: str, language: str) -> None:
    """The audit log speaks in sentences, whatever an event's optional values are."""
    facts = dict.fromkeys(events.fields_of(events.TAGS[tag]), 1)

    assert DRAW.event(language, tag, facts) != tag
    assert (
        DRAW.event(language, tag, {**facts, "left": None, "broken_at": None, "is_stolen": False, "again": 0})
        != tag
    )


@pytest.mark.parametrize(
    ("refusal", "field", "expected"),
    [
        (BadInput("email", "email_form"), "email", "Geben Sie eine Adresse wie name@example.com ein"),
        (Stale(), "", "Jemand war schneller. Sehen Sie den jetzigen Stand an und versuchen Sie es nochmals"),
        (TooManyTries(NOW + timedelta(minutes=13)), "code", "Zu viele Versuche. Warten Sie bis 10:56 Uhr"),
        (NotAllowed(reason="links_only"), "", "Die Sicherheitsregeln erlauben nur Einrichtungslinks"),
        (BadInput("x", "never_heard", "A sentence of its own"), "x", "Prüfen Sie Ihre Eingabe"),
    ],
)
def test_a_refusal_speaks_the_visitors_language(refusal: BadInput, field: str, expected: str) -> None:
    """By its reason, else by its code."""
    assert expected == DRAW.refusal("de", refusal, field)


def test_a_refusals_own_sentence_is_kept_in_english() -> None:
    """An exact sentence beats the general one of its code."""
    refusal = BadInput("x", "never_heard", "A sentence of its own")

    assert DRAW.refusal("en", refusal, "x") == "A sentence of its own"


def refusals(kind: type[SparekeyError] = SparekeyError) -> list[type[SparekeyError]]:
    return [one for sub in kind.__subclasses__() for one in (sub, *refusals(sub))]


SAID_ELSEWHERE = {Unready, BadForm, TooLarge, FormExpired}
"""`Unready` is for whoever starts the server and reaches no page; for the others `message.html` has words."""


@pytest.mark.parametrize(
    "kind", [one for one in refusals() if one.__module__ == errors.__name__ and one not in SAID_ELSEWHERE]
)
def test_every_refusal_is_known_in_german(kind: type[SparekeyError]) -> None:
    """A German page says it in German."""
    assert DRAW.sentence("de", kind.code, until=NOW)
    assert DRAW.sentence("de", kind.code, until=NOW) != DRAW.sentence("en", kind.code, until=NOW)


def test_what_was_typed_is_escaped_once_in_a_refusal() -> None:
    """Facts are escaped inside the sentence; the sentence itself is not escaped a second time on a page."""
    sentence = DRAW.sentence("en", "wrong_length", "code", length="<b>3</b>")

    assert f"{sentence}" == "The code has 6 digits. You entered &lt;b&gt;3&lt;/b&gt;"
    assert "You entered &lt;b&gt;3" in DRAW(
        "sign_in", "en", None, **SHARED, **SIGN_IN, errors={"form": sentence}
    )
    assert DRAW.sentence("en", "never_heard") == ""


AT = datetime(2026, 11, 17, 9, 42, 18, tzinfo=UTC)


@pytest.mark.parametrize(
    ("at", "english", "german"),
    [
        (AT, "today at 10:42", "heute um 10:42 Uhr"),
        (AT - timedelta(hours=11), "yesterday at 23:42", "gestern um 23:42 Uhr"),
        (AT + timedelta(days=1), "tomorrow at 10:42", "morgen um 10:42 Uhr"),
        (AT - timedelta(days=8), "9 November 2026, 10:42", "9. November 2026, 10:42 Uhr"),
        (datetime(2026, 3, 1, tzinfo=UTC), "1 March 2026, 01:00", "1. März 2026, 01:00 Uhr"),
    ],
)
def test_moments_in_words(at: datetime, english: str, german: str) -> None:
    """Days near now have names; the time zone decides which day it is."""
    assert english == dates.moment_words(at, AT, "en", ZONE)
    assert german == dates.moment_words(at, AT, "de", ZONE)


@pytest.mark.parametrize(
    ("span", "english", "german"),
    [
        (timedelta(seconds=30), "30 seconds", "30 Sekunden"),
        (timedelta(seconds=1), "1 second", "1 Sekunde"),
        (timedelta(seconds=61), "2 minutes", "2 Minuten"),
        (timedelta(hours=23, minutes=30), "23 hours 30 minutes", "23 Stunden 30 Minuten"),
        (timedelta(days=1), "1 day", "1 Tag"),
        (timedelta(seconds=-5), "0 seconds", "0 Sekunden"),
    ],
)
def test_spans_in_words(span: timedelta, english: str, german: str) -> None:
    """At most two units, rounded up, never negative."""
    assert english == dates.span_words(span, "en")
    assert german == dates.span_words(span, "de")


def test_stamps_are_exact_to_the_second() -> None:
    """As the audit log shows them."""
    assert dates.stamp_words(AT, "en", ZONE) == "17 Nov 2026 10:42:18"
    assert dates.stamp_words(AT, "de", ZoneInfo("UTC")) == "17.11.2026, 09:42:18"
