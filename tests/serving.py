"""A real server process with a clock in the test's hands.

`Server` starts `python -m tests.serving`, an entry point that is the product's own `serve` with another world: its
clock stands at what a file says, so that days pass without waiting. The product itself has no such knob. With
`die_at` the process kills itself (SIGKILL) right before its n-th SQL statement of that start.
"""

import argparse
import os
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import Engine, event

from sparekey.app import opening, process
from sparekey.cli.main import main as sparekey
from tests.bench.servers import free_port

NOON = datetime(2026, 11, 17, 12, 0, tzinfo=UTC)
PATIENCE_SECONDS = 30
COUNT = 10**9
"""A `die_at` that never comes: the statements are counted into the file `statements` instead."""


class Clock:
    """The time of a server, kept in a file."""

    def __init__(self, file: Path, now: datetime = NOON) -> None:
        self._file = file
        if not file.exists():
            self.set(now)

    def now(self) -> datetime:
        return datetime.fromisoformat(self._file.read_text())

    def set(self, now: datetime) -> None:
        draft = self._file.with_suffix(".new")
        draft.write_text(now.isoformat())
        draft.replace(self._file)

    def advance(self, **parts: float) -> None:
        """Let time pass: `advance(minutes=5)`."""
        self.set(self.now() + timedelta(**parts))


class FileWorld:
    """The clock of a file and the machine's own dice."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock

    def now(self) -> datetime:
        return self._clock.now()

    def entropy(self, size: int) -> bytes:
        return os.urandom(size)


class Server:
    """One server: its folder, address and clock; started, stopped and killed as often as a test wants."""

    def __init__(self, folder: Path, database_url: str = "", **settings: str) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self.folder = folder
        self.port = free_port()
        self.clock = Clock(folder / "clock")
        self.log = folder / "server.log"
        self._settings = {
            "SPAREKEY_DATA_DIR": str(folder),
            "SPAREKEY_SERVER_BASE_URL": self.url,
            "SPAREKEY_SERVER_PORT": str(self.port),
            "SPAREKEY_SERVER_TIME_ZONE": "UTC",
            "SPAREKEY_PASSWORD_HASH_MEMORY_MIB": "12",
            "SPAREKEY_PASSWORD_HASH_PASSES": "3",
            **({"SPAREKEY_DATABASE_URL": database_url} if database_url else {}),
            **settings,
        }
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        return f"http://localhost:{self.port}"

    @property
    def environment(self) -> dict[str, str]:
        """For commands that act on this server's database."""
        kept = {name: value for name, value in os.environ.items() if not name.startswith("SPAREKEY_")}
        return {**kept, **self._settings}

    def start(self, die_at: int = 0) -> "Server":
        """Start and wait for the first answer (or for the death that was asked for)."""
        arguments = ["--clock", str(self.folder / "clock"), "--die-at", str(die_at)]
        with self.log.open("ab") as log:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "tests.serving", *arguments],
                env=self.environment,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
            )
        deadline = time.monotonic() + PATIENCE_SECONDS
        while time.monotonic() < deadline and not self._answers():
            if self._process.poll() is not None:
                if die_at:
                    return self
                raise RuntimeError(f"The server ended:\n{self.log.read_text()[-3000:]}")
            time.sleep(0.01)
        return self

    def _answers(self) -> bool:
        try:
            urllib.request.urlopen(f"{self.url}/healthz", timeout=5)  # noqa: S310 -- loopback
        except (urllib.error.URLError, OSError):
            return False
        return True

    @property
    def is_running(self) -> bool:
        return self._process is not None and self._process.poll() is None

    def stop(self) -> None:
        """End it in good order."""
        if self._process is not None:
            self._process.terminate()
            self._process.wait(PATIENCE_SECONDS)

    def kill(self) -> None:
        """End it as a power cut would."""
        if self._process is not None:
            self._process.kill()
            self._process.wait(PATIENCE_SECONDS)

    def __enter__(self) -> "Server":
        return self.start()

    def __exit__(self, *_: object) -> None:
        self.stop()

    def command(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """Run `sparekey …` beside the server, at the server's time."""
        return subprocess.run(
            [sys.executable, "-m", "tests.serving", "--clock", str(self.folder / "clock"), "--", *arguments],
            env=self.environment,
            capture_output=True,
            text=True,
            check=False,
            timeout=PATIENCE_SECONDS,
        )

    def first_link(self) -> str:
        """The one-time link for the first owner, from the file that the log names."""
        return (self.folder / "first-owner-link").read_text().strip()


def _die_before(statement: int, counted: Path) -> None:
    """Kill this process right before its n-th SQL statement or commit; with `COUNT` write how many there were."""
    done = 0

    def count(*_: Any) -> None:
        nonlocal done
        done += 1
        if done == statement:
            os.kill(os.getpid(), signal.SIGKILL)
        if statement == COUNT:
            counted.write_text(str(done))

    event.listen(Engine, "before_cursor_execute", count)
    event.listen(Engine, "commit", count)


def main() -> None:
    """The product with the clock of a file: the server, or after `--` one of its commands."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--clock", type=Path, required=True)
    parser.add_argument("--die-at", type=int, default=0)
    parser.add_argument("command", nargs="*")
    given = parser.parse_args()
    world = FileWorld(Clock(given.clock))
    if given.die_at:
        _die_before(given.die_at, given.clock.with_name("statements"))
    for module in (opening, process):
        vars(module)["RealWorld"] = lambda: world
    sparekey.main(args=given.command or ["serve"])


if __name__ == "__main__":
    main()
