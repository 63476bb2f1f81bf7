"""A mail server on loopback that keeps what it is sent, and misbehaves when told to.

It runs in a thread of its own. `behaviour` may be changed at any time and counts for the next connection or
recipient; what a mail server may answer is RFC 5321, section 4.2.
"""

import asyncio
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from email import message_from_bytes, policy
from email.message import EmailMessage
from enum import Enum, auto

from aiosmtpd.smtp import SMTP, Envelope, Session


class Behaviour(Enum):
    """What the server does with the next connection."""

    ACCEPT = auto()
    BUSY = auto()  # 451 for every recipient: try again later
    REJECT = auto()  # 550 for every recipient: never try again
    HANG = auto()  # takes the connection and says nothing
    DROP = auto()  # closes the connection before a word is said
    LOSE_REPLY = auto()  # takes the message, then closes the connection instead of confirming it


@dataclass(frozen=True)
class Received:
    """One message as it came over the wire."""

    sender: str
    recipients: tuple[str, ...]
    message: EmailMessage

    @property
    def subject(self) -> str:
        return str(self.message["Subject"])

    @property
    def text(self) -> str:
        """The plain text part, decoded, with lines that end as everywhere in Python."""
        part = self.message.get_body(("plain",))
        assert part is not None, "the message has no plain text"
        return str(part.get_content()).replace("\r\n", "\n")


class SmtpSink:
    """The server's face towards tests: its port, what came in, and how it behaves."""

    host = "127.0.0.1"

    def __init__(self) -> None:
        self.port = 0
        self.behaviour = Behaviour.ACCEPT
        self.messages: list[Received] = []
        self.connections = 0

    def sent_to(self, address: str) -> list[Received]:
        """What came for one address, oldest first."""
        return [received for received in list(self.messages) if address in received.recipients]

    def wait_for(self, count: int, address: str | None = None, seconds: float = 10) -> list[Received]:
        """Wait until at least `count` messages are here (for one address, or for anybody)."""
        deadline = time.monotonic() + seconds
        while True:
            found = list(self.messages) if address is None else self.sent_to(address)
            if len(found) >= count:
                return found
            if time.monotonic() > deadline:
                subjects = [received.subject for received in found]
                raise AssertionError(f"{len(found)} of {count} messages after {seconds} s: {subjects}")
            time.sleep(0.01)


@contextmanager
def smtp_sink() -> Iterator[SmtpSink]:
    """A running sink on a free loopback port."""
    sink = SmtpSink()
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever, name="smtp-sink", daemon=True)
    thread.start()
    connections = _Connections(sink, loop)
    asyncio.run_coroutine_threadsafe(connections.open(), loop).result(10)
    try:
        yield sink
    finally:
        asyncio.run_coroutine_threadsafe(connections.close(), loop).result(10)
        loop.call_soon_threadsafe(loop.stop)
        thread.join(10)
        loop.close()


class _Mailbox:
    """aiosmtpd's hooks: it calls `handle_NAME` for a command of that name."""

    def __init__(self, sink: SmtpSink) -> None:
        self._sink = sink

    async def handle_RCPT(  # noqa: N802  the name is aiosmtpd's
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if self._sink.behaviour is Behaviour.BUSY:
            return "451 4.3.2 Try again later"
        if self._sink.behaviour is Behaviour.REJECT:
            return "550 5.1.1 No such mailbox"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(  # noqa: N802  the name is aiosmtpd's
        self, server: SMTP, session: Session, envelope: Envelope
    ) -> str:
        content = envelope.content
        assert isinstance(content, bytes)
        message = message_from_bytes(content, policy=policy.default)
        assert isinstance(message, EmailMessage)
        received = Received(envelope.mail_from or "", tuple(envelope.rcpt_tos), message)
        self._sink.messages.append(received)
        if self._sink.behaviour is Behaviour.LOSE_REPLY:
            assert isinstance(server.transport, asyncio.Transport)
            server.transport.abort()
        return "250 OK"


class _Silent(asyncio.Protocol):
    """Takes a connection and never says a word; with `drop` it closes it at once."""

    def __init__(self, *, drop: bool) -> None:
        self._drop = drop

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = transport
        if self._drop:
            transport.close()


class _Connections:
    """The listening socket, and every connection made, so that the end can close what still hangs."""

    def __init__(self, sink: SmtpSink, loop: asyncio.AbstractEventLoop) -> None:
        self._sink = sink
        self._loop = loop
        self._made: list[SMTP | _Silent] = []

    async def open(self) -> None:
        self._server = await self._loop.create_server(self._answer, self._sink.host, 0)
        self._sink.port = self._server.sockets[0].getsockname()[1]

    def _answer(self) -> asyncio.BaseProtocol:
        self._sink.connections += 1
        behaviour = self._sink.behaviour
        protocol: SMTP | _Silent
        if behaviour in (Behaviour.HANG, Behaviour.DROP):
            protocol = _Silent(drop=behaviour is Behaviour.DROP)
        else:
            protocol = SMTP(_Mailbox(self._sink), hostname="localhost", loop=self._loop)
        self._made.append(protocol)
        return protocol

    async def close(self) -> None:
        self._server.close()
        for protocol in self._made:
            transport = protocol.transport
            if isinstance(transport, asyncio.Transport):
                transport.abort()
        tasks = asyncio.all_tasks(self._loop) - {asyncio.current_task()}
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
