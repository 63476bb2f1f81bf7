"""The chain as it is kept: appended in order, found again byte for byte, and telling of every change."""

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import Connection, update

from sparekey.core.audit_chain import Broken, Entry, Whole, verify
from sparekey.store import audit
from sparekey.store.audit import Filter
from sparekey.store.engine import Database
from sparekey.store.schema import audit as rows
from sparekey.store.schema import chains
from tests.store.rows import NOON, TEAM, entry
from tests.store.threads import in_threads


def start(conn: Connection) -> None:
    audit.start(conn, TEAM)


def verdict(conn: Connection) -> Whole | Broken:
    return verify(audit.walk(conn, TEAM), *audit.head(conn, TEAM))


@pytest.fixture
def chain(database: Database) -> Database:
    """Five entries, with everything that could be written differently on the two databases."""
    database.write(start)
    data: list[dict[str, object]] = [
        {},
        {"name": "Zürich «☃»", "count": 3},
        {"b": [1, 2], "a": None},
        {"is": True},
        {"at": 1.5},
    ]
    entries = [entry(data=each, at=NOON + timedelta(microseconds=n)) for n, each in enumerate(data)]
    database.write(lambda conn: audit.append(conn, TEAM, entries[:2]))
    database.write(lambda conn: audit.append(conn, TEAM, entries[2:]))
    return database


def test_the_chain_holds(chain: Database) -> None:
    found = chain.read(verdict)
    assert isinstance(found, Whole)
    assert (5, chain.read(lambda conn: audit.head(conn, TEAM))[1]) == (found.count, found.newest)


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ({"actor": "mem_other"}, "content"),
        ({"data": "{}"}, "content"),
        ({"at": NOON}, "content"),
        ({"previous": "0" * 64}, "link"),
        ({"hash": "0" * 64}, "content"),
    ],
    ids=str,
)
def test_a_changed_entry_is_named(chain: Database, change: dict[str, Any], why: str) -> None:
    chain.write(lambda conn: conn.execute(update(rows).where(rows.c.seq == 3).values(**change)))
    found = chain.read(verdict)
    assert isinstance(found, Broken)
    assert (3, why) == (found.seq, found.why)


@pytest.mark.parametrize(("gone", "named", "why"), [(3, 3, "missing"), (5, 5, "cut_short")])
def test_a_missing_entry_is_named(chain: Database, gone: int, named: int, why: str) -> None:
    chain.write(lambda conn: conn.execute(rows.delete().where(rows.c.seq == gone)))
    assert Broken(named, None, why) == chain.read(verdict)


def test_a_chain_cut_together_with_its_head_s_number_is_noticed(chain: Database) -> None:
    def cut(conn: Connection) -> None:
        conn.execute(rows.delete().where(rows.c.seq > 3))
        conn.execute(update(chains).where(chains.c.chain == TEAM).values(seq=3))

    chain.write(cut)
    found = chain.read(verdict)
    assert isinstance(found, Broken)
    assert "head" == found.why


def test_appends_at_once_form_one_chain(database: Database) -> None:
    database.write(start)
    in_threads([lambda: database.write(lambda conn: audit.append(conn, TEAM, [entry(), entry()]))] * 10)
    found = database.read(verdict)
    assert isinstance(found, Whole)
    assert 20 == found.count


def test_a_unit_that_fails_leaves_no_entry(chain: Database) -> None:
    def unit(conn: Connection) -> None:
        audit.append(conn, TEAM, [entry()])
        raise ValueError("after it")

    with pytest.raises(ValueError, match="after it"):
        chain.write(unit)
    assert 5 == chain.read(lambda conn: audit.head(conn, TEAM))[0]


@pytest.mark.parametrize(
    ("wanted", "found"),
    [
        (Filter(), [4, 3, 2, 1]),
        (Filter(tags=("one",)), [2, 1]),
        (Filter(tags=("one", "two")), [3, 2, 1]),
        (Filter(member="mem_tim"), [4, 2]),
        (Filter(since=NOON + timedelta(hours=3)), [4, 3]),
        (Filter(until=NOON + timedelta(hours=3)), [2, 1]),
        (Filter(tags=("one",), member="mem_tim", until=NOON + timedelta(hours=3)), [2]),
        (Filter(member="%"), []),
    ],
    ids=str,
)
def test_filters(database: Database, wanted: Filter, found: list[int]) -> None:
    entries = [
        entry("one", at=NOON + timedelta(hours=1)),
        entry("one", at=NOON + timedelta(hours=2), subject="mem_tim"),
        entry("two", at=NOON + timedelta(hours=3)),
        entry("three", at=NOON + timedelta(hours=4), actor="mem_tim"),
    ]

    def unit(conn: Connection) -> tuple[list[Entry], int]:
        start(conn)
        audit.append(conn, TEAM, entries)
        return audit.newest(conn, TEAM, wanted, 50)

    page, count = database.write(unit)
    walked = database.read(lambda conn: [each.seq for each in audit.walk(conn, TEAM, wanted)])
    assert (found, len(found), found[::-1]) == ([each.seq for each in page], count, walked)


def test_pages_do_not_overlap(chain: Database) -> None:
    def page(offset: int) -> list[int]:
        found, _ = chain.read(lambda conn: audit.newest(conn, TEAM, Filter(), 2, offset))
        return [each.seq for each in found]

    assert [[5, 4], [3, 2], [1]] == [page(0), page(2), page(4)]


def test_a_long_chain_is_walked_to_its_end(database: Database) -> None:
    database.write(start)
    database.write(lambda conn: audit.append(conn, TEAM, [entry()] * 2500))
    found = database.read(verdict)
    assert isinstance(found, Whole)
    assert 2500 == found.count


def test_accounts_do_not_see_each_other_s_chain(chain: Database) -> None:
    chain.write(lambda conn: audit.start(conn, "acc_other"))
    assert ([], 0) == chain.read(lambda conn: audit.newest(conn, "acc_other", Filter(), 50))
