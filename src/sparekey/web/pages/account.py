"""The account: its security policy, and its audit log with filter, exports and check.

Whoever may read the audit log may read the policy. Only saving it asks for the right to change it, and for a fresh
confirmation.
A filter stands in the address, the same for the page and its exports. Dates are days of the server's time
zone, and both ends belong to what is asked for.
"""

from collections.abc import Mapping
from datetime import date, datetime, time, timedelta
from typing import Any
from urllib.parse import urlencode

from starlette.responses import Response, StreamingResponse

from sparekey.core.audit_chain import Broken, Whole
from sparekey.core.people import Policy
from sparekey.core.permissions import Action, may
from sparekey.errors import BadInput
from sparekey.flows import reports, sessions
from sparekey.flows.reports import AuditPage, AuditSummary, LogEntry, Wanted
from sparekey.flows.reports.audit_log import PAGE
from sparekey.flows.team.policy import NewPolicy, change_policy
from sparekey.web.door import Asks, Way
from sparekey.web.pages.kept import kept_form
from sparekey.web.pages.paging import DIGITS, page_number, paging, whole_number
from sparekey.web.visit import Visit, status_of

AUDIT = "/account/audit"
FILTERS = ("kind", "person", "from", "to")
YEARS = range(1970, 9999)
"""What a calendar field may hold: beyond it a time zone leads out of what computers can count."""
SHOWN_OF_HASH = 8


def show_policy(visit: Visit) -> Response:
    return _policy(visit)


def _policy(visit: Visit, status: int = 200, **errors: str) -> Response:
    _, member = sessions.demand_right(visit.ctx, visit.visitor, Action.SEE_AUDIT)
    account = visit.visitor.account
    if account is None:
        raise AssertionError
    typed = kept_form(visit)
    return visit.shell(
        "policy",
        "policy",
        status,
        team_count=sessions.how_many_members(visit.ctx, account.id),
        may_save=may(member, Action.CHANGE_POLICY, None, account.policy, visit.now),
        can_send_texts=visit.ctx.can_send_texts,
        version=typed.get("version", str(account.version)),
        values=typed or _as_form(account.policy),
        can_tell_models=visit.ctx.site.can_tell_models,
        errors=errors,
    )


def _as_form(policy: Policy) -> dict[str, str]:
    reveal = "current" if policy.reveal_current else "links_only" if policy.links_only else "temporary"
    ticked = {
        "admins_may_reveal": policy.admins_may_reveal,
        "accept_risk": policy.reveal_current,
        "sms_codes": policy.sms_codes,
        "accept_sms_risk": policy.sms_codes,
        "email_codes": policy.email_codes,
    }
    return {
        "reveal": reveal,
        "remember_days": str(policy.remember_days),
        "passkey_models": "\n".join(policy.passkey_models),
        "review_months": str(policy.review_months),
        **{name: "yes" for name, is_ticked in ticked.items() if is_ticked},
    }


def _as_policy(form: Mapping[str, str]) -> NewPolicy:
    """What was chosen; `BadInput` for what the page does not offer."""
    reveal = form.get("reveal", "")
    if reveal not in {"temporary", "links_only", "current"}:
        raise BadInput("reveal", "unknown", "Choose one of those offered")
    policy = Policy(
        admins_may_reveal=form.get("admins_may_reveal") == "yes",
        links_only=reveal == "links_only",
        reveal_current=reveal == "current",
        remember_days=whole_number(form.get("remember_days", ""), -1),
        sms_codes=form.get("sms_codes") == "yes",
        email_codes=form.get("email_codes") == "yes",
        passkey_models=tuple(dict.fromkeys(form.get("passkey_models", "").lower().split())),
        review_months=whole_number(form.get("review_months", ""), -1),
    )
    return NewPolicy(
        policy,
        whole_number(form.get("version", ""), -1),
        accepts_risk=form.get("accept_risk") == "yes",
        accepts_sms_risk=form.get("accept_sms_risk") == "yes",
    )


def save_policy(visit: Visit) -> Response:
    sessions.demand_right(visit.ctx, visit.visitor, Action.CHANGE_POLICY)
    try:
        change_policy(visit.ctx, visit.visitor, _as_policy(visit.form))
    except BadInput as refusal:
        return _policy(visit, status_of(refusal), **visit.errors_of(refusal))
    return visit.go("/account/policy", "policy_saved")


def show_audit(visit: Visit) -> Response:
    try:
        found = _page(visit, _wanted(visit), page_number(visit.query.get("page", "")[:DIGITS]))
    except BadInput as refusal:
        nothing = AuditPage((), 1, 0)
        return _audit(visit, nothing, status=status_of(refusal), errors=visit.errors_of(refusal))
    return _audit(visit, found)


