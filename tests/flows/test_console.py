"""What the console opens is on two chains and told to everybody; whom it may not help it refuses."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import update

from sparekey.core.audit_chain import Broken, Whole
from sparekey.core.people import SERVER, Member, Role, Status
from sparekey.core.recovery_case import State
from sparekey.errors import BadInput, NameTaken, NotAllowed, NotFound
from sparekey.flows import console, first_run
from sparekey.flows._links import Purpose, find
from sparekey.flows._work import unit
from sparekey.flows.console import Chain, NewAccount
from sparekey.flows.context import Visitor
from sparekey.store import cases, queue, schema
from sparekey.store.cases import Link
from tests.flows.small_server import SmallServer, small_server
from tests.flows.test_upkeep import open_case

FRESH = NewAccount("Alpenblick GmbH", "Ida Meier", "ida.meier", "ida@alpenblick.example")


@pytest.fixture
def server(tmp_path: Path) -> Iterator[SmallServer]:
    with small_server(tmp_path) as server:
        yield server


@pytest.fixture
def owner(server: SmallServer) -> Member:
    return server.add_owner()


def kept(server: SmallServer, link: str, *purposes: Purpose) -> Link:
    text = link.rsplit("/", 1)[1]
    return unit(server.ctx, Visitor(), server.moment(), lambda work: find(work, text, *purposes))


def letters(server: SmallServer) -> list[tuple[str, str]]:
    taken = server.db.write(lambda conn: queue.claim(conn, server.now, timedelta(seconds=1), 50))
    return sorted((one.kind, one.member_id) for one in taken)


def test_a_new_account_has_an_invited_owner(server: SmallServer) -> None:
    handed = console.add_account(server.ctx, FRESH)
    found = server.member(handed.member)
    assert ("Ida Meier", Role.OWNER, Status.INVITED) == (found.name, found.role, found.status)


def test_the_link_of_a_new_account_is_an_invitation_of_three_days(server: SmallServer) -> None:
    handed = console.add_account(server.ctx, FRESH)
    link = kept(server, handed.link, Purpose.INVITATION)
    assert (handed.member.id, server.now + timedelta(hours=72)) == (link.member_id, link.expires_at)


def test_a_new_account_is_on_both_chains(server: SmallServer) -> None:
    account_id = console.add_account(server.ctx, FRESH).member.account_id
    assert ["server:account:added", "server:console:used"] == server.tags()
    assert ["account:member:added", "member:link:sent"] == server.tags(account_id)


def test_two_accounts_made_in_a_row_are_two(server: SmallServer, owner: Member) -> None:
    other = console.add_account(server.ctx, FRESH).member
    assert owner.account_id != other.account_id


def test_a_name_that_is_taken_on_the_server_makes_no_account(server: SmallServer, owner: Member) -> None:
    taken = NewAccount("Other", "Other Nora", owner.username, "other@example.org")
    with pytest.raises(NameTaken):
        console.add_account(server.ctx, taken)
    assert [SERVER, owner.account_id] == [chain.id for chain in console.chains(server.ctx)]


def test_what_cannot_be_a_name_is_refused(server: SmallServer) -> None:
    with pytest.raises(BadInput) as refusal:
        console.add_account(server.ctx, NewAccount("Acme", "Ida", "a b", "ida@example.org"))
    assert "username" == refusal.value.field


@pytest.mark.parametrize("name", ["nora.keller", " NORA.Keller ", "nora.keller@example.org"])
def test_an_owner_is_recovered_by_either_sign_in_name(server: SmallServer, owner: Member, name: str) -> None:
    handed = console.owner_recover(server.ctx, name)
    link = kept(server, handed.link, Purpose.OWNER_RECOVERY)
    assert (owner.id, server.now + timedelta(minutes=10)) == (link.member_id, link.expires_at)


def test_a_recovery_is_on_both_chains(server: SmallServer, owner: Member) -> None:
    console.owner_recover(server.ctx, owner.username)
    on_server, on_account = server.entries()[-1], server.entries(owner.account_id)[-1]
    assert (
        "server:console:used",
        {"command": "owner recover", "account": owner.account_id, "member": owner.id},
    ) == (
        on_server.tag,
        on_server.data,
    )
    assert ("member:link:sent", "console", "console") == (
        on_account.tag,
        on_account.actor,
        on_account.source,
    )


def test_the_person_and_every_other_owner_are_told(server: SmallServer, owner: Member) -> None:
    other = server.add_member(owner, "luca.bernasconi", role=Role.OWNER)
    server.add_member(owner, "mia.zuercher")
    console.owner_recover(server.ctx, owner.username)
    assert [("owner_recovered", owner.id), ("owner_recovered_owners", other.id)] == letters(server)


def test_a_staff_member_is_recovered_and_the_owner_told(server: SmallServer, owner: Member) -> None:
    staff = server.add_member(owner, "mia.zuercher")
    console.member_recover(server.ctx, staff.username)
    assert [("owner_recovered", staff.id), ("owner_recovered_owners", owner.id)] == letters(server)


def test_owner_recover_is_for_owners(server: SmallServer, owner: Member) -> None:
    server.add_member(owner, "mia.zuercher")
    with pytest.raises(NotAllowed) as refusal:
        console.owner_recover(server.ctx, "mia.zuercher")
    assert "not_owner" == refusal.value.reason


@pytest.mark.parametrize("recover", [console.owner_recover, console.member_recover])
def test_who_is_deactivated_stays_out(server: SmallServer, owner: Member, recover) -> None:  # type: ignore[no-untyped-def]
    server.add_member(owner, "reto.caduff", role=Role.OWNER, status=Status.DEACTIVATED)
    with pytest.raises(NotAllowed) as refusal:
        recover(server.ctx, "reto.caduff")
    assert "deactivated" == refusal.value.reason


def test_a_name_that_nobody_has_is_said_to_be_so(server: SmallServer) -> None:
    with pytest.raises(NotFound):
        console.member_recover(server.ctx, "nobody")


def test_a_running_case_ends(server: SmallServer, owner: Member) -> None:
    case = open_case(server, owner)
    console.owner_recover(server.ctx, owner.username)
    after = server.db.read(lambda conn: cases.get(conn, case.account_id, case.id))
    assert (State.CANCELLED, "replaced") == (after.state, after.ending)


def test_a_second_link_replaces_the_first(server: SmallServer, owner: Member) -> None:
    first = console.owner_recover(server.ctx, owner.username)
    console.owner_recover(server.ctx, owner.username)
    found = server.db.read(lambda conn: conn.execute(schema.links.select()).all())
    assert ["replaced"] == [row.ending for row in found if row.ending]
    assert first.link


def test_everybody_is_listed_account_by_account(server: SmallServer, owner: Member) -> None:
    server.add_member(owner, "amelie.rochat")
    console.add_account(server.ctx, FRESH)
    found = [(account.name, listed.member.username) for account, listed in console.list_members(server.ctx)]
    assert [
        ("Berg & Tal AG", "amelie.rochat"),
        ("Berg & Tal AG", "nora.keller"),
        ("Alpenblick GmbH", "ida.meier"),
    ] == found


def test_whole_chains_are_found_whole(server: SmallServer, owner: Member) -> None:
    told: list[int] = []
    results = [console.verify_chain(server.ctx, chain, told.append) for chain in console.chains(server.ctx)]
    assert [2, 2] == [found.count for found in results if isinstance(found, Whole)]
    assert 4 == sum(told)


def test_a_changed_entry_is_found(server: SmallServer, owner: Member) -> None:
    tamper = update(schema.audit).where(schema.audit.c.seq == 2).values(actor="somebody else")
    server.db.write(lambda conn: conn.execute(tamper))
    result = console.verify_chain(server.ctx, Chain(SERVER, "", 2), lambda _: None)
    assert Broken(2, server.now, "content") == result


def test_an_empty_server_gives_a_first_link(server: SmallServer) -> None:
    link = first_run.first_link(server.ctx)
    found = kept(server, str(link), Purpose.FIRST_OWNER)
    assert (SERVER, "", server.now + timedelta(hours=24)) == (
        found.account_id,
        found.member_id,
        found.expires_at,
    )


def test_the_first_link_is_on_the_servers_chain(server: SmallServer) -> None:
    first_run.first_link(server.ctx)
    assert ["server:first_link:made"] == server.tags()


def test_another_start_replaces_the_first_link(server: SmallServer) -> None:
    first_run.first_link(server.ctx)
    first_run.first_link(server.ctx)
    found = server.db.read(lambda conn: conn.execute(schema.links.select()).all())
    assert ["", "replaced"] == sorted(row.ending or "" for row in found)


def test_there_is_no_first_link_once_there_is_an_account(server: SmallServer, owner: Member) -> None:
    assert None is first_run.first_link(server.ctx)


def test_preparing_twice_begins_one_chain(server: SmallServer) -> None:
    first_run.prepare(server.ctx)
    assert [SERVER] == [chain.id for chain in console.chains(server.ctx)]
