"""Contacts → Staff: the list, the profile of one person, and what a single button there does."""

from collections.abc import Callable
from dataclasses import replace
from functools import wraps
from typing import Any
from urllib.parse import quote, urlencode

from starlette.responses import Response

from sparekey.core.contract import Answer
from sparekey.core.losses import Safety
from sparekey.core.people import Member, Status
from sparekey.core.permissions import Action
from sparekey.core.recovery_case import Delivery
from sparekey.errors import Conflict, NotAllowed, StepUpNeeded
from sparekey.flows import team
from sparekey.flows.reports.shown import Activity, AddressShown
from sparekey.flows.team import Profile, Search, StaffPage, StaffRow
from sparekey.flows.team.staff_list import DEACTIVATED, PAGE, REVIEW_DUE
from sparekey.web.door import Asks, Handler, Way
from sparekey.web.pages.paging import page_number, paging
from sparekey.web.visit import Visit

LIST = "/contacts/staff"
STATES = ("", Safety.LOCKED_OUT, Safety.ONE_LOSS, Safety.NOT_SET_UP, Safety.SAFE, REVIEW_DUE, DEACTIVATED)
"""The filters, in their order: all first, then by urgency."""
COLUMNS = {
    "username": ("username", "ascending"),
    "name": ("name", "ascending"),
    "role": ("role", "ascending"),
    "state": ("risk", "descending"),
    "last": ("last", "descending"),
}
"""Each column's key: how the address calls its order, and which way that runs."""
MAY = {
    "link": Action.SEND_LINK,
    "secret": Action.HAND_SECRET,
    "reset": Action.RESET,
    "invite": Action.INVITE_AGAIN,
    "edit": Action.EDIT_MEMBER,
    "take_address": Action.TAKE_ADDRESS,
    "deactivate": Action.DEACTIVATE,
    "reactivate": Action.REACTIVATE,
    "delete": Action.DELETE_MEMBER,
    "end_sessions": Action.END_SESSIONS,
    "hand_over": Action.HAND_OVER,
    "audit": Action.SEE_AUDIT,
}
"""What the buttons of a profile need."""
SENT = {"link_sent": (Delivery.LINK, "staff_link_sent"), "secret_sent": (Delivery.MAIL, "staff_sent")}
"""Notes that make a page of their own, while what they speak of is still on its way."""


def path_of(who: Member, rest: str = "") -> str:
    return f"{LIST}/{who.username}{rest}"


def look(visit: Visit) -> Profile:
    """The person this address is about, for who may see staff."""
    return team.profile(visit.ctx, visit.visitor, visit.params["username"])


def demand_possible(seen: Profile, action: Action) -> None:
    """Refuse before a form is shown that could only fail."""
    reason = seen.why_not[action]
    if reason == "no_mail":
        raise Conflict(reason=reason)
    if reason is not None:
        raise NotAllowed(reason=reason, until=seen.held_back_until)


def about_person(handler: Handler) -> Handler:
    """What a flow refuses is said in one sentence, and the way on leads back to the person."""

    @wraps(handler)
    def led(visit: Visit) -> Response:
        try:
            return handler(visit)
        except (NotAllowed, Conflict) as refusal:
            if isinstance(refusal, StepUpNeeded) or refusal.reason in {"", "role"}:
                raise
            status, back = int(refusal.status_hint), f"{LIST}/{quote(visit.params['username'])}"
            return visit.page("message", status, code="refused", text=visit.said(refusal), href=back)

    return led


def show_contacts(visit: Visit) -> Response:
    return visit.go(LIST)


