"""For who cannot get in: what to try, forgotten password, *This wasn't me*."""

from typing import Any

from starlette.background import BackgroundTask
from starlette.responses import Response

from sparekey.core.contract import Answer
from sparekey.core.people import Member
from sparekey.core.sessions import Scope
from sparekey.errors import BadInput, WrongProof
from sparekey.flows import not_me, password_link
from sparekey.flows.not_me import Question, Reach
from sparekey.web.pages.sign_in import REFUSALS, offered, way_answered
from sparekey.web.pages.their_language import in_language_of
from sparekey.web.visit import Visit, json_answer, retry, status_of


def show_recover(visit: Visit) -> Response:
    return visit.page("recover")


def show_help(visit: Visit) -> Response:
    """The help article: in the shell for who is signed in, else the page that needs no sign-in."""
    session = visit.visitor.session
    if session is None or session.scope is not Scope.FULL or visit.visitor.is_idle:
        return visit.go("/recover")
    return visit.shell("help", "help")


def show_forgot(visit: Visit) -> Response:
    return visit.page("forgot_password", values={"username": visit.form.get("username", "")})


def ask_link(visit: Visit) -> Response:
    name = visit.form.get("username", "")
    if not name.strip():
        errors = {"username": visit.said(BadInput("username", "no_name"), "username")}
        return visit.page("forgot_password", 422, errors=errors, values={"username": ""})
    password_link.admit(visit.ctx, visit.visitor)
    response = visit.go("/forgot-password/sent")
    response.background = BackgroundTask(password_link.ask, visit.ctx, visit.visitor, name)
    return response


def show_link_sent(visit: Visit) -> Response:
    return visit.page("forgot_password_sent")


def show_new_password(visit: Visit) -> Response:
    member = password_link.look(visit.ctx, visit.visitor, visit.params["token"])
    return in_language_of(visit, member.language, lambda: _new_password(visit, member))


def _new_password(visit: Visit, member: Member, status: int = 200, **errors: str) -> Response:
    return visit.page(
        "forgot_password_new",
        status,
        username=member.username,
        **offered(visit, password_link.answers(visit.ctx, member)),
        errors=errors,
    )


def ask_passkey(visit: Visit) -> Response:
    return json_answer(password_link.to_renew(visit.ctx, visit.visitor, visit.params["token"]))


def put_new_password(visit: Visit) -> Response:
    proof = way_answered(visit)
    new = visit.form.get("new_password", "")
    try:
        password_link.renew(visit.ctx, visit.visitor, visit.params["token"], new, proof)
    except REFUSALS as refusal:
        by_field = isinstance(refusal, WrongProof) and proof[0] is not Answer.PASSKEY
        field = proof[0].value if by_field else "form"
        member = password_link.look(visit.ctx, visit.visitor, visit.params["token"])
        page = _new_password(visit, member, status_of(refusal), **visit.errors_of(refusal, field))
        return retry(visit, page, refusal)
    visit.start(None)
    return visit.go("/sign-in", "password_changed")


def show_not_me(visit: Visit) -> Response:
    asked = not_me.ask(visit.ctx, visit.visitor, visit.params["token"])
    return in_language_of(visit, asked.language, lambda: _question(visit, asked))


def _question(visit: Visit, asked: Question) -> Response:
    if asked.reach is Reach.WARNS_OWNERS:
        return _late(visit, asked, warned=False)
    facts: dict[str, Any] = {"asked_at": asked.at, "what": asked.what, "has_owners": asked.has_owners}
    return visit.page("not_me", username=asked.username, **facts)


def _late(visit: Visit, asked: Question, *, warned: bool) -> Response:
    facts: dict[str, Any] = {"done_at": asked.at, "has_owners": asked.has_owners, "warned": warned}
    return visit.page("not_me_late", username=asked.username, **facts)


def stop(visit: Visit) -> Response:
    token = visit.params["token"]
    asked = not_me.ask(visit.ctx, visit.visitor, token)
    stopped = not_me.stop(visit.ctx, visit.visitor, token)
    if stopped.reach is Reach.WARNS_OWNERS:
        return _late(visit, asked, warned=True)
    facts: dict[str, Any] = {
        "what": asked.what,
        "has_owners": asked.has_owners,
        "signed_out": stopped.is_signed_out,
        "factor_back": stopped.is_factor_back,
    }
    return visit.page("not_me_done", username=asked.username, **facts)
