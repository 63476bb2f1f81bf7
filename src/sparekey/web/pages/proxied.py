"""On the way to a site behind a proxy: who is signed in gets a ticket, and goes back.

Whoever had to sign in first is sent on by a page, as to an app: see `web.oidc.authorize`.
"""

import re

from starlette.responses import RedirectResponse, Response

from sparekey.core.sign_in import Demand
from sparekey.errors import BadForm, NotAllowed, NotSignedIn, StepUpNeeded
from sparekey.flows.oidc import passing
from sparekey.flows.sessions import demand_finished
from sparekey.web import forward_auth
from sparekey.web.door import Asks, Way
from sparekey.web.visit import Visit

_MARK = re.compile(r"[0-9a-f]{64}")
_LED = "led"
"""In the address: a form came in between."""
_WHY = {"not_yours": "not_yours", "no_passkey": "passkey"}


def send_back(visit: Visit) -> Response:
    asked = visit.query
    host = asked.get("host", "").lower()
    try:
        demand_finished(visit.visitor)
        if not _MARK.fullmatch(asked.get("hop", "")):
            raise BadForm()
        client, ticket = passing.send_back(visit.ctx, visit.visitor, host, asked["hop"])
    except (NotSignedIn, StepUpNeeded) as refusal:
        by_passkey = {"by": "passkey"} if refusal.reason == Demand.PASSKEY.value else {}
        visit.query = {**asked, _LED: "1", **by_passkey}
        raise
    except NotAllowed as refusal:
        if refusal.reason not in _WHY:
            raise
        member = visit.member
        values = {"why": _WHY[refusal.reason], "app": refusal.facts["app"], "username": member.username}
        return visit.page("app_whom", 403, back="", request="", **values)
    address = forward_auth.back(visit.ctx, host, asked.get("to", "/"), ticket)
    if _LED in asked:
        return visit.page("app_onward", app=client.name, address=address)
    return RedirectResponse(address, 303)


PROXIED = (Way(forward_auth.START, send_back, asks=Asks.SESSION),)
