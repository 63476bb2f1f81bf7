"""Builders: accounts with people who can sign in, their browsers and their codes, and what the server wrote.

People are set up directly, in one transaction, as they stand after their set-up; nothing here sends a letter.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any, cast

from sqlalchemy import select

from sparekey.adapters.letters import KINDS
from sparekey.core.addresses import AddressId
from sparekey.core.audit_chain import Entry
from sparekey.core.contract import About, Answer, Moment
from sparekey.core.people import (
    SERVER,
    Account,
    AccountId,
    Language,
    Member,
    MemberId,
    Policy,
    Role,
    Status,
    new_id,
)
from sparekey.core.proofs import Proof
from sparekey.core.sign_in import Standing
from sparekey.factors import code_at
from sparekey.flows import _sessions, _ways, sign_in
from sparekey.flows._work import TEXT_CODE, Work, unit
from sparekey.flows.context import Context, Started, Visitor
from sparekey.flows.sessions import browser_mark, recognise
from sparekey.store import addresses, audit, people, queue
from sparekey.store.schema import outbox

PASSWORD = "lantern under the bridge"
SET_UP = _ways.Binding("", "set_up")
FIREFOX = "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:145.0) Gecko/20100101 Firefox/145.0"
SOMEBODY = Visitor(source="203.0.113.7", device=FIREFOX)
"""Not signed in, with a browser that has no cookie yet."""


@dataclass(frozen=True)
class Team:
    """An account and its people, by username."""

    account: Account
    owner: Member
    people: Mapping[str, Member]

    def __getitem__(self, username: str) -> Member:
        return self.people[username]


@dataclass(frozen=True)
class Browser(Visitor):
    """A visitor who is signed in, and the cookie that says so."""

    token: str = field(default="", repr=False)


def account(
    ctx: Context,
    owner: str = "nora.keller",
    staff: Sequence[str] = ("jonas.frei",),
    *,
    others: Mapping[str, Role] | None = None,
    policy: Policy | None = None,
) -> Team:
    """An account whose people all have a password (`PASSWORD`) and an authenticator app."""
    roles = {owner: Role.OWNER, **dict.fromkeys(staff, Role.STAFF), **(others or {})}
    moment = ctx.moment()
    new = Account(
        AccountId(new_id("acc", moment)), f"Team of {owner}", policy or Policy(), moment.at, version=0
    )
    members = {name: person(new.id, name, role, moment) for name, role in roles.items()}
    materials = {name: _material(ctx, one, moment) for name, one in members.items()}

    def keep(work: Work) -> None:
        people.add_account(work.conn, new)
        audit.start(work.conn, new.id)
        for name, one in members.items():
            people.add_member(work.conn, one)
            for kind, value in materials[name].items():
                _ways.add(work, one, kind, value, SET_UP)
            _ways.renew_summary(work, one)

    unit(ctx, Visitor(console="test"), moment, keep)
    return Team(new, members[owner], members)


def person(account_id: AccountId, username: str, role: Role, moment: Moment) -> Member:
    """`nora.keller` is Nora Keller, nora.keller@example.com, and active; nobody has kept her yet."""
    return Member(
        id=MemberId(new_id("mem", moment, username)),
        account_id=account_id,
        username=username,
        name=username.replace(".", " ").title(),
        email=f"{username}@example.com",
        role=role,
        status=Status.ACTIVE,
        language=Language.EN,
        created_at=moment.at,
    )


def _material(ctx: Context, who: Member, moment: Moment) -> dict[str, Any]:
    """A password and an app of which no code was used yet."""
    about = About("Sparekey", who.username)
    password, app = ctx.factors["password"], ctx.factors["totp"]
    return {
        "password": password.enrol(about, {}, PASSWORD, moment),
        "totp": app.decode(app.propose(about, moment).kept),
    }


def with_backup_codes(ctx: Context, who: Member, *, saved: bool = True) -> list[str]:
    """Give somebody ten backup codes, proven to be saved unless told otherwise; returns them."""
    moment = ctx.moment()
    factor = ctx.factors["backup_codes"]
    proposal = factor.propose(About("Sparekey", who.username), moment)
    codes = cast(list[str], proposal.shown["codes"])
    value = factor.enrol(About("Sparekey", who.username), proposal.kept, codes[0] if saved else "", moment)

    def keep(work: Work) -> None:
        _ways.add(work, who, "backup_codes", value, SET_UP)
        _ways.renew_summary(work, who)

    unit(ctx, Visitor(console="test"), moment, keep)
    return codes


def stands(ctx: Context, who: Member, kind: str, standing: Standing) -> None:
    """Suspend, expose or disable what somebody has of this kind."""

    def change(work: Work) -> None:
        had = _ways.ways(work.conn, who.account_id, who.id)
        _ways.stand(work, who, [one for one in had if one.kept.kind == kind], standing)
        _ways.renew_summary(work, who)

    unit(ctx, Visitor(console="test"), ctx.moment(), change)


def without(ctx: Context, who: Member, kind: str) -> None:
    """Take what somebody has of this kind away for good."""

    def take(work: Work) -> None:
        had = _ways.ways(work.conn, who.account_id, who.id)
        _ways.destroy(work, who, [one for one in had if one.kept.kind == kind], "replaced")
        _ways.renew_summary(work, who)

    unit(ctx, Visitor(console="test"), ctx.moment(), take)


def with_address(ctx: Context, who: Member, address: str) -> Member:
    """Give somebody a further address that was confirmed just now; gives them as they now are."""
    moment = ctx.moment()
    address_id = AddressId(new_id("adr", moment, address))
    new = addresses.Address(who.account_id, who.id, address_id, address, moment.at, moment.at)

    def keep(work: Work) -> None:
        addresses.add(work.conn, new)
        addresses.renew(work.conn, who)

    unit(ctx, Visitor(console="test"), moment, keep)
    return reloaded(ctx, who)


def changed(ctx: Context, who: Member, **fields: Any) -> Member:
    """Keep a person with other fields, such as `status=Status.INVITED`, and give them as they now are."""
    ctx.db.write(lambda conn: people.put_member(conn, replace(reloaded(ctx, who), **fields)))
    return reloaded(ctx, who)


def reloaded(ctx: Context, who: Member) -> Member:
    return ctx.db.read(lambda conn: people.member(conn, who.account_id, who.id))


def code_of(ctx: Context, who: Member, kind: str = "totp") -> str:
    """The six digits that somebody's app shows now."""
    had = ctx.db.read(lambda conn: _ways.ways(conn, who.account_id, who.id))
    kept = next(one.kept for one in reversed(had) if one.kept.kind == kind)
    return code_at(_ways.material(ctx, kept), ctx.moment().at)


