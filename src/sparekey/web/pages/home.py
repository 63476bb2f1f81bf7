"""Home: how safe one's own access is, and what waits. The end of a first set-up shows the same picture."""

from typing import Any

from starlette.responses import Response

from sparekey.core.losses import Safety
from sparekey.flows.clients.own import address_of
from sparekey.flows.reports import Home, Team, home
from sparekey.web.door import Asks, Way
from sparekey.web.visit import Visit


def show_home(visit: Visit) -> Response:
    found = home(visit.ctx, visit.visitor)
    return visit.shell(
        "home",
        "home",
        state=found.state.value,
        last_way=found.last_way.value if found.last_way else None,
        helped=found.is_helped,
        is_only_owner=found.is_only_owner,
        items=[{"code": one.kind, "facts": one.facts} for one in found.items],
        picture=_picture(found) if found.picture.rows else None,
        team=_team(found.team) if found.team else None,
        offers_passkey=found.offers_passkey,
        apps=[
            {
                "name": one.name,
                "about": one.about or one.host or one.homepage.split("://", 1)[-1].split("/", 1)[0],
                "address": address_of(one.homepage, one.host),
            }
            for one in found.apps
        ],
    )


def show_set_up(visit: Visit) -> Response:
    """The last page of a first set-up."""
    found = home(visit.ctx, visit.visitor)
    if found.state not in {Safety.SAFE, Safety.ONE_LOSS}:
        return visit.go("/")
    return visit.page(
        "setup_done", state=found.state.value, picture=_picture(found), has_passkey=found.picture.has_passkey
    )


def _picture(found: Home) -> dict[str, Any]:
    return {
        "ways": [
            {"answer": answer.value, "where": label, "thing": thing.value}
            for answer, label, thing in found.picture.ways
        ],
        "rows": found.picture.rows,
        "helped": found.is_helped,
    }


def _team(team: Team) -> dict[str, Any]:
    groups = [
        {"state": state.value, "count": group.count, "people": group.first} for state, group in team.groups
    ]
    return {"count": team.count, "groups": groups}


HOME = (Way("/", show_home, asks=Asks.SESSION), Way("/setup/done", show_set_up, asks=Asks.SESSION))
