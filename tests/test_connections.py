"""What a connection may cost: asked of a real server through real sockets; the long waits of a made-up clock."""

import asyncio
import re
import socket
import time
from collections.abc import Callable, Iterator
from http import HTTPStatus
from typing import Any, cast

import pytest
import uvicorn
from starlette.responses import PlainTextResponse
from uvicorn.server import ServerState

from sparekey.app import connections
from sparekey.app.connections import (
    BODY_SECONDS,
    HEAD_SECONDS,
    LARGEST_HEAD,
    MOST_FIELDS,
    MOST_WAITING,
    GuardedConnection,
)
from tests.serving import Server

PAGE = b"GET /healthz HTTP/1.1\r\nHost: localhost\r\n"
FORM = b"POST /sign-in HTTP/1.1\r\nHost: localhost\r\nContent-Length: 20\r\n\r\n"


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with Server(tmp_path_factory.mktemp("connections")) as running:
        yield running


def opened(server: Server) -> socket.socket:
    return socket.create_connection(("127.0.0.1", server.port), timeout=HEAD_SECONDS + 10)


def whole(connection: socket.socket) -> bytes:
    """All that comes until the server closes."""
    with connection:
        return b"".join(iter(lambda: connection.recv(65536), b""))


def status(answer: bytes) -> int:
    return int(answer.split(b" ", 2)[1])


def asked(server: Server, *pieces: bytes) -> int:
    """The status of what comes first."""
    with opened(server) as connection:
        for piece in pieces:
            connection.sendall(piece)
            time.sleep(0.05)
        return status(connection.recv(65536))


def header(size: int) -> bytes:
    return b"X-Much: " + b"x" * size


@pytest.mark.parametrize(
    ("pieces", "expected"),
    [
        ([PAGE, b"\r\n"], 200),
        ([PAGE + header(LARGEST_HEAD - 100) + b"\r\n\r\n"], 200),
        ([PAGE + header(LARGEST_HEAD) + b"\r\n\r\n"], 431),
        ([PAGE + header(LARGEST_HEAD)], 431),
        ([PAGE + header(LARGEST_HEAD - 100), b"x" * 200], 431),
        ([PAGE + b"A: b\r\n" * (MOST_FIELDS - 1) + b"\r\n"], 200),
        ([PAGE + b"A: b\r\n" * MOST_FIELDS + b"\r\n"], 431),
        ([PAGE + b"A: b\r\n" * 3000], 431),
        ([b"GET /" + b"x" * LARGEST_HEAD + b" HTTP/1.1\r\n\r\n"], 414),
        ([b"GET /" + b"x" * LARGEST_HEAD], 414),
        ([b"\r\n" * LARGEST_HEAD], 431),
        ([b"HELO\r\n\r\n"], 400),
    ],
    ids=[
        "pieces",
        "large",
        "too large",
        "no end",
        "grows",
        "as many as may be",
        "one too many",
        "many",
        "line",
        "line without end",
        "nothing",
        "no HTTP",
    ],
)
def test_a_request_has_room_for_its_line_and_headers_and_no_more(
    server: Server, pieces: list[bytes], expected: int
) -> None:
    assert expected == asked(server, *pieces)


def test_a_second_request_on_the_same_connection_has_the_same_room(server: Server) -> None:
    page = PAGE + header(LARGEST_HEAD - 100) + b"\r\n\r\n"
    with opened(server) as connection:
        for piece in (page, page, PAGE + header(LARGEST_HEAD)):
            connection.sendall(piece)
            time.sleep(0.1)
        said = whole(connection)
    assert [b"200", b"200", b"431"] == re.findall(rb"HTTP/1.1 (\d+)", said)


def test_a_form_of_one_megabyte_is_still_answered_in_words(server: Server) -> None:
    size = 1024 * 1024
    head = FORM.replace(b": 20", b": %d" % size).replace(b"localhost", b"localhost:%d" % server.port)
    with opened(server) as connection:
        connection.sendall(head + b"a" * size)
        assert 413 == status(connection.recv(65536))


def test_who_dawdles_over_headers_or_says_nothing_is_cut_off(server: Server) -> None:
    started = time.monotonic()
    slow, silent = opened(server), opened(server)
    for sign in PAGE:
        slow.sendall(bytes([sign]))
        time.sleep(0.1)
    told, nothing = whole(slow), whole(silent)
    assert (408, b"") == (status(told), nothing)
    assert HEAD_SECONDS - 1 < time.monotonic() - started < HEAD_SECONDS + 5


class Loop:
    """A loop whose clock the test moves, and which runs nothing else."""

    def __init__(self) -> None:
        self.waits: list[tuple[float, Callable[[], None], Any]] = []

    def call_later(self, seconds: float, call: Callable[[], None]) -> Any:
        handle = asyncio.Handle(call, (), cast(Any, self))
        self.waits.append((seconds, call, handle))
        return handle

    def create_task(self, job: Any) -> Any:
        job.close()
        return _Task()

    def get_debug(self) -> bool:
        return False

    def pass_time(self, seconds: float) -> None:
        for due, call, handle in list(self.waits):
            if due <= seconds and not handle.cancelled():
                call()


class _Task:
    def add_done_callback(self, _: object) -> None:
        """Nothing runs, so nothing ends."""


