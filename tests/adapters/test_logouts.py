"""An app that answers in drops holds nobody up."""

import socket
import threading
import time
from contextlib import suppress

import pytest

from sparekey.adapters import logouts
from sparekey.adapters.logouts import Untold

PATIENCE_SECONDS = 10


def test_an_answer_in_drops_is_cut_off() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        is_over = threading.Event()
        thread = threading.Thread(target=drip, args=(listening, is_over))
        thread.start()
        began = time.monotonic()
        with suppress(Untold):  # its status had come already
            logouts.send(f"http://127.0.0.1:{listening.getsockname()[1]}/out", "notice")
        is_over.set()
        thread.join()
        assert PATIENCE_SECONDS > time.monotonic() - began


def test_a_name_with_many_dead_addresses_holds_nobody_up(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever has the name may give it hundreds: each would be waited for."""
    tried: list[object] = []

    def connect(address: tuple[str, int], seconds: float) -> socket.socket:
        tried.append(address)
        raise TimeoutError

    dead = [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (f"192.0.2.{n}", 443)) for n in range(200)]
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: dead)
    monkeypatch.setattr(socket, "create_connection", connect)
    with pytest.raises(Untold):
        logouts.send("https://wiki.example/out", "notice")
    assert [("192.0.2.0", 443), ("192.0.2.1", 443), ("192.0.2.2", 443)] == tried


def drip(listening: socket.socket, is_over: threading.Event) -> None:
    """One header without an end."""
    connection, _ = listening.accept()
    with connection:
        connection.sendall(b"HTTP/1.1 200 OK\r\nX-Drops: ")
        while not is_over.wait(0.1):
            try:
                connection.sendall(b".")
            except OSError:
                return
