"""Passkeys in the browser: what a page's script is told to ask for, and the forms it fills in.

The script asks with a post of its own (answered with JSON) and then sends a form like any other, so that refusals,
redirects and cookies are those of every page.
"""

from collections.abc import Callable

from starlette.responses import JSONResponse, Response

from sparekey.core.contract import Answer
from sparekey.errors import Conflict, NotFound, WrongProof
from sparekey.flows import sessions, sign_in
from sparekey.flows.context import Context, Visitor
from sparekey.flows.own import passkeys
from sparekey.web.door import Asks, Way
from sparekey.web.forms import local_path
from sparekey.web.pages.own.ways import PROFILE
from sparekey.web.pages.sign_in import REFUSALS, go_on, show_form, show_second
from sparekey.web.visit import Visit, json_answer, retry, status_of

FIELD = Answer.PASSKEY.value


def _options(question: Callable[[Context, Visitor], str]) -> Callable[[Visit], Response]:
    """The address where a script asks. Whoever must sign in or confirm first comes back to the script's page."""

    def answer(visit: Visit) -> Response:
        visit.path = local_path(visit.form.get("page", ""))
        try:
            return json_answer(question(visit.ctx, visit.visitor))
        except Conflict as refusal:
            return JSONResponse({"said": visit.said(refusal)}, status_of(refusal))

    return answer


def ask_to_sign_in(visit: Visit) -> Response:
    return json_answer(passkeys.to_sign_in(visit.ctx, visit.visitor, visit.form.get("username", "")))


def sign_in_alone(visit: Visit) -> Response:
    """The whole sign-in by passkey."""
    try:
        outcome = passkeys.begin(visit.ctx, visit.visitor, visit.form.get(FIELD, ""))
    except REFUSALS as refusal:
        unknown = str(refusal.facts.get("unknown", ""))
        page = show_form(visit, status_of(refusal), unknown=unknown, passkey=visit.said(refusal))
        return retry(visit, page, refusal)
    return go_on(visit, outcome)


def show_second_step(visit: Visit) -> Response:
    sign_in.demand_half(visit.visitor)
    return show_second(visit, Answer.PASSKEY)


def prove_second_step(visit: Visit) -> Response:
    try:
        outcome = sign_in.prove(visit.ctx, visit.visitor, Answer.PASSKEY, visit.form.get(FIELD, ""))
    except REFUSALS as refusal:
        return retry(visit, show_second(visit, Answer.PASSKEY, refusal), refusal)
    return go_on(visit, outcome)


def ask_for_new(visit: Visit) -> Response:
    """On the page for it, or at Home, where the browser may make one without asking."""
    is_offer = visit.form.get("page", "") == "/"
    return _options(lambda ctx, visitor: passkeys.to_add(ctx, visitor, is_offer=is_offer))(visit)


def show_new(visit: Visit) -> Response:
    sessions.demand_own(visit.ctx, visit.visitor)
    return _new(visit)


def _new(visit: Visit, status: int = 200, **errors: str) -> Response:
    return visit.shell("passkey_new", "profile", status, errors=errors)


def add(visit: Visit) -> Response:
    try:
        made = passkeys.add(visit.ctx, visit.visitor, visit.form.get(FIELD, ""))
    except WrongProof as refusal:
        return _new(visit, 422, form=visit.said(refusal))
    except Conflict as refusal:
        return _new(visit, 409, form=visit.said(refusal))
    return visit.go(f"/me/2fa/{made}", "passkey_added")


def where_passkeys_are(visit: Visit) -> Response:
    """For password managers (W3C, A Well-Known URL for Relying Party Passkey Endpoints)."""
    link = visit.ctx.site.link
    return JSONResponse({"enroll": link("/me/2fa/passkey"), "manage": link(PROFILE)})


def where_else_passkeys_work(visit: Visit) -> Response:
    """Related origins (WebAuthn Level 3, section 5.11); nothing is there where none are set."""
    origins = visit.ctx.site.related_origins
    if not origins:
        raise NotFound()
    return JSONResponse({"origins": [visit.ctx.site.base_url, *origins]})


PASSKEYS = (
    Way("/passkey/sign-in/options", post=ask_to_sign_in, asks=Asks.ANYBODY),
    Way("/passkey/second-step/options", post=_options(passkeys.to_prove), asks=Asks.HALF),
    Way("/passkey/confirm/options", post=_options(passkeys.to_confirm), asks=Asks.SESSION),
    Way("/passkey/wake/options", post=_options(passkeys.to_wake), asks=Asks.SESSION),
    Way("/passkey/new/options", post=ask_for_new, asks=Asks.FRESH),
    Way("/passkey/sign-in", post=sign_in_alone, asks=Asks.ANYBODY),
    Way("/sign-in/passkey", show_second_step, prove_second_step, asks=Asks.HALF),
    Way("/me/2fa/passkey", show_new, add, asks=Asks.FRESH),
    Way("/.well-known/webauthn", where_else_passkeys_work, asks=Asks.ANYBODY),
    Way("/.well-known/passkey-endpoints", where_passkeys_are, asks=Asks.ANYBODY),
)
