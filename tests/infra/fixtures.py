"""The fixtures that hand out what this folder starts; `tests/conftest.py` imports them."""

import os
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser

from tests.infra.browser import running_chromium
from tests.infra.network import only_loopback
from tests.infra.postgres import Postgres, running_postgres
from tests.infra.smtp import SmtpSink, smtp_sink
from tests.infra.texts import Gateway, sms_gateway


@pytest.fixture(scope="session", autouse=True)
def _no_network() -> Iterator[None]:
    with only_loopback():
        yield


@pytest.fixture(scope="session")
def postgres(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Postgres]:
    """The run's PostgreSQL server, shared by its workers. Tests that use it carry the mark `postgres`."""
    own = tmp_path_factory.getbasetemp()
    shared = own.parent if "PYTEST_XDIST_WORKER" in os.environ else own
    with running_postgres(shared / "postgres") as server:
        yield server


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    """One Chromium per worker. Tests that use it carry the mark `browser`."""
    with running_chromium() as browser:
        yield browser


@pytest.fixture
def gateway() -> Iterator[Gateway]:
    """An SMS gateway that keeps what it is asked."""
    with sms_gateway() as running:
        yield running


@pytest.fixture
def smtp() -> Iterator[SmtpSink]:
    """A mail server that keeps what it is sent."""
    with smtp_sink() as sink:
        yield sink
