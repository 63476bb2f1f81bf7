"""Sign-in, second step, an idle session, *Confirm it's you*, sign-out."""

from collections.abc import Collection
from datetime import timedelta
from typing import Any
from urllib.parse import quote

from starlette.responses import Response

from sparekey.core.contract import Answer
from sparekey.core.sessions import Scope
from sparekey.core.sign_in import Decision, Prove, Rotate
from sparekey.errors import (
    BadInput,
    Busy,
    LinkUnusable,
    SparekeyError,
    TooManyTries,
    WrongProof,
)
from sparekey.flows import sessions, sign_in
from sparekey.flows.checks.questions import Question
from sparekey.flows.checks.sent import on_its_way
from sparekey.flows.context import Started
from sparekey.flows.joining.nobody_yet import waits_for_first_owner
from sparekey.flows.oidc.asked import BY_PASSKEY, PATH
from sparekey.flows.own import apps, passkeys, sent_codes
from sparekey.flows.sign_in import Outcome
from sparekey.web.forms import local_path
from sparekey.web.forward_auth import START
from sparekey.web.pages.onward import app_of
from sparekey.web.visit import Visit, retry, status_of, wait_of

REFUSALS = (WrongProof, TooManyTries, Busy, BadInput)


def show_sign_in(visit: Visit) -> Response:
    session = visit.visitor.session
    if session and session.scope is Scope.FULL and not visit.visitor.is_idle:
        return visit.go(local_path(visit.query.get("next", "")))
    return show_form(visit)


def show_form(
    visit: Visit,
    status: int = 200,
    refusal: SparekeyError | None = None,
    *,
    unknown: str = "",
    **errors: str,
) -> Response:
    """`refusal`: from the third wrong try on, it is said why a right password may be wrong too. `unknown`: what the
    browser may tell its password manager of the passkey that was tried.
    """
    tries_left = refusal.facts.get("tries_left") if refusal else None
    onward = local_path(visit.form.get("next") or visit.query.get("next", ""), "")
    return visit.page(
        "sign_in",
        status,
        tries_left=tries_left,
        is_tried_often=tries_left is not None or (refusal is not None and wait_of(refusal) is not None),
        host=visit.ctx.site.host,
        is_empty=not visit.form and waits_for_first_owner(visit.ctx),
        sign_up=visit.ctx.site.sign_up_is_open,
        next=onward,
        app=app_of(visit.ctx, onward),
        values={"username": visit.form.get("username") or visit.query.get("login_hint", "")},
        unknown=unknown,
        errors=errors,
    )


def begin(visit: Visit) -> Response:
    name, password = visit.form.get("username", ""), visit.form.get("password", "")
    missing = {
        field: visit.said(BadInput(field, reason), field)
        for field, reason, value in (("username", "no_name", name.strip()), ("password", "empty", password))
        if not value
    }
    if missing:
        return show_form(visit, 422, None, **missing)
    try:
        outcome = sign_in.begin(visit.ctx, visit.visitor, name, password)
    except REFUSALS as refusal:
        page = show_form(visit, status_of(refusal), refusal, form=visit.said(refusal))
        return retry(visit, page, refusal)
    return go_on(visit, outcome)


def go_on(visit: Visit, outcome: Outcome) -> Response:
    visit.start(outcome.started)
    onward = local_path(visit.form.get("next") or visit.query.get("next", ""))
    scope = outcome.started.session.scope
    if scope is Scope.HALF:
        step = _first_offered(outcome.decision)
        return visit.go(step + (f"?next={quote(onward)}" if onward != "/" else ""))
    if isinstance(outcome.decision, Rotate):
        return visit.go("/renew/password")
    if outcome.must_change_secret:
        return visit.go("/me/2fa/secret", "factor_suspended")
    if outcome.codes_left is not None:
        return visit.go(
            onward if onward.startswith((PATH, START)) else "/", "backup_code_used", left=outcome.codes_left
        )
    return visit.go(onward)


def _first_offered(decision: Decision) -> str:
    """The page of the app's codes, unless there is no app; a page without script offers all ways from there."""
    answers = decision.answers if isinstance(decision, Prove) else ()
    by_key_alone = Answer.PASSKEY in answers and Answer.CODE not in answers
    return "/sign-in/passkey" if by_key_alone else "/sign-in/code"


def show_code(visit: Visit) -> Response:
    sign_in.demand_half(visit.visitor)
    return show_second(visit, Answer.CODE)


def show_backup(visit: Visit) -> Response:
    sign_in.demand_half(visit.visitor)
    return show_second(visit, Answer.BACKUP_CODE)


_PAGES = {Answer.BACKUP_CODE: "second_step_backup", Answer.PASSKEY: "second_step_passkey"}


