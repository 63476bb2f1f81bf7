"""The audit log of an account: read by owners and auditors, exported, and checked.

Entries hold ids; names are looked up as they are now. Exporting and checking are on the log themselves.
"""

import csv
import io
import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from typing import Any

from sqlalchemy import Connection
from sqlalchemy.exc import IntegrityError

from sparekey.core import audit_chain
from sparekey.core.audit_chain import Broken, Entry, Whole
from sparekey.core.events import TAGS
from sparekey.core.events.team import AuditExported, ChainVerified
from sparekey.core.people import AccountId, read_username
from sparekey.core.permissions import Action
from sparekey.errors import BadInput, NotFound
from sparekey.flows._work import unit
from sparekey.flows.context import Context, Visitor
from sparekey.flows.reports.shown import app_in, names_of
from sparekey.flows.sessions import demand_right
from sparekey.store import audit, people
from sparekey.store.audit import Filter

PAGE = 50
_BATCH = 500
_NOBODY = "nobody"
_BEGINNINGS = {
    "sign_in": (
        "member:password:proved",
        "member:password:failed",
        "member:second_factor:",
        "member:session:",
        "member:step_up:",
        "member:browser:",
    ),
    "authenticator": (
        "member:authenticator:",
        "member:passkey:",
        "member:backup_codes:",
        "member:review:",
        "member:password:changed",
        "member:password:link_asked",
        "member:secrets:",
        "account:secrets:",
    ),
    "recovery": ("member:recovery_case:", "member:link:", "member:access:"),
    "team": ("account:member:", "account:people:", "account:ownership:"),
    "policy": ("account:policy:", "account:audit:"),
    "apps": ("client:", "account:client:", "member:client:"),
    "mail": ("notice:", "member:address:"),
}
KINDS = {
    kind: tuple(tag for tag in TAGS if tag.startswith(beginnings)) for kind, beginnings in _BEGINNINGS.items()
}
"""Groups of events that can be asked for, with their tags."""


@dataclass(frozen=True)
class Wanted:
    """Which entries; empty values mean all. `until` is where they end, not included.

    `person`: a username, or the id of somebody who was deleted.
    """

    kind: str = ""
    person: str = ""
    since: datetime | None = None
    until: datetime | None = None


@dataclass(frozen=True)
class LogEntry:
    """One entry as it is shown. `by` and `about` are usernames, `DELETED`, or empty for nobody."""

    entry: Entry
    by: str
    about: str
    app: str = ""
    """The name of the app that it is about as well."""


@dataclass(frozen=True)
class AuditPage:
    """`page` counts from 1."""

    entries: tuple[LogEntry, ...]
    page: int
    count: int


@dataclass(frozen=True)
class AuditSummary:
    """The chain as a whole."""

    count: int
    newest_hash: str
    since: datetime
    last_verified_at: datetime | None


def _account(ctx: Context, visitor: Visitor) -> AccountId:
    _, member = demand_right(ctx, visitor, Action.SEE_AUDIT)
    return member.account_id


def audit_log(ctx: Context, visitor: Visitor, wanted: Wanted, page: int = 1) -> AuditPage:
    """One page, newest first."""
    account_id = _account(ctx, visitor)
    number = max(page, 1)

    def load(conn: Connection) -> AuditPage:
        found, count = audit.newest(
            conn, account_id, _filter(conn, account_id, wanted), PAGE, (number - 1) * PAGE
        )
        return AuditPage(tuple(_named(conn, account_id, found)), number, count)

    return ctx.db.read(load)


def summary_of(ctx: Context, visitor: Visitor) -> AuditSummary:
    """How long the chain is, its newest hash, and when it was last checked."""
    account_id = _account(ctx, visitor)

    def load(conn: Connection) -> AuditSummary:
        checks, _ = audit.newest(conn, account_id, Filter(tags=(ChainVerified.tag,)), 1)
        count, newest = audit.head(conn, account_id)
        began_at = people.account(conn, account_id).created_at
        return AuditSummary(count, newest, began_at, checks[0].at if checks else None)

    return ctx.db.read(load)


