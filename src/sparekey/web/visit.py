"""One request as the pages see it: who, what was sent, and how an answer is made."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from http import HTTPStatus
from math import ceil
from typing import Any
from urllib.parse import quote, urlencode

from starlette.responses import HTMLResponse, RedirectResponse, Response

from sparekey.core.people import Member
from sparekey.core.permissions import Action, may
from sparekey.errors import BadInput, NotSignedIn, SparekeyError, TooManyTries
from sparekey.flows.background.worker import Delivered
from sparekey.flows.context import Context, Started, Visitor
from sparekey.flows.sessions import demand_member, menu_count
from sparekey.web.cookies import YEAR, Cookies
from sparekey.web.render import Renderer
from sparekey.web.uploads import File

AGAIN_IN = 5
"""Seconds after which a server that is too busy, or cannot save, may be asked again."""


@dataclass(frozen=True)
class Desk:
    """What every page needs of the server."""

    ctx: Context
    render: Renderer
    cookies: Cookies
    version: str
    delivered: Callable[[], Sequence[Delivered]]
    """The demo's letters, oldest first."""


@dataclass
class Visit:
    """One request. Handlers read it and return what `page` or `go` make."""

    desk: Desk
    visitor: Visitor
    path: str
    query: dict[str, str]
    query_text: str
    """As it was sent: where it matters what came twice."""
    params: Mapping[str, str]
    language: str
    theme: str | None
    browser: str
    form: dict[str, str] = field(default_factory=dict)
    files: Sequence[File] = ()
    flash: dict[str, Any] = field(default_factory=dict)
    resumed: dict[str, str] = field(default_factory=dict)
    """What was typed into this page's form before a step-up came in between."""
    token: str | None = None
    """A new session token for the cookie; empty: the session ended."""
    is_new_browser: bool = False
    has_chosen_language: bool = False

    @property
    def ctx(self) -> Context:
        return self.desk.ctx

    @property
    def now(self) -> datetime:
        return self.ctx.moment().at

    def start(self, started: Started | None) -> None:
        """Answer with this session's cookie; None ends the present one."""
        self.token = started.token if started else ""
        if started and started.browser:
            self.browser, self.is_new_browser = started.browser, True

    def go(self, path: str, code: str = "", **facts: Any) -> Response:
        """See that page next (303), with a note about what was done."""
        response = RedirectResponse(path, HTTPStatus.SEE_OTHER)
        if code:
            self.note(response, code, **facts)
        return response

    def note(self, response: Response, code: str, **facts: Any) -> None:
        """Say this at the top of the next page."""
        signed = self.desk.cookies.sign("flash", {"code": code, "facts": facts})
        self.desk.cookies.put(response, "flash", signed, 60)

    def page(self, template: str, status: int = 200, **values: Any) -> Response:
        """A page outside the shell."""
        token_hash = self.visitor.token_hash
        values.setdefault("errors", {})
        values.setdefault("values", {**self.resumed, **self.form})
        text = self.desk.render(
            template,
            self.language,
            self.theme,
            page_path=quote(self.path),
            language_path=self._language_path(),
            csrf=self.desk.cookies.csrf(self.browser, token_hash),
            now=self.now,
            flash=self._noted(),
            **values,
        )
        return HTMLResponse(text, 422 if values["errors"] and status == 200 else status)

    def _language_path(self) -> str:
        """The address of this page in another language, up to which one: where it leads to stays."""
        kept = {name: value for name, value in self.query.items() if name != "lang"}
        if self.form.get("next"):
            kept.setdefault("next", self.form["next"])
        return f"{quote(self.path)}?{urlencode({**kept, 'lang': ''})}"

    def shell(self, template: str, nav: str, status: int = 200, **values: Any) -> Response:
        """A page of the signed-in shell: for a finished and wakeful session alone."""
        demand_member(self.visitor)
        return self.page(template, status, nav=nav, me=self._me(), menu=self._menu(), **values)

    def _noted(self) -> dict[str, Any] | None:
        return self.flash or None

    def _me(self) -> dict[str, str]:
        member = self.member
        return {
            "name": member.name,
            "initials": member.initials,
            "username": member.username,
            "role": member.role.value,
            "account_name": self.visitor.account.name if self.visitor.account else "",
        }

    def _menu(self) -> dict[str, Any]:
        account = self.visitor.account
        if account is None:
            raise AssertionError
        now = self.now

        def allowed(action: Action) -> bool:
            return may(self.member, action, None, account.policy, now)

        sees_staff = allowed(Action.SEE_STAFF)
        return {
            "staff": sees_staff,
            "policy": allowed(Action.CHANGE_POLICY),
            "audit": allowed(Action.SEE_AUDIT),
            "apps": allowed(Action.SEE_APPS),
            "export": allowed(Action.EXPORT_ACCOUNT),
            "staff_count": menu_count(self.ctx, account.id) if sees_staff else None,
        }

    @property
    def member(self) -> Member:
        """The person of this session."""
        if self.visitor.member is None:
            raise NotSignedIn()
        return self.visitor.member

    def said(self, refusal: SparekeyError, field: str = "") -> str:
        """What a form says about a refusal."""
        return self.desk.render.refusal(self.language, refusal, field)

    def errors_of(self, refusal: SparekeyError, field: str = "form") -> dict[str, str]:
        """A refusal as the errors of a form: at its own field, else at `field`."""
        at = refusal.field if isinstance(refusal, BadInput) else field
        return {at: self.said(refusal, at)}

    def finish(self, response: Response) -> Response:
        """Add the cookies that this visit owes."""
        cookies = self.desk.cookies
        if self.token is not None:
            cookies.put(response, cookies.session, self.token, None if self.token else 0)
        if self.is_new_browser:
            cookies.put(response, cookies.browser, self.browser, YEAR)
        if self.flash:
            cookies.put(response, "flash", "", 0)
        if self.resumed:
            cookies.put(response, "resume", "", 0)
        return response


def json_answer(text: str) -> Response:
    """For a page's script."""
    return Response(text, media_type="application/json")


def wait_of(refusal: SparekeyError) -> datetime | None:
    """Until when nothing is taken, where a refusal says so."""
    if isinstance(refusal, TooManyTries):
        return refusal.until
    until = refusal.facts.get("wait_until")
    return until if isinstance(until, datetime) else None


def retry(visit: Visit, response: Response, refusal: SparekeyError) -> Response:
    """The answer to a refusal, telling programs when to come back (RFC 9110, section 10.2.3: whole seconds)."""
    if isinstance(refusal, TooManyTries):
        left = refusal.until - visit.now
        response.headers["retry-after"] = str(max(1, ceil(left.total_seconds())))
    elif refusal.status_hint == HTTPStatus.SERVICE_UNAVAILABLE:
        response.headers["retry-after"] = str(AGAIN_IN)
    return response


def status_of(refusal: SparekeyError) -> int:
    """The status of a form page that shows this refusal: 422 for what can be typed again, else its own."""
    return (
        422
        if isinstance(refusal, BadInput) and refusal.status_hint != HTTPStatus.CONFLICT
        else int(refusal.status_hint)
    )
