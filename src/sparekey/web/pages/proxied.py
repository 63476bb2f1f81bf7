"""On the way to a site behind a proxy: who is signed in gets a ticket, and goes back."""

import re

from starlette.responses import RedirectResponse, Response

from sparekey.errors import BadForm
from sparekey.flows.oidc import passing
from sparekey.web import forward_auth
from sparekey.web.door import Asks, Way
from sparekey.web.visit import Visit

_MARK = re.compile(r"[0-9a-f]{64}")


def send_back(visit: Visit) -> Response:
    asked = visit.query
    if not _MARK.fullmatch(asked.get("hop", "")):
        raise BadForm()
    host = asked.get("host", "").lower()
    ticket = passing.send_back(visit.ctx, visit.visitor, host, asked["hop"])
    return RedirectResponse(forward_auth.back(visit.ctx, host, asked.get("to", "/"), ticket), 303)


PROXIED = (Way(forward_auth.START, send_back, asks=Asks.SESSION),)