def show_second(visit: Visit, answer: Answer, refusal: SparekeyError | None = None) -> Response:
    """The page of one second factor; with a refusal, its sentence, the tries left and the wait."""
    _, member = sign_in.demand_half(visit.visitor)
    field = answer.value
    errors = {field: visit.said(refusal, field)} if refusal else {}
    facts = refusal.facts if refusal else {}
    common = {
        "username": member.username,
        "next": local_path(visit.form.get("next") or visit.query.get("next", ""), ""),
        "errors": errors,
        "tries_left": facts.get("tries_left"),
        "wait_until": wait_of(refusal) if refusal else None,
    }
    status = status_of(refusal) if refusal else 200
    if answer in _PAGES:
        return visit.page(_PAGES[answer], status, **common)
    account = visit.visitor.account
    answers = sign_in.options(visit.ctx, visit.visitor)
    return visit.page(
        "second_step",
        status,
        account_name=account.name if account else "",
        digits=apps.digits(visit.ctx, member),
        has_backup_codes=Answer.BACKUP_CODE in answers,
        has_passkeys=Answer.PASSKEY in answers,
        offers=sent_codes.offers(visit.ctx, visit.visitor),
        remember_days=account.policy.remember_days if account else 0,
        clock_off=timedelta(seconds=facts["seconds"]) if "seconds" in facts else None,
        **common,
    )


def prove_code(visit: Visit) -> Response:
    return _prove(visit, Answer.CODE)


def prove_backup(visit: Visit) -> Response:
    return _prove(visit, Answer.BACKUP_CODE)


def _prove(visit: Visit, answer: Answer) -> Response:
    remember = visit.form.get("remember", "") == "yes"
    text = visit.form.get(answer.value, "")
    if not text.strip():  # costs no try
        return show_second(visit, answer, BadInput(answer.value, "empty"))
    try:
        outcome = sign_in.prove(visit.ctx, visit.visitor, answer, text, remember=remember)
    except LinkUnusable:
        return show_second(visit, answer, WrongProof(reason="expired"))
    except REFUSALS as refusal:
        return retry(visit, show_second(visit, answer, refusal), refusal)
    return go_on(visit, outcome)


def show_reopen(visit: Visit) -> Response:
    return _reopen(visit)


def _reopen(visit: Visit, status: int = 200, **errors: str) -> Response:
    _, sleeper = sessions.demand_finished(visit.visitor)
    return visit.page(
        "reopen",
        status,
        username=sleeper.username,
        next=local_path(visit.form.get("next") or visit.query.get("next", "")),
        has_passkeys=Answer.PASSKEY in sessions.own_answers(visit.ctx, sleeper),
        errors=errors,
    )


def reopen(visit: Visit) -> Response:
    sessions.demand_finished(visit.visitor)
    answer = passkey_answered(visit)
    try:
        if answer:
            started = passkeys.wake(visit.ctx, visit.visitor, answer)
        else:
            started = sessions.wake(visit.ctx, visit.visitor, visit.form.get("password", ""))
    except REFUSALS as refusal:
        field = "form" if answer else "password"
        page = _reopen(visit, status_of(refusal), **{field: visit.said(refusal, field)})
        return retry(visit, page, refusal)
    visit.start(started)
    return visit.go(local_path(visit.form.get("next", "")))


def show_confirm(visit: Visit) -> Response:
    sessions.demand_member(visit.visitor)
    return show_confirm_with(visit)


def passkey_answered(visit: Visit) -> str:
    """The passkey's answer, where a form was answered with one."""
    return visit.form.get(Answer.PASSKEY.value, "")


def way_asked(visit: Visit, answers: Collection[Answer]) -> Answer:
    """What a form has fields for: what was chosen, else the app, else what there is.

    A passkey where it is all there is: then there is a button alone.
    """
    typed = (Answer.CODE, Answer.BACKUP_CODE, Answer.SMS_CODE)
    if answers and not set(typed) & set(answers):
        return Answer.PASSKEY
    wanted = visit.form.get("way") or visit.query.get("way", "")
    there = [one for one in typed if one in answers]
    return next((one for one in there if one.value == wanted), (*there, Answer.CODE)[0])


def way_answered(visit: Visit) -> tuple[Answer, str]:
    """With which second factor a form was answered, and the answer."""
    by_key = passkey_answered(visit)
    if by_key:
        return Answer.PASSKEY, by_key
    others = (Answer.BACKUP_CODE, Answer.SMS_CODE)
    way = next((one for one in others if visit.form.get(one.value)), Answer.CODE)
    return way, visit.form.get(way.value, "")


