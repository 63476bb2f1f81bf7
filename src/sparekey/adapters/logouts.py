"""Telling one app that a session ended (Back-Channel Logout 1.0, section 2.5).

The logout token goes by POST to the address that is set for the app, and nowhere else: no redirect is followed, and
nothing but the status is read of the answer. Taken is any 2xx: section 2.8 asks for 200, and libraries answer 204.
An answer that comes in drops is cut off, and of a name's many addresses only the first ones are tried: the library's
limits are for each piece and for each address.
"""

import logging
import socket
import threading
from contextlib import suppress
from functools import cache
from typing import Any
from urllib.parse import urlencode

_CONNECT, _READ, _IN_ALL = 2.0, 2.0, 3.0
"""Seconds. An app that does not answer must not hold up those that would."""
_MOST_ADDRESSES = 3
"""Two of the newer kind and one of the other, say; a name may have hundreds that nobody is behind."""
logging.getLogger("urllib3").setLevel(logging.CRITICAL)  # it logs addresses, which may hold an app's secret


class Untold(Exception):
    """The app did not take it. `sentence` is for whoever runs the server."""

    def __init__(self, sentence: str) -> None:
        super().__init__(sentence)
        self.sentence = sentence


def send(address: str, logout_token: str) -> None:
    """Hand the token over; raises `Untold`."""
    import urllib3  # noqa: PLC0415 -- loaded with the first notice
    from urllib3.util import Timeout  # noqa: PLC0415

    headers = {
        "User-Agent": "Sparekey",
        "Content-Type": "application/x-www-form-urlencoded",
        "Cache-Control": "no-store",
    }
    timeout = Timeout(connect=_CONNECT, read=_READ, total=_IN_ALL)
    try:
        with urllib3.PoolManager(retries=False, timeout=timeout) as pool:
            pool.pool_classes_by_scheme = {
                "http": _bounded(urllib3.HTTPConnectionPool),
                "https": _bounded(urllib3.HTTPSConnectionPool),
            }
            response = pool.request(
                "POST",
                address,
                body=urlencode({"logout_token": logout_token}).encode(),
                headers=headers,
                redirect=False,
                preload_content=False,
            )
            response.close()
            status = response.status
    except urllib3.exceptions.SSLError:
        raise Untold("The app's certificate is not valid for its name") from None
    except urllib3.exceptions.ReadTimeoutError:
        raise Untold("The app does not answer in time") from None
    except (urllib3.exceptions.HTTPError, OSError, ValueError):
        raise Untold("The app cannot be reached, or broke off") from None
    if status not in range(200, 300):
        raise Untold(f"The app refuses the notice ({status})")


@cache
def _bounded(base: Any) -> Any:
    """A pool whose answers are there in time or cut off."""

    class Connection(base.ConnectionCls):  # type: ignore[misc]
        def _new_conn(self) -> socket.socket:
            return _connected(self.host, self.port)

        def getresponse(self) -> Any:
            guard = threading.Timer(_IN_ALL, _cut, (self.sock,))
            guard.start()
            try:
                return super().getresponse()
            finally:
                guard.cancel()

    class Pool(base):  # type: ignore[misc]
        ConnectionCls = Connection

    return Pool


def _connected(host: str, port: int) -> socket.socket:
    """A connection to one of the first addresses of this name; `OSError` where none is taken."""
    trouble = OSError("no address")
    found = socket.getaddrinfo(host.strip("[]"), port, type=socket.SOCK_STREAM)
    for *_, address in found[:_MOST_ADDRESSES]:
        try:
            return socket.create_connection((str(address[0]), port), _CONNECT)
        except OSError as refusal:
            trouble = refusal
    raise trouble


def _cut(connection: socket.socket) -> None:
    with suppress(OSError):
        connection.shutdown(socket.SHUT_RDWR)
