"""No test reaches a host outside this machine.

An audit hook sees every connection and name look-up that goes through Python's socket module, whoever makes
it, and nothing has to be replaced for it. A hook stays for the life of the process, so a switch turns it on
and off. The browser has a rule of its own (see `browser.py`); C libraries with sockets of their own are not
seen.
"""

import socket
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from ipaddress import ip_address

_watching = {"installed": False, "on": False}


class OutsideThisMachine(RuntimeError):
    """Not an OSError: code under test that expects failing networks must not swallow it."""


@contextmanager
def only_loopback() -> Iterator[None]:
    """Refuse every address and name outside the loopback range until left; may be nested."""
    if not _watching["installed"]:
        sys.addaudithook(_watch)
        _watching["installed"] = True
    before = _watching["on"]
    _watching["on"] = True
    try:
        yield
    finally:
        _watching["on"] = before


def _watch(event: str, arguments: tuple[object, ...]) -> None:
    if not _watching["on"] or not event.startswith("socket."):
        return
    host: object = None
    if event in ("socket.connect", "socket.sendto"):
        address = arguments[1]
        host = address[0] if isinstance(address, tuple) else None  # else a path of a Unix socket
    elif event in ("socket.getaddrinfo", "socket.gethostbyname"):
        host = arguments[0]
    if not _is_here(host):
        raise OutsideThisMachine(f"a test tried to reach {host!r}")


def _is_here(host: object) -> bool:
    """Whether a host is this machine: unnamed, localhost, its own name, loopback, or all its addresses."""
    name = host.decode() if isinstance(host, bytes) else host
    if not isinstance(name, str) or name in ("", "localhost", socket.gethostname()):
        return True
    try:
        address = ip_address(name.partition("%")[0])
    except ValueError:
        return False
    return address.is_loopback or address.is_unspecified
