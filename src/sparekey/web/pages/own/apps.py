"""Authenticator apps: adding one, and *Change secret* of each. What is in force stays so until a code proved the new.

The secret that waits belongs to the session, so its files and *Keep the old one* have one address each.
"""

from datetime import datetime
from typing import Any

from starlette.responses import Response

from sparekey.core.contract import MOST_APPS, Loss
from sparekey.errors import BadInput, Conflict, NotFound
from sparekey.flows import sessions
from sparekey.flows.own import apps, replacing, ways
from sparekey.flows.own.apps import NewOne
from sparekey.web.door import Asks, Way
from sparekey.web.pages import sheets
from sparekey.web.pages.own.ways import PROFILE
from sparekey.web.visit import Visit, status_of

NEW = "/me/2fa/app"
_SECRET_CHANGED = "secret_changed"


def place_values(visit: Visit) -> dict[str, Any]:
    """What a form offers an app to live on, and what it most likely lives on."""
    guessed = apps.guess(visit.ctx, visit.visitor).value
    return {"things": [one.value for one in ways.THINGS], "values": {"thing": guessed, **visit.form}}


def chosen_thing(visit: Visit) -> Loss:
    """What the form says; what it most likely is, where it says nothing."""
    text = visit.form.get("thing", "")
    return ways.read_thing(text) if text else apps.guess(visit.ctx, visit.visitor)


def _secret_values(visit: Visit) -> dict[str, Any]:
    account = visit.visitor.account
    shown = apps.propose(visit.ctx, visit.visitor)
    return sheets.secret_values(visit, shown, account.name if account else "", visit.member.username)


def show_new(visit: Visit) -> Response:
    return _new(visit)


def _new(visit: Visit, status: int = 200, **errors: str) -> Response:
    _, member = sessions.demand_own(visit.ctx, visit.visitor)
    count = len(apps.own(visit.ctx, member))
    is_full = count >= MOST_APPS
    return visit.shell(
        "app_new",
        "profile",
        status,
        secret=None if is_full else _secret_values(visit),
        most=MOST_APPS,
        has_others=count > 0,
        errors=errors,
        **place_values(visit),
    )


def add(visit: Visit) -> Response:
    form = visit.form
    wanted = NewOne(form.get("code", ""), form.get("label", ""), form.get("thing", ""))
    try:
        apps.add(visit.ctx, visit.visitor, wanted)
    except BadInput as refusal:
        return _new(visit, status_of(refusal), **visit.errors_of(refusal))
    except Conflict as refusal:
        if refusal.reason not in {"pending_expired", "most_apps"}:
            raise
        return _new(visit, 409, form=visit.said(refusal))
    return visit.go(PROFILE, "app_added")


def show_secret(visit: Visit) -> Response:
    """Of the app that the address names, else of the only one it can be about."""
    return _secret(visit)


def _secret(visit: Visit, status: int = 200, **errors: str) -> Response:
    wanted = visit.params.get("id", "")
    try:
        app = apps.to_change(visit.ctx, visit.visitor, wanted)
    except Conflict:
        return visit.go(PROFILE, "which_app")
    except NotFound:
        if wanted:
            raise
        return visit.go(NEW)
    return visit.shell(
        "secret_change",
        "profile",
        status,
        secret=_secret_values(visit),
        app={"id": app.kept.id, "label": app.kept.label, "thing": app.enrolled.thing.value},
        errors=errors,
    )


def switch_secret(visit: Visit) -> Response:
    wanted = visit.params.get("id", "")
    try:
        old = apps.to_change(visit.ctx, visit.visitor, wanted)
        replacing.switch_secret(visit.ctx, visit.visitor, visit.form.get("code", ""), old.kept.id)
    except NotFound:  # an older tab: the secret was changed, or its app removed, in another
        return visit.go(PROFILE, "app_gone")
    except BadInput as refusal:
        return _secret(visit, status_of(refusal), **visit.errors_of(refusal))
    except Conflict as refusal:
        if refusal.reason != "pending_expired":
            raise
        return _secret(visit, 409, code=visit.said(refusal, "code"))
    facts = {"changed_at": visit.now.isoformat(), "old_added_at": old.kept.created_at.isoformat()}
    return visit.go("/me/2fa/secret/done", _SECRET_CHANGED, **facts)


def show_switched(visit: Visit) -> Response:
    """Once, right after the change."""
    sessions.demand_member(visit.visitor)
    if visit.flash.get("code") != _SECRET_CHANGED:
        return visit.go("/me")
    changed, added = (
        datetime.fromisoformat(visit.flash["facts"][name]) for name in ("changed_at", "old_added_at")
    )
    return visit.shell("secret_done", "profile", changed_at=changed, old_added_at=added)


def secret_file(visit: Visit) -> Response:
    return sheets.secret_file(visit, apps.propose(visit.ctx, visit.visitor))


def keep_old(visit: Visit) -> Response:
    """Forget the replacement that was not proved."""
    sessions.demand_member(visit.visitor)
    replacing.drop_pending(visit.ctx, visit.visitor)
    return visit.go(PROFILE)


def back_to_profile(visit: Visit) -> Response:
    return visit.go("/me")


APPS = (
    Way(NEW, show_new, add, asks=Asks.FRESH),
    Way("/me/2fa/secret", show_secret, switch_secret, asks=Asks.FRESH),
    Way("/me/2fa/secret/done", show_switched, asks=Asks.SESSION),
    Way("/me/2fa/secret/keep", back_to_profile, keep_old, asks=Asks.ANYBODY, acts=Asks.SESSION),
    Way("/me/2fa/secret/{file}", secret_file, asks=Asks.FRESH),
    Way("/me/2fa/{id}/secret", show_secret, switch_secret, asks=Asks.FRESH),
)
