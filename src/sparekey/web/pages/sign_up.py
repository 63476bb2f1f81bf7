"""Opening an account by oneself; there is no such page where the server's setting does not allow it."""

from starlette.responses import Response

from sparekey.errors import BadInput, TooManyTries
from sparekey.flows.joining import sign_up
from sparekey.web.door import Asks, Way
from sparekey.web.visit import Visit, retry, status_of


def show_form(visit: Visit) -> Response:
    return _form(visit)


def _form(visit: Visit, status: int = 200, **errors: str) -> Response:
    sign_up.demand_open(visit.ctx)
    return visit.page("signup", status, errors=errors)


def ask(visit: Visit) -> Response:
    try:
        sign_up.ask(visit.ctx, visit.visitor, visit.form.get("email", ""), visit.language)
    except (BadInput, TooManyTries) as refusal:
        return retry(visit, _form(visit, status_of(refusal), **visit.errors_of(refusal)), refusal)
    return visit.go("/sign-up/sent")


def show_sent(visit: Visit) -> Response:
    sign_up.demand_open(visit.ctx)
    return visit.page("signup_sent")


SIGN_UP = (
    Way("/sign-up", show_form, ask, asks=Asks.ANYBODY),
    Way("/sign-up/sent", show_sent, asks=Asks.ANYBODY),
)
