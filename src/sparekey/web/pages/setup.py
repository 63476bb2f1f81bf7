"""One-time links and the first set-up: password, authenticator app, backup codes, done."""

from collections.abc import Callable
from typing import Any

from starlette.responses import Response

from sparekey.core.sessions import Scope
from sparekey.errors import BadInput, Conflict, NotSignedIn, SparekeyError, TooManyTries
from sparekey.flows import rotate
from sparekey.flows.joining import Purpose, brought, setup
from sparekey.flows.joining.setup import Details, Opened, Progress
from sparekey.web.pages import sheets
from sparekey.web.pages.own.apps import chosen_thing, place_values
from sparekey.web.pages.sign_in import REFUSALS
from sparekey.web.pages.their_language import in_language_of
from sparekey.web.visit import Visit, retry, status_of

_PURPOSES = {Purpose.LOST_FACTOR: "lost"}
"""Where the pages use another word than the flows."""


def show_link(visit: Visit) -> Response:
    opened = setup.open_link(visit.ctx, visit.visitor, visit.params["token"])
    return in_language_of(
        visit, opened.member.language if opened.member else None, lambda: _link(visit, opened)
    )


def _link(visit: Visit, opened: Opened, status: int = 200, **errors: str) -> Response:
    member = opened.member
    person = {"first_name": member.first_name, "username": member.username} if member else None
    return visit.page(
        "setup_link",
        status,
        until=opened.until,
        purpose=_PURPOSES.get(opened.purpose, opened.purpose.value),
        person=person,
        account_name=opened.account_name,
        errors=errors,
    )


def accept(visit: Visit) -> Response:
    token = visit.params["token"]
    opened = setup.open_link(visit.ctx, visit.visitor, token)
    if opened.purpose is not Purpose.LOST_FACTOR:
        visit.start(setup.accept(visit.ctx, visit.visitor, token))
        return visit.go("/setup/password")
    password = visit.form.get("password", "")
    try:
        if not password:
            raise BadInput("password", "empty")
        visit.start(setup.accept_lost(visit.ctx, visit.visitor, token, password))
    except REFUSALS as refusal:
        said = visit.said(refusal, "password")
        return retry(visit, _link(visit, opened, status_of(refusal), password=said), refusal)
    return visit.go("/renew/password")


def _at(visit: Visit, *steps: str) -> Progress:
    """How far the set-up is, if this page is open now; otherwise `Elsewhere` leads on."""
    progress = setup.progress(visit.ctx, visit.visitor)
    if progress.next not in steps:
        raise Elsewhere(progress.next)
    return progress


class Elsewhere(SparekeyError):
    """Another step of the set-up is next."""

    def __init__(self, step: str) -> None:
        super().__init__()
        self.path = {"details": "/setup/password", "codes": "/setup/codes"}.get(step, f"/setup/{step}")


def in_order(handler: Callable[[Visit], Response]) -> Callable[[Visit], Response]:
    """Lead to the step that is next, where a page is opened too early or too late."""

    def led(visit: Visit) -> Response:
        try:
            return handler(visit)
        except Elsewhere as elsewhere:
            return visit.go(elsewhere.path)

    return led


def _is_again(progress: Progress) -> bool:
    """Somebody gets back in, who was here before."""
    return progress.purpose not in setup.SIGNS_IN


@in_order
def show_password(visit: Visit) -> Response:
    return _password(visit, _at(visit, "details", "password", "app"))


def _password(visit: Visit, progress: Progress, status: int = 200, **errors: str) -> Response:
    values = {"email": progress.email, **visit.form}
    return visit.page(
        "setup_password",
        status,
        again=_is_again(progress),
        first_owner=progress.purpose in setup.WITHOUT_MEMBER,
        has_email=progress.purpose is Purpose.SIGN_UP,
        username=progress.username if progress.purpose not in setup.WITHOUT_MEMBER else "",
        values={name: values.get(name, "") for name in ("account_name", "name", "username", "email")},
        errors=errors,
    )


