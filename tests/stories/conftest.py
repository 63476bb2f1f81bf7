"""Each story has a server and people of its own; the team is set up once in each language and copied.

Every story is told in English and in German. The German ones are long, but for those marked `german`: these are
told in every run, with JavaScript.
"""

from collections.abc import Callable, Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser

from tests.infra.smtp import SmtpSink
from tests.stories.languages import ENGLISH, GERMAN, Language
from tests.stories.office import Founded, Office, found_once, open_office


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        chosen: Mapping[str, object] = getattr(getattr(item, "callspec", None), "params", {})
        is_quick = item.get_closest_marker("german") is not None and chosen.get("script", True)
        if chosen.get("language") is GERMAN and not is_quick:
            item.add_marker(pytest.mark.long)


@pytest.fixture(params=[ENGLISH, GERMAN], ids=["English", "German"])
def language(request: pytest.FixtureRequest) -> Language:
    """What everybody in a story reads."""
    chosen: Language = request.param
    return chosen


@pytest.fixture(params=[True, False], ids=["with JavaScript", "without JavaScript"])
def script(request: pytest.FixtureRequest) -> Mapping[str, Any]:
    """Whether browsers run it: every story that asks is told both ways."""
    return {"java_script_enabled": request.param}


@pytest.fixture(scope="session")
def founded(chromium: Browser, tmp_path_factory: pytest.TempPathFactory) -> Callable[[Language], Founded]:
    """The team whose people read this language."""
    return cache(
        lambda language: found_once(tmp_path_factory.mktemp("founded") / "server", chromium, language)
    )


@pytest.fixture
def office(
    founded: Callable[[Language], Founded],
    tmp_path: Path,
    smtp: SmtpSink,
    chromium: Browser,
    language: Language,
) -> Iterator[Office]:
    """Nora, the account owner, and Jonas, staff: both set up, nobody signed in."""
    with founded(language).copied(tmp_path / "server", smtp, chromium) as office:
        yield office


@pytest.fixture
def empty_office(tmp_path: Path, smtp: SmtpSink, chromium: Browser, language: Language) -> Iterator[Office]:
    """A server nobody has used yet."""
    with open_office(tmp_path / "server", smtp, chromium, language) as office:
        yield office
