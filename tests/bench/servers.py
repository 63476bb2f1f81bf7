"""Real server processes on loopback, seeded with people, and the CPU time that they use."""

import os
import re
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from itertools import count
from pathlib import Path

_FIRST_PORT, _PORTS = 20_000, 12_000
_tried = count()
_PROCESS_CPU = 2
"""Of a process's clocks: the one of the scheduler."""


@dataclass(frozen=True)
class Place:
    """A server's own folder, database and address."""

    folder: Path
    database_url: str
    port: int

    @property
    def address(self) -> str:
        return f"http://localhost:{self.port}"

    def environment(self) -> dict[str, str]:
        kept = {name: value for name, value in os.environ.items() if not name.startswith("SPAREKEY_")}
        return {
            **kept,
            "SPAREKEY_DATA_DIR": str(self.folder),
            "SPAREKEY_DATABASE_URL": self.database_url,
            "SPAREKEY_SERVER_BASE_URL": self.address,
            "SPAREKEY_SERVER_PORT": str(self.port),
            "SPAREKEY_LOGS_LEVEL": "warning",
        }


def free_port() -> int:
    """A port that nobody listens on, nor will by the time it is used.

    It lies below those that outgoing connections take by themselves, and each process begins elsewhere.
    """
    for _ in range(_PORTS):
        port = _FIRST_PORT + (os.getpid() * 101 + next(_tried)) % _PORTS
        with socket.socket() as found, suppress(OSError):
            found.bind(("127.0.0.1", port))
            return port
    raise SystemExit("no port is free")


@contextmanager
def running(place: Place) -> Iterator[tuple[int, float]]:
    """A server: its process id, and the seconds from its start to its first answer."""
    started = time.perf_counter()
    server = subprocess.Popen(
        [sys.executable, "-m", "sparekey", "serve"], env=place.environment(), stderr=subprocess.PIPE
    )
    try:
        wait_for_answer(place, server)
        yield server.pid, time.perf_counter() - started
    finally:
        server.terminate()
        server.wait(20)


def wait_for_answer(place: Place, server: subprocess.Popen[bytes]) -> None:
    for _ in range(2000):
        if server.poll() is not None:
            said = server.stderr.read().decode() if server.stderr else ""
            raise SystemExit(f"The server ended: {said}")
        try:
            urllib.request.urlopen(f"{place.address}/healthz", timeout=5)  # noqa: S310 -- loopback
        except (urllib.error.URLError, OSError):
            time.sleep(0.005)
        else:
            return
    raise SystemExit("The server does not answer")


def cpu_of(*pids: int) -> float:
    """Seconds of CPU of these processes, to the nanosecond: the kernel's clock of each (clock_getcpuclockid(3))."""
    return sum(time.clock_gettime((~pid << 3) | _PROCESS_CPU) for pid in pids)


def memory_of(pid: int) -> float:
    """Megabytes of memory that this process holds (resident set size)."""
    found = re.search(r"^VmRSS:\s+(\d+) kB", Path(f"/proc/{pid}/status").read_text(), re.M)
    return int(found[1]) / 1024 if found else 0.0
