"""Sessions and known browsers: found by the hash of their token, ended for good, never used back in time."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from sqlalchemy import Connection

from sparekey.core.contract import Category
from sparekey.core.proofs import Proof
from sparekey.core.sessions import Scope, Session
from sparekey.errors import Stale
from sparekey.store import sessions
from sparekey.store.engine import Database
from sparekey.store.sessions import Stored
from tests.store.rows import NOON, person, session

MINUTE = timedelta(minutes=1)
MIA = person("mia")
PROOF = Proof("aut_1", "app", (Category.POSSESSION,), ("otp",), NOON, True)  # type: ignore[arg-type]


def add(database: Database, token_hash: str, kept: Session, draft: bytes | None = None) -> None:
    database.write(lambda conn: sessions.add(conn, token_hash, kept, draft))


def hashes(database: Database) -> set[str]:
    found = database.read(lambda conn: sessions.of_member(conn, MIA.account_id, MIA.id))
    return {each.hash for each in found}


def found(database: Database, token_hash: str) -> Stored | None:
    return database.read(lambda conn: sessions.find(conn, token_hash))


def test_a_session_comes_back_as_it_was(database: Database) -> None:
    kept = session(proofs=(PROOF,), device="Firefox", source="::1", purpose="reset", is_remembered=True)
    add(database, "h1", kept, b"draft")
    assert Stored("h1", kept, b"draft") == found(database, "h1")


def test_nobody_s_token_is_nobody_s_session(database: Database) -> None:
    assert found(database, "h1") is None


def test_a_session_that_two_change_is_changed_by_the_first(database: Database) -> None:
    add(database, "h1", session())
    read = found(database, "h1")
    assert read is not None
    changed = replace(read.session, scope=Scope.ROTATE)
    database.write(lambda conn: sessions.put(conn, read, changed, None))
    with pytest.raises(Stale):
        database.write(lambda conn: sessions.put(conn, read, read.session, None))
    again = found(database, "h1")
    assert again is not None
    assert (Scope.ROTATE, 1) == (again.session.scope, again.session.version)


@pytest.mark.parametrize(
    ("but", "scopes", "case_id", "left"),
    [
        ("", (), None, set()),
        ("full", (), None, {"full"}),
        ("", (Scope.HALF, Scope.ROTATE), None, {"full"}),
        ("", (), "cas_1", {"full", "half"}),
    ],
)
def test_which_sessions_end(
    database: Database, but: str, scopes: tuple[Scope, ...], case_id: str | None, left: set[str]
) -> None:
    add(database, "full", session())
    add(database, "half", session(scope=Scope.HALF))
    add(database, "rotate", session(scope=Scope.ROTATE, case_id="cas_1"))
    add(database, "other", session(member_id="mem_other"))
    count = database.write(lambda conn: sessions.end_all(conn, MIA, but=but, scopes=scopes, case_id=case_id))
    assert (3 - len(left), left) == (count, hashes(database))
    assert found(database, "other") is not None


def test_a_last_use_never_goes_back(database: Database) -> None:
    add(database, "h1", session())
    for at in (NOON + MINUTE, NOON):
        database.write(lambda conn, at=at: sessions.touch(conn, {"h1": at, "ended": at}))  # type: ignore[misc]
    read = found(database, "h1")
    assert read is not None
    assert NOON + MINUTE == read.session.last_used_at


def test_sessions_that_ended_are_forgotten(database: Database) -> None:
    add(database, "old", session(expires_at=NOON))
    add(database, "new", session(expires_at=NOON + MINUTE))
    database.write(lambda conn: sessions.purge(conn, NOON))
    assert {"new"} == hashes(database)


def test_a_browser_is_known_once_it_was_seen(database: Database) -> None:
    before = database.read(lambda conn: sessions.knows_any_browser(conn, MIA))
    database.write(lambda conn: sessions.add_browser(conn, MIA, "b", NOON))
    seen = database.write(lambda conn: sessions.see_browser(conn, MIA, "b", "c", NOON + MINUTE))
    database.write(lambda conn: sessions.remember_browser(conn, MIA, "c", NOON + 9 * MINUTE))
    assert not before
    assert database.read(lambda conn: sessions.knows_any_browser(conn, MIA))
    assert seen
    assert (NOON + MINUTE, NOON + 9 * MINUTE) == database.read(lambda conn: sessions.browser(conn, MIA, "c"))
    assert database.read(lambda conn: sessions.browser(conn, MIA, "b")) is None


def test_a_browser_that_somebody_else_signs_in_from_stays_known_to_its_others(database: Database) -> None:
    database.write(lambda conn: sessions.add_browser(conn, person("tim"), "b", NOON))
    seen = database.write(lambda conn: sessions.see_browser(conn, MIA, "b", "c", NOON + MINUTE))
    assert not seen
    assert (NOON, None) == database.read(lambda conn: sessions.browser(conn, person("tim"), "c"))


def test_a_browser_that_somebody_else_signs_in_from_is_remembered_for_its_others_no_more(
    database: Database,
) -> None:
    def use(conn: Connection) -> list[tuple[datetime, datetime | None] | None]:
        both = (MIA, person("tim"))
        for who in both:
            sessions.add_browser(conn, who, "b", NOON)
            sessions.remember_browser(conn, who, "b", NOON + MINUTE)
        sessions.see_browser(conn, MIA, "b", "c", NOON)
        return [sessions.browser(conn, who, "c") for who in both]

    assert [(NOON, NOON + MINUTE), (NOON, None)] == database.write(use)


def test_a_forgotten_browser_stays_known(database: Database) -> None:
    database.write(lambda conn: sessions.add_browser(conn, MIA, "b", NOON))
    database.write(lambda conn: sessions.remember_browser(conn, MIA, "b", NOON + MINUTE))
    database.write(lambda conn: sessions.forget_browsers(conn, MIA))
    assert (NOON, None) == database.read(lambda conn: sessions.browser(conn, MIA, "b"))


def test_a_browser_of_somebody_else_is_new(database: Database) -> None:
    database.write(lambda conn: sessions.add_browser(conn, person("tim"), "b", NOON))
    assert database.read(lambda conn: sessions.browser(conn, MIA, "b")) is None
