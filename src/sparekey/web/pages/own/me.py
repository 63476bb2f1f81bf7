"""*My profile*: password, backup codes, signed-in devices, language.

Whatever changes a way in asks for fresh proofs when its page is opened, so that nobody fills in a form for
nothing. What is in force stays in force until its replacement was proved.
"""

from typing import Any

from starlette.responses import Response

from sparekey.core.addresses import MOST_FURTHER
from sparekey.core.contract import MOST_APPS, Answer, Loss
from sparekey.core.losses import Safety
from sparekey.core.permissions import Action
from sparekey.errors import BadInput, Conflict
from sparekey.flows import sessions
from sparekey.flows.context import Visitor
from sparekey.flows.own import language, passkeys, replacing, sent_codes
from sparekey.flows.own.replacing import Codes
from sparekey.flows.reports import Activity, OwnProfile, WayIn, my_activity, profile_of_me
from sparekey.flows.sessions import Device
from sparekey.web.cookies import YEAR
from sparekey.web.door import Asks, Way
from sparekey.web.pages import sheets
from sparekey.web.pages.own import addresses
from sparekey.web.pages.own.apps import back_to_profile, keep_old
from sparekey.web.pages.paging import page_number, paging
from sparekey.web.pages.sign_in import REFUSALS
from sparekey.web.visit import Visit, retry, status_of

DEVICES = "/me#devices"


def show_profile(visit: Visit) -> Response:
    profile = profile_of_me(visit.ctx, visit.visitor)
    codes = _way(profile, Answer.BACKUP_CODE)
    return visit.shell(
        "profile_new" if profile.state is Safety.NOT_SET_UP else "profile",
        "profile",
        state=profile.state.value,
        last_way=profile.last_way.value if profile.last_way else None,
        apps=[one for one in profile.ways if one.answer is Answer.CODE],
        may_add_app=sum(one.answer is Answer.CODE for one in profile.ways) < MOST_APPS,
        passkeys=[one for one in profile.ways if one.answer is Answer.PASSKEY],
        sent=_sent(visit, profile),
        signal=passkeys.signal(visit.ctx, visit.visitor),
        codes=codes,
        review={"reviewed_at": profile.member.reviewed_at, "due_at": profile.review_due_at},
        addresses=[addresses.row(one) for one in profile.addresses],
        may_add_address=len(profile.addresses) <= MOST_FURTHER,
        password={"changed_at": profile.password_set_at},
        sessions=[_device(visit, one) for one in profile.devices],
        activity=[_happened(one) for one in profile.activity],
    )


def show_activity(visit: Visit) -> Response:
    found = my_activity(visit.ctx, visit.visitor, page_number(visit.query.get("page", "")))
    pages = paging(found.page, len(found.activity), found.count, lambda number: f"/me/activity?page={number}")
    return visit.shell("activity", "profile", activity=[_happened(one) for one in found.activity], page=pages)


def _way(profile: OwnProfile, answer: Answer) -> WayIn | None:
    """The newest way in of this kind."""
    return next((one for one in reversed(profile.ways) if one.answer is answer), None)


def _sent(visit: Visit, profile: OwnProfile) -> list[dict[str, Any]]:
    """Codes that are sent, as far as this person may have them or has them still."""
    possible = sent_codes.possible(visit.ctx, visit.visitor)
    found = [(answer, _way(profile, answer)) for answer in (Answer.SMS_CODE, Answer.EMAIL_CODE)]
    return [{"answer": answer.value, "way": way} for answer, way in found if way or answer in possible]


def _device(visit: Visit, one: Device) -> dict[str, Any]:
    there = Visitor(device=one.device)
    return {
        "id": one.id,
        "device": there.place_in(visit.language),
        "place": one.source,
        "signed_in_at": one.created_at,
        "last_used_at": one.last_used_at,
        "is_this": one.is_this,
        "kind": "phone" if there.thing is Loss.PHONE else "laptop",
    }


def _happened(one: Activity) -> dict[str, Any]:
    return {
        "tag": one.tag,
        "facts": one.data,
        "at": one.at,
        "source": one.place,
        "by": one.by,
        "about": one.about,
    }


def show_password(visit: Visit) -> Response:
    return _password(visit)


def _password(visit: Visit, status: int = 200, **errors: str) -> Response:
    sessions.demand_right(visit.ctx, visit.visitor, Action.CHANGE_OWN)
    return visit.shell("change_password", "profile", status, errors=errors)


