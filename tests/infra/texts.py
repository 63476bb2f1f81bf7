"""An SMS gateway on loopback that keeps what it is asked, and misbehaves when told to.

It speaks HTTP in threads of its own. `behaviour` may be changed at any time and counts for the next request.
"""

import json
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from enum import Enum, auto
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit


class Behaviour(Enum):
    """What the gateway does with the next request."""

    ACCEPT = auto()
    BROKEN = auto()  # 500
    REFUSE = auto()  # 400: never try again
    LOCKED = auto()  # 401
    BUSY = auto()  # 429: try again later
    REDIRECT = auto()  # 302, to a place that would accept
    HANG = auto()  # takes the request and says nothing
    DROP = auto()  # closes the connection instead of answering


_STATUS = {
    Behaviour.ACCEPT: 202,
    Behaviour.BROKEN: 500,
    Behaviour.REFUSE: 400,
    Behaviour.LOCKED: 401,
    Behaviour.BUSY: 429,
    Behaviour.REDIRECT: 302,
}


@dataclass(frozen=True)
class Asked:
    """One request as it came over the wire."""

    method: str
    path: str
    headers: dict[str, str]
    body: str

    @property
    def json(self) -> dict[str, str]:
        read: dict[str, str] = json.loads(self.body)
        return read

    @property
    def form(self) -> dict[str, str]:
        return {name: values[-1] for name, values in parse_qs(self.body, strict_parsing=True).items()}

    @property
    def query(self) -> dict[str, str]:
        found = parse_qs(urlsplit(self.path).query, strict_parsing=True)
        return {name: values[-1] for name, values in found.items()}


@dataclass
class Gateway:
    """The gateway's face towards tests: its port, what came in, and how it behaves."""

    port: int = 0
    behaviour: Behaviour = Behaviour.ACCEPT
    asked: list[Asked] = field(default_factory=list)
    is_over: threading.Event = field(default_factory=threading.Event)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/send"

    @property
    def messages(self) -> list[dict[str, str]]:
        """What was taken, as it was written in JSON."""
        return [one.json for one in list(self.asked)]

    def wait_for(self, count: int, seconds: float = 10) -> list[dict[str, str]]:
        """Wait until at least `count` messages are here."""
        deadline = time.monotonic() + seconds
        while len(self.asked) < count:
            assert time.monotonic() < deadline, f"{len(self.asked)} of {count} messages after {seconds} s"
            time.sleep(0.01)
        return self.messages


@contextmanager
def sms_gateway() -> Iterator[Gateway]:
    """A running gateway on a free loopback port."""
    gateway = Gateway()

    class Handler(BaseHTTPRequestHandler):
        def _answer(self) -> None:
            body = self.rfile.read(int(self.headers.get("content-length", 0))).decode()
            headers = {name.lower(): value for name, value in self.headers.items()}
            gateway.asked.append(Asked(self.command, self.path, headers, body))
            behaviour = gateway.behaviour
            if behaviour is Behaviour.HANG:
                gateway.is_over.wait()
            if behaviour in (Behaviour.HANG, Behaviour.DROP):
                self.close_connection = True
                return
            self.send_response(_STATUS[behaviour])
            if behaviour is Behaviour.REDIRECT:
                self.send_header("location", f"{gateway.url}/elsewhere")
            self.send_header("content-length", "0")
            self.end_headers()

        do_GET = do_POST = do_PUT = _answer  # noqa: N815  the names are http.server's

        def log_message(self, *_: object) -> None:
            """Tests read what was asked, not this."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    gateway.port = server.server_address[1]
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), name="sms-gateway", daemon=True)
    thread.start()
    try:
        yield gateway
    finally:
        gateway.is_over.set()
        server.shutdown()
        server.server_close()
        thread.join(10)