def signed_in(ctx: Context, who: Member, *, visitor: Visitor = SOMEBODY, aal2: bool = True) -> Browser:
    """A browser with a finished sign-in of this moment. Uses up no code, so it can be had again and again."""
    moment = ctx.moment()

    def start(work: Work) -> Started:
        had = _ways.ways(work.conn, who.account_id, who.id)
        proofs = tuple(_proof(one, moment) for one in had if aal2 or not one.is_second)
        return _sessions.start_full(work, reloaded(ctx, who), proofs, is_remembered=not aal2)

    started = unit(ctx, visitor, moment, start)
    return opened(ctx, renamed(ctx, visitor, started), started.token)


def _proof(one: _ways.Had, moment: Moment) -> Proof:
    traits = one.enrolled.traits
    return Proof(one.kept.id, traits.kind, (traits.category,), traits.amr, moment.at)


def signs_in(ctx: Context, who: Member, *, visitor: Visitor = SOMEBODY) -> Browser:
    """The whole way through the two posts, with the app's present code; once in 30 seconds a person."""
    half = opened(ctx, visitor, sign_in.begin(ctx, visitor, who.username, PASSWORD).started.token)
    started = sign_in.prove(ctx, half, Answer.CODE, code_of(ctx, who)).started
    return opened(ctx, renamed(ctx, visitor, started), started.token)


def renamed(ctx: Context, visitor: Visitor, started: Started) -> Visitor:
    """The same browser with the cookie of its own that a sign-in gave it."""
    mark = browser_mark(ctx, started.browser) if started.browser else visitor.browser
    return replace(visitor, browser=mark)


def opened(ctx: Context, visitor: Visitor, token: str) -> Browser:
    """The next request of a browser that holds this token."""
    fresh = Browser(visitor.source, visitor.device, visitor.browser, token=token)
    return cast(Browser, recognise(ctx, fresh, token))


def again(ctx: Context, browser: Browser) -> Browser:
    """The next request of this browser: its session and person as they now are, or nobody."""
    return opened(ctx, browser, browser.token)


@dataclass(frozen=True)
class Posted:
    """A letter in the outbox, as it was posted."""

    kind: str
    to: str
    facts: Mapping[str, Any]
    language: str
    state: str


def letters(ctx: Context, *kinds: str) -> list[Posted]:
    """The letters that were posted and not erased (of these kinds; none: all), by time, kind and address."""
    assert set(kinds) <= {*KINDS, TEXT_CODE}, "a kind that there is not was never posted"
    is_letter = outbox.c.sealed.is_not(None) & ~outbox.c.kind.startswith(queue.LOGOUT)
    wanted = select(outbox).where(is_letter).order_by(outbox.c.created_at)
    rows = ctx.db.read(lambda conn: conn.execute(wanted).all())
    found = []
    for row in rows:
        payload = json.loads(ctx.keys.unseal(row.sealed, f"outbox:{row.id}"))
        facts = {name: _read(value) for name, value in payload["facts"].items()}
        posted = Posted(row.kind, payload["to"], facts, payload["language"], row.state)
        found.append((row.created_at, row.kind, payload["to"], posted))
    return [one[3] for one in sorted(found, key=lambda one: one[:3]) if not kinds or one[3].kind in kinds]


def _read(value: Any) -> Any:
    return datetime.fromisoformat(value["at"]) if isinstance(value, dict) else value


def entries(ctx: Context, account_id: AccountId = SERVER) -> list[Entry]:
    """The audit chain, oldest first."""
    return ctx.db.read(lambda conn: list(audit.walk(conn, account_id)))


def tags(ctx: Context, account_id: AccountId = SERVER) -> list[str]:
    """What is on the audit chain, oldest first, without the builders' own entries."""
    return [one.tag for one in entries(ctx, account_id) if one.actor != "test"]


@contextmanager
def without_outbox(ctx: Context) -> Iterator[None]:
    """Meanwhile no letter can be posted: the outbox's table is away."""
    _rename(ctx, "outbox", "outbox_away")
    try:
        yield
    finally:
        _rename(ctx, "outbox_away", "outbox")


def _rename(ctx: Context, before: str, after: str) -> None:
    with ctx.db.engine.begin() as conn:
        conn.exec_driver_sql(f"ALTER TABLE {before} RENAME TO {after}")
