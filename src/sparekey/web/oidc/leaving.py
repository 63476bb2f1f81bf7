"""The end-session endpoint for browsers (RP-Initiated Logout 1.0), and the question it may have to ask."""

from typing import Any

from starlette.responses import RedirectResponse, Response

from sparekey.flows.oidc.leaving import PATH, Ask, look
from sparekey.web.door import Asks, Way
from sparekey.web.visit import Visit


def show(visit: Visit) -> Response:
    """Signed out, or asked whether to be."""
    return _go(visit, visit.query_text)


def answer(visit: Visit) -> Response:
    """Yes: whoever means no leaves the page."""
    return _go(visit, visit.form.get("request", ""), agrees=True)


def _go(visit: Visit, text: str, *, agrees: bool = False) -> Response:
    found = look(visit.ctx, visit.visitor, text, agrees=agrees)
    if isinstance(found, Ask):
        values: dict[str, Any] = {"app": found.app, "trouble": found.trouble, "request": found.request}
        return visit.page("app_leave", **values, username=visit.member.username)
    visit.start(None)
    if not found.back:
        return visit.go("/signed-out")
    if agrees:  # browsers hold a redirect after a form against the form's policy
        return visit.page("app_onward", app=found.app, address=found.back)
    return RedirectResponse(found.back, 303)


LEAVING = (
    Way(PATH, show, always=True, asks=Asks.ANYBODY),
    Way("/oidc/leave", post=answer, always=True, asks=Asks.ANYBODY),
)
