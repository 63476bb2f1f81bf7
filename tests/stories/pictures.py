"""`python -m tests.stories.pictures`: every page of the demo as a picture, to be looked at by people.

They go to `build/pictures/PAGE-WIDTH-THEME-LANGUAGE.png`; README's picture goes to `docs/recovery-page.png`.
"""

import argparse
import tempfile
from pathlib import Path

from playwright.sync_api import Browser, Page

from tests.infra.browser import running_chromium
from tests.stories.demo import Outbox, running_demo
from tests.stories.walk import WALKS
from tests.stories.walks.tab import Cast

ROOT = Path(__file__).resolve().parents[2]
FOLDER = ROOT / "build" / "pictures"
README = ROOT / "docs" / "recovery-page.png"
LANGUAGES = ("en", "de")
WIDTHS = {1280: 900, 390: 844}
THEMES = ("light", "dark")
MARGIN = 24


def main() -> None:
    """Some walks, or all."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("walks", nargs="*", metavar="WALK", help=f"of {', '.join(WALKS)}")
    walks = parser.parse_args().walks or list(WALKS)
    FOLDER.mkdir(parents=True, exist_ok=True)
    with running_chromium() as browser:
        for language in LANGUAGES:
            for name in walks:
                _take(browser, language, name)


def _take(browser: Browser, language: str, name: str) -> None:
    with (
        tempfile.TemporaryDirectory() as folder,
        running_demo(Path(folder) / "demo") as demo,
        browser.new_context() as context,
        browser.new_context(locale="en") as peeking,
    ):
        context.add_cookies([{"name": "lang", "value": language, "url": demo.url}])
        cast = Cast(demo, Outbox(demo, peeking.new_page()), context)
        for seen, page in WALKS[name](cast):
            page.clock.set_fixed_time(demo.clock.now())
            _picture(page, f"{seen}-{{}}-{{}}-{language}.png")
            if (seen, language) == ("staff-profile", "en"):
                _picture_for_readme(page)


def _picture(page: Page, pattern: str) -> None:
    for width, height in WIDTHS.items():
        page.set_viewport_size({"width": width, "height": height})
        for theme in THEMES:
            page.evaluate("theme => { document.documentElement.dataset.theme = theme }", theme)
            page.screenshot(path=FOLDER / pattern.format(width, theme), full_page=True)
    page.set_viewport_size({"width": 1280, "height": WIDTHS[1280]})


def _picture_for_readme(page: Page) -> None:
    """The bottom of a profile: *Two-factor authentication* and a little of what is around it."""
    page.evaluate("document.documentElement.dataset.theme = 'light'")
    box = page.locator("#two-factor").bounding_box()
    assert box is not None
    x, y = box["x"] - MARGIN, box["y"] - MARGIN
    width, height = box["width"] + 2 * MARGIN, box["height"] + 2 * MARGIN
    page.screenshot(path=README, clip={"x": x, "y": y, "width": width, "height": height}, full_page=True)


if __name__ == "__main__":
    main()
