"""What the phones of the demo's people show now: in place of a phone for everybody."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import Connection

from sparekey.core.contract import Answer, Moment, WrongAnswer
from sparekey.core.people import Member, Role
from sparekey.core.sign_in import can_prove
from sparekey.factors import PERIOD, code_at
from sparekey.flows import _sessions, _staging
from sparekey.flows._ways import Had, material, ways
from sparekey.flows.context import Context
from sparekey.flows.demo.team import LOST_PHONE, TEAM
from sparekey.store import lists, people, sessions
from sparekey.store.lists import Search

_PASSWORDS = {one.username: one.password for one in TEAM}


@dataclass(frozen=True)
class LiveCode:
    """One person, as a demo shows them. Empty: nothing works, or only the person knows."""

    name: str
    username: str
    role: Role
    password: str = field(repr=False)
    code: str = field(repr=False)
    """Of what the person can sign in with."""
    new_code: str = field(repr=False)
    """Of a secret that waits on a page of theirs to be verified."""
    seconds_left: int


def live_codes(ctx: Context) -> list[LiveCode]:
    """Everybody in the demo, by name."""
    moment = ctx.moment()
    return ctx.db.read(lambda conn: [_live(ctx, conn, one, moment) for one in _everybody(conn)])


def _everybody(conn: Connection) -> list[Member]:
    accounts = people.all_accounts(conn)
    pages = (lists.search(conn, account.id, Search(sort="name", size=100))[0] for account in accounts)
    return [listed.member for page in pages for listed in page]


def _live(ctx: Context, conn: Connection, who: Member, moment: Moment) -> LiveCode:
    had = ways(conn, who.account_id, who.id)
    return LiveCode(
        name=who.name,
        username=who.username,
        role=who.role,
        password=_password(ctx, who, had, moment),
        code=_code(ctx, had, moment.at),
        new_code=_new_code(ctx, conn, who, moment.at),
        seconds_left=PERIOD - int(moment.at.timestamp()) % PERIOD,
    )


def _password(ctx: Context, who: Member, had: list[Had], moment: Moment) -> str:
    """The well-known password, as long as it is the right one."""
    known = _PASSWORDS.get(who.username, "")
    for one in had:
        if known and one.enrolled.traits.answer is Answer.PASSWORD and can_prove(one.enrolled):
            try:
                ctx.factors[one.kept.kind].verify(material(ctx, one.kept), known, moment)
            except WrongAnswer:
                continue
            return known
    return ""


def _code(ctx: Context, had: list[Had], at: datetime) -> str:
    """Of the newest secret in use that somebody still has."""
    usable = [one for one in had if one.enrolled.traits.answer is Answer.CODE and can_prove(one.enrolled)]
    held = [one for one in usable if one.kept.label != LOST_PHONE]
    return code_at(material(ctx, held[-1].kept), at) if held else ""


def _new_code(ctx: Context, conn: Connection, who: Member, at: datetime) -> str:
    for stored in sessions.of_member(conn, who.account_id, who.id):
        pending: dict[str, Any] | None = _sessions.draft_of(ctx, stored).get("pending")
        if pending and at < stored.session.expires_at and not _staging.is_stale(pending, at):
            return code_at(_staging.app_factor(ctx).decode(pending["kept"]), at)
    return ""
