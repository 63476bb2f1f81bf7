"""Each story has a server and people of its own; the team is set up once and copied."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser

from tests.infra.smtp import SmtpSink
from tests.stories.office import Founded, Office, found_once, open_office


@pytest.fixture(params=[True, False], ids=["with JavaScript", "without JavaScript"])
def script(request: pytest.FixtureRequest) -> Mapping[str, Any]:
    """Whether browsers run it: every story that asks is told both ways."""
    return {"java_script_enabled": request.param}


@pytest.fixture(scope="session")
def founded(chromium: Browser, tmp_path_factory: pytest.TempPathFactory) -> Founded:
    return found_once(tmp_path_factory.mktemp("founded") / "server", chromium)


@pytest.fixture
def office(founded: Founded, tmp_path: Path, smtp: SmtpSink, chromium: Browser) -> Iterator[Office]:
    """Nora, the account owner, and Jonas, staff: both set up, nobody signed in."""
    with founded.copied(tmp_path / "server", smtp, chromium) as office:
        yield office


@pytest.fixture
def empty_office(tmp_path: Path, smtp: SmtpSink, chromium: Browser) -> Iterator[Office]:
    """A server nobody has used yet."""
    with open_office(tmp_path / "server", smtp, chromium) as office:
        yield office