def show_list(visit: Visit) -> Response:
    search = _search(visit.query)
    found = team.list_staff(visit.ctx, visit.visitor, search)
    last = max(1, -(-found.found // PAGE))
    if search.page > last:
        return visit.go(_address(search, page=last))
    is_all = not (search.text or search.state)
    template = "staff" if found.rows else "staff_none"
    if is_all and found.counts[""] == 1:
        template = "staff_empty"
    return visit.shell(
        template,
        "staff",
        may_add=bool(found.roles),
        may_import=found.may_import,
        q=search.text,
        total=found.counts[""],
        rows=[_row(row) for row in found.rows],
        filters=[_filter(search, state, found) for state in STATES],
        columns=[_column(search, key) for key in COLUMNS],
        page=paging(found.page, len(found.rows), found.found, lambda number: _address(search, page=number)),
    )


def _search(query: dict[str, str]) -> Search:
    """What an address asks for; what it cannot mean is left out."""
    state, sort, page = (query.get(name, "") for name in ("state", "sort", "page"))
    return Search(
        text=query.get("q", "").strip(),
        state=state if state in STATES else "",
        sort=sort if sort in {order for order, _ in COLUMNS.values()} else "risk",
        page=page_number(page),
    )


def _address(search: Search, **other: Any) -> str:
    """The list with one thing changed; what is usual is not in the address."""
    asked = replace(search, **other)
    said = {
        "q": asked.text,
        "state": str(asked.state),
        "sort": "" if asked.sort == "risk" else asked.sort,
        "page": str(asked.page) if asked.page > 1 else "",
    }
    pairs = {name: value for name, value in said.items() if value}
    return f"{LIST}?{urlencode(pairs)}" if pairs else LIST


def _row(row: StaffRow) -> dict[str, Any]:
    return {**vars(row), **vars(row.member), "initials": row.member.initials}


def _filter(search: Search, state: str, found: StaffPage) -> dict[str, Any]:
    return {
        "state": state,
        "count": found.counts.get(state, 0),
        "href": _address(search, state=state, page=1),
        "is_current": search.state == state,
    }


def _column(search: Search, key: str) -> dict[str, Any]:
    order, direction = COLUMNS[key]
    return {
        "key": key,
        "href": _address(search, sort=order, page=1),
        "direction": direction if search.sort == order else None,
    }


def show_profile(visit: Visit) -> Response:
    seen = look(visit)
    delivery, template = SENT.get(str(visit.flash.get("code", "")), (None, ""))
    if seen.case is None or delivery is None or seen.case.delivery is not delivery:
        return visit.shell("staff_profile", "staff", **profile_values(seen))
    return visit.shell(template, "staff", **profile_values(seen), sent_at=seen.case.issued_at)


def profile_values(seen: Profile) -> dict[str, Any]:
    """A person as the profile and what grows out of it show one."""
    return {
        "person": seen.member,
        "state": seen.state,
        **ways_values(seen),
        "addresses": [_mailbox(one) for one in seen.addresses],
        "is_invited": seen.member.status is Status.INVITED,
        "case": {**vars(seen.case), "view_open": seen.case.is_view_open} if seen.case else None,
        "may": {word: seen.why_not[action] is None for word, action in MAY.items()},
        "why_no_link": seen.why_not[Action.SEND_LINK] or "",
        "why_no_secret": seen.why_not[Action.HAND_SECRET] or "",
        "review_due_at": seen.review_due_at,
        "reveals_current": seen.reveals_current,
        "held_back_until": seen.held_back_until,
        "activity": [_happened(one) for one in seen.activity],
    }


def _mailbox(one: AddressShown) -> dict[str, Any]:
    """A private address is nobody's business but its owner's."""
    return {**vars(one), "address": "" if one.id else one.address}


_SENT = (Answer.SMS_CODE, Answer.EMAIL_CODE)


def ways_values(seen: Profile) -> dict[str, Any]:
    """The app, newest if there are several, passkeys, how many backup codes are left, and where codes are sent."""
    apps = [one for one in seen.ways if one.answer is Answer.CODE]
    left = [one.left for one in seen.ways if one.left is not None]
    app = {"name": apps[-1].label, **vars(apps[-1])} if apps else None
    keys = [one for one in seen.ways if one.answer is Answer.PASSKEY]
    sent = [{"answer": one.answer.value, "label": one.label} for one in seen.ways if one.answer in _SENT]
    return {
        "app": app,
        "passkeys": keys,
        "codes_left": sum(left) if left else None,
        "codes_saved": any(one.is_saved for one in seen.ways if one.left),
        "sent": sent,
    }


def _happened(one: Activity) -> dict[str, Any]:
    facts = {**one.data, "who": one.about}
    return {
        "tag": one.tag,
        "at": one.at,
        "source": one.place,
        "by": one.by,
        "about": one.about,
        "facts": facts,
    }


def back_to_person(visit: Visit) -> Response:
    """Where a button's own address leads after *Confirm it's you*: nothing was done yet."""
    return visit.go(path_of(look(visit).member), "not_done_yet")


def _button(name: str, act: Callable[..., None], code: str) -> Way:
    """A button that does one thing to the person and shows them again."""

    @about_person
    def press(visit: Visit) -> Response:
        seen = look(visit)
        act(visit.ctx, visit.visitor, seen.member.username)
        return visit.go(path_of(seen.member), code, name=seen.member.name)

    return Way(f"{LIST}/{{username}}/{name}", back_to_person, press, asks=Asks.AAL2, acts=Asks.FRESH)


STAFF = (
    Way("/contacts", show_contacts, asks=Asks.ANYBODY),
    Way(LIST, show_list, asks=Asks.AAL2),
    Way(LIST + "/{username}", show_profile, asks=Asks.AAL2),
    _button("invite", team.invite_again, "member_invited"),
    _button("sign-out", team.sign_out, "member_signed_out"),
    _button("reactivate", team.reactivate, "member_reactivated"),
)