def _page(visit: Visit, wanted: Wanted, number: int) -> AuditPage:
    """That page, or the last one where there are fewer."""
    found = reports.audit_log(visit.ctx, visit.visitor, wanted, number)
    last = -(-found.count // PAGE)
    return found if number <= max(last, 1) else reports.audit_log(visit.ctx, visit.visitor, wanted, last)


def _filters(visit: Visit) -> dict[str, str]:
    return {name: visit.query[name].strip() for name in FILTERS if visit.query.get(name, "").strip()}


def _wanted(visit: Visit) -> Wanted:
    """The filter of the address, or `BadInput`."""
    asked = _filters(visit)
    since, last = _day(visit, asked, "from"), _day(visit, asked, "to", timedelta(days=1))
    return Wanted(asked.get("kind", ""), asked.get("person", ""), since, last)


def _day(
    visit: Visit, asked: Mapping[str, str], field: str, more: timedelta = timedelta()
) -> datetime | None:
    """Where that day begins, or ends with a day `more`."""
    if field not in asked:
        return None
    try:
        day = date.fromisoformat(asked[field])
    except ValueError:
        day = date.min
    if day.year not in YEARS:
        raise BadInput(field, "date_form", "Enter a date such as 2026-11-17")
    return datetime.combine(day + more, time.min, visit.ctx.site.zone)


def _audit(visit: Visit, found: AuditPage, status: int = 200, **more: Any) -> Response:
    summary = reports.summary_of(visit.ctx, visit.visitor)
    asked = _filters(visit)
    query = f"?{urlencode(asked)}" if asked else ""
    return visit.shell(
        "audit",
        "audit",
        status,
        summary=_summary(summary),
        filters={
            "kind": asked.get("kind", ""),
            "person": asked.get("person", ""),
            "from_date": asked.get("from", ""),
            "to_date": asked.get("to", ""),
        },
        exports={"csv": f"{AUDIT}.csv{query}", "jsonl": f"{AUDIT}.jsonl{query}"},
        entries=[_entry(one) for one in found.entries],
        page=_paging(found, asked),
        **{"verified": None, **more},
    )


def _summary(summary: AuditSummary) -> dict[str, Any]:
    return {
        "count": summary.count,
        "since": summary.since if summary.count else None,
        "last_verified_at": summary.last_verified_at,
        "fingerprint": summary.newest_hash[:SHOWN_OF_HASH] if summary.count else "",
    }


def _entry(one: LogEntry) -> dict[str, Any]:
    entry = one.entry
    return {
        "number": entry.seq,
        "at": entry.at,
        "by": one.by,
        "about": one.about,
        "tag": entry.tag,
        "facts": {**entry.data, "app": one.app} if one.app else entry.data,
        "source": entry.source,
        "fingerprint": entry.hash[:SHOWN_OF_HASH],
    }


def _paging(found: AuditPage, asked: Mapping[str, str]) -> dict[str, Any]:
    def address(number: int) -> str:
        return f"{AUDIT}?{urlencode({**asked, 'page': number})}"

    return paging(found.page, len(found.entries), found.count, address)


def back_to_audit(visit: Visit) -> Response:
    return visit.go(AUDIT)


def verify(visit: Visit) -> Response:
    found = reports.verify(visit.ctx, visit.visitor)
    newest = reports.audit_log(visit.ctx, visit.visitor, Wanted())
    return _audit(visit, newest, verified=_verified(visit, found))


def _verified(visit: Visit, found: Whole | Broken) -> dict[str, Any]:
    if isinstance(found, Whole):
        more = {"count": found.count, "fingerprint": found.newest, "broken_at": None}
    else:
        more = {"broken_at": found.seq, "broken_time": found.at}
    return {"at": visit.now, **more}


def export_csv(visit: Visit) -> Response:
    return _export(visit, "csv", "text/csv; charset=utf-8")


def export_json_lines(visit: Visit) -> Response:
    return _export(visit, "jsonl", "application/jsonl; charset=utf-8")


def _export(visit: Visit, form: str, media_type: str) -> Response:
    try:
        lines = reports.export(visit.ctx, visit.visitor, _wanted(visit), form)
    except BadInput:
        return visit.go(f"{AUDIT}?{urlencode(_filters(visit))}")
    name = f"audit-log-{visit.now.astimezone(visit.ctx.site.zone):%Y-%m-%d}.{form}"
    headers = {"content-disposition": f'attachment; filename="{name}"'}
    return StreamingResponse(lines, media_type=media_type, headers=headers)


ACCOUNT = (
    Way("/account/policy", show_policy, save_policy, asks=Asks.AAL2, acts=Asks.FRESH),
    Way(AUDIT, show_audit, asks=Asks.AAL2),
    Way(f"{AUDIT}/verify", back_to_audit, verify, asks=Asks.ANYBODY, acts=Asks.AAL2),
    Way(f"{AUDIT}.csv", export_csv, asks=Asks.AAL2),
    Way(f"{AUDIT}.jsonl", export_json_lines, asks=Asks.AAL2),
)
