"""What apps have of oneself, and ending that."""

from starlette.responses import Response

from sparekey.flows.clients import own
from sparekey.web.door import Asks, Way
from sparekey.web.visit import Visit

MINE = "/me/apps"


def show_mine(visit: Visit) -> Response:
    return visit.shell("own_clients", "profile", apps=own.with_access(visit.ctx, visit.visitor))


def back_to_mine(visit: Visit) -> Response:
    return visit.go(MINE)


def withdraw(visit: Visit) -> Response:
    name = own.withdraw(visit.ctx, visit.visitor, visit.params.get("id", ""))
    return visit.go(MINE, "access_withdrawn", name=name)


OWN_CLIENTS = (
    Way(MINE, show_mine, asks=Asks.SESSION),
    Way(f"{MINE}/{{id}}/withdraw", back_to_mine, withdraw, asks=Asks.ANYBODY, acts=Asks.FRESH),
)
