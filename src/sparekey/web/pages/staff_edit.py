"""Contacts → Staff: adding, editing, deactivating and deleting people, taking a
private address of theirs out, and handing ownership over.

Each page asks for its right before it shows its form; the flows ask again. The forms for adding and editing can be
read at any time: only saving asks for a fresh confirmation, and keeps what was typed. The other pages ask for it
first, because what is typed there to be sure is not kept.
"""

from typing import Any

from starlette.responses import Response

from sparekey.core.addresses import masked
from sparekey.core.people import Language, Member, Role
from sparekey.core.permissions import Action, demand
from sparekey.errors import BadInput, NotAllowed, NotFound, NotSignedIn, TooManyTries
from sparekey.flows import sessions, team
from sparekey.flows.team import Details, Profile
from sparekey.web.door import Asks, Way
from sparekey.web.pages.kept import kept_form
from sparekey.web.pages.paging import whole_number
from sparekey.web.pages.staff import LIST, about_person, demand_possible, look, path_of
from sparekey.web.visit import Visit, retry, status_of

MINE = {"keep": Role.OWNER, "admin": Role.ADMIN, "staff": Role.STAFF}
"""What whoever hands ownership over is afterwards."""


def typed(visit: Visit, **now: str) -> dict[str, str]:
    """The fields of a form: as typed, and as they are `now` where nothing was."""
    return {**now, **kept_form(visit)}


def _details(visit: Visit) -> Details:
    form = visit.form
    return Details(
        name=form.get("name", ""),
        username=form.get("username", ""),
        email=form.get("email", ""),
        role=form.get("role", ""),
        language=form.get("language", Language.EN.value),
    )


def _missing(visit: Visit) -> dict[str, str]:
    """All empty fields at once; whatever else is wrong the flow says."""
    fields = [name for name in ("name", "username", "email") if not visit.form.get(name, "").strip()]
    return {field: visit.said(BadInput(field, "empty"), field) for field in fields}


def show_add(visit: Visit) -> Response:
    _demand_add(visit)
    return _add(visit)


def _demand_add(visit: Visit) -> None:
    """The right, without a fresh confirmation: nothing is added yet."""
    sessions.demand_right(visit.ctx, visit.visitor, Action.SEE_STAFF)
    account = visit.visitor.account
    if account is None:
        raise NotSignedIn()
    demand(visit.member, Action.ADD_MEMBER, None, account.policy, visit.now)


def _add(visit: Visit, status: int = 200, **errors: str) -> Response:
    me = visit.member
    roles = [role.value for role in team.roles_to_add(me)]
    values = typed(visit, role=Role.STAFF.value, language=me.language.value)
    return visit.shell("staff_add", "staff", status, roles=roles, values=values, errors=errors)


def add(visit: Visit) -> Response:
    _demand_add(visit)
    if missing := _missing(visit):
        return _add(visit, 422, **missing)
    try:
        new = team.add_member(visit.ctx, visit.visitor, _details(visit))
    except (BadInput, TooManyTries) as refusal:
        return retry(visit, _add(visit, status_of(refusal), **visit.errors_of(refusal)), refusal)
    return visit.go(path_of(new), "member_added", name=new.name)


def looked_at(visit: Visit, action: Action) -> Profile:
    """The person this address is about, if this may be done to them now."""
    seen = look(visit)
    demand_possible(seen, action)
    sessions.demand_right(visit.ctx, visit.visitor, action, seen.member)
    return seen


@about_person
def show_edit(visit: Visit) -> Response:
    seen = look(visit)
    demand_possible(seen, Action.EDIT_MEMBER)
    return _edit(visit, seen)


def _edit(visit: Visit, seen: Profile, status: int = 200, **errors: str) -> Response:
    who = seen.member
    values = typed(
        visit,
        name=who.name,
        username=who.username,
        email=who.email,
        role=who.role.value,
        language=who.language.value,
        version=str(who.version),
    )
    return visit.shell(
        "staff_edit",
        "staff",
        status,
        person=who,
        roles=[role.value for role in seen.roles],
        version=values["version"],
        values=values,
        errors=errors,
    )


