"""*Connect a device*: the code that a program without a browser shows, and who allows it (RFC 8628)."""

from urllib.parse import quote

from starlette.responses import Response

from sparekey.errors import BadInput, NotAllowed, StepUpNeeded, TooManyTries
from sparekey.flows.oidc import devices
from sparekey.flows.oidc.devices import PAGE
from sparekey.web.door import Asks, Way
from sparekey.web.visit import Visit, retry, status_of


def show(visit: Visit) -> Response:
    """The field for the code, or whoever waits under the one in the address."""
    typed = visit.query.get("user_code", "")[:40]
    if not typed:
        return _field(visit)
    try:
        waits = devices.look(visit.ctx, visit.visitor, typed)
    except StepUpNeeded:
        raise
    except (BadInput, NotAllowed, TooManyTries) as refusal:
        return _field_with(visit, typed, refusal)
    return visit.shell("device_confirm", "profile", waits=waits)


def type_code(visit: Visit) -> Response:
    typed = visit.form.get("user_code", "").strip()[:40]
    if not typed:
        return _field_with(visit, "", BadInput("user_code", "device_code"))
    return visit.go(f"{PAGE}?user_code={quote(typed)}")


def decide(visit: Visit) -> Response:
    typed = visit.form.get("user_code", "")[:40]
    act = devices.allow if visit.form.get("decision") == "allow" else devices.deny
    try:
        app = act(visit.ctx, visit.visitor, typed)
    except StepUpNeeded:
        return visit.go(f"{PAGE}?user_code={quote(typed)}")
    except (BadInput, NotAllowed, TooManyTries) as refusal:
        return _field_with(visit, typed, refusal)
    return visit.go("/me", "device_allowed" if act is devices.allow else "device_denied", app=app)


def _field(visit: Visit, status: int = 200, **errors: str) -> Response:
    return visit.shell("device", "profile", status, errors=errors)


def _field_with(visit: Visit, typed: str, refusal: BadInput | NotAllowed | TooManyTries) -> Response:
    visit.form["user_code"] = typed
    page = _field(visit, status_of(refusal), **visit.errors_of(refusal, "user_code"))
    return retry(visit, page, refusal)


DEVICES = (
    Way("/device", show, type_code, asks=Asks.SESSION),
    Way("/device/decision", post=decide, asks=Asks.SESSION),
)
