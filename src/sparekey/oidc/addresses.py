"""Whether an app may be answered at an address (RFC 9700, section 2.1), and how an answer stands in one.

Addresses are compared letter by letter. One exception (RFC 8252, section 7.3): a program on somebody's own machine is
given a free port when it listens, so for such clients the port of a loopback address may differ.
"""

import re
from collections.abc import Mapping
from urllib.parse import urlencode

from sparekey.core.clients import Client

LONGEST = 2000
_LOOPBACK = re.compile(r"http://(127\.0\.0\.1|\[::1\]|localhost)(?::[0-9]{1,5})?(/[^#]*)?")


def may_answer(client: Client, address: str) -> bool:
    """Is this one of the client's registered addresses?"""
    if address in client.redirect_uris:
        return True
    asked = _but_port(address)
    is_loopback = client.kind.is_on_own_device and asked is not None
    return is_loopback and any(asked == _but_port(known) for known in client.redirect_uris)


def with_query(address: str, told: Mapping[str, str]) -> str:
    """The address with these parameters behind those that it has (RFC 6749, section 4.1.2)."""
    return f"{address}{'&' if '?' in address else '?'}{urlencode(told)}"


def _but_port(address: str) -> tuple[str | None, ...] | None:
    found = _LOOPBACK.fullmatch(address) if len(address) <= LONGEST else None
    return found.groups() if found else None
