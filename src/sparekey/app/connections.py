"""What one connection may cost before a page is asked for, so that a server holds without a proxy in front.

uvicorn limits neither size nor time of what it reads. Here a request's line and headers have 16 KiB (else 414
or 431: RFC 9110, section 15.5.15, and RFC 6585, section 5) and 10 seconds, and the headers are 100 at most: small
ones take thirty times their size in memory. The whole request has 8 MiB, so that a form that is far too large is
still answered in words, and 30 seconds from the end of its headers (else 408: RFC 9110, section 15.5.9). A
connection that says nothing ends after the same 10 seconds. 500 connections may be open, about half of the 1024 files
that most systems let a process have; further ones hear 503.

Whatever is refused, what was asked before it on the same connection is answered first, and nothing behind it is read.

Each piece that arrives costs one addition and one comparison; no clock runs for a request that comes whole.
"""

from asyncio import TimerHandle, Transport
from http import HTTPStatus

from uvicorn._types import ASGI3Application
from uvicorn.protocols.http.httptools_impl import STATUS_LINE, HttpToolsProtocol, RequestResponseCycle

LARGEST_HEAD = 16 * 1024
MOST_FIELDS = 100
LARGEST_REQUEST = 8 * 1024 * 1024
HEAD_SECONDS = 10
BODY_SECONDS = 30
MOST_CONNECTIONS = 500
MOST_WAITING = 8
_HEADER_SIGNS = len(": \r\n")


class _TooMuch(Exception):
    """Raised out of the parser, which answers it as it answers whatever is no request."""


class GuardedConnection(HttpToolsProtocol):
    """uvicorn's connection, with an end to its patience."""

    _received = 0
    """Bytes of the present request. What follows it in the same piece is counted from the next piece on."""
    _is_in_head = True
    _deadline: TimerHandle | None = None
    _status = HTTPStatus.BAD_REQUEST
    _running: RequestResponseCycle | None = None
    """The request that is answered now, or was last; uvicorn remembers only the one that came last."""
    _refused: HTTPStatus | None = None
    """What comes after the answers that are under way, and ends the connection."""
    url = b""

    def connection_made(self, transport: Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        if len(self.connections) > MOST_CONNECTIONS:
            self.logger.warning("More than %d connections: one is turned away", MOST_CONNECTIONS)
            self._refuse(HTTPStatus.SERVICE_UNAVAILABLE)
        else:
            self._wait(HEAD_SECONDS)

    def connection_lost(self, exc: Exception | None) -> None:
        self._stop_waiting()
        super().connection_lost(exc)
        if self._running is not None:
            self._running.disconnected = not self._running.response_complete
            self._running.message_event.set()

    def _start_asgi_task(self, cycle: RequestResponseCycle, app: ASGI3Application) -> None:
        self._running = cycle
        super()._start_asgi_task(cycle, app)

    def on_response_complete(self) -> None:
        is_last = not self.pipeline
        super().on_response_complete()
        if is_last and self._refused is not None and not self.transport.is_closing():
            self._end(self._refused)

    def data_received(self, data: bytes) -> None:
        if self._refused is not None:
            return
        self._received += len(data)
        super().data_received(data)
        if self.transport.is_closing() or self._refused is not None:
            return
        if self._received > (LARGEST_HEAD if self._is_in_head else LARGEST_REQUEST):
            self._refuse(self._too_large())
        elif self._received and self._deadline is None:
            self._wait(HEAD_SECONDS if self._is_in_head else BODY_SECONDS)

    def on_message_begin(self) -> None:
        """Requests that wait behind another are few: each of them takes memory before it is looked at."""
        if len(self.pipeline) >= MOST_WAITING:
            raise _TooMuch
        super().on_message_begin()

    def on_header(self, name: bytes, value: bytes) -> None:
        """Fields after the last chunk are no headers (RFC 9110, section 6.5.1), whatever they are called."""
        if not self._is_in_head:
            return
        if len(self.headers) == MOST_FIELDS:
            self._status = HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE
            raise _TooMuch
        super().on_header(name, value)

    def on_headers_complete(self) -> None:
        self._stop_waiting()
        signs = sum(len(name) + len(value) + _HEADER_SIGNS for name, value in self.headers)
        if len(self.url) + signs > LARGEST_HEAD:
            self._status = self._too_large()
            raise _TooMuch
        super().on_headers_complete()  # raises for an address that is none
        self._is_in_head = False

    def on_message_complete(self) -> None:
        self._stop_waiting()
        self._is_in_head, self._received = True, 0
        super().on_message_complete()

    def send_400_response(self, msg: str) -> None:
        """Also for what the parser refuses; the sentence is the status's own."""
        self._refuse(self._status)

    def _too_large(self) -> HTTPStatus:
        if not self._is_in_head:
            return HTTPStatus.REQUEST_ENTITY_TOO_LARGE
        is_line = len(self.url) > LARGEST_HEAD // 2
        return HTTPStatus.REQUEST_URI_TOO_LONG if is_line else HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE

    def _wait(self, seconds: float) -> None:
        self._deadline = self.loop.call_later(seconds, self._give_up)

    def _stop_waiting(self) -> None:
        if self._deadline is not None:
            self._deadline.cancel()
            self._deadline = None

    def _give_up(self) -> None:
        """Nobody who has sent nothing is told; they have asked nothing."""
        if self._received:
            self._refuse(HTTPStatus.REQUEST_TIMEOUT)
        else:
            self.transport.close()

    def _refuse(self, status: HTTPStatus) -> None:
        """Answer, unless this very request is being answered, and end the connection; all in its turn."""
        self._stop_waiting()
        if self._is_earlier_under_way():
            self._refused = status
            if not self._is_in_head:
                self.pipeline.popleft()  # the request that is refused waits there already
        elif self._is_in_head or not self.cycle.response_started:
            self._end(status)
        else:
            self.transport.close()

    def _is_earlier_under_way(self) -> bool:
        running = self._running
        if running is None or running.response_complete:
            return False
        return self._is_in_head or running is not self.cycle

    def _end(self, status: HTTPStatus) -> None:
        self._unset_keepalive_if_required()
        self.transport.write(_answer(status, self.server_state.default_headers))
        self.transport.close()


def _answer(status: HTTPStatus, headers: list[tuple[bytes, bytes]]) -> bytes:
    body = f"{status.phrase}\n".encode()
    more = [
        (b"content-type", b"text/plain; charset=utf-8"),
        (b"content-length", str(len(body)).encode()),
        (b"connection", b"close"),
    ]
    lines = [name + b": " + value + b"\r\n" for name, value in (*headers, *more)]
    return b"".join([STATUS_LINE[status], *lines, b"\r\n", body])
