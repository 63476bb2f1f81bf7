"""One's own further addresses, and the page behind the link that confirms one."""

from typing import Any

from starlette.responses import Response

from sparekey.core.addresses import listed
from sparekey.errors import BadInput, Conflict, TooManyTries
from sparekey.flows import sessions
from sparekey.flows.own import addresses
from sparekey.flows.own.addresses import Confirmation
from sparekey.flows.reports import AddressShown
from sparekey.web.door import Asks, Way
from sparekey.web.pages.their_language import in_language_of
from sparekey.web.visit import Visit, retry, status_of

LIST = "/me#addresses"
_REFUSALS = (BadInput, Conflict, TooManyTries)


def row(one: AddressShown) -> dict[str, Any]:
    """As the profile lists it."""
    return {**vars(one), "address": listed(one.address, one.id)}


def show_new(visit: Visit) -> Response:
    sessions.demand_own(visit.ctx, visit.visitor)
    return _new(visit)


def _new(visit: Visit, status: int = 200, **errors: str) -> Response:
    return visit.shell("address_new", "profile", status, errors=errors)


def add(visit: Visit) -> Response:
    try:
        made = addresses.add(visit.ctx, visit.visitor, visit.form.get("email", ""))
    except _REFUSALS as refusal:
        return retry(visit, _new(visit, status_of(refusal), **visit.errors_of(refusal)), refusal)
    return visit.go(f"/me/addresses/{made}", "address_added")


def show_one(visit: Visit) -> Response:
    return _one(visit)


def _one(visit: Visit, status: int = 200, **errors: str) -> Response:
    one = addresses.one_of(visit.ctx, visit.visitor, visit.params["id"])
    return visit.shell("address", "profile", status, one=one, errors=errors)


def send_again(visit: Visit) -> Response:
    try:
        addresses.send_again(visit.ctx, visit.visitor, visit.params["id"])
    except (Conflict, TooManyTries) as refusal:
        return retry(visit, _one(visit, status_of(refusal), **visit.errors_of(refusal)), refusal)
    return visit.go(f"/me/addresses/{visit.params['id']}", "address_sent")


def show_removal(visit: Visit) -> Response:
    one = addresses.one_of(visit.ctx, visit.visitor, visit.params["id"])
    return visit.shell("address_remove", "profile", one=one)


def remove(visit: Visit) -> Response:
    addresses.remove(visit.ctx, visit.visitor, visit.params["id"])
    return visit.go(LIST, "address_removed")


def show_confirmation(visit: Visit) -> Response:
    asked = addresses.ask(visit.ctx, visit.visitor, visit.params["token"])
    return in_language_of(visit, asked.language, lambda: _confirmation(visit, asked, is_done=False))


def confirm(visit: Visit) -> Response:
    asked = addresses.confirm(visit.ctx, visit.visitor, visit.params["token"])
    return in_language_of(visit, asked.language, lambda: _confirmation(visit, asked, is_done=True))


def _confirmation(visit: Visit, asked: Confirmation, *, is_done: bool) -> Response:
    host = visit.ctx.site.host
    return visit.page(
        "address_confirm", username=asked.username, address=asked.address, host=host, is_done=is_done
    )


ADDRESSES = (
    Way("/me/addresses/new", show_new, add, asks=Asks.FRESH),
    Way("/me/addresses/{id}", show_one, send_again, asks=Asks.FRESH),
    Way("/me/addresses/{id}/remove", show_removal, remove, asks=Asks.FRESH),
    Way("/confirm-address/{token}", show_confirmation, confirm, always=True, asks=Asks.ANYBODY),
)
