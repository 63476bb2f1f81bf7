"""Letting a colleague back in, from the profile: asked for, looked at, taken back, or everything reset.

One form asks how the helper knows that it is really them and, unless the last five minutes have seen it
already, for the helper's own password and second factor. What was handed over has addresses without any secret
in them, and is shown only while its view is open.
"""

from dataclasses import dataclass
from typing import Any

from starlette.responses import Response

from sparekey.core.contract import Answer
from sparekey.core.people import Member
from sparekey.core.permissions import Action
from sparekey.core.proofs import is_fresh
from sparekey.core.recovery_case import Delivery, How
from sparekey.errors import BadInput, Conflict, LinkUnusable, NotFound, TooManyTries
from sparekey.flows import recover, reset
from sparekey.flows.own import sent_codes
from sparekey.flows.recover import Request, Secret, read_lost
from sparekey.flows.team import Profile
from sparekey.web.door import Asks, Way, keep_typed
from sparekey.web.pages import sheets
from sparekey.web.pages.sign_in import (
    REFUSALS,
    confirm_errors,
    confirm_now,
    offered_to_confirm,
    passkey_answered,
    text_to_confirm,
)
from sparekey.web.pages.staff import (
    LIST,
    about_person,
    back_to_person,
    demand_possible,
    look,
    path_of,
    profile_values,
    ways_values,
)
from sparekey.web.pages.staff_edit import looked_at, typed
from sparekey.web.visit import Visit, retry, status_of

CHECKS = {how.value: how for how in How}
"""What a helper may answer."""
REVEALS = ("show", "download", "email")
DONE = {"link": "link_sent", "email": "secret_sent"}
"""What nobody needs to look at: the note about it."""
FILES = {"secret.txt": "txt", "qr-code.svg": "svg", "qr-code.png": "png"}


@dataclass(frozen=True)
class Ask:
    """What the form is about: a link, or a secret that is shown, downloaded or mailed."""

    seen: Profile
    then: str

    @property
    def delivery(self) -> Delivery:
        if self.then == "link":
            return Delivery.LINK
        if self.then == "email":
            return Delivery.MAIL
        return Delivery.CURRENT if self.seen.reveals_current else Delivery.SCREEN

    @property
    def action(self) -> Action:
        return Action.SEND_LINK if self.then == "link" else Action.HAND_SECRET

    @property
    def asks_how(self) -> bool:
        """The same helper is not asked again within five minutes."""
        return self.seen.case is None or not self.seen.case.is_reason_fresh


def _is_fresh(visit: Visit) -> bool:
    session = visit.visitor.session
    return session is not None and is_fresh(session.proofs, visit.now)


def _asked(visit: Visit, then: str) -> Ask:
    ask = Ask(look(visit), then)
    demand_possible(ask.seen, ask.action)
    return ask


def _then(visit: Visit) -> str:
    """What the helper wants of a secret; anything unknown shows it."""
    wanted = visit.form.get("then") or visit.query.get("then", "")
    return wanted if wanted in REVEALS else "show"


@about_person
def show_reveal(visit: Visit) -> Response:
    ask = _asked(visit, _then(visit))
    return _form(visit, ask, asks_how=ask.asks_how)


@about_person
def show_link(visit: Visit) -> Response:
    ask = _asked(visit, "link")
    return _form(visit, ask, asks_how=ask.asks_how)


def _form(visit: Visit, ask: Ask, status: int = 200, *, asks_how: bool, **errors: str) -> Response:
    offer = offered_to_confirm(visit)
    typed = {**visit.resumed, **visit.form}
    return visit.shell(
        "staff_confirm",
        "staff",
        status,
        person=ask.seen.member,
        then=ask.then,
        is_fresh=_is_fresh(visit),
        **offer,
        **text_to_confirm(visit, offer["way"]),
        reveals_current=ask.delivery is Delivery.CURRENT,
        ask_how=asks_how,
        things=[thing.value for thing in ask.seen.things_to_lose],
        values={name: typed.get(name, "") for name in ("how", "lost", "stolen")},
        errors=errors,
    )


@about_person
def reveal(visit: Visit) -> Response:
    return _hand(visit, _asked(visit, _then(visit)))


@about_person
def send_link(visit: Visit) -> Response:
    return _hand(visit, _asked(visit, "link"))


def _hand(visit: Visit, ask: Ask) -> Response:
    """Confirm who helps where that is due, then hand over what was asked for."""
    if not _is_fresh(visit):
        if visit.form.get("send") == Answer.SMS_CODE:
            return _send_text(visit, ask)
        if "password" not in visit.form and not passkey_answered(visit):
            return _form(visit, ask, 403, asks_how=ask.asks_how)
        refused = _confirm(visit, ask)
        if refused is not None:
            return refused
    try:
        request = Request(
            ask.delivery,
            CHECKS.get(visit.form.get("how", "")),
            is_stolen=visit.form.get("stolen") == "yes",
            lost=read_lost(visit.form.get("lost", "")),
        )
        recover.help_back_in(visit.ctx, visit.visitor, ask.seen.member.id, request)
    except BadInput as refusal:
        return _form(visit, ask, status_of(refusal), asks_how=True, **visit.errors_of(refusal))
    who = ask.seen.member
    if ask.then in DONE:
        return visit.go(path_of(who, "#two-factor"), DONE[ask.then])
    return visit.go(path_of(who, "/2fa/secret#") + ("downloads" if ask.then == "download" else "two-factor"))


