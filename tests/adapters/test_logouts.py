"""An app that answers in drops holds nobody up."""

import socket
import threading
import time
from contextlib import suppress

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
