"""What the console opens is on two chains and told to everybody; whom it may not help it refuses."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from sqlalchemy import update

from sparekey.core.audit_chain import Broken, Whole
from sparekey.core.people import SERVER, Member, Role, Status
from sparekey.core.recovery_case import State
from sparekey.errors import BadInput, LinkUnusable, NameTaken, NotAllowed, NotFound
from sparekey.flows import console
from sparekey.flows._links import Purpose, find
from sparekey.flows._work import unit
from sparekey.flows.console import Chain, Handed, NewAccount
from sparekey.flows.context import Context, Visitor
from sparekey.flows.joining import first_run
from sparekey.store import cases, schema
from sparekey.store.cases import Link
from tests.flows.test_upkeep import open_case
from tests.people import Team, account, changed, entries, letters, reloaded, tags

FRESH = NewAccount("Alpenblick GmbH", "Ida Meier", "ida.meier", "ida@alpenblick.example")


@pytest.fixture
def team(ctx: Context) -> Team:
    """Nora owns it, Luca too, Mia is staff."""
    return account(ctx, "nora.keller", ("mia.zuercher",), others={"luca.bernasconi": Role.OWNER})


@pytest.fixture
def owner(team: Team) -> Member:
    return team.owner


def kept(ctx: Context, link: str, *purposes: Purpose) -> Link:
    text = link.rsplit("/", 1)[1]
    return unit(ctx, Visitor(), ctx.moment(), lambda work: find(work, text, *purposes))


def told(ctx: Context) -> list[tuple[str, str]]:
    return [(one.kind, one.to) for one in letters(ctx)]


def test_a_new_account_has_an_invited_owner(ctx: Context) -> None:
    handed = console.add_account(ctx, FRESH)
    found = reloaded(ctx, handed.member)
    assert ("Ida Meier", Role.OWNER, Status.INVITED) == (found.name, found.role, found.status)


def test_the_link_of_a_new_account_is_an_invitation_of_three_days(ctx: Context) -> None:
    handed = console.add_account(ctx, FRESH)
    link = kept(ctx, handed.link, Purpose.INVITATION)
    assert (handed.member.id, ctx.moment().at + timedelta(hours=72)) == (link.member_id, link.expires_at)


def test_a_new_account_is_on_both_chains(ctx: Context) -> None:
    account_id = console.add_account(ctx, FRESH).member.account_id
    assert ["server:account:added", "server:console:used"] == tags(ctx)
    assert ["account:member:added", "member:link:sent"] == tags(ctx, account_id)


def test_two_accounts_made_in_a_row_are_two(ctx: Context, owner: Member) -> None:
    other = console.add_account(ctx, FRESH).member
    assert owner.account_id != other.account_id


def test_a_name_that_is_taken_on_the_server_makes_no_account(ctx: Context, owner: Member) -> None:
    taken = NewAccount("Other", "Other Nora", owner.username, "other@example.org")
    with pytest.raises(NameTaken):
        console.add_account(ctx, taken)
    assert [SERVER, owner.account_id] == [chain.id for chain in console.chains(ctx)]


def test_what_cannot_be_a_name_is_refused(ctx: Context) -> None:
    with pytest.raises(BadInput) as refusal:
        console.add_account(ctx, NewAccount("Acme", "Ida", "a b", "ida@example.org"))
    assert "username" == refusal.value.field


@pytest.mark.parametrize("name", ["nora.keller", " NORA.Keller ", "nora.keller@example.com"])
def test_an_owner_is_recovered_by_either_sign_in_name(ctx: Context, owner: Member, name: str) -> None:
    handed = console.owner_recover(ctx, name)
    link = kept(ctx, handed.link, Purpose.OWNER_RECOVERY)
    assert (owner.id, ctx.moment().at + timedelta(minutes=10)) == (link.member_id, link.expires_at)


def test_a_recovery_is_on_both_chains(ctx: Context, owner: Member) -> None:
    console.owner_recover(ctx, owner.username)
    on_server, on_account = entries(ctx)[-1], entries(ctx, owner.account_id)[-1]
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


def test_the_person_and_every_other_owner_are_told(ctx: Context, team: Team) -> None:
    console.owner_recover(ctx, "nora.keller")
    expected = [
        ("owner_recovered", "nora.keller@example.com"),
        ("owner_recovered_owners", "luca.bernasconi@example.com"),
    ]
    assert expected == told(ctx)


def test_a_staff_member_is_recovered_and_every_owner_told(ctx: Context, team: Team) -> None:
    console.member_recover(ctx, "mia.zuercher")
    expected = [
        ("owner_recovered", "mia.zuercher@example.com"),
        ("owner_recovered_owners", "luca.bernasconi@example.com"),
        ("owner_recovered_owners", "nora.keller@example.com"),
    ]
    assert expected == told(ctx)
    links = {one.facts["link"] for one in letters(ctx, "owner_recovered_owners")}
    assert {ctx.site.link("/account/audit")} == links


def test_the_letters_name_the_command(ctx: Context, team: Team) -> None:
    console.member_recover(ctx, "mia.zuercher")
    assert {"sparekey member recover"} == {one.facts["place"] for one in letters(ctx)}


def test_owner_recover_is_for_owners(ctx: Context, team: Team) -> None:
    with pytest.raises(NotAllowed) as refusal:
        console.owner_recover(ctx, "mia.zuercher")
    assert "not_owner" == refusal.value.reason


@pytest.mark.parametrize("recover", [console.owner_recover, console.member_recover])
def test_who_is_deactivated_stays_out(
    ctx: Context, team: Team, recover: Callable[[Context, str], Handed]
) -> None:
    changed(ctx, team["luca.bernasconi"], status=Status.DEACTIVATED)
    with pytest.raises(NotAllowed) as refusal:
        recover(ctx, "luca.bernasconi")
    assert "deactivated" == refusal.value.reason


def test_a_name_that_nobody_has_is_said_to_be_so(ctx: Context) -> None:
    with pytest.raises(NotFound):
        console.member_recover(ctx, "nobody")


def test_a_running_case_ends(ctx: Context, owner: Member) -> None:
    case = open_case(ctx, owner)
    console.owner_recover(ctx, owner.username)
    after = ctx.db.read(lambda conn: cases.get(conn, case.account_id, case.id))
    assert (State.CANCELLED, "replaced") == (after.state, after.ending)


def test_a_second_link_replaces_the_first(ctx: Context, team: Team) -> None:
    first = console.owner_recover(ctx, "nora.keller").link
    console.owner_recover(ctx, "nora.keller")
    with pytest.raises(LinkUnusable) as refusal:
        kept(ctx, first, Purpose.OWNER_RECOVERY)
    assert "replaced" == refusal.value.reason


def test_everybody_is_listed_account_by_account(ctx: Context, team: Team) -> None:
    console.add_account(ctx, FRESH)
    found = [(one.account.name, one.member.username) for one in console.list_members(ctx)]
    assert [
        ("Alpenblick GmbH", "ida.meier"),
        ("Team of nora.keller", "luca.bernasconi"),
        ("Team of nora.keller", "mia.zuercher"),
        ("Team of nora.keller", "nora.keller"),
    ] == sorted(found)


def test_whole_chains_are_found_whole(ctx: Context) -> None:
    console.add_account(ctx, FRESH)
    heard: list[int] = []
    results = [console.verify_chain(ctx, chain, heard.append) for chain in console.chains(ctx)]
    assert ([2, 2], 4) == ([found.count for found in results if isinstance(found, Whole)], sum(heard))


def test_a_changed_entry_is_found(ctx: Context) -> None:
    console.add_account(ctx, FRESH)
    tamper = update(schema.audit).where(schema.audit.c.seq == 2).values(actor="somebody else")
    ctx.db.write(lambda conn: conn.execute(tamper))
    result = console.verify_chain(ctx, Chain(SERVER, "", 2), lambda _: None)
    assert Broken(2, ctx.moment().at, "content") == result


def test_an_empty_server_gives_a_first_link(ctx: Context) -> None:
    link = first_run.first_link(ctx)
    found = kept(ctx, str(link), Purpose.FIRST_OWNER)
    assert (SERVER, "", ctx.moment().at + timedelta(hours=24)) == (
        found.account_id,
        found.member_id,
        found.expires_at,
    )


def test_the_first_link_is_on_the_servers_chain(ctx: Context) -> None:
    first_run.first_link(ctx)
    assert ["server:first_link:made"] == tags(ctx)


def test_another_start_replaces_the_first_link(ctx: Context) -> None:
    first = str(first_run.first_link(ctx))
    first_run.first_link(ctx)
    with pytest.raises(LinkUnusable) as refusal:
        kept(ctx, first, Purpose.FIRST_OWNER)
    assert "replaced" == refusal.value.reason


def test_there_is_no_first_link_once_there_is_an_account(ctx: Context, owner: Member) -> None:
    assert None is first_run.first_link(ctx)


def test_preparing_twice_begins_one_chain(ctx: Context) -> None:
    first_run.prepare(ctx)
    assert [SERVER] == [chain.id for chain in console.chains(ctx)]
