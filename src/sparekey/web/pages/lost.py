"""For who cannot get in: what to try, forgotten password, *This wasn't me*."""

from starlette.background import BackgroundTask
from starlette.responses import Response

from sparekey.core.contract import Answer
from sparekey.core.sessions import Scope
from sparekey.errors import BadInput, WrongProof
from sparekey.flows import not_me, password_link
from sparekey.flows.not_me import Reach
from sparekey.web.pages.sign_in import REFUSALS, retry
from sparekey.web.visit import Visit, status_of


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
        errors = {"username": visit.said(BadInput("username", "empty"), "username")}
        return visit.page("forgot_password", 422, errors=errors, values={"username": ""})
    password_link.admit(visit.ctx, visit.visitor)
    response = visit.go("/forgot-password/sent")
    response.background = BackgroundTask(password_link.ask, visit.ctx, visit.visitor, name)
    return response


def show_link_sent(visit: Visit) -> Response:
    return visit.page("forgot_password_sent")


def show_new_password(visit: Visit) -> Response:
    return _new_password(visit)


def _new_password(visit: Visit, status: int = 200, **errors: str) -> Response:
    member = password_link.look(visit.ctx, visit.visitor, visit.params["token"])
    answers = password_link.answers(visit.ctx, member)
    wanted = visit.query.get("way") or visit.form.get("way", "")
    by_code = Answer.BACKUP_CODE in answers and (
        wanted == Answer.BACKUP_CODE.value or Answer.CODE not in answers
    )
    way = Answer.BACKUP_CODE if by_code else Answer.CODE
    return visit.page("forgot_password_new", status, username=member.username, way=way.value, errors=errors)


def put_new_password(visit: Visit) -> Response:
    way = Answer.BACKUP_CODE if visit.form.get(Answer.BACKUP_CODE.value) else Answer.CODE
    proof = (way, visit.form.get(way.value, ""))
    new = visit.form.get("new_password", "")
    try:
        password_link.renew(visit.ctx, visit.visitor, visit.params["token"], new, proof)
    except REFUSALS as refusal:
        field = way.value if isinstance(refusal, WrongProof) else "form"
        page = _new_password(visit, status_of(refusal), **visit.errors_of(refusal, field))
        return retry(visit, page, refusal)
    visit.start(None)
    return visit.go("/sign-in", "password_changed")


def show_not_me(visit: Visit) -> Response:
    asked = not_me.ask(visit.ctx, visit.visitor, visit.params["token"])
    if asked.reach is Reach.WARNS_OWNERS:
        return visit.page("not_me_late", username=asked.username, done_at=asked.at, warned=False)
    return visit.page("not_me", username=asked.username, asked_at=asked.at, what=asked.what)


def stop(visit: Visit) -> Response:
    token = visit.params["token"]
    asked = not_me.ask(visit.ctx, visit.visitor, token)
    stopped = not_me.stop(visit.ctx, visit.visitor, token)
    if stopped.reach is Reach.WARNS_OWNERS:
        return visit.page("not_me_late", username=asked.username, done_at=asked.at, warned=True)
    return visit.page(
        "not_me_done",
        username=asked.username,
        signed_out=stopped.reach is Reach.SIGNS_OUT,
        factor_back=stopped.is_factor_back,
    )
