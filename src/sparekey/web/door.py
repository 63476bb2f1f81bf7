"""From a request to a visit and from a refusal to a page.

One handler runs in one thread. Before it runs: text is text, the form belongs to this browser and session, and
whoever is in the forced change is led back to it. The one broad `except` of this door is here: anything that is no
refusal is a fault of ours, a 500 with an id that is in the log.
"""

import hmac
from collections.abc import Callable
from dataclasses import dataclass, field
from enum import StrEnum
from http import HTTPStatus
from typing import Any, TypeVar
from urllib.parse import quote, urlencode, urlsplit

import structlog
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from sparekey.core.sessions import Scope
from sparekey.errors import (
    Conflict,
    FormExpired,
    LinkUnusable,
    NotAllowed,
    NotFound,
    NotSignedIn,
    SessionIdle,
    SparekeyError,
    StepUpNeeded,
    TooManyTries,
)
from sparekey.flows import rotate, sessions
from sparekey.flows.context import Visitor
from sparekey.web.cookies import LINK_LANGUAGE, YEAR
from sparekey.web.forms import local_path, read_form, read_pairs
from sparekey.web.render import LANGUAGES
from sparekey.web.uploads import Sent, read_upload
from sparekey.web.visit import Desk, Visit, retry

Handler = Callable[[Visit], Response]
R = TypeVar("R")
log = structlog.get_logger()
KEPT_OUT = ("password", "passphrase", "code", "csrf", "confirm")
"""Fields whose names hold one of these are not kept over a step-up."""


class Asks(StrEnum):
    """What must have been proven, and how long ago, before an address does or shows anything."""

    ANYBODY = "anybody"
    """Nothing, or the secret in the link itself."""
    HALF = "half"
    """The password of a sign-in that is not finished."""
    ENROL = "enrol"
    """A link of the first set-up."""
    ROTATE = "rotate"
    """What was handed over, in the forced change."""
    SESSION = "session"
    """A finished sign-in, of a remembered browser too."""
    AAL2 = "aal2"
    FRESH = "fresh"
    """aal2 of the last five minutes (RFC 9470)."""


@dataclass(frozen=True)
class Way:
    """One address. `in_rotation`: open during the forced change; `always`: whatever the session.

    `asks` names what its page asks for, `acts` what its form does, where that is more. It decides nothing: the flows
    demand it, and a test compares for every address.
    `upload`: takes files, and refuses before they are read whoever may not send any.
    """

    path: str
    get: Handler | None = None
    post: Handler | None = None
    asks: Asks = field(kw_only=True)
    acts: Asks | None = field(default=None, kw_only=True)
    in_rotation: bool = False
    always: bool = False
    upload: Callable[[Visit], None] | None = None


def route(desk: Desk, way: Way) -> Route:
    """The Starlette route of one address."""

    async def endpoint(request: Request) -> Response:
        try:
            query = read_pairs(request.url.query)
            if request.method == "POST" and way.upload:
                refused = await run_in_threadpool(
                    _guarded, desk, request, query, _before_upload(way, request)
                )
                if refused:
                    return refused
            sent = await _read(request, way)
        except SparekeyError as refusal:
            bad = refusal
            return await run_in_threadpool(lambda: refused_early(desk, request, bad))
        return await run_in_threadpool(_serve, desk, way, request, query, sent)

    methods = [name for name, handler in (("GET", way.get), ("POST", way.post)) if handler]
    return Route(way.path, endpoint, methods=methods)


def refused_early(desk: Desk, request: Request, refusal: SparekeyError) -> Response:
    """The page of a refusal before anything was read."""
    visit = make_visit(desk, request, {})
    return visit.finish(refusal_page(visit, refusal))


async def _read(request: Request, way: Way) -> Sent:
    if request.method != "POST":
        return Sent({}, ())
    return await read_upload(request) if way.upload else Sent(await read_form(request), ())


def _serve(desk: Desk, way: Way, request: Request, query: dict[str, str], sent: Sent) -> Response:
    def act(visit: Visit) -> Response:
        language = query.get("lang", "")
        if request.method in {"GET", "HEAD"} and language in LANGUAGES:
            return _switch_language(visit, language)
        visit.files = sent.files
        return visit.finish(_answer(visit, way, request, sent.fields))

    return _guarded(desk, request, query, act)


def _before_upload(way: Way, request: Request) -> Callable[[Visit], None]:
    def ask(visit: Visit) -> None:
        _demand_own_site(visit, request)
        if way.upload:
            way.upload(visit)

    return ask


