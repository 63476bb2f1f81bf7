"""Codes by text message and by e-mail: the second step, the confirmation, and where they are to go.

Sending is a post that leads back to a page, so that reloading the page sends nothing again and shows how far the
message has come.
"""

from collections.abc import Callable
from functools import partial
from urllib.parse import quote

from starlette.responses import Response

from sparekey.core.contract import Answer
from sparekey.errors import BadInput, Conflict, NotAllowed, SparekeyError, TooManyTries
from sparekey.flows import sessions, sign_in
from sparekey.flows.checks.questions import Question
from sparekey.flows.checks.sent import on_its_way
from sparekey.flows.own import sent_codes
from sparekey.flows.own.sent_codes import Wanted
from sparekey.web.door import Asks, Handler, Way
from sparekey.web.forms import local_path
from sparekey.web.pages.own.ways import PROFILE
from sparekey.web.pages.sign_in import REFUSALS, go_on, show_confirm_with
from sparekey.web.visit import Visit, retry, status_of, wait_of

PATHS = {Answer.SMS_CODE: "sms", Answer.EMAIL_CODE: "email-code"}
_REFUSED = (BadInput, Conflict, TooManyTries)


def _onward(visit: Visit) -> str:
    return local_path(visit.form.get("next") or visit.query.get("next", ""), "")


def _with_next(visit: Visit, path: str) -> str:
    onward = _onward(visit)
    return f"{path}?next={quote(onward)}" if onward else path


def show_second(answer: Answer, visit: Visit) -> Response:
    return _second(visit, answer)


def _second(visit: Visit, answer: Answer, refusal: SparekeyError | None = None) -> Response:
    _, member = sign_in.demand_half(visit.visitor)
    offers = sent_codes.offers(visit.ctx, visit.visitor)
    response = visit.page(
        "second_step_sent",
        status_of(refusal) if refusal else 200,
        username=member.username,
        answer=answer.value,
        ending=next((one.ending for one in offers if one.answer is answer), ""),
        sent=on_its_way(visit.ctx, visit.visitor, Question.SECOND, answer),
        next=_onward(visit),
        errors={answer.value: visit.said(refusal, answer.value)} if refusal else {},
        tries_left=refusal.facts.get("tries_left") if refusal else None,
        wait_until=wait_of(refusal) if refusal and refusal.reason != "codes" else None,
    )
    return retry(visit, response, refusal) if refusal else response


def send_second(answer: Answer, visit: Visit) -> Response:
    try:
        sent_codes.to_prove(visit.ctx, visit.visitor, answer)
    except _REFUSED as refusal:
        return _second(visit, answer, refusal)
    return visit.go(_with_next(visit, f"/sign-in/{PATHS[answer]}"))


def prove_second(answer: Answer, visit: Visit) -> Response:
    text = visit.form.get(answer.value, "")
    if not text.strip():  # costs no try
        return _second(visit, answer, BadInput(answer.value, "empty"))
    try:
        outcome = sign_in.prove(visit.ctx, visit.visitor, answer, text)
    except REFUSALS as refusal:
        return _second(visit, answer, refusal)
    return go_on(visit, outcome)


def back_to_second(answer: Answer, visit: Visit) -> Response:
    sign_in.demand_half(visit.visitor)
    return visit.go(_with_next(visit, f"/sign-in/{PATHS[answer]}"))


def send_to_confirm(visit: Visit) -> Response:
    onward = local_path(visit.form.get("next") or visit.query.get("next", ""))
    try:
        sent_codes.to_confirm(visit.ctx, visit.visitor, Answer.SMS_CODE)
    except _REFUSED as refusal:
        page = show_confirm_with(visit, status_of(refusal), form=visit.said(refusal))
        return retry(visit, page, refusal)
    return visit.go(f"/me/confirm?next={quote(onward)}&way={Answer.SMS_CODE}")


def back_to_profile(visit: Visit) -> Response:
    sessions.demand_member(visit.visitor)
    return visit.go("/me")


def show_new(answer: Answer, visit: Visit) -> Response:
    return _new(visit, answer)


def _new(visit: Visit, answer: Answer, status: int = 200, **errors: str) -> Response:
    present = sent_codes.receiver(visit.ctx, visit.visitor, answer)
    return visit.shell(
        "receiver",
        "profile",
        status,
        answer=answer.value,
        ending=present.ending,
        why_not=present.why_not,
        email=sent_codes.mailbox(visit.member),
        errors=errors,
    )


def begin(answer: Answer, visit: Visit) -> Response:
    wanted = Wanted(visit.form.get("number", ""), visit.form.get("accept_risk") == "yes")
    try:
        sent_codes.begin(visit.ctx, visit.visitor, answer, wanted)
    except _REFUSED as refusal:
        page = _new(visit, answer, status_of(refusal), **visit.errors_of(refusal))
        return retry(visit, page, refusal)
    except NotAllowed as refusal:
        if refusal.reason not in sent_codes.WHY_NOT:
            raise
        return _new(visit, answer, status_of(refusal))
    return visit.go(f"/me/2fa/{PATHS[answer]}/code")


def show_code(answer: Answer, visit: Visit) -> Response:
    return _code(visit, answer)


def _code(visit: Visit, answer: Answer, status: int = 200, **errors: str) -> Response:
    sent_codes.receiver(visit.ctx, visit.visitor, answer)
    sent = on_its_way(visit.ctx, visit.visitor, Question.NEW, answer)
    return visit.shell("receiver_code", "profile", status, answer=answer.value, sent=sent, errors=errors)


def finish(answer: Answer, visit: Visit) -> Response:
    text = visit.form.get(answer.value, "")
    try:
        if not text.strip():
            raise BadInput(answer.value, "empty")
        sent_codes.finish(visit.ctx, visit.visitor, answer, text)
    except BadInput as refusal:
        return _code(visit, answer, status_of(refusal), **visit.errors_of(refusal))
    except (Conflict, NotAllowed) as refusal:
        if refusal.reason not in {*sent_codes.WHY_NOT, "no_receiver"}:
            raise
        return _code(visit, answer, status_of(refusal), form=visit.said(refusal))
    return visit.go(PROFILE, f"{answer.value}_added")


def _ways(answer: Answer, path: str) -> tuple[Way, ...]:
    def of(handler: Callable[[Answer, Visit], Response]) -> Handler:
        return partial(handler, answer)

    return (
        Way(f"/sign-in/{path}", of(show_second), of(prove_second), asks=Asks.HALF),
        Way(f"/sign-in/{path}/send", of(back_to_second), of(send_second), asks=Asks.HALF),
        Way(f"/me/2fa/{path}", of(show_new), of(begin), asks=Asks.FRESH),
        Way(f"/me/2fa/{path}/code", of(show_code), of(finish), asks=Asks.FRESH),
    )


SENT_CODES = (
    *(way for answer, path in PATHS.items() for way in _ways(answer, path)),
    Way("/me/confirm/sms", back_to_profile, send_to_confirm, asks=Asks.SESSION),
)
