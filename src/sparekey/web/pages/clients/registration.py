"""A key with which one app may add itself, for owners: shown on the page that answers the form, and never again."""

from starlette.responses import Response

from sparekey.core.permissions import Action
from sparekey.flows import sessions
from sparekey.flows.oidc import registering
from sparekey.web.door import Asks, Way
from sparekey.web.visit import Visit

PATH = "/account/apps/registration"


def show(visit: Visit) -> Response:
    sessions.demand_right(visit.ctx, visit.visitor, Action.SEE_APPS)
    registering.demand_on(visit.ctx)
    return _page(visit, "")


def make(visit: Visit) -> Response:
    return _page(visit, registering.open_to_one(visit.ctx, visit.visitor))


def _page(visit: Visit, token: str) -> Response:
    address = visit.ctx.site.link("/oidc/register")
    return visit.shell("client_registration", "apps", token=token, address=address)


REGISTRATION = (Way(PATH, show, make, asks=Asks.AAL2, acts=Asks.FRESH),)
