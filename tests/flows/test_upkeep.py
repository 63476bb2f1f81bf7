"""What time ends is ended by itself, and one piece that fails keeps no other from being done."""

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import Connection, select

from sparekey.core.people import CaseId, Member, MemberId, SessionId
from sparekey.core.recovery_case import Case, CasePolicy, Delivery, How, State, issue, settle
from sparekey.core.sessions import Scope, Session
from sparekey.core.tokens import DeviceAsk, Token, TokenKind
from sparekey.flows import _links
from sparekey.flows._work import unit
from sparekey.flows.background.upkeep import Upkeep, run_once
from sparekey.flows.context import Context, Visitor
from sparekey.store import cases, schema, sessions
from sparekey.store.oidc import devices, grants, passes, pushed, tokens, used_ids
from sparekey.store.oidc.passes import Pass
from tests.clients import client, given
from tests.people import account, letters, signed_in
from tests.world import FrozenWorld


@pytest.fixture
def jonas(ctx: Context) -> Member:
    return account(ctx)["jonas.frei"]


def open_case(ctx: Context, member: Member, name: str = "cas_1") -> Case:
    """A set-up link was sent just now; it lives 24 hours."""
    now = ctx.moment().at
    case = Case(
        id=CaseId(name),
        account_id=member.account_id,
        member_id=member.id,
        method="owner_issues",
        policy=CasePolicy(),
        opened_by="mem_owner",
        opened_at=now,
        how=How.PERSON,
    )
    issued = issue(settle(case, now), Delivery.LINK, None, now)
    ctx.db.write(lambda conn: cases.add(conn, issued))
    return issued


def state_of(ctx: Context, case: Case) -> State:
    return ctx.db.read(lambda conn: cases.get(conn, case.account_id, case.id)).state


def add_session(ctx: Context, member: Member, name: str, life: timedelta) -> None:
    now = ctx.moment().at
    session = Session(
        id=SessionId(name),
        account_id=member.account_id,
        member_id=member.id,
        scope=Scope.FULL,
        proofs=(),
        created_at=now,
        expires_at=now + life,
        last_used_at=now,
    )
    ctx.db.write(lambda conn: sessions.add(conn, name, session, None))


def test_a_case_whose_time_ran_out_expires(ctx: Context, world: FrozenWorld, jonas: Member) -> None:
    case = open_case(ctx, jonas)
    world.advance(timedelta(hours=24))
    run_once(ctx)
    assert State.EXPIRED is state_of(ctx, case)


def test_the_person_is_told_that_it_expired(ctx: Context, world: FrozenWorld, jonas: Member) -> None:
    open_case(ctx, jonas)
    world.advance(timedelta(hours=24))
    run_once(ctx)
    assert [jonas.email] == [one.to for one in letters(ctx, "recovery_ended")]


def test_a_case_that_still_has_time_goes_on(ctx: Context, world: FrozenWorld, jonas: Member) -> None:
    case = open_case(ctx, jonas)
    world.advance(timedelta(hours=23, minutes=59))
    run_once(ctx)
    assert State.ISSUED is state_of(ctx, case)


def test_one_case_that_cannot_be_settled_keeps_no_other(
    ctx: Context, world: FrozenWorld, jonas: Member
) -> None:
    open_case(ctx, replace(jonas, id=MemberId("mem_nobody")), "cas_0")
    case = open_case(ctx, jonas)
    world.advance(timedelta(hours=24))
    run_once(ctx)
    assert State.EXPIRED is state_of(ctx, case)


def test_sessions_that_ended_are_forgotten(ctx: Context, world: FrozenWorld, jonas: Member) -> None:
    add_session(ctx, jonas, "short", timedelta(hours=1))
    add_session(ctx, jonas, "long", timedelta(hours=2))
    world.advance(timedelta(hours=1))
    run_once(ctx)
    kept = ctx.db.read(lambda conn: sessions.of_member(conn, jonas.account_id, jonas.id))
    assert ["long"] == [one.session.id for one in kept]


def test_last_uses_are_written(ctx: Context, world: FrozenWorld, jonas: Member) -> None:
    add_session(ctx, jonas, "one", timedelta(hours=2))
    world.advance(timedelta(minutes=5))
    ctx.last_uses.note("one", world.now())
    run_once(ctx)
    kept = ctx.db.read(lambda conn: sessions.find(conn, "one"))
    assert world.now() == (kept and kept.session.last_used_at)


@pytest.mark.parametrize(("days", "left"), [(29, 1), (31, 0)])
def test_a_dead_link_is_kept_for_a_month(
    ctx: Context, world: FrozenWorld, jonas: Member, days: int, left: int
) -> None:
    purpose = _links.Purpose.PASSWORD
    unit(ctx, Visitor(), ctx.moment(), lambda work: _links.make(work, jonas, purpose))
    world.advance(_links.LIFE[purpose] + timedelta(days=days))
    run_once(ctx)
    assert left == len(ctx.db.read(lambda conn: conn.execute(select(schema.links)).all()))


def test_stopping_writes_what_was_only_in_memory(ctx: Context, world: FrozenWorld, jonas: Member) -> None:
    add_session(ctx, jonas, "one", timedelta(hours=2))
    upkeep = Upkeep(ctx)
    upkeep.start()
    world.advance(timedelta(minutes=5))
    ctx.last_uses.note("one", world.now())
    upkeep.stop()
    kept = ctx.db.read(lambda conn: sessions.find(conn, "one"))
    assert world.now() == (kept and kept.session.last_used_at)


def test_what_apps_were_let_have_is_forgotten_when_it_ended(ctx: Context, world: FrozenWorld) -> None:
    team = account(ctx)
    wiki, jonas = client(ctx, team), signed_in(ctx, team["jonas.frei"])
    kept, ended = given(ctx, jonas, wiki).grant, given(ctx, jonas, wiki, session_id=SessionId("gone")).grant
    until = ctx.moment().at + timedelta(minutes=1)

    def fill(conn: Connection) -> None:
        for one in (kept, ended):
            for kind in TokenKind:
                tokens.add(conn, Token(f"{one.id}{kind}", one.id, kind, (), ctx.moment().at, until))
        grants.end(conn, ended.id, ctx.moment().at)
        pushed.add(conn, pushed.Pushed("p", wiki.id, "{}", until))
        used_ids.use(conn, "k", until)
        devices.add(conn, DeviceAsk("d", "u", wiki.id, (), "", ctx.moment().at, until, 5))
        ticket = Pass(kept.account_id, kept.member_id, kept.session_id, wiki.id, until, is_ticket=True)
        passes.add(conn, ticket, "t", ctx.moment().at)

    ctx.db.write(fill)
    world.advance(timedelta(minutes=2))
    run_once(ctx)
    tables = (schema.grants, schema.tokens, schema.pushed, schema.used_ids, schema.device_asks, schema.passes)
    left = ctx.db.read(lambda conn: [len(conn.execute(select(one)).all()) for one in tables])
    assert [1, 1, 0, 0, 0, 0] == left
