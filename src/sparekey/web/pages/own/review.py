"""*2FA review*: what one still has, what is lost, and what is to be used once to be sure."""

from typing import Any

from starlette.responses import Response

from sparekey.core.addresses import listed
from sparekey.core.contract import Answer
from sparekey.core.reviews import Have
from sparekey.errors import BadInput, Conflict, NotAllowed, StepUpNeeded, TooManyTries, WrongProof
from sparekey.flows.checks.questions import Question
from sparekey.flows.checks.sent import on_its_way
from sparekey.flows.own import apps, passkeys, reviewing
from sparekey.flows.own.reviewing import Review
from sparekey.flows.reports import AddressShown, WayIn
from sparekey.web.door import Asks, Way
from sparekey.web.forms import local_path
from sparekey.web.pages.own.ways import PROFILE
from sparekey.web.pages.sign_in import REFUSALS
from sparekey.web.visit import Visit, retry, status_of

REVIEW = "/me/review"
NEXT = f"{REVIEW}/next"
_FIELD = "way-"


def show_review(visit: Visit) -> Response:
    found = reviewing.look(visit.ctx, visit.visitor)
    return _review(visit, found) if found.ways else visit.go(PROFILE)


def _review(visit: Visit, found: Review, status: int = 200, **errors: str) -> Response:
    typed = {**visit.resumed, **visit.form}
    return visit.shell(
        "review",
        "profile",
        status,
        ways=[_way(one) for one in found.ways],
        mailboxes=[_mailbox(one) for one in found.mailboxes],
        reviewed_at=found.reviewed_at,
        due_at=found.due_at,
        values={_FIELD + one: typed.get(_FIELD + one, "") for one in _ids(found)},
        errors=errors,
    )


def _way(one: WayIn) -> dict[str, Any]:
    return {**vars(one), "field": _FIELD + one.id}


def _mailbox(one: AddressShown) -> dict[str, Any]:
    return {**vars(one), "address": listed(one.address, one.id), "field": _FIELD + one.id}


def _ids(found: Review) -> list[str]:
    """Everything that is asked about."""
    return [*(one.id for one in found.ways), *(one.id for one in found.mailboxes)]


def finish(visit: Visit) -> Response:
    found = reviewing.look(visit.ctx, visit.visitor)
    said = {one: visit.form.get(_FIELD + one, "") for one in _ids(found)}
    missing = [_FIELD + one for one, text in said.items() if text not in set(Have)]
    if missing:
        errors = {field: visit.said(BadInput(field, "unanswered"), field) for field in missing}
        return _review(visit, found, 422, **errors)
    try:
        rest = reviewing.finish(visit.ctx, visit.visitor, said)
    except BadInput:  # another tab added or removed one meanwhile
        return visit.go(REVIEW)
    except StepUpNeeded:
        raise
    except NotAllowed as refusal:
        lost = next(_FIELD + one.id for one in found.ways if said[one.id] == Have.LOST)
        return _review(visit, found, 409, **{lost: visit.said(refusal)})
    except TooManyTries as refusal:
        return retry(visit, _review(visit, found, 429, form=visit.said(refusal)), refusal)
    letters = "review_letters" if rest.has_letters else ""
    return (
        visit.go(NEXT, letters)
        if rest.to_use or rest.removed
        else visit.go(PROFILE, letters or "review_done")
    )


def show_next(visit: Visit) -> Response:
    """What is left: ways to use once, and what takes the place of those that were removed."""
    rest = reviewing.rest(visit.ctx, visit.visitor)
    if rest is None:
        return visit.go(PROFILE)
    return visit.shell(
        "review_next",
        "profile",
        to_use=[_way(one) for one in rest.to_use],
        removed=list(dict.fromkeys(one.value for one in rest.removed)),
    )


def leave(visit: Visit) -> Response:
    reviewing.close(visit.ctx, visit.visitor)
    return visit.go(PROFILE, "review_done")


def show_use(visit: Visit) -> Response:
    return _use(visit)


def _use(visit: Visit, status: int = 200, **errors: str) -> Response:
    one = reviewing.one_way(visit.ctx, visit.visitor, visit.params["id"])
    in_review = reviewing.rest(visit.ctx, visit.visitor) is not None
    return visit.shell(
        "review_use",
        "profile",
        status,
        way=_way(one),
        digits=apps.digits(visit.ctx, visit.member, one.id),
        sent=on_its_way(visit.ctx, visit.visitor, Question.REVIEW, one.answer),
        back=NEXT if in_review else PROFILE,
        errors=errors,
    )


def use(visit: Visit) -> Response:
    one = reviewing.one_way(visit.ctx, visit.visitor, visit.params["id"])
    field = one.answer.value
    text = visit.form.get(field, "")
    try:
        if not text.strip() and one.answer is not Answer.PASSKEY:
            raise BadInput(field, "empty")
        reviewing.use(visit.ctx, visit.visitor, one.id, text)
    except BadInput as refusal:
        return _use(visit, 422, **visit.errors_of(refusal))
    except REFUSALS as refusal:
        kind = WrongProof(reason="passkey") if one.answer is Answer.PASSKEY else refusal
        page = _use(visit, status_of(refusal), **{field: visit.said(kind, field)})
        return retry(visit, page, refusal)
    return _onward(visit, "way_there")


def send(visit: Visit) -> Response:
    """A code to the number that nobody is sure of."""
    try:
        reviewing.send(visit.ctx, visit.visitor, visit.params["id"])
    except (Conflict, TooManyTries) as refusal:
        return retry(visit, _use(visit, status_of(refusal), form=visit.said(refusal)), refusal)
    return visit.go(f"{REVIEW}/{visit.params['id']}")


def back_to_use(visit: Visit) -> Response:
    return visit.go(f"{REVIEW}/{visit.params['id']}")


def _onward(visit: Visit, code: str) -> Response:
    left = reviewing.rest(visit.ctx, visit.visitor) is not None
    return visit.go(NEXT if left else PROFILE, code)


def ask(visit: Visit) -> Response:
    """Where the page's script asks for this very passkey."""
    wanted = visit.params["id"]
    visit.path = local_path(visit.form.get("page", ""))
    question = passkeys.to_review(visit.ctx, visit.visitor, wanted)
    return Response(question, media_type="application/json")


def show_lost(visit: Visit) -> Response:
    """Where a confirmation leads that came between the button and the removal."""
    return visit.go(f"{REVIEW}/{visit.params['id']}", "not_done_yet")


def lose(visit: Visit) -> Response:
    try:
        reviewing.lose(visit.ctx, visit.visitor, visit.params["id"])
    except StepUpNeeded:
        raise
    except NotAllowed as refusal:
        return _use(visit, 409, form=visit.said(refusal))
    return _onward(visit, "way_removed")


REVIEWING = (
    Way(REVIEW, show_review, finish, asks=Asks.SESSION),
    Way(NEXT, show_next, leave, asks=Asks.SESSION),
    Way(REVIEW + "/{id}", show_use, use, asks=Asks.SESSION),
    Way(REVIEW + "/{id}/options", post=ask, asks=Asks.SESSION),
    Way(REVIEW + "/{id}/send", back_to_use, send, asks=Asks.ANYBODY, acts=Asks.SESSION),
    Way(REVIEW + "/{id}/lost", show_lost, lose, asks=Asks.ANYBODY, acts=Asks.FRESH),
)
