"""The authorization endpoint for browsers (OpenID Connect Core 1.0, section 3.1.2), and the pages on the way through.

An app may send its request in the address or as a form; a form is asked for again by GET, so that the way back from
the pages in between is an address. After such a page the browser is sent on by a page of ours, not by a redirect:
browsers hold every redirect that follows a form against the form's policy (CSP Level 3, `form-action`), and the app's
address, and wherever it leads, stand in no policy here.
"""

from typing import Any, assert_never
from urllib.parse import parse_qsl, quote, urlencode

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from sparekey.errors import ProtocolRefused, SparekeyError
from sparekey.flows import sessions
from sparekey.flows.oidc import asked
from sparekey.flows.oidc.asked import ASKED, BY_PASSKEY, CHOSEN, PATH, Sent
from sparekey.flows.oidc.authorize import (
    Answer,
    Change,
    Choose,
    Confirm,
    Consent,
    NeedsPasskey,
    NotYours,
    SignIn,
    Step,
    Wake,
    decide,
)
from sparekey.web.cookies import LINK_LANGUAGE
from sparekey.web.door import Asks, Way, refused_early
from sparekey.web.forms import read_body
from sparekey.web.render import LANGUAGES
from sparekey.web.visit import Desk, Visit


def show(visit: Visit) -> Response:
    """The next step of what an app asks."""
    try:
        what = asked.sent(visit.query_text)
        return _go(visit, what, decide(visit.ctx, visit.visitor, what), is_after_form=bool(what.notes))
    except ProtocolRefused as refusal:
        return _refused(visit, refusal)


def answer_consent(visit: Visit) -> Response:
    """Yes or no to what the app may have."""
    try:
        what = asked.sent(visit.form.get("request", ""))
        step = decide(visit.ctx, visit.visitor, what, agrees=visit.form.get("answer") == "yes")
        return _go(visit, what, step, is_after_form=True)
    except ProtocolRefused as refusal:
        return _refused(visit, refusal)


def choose(visit: Visit) -> Response:
    """Go on as who is signed in, or as somebody else."""
    try:
        what = asked.sent(visit.form.get("request", ""))
        asked.demand_known(visit.ctx, what)
    except ProtocolRefused as refusal:
        return _refused(visit, refusal)
    if visit.form.get("as") == "me":
        return visit.go(_way_back(visit, what, CHOSEN))
    sessions.sign_out(visit.ctx, visit.visitor)
    visit.start(None)
    return visit.go(f"/sign-in?next={quote(_way_back(visit, what, ASKED, CHOSEN))}")


def _way_back(visit: Visit, what: Sent, *notes: str) -> str:
    return asked.way_back(visit.ctx, what, visit.now, *notes)


def _go(visit: Visit, what: Sent, step: Step, *, is_after_form: bool) -> Response:
    match step:
        case Answer():
            return _onward(visit, step, is_after_form=is_after_form)
        case Change():
            return visit.go("/renew/password")
        case SignIn() | Wake() | Confirm():
            return _led_away(visit, step, _way_back(visit, what, ASKED))
        case Choose() | NotYours() | NeedsPasskey():
            return _page(visit, what, step)
        case Consent():
            values = {**vars(step), "request": _request(visit, what)}
            return visit.page("app_consent", **values, username=visit.member.username)
        case _:
            assert_never(step)


def _led_away(visit: Visit, step: SignIn | Wake | Confirm, back: str) -> Response:
    if isinstance(step, Wake):
        return visit.go(f"/sign-in/again?next={quote(back)}")
    if isinstance(step, Confirm):
        return visit.go(f"/me/confirm?next={quote(f'{back}&{BY_PASSKEY}' if step.by_passkey else back)}")
    hint = f"&login_hint={quote(step.hint)}" if step.hint else ""
    response = visit.go(f"/sign-in?next={quote(back)}{hint}")
    spoken = next((one[:2].lower() for one in step.languages if one[:2].lower() in LANGUAGES), "")
    if spoken and not visit.has_chosen_language:
        visit.desk.cookies.put(response, LINK_LANGUAGE, spoken, None)
    return response


def _onward(visit: Visit, answer: Answer, *, is_after_form: bool) -> Response:
    if is_after_form:
        return visit.page("app_onward", app=answer.app, address=answer.address)
    return RedirectResponse(answer.address, 303)


def _page(visit: Visit, what: Sent, step: Choose | NotYours | NeedsPasskey) -> Response:
    if isinstance(step, Choose):
        why, status, back = ("other" if step.is_other else "choose"), 200, ""
    elif isinstance(step, NotYours):
        why, status, back = "not_yours", 403, step.back
    else:
        why, status, back = "passkey", 403, ""
    member, request = visit.member, _request(visit, what)
    values: dict[str, Any] = {"app": step.app, "back": back, "username": member.username}
    return visit.page("app_whom", status, why=why, request=request, **values)


def _request(visit: Visit, what: Sent) -> str:
    """The request as a form carries it, with the notes that hold."""
    return _way_back(visit, what).partition("?")[2]


def _refused(visit: Visit, refusal: ProtocolRefused) -> Response:
    status = int(refusal.status_hint)
    return visit.page("app_refused", status, error=refusal.error, description=refusal.description)


def by_form(desk: Desk, path: str) -> Route:
    """The same request sent as a form, from an app's own page: asked for again by GET (RFC 9110, section 15.4.4)."""

    async def endpoint(request: Request) -> Response:
        try:
            pairs = parse_qsl(await read_body(request), keep_blank_values=True)
        except SparekeyError as refusal:
            bad = refusal
            return await run_in_threadpool(lambda: refused_early(desk, request, bad))
        return RedirectResponse(f"{path}?{urlencode(pairs)}", 303)

    return Route(path, endpoint, methods=["POST"])


AUTHORIZE = (
    Way(PATH, show, always=True, asks=Asks.ANYBODY),
    Way("/oidc/consent", post=answer_consent, asks=Asks.ANYBODY),
    Way("/oidc/account", post=choose, asks=Asks.ANYBODY),
)
