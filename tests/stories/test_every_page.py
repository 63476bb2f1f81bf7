"""Every page keeps the rules: readable by everybody (WCAG 2.2 AA), never wider than a phone, strict headers."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, BrowserContext, Page

from sparekey.web.guard import HEADERS
from tests.serving import Server
from tests.stories.demo import Outbox, running_demo
from tests.stories.office import DESKTOP, watched
from tests.stories.walk import WALKS, Cast

pytestmark = pytest.mark.browser

PHONE = {"width": 390, "height": 844}
NARROWEST = 320
"""Pixels: WCAG 2.2, 1.4.10 (1280 px at 400 %)."""
COLOURS = ("color-contrast", "link-in-text-block")
"""The rules whose answer depends on the theme."""
PLAIN = ".shell{background:var(--surface)!important}.main{background:var(--bg)}"
"""A decorative gradient, in front of which axe cannot tell contrast."""
MAKE_PLAIN = "css => { const s = new CSSStyleSheet(); s.replaceSync(css); document.adoptedStyleSheets = [s] }"
"""Where the page's policy lets no style element in."""


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with running_demo(tmp_path_factory.mktemp("demo")) as server:
        yield server


@pytest.fixture
def cast(demo: Server, chromium: Browser, request: pytest.FixtureRequest) -> Iterator[Cast]:
    language = getattr(request, "param", "en")
    demo.clock.advance(hours=25)
    with watched(chromium.new_context(viewport=DESKTOP, locale=language), demo) as context:
        context.add_cookies([{"name": "lang", "value": language, "url": demo.url}])
        peeking = chromium.new_context(locale="en")
        yield Cast(demo, Outbox(demo, peeking.new_page()), context)
        peeking.close()


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
def test_no_page_shuts_anybody_out(cast: Cast, name: str) -> None:
    """axe-core finds nothing, on any page, in both themes, on a desktop and on a phone."""
    found = {seen: look(page) for seen, page in WALKS[name](cast)}
    assert {} == {seen: problems for seen, problems in found.items() if problems}


@pytest.mark.parametrize("cast", ["en", "de"], indirect=True)
@pytest.mark.parametrize("name", WALKS)
def test_no_page_scrolls_sideways(cast: Cast, name: str) -> None:
    """Not even at 320 px, nor in German, whose words are longer."""
    found = {seen: _width(page) for seen, page in WALKS[name](cast)}
    assert {} == {seen: width for seen, width in found.items() if width > NARROWEST}


def _width(page: Page) -> int:
    page.set_viewport_size({"width": NARROWEST, "height": 800})
    width = int(page.evaluate("document.documentElement.scrollWidth"))
    page.set_viewport_size(DESKTOP)
    return width


@pytest.mark.parametrize("name", WALKS)
def test_every_answer_has_strict_headers(cast: Cast, name: str) -> None:
    """The same on every page; letters of the demo are the one exception, in a frame of their own."""
    wrong: list[str] = []
    _listen(cast.context, wrong)
    for _ in WALKS[name](cast):
        pass
    assert [] == wrong


def _listen(context: BrowserContext, wrong: list[str]) -> None:
    def check(url: str, headers: dict[str, str]) -> None:
        missing = {name: headers.get(name) for name, value in HEADERS.items() if headers.get(name) != value}
        if missing and "/demo/outbox/" not in url:
            wrong.append(f"{url}: {missing}")

    context.on("response", lambda one: check(one.url, one.headers))


__all__ = ["Path"]
