"""Taking secrets along: the pages with the warning, and the files.

The file is the answer to the form: it is made for it, kept nowhere, and no browser stores it.
"""

from starlette.responses import Response

from sparekey.core.people import exports_held_until
from sparekey.core.permissions import Action
from sparekey.errors import BadInput, NotAllowed
from sparekey.flows import sessions
from sparekey.flows.exports.account import export_account
from sparekey.flows.exports.own import export_own, offered
from sparekey.flows.exports.typed import Typed
from sparekey.web.door import Asks, Way
from sparekey.web.visit import Visit, status_of

MEDIA_TYPE = "application/jose"
"""RFC 7515, section 9.2.1: a JWE in compact form."""


def _typed(visit: Visit) -> Typed:
    return Typed(visit.form.get("passphrase", ""), visit.form.get("passphrase_again", ""))


def _file(parcel: str, name: str) -> Response:
    headers = {"content-disposition": f'attachment; filename="{name}.jwe"'}
    return Response(parcel, media_type=MEDIA_TYPE, headers=headers)


def show_own(visit: Visit) -> Response:
    return _own(visit)


def _own(visit: Visit, status: int = 200, **errors: str) -> Response:
    found = offered(visit.ctx, visit.visitor)
    return visit.shell(
        "export_own",
        "profile",
        status,
        taken=found.taken,
        left_out=found.left_out,
        held_until=exports_held_until(visit.member, visit.now),
        errors=errors,
    )


def download_own(visit: Visit) -> Response:
    try:
        parcel = export_own(visit.ctx, visit.visitor, _typed(visit))
    except BadInput as refusal:
        return _own(visit, status_of(refusal), **visit.errors_of(refusal))
    except NotAllowed as refusal:
        if refusal.reason != "recovered":
            raise
        return _own(visit, status_of(refusal))
    return _file(parcel, f"sparekey-{visit.member.username}")


def show_account(visit: Visit) -> Response:
    return _account(visit)


def _account(visit: Visit, status: int = 200, **errors: str) -> Response:
    _, member = sessions.demand_right(visit.ctx, visit.visitor, Action.EXPORT_ACCOUNT)
    count = sessions.how_many_members(visit.ctx, member.account_id)
    held_until = exports_held_until(member, visit.now)
    return visit.shell(
        "export_account", "export", status, team_count=count, held_until=held_until, errors=errors
    )


def download_account(visit: Visit) -> Response:
    try:
        parcel = export_account(visit.ctx, visit.visitor, _typed(visit))
    except BadInput as refusal:
        return _account(visit, status_of(refusal), **visit.errors_of(refusal))
    except NotAllowed as refusal:
        if refusal.reason != "recovered":
            raise
        return _account(visit, status_of(refusal))
    day = visit.now.astimezone(visit.ctx.site.zone)
    return _file(parcel, f"sparekey-account-{day:%Y-%m-%d}")


EXPORTS = (
    Way("/me/export", show_own, download_own, asks=Asks.FRESH),
    Way("/account/export", show_account, download_account, asks=Asks.FRESH),
)
