"""Material under a version: whoever is faster wins, and nobody else."""

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import Connection

from sparekey.core.sign_in import Standing
from sparekey.errors import Stale
from sparekey.store import authenticators
from sparekey.store.authenticators import Authenticator
from sparekey.store.engine import Database
from tests.store.rows import NOON, TEAM, authenticator
from tests.store.threads import in_threads


def kept(conn: Connection) -> list[Authenticator]:
    return authenticators.of_member(conn, TEAM, "mem_mia")


@pytest.fixture
def one(database: Database) -> Authenticator:
    database.write(lambda conn: authenticators.add(conn, authenticator()))
    return database.read(kept)[0]


def test_what_is_added_comes_back_as_it_was(one: Authenticator) -> None:
    assert authenticator() == one


def test_those_that_work_are_found_by_person_and_kind(database: Database) -> None:
    rows = [
        authenticator(id="aut_2", created_at=NOON + timedelta(days=1)),
        authenticator(id="aut_1"),
        authenticator(id="aut_3", kind="other"),
        authenticator(id="aut_4", standing=Standing.SUSPENDED),
        authenticator(id="aut_5", member_id="mem_tim"),
        authenticator(id="aut_6", member_id="mem_zoe"),
        authenticator(id="aut_7", account_id="acc_other"),
    ]
    database.write(lambda conn: authenticators.add(conn, *rows))
    wanted = ("mem_mia", "mem_tim", "mem_nobody")
    found = database.read(lambda conn: authenticators.working(conn, TEAM, wanted, {"app"}))
    assert {"mem_mia": ["aut_1", "aut_2"], "mem_tim": ["aut_5"]} == {
        who: [one.id for one in ones] for who, ones in found.items()
    }


def test_changed_material_moves_the_version(database: Database, one: Authenticator) -> None:
    changed = replace(one, sealed=b"new", last_used_at=NOON, left=9, saved_at=NOON)
    database.write(lambda conn: authenticators.put(conn, changed))
    assert [replace(changed, version=1)] == database.read(kept)


def test_whoever_read_an_older_version_is_too_late(database: Database, one: Authenticator) -> None:
    database.write(lambda conn: authenticators.put(conn, replace(one, sealed=b"first")))
    with pytest.raises(Stale):
        database.write(lambda conn: authenticators.put(conn, replace(one, sealed=b"second")))
    assert b"first" == database.read(kept)[0].sealed


def test_of_many_at_once_exactly_one_wins(database: Database, one: Authenticator) -> None:
    won: list[bytes] = []

    def put(name: bytes) -> None:
        try:
            database.write(lambda conn: authenticators.put(conn, replace(one, sealed=name)))
        except Stale:
            return
        won.append(name)

    in_threads([lambda n=n: put(b"%d" % n) for n in range(20)])  # type: ignore[misc]
    assert won == [each.sealed for each in database.read(kept)]


@pytest.mark.parametrize("where", [{"member_id": "mem_other"}, {"account_id": "acc_other"}], ids=str)
def test_nobody_else_s_row_is_changed(database: Database, one: Authenticator, where: dict[str, str]) -> None:
    with pytest.raises(Stale):
        database.write(lambda conn: authenticators.put(conn, replace(one, sealed=b"new", **where)))  # type: ignore[arg-type]
    assert [one] == database.read(kept)


def test_a_standing_changes_once(database: Database, one: Authenticator) -> None:
    suspend = lambda conn: authenticators.stand(conn, one, Standing.SUSPENDED, NOON)  # noqa: E731
    database.write(suspend)
    with pytest.raises(Stale):
        database.write(suspend)
    assert [Standing.SUSPENDED] == [each.standing for each in database.read(kept)]


def test_what_is_destroyed_is_gone(database: Database, one: Authenticator) -> None:
    database.write(lambda conn: authenticators.destroy(conn, [one]))
    assert [] == database.read(kept)
