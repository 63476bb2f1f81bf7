"""Every page keeps the rules: readable by everybody (WCAG 2.2 AA), never wider than a phone, strict headers."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, BrowserContext, Page, Response, ViewportSize

from sparekey.web.guard import headers_of
from tests.serving import Server
from tests.stories.app import App
from tests.stories.demo import Outbox, running_demo
from tests.stories.office import DESKTOP, watched
from tests.stories.walk import WALKS, new_server
from tests.stories.walks.tab import Cast, Tab

pytestmark = pytest.mark.browser

PHONE: ViewportSize = {"width": 390, "height": 844}
NARROWEST = 320
"""Pixels: WCAG 2.2, 1.4.10 (1280 px at 400 %)."""
COLOURS = ("color-contrast", "link-in-text-block")
"""The rules whose answer depends on the theme."""
ENGLISH = re.compile(r"\b(?:the|your|you|this|with|from|have|been|for|not|is|are)\b", re.IGNORECASE)
THEIR_OWN = ("Phone left on the train",)
"""What people of the demo wrote themselves."""
PLAIN = ".shell{background:var(--surface)!important}.main{background:var(--bg)}"
"""A decorative gradient, in front of which axe cannot tell contrast."""
MAKE_PLAIN = "css => { const s = new CSSStyleSheet(); s.replaceSync(css); document.adoptedStyleSheets = [s] }"
"""Where the page's policy lets no style element in."""


@pytest.fixture
def cast(chromium: Browser, tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[Cast]:
    """A demo of its own, since walks leave traces, seen in the language that a test asks for."""
    language = getattr(request, "param", "en")
    with (
        running_demo(tmp_path / "demo") as demo,
        chromium.new_context(locale="en") as peeking,
        watched(chromium.new_context(viewport=DESKTOP), demo) as context,
    ):
        context.add_cookies([{"name": "lang", "value": language, "url": demo.url}])
        yield Cast(demo, Outbox(demo, peeking.new_page()), context)


def violations(page: Page, rules: tuple[str, ...] = ()) -> list[str]:
    only: dict[str, Any] = {"runOnly": list(rules)} if rules else {}
    options = {"resultTypes": ["violations"], "rules": {"target-size": {"enabled": True}}, **only}
    found = Axe().run(page, options=options).response["violations"]
    return [f"{one['id']}: {node['html'][:200]}" for one in found for node in one["nodes"]]


def look(page: Page) -> list[str]:
    """Both themes at both widths; colours are all that a theme changes."""
    page.evaluate(MAKE_PLAIN, PLAIN)
    found = []
    for theme, size, rules in (
        ("light", DESKTOP, ()),
        ("light", PHONE, ()),
        ("dark", PHONE, COLOURS),
        ("dark", DESKTOP, COLOURS),
    ):
        page.evaluate("theme => { document.documentElement.dataset.theme = theme }", theme)
        page.set_viewport_size(size)
        found += [f"{theme} {size['width']}: {one}" for one in violations(page, rules)]
    return found


@pytest.mark.parametrize("name", WALKS)
def test_every_page_in_english(cast: Cast, name: str) -> None:
    """axe-core finds nothing in both themes, on a desktop and on a phone; nothing scrolls sideways."""
    wrong = Wrong(cast.context)
    for seen, page in WALKS[name](cast):
        wrong.note(seen, *look(page), *too_wide(page))
    wrong.must_be_nothing()


@pytest.mark.parametrize("cast", ["de"], indirect=True)
@pytest.mark.parametrize("name", WALKS)
def test_every_page_in_german(cast: Cast, name: str) -> None:
    """Whose words are longer: nothing scrolls sideways either; the page says that it is German, and is."""
    wrong = Wrong(cast.context)
    for seen, page in WALKS[name](cast):
        language = page.locator("html").get_attribute("lang")
        wrong.note(seen, *too_wide(page), *([] if language == "de-CH" else [f"lang={language}"]))
        if not seen.startswith("demo-"):  # letters there are in the language of whoever they are for
            wrong.note(seen, *left_in_english(page))
    wrong.must_be_nothing()


def test_the_pages_of_a_new_server(chromium: Browser, tmp_path: Path) -> None:
    """First run, sign-up, nobody else there, and the server's own refusals."""
    settings = {"SPAREKEY_SERVER_SIGN_UP_IS_OPEN": "true"}
    with Server(tmp_path, **settings) as server, chromium.new_context(viewport=DESKTOP) as context:
        wrong = Wrong(context)
        for seen, page in new_server(Tab(context.new_page(), server.url), server, App(server.clock)):
            wrong.note(seen, *look(page), *too_wide(page))
        wrong.must_be_nothing()


class Wrong:
    """What is wrong with which page; headers are looked at with every answer."""

    def __init__(self, context: BrowserContext) -> None:
        self._found: dict[str, list[str]] = {}
        context.on("response", lambda one: self.note(one.url, *strict_headers_missing(one)))

    def note(self, seen: str, *problems: str) -> None:
        if problems:
            self._found.setdefault(seen, []).extend(problems)

    def must_be_nothing(self) -> None:
        assert {} == self._found


def too_wide(page: Page) -> list[str]:
    page.set_viewport_size({"width": NARROWEST, "height": 800})
    width = page.evaluate("document.documentElement.scrollWidth")
    page.set_viewport_size(DESKTOP)
    return [f"{width} px wide"] if width > NARROWEST else []


def left_in_english(page: Page) -> list[str]:
    """Lines that hold a word which no German sentence does."""
    lines = page.locator("main").inner_text().splitlines()
    return [one for one in lines if ENGLISH.search(one) and not any(own in one for own in THEIR_OWN)]


def strict_headers_missing(answer: Response) -> list[str]:
    """Letters of the demo have a frame, and so a policy of their own; files under /static are kept for ever."""
    there = answer.headers
    if "/demo/outbox/" in answer.url:
        return [] if "default-src 'none'" in there["content-security-policy"] else ["no policy"]
    kept = "public, max-age=31536000, immutable" if "/static/" in answer.url else "no-store"
    expected = {**headers_of(urlsplit(answer.url).path), "cache-control": kept}
    return [f"{name}: {there.get(name)}" for name, value in expected.items() if there.get(name) != value]