def _send_text(visit: Visit, ask: Ask) -> Response:
    """Have a code sent to confirm with, and come back with what was answered so far."""
    try:
        sent_codes.to_confirm(visit.ctx, visit.visitor, Answer.SMS_CODE)
    except (Conflict, TooManyTries) as refusal:
        form = _form(visit, ask, status_of(refusal), asks_how=ask.asks_how, form=visit.said(refusal))
        return retry(visit, form, refusal)
    page = "/2fa/link?" if ask.then == "link" else f"/2fa/reveal?then={ask.then}&"
    response = visit.go(path_of(ask.seen.member, f"{page}way={Answer.SMS_CODE}"))
    keep_typed(visit, response)
    return response


def _unsaid(person: Member) -> BadInput:
    return BadInput("how", "empty", name=person.first_name)


def _confirm(visit: Visit, ask: Ask) -> Response | None:
    """The form again when something is missing or wrong. Nothing is spent while the reason is missing."""
    if ask.asks_how and visit.form.get("how", "") not in CHECKS:
        fields = (
            ("how",) if passkey_answered(visit) else ("how", "password", offered_to_confirm(visit)["way"])
        )
        missing = [field for field in fields if field == "how" or not visit.form.get(field, "").strip()]
        errors = {field: visit.said(BadInput(field, "empty"), field) for field in missing if field != "how"}
        how = visit.said(_unsaid(ask.seen.member), "how")
        return _form(visit, ask, 422, asks_how=True, how=how, **errors)
    try:
        confirm_now(visit)
    except REFUSALS as refusal:
        errors = confirm_errors(visit, refusal)
        form = _form(visit, ask, status_of(refusal), asks_how=ask.asks_how, **errors)
        return retry(visit, form, refusal)
    return None


def show_secret(visit: Visit) -> Response:
    seen = look(visit)
    try:
        secret = _view(visit, seen, "page")
    except LinkUnusable:
        return visit.go(path_of(seen.member), "view_over")
    return visit.shell(
        "staff_revealed", "staff", **profile_values(seen), **_secret_values(visit, seen, secret)
    )


def _view(visit: Visit, seen: Profile, form: str) -> Secret:
    return recover.view(visit.ctx, visit.visitor, seen.member.id, form)


def _secret_values(visit: Visit, seen: Profile, secret: Secret) -> dict[str, Any]:
    return {
        "secret": sheets.secret_values(visit, secret, _account_name(visit), seen.member.username),
        "view_until": secret.until,
        "until": secret.works_until,
        "is_current": secret.is_current,
    }


def _account_name(visit: Visit) -> str:
    return visit.visitor.account.name if visit.visitor.account else ""


def show_sheet(visit: Visit) -> Response:
    """One page of A4 for the person to take along."""
    seen = look(visit)
    try:
        secret = _view(visit, seen, "sheet")
    except LinkUnusable:
        return visit.go(path_of(seen.member), "view_over")
    return visit.page(
        "secret_sheet",
        back=path_of(seen.member, "/2fa/secret"),
        account_name=_account_name(visit),
        address=visit.ctx.site.host,
        person=seen.member,
        **_secret_values(visit, seen, secret),
    )


def secret_file(visit: Visit) -> Response:
    """The secret as text, or its QR code as a picture."""
    form = FILES.get(visit.params["file"])
    if form is None:
        raise NotFound()
    return sheets.secret_file(visit, _view(visit, look(visit), form))


def hide(visit: Visit) -> Response:
    who = look(visit).member
    try:
        recover.hide(visit.ctx, visit.visitor, who.id)
    except LinkUnusable:
        return visit.go(path_of(who), "view_over")
    return visit.go(path_of(who), "view_closed")


@about_person
def cancel(visit: Visit) -> Response:
    who = look(visit).member
    try:
        recover.take_back(visit.ctx, visit.visitor, who.id)
    except NotFound:
        return visit.go(path_of(who), "nothing_to_cancel")
    return visit.go(path_of(who), "help_cancelled", name=who.name)


@about_person
def show_reset(visit: Visit) -> Response:
    return _reset(visit, looked_at(visit, Action.RESET))


def _reset(visit: Visit, seen: Profile, status: int = 200, **errors: str) -> Response:
    values = typed(visit)
    return visit.shell(
        "staff_reset", "staff", status, person=seen.member, **ways_values(seen), values=values, errors=errors
    )


@about_person
def reset_access(visit: Visit) -> Response:
    seen = looked_at(visit, Action.RESET)
    how = CHECKS.get(visit.form.get("how", ""))
    if how is None:
        return _reset(visit, seen, 422, how=visit.said(_unsaid(seen.member), "how"))
    try:
        reset.reset(visit.ctx, visit.visitor, seen.member.id, how, visit.form.get("confirm", ""))
    except BadInput as refusal:
        return _reset(visit, seen, status_of(refusal), confirm=visit.said(refusal, "confirm"))
    return visit.go(path_of(seen.member), "member_reset", name=seen.member.name)


_AT = LIST + "/{username}/2fa"
HELP_BACK = (
    Way(_AT + "/reveal", show_reveal, reveal, asks=Asks.AAL2, acts=Asks.FRESH),
    Way(_AT + "/link", show_link, send_link, asks=Asks.AAL2, acts=Asks.FRESH),
    Way(_AT + "/secret", show_secret, asks=Asks.AAL2),
    Way(_AT + "/secret/sheet", show_sheet, asks=Asks.AAL2),
    Way(_AT + "/secret/hide", back_to_person, hide, asks=Asks.AAL2),
    Way(_AT + "/secret/{file}", secret_file, asks=Asks.AAL2),
    Way(_AT + "/cancel", back_to_person, cancel, asks=Asks.AAL2, acts=Asks.FRESH),
    Way(_AT + "/reset", show_reset, reset_access, asks=Asks.FRESH),
)
