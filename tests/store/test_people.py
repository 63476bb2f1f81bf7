"""Names are found however they are typed, belong to one person on the server, and stay in their account."""

from dataclasses import replace

import pytest
from sqlalchemy import Connection

from sparekey.core.people import AccountId, MemberId, Policy, Role, Status, name_key
from sparekey.errors import NameTaken, NotFound, Stale
from sparekey.store import lists, people
from sparekey.store.engine import Database
from sparekey.store.lists import Search
from tests.store.rows import TEAM, account, person
from tests.store.threads import in_threads

OTHER = AccountId("acc_other")
STAFF = {
    "mia": "Mia Müller",
    "zoe": "Zoë Zürcher",
    "tim": "Tim Strauß",
    "jan": "Jan 100% Öztürk_",
    "olivia": "Olivia Novak",
}


@pytest.fixture
def team(database: Database) -> Database:
    def fill(conn: Connection) -> None:
        account(conn)
        account(conn, OTHER)
        for username, name in STAFF.items():
            people.add_member(conn, person(username, name=name))
        people.add_member(conn, person("foreign", account_id=OTHER, name="Mia Foreign"))

    database.write(fill)
    return database


def test_everybody_is_walked_through_piece_by_piece(team: Database) -> None:
    pieces = team.read(lambda conn: list(people.walk(conn, TEAM, 2)))
    assert ([2, 2, 1], set(STAFF)) == (
        [len(piece) for piece in pieces],
        {one.username for piece in pieces for one in piece},
    )


def found(database: Database, **wanted: object) -> list[str]:
    search = Search(**wanted)  # type: ignore[arg-type]
    listed, _ = database.read(lambda conn: lists.search(conn, TEAM, search))
    return [each.member.username for each in listed]


@pytest.mark.parametrize(
    ("typed", "usernames"),
    [
        ("muller", ["mia"]),
        ("Mueller", ["mia"]),
        ("MÜLLER", ["mia"]),
        ("zurcher", ["zoe"]),
        ("zoe", ["zoe"]),
        ("strauss", ["tim"]),
        ("ozturk", ["jan"]),
        ("mia muller", ["mia"]),
        ("muller mia", ["mia"]),
        ("mia zurcher", []),
        ("tim@example.com", ["tim"]),
        ("%", ["jan"]),
        ("100%", ["jan"]),
        ("_", ["jan"]),
        ("\\", []),
        ("'; DROP TABLE members; --", []),
        ("nobody", []),
        ("", sorted(STAFF)),
    ],
)
def test_search(team: Database, typed: str, usernames: list[str]) -> None:
    assert usernames == sorted(found(team, text=typed))


def test_pages_hold_everybody_once(team: Database) -> None:
    pages = [found(team, sort="username", page=number, size=2) for number in (1, 2, 3, 4)]
    assert [["jan", "mia"], ["olivia", "tim"], ["zoe"], []] == pages


@pytest.mark.parametrize("sort", ["risk", "name", "username", "role", "last", "nonsense"])
def test_every_order_shows_everybody(team: Database, sort: str) -> None:
    assert sorted(STAFF) == sorted(found(team, sort=sort))


def test_those_at_risk_come_first(team: Database) -> None:
    def mark(conn: Connection) -> None:
        for username, safety in (("mia", "safe"), ("tim", "locked_out"), ("zoe", "one_loss")):
            people.put_safety(conn, person(username), safety, "", set_up_by=None)

    team.write(mark)
    assert ["tim", "zoe"] == found(team, sort="risk")[:2]
    assert ["zoe"] == found(team, safety="one_loss")


def test_a_list_is_filtered_by_status(team: Database) -> None:
    mia = team.read(lambda conn: people.by_username(conn, TEAM, "mia"))
    team.write(lambda conn: people.put_member(conn, replace(mia, status=Status.DEACTIVATED)))
    assert ["mia"] == found(team, status="deactivated")


