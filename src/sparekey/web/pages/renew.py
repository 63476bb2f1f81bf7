"""The forced change: New password, New secret, Verify, Done."""

from starlette.responses import Response

from sparekey.core.recovery_case import Delivery
from sparekey.errors import BadInput, Conflict
from sparekey.flows import rotate
from sparekey.flows.joining import setup
from sparekey.web.pages import sheets
from sparekey.web.pages.own.apps import chosen_thing, place_values
from sparekey.web.visit import Visit, status_of


def show_password(visit: Visit) -> Response:
    """Whoever chose a password already goes on with the secret, unless they want another password."""
    if "change" not in visit.query and rotate.step_reached(visit.ctx, visit.visitor) == "secret":
        return visit.go("/renew/secret")
    return _password(visit)


def _password(visit: Visit, status: int = 200, **errors: str) -> Response:
    _, member = rotate.demand_rotation(visit.visitor)
    return visit.page(
        "renew_password",
        status,
        username=member.username,
        until=rotate.ends_at(visit.visitor),
        why=_WHY.get(rotate.handed_over_by(visit.ctx, visit.visitor) or Delivery.SCREEN, "handed_over"),
        again=rotate.began_again(visit.visitor),
        errors=errors,
    )


_WHY = {Delivery.LINK: "link", Delivery.CURRENT: "exposed"}


def put_password(visit: Visit) -> Response:
    try:
        rotate.stage_password(visit.ctx, visit.visitor, visit.form.get("new_password", ""))
    except BadInput as refusal:
        return _password(visit, status_of(refusal), **visit.errors_of(refusal))
    return visit.go("/renew/secret")


def show_secret(visit: Visit) -> Response:
    account, member = rotate.demand_rotation(visit.visitor)
    if rotate.step_reached(visit.ctx, visit.visitor) == "password":
        return visit.go("/renew/password")
    shown = rotate.propose(visit.ctx, visit.visitor)
    secret = sheets.secret_values(visit, shown, account.name, member.username)
    return visit.page("renew_secret", username=member.username, secret=secret)


def show_verify(visit: Visit) -> Response:
    if rotate.step_reached(visit.ctx, visit.visitor) == "password":
        return visit.go("/renew/password")
    return _verify(visit)


def _verify(visit: Visit, status: int = 200, **errors: str) -> Response:
    account, member = rotate.demand_rotation(visit.visitor)
    return visit.page(
        "renew_verify",
        status,
        username=member.username,
        issuer=account.name,
        errors=errors,
        **place_values(visit),
    )


def verify(visit: Visit) -> Response:
    try:
        code, thing = visit.form.get("code", ""), chosen_thing(visit)
        visit.start(rotate.commit(visit.ctx, visit.visitor, code, thing))
    except BadInput as refusal:
        return _verify(visit, status_of(refusal), **visit.errors_of(refusal))
    except Conflict as refusal:
        if refusal.reason == "pending_expired":
            return visit.go("/renew/secret")
        if refusal.reason == "password_first":
            return visit.go("/renew/password")
        raise
    return visit.go("/renew/done")


def show_done(visit: Visit) -> Response:
    return _done(visit)


def _done(visit: Visit, status: int = 200, **errors: str) -> Response:
    codes = rotate.shown_codes(visit.ctx, visit.visitor)
    username = visit.member.username
    return visit.page("renew_done", status, username=username, codes=codes, proved=False, errors=errors)


def prove_codes(visit: Visit) -> Response:
    try:
        setup.prove_saved(visit.ctx, visit.visitor, visit.form.get("backup_code", ""))
    except BadInput as refusal:
        return _done(visit, status_of(refusal), **visit.errors_of(refusal))
    visit.start(None)
    return visit.page("renew_done", username=visit.member.username, codes=[], proved=True)
