"""Contacts → Staff → Import people: files of another system, what is in them, and the yes.

Everything here asks for a fresh confirmation, before a file is looked at. The files are read and forgotten; who was
read waits for the yes for ten minutes.
"""

from io import BytesIO
from typing import Any

from starlette.responses import Response

from sparekey.errors import BadInput, Busy, Conflict, TooManyTries
from sparekey.flows.joining import from_elsewhere
from sparekey.flows.joining.from_elsewhere import (
    MOST_ON_A_PAGE,
    NAMES,
    BadFile,
    Planned,
    Upload,
    count,
    look_into,
)
from sparekey.web.door import Asks, Way
from sparekey.web.pages.staff import LIST
from sparekey.web.visit import Visit, retry, status_of

FORM = "/contacts/import"
REPORT = f"{FORM}/people"


def _may(visit: Visit) -> None:
    from_elsewhere.demand_may(visit.ctx, visit.visitor)


def show_form(visit: Visit) -> Response:
    _may(visit)
    return _form(visit)


def _form(visit: Visit, bad: BadFile | None = None, status: int = 200, **errors: str) -> Response:
    source = visit.form.get("source", "")
    return visit.shell(
        "import_people",
        "staff",
        status,
        sources=NAMES,
        values={"source": source if source in NAMES else NAMES[0]},
        most=MOST_ON_A_PAGE,
        lines=[_line(one) for one in bad.lines] if bad else [],
        is_cut=bad is not None and bad.is_cut,
        errors=errors,
    )


def _line(bad: Any) -> dict[str, Any]:
    """One wrong place: where it is, and why."""
    return {
        "file": bad.place.file,
        "line": bad.place.line,
        "entry": bad.place.entry,
        "code": bad.code,
        "facts": bad.facts,
    }


def read(visit: Visit) -> Response:
    """Read the files, and lead to what is in them."""
    source = visit.form.get("source", "")
    uploads, people = (_sent(visit, field) for field in ("files", "people"))
    try:
        if source not in NAMES:
            raise BadInput("source", "unknown")
        if not uploads:
            raise BadInput("files", "no_files")
        found = look_into(source, uploads, visit.form.get("passphrase", ""), people, MOST_ON_A_PAGE)
        from_elsewhere.hold(visit.ctx, visit.visitor, source, found)
    except BadFile as bad:
        if bad.lines[0].code == "too_many_people":
            refused = BadInput("files", "too_many_people", most=MOST_ON_A_PAGE)
            return _form(visit, None, 422, **visit.errors_of(refused))
        return _form(visit, bad, 422)
    except (BadInput, TooManyTries, Busy) as refusal:
        return retry(visit, _form(visit, None, status_of(refusal), **visit.errors_of(refusal)), refusal)
    return visit.go(REPORT)


def _sent(visit: Visit, field: str) -> list[Upload]:
    return [Upload(one.name, BytesIO(one.content)) for one in visit.files if one.field_name == field]


def show_report(visit: Visit) -> Response:
    waits = from_elsewhere.waiting(visit.ctx, visit.visitor)
    return _report(visit, waits.people) if waits else visit.go(FORM, "import_over")


def _report(visit: Visit, people: tuple[Planned, ...], status: int = 200, **errors: str) -> Response:
    return visit.shell(
        "import_report",
        "staff",
        status,
        people=[_person(one) for one in people],
        many=count(one.found for one in people),
        errors=errors,
    )


def _person(planned: Planned) -> dict[str, Any]:
    found = planned.found
    secrets = found.authenticators
    return {
        "username": found.username,
        "name": found.name or found.username,
        "email": found.email,
        "becomes": planned.becomes.value,
        "has_password": planned.keeps_password,
        "apps": len(secrets),
        "doubts": tuple(dict.fromkeys(doubt.value for one in secrets for doubt in one.doubts)),
        "remarks": _remarks(planned),
    }


def _remarks(planned: Planned) -> tuple[str, ...]:
    """What stays behind, or is worth a word; each once."""
    found = planned.found
    all_of_them = (*found.remarks, *(remark for one in found.authenticators for remark in one.remarks))
    left = ("left_password",) if found.password_hash and not planned.keeps_password else ()
    return (*dict.fromkeys(one.value for one in all_of_them), *left)


def take(visit: Visit) -> Response:
    try:
        many = from_elsewhere.take_waiting(visit.ctx, visit.visitor)
    except BadFile as bad:
        return _form(visit, bad, 422)
    except TooManyTries as refusal:
        waits = from_elsewhere.waiting(visit.ctx, visit.visitor)
        people = waits.people if waits else ()
        return retry(visit, _report(visit, people, 429, form=visit.said(refusal)), refusal)
    except Conflict as refusal:
        if refusal.reason != "import_over":
            raise
        return visit.go(FORM, "import_over")
    return visit.go(LIST, "people_imported", count=many.people)


MOVING = (
    Way(FORM, show_form, read, upload=_may, asks=Asks.FRESH),
    Way(REPORT, show_report, take, asks=Asks.FRESH),
)