def _guarded(desk: Desk, request: Request, query: dict[str, str], act: Callable[[Visit], R]) -> R | Response:
    """What `act` gives for this visitor, or the page of what kept it from being done."""
    visit = make_visit(desk, request, query)
    try:
        _recognise(visit, request)
        return act(visit)
    except SparekeyError as refusal:
        return visit.finish(_over_page(visit, request, refusal) or refusal_page(visit, refusal))
    except Exception:
        incident = str(getattr(request.state, "request_id", ""))
        log.error("fault", incident=incident, exc_info=True)
        return visit.page("500", 500, incident=incident)


def missing(desk: Desk, request: Request) -> Response:
    """An address that no page has: whoever is signed in keeps the menu."""
    return _guarded(desk, request, {}, _nothing_here)


def _nothing_here(_: Visit) -> Response:
    raise NotFound()


def _answer(visit: Visit, way: Way, request: Request, form: dict[str, str]) -> Response:
    is_post = request.method == "POST"
    if is_post:
        _demand_own_form(visit, request, form)
        visit.form = {name: value for name, value in form.items() if name != "csrf"}
    session = visit.visitor.session
    if session and session.scope is Scope.ROTATE and not (way.in_rotation or way.always):
        if is_post:
            raise NotAllowed("Finish the change first", reason="rotation")
        return visit.go("/renew/password")
    handler = way.post if is_post else way.get
    if handler is None:
        raise NotFound()
    return handler(visit)


def make_visit(desk: Desk, request: Request, query: dict[str, str]) -> Visit:
    """What can be known of a request without its session."""
    cookies = request.cookies
    browser = cookies.get(desk.cookies.browser, "")
    is_known = len(browser) == 32 and browser.isalnum()
    if not is_known:
        browser = desk.ctx.moment().draw("browser", 16).hex()
    theme = cookies.get("theme")
    return Visit(
        desk=desk,
        visitor=Visitor(
            source=request.client.host if request.client else "",
            device=request.headers.get("user-agent", "")[:256],
            browser=sessions.browser_mark(desk.ctx, browser) if is_known else "",
        ),
        path=request.url.path,
        query=query,
        query_text=request.url.query,
        params=request.path_params,
        language=_language(request, None),
        theme=theme if theme in {"light", "dark"} else None,
        browser=browser,
        flash=desk.cookies.read("flash", cookies.get("flash", "")),
        is_new_browser=not is_known,
        has_chosen_language=cookies.get("lang", "") in LANGUAGES,
    )


def _recognise(visit: Visit, request: Request) -> None:
    cookies = visit.desk.cookies
    visit.visitor = sessions.recognise(visit.ctx, visit.visitor, request.cookies.get(cookies.session, ""))
    member = visit.visitor.member
    visit.language = _language(request, member.language.value if member else None)
    kept = cookies.read("resume", request.cookies.get("resume", ""))
    if member and kept.get("path") == visit.path and kept.get("member") == member.id:
        visit.resumed = {str(name): str(value) for name, value in kept["form"].items()}


def _language(request: Request, own: str | None) -> str:
    """Chosen in this browser, else the person's own, else that of a link opened here, else what is asked for."""
    chosen = request.cookies.get("lang", "")
    if chosen in LANGUAGES:
        return chosen
    if own is not None and own in LANGUAGES:
        return own
    of_link = request.cookies.get(LINK_LANGUAGE, "")
    if of_link in LANGUAGES:
        return of_link
    asked = request.headers.get("accept-language", "")[:200].lower()
    found = [part.strip()[:2] for part in asked.split(",")]
    return next((code for code in found if code in LANGUAGES), "en")


def _switch_language(visit: Visit, language: str) -> Response:
    response = RedirectResponse(_came_from(visit), HTTPStatus.SEE_OTHER)
    visit.desk.cookies.put(response, "lang", language, YEAR)
    return visit.finish(response)


def _demand_own_form(visit: Visit, request: Request, form: dict[str, str]) -> None:
    """Every post carries this browser's token for this session, and comes from this site."""
    _demand_own_site(visit, request)
    expected = visit.desk.cookies.csrf(visit.browser, visit.visitor.token_hash)
    if not _is_same(form.get("csrf", ""), expected):
        raise FormExpired()


def _demand_own_site(visit: Visit, request: Request) -> None:
    origin = request.headers.get("origin")
    foreign = origin not in {None, "null", _origin(visit)}
    from_elsewhere = request.headers.get("sec-fetch-site", "same-origin") in {"cross-site", "same-site"}
    if foreign or from_elsewhere:
        raise FormExpired()


def _is_same(given: str, expected: str) -> bool:
    return hmac.compare_digest(given.encode("utf-8", "replace"), expected.encode())