@in_order
def put_password(visit: Visit) -> Response:
    progress = _at(visit, "details", "password", "app")
    form = visit.form
    try:
        if progress.purpose in setup.WITHOUT_MEMBER:
            details = Details(
                form.get("account_name", ""),
                form.get("name", ""),
                form.get("username", ""),
                form.get("email", ""),
                visit.language,
            )
            setup.stage_details(visit.ctx, visit.visitor, details)
        setup.stage_password(visit.ctx, visit.visitor, form.get("new_password", ""))
    except (BadInput, TooManyTries) as refusal:
        return retry(
            visit, _password(visit, progress, status_of(refusal), **visit.errors_of(refusal)), refusal
        )
    return visit.go("/setup/app")


@in_order
def show_app(visit: Visit) -> Response:
    return _app(visit, _at(visit, "app"))


def _app(visit: Visit, progress: Progress, status: int = 200, **errors: str) -> Response:
    if brought.is_asked_for(visit.ctx, visit.visitor):
        username = progress.username
        return visit.page("setup_app_kept", status, username=username, errors=errors, **place_values(visit))
    shown = setup.propose(visit.ctx, visit.visitor)
    secret = sheets.secret_values(visit, shown, progress.account_name, progress.username)
    return visit.page(
        "setup_app",
        status,
        again=_is_again(progress),
        username=progress.username,
        secret=secret,
        errors=errors,
        **place_values(visit),
    )


@in_order
def another_app(visit: Visit) -> Response:
    """The app that came along is not there any more."""
    _at(visit, "app")
    brought.set_up_another(visit.ctx, visit.visitor)
    return visit.go("/setup/app")


@in_order
def verify_app(visit: Visit) -> Response:
    progress = _at(visit, "app")
    try:
        code, thing = visit.form.get("code", ""), chosen_thing(visit)
        visit.start(setup.commit(visit.ctx, visit.visitor, code, thing))
    except BadInput as refusal:
        return _app(visit, progress, status_of(refusal), **visit.errors_of(refusal))
    except Conflict as refusal:
        if refusal.reason != "pending_expired":
            raise
        return _app(visit, progress, 409, code=visit.said(refusal, "code"))
    return visit.go("/setup/codes")


@in_order
def show_codes(visit: Visit) -> Response:
    return _codes(visit, _at(visit, "codes"))


def _codes(visit: Visit, progress: Progress, status: int = 200, **errors: str) -> Response:
    codes = rotate.shown_codes(visit.ctx, visit.visitor)
    return visit.page(
        "setup_codes",
        status,
        again=_is_again(progress),
        username=progress.username,
        codes=codes,
        errors=errors,
    )


@in_order
def prove_codes(visit: Visit) -> Response:
    progress = _at(visit, "codes")
    try:
        started = setup.prove_saved(visit.ctx, visit.visitor, visit.form.get("backup_code", ""))
    except BadInput as refusal:
        return _codes(visit, progress, status_of(refusal), **visit.errors_of(refusal))
    return _done(visit, started)


@in_order
def skip_codes(visit: Visit) -> Response:
    _at(visit, "codes")
    return _done(visit, setup.leave(visit.ctx, visit.visitor))


def _done(visit: Visit, started: Any) -> Response:
    visit.start(started)
    return visit.go("/setup/done") if started else visit.go("/sign-in", "set_up_again")


def codes_sheet(visit: Visit) -> Response:
    """The recovery sheet of the codes that are being shown."""
    codes = rotate.shown_codes(visit.ctx, visit.visitor)
    return sheets.recovery_sheet(visit, codes, back=visit.path.rsplit("/", 1)[0])


def codes_file(visit: Visit) -> Response:
    return sheets.codes_file(visit, rotate.shown_codes(visit.ctx, visit.visitor))


def secret_file(visit: Visit) -> Response:
    """The pending secret of a set-up or forced change as text or picture."""
    session = visit.visitor.session
    if session is None or session.scope not in {Scope.ENROL, Scope.ROTATE}:
        raise NotSignedIn()
    flow = setup if session.scope is Scope.ENROL else rotate
    return sheets.secret_file(visit, flow.propose(visit.ctx, visit.visitor))
