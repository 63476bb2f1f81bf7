"""The steps that several flow tests take: half a sign-in, being helped, the forced change, many at once."""

import threading
from base64 import b32decode
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, TypeVar

import pytest
from sqlalchemy import select

from sparekey.adapters.hashing import Pool
from sparekey.core.contract import Answer, Loss
from sparekey.core.people import AccountId, Member
from sparekey.core.recovery_case import Case, Delivery, How
from sparekey.core.sessions import Scope
from sparekey.core.sign_in import Standing
from sparekey.errors import SparekeyError
from sparekey.factors import code_at
from sparekey.factors.totp import AppSecret
from sparekey.flows import _ways, recover, rotate, sign_in
from sparekey.flows.context import Context, Visitor
from sparekey.flows.joining import setup
from sparekey.flows.recover import Request
from sparekey.flows.sign_in import Outcome
from sparekey.store import cases, sessions
from sparekey.store.schema import cases as case_table
from sparekey.store.schema import metadata
from tests.people import PASSWORD, SOMEBODY, Browser, code_of, letters, opened, tags

NEW_PASSWORD = "seven yellow dogs bark"
CASE = "member:recovery_case:"
HANDED = [Delivery.LINK, Delivery.SCREEN, Delivery.MAIL]
T = TypeVar("T")


class CountingPool(Pool):
    """A pool that counts what it is given."""

    def __init__(self) -> None:
        super().__init__(1)
        self.runs = 0

    def run(self, work: Callable[[], T]) -> T:
        self.runs += 1
        return super().run(work)


def refusal(act: Callable[[], object]) -> SparekeyError:
    """How it is refused."""
    with pytest.raises(SparekeyError) as refused:
        act()
    return refused.value


def half(ctx: Context, who: Member, visitor: Visitor = SOMEBODY, password: str = PASSWORD) -> Browser:
    """A browser in which the password was right."""
    return opened(ctx, visitor, sign_in.begin(ctx, visitor, who.username, password).started.token)


def answer(ctx: Context, browser: Visitor, text: str, field: Answer = Answer.CODE, **more: Any) -> Outcome:
    return sign_in.prove(ctx, browser, field, text, **more)


def wrong_code(ctx: Context, who: Member) -> str:
    """Six digits that no authenticator of this person shows within an hour."""
    had = ctx.db.read(lambda conn: _ways.ways(conn, who.account_id, who.id))
    secrets = [_ways.material(ctx, one.kept) for one in had if one.enrolled.traits.answer is Answer.CODE]
    now = int(ctx.moment().at.timestamp()) // 30
    near = {code_at(secret, _at(step)) for secret in secrets for step in range(now - 120, now + 121)}
    return next(digits for digits in (f"{number:06}" for number in range(1000)) if digits not in near)


def _at(step: int) -> datetime:
    return datetime.fromtimestamp(step * 30, UTC)


def helped(
    ctx: Context, helper: Browser, who: Member, delivery: Delivery = Delivery.SCREEN, **more: Any
) -> Case:
    """Something is handed over, after a call unless told otherwise. `more`: how, is_stolen."""
    return recover.help_back_in(ctx, helper, who.id, Request(delivery, **{"how": How.CALL, **more}))


def temporary_code(ctx: Context, who: Member) -> str:
    return code_of(ctx, who, "temporary_secret")


def redeemed(ctx: Context, who: Member, visitor: Visitor = SOMEBODY) -> Browser:
    """A browser in the forced change, by password and temporary secret."""
    outcome = answer(ctx, half(ctx, who, visitor), temporary_code(ctx, who))
    browser = opened(ctx, visitor, outcome.started.token)
    assert browser.session is not None
    assert Scope.ROTATE is browser.session.scope
    return browser


def shows(ctx: Context, secret: str) -> str:
    """What an app with this secret shows now."""
    return code_at(AppSecret(b32decode(secret.replace(" ", ""))), ctx.moment().at)


def changes_all(
    ctx: Context, browser: Browser, password: str = NEW_PASSWORD, thing: Loss | None = None
) -> Browser:
    """The whole forced change, up to the page with the new backup codes."""
    rotate.stage_password(ctx, browser, password)
    shown = rotate.propose(ctx, browser)
    return opened(ctx, browser, rotate.commit(ctx, browser, shows(ctx, shown.secret), thing).token)


def standings(ctx: Context, who: Member) -> dict[str, Standing]:
    """What somebody has, by kind."""
    had = ctx.db.read(lambda conn: _ways.ways(conn, who.account_id, who.id))
    return {one.kept.kind: one.kept.standing for one in had}


def case_of(ctx: Context, who: Member) -> Case:
    """The newest case about somebody, as it is kept."""
    wanted = (
        select(case_table.c.id)
        .where(case_table.c.member_id == who.id)
        .order_by(case_table.c.opened_at.desc(), case_table.c.ended_at.desc().nulls_first())
    )
    found = ctx.db.read(lambda conn: conn.execute(wanted).scalars().first())
    assert found is not None
    return ctx.db.read(lambda conn: cases.get(conn, who.account_id, found))


def scopes(ctx: Context, who: Member) -> list[str]:
    """The sessions somebody has, by scope."""
    stored = ctx.db.read(lambda conn: sessions.of_member(conn, who.account_id, who.id))
    return sorted(one.session.scope.value for one in stored)


def token_in(link: str) -> str:
    return link.rsplit("/", 1)[1]


def at_once(count: int, act: Callable[[int], T]) -> list[T | SparekeyError]:
    """Run `act(0)` to `act(count - 1)` in as many threads that start together; refusals are results."""
    start = threading.Barrier(count)

    def one(number: int) -> T | SparekeyError:
        start.wait()
        try:
            return act(number)
        except SparekeyError as refused:
            return refused

    with ThreadPoolExecutor(count) as threads:
        return list(threads.map(one, range(count)))


def everything(ctx: Context) -> str:
    """All that the database holds, as text: every column of every table, and SQLite's files byte by byte."""
    found = []
    with ctx.db.reading() as conn:
        for table in metadata.sorted_tables:
            found += [repr(tuple(row)) for row in conn.execute(select(table))]
    database = ctx.db.engine.url.database
    if ctx.db.is_sqlite and database:
        found += [Path(database + end).read_bytes().decode("latin-1") for end in ("", "-wal")]
    return "\n".join(found)


@dataclass(frozen=True)
class Handed:
    """What can be used of a hand-over: a code, or a link's token."""

    code: str = ""
    token: str = ""


def hand(ctx: Context, helper: Browser, who: Member, delivery: Delivery) -> Handed:
    """Hand something over, and take what the person gets of it."""
    helped(ctx, helper, who, delivery)
    if delivery is Delivery.LINK:
        return Handed(token=token_in(str(letters(ctx, "setup_link")[-1].facts["link"])))
    return Handed(code=temporary_code(ctx, who))


def use(ctx: Context, who: Member, handed: Handed) -> Scope:
    """Redeem it, together with the password."""
    if handed.token:
        return setup.accept_lost(ctx, SOMEBODY, handed.token, PASSWORD).session.scope
    return answer(ctx, half(ctx, who), handed.code).started.session.scope


def case_tags(ctx: Context, account_id: AccountId) -> list[str]:
    """What became of the cases of an account, step by step."""
    return [tag.removeprefix(CASE) for tag in tags(ctx, account_id) if tag.startswith(CASE)]


def told(ctx: Context) -> set[tuple[str, str]]:
    """Kind and reader of every letter."""
    return {(one.kind, one.to.split("@")[0]) for one in letters(ctx)}
