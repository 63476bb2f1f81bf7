"""Home: how safe one's own access is, and what waits. The end of a first set-up shows the same picture."""

from typing import Any

from starlette.responses import Response

from sparekey.core.contract import Answer, Category
from sparekey.core.losses import Safety
from sparekey.core.proofs import is_fresh
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
        offers_passkey=_offers_passkey(visit, found),
    )


def _offers_passkey(visit: Visit, found: Home) -> bool:
    """Right after a sign-in with a password, to who has no passkey: the browser decides whether it makes one."""
    session = visit.visitor.session
    proofs = session.proofs if session else ()
    by_password = any(Category.KNOWLEDGE in one.categories for one in proofs)
    return by_password and not _has_passkey(found) and is_fresh(proofs, visit.now)


def _has_passkey(found: Home) -> bool:
    return any(answer is Answer.PASSKEY for answer, _, _ in found.picture.ways)


def show_set_up(visit: Visit) -> Response:
    """The last page of a first set-up."""
    found = home(visit.ctx, visit.visitor)
    if found.state not in {Safety.SAFE, Safety.ONE_LOSS}:
        return visit.go("/")
    return visit.page(
        "setup_done", state=found.state.value, picture=_picture(found), has_passkey=_has_passkey(found)
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