def possible_to_confirm(visit: Visit) -> tuple[Answer, ...]:
    """In which fields this person can confirm that it is them, now."""
    answers = sessions.answers_for_step_up(visit.ctx, visit.visitor)
    sendable = {one.answer for one in sent_codes.offers(visit.ctx, visit.visitor, second_only=True)}
    return tuple(one for one in answers if one is not Answer.SMS_CODE or one in sendable)


def offered(visit: Visit, answers: Collection[Answer]) -> dict[str, Any]:
    """What a form that asks for a second factor must know: the fields, and what there is beside them."""
    return {
        "way": way_asked(visit, answers).value,
        "has_codes": Answer.CODE in answers,
        "has_backup_codes": Answer.BACKUP_CODE in answers,
        "has_passkeys": Answer.PASSKEY in answers,
    }


def offered_to_confirm(visit: Visit) -> dict[str, Any]:
    """The same for whoever confirms that it is them."""
    digits = apps.digits(visit.ctx, visit.member)
    return {**offered(visit, possible_to_confirm(visit)), "digits": digits}


def text_to_confirm(visit: Visit, way: str) -> dict[str, Any]:
    """Where a text message would go, and the code that is on its way."""
    offers = sent_codes.offers(visit.ctx, visit.visitor, second_only=True)
    sent = None
    if way == Answer.SMS_CODE:
        sent = on_its_way(visit.ctx, visit.visitor, Question.CONFIRM, Answer.SMS_CODE)
    return {
        "number": offers[0].ending if offers else "",
        "sent": sent,
    }


_WHY = (
    ("/me/2fa/secret", "secret"),
    ("/me/2fa/codes", "codes"),
    ("/me/password", "password"),
    ("/me/sessions", "sessions"),
    ("/contacts/", "staff"),
    ("/account/policy", "policy"),
    ("/account/audit", "audit"),
    ("/me/export", "export"),
    ("/account/export", "export"),
    ("/account/apps", "apps"),
    ("/device", "device"),
    (PATH, "app"),
    (START, "app"),
)


def _why(onward: str) -> str:
    """What the confirmation is for."""
    if onward.startswith("/me/2fa/") and onward.endswith("/secret"):
        return "secret"
    return next((word for start, word in _WHY if onward.startswith(start)), "other")


def show_confirm_with(visit: Visit, status: int = 200, **errors: str) -> Response:
    onward = local_path(visit.form.get("next") or visit.query.get("next", ""))
    by_passkey = onward.startswith((PATH, START)) and onward.endswith(BY_PASSKEY)
    offer = offered(visit, (Answer.PASSKEY,)) if by_passkey else offered_to_confirm(visit)
    return visit.shell(
        "step_up",
        "profile",
        status,
        next=onward,
        why="app_passkey" if by_passkey else _why(onward),
        app=app_of(visit.ctx, onward),
        **offer,
        **text_to_confirm(visit, offer["way"]),
        errors=errors,
    )


def confirm(visit: Visit) -> Response:
    try:
        confirm_now(visit)
    except REFUSALS as refusal:
        page = show_confirm_with(visit, status_of(refusal), **confirm_errors(visit, refusal))
        return retry(visit, page, refusal)
    return visit.go(local_path(visit.form.get("next", "")))


def confirm_now(visit: Visit) -> None:
    """Check the passkey of a form, or its password and second factor, and go on under the new session."""
    by_key = passkey_answered(visit)
    if by_key:
        _go_on_confirmed(visit, passkeys.confirm(visit.ctx, visit.visitor, by_key))
        return
    password, (way, text) = visit.form.get("password", ""), way_answered(visit)
    for field, value in (("password", password), (way.value, text)):
        if not value.strip():
            raise BadInput(field, "empty")
    _go_on_confirmed(visit, sessions.confirm(visit.ctx, visit.visitor, password, way, text))


def _go_on_confirmed(visit: Visit, started: Started) -> None:
    visit.start(started)
    visit.visitor = sessions.recognise(visit.ctx, visit.visitor, started.token)


def confirm_errors(visit: Visit, refusal: SparekeyError) -> dict[str, str]:
    """At the field that was wrong: a reason belongs to the second factor, none to the password."""
    if isinstance(refusal, BadInput):
        return visit.errors_of(refusal)
    if isinstance(refusal, WrongProof) and not passkey_answered(visit):
        way, _ = way_answered(visit)
        field = way.value if refusal.reason else "password"
        return {field: visit.said(refusal, field)}
    return {"form": visit.said(refusal)}


def sign_out(visit: Visit) -> Response:
    sessions.sign_out(visit.ctx, visit.visitor)
    visit.start(None)
    return visit.go("/signed-out")


def show_signed_out(visit: Visit) -> Response:
    return visit.page("message", code="signed_out", href="/sign-in", text="")