def _origin(visit: Visit) -> str:
    parts = urlsplit(visit.ctx.site.base_url)
    return f"{parts.scheme}://{parts.netloc}"


def _over_page(visit: Visit, request: Request, refusal: SparekeyError) -> Response | None:
    """For a browser whose forced change was ended meanwhile: what happened, not that a page was open too long."""
    if visit.visitor.session is not None or not isinstance(refusal, (FormExpired, NotSignedIn)):
        return None
    over = rotate.what_ended(visit.ctx, request.cookies.get(visit.desk.cookies.session, ""))
    if over is None:
        return None
    visit.start(None)  # said once
    facts = {"username": over.username, "ending": over.ending.value, "factor_back": over.is_factor_back}
    return visit.page("renew_over", HTTPStatus.GONE, **facts)


def refusal_page(visit: Visit, refusal: SparekeyError) -> Response:
    """The page, or the way on, for a refusal that no form has shown."""
    if isinstance(refusal, StepUpNeeded):
        return _to_confirm(visit)
    if isinstance(refusal, SessionIdle):
        return visit.go(f"/sign-in/again?next={quote(_came_from(visit))}")
    if isinstance(refusal, NotSignedIn):
        path = _came_from(visit)
        return visit.go("/sign-in" if path == "/" else f"/sign-in?next={quote(path)}")
    return _error_page(visit, refusal)


def _error_page(visit: Visit, refusal: SparekeyError) -> Response:
    status = int(refusal.status_hint)
    if isinstance(refusal, TooManyTries):
        return retry(visit, visit.page("429", 429, until=refusal.until), refusal)
    if isinstance(refusal, LinkUnusable):
        return visit.page("link_expired", status, purpose=_purpose(refusal))
    if isinstance(refusal, NotFound):
        return _inside_if_signed_in(visit, "404", 404)
    if type(refusal) is NotAllowed and refusal.reason in {"role", "their_role", ""}:
        return _inside_if_signed_in(visit, "403", 403, owners=_whom_to_ask(visit))
    if isinstance(refusal, Conflict) and not refusal.reason:
        return visit.page("409", 409, href=quote(visit.path))
    if status == HTTPStatus.SERVICE_UNAVAILABLE:
        return retry(visit, visit.page("503", 503, href=quote(visit.path)), refusal)
    code = refusal.code if refusal.code in {"bad_form", "form_expired", "too_large"} else "refused"
    text = visit.said(refusal)
    return visit.page("message", status, code=code, text=text, href=quote(_came_from(visit)))


def _inside_if_signed_in(visit: Visit, template: str, status: int, **values: Any) -> Response:
    """With the menu for who may use it: the way on from a wrong address."""
    try:
        return visit.shell(template, "", status, **values)
    except SparekeyError:
        return visit.page(template, status, **values)


def _whom_to_ask(visit: Visit) -> list[str]:
    """The account owners' names, for who is signed in to their account."""
    account, session = visit.visitor.account, visit.visitor.session
    if account is None or session is None or session.scope is not Scope.FULL:
        return []
    return sessions.owner_names(visit.ctx, account.id)


_PURPOSES = {"lost_factor": "lost", "password": "forgot"}
_KNOWN = {
    "invitation",
    "lost",
    "reset",
    "first_owner",
    "owner_recovery",
    "forgot",
    "sign_up",
    "not_me",
    "address",
}


def _purpose(refusal: LinkUnusable) -> str:
    purpose = str(refusal.facts.get("purpose", ""))
    purpose = _PURPOSES.get(purpose, purpose)
    return purpose if purpose in _KNOWN else "unknown"


def _came_from(visit: Visit) -> str:
    """The page to come back to, with its query: a post's own address shows its form on GET."""
    query = urlencode({name: value for name, value in visit.query.items() if name != "lang"})
    return local_path(quote(visit.path) + (f"?{query}" if query else ""), quote(visit.path))


def _to_confirm(visit: Visit) -> Response:
    """To *Confirm it's you* and back, with what was typed."""
    path = _came_from(visit)
    response = visit.go(f"/me/confirm?next={quote(path)}")
    keep_typed(visit, response)
    return response


def keep_typed(visit: Visit, response: Response) -> None:
    """What was typed is there again when this browser comes back to this address; no secret is kept."""
    kept = {k: v for k, v in visit.form.items() if not any(word in k for word in KEPT_OUT)}
    if kept:
        member = visit.visitor.member
        data = {"path": visit.path, "member": member.id if member else "", "form": kept}
        signed = visit.desk.cookies.sign("resume", data)
        visit.desk.cookies.put(response, "resume", signed, 600)
        if not signed:
            visit.note(response, "not_kept")
