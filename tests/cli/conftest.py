"""A command on a data folder of its own."""

from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from sparekey.cli.main import main

NEW = ("--name", "Acme", "--owner", "Ida Meier", "--username", "ida", "--email", "ida@example.org")
VARIABLES = {
    "DATA_DIR": "SPAREKEY_DATA_DIR",
    "URL": "SPAREKEY_DATABASE_URL",
    **{name: f"SPAREKEY_MAIL_{name}" for name in ("HOST", "PORT", "SECURITY", "SENDER")},
}
Run = Callable[..., Result]


@pytest.fixture
def run(tmp_path: Path) -> Run:
    """Run a command on a data folder of its own; standard output is no terminal."""
    settings = {"SPAREKEY_DATA_DIR": str(tmp_path), "SPAREKEY_SERVER_TIME_ZONE": "UTC"}

    def run(*words: str, typed: str = "", **more: str) -> Result:
        given = {**settings, **{VARIABLES.get(name, name): value for name, value in more.items()}}
        return CliRunner(env=given).invoke(main, words, input=typed, prog_name="sparekey")

    return run


@pytest.fixture
def with_ida(run: Run) -> Run:
    """The account Acme is there, and Ida is invited as its owner."""
    assert 0 == run("account", "add", *NEW, "--yes", "--print-link").exit_code
    return run