@pytest.mark.parametrize("typed", ["mia", " MIA ", "Mia@Example.COM", "mia@example.com"])
def test_a_person_is_found_by_either_name(team: Database, typed: str) -> None:
    member = team.read(lambda conn: people.by_sign_in_name(conn, name_key(typed)))
    assert member is not None
    assert "mia" == member.username


@pytest.mark.parametrize(
    ("changed", "field"),
    [({"username": "mia"}, "username"), ({"email": "MIA@example.com"}, "email")],
    ids=["username", "email"],
)
def test_a_name_belongs_to_one_person_on_the_server(
    team: Database, changed: dict[str, str], field: str
) -> None:
    new = replace(person("new", account_id=OTHER), **changed)  # type: ignore[arg-type]
    with pytest.raises(NameTaken) as refusal:
        team.write(lambda conn: people.add_member(conn, new))
    assert field == refusal.value.field


def test_of_many_who_want_one_name_at_once_one_gets_it(team: Database) -> None:
    refused: list[str] = []

    def add(number: int) -> None:
        new = person("new", id=MemberId(f"mem_{number}"), email=f"new{number}@example.com")
        try:
            team.write(lambda conn: people.add_member(conn, new))
        except NameTaken:
            refused.append(new.id)

    in_threads([lambda n=n: add(n) for n in range(8)])  # type: ignore[misc]
    assert (7, ["new"]) == (len(refused), found(team, text="new"))


def test_another_account_s_person_is_not_found(team: Database) -> None:
    with pytest.raises(NotFound):
        team.read(lambda conn: people.member(conn, TEAM, "mem_foreign"))
    with pytest.raises(NotFound):
        team.read(lambda conn: people.by_username(conn, TEAM, "foreign"))


def test_whoever_read_an_older_version_is_too_late(team: Database) -> None:
    mia = team.read(lambda conn: people.member(conn, TEAM, "mem_mia"))
    team.write(lambda conn: people.put_member(conn, replace(mia, name="First")))
    with pytest.raises(Stale):
        team.write(lambda conn: people.put_member(conn, replace(mia, name="Second")))
    assert "First" == team.read(lambda conn: people.member(conn, TEAM, "mem_mia")).name


def test_a_policy_is_kept_if_nobody_was_faster(team: Database) -> None:
    read = lambda conn: people.account(conn, TEAM)  # noqa: E731
    before = team.read(read)
    changed = replace(before, policy=Policy(links_only=True, remember_days=30))
    team.write(lambda conn: people.put_account(conn, changed))
    with pytest.raises(Stale):
        team.write(lambda conn: people.put_account(conn, changed))
    assert replace(changed, version=1) == team.read(read)


def test_only_active_owners_count_as_owners(team: Database) -> None:
    def fill(conn: Connection) -> list[str]:
        people.add_member(conn, person("owner", role=Role.OWNER))
        people.add_member(conn, person("former", role=Role.OWNER, status=Status.DEACTIVATED))
        return [each.username for each in people.lock_owners(conn, TEAM)]

    assert ["owner"] == team.write(fill)


def test_a_person_comes_back_as_they_were(team: Database) -> None:
    mia = team.read(lambda conn: people.names(conn, TEAM, ["mem_mia", "mem_gone"]))
    assert {"mem_mia": person("mia", name="Mia Müller")} == mia


def test_people_are_counted_by_state_and_those_deactivated_apart(team: Database) -> None:
    gone = person("gone", status=Status.DEACTIVATED)
    team.write(lambda conn: people.add_member(conn, gone))
    counts = team.read(lambda conn: lists.count_by_safety(conn, TEAM))
    assert {"not_set_up": len(STAFF), "deactivated": 1} == counts


@pytest.mark.parametrize(("most", "expected"), [(3, 3), (1_000, len(STAFF))])
def test_no_more_people_are_counted_than_asked_for(team: Database, most: int, expected: int) -> None:
    assert expected == team.read(lambda conn: lists.how_many_up_to(conn, TEAM, most))