def _filter(conn: Connection, account_id: AccountId, wanted: Wanted) -> Filter:
    if wanted.kind and wanted.kind not in KINDS:
        raise BadInput("kind", "unknown", "Choose one of those offered")
    member = _member_id(conn, account_id, wanted.person) if wanted.person else ""
    return Filter(KINDS.get(wanted.kind, ()), member, wanted.since, wanted.until)


def _member_id(conn: Connection, account_id: AccountId, person: str) -> str:
    """A username's id. What is nobody's username may be the id of a deleted person, else nothing is found."""
    try:
        username = read_username(person)
    except BadInput:
        return _NOBODY
    try:
        return people.by_username(conn, account_id, username).id
    except NotFound:
        return username


def _named(conn: Connection, account_id: AccountId, found: list[Entry]) -> Iterator[LogEntry]:
    known = {"": "", **names_of(conn, account_id, found)}
    return (
        LogEntry(entry, known[entry.actor], known[entry.subject], app_in(entry, known)) for entry in found
    )


def export(ctx: Context, visitor: Visitor, wanted: Wanted, form: str) -> Iterator[str]:
    """The entries with the same filter, oldest first, line by line. `form`: csv or jsonl.

    The export itself is on the log before its first line is read.
    """
    account_id = _account(ctx, visitor)
    if form not in _FORMS:
        raise BadInput("form", "unknown", "Choose one of those offered")
    chosen = ctx.db.read(lambda conn: _filter(conn, account_id, wanted))
    moment = ctx.moment()
    unit(ctx, visitor, moment, lambda work: work.record(AuditExported(form), account_id))
    return _FORMS[form](_all(ctx, account_id, chosen))


def _all(ctx: Context, account_id: AccountId, chosen: Filter) -> Iterator[LogEntry]:
    with ctx.db.reading() as conn:
        entries = audit.walk(conn, account_id, chosen)
        while batch := list(islice(entries, _BATCH)):
            yield from _named(conn, account_id, batch)


_COLUMNS = (
    "seq", "at", "tag", "by", "about", "actor", "subject", "source", "data", "previous", "hash",
)  # fmt: skip


def _row(one: LogEntry) -> dict[str, Any]:
    """The very values that are hashed, so that others can check the chain too, and the names beside them."""
    entry = one.entry
    hashed = json.loads(audit_chain.canonical(entry))
    return {**hashed, "by": one.by, "about": one.about, "hash": entry.hash}


def _as_json_lines(entries: Iterable[LogEntry]) -> Iterator[str]:
    return (json.dumps(_row(one), ensure_ascii=False) + "\n" for one in entries)


def _as_csv(entries: Iterable[LogEntry]) -> Iterator[str]:
    """RFC 4180."""
    yield _line(_COLUMNS)
    for one in entries:
        row = _row(one)
        row["data"] = json.dumps(row["data"], sort_keys=True, ensure_ascii=False)
        yield _line(_harmless(str(row[column])) for column in _COLUMNS)


def _harmless(cell: str) -> str:
    """A spreadsheet takes such a cell for a formula and runs it (OWASP, CSV injection)."""
    return f"'{cell}" if cell.startswith(("=", "+", "-", "@", "\t", "\r")) else cell


def _line(cells: Iterable[str]) -> str:
    written = io.StringIO()
    csv.writer(written).writerow(cells)
    return written.getvalue()


_FORMS = {"csv": _as_csv, "jsonl": _as_json_lines}


def verify(ctx: Context, visitor: Visitor) -> Whole | Broken:
    """Walk the whole chain and say whether every link holds, or which entry is the first that does not."""
    account_id = _account(ctx, visitor)
    with ctx.db.reading() as conn:
        found = audit_chain.verify(audit.walk(conn, account_id), *audit.head(conn, account_id))
    count = found.count if isinstance(found, Whole) else found.seq - 1
    broken_at = None if isinstance(found, Whole) else found.seq
    event = ChainVerified(count, broken_at)
    try:
        unit(ctx, visitor, ctx.moment(), lambda work: work.record(event, account_id))
    except IntegrityError:
        # Behind a head that was set back nothing can be written: what was found counts more.
        if isinstance(found, Whole):
            raise
    return found
