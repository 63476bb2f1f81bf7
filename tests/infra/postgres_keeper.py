"""Runs PostgreSQL until nobody uses it any more: `python -m tests.infra.postgres_keeper FOLDER`.

Files in FOLDER: `users.lock` is held, shared, by every user; `port` exists while the server answers. How the
parts play together stands in `postgres.py`.
"""

import fcntl
import os
import pwd
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from contextlib import suppress
from pathlib import Path
from typing import Any

import psycopg

from tests.infra.postgres import USER
from tests.infra.programs import postgres_folder

_ANSWER_SECONDS = 30
_STOP_SECONDS = 15
_SETTINGS = {
    "listen_addresses": "127.0.0.1",
    "unix_socket_directories": "",
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "max_connections": "200",
    "shared_buffers": "64MB",
    "log_min_messages": "fatal",
}


def keep(folder: Path) -> None:
    """Make a cluster, serve it, wait for the last user, clean up."""
    programs = postgres_folder()
    if programs is None:
        sys.exit("No PostgreSQL server programs: install the package postgresql.")
    cluster = Path(tempfile.mkdtemp(prefix="sparekey-postgres-"))
    try:
        identity = _identity(cluster)
        _run_initdb(programs, cluster, identity)
        _serve(programs, cluster, identity, folder)
    finally:
        shutil.rmtree(cluster, ignore_errors=True)


def _identity(cluster: Path) -> dict[str, Any]:
    """What `subprocess` needs to start a program that owns the cluster: as root, another user."""
    common = {"cwd": cluster, "stdin": subprocess.DEVNULL, "env": {"PATH": os.defpath, "LC_ALL": "C"}}
    if os.geteuid() != 0:
        return common
    for name in ("postgres", "nobody"):
        with suppress(KeyError):
            user = pwd.getpwnam(name)
            os.chown(cluster, user.pw_uid, user.pw_gid)
            return {**common, "user": user.pw_uid, "group": user.pw_gid, "extra_groups": []}
    sys.exit("PostgreSQL refuses to run as root, and there is no user postgres or nobody: use another user.")


def _run_initdb(programs: Path, cluster: Path, identity: dict[str, Any]) -> None:
    options = [f"--username={USER}", "--auth=trust", "--encoding=UTF8", "--locale=C", "--no-sync"]
    command = [str(programs / "initdb"), "--pgdata=data", "--no-instructions", *options]
    subprocess.run(command, check=True, **identity)


def _serve(programs: Path, cluster: Path, identity: dict[str, Any], folder: Path) -> None:
    port = _free_port()
    settings = [part for name, value in _SETTINGS.items() for part in ("-c", f"{name}={value}")]
    command = [str(programs / "postgres"), "-D", str(cluster / "data"), "-p", str(port), *settings]
    server = subprocess.Popen(command, **identity)
    port_file = folder / "port"
    try:
        _wait_for_answer(server, port)
        written = port_file.with_suffix(".new")
        written.write_text(str(port))
        written.rename(port_file)
        with (folder / "users.lock").open("w") as users:
            fcntl.flock(users, fcntl.LOCK_EX)
            port_file.unlink()  # whoever comes from now on starts another server
    finally:
        _stop(server)


def _free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        port: int = listener.getsockname()[1]
        return port


def _wait_for_answer(server: "subprocess.Popen[bytes]", port: int) -> None:
    deadline = time.monotonic() + _ANSWER_SECONDS
    while True:
        try:
            psycopg.connect(host="127.0.0.1", port=port, user=USER, dbname="postgres").close()
        except psycopg.OperationalError as error:
            if server.poll() is not None or time.monotonic() > deadline:
                sys.exit(f"PostgreSQL does not answer: {error}")
            time.sleep(0.02)
        else:
            return


def _stop(server: "subprocess.Popen[bytes]") -> None:
    """Fast shutdown (SIGINT): clients are disconnected, nothing waits for them."""
    server.send_signal(signal.SIGINT)
    try:
        server.wait(_STOP_SECONDS)
    except subprocess.TimeoutExpired:
        server.kill()
        server.wait()


if __name__ == "__main__":
    keep(Path(sys.argv[1]))
