"""What time ends is ended by itself, and one piece that fails keeps no other from being done."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import func, select

from sparekey.core.people import CaseId, Member, SessionId
from sparekey.core.recovery_case import Case, CasePolicy, Delivery, How, State, issue, settle
from sparekey.core.sessions import Scope, Session
from sparekey.flows.upkeep import Upkeep, run_once
from sparekey.store import cases, schema, sessions
from tests.flows.small_server import SmallServer, small_server


@pytest.fixture
def server(tmp_path: Path) -> Iterator[SmallServer]:
    with small_server(tmp_path) as server:
        yield server


@pytest.fixture
def owner(server: SmallServer) -> Member:
    return server.add_owner()


def open_case(server: SmallServer, member: Member, name: str = "cas_1") -> Case:
    """A set-up link was sent just now; it lives 24 hours."""
    case = Case(
        id=CaseId(name),
        account_id=member.account_id,
        member_id=member.id,
        method="owner_issues",
        policy=CasePolicy(),
        opened_by="mem_owner",
        opened_at=server.now,
        how=How.PERSON,
    )
    issued = issue(settle(case, server.now), Delivery.LINK, None, server.now)
    server.db.write(lambda conn: cases.add(conn, issued))
    return issued


def state_of(server: SmallServer, case: Case) -> State:
    return server.db.read(lambda conn: cases.get(conn, case.account_id, case.id)).state


def add_session(server: SmallServer, member: Member, name: str, life: timedelta) -> None:
    session = Session(
        id=SessionId(name),
        account_id=member.account_id,
        member_id=member.id,
        scope=Scope.FULL,
        proofs=(),
        created_at=server.now,
        expires_at=server.now + life,
        last_used_at=server.now,
    )
    server.db.write(lambda conn: sessions.add(conn, name, session, None))


def test_a_case_whose_time_ran_out_expires(server: SmallServer, owner: Member) -> None:
    case = open_case(server, owner)
    server.wait(hours=24)
    run_once(server.ctx)
    assert State.EXPIRED is state_of(server, case)


def test_the_person_is_told_that_it_expired(server: SmallServer, owner: Member) -> None:
    open_case(server, owner)
    server.wait(hours=24)
    run_once(server.ctx)
    assert 1 == server.waiting()


def test_a_case_that_still_has_time_goes_on(server: SmallServer, owner: Member) -> None:
    case = open_case(server, owner)
    server.wait(hours=23, minutes=59)
    run_once(server.ctx)
    assert State.ISSUED is state_of(server, case)


def test_one_case_that_cannot_be_settled_keeps_no_other(server: SmallServer, owner: Member) -> None:
    open_case(server, replace(owner, id="mem_nobody"), "cas_0")
    case = open_case(server, owner)
    server.wait(hours=24)
    run_once(server.ctx)
    assert State.EXPIRED is state_of(server, case)


def test_sessions_that_ended_are_forgotten(server: SmallServer, owner: Member) -> None:
    add_session(server, owner, "short", timedelta(hours=1))
    add_session(server, owner, "long", timedelta(hours=2))
    server.wait(hours=1)
    run_once(server.ctx)
    kept = server.db.read(lambda conn: sessions.of_member(conn, owner.account_id, owner.id))
    assert ["long"] == [one.session.id for one in kept]


def test_last_uses_are_written(server: SmallServer, owner: Member) -> None:
    add_session(server, owner, "one", timedelta(hours=2))
    server.wait(minutes=5)
    server.ctx.last_uses.note("one", server.now)
    run_once(server.ctx)
    kept = server.db.read(lambda conn: sessions.find(conn, "one"))
    assert server.now == (kept and kept.session.last_used_at)


@pytest.mark.parametrize(("days", "left"), [(32, 1), (34, 0)])
def test_a_dead_link_is_kept_for_a_month(server: SmallServer, owner: Member, days: int, left: int) -> None:
    server.wait(days=days)  # the owner's invitation lived three days
    run_once(server.ctx)
    count = select(func.count()).select_from(schema.links)
    assert left == server.db.read(lambda conn: conn.execute(count).scalar_one())


def test_stopping_writes_what_was_only_in_memory(server: SmallServer, owner: Member) -> None:
    add_session(server, owner, "one", timedelta(hours=2))
    upkeep = Upkeep(server.ctx)
    upkeep.start()
    server.wait(minutes=5)
    server.ctx.last_uses.note("one", server.now)
    upkeep.stop()
    kept = server.db.read(lambda conn: sessions.find(conn, "one"))
    assert server.now == (kept and kept.session.last_used_at)
