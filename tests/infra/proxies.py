"""Real reverse proxies on loopback, and a site behind them that says what reached it."""

import json
import socket
import subprocess
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from tests.infra.programs import APACHE_MODULES, served

_PATIENCE_SECONDS = 10


class _Echo(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        body = json.dumps({name.lower(): value for name, value in self.headers.items()}).encode()
        self.send_response(200)
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    do_POST = do_GET  # noqa: N815 -- the library's name

    def log_message(self, *_: object) -> None:
        """Nothing is written for a request."""


@contextmanager
def echoing() -> Iterator[int]:
    """A site on this port that answers with the headers it got, as JSON."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Echo)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield server.server_port
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


@contextmanager
def nginx(folder: Path, site: str, port: int) -> Iterator[None]:
    """nginx with this piece of configuration, as nobody's service."""
    (folder / "nginx.conf").write_text(
        "daemon off; master_process off; worker_processes 1; pid nginx.pid; error_log nginx.log;"
        " events {} http { access_log off;"
        + "".join(
            f" {kind}_temp_path {kind};" for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
        )
        + site
        + "}"
    )
    command = ["nginx", "-p", str(folder), "-c", "nginx.conf", "-e", "nginx.log"]
    with _running(command, folder, port):
        yield


@contextmanager
def caddy(folder: Path, site: str, port: int) -> Iterator[None]:
    """Caddy with this site, without its administration and certificates."""
    (folder / "Caddyfile").write_text("{\n\tadmin off\n\tauto_https off\n}\n" + site)
    with _running(["caddy", "run", "--config", "Caddyfile", "--adapter", "caddyfile"], folder, port):
        yield


_APACHE = (
    "mpm_event",
    "authn_core",
    "authz_core",
    "authz_user",
    "headers",
    "proxy",
    "proxy_http",
    "auth_openidc",
)


@contextmanager
def apache(folder: Path, site: str, port: int) -> Iterator[None]:
    """Apache with mod_auth_openidc and this piece of configuration, as nobody's service."""
    modules = "".join(f"LoadModule {name}_module {APACHE_MODULES}/mod_{name}.so\n" for name in _APACHE)
    (folder / "apache.conf").write_text(
        f"{modules}ServerRoot {folder}\nServerName localhost\nListen 127.0.0.1:{port}\nPidFile apache.pid\n"
        f"DefaultRuntimeDir {folder}\nErrorLog apache.log\nLogLevel auth_openidc:info\n{site}"
    )
    with _running(["apache2", "-D", "FOREGROUND", "-f", str(folder / "apache.conf")], folder, port):
        yield


@contextmanager
def _running(command: list[str], folder: Path, port: int) -> Iterator[None]:
    program = served(command[0])
    assert program, f"{command[0]} is not installed"
    home = {"HOME": str(folder), "XDG_DATA_HOME": str(folder), "XDG_CONFIG_HOME": str(folder)}
    with (folder / "said").open("wb") as said:
        process = subprocess.Popen(
            [program, *command[1:]],
            cwd=folder,
            env={**home, "PATH": "/usr/bin:/bin"},
            stdout=said,
            stderr=said,
        )
        try:
            _wait(process, port, folder)
            yield
        finally:
            process.terminate()
            process.wait(_PATIENCE_SECONDS)


def _wait(process: "subprocess.Popen[bytes]", port: int, folder: Path) -> None:
    for _ in range(_PATIENCE_SECONDS * 100):
        assert process.poll() is None, (folder / "said").read_text()
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
        except OSError:
            time.sleep(0.01)
        else:
            return
    raise AssertionError((folder / "said").read_text())