class Wire:
    """A transport that keeps what is written."""

    def __init__(self) -> None:
        self.written = b""
        self.is_closed = False

    def write(self, data: bytes) -> None:
        assert not self.is_closed
        self.written += data

    def close(self) -> None:
        self.is_closed = True

    def is_closing(self) -> bool:
        return self.is_closed

    def pause_reading(self) -> None:
        """What a test sends arrives all the same."""

    def get_extra_info(self, _: str) -> None:
        return None


def connected(state: ServerState) -> tuple[GuardedConnection, Loop, Wire]:
    loop, wire = Loop(), Wire()
    config = uvicorn.Config(PlainTextResponse("here"), log_config=None, ws="none")
    config.load()
    connection = GuardedConnection(config, state, {}, cast(Any, loop))
    connection.connection_made(cast(Any, wire))
    return connection, loop, wire


@pytest.mark.parametrize("part", [b"", b"username=nora"])
def test_who_dawdles_over_a_form_is_cut_off(part: bytes) -> None:
    connection, loop, wire = connected(ServerState())
    connection.data_received(FORM + part)
    loop.pass_time(BODY_SECONDS - 1)
    before = wire.is_closed
    loop.pass_time(BODY_SECONDS)
    assert (False, True, 408) == (before, wire.is_closed, status(wire.written))


def test_no_clock_runs_while_the_server_works_on_a_whole_request() -> None:
    connection, loop, wire = connected(ServerState())
    connection.data_received(FORM + b"x" * 20)
    loop.pass_time(3600)
    assert (False, b"") == (wire.is_closed, wire.written)


def test_what_is_already_being_answered_is_not_answered_twice() -> None:
    connection, loop, wire = connected(ServerState())
    connection.data_received(FORM + b"x")
    connection.cycle.response_started = True
    loop.pass_time(BODY_SECONDS)
    assert (True, b"") == (wire.is_closed, wire.written)


def test_a_body_without_end_is_cut_off() -> None:
    connection, _, wire = connected(ServerState())
    connection.data_received(FORM.replace(b"20", b"99999999"))
    connection.cycle.response_started = connection.cycle.response_complete = True
    for _ in range(connections.LARGEST_REQUEST // 65536 + 1):
        connection.data_received(b"x" * 65536)
    assert (True, b"") == (wire.is_closed, wire.written)


def test_one_connection_too_many_is_turned_away_and_the_others_stay() -> None:
    state = ServerState()
    wires = [connected(state)[2] for _ in range(connections.MOST_CONNECTIONS + 1)]
    closed = [wire for wire in wires if wire.is_closed]
    assert (wires[-1:], HTTPStatus.SERVICE_UNAVAILABLE) == (closed, status(wires[-1].written))


def test_few_requests_wait_behind_another() -> None:
    connection, _, wire = connected(ServerState())
    for _ in range(1000):
        connection.data_received(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n")
    assert (MOST_WAITING, b"", False) == (len(connection.pipeline), wire.written, wire.is_closed)


def test_all_that_wait_are_answered_before_what_is_one_too_many(server: Server) -> None:
    with opened(server) as connection:
        connection.sendall(WHOLE * 1000)
        said = whole(connection)
    assert [b"200"] * (MOST_WAITING + 1) + [b"400"] == re.findall(rb"HTTP/1.1 (\d+)", said)


WHOLE = PAGE + b"\r\n"
CHUNKED = FORM.replace(b"Content-Length: 20", b"Transfer-Encoding: chunked")
BROKEN = {
    "line": b"HELO\r\n\r\n",
    "field": b"GET / HTTP/1.1\r\nHost\x00: x\r\n\r\n",
    "address": b"GET http://[ HTTP/1.1\r\nHost: x\r\n\r\n",
    "chunk": CHUNKED + b"ZZ\r\n",
    "later chunk": CHUNKED + b"1\r\na\r\nZZ\r\n",
    "length": FORM.replace(b"20", b"x"),
}


@pytest.mark.parametrize("broken", BROKEN.values(), ids=BROKEN)
@pytest.mark.parametrize("before", [0, 1, 3])
def test_what_is_broken_is_answered_once_and_after_what_came_before_it(
    server: Server, broken: bytes, before: int
) -> None:
    written = len(server.log.read_text())
    with opened(server) as connection:
        connection.sendall(WHOLE * before + broken + WHOLE)
        said = whole(connection)
    assert [b"200"] * before + [b"400"] == re.findall(rb"HTTP/1.1 (\d+)", said)
    assert not re.search("Traceback|exception", server.log.read_text()[written:])


def test_who_goes_away_before_the_answers_leaves_no_trace_of_an_error(server: Server) -> None:
    written = len(server.log.read_text())
    for _ in range(20):
        with opened(server) as connection:
            connection.sendall(WHOLE * 5)
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
    assert 200 == asked(server, WHOLE)
    assert not re.search("Traceback|exception", server.log.read_text()[written:])


def test_fields_behind_a_body_are_no_headers() -> None:
    connection, _, _ = connected(ServerState())
    head = b"POST / HTTP/1.1\r\nHost: x\r\nX-Forwarded-For: 203.0.113.9\r\nTransfer-Encoding: chunked\r\n\r\n"
    connection.data_received(head + b"0\r\nX-Forwarded-For: 198.51.100.66\r\n\r\n")
    assert [b"203.0.113.9"] == [value for name, value in connection.headers if name == b"x-forwarded-for"]