def change_password(visit: Visit) -> Response:
    current, new = visit.form.get("current_password", ""), visit.form.get("new_password", "")
    missing = {
        field: visit.said(BadInput(field, "empty"), field)
        for field, value in (("current_password", current), ("new_password", new))
        if not value
    }
    if missing:
        return _password(visit, 422, **missing)
    try:
        visit.start(replacing.change_password(visit.ctx, visit.visitor, current, new))
    except REFUSALS as refusal:
        page = _password(visit, status_of(refusal), **visit.errors_of(refusal))
        return retry(visit, page, refusal)
    return visit.go("/me", "password_changed")


def show_codes(visit: Visit) -> Response:
    return _codes(visit)


def _codes(visit: Visit, status: int = 200, **errors: str) -> Response:
    """The codes that wait, or ten new ones."""
    if replacing.staged_codes(visit.ctx, visit.visitor) is None:
        replacing.make_codes(visit.ctx, visit.visitor)
    staged = _staged(visit)
    return visit.shell(
        "backup_codes", "profile", status, codes=staged.shown, old_left=staged.old_left, errors=errors
    )


def _staged(visit: Visit) -> Codes:
    staged = replacing.staged_codes(visit.ctx, visit.visitor)
    if staged is None:
        raise Conflict("These codes waited for too long. Get new ones", reason="pending_expired")
    return staged


def switch_codes(visit: Visit) -> Response:
    try:
        replacing.switch_codes(visit.ctx, visit.visitor, visit.form.get("backup_code", ""))
    except BadInput as refusal:
        return _codes(visit, status_of(refusal), **visit.errors_of(refusal))
    except Conflict as refusal:
        if refusal.reason != "pending_expired":
            raise
        return _codes(visit, 409, form=visit.said(refusal, "backup_code"))
    return visit.go("/me", "codes_saved")


def codes_sheet(visit: Visit) -> Response:
    return sheets.recovery_sheet(visit, _staged(visit).shown, back="/me/2fa/codes")


def codes_file(visit: Visit) -> Response:
    return sheets.codes_file(visit, _staged(visit).shown)


def back_to_codes(visit: Visit) -> Response:
    """Where a confirmation leads that came between the button and the sheet."""
    return visit.go("/me/2fa/codes")


def show_end(visit: Visit) -> Response:
    """Asks once more; this is where a confirmation leads that came in between."""
    sessions.demand_right(visit.ctx, visit.visitor, Action.CHANGE_OWN)
    wanted = visit.params.get("id")
    there = sessions.devices(visit.ctx, visit.visitor)
    device = next((_device(visit, one) for one in there if one.id == wanted), None)
    if wanted and device is None:
        return visit.go(DEVICES)
    return visit.shell("devices_end", "profile", device=device)


def end_device(visit: Visit) -> Response:
    sessions.end_device(visit.ctx, visit.visitor, visit.params["id"])
    return visit.go(DEVICES, "signed_out_device")


def end_others(visit: Visit) -> Response:
    sessions.end_others(visit.ctx, visit.visitor)
    return visit.go(DEVICES, "signed_out_elsewhere")


def choose_language(visit: Visit) -> Response:
    """For mails and pages; it also replaces what was chosen in this browser."""
    chosen = language.choose(visit.ctx, visit.visitor, visit.form.get("language", ""))
    response = visit.go("/me#language", "language_saved")
    visit.desk.cookies.put(response, "lang", chosen.value, YEAR)
    return response


def to_password(visit: Visit) -> Response:
    """Where password managers look for the form (W3C, A Well-Known URL for Changing Passwords)."""
    return visit.go("/me/password")


ME = (
    Way("/me/activity", show_activity, asks=Asks.SESSION),
    Way("/me", show_profile, asks=Asks.SESSION),
    Way("/me/password", show_password, change_password, asks=Asks.FRESH),
    Way("/me/2fa/codes", show_codes, switch_codes, asks=Asks.FRESH),
    Way("/me/2fa/codes/keep", back_to_profile, keep_old, asks=Asks.ANYBODY, acts=Asks.SESSION),
    Way("/me/2fa/codes/sheet", back_to_codes, codes_sheet, asks=Asks.ANYBODY, acts=Asks.FRESH),
    Way("/me/2fa/codes/codes.txt", back_to_codes, codes_file, asks=Asks.ANYBODY, acts=Asks.FRESH),
    Way("/me/sessions/end-others", show_end, end_others, asks=Asks.FRESH),
    Way("/me/sessions/{id}/end", show_end, end_device, asks=Asks.FRESH),
    Way("/me/language", back_to_profile, choose_language, asks=Asks.ANYBODY, acts=Asks.SESSION),
    Way("/.well-known/change-password", to_password, asks=Asks.ANYBODY),
)
