"""One way in, named by its id: what it is called and lives on, and taking it away."""

from starlette.responses import Response

from sparekey.errors import BadInput, NotAllowed, NotFound
from sparekey.flows.own import ways
from sparekey.web.door import Asks, Way
from sparekey.web.visit import Visit, status_of

PROFILE = "/me#two-factor"
"""Where the profile lists them."""


def show_way(visit: Visit) -> Response:
    return _way(visit)


def _way(visit: Visit, status: int = 200, **errors: str) -> Response:
    one = ways.one_way(visit.ctx, visit.visitor, visit.params["id"])
    if not one.can_be_named:
        raise NotFound()
    typed = {"label": one.way.label, "thing": one.way.thing.value}
    return visit.shell(
        "way",
        "profile",
        status,
        way=one.way,
        can_be_removed=one.can_be_removed,
        things=[thing.value for thing in ways.THINGS],
        values={**typed, **visit.form},
        errors=errors,
    )


def rename(visit: Visit) -> Response:
    label, thing = visit.form.get("label", ""), visit.form.get("thing", "")
    try:
        ways.rename(visit.ctx, visit.visitor, visit.params["id"], label, thing)
    except BadInput as refusal:
        return _way(visit, status_of(refusal), **visit.errors_of(refusal))
    return visit.go(PROFILE, "way_renamed")


def show_removal(visit: Visit) -> Response:
    return _removal(visit)


def _removal(visit: Visit, status: int = 200, **errors: str) -> Response:
    one = ways.one_way(visit.ctx, visit.visitor, visit.params["id"])
    return visit.shell(
        "way_remove",
        "profile",
        status,
        way=one.way,
        can_be_removed=one.can_be_removed,
        state_after=one.state_after.value,
        errors=errors,
    )


def remove(visit: Visit) -> Response:
    try:
        ways.remove(visit.ctx, visit.visitor, visit.params["id"])
    except NotAllowed as refusal:
        if refusal.reason != "last_way":
            raise
        return _removal(visit, 409, form=visit.said(refusal))
    return visit.go(PROFILE, "way_removed")


WAYS = (
    Way("/me/2fa/{id}/remove", show_removal, remove, asks=Asks.FRESH),
    Way("/me/2fa/{id}", show_way, rename, asks=Asks.FRESH),
)
"""Behind all other addresses that begin like these."""
