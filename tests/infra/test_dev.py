"""`./dev` says what it can do, and the lock files it installs from leave nothing to chance."""

import re
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
COMMANDS = {"demo", "run", "test", "check", "bench", "lock", "help"}


def dev(*arguments: str) -> "subprocess.CompletedProcess[str]":
    return subprocess.run([ROOT / "dev", *arguments], check=False, capture_output=True, text=True)


def pins(lock: str) -> dict[str, int]:
    """Each `name==version` of a lock file, and how many hashes it has."""
    entries = re.split(r"\n(?=\S)", (ROOT / lock).read_text().strip())
    return {re.split(r"[ ;\\]", entry, maxsplit=1)[0]: entry.count("--hash=sha256:") for entry in entries}


def test_help_lists_every_command() -> None:
    assert set(re.findall(r"^    \./dev (\w+)", dev("help").stdout, re.MULTILINE)) == COMMANDS


def test_an_unknown_command_is_refused_in_one_line() -> None:
    answer = dev("tset")
    assert (1, "dev: ./dev knows no 'tset'; ./dev help lists what it does\n") == (
        answer.returncode,
        answer.stderr,
    )


@pytest.mark.parametrize("lock", ["requirements.lock", "requirements-dev.lock"])
def test_every_pin_of_a_lock_has_hashes_and_no_address(lock: str) -> None:
    assert [] == [pin for pin, hashes in pins(lock).items() if "==" not in pin or not hashes]
    assert "://" not in (ROOT / lock).read_text()


def test_tests_run_with_the_very_releases_that_users_get() -> None:
    assert pins("requirements.lock").items() <= pins("requirements-dev.lock").items()