@about_person
def edit(visit: Visit) -> Response:
    seen = look(visit)
    if missing := _missing(visit):
        return _edit(visit, seen, 422, **missing)
    version = whole_number(visit.form.get("version", ""), -1)
    try:
        who = team.edit_member(visit.ctx, visit.visitor, seen.member.username, _details(visit), version)
    except (BadInput, TooManyTries) as refusal:
        return retry(visit, _edit(visit, seen, status_of(refusal), **visit.errors_of(refusal)), refusal)
    except NotAllowed as refusal:
        if refusal.reason != "stopped":
            raise
        return _edit(visit, seen, status_of(refusal), **visit.errors_of(refusal, "email"))
    return visit.go(path_of(who), "member_saved", name=who.name)


def _theirs(visit: Visit, seen: Profile) -> dict[str, Any]:
    """The private address this page is about, as far as anybody but its owner may read it."""
    for one in seen.addresses:
        if one.id and one.id == visit.params["id"]:
            return {**vars(one), "address": masked(one.address)}
    raise NotFound()


@about_person
def show_take_address(visit: Visit) -> Response:
    seen = looked_at(visit, Action.TAKE_ADDRESS)
    return visit.shell("staff_address", "staff", person=seen.member, one=_theirs(visit, seen))


@about_person
def take_address(visit: Visit) -> Response:
    who = look(visit).member
    team.take_address(visit.ctx, visit.visitor, who.username, visit.params["id"])
    return visit.go(path_of(who), "address_taken_out", name=who.name)


@about_person
def show_deactivate(visit: Visit) -> Response:
    seen = looked_at(visit, Action.DEACTIVATE)
    return visit.shell("staff_deactivate", "staff", person=seen.member)


@about_person
def deactivate(visit: Visit) -> Response:
    who = look(visit).member
    team.deactivate(visit.ctx, visit.visitor, who.username)
    return visit.go(path_of(who), "member_deactivated", name=who.name)


@about_person
def show_delete(visit: Visit) -> Response:
    return _delete(visit, looked_at(visit, Action.DELETE_MEMBER).member)


def _delete(visit: Visit, who: Member, status: int = 200, **errors: str) -> Response:
    return visit.shell("staff_delete", "staff", status, person=who, errors=errors)


@about_person
def delete(visit: Visit) -> Response:
    who = look(visit).member
    try:
        team.delete_member(visit.ctx, visit.visitor, who.username, visit.form.get("confirm", ""))
    except BadInput as refusal:
        return _delete(visit, who, status_of(refusal), **visit.errors_of(refusal))
    return visit.go(LIST, "member_deleted", name=who.name)


def _heir(visit: Visit) -> Visit:
    """The visit, about whom ownership is handed to."""
    username = visit.form.get("to") or visit.query.get("to") or visit.resumed.get("to", "")
    visit.params = {"username": username}
    return visit


def show_hand_over(visit: Visit) -> Response:
    return _show_hand_over(_heir(visit))


@about_person
def _show_hand_over(visit: Visit) -> Response:
    return _hand_over(visit, looked_at(visit, Action.HAND_OVER).member)


def _hand_over(visit: Visit, who: Member, status: int = 200, **errors: str) -> Response:
    values: dict[str, Any] = typed(visit, mine="keep")
    return visit.shell("handover", "staff", status, person=who, values=values, errors=errors)


def hand_over(visit: Visit) -> Response:
    return _put_hand_over(_heir(visit))


@about_person
def _put_hand_over(visit: Visit) -> Response:
    who = look(visit).member
    mine = visit.form.get("mine", "")
    try:
        if mine not in MINE:
            raise BadInput("mine", "unknown")
        team.hand_over(visit.ctx, visit.visitor, who.username, MINE[mine], visit.form.get("confirm", ""))
    except BadInput as refusal:
        return _hand_over(visit, who, status_of(refusal), **visit.errors_of(refusal))
    sees_staff = MINE[mine] is not Role.STAFF
    return visit.go(path_of(who) if sees_staff else "/", "handed_over", name=who.name)


STAFF_EDIT = (
    Way(LIST + "/new", show_add, add, asks=Asks.AAL2, acts=Asks.FRESH),
    Way(LIST + "/{username}/edit", show_edit, edit, asks=Asks.AAL2, acts=Asks.FRESH),
    Way(LIST + "/{username}/addresses/{id}/remove", show_take_address, take_address, asks=Asks.FRESH),
    Way(LIST + "/{username}/deactivate", show_deactivate, deactivate, asks=Asks.FRESH),
    Way(LIST + "/{username}/delete", show_delete, delete, asks=Asks.FRESH),
    Way("/account/hand-over", show_hand_over, hand_over, asks=Asks.FRESH),
)
