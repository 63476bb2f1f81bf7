"""Letters are sent once, by one sender, later if need be; tries and rates are counted under one name."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from sqlalchemy import Connection, select

from sparekey.core.throttle import Tries
from sparekey.store import figures, queue
from sparekey.store.engine import Database
from sparekey.store.queue import Mail
from sparekey.store.schema import outbox, rates
from tests.store.rows import NOON, TEAM, letter
from tests.store.threads import in_threads

MINUTE = timedelta(minutes=1)


def claimed(database: Database, now: datetime = NOON, limit: int = 10) -> list[str]:
    return [mail.id for mail in database.write(lambda conn: queue.claim(conn, now, MINUTE, limit))]


def post(database: Database, *letters: Mail) -> None:
    for each in letters:
        database.write(lambda conn, new=each: queue.post(conn, new))  # type: ignore[misc]


def take(database: Database) -> Mail:
    return database.write(lambda conn: queue.claim(conn, NOON, MINUTE, 1))[0]


def test_due_letters_are_taken_in_order_and_only_once(database: Database) -> None:
    post(database, letter(1), letter(2, due_at=NOON - MINUTE), letter(3, due_at=NOON + MINUTE))
    assert (["out_2", "out_1"], []) == (claimed(database), claimed(database))


def test_no_more_are_taken_than_asked_for(database: Database) -> None:
    post(database, *map(letter, range(5)))
    assert [2, 2, 1] == [len(claimed(database, limit=2)) for _ in range(3)]


def test_a_letter_of_a_crashed_sender_is_taken_again_when_its_lease_ran_out(database: Database) -> None:
    post(database, letter())
    taken = [claimed(database, NOON), claimed(database, NOON + MINUTE), claimed(database, NOON + 2 * MINUTE)]
    assert [["out_1"], [], ["out_1"]] == taken


def test_senders_at_once_never_take_the_same_letter(database: Database) -> None:
    post(database, *map(letter, range(30)))
    taken: list[str] = []
    in_threads([lambda: taken.extend(claimed(database, limit=8))] * 4)
    assert len(taken) == len(set(taken))
    assert 30 == len(taken) + len(claimed(database, limit=30))


def test_the_same_letter_is_posted_once(database: Database) -> None:
    post(database, letter(1), letter(2, dedup="out_1"))
    assert {"waiting": 1} == database.read(figures.letters_by_state)


def test_a_sent_letter_is_done_and_its_content_erased(database: Database) -> None:
    post(database, letter())
    database.write(lambda conn: queue.sent(conn, letter(), NOON))
    assert ([], {"sent": 1}, 0) == (
        claimed(database),
        database.read(figures.letters_by_state),
        database.read(how_many_sealed),
    )


def how_many_sealed(conn: Connection) -> int:
    sealed = conn.exec_driver_sql("SELECT count(*) FROM outbox WHERE sealed IS NOT NULL")
    return int(sealed.scalar_one())


def test_a_letter_that_failed_comes_again_when_it_is_due(database: Database) -> None:
    post(database, letter())
    mail = take(database)
    database.write(lambda conn: queue.failed(conn, mail, "The mail server cannot be reached", NOON + MINUTE))
    assert ([], ["out_1"]) == (claimed(database), claimed(database, NOON + MINUTE))


def test_tries_are_counted(database: Database) -> None:
    post(database, letter())
    counts = []
    for number in range(3):
        (mail,) = database.write(lambda conn, n=number: queue.claim(conn, NOON + n * 2 * MINUTE, MINUTE, 1))  # type: ignore[misc]
        counts.append(mail.tries)
    assert [1, 2, 3] == counts


def test_a_letter_that_is_given_up_is_shown_and_its_content_erased(database: Database) -> None:
    post(database, letter())
    mail = take(database)
    database.write(lambda conn: queue.failed(conn, mail, "No such mailbox", None))
    row = database.read(lambda conn: conn.execute(select(outbox)).one())
    assert (("failed", "No such mailbox", None), []) == (
        (row.state, row.trouble, row.sealed),
        claimed(database, NOON + timedelta(days=1)),
    )


def test_all_letters_in_trouble_are_counted_but_those_that_were_dropped(database: Database) -> None:
    post(database, *map(letter, range(30)))
    for mail in database.write(lambda conn: queue.claim(conn, NOON, MINUTE, 30)):
        database.write(lambda conn, one=mail: queue.failed(conn, one, "Busy", NOON + MINUTE))  # type: ignore[misc]
    before = database.read(lambda conn: queue.how_many_troubled(conn, TEAM))
    database.write(lambda conn: queue.withdraw(conn, TEAM, "mem_mia", [letter().kind]))
    assert (30, 0) == (before, database.read(lambda conn: queue.how_many_troubled(conn, TEAM)))


def test_what_is_withdrawn_is_not_sent_and_erased(database: Database) -> None:
    post(database, letter(1, kind="secret_sent"), letter(2))
    count = database.write(lambda conn: queue.withdraw(conn, TEAM, "mem_mia", ["secret_sent"]))
    assert (1, ["out_2"], 1) == (count, claimed(database), database.read(how_many_sealed))


@pytest.mark.parametrize(
    ("due", "lease", "is_stuck"),
    [
        (-16, None, True),
        (-14, None, False),
        (-16, -1, True),
        (-16, 1, False),
        (5, None, False),
    ],
)
def test_an_outbox_is_stuck_where_nobody_works_on_what_is_long_due(
    database: Database, due: int, lease: int | None, is_stuck: bool
) -> None:
    post(database, letter(due_at=NOON + due * MINUTE))
    if lease is not None:
        database.write(lambda conn: queue.claim(conn, NOON - 10 * MINUTE, (10 + lease) * MINUTE, 1))
    found = database.read(lambda conn: figures.is_outbox_stuck(conn, NOON, 15 * MINUTE))
    assert is_stuck == found


def test_tries_begin_at_none_and_are_kept(database: Database) -> None:
    def count(conn: Connection) -> tuple[Tries, Tries]:
        before = queue.tries_of(conn, "a", NOON)
        queue.put_tries(conn, {"a": replace(before, failures=3, open_at=NOON + MINUTE)}, NOON)
        return before, queue.tries_of(conn, "a", NOON)

    assert (Tries(), Tries(3, NOON + MINUTE)) == database.write(count)


def test_two_counts_are_kept_in_one_go_each_its_own(database: Database) -> None:
    def count(conn: Connection) -> tuple[dict[str, Tries], dict[str, Tries]]:
        queue.put_tries(conn, {"b": queue.tries_of(conn, "b", NOON)}, NOON)
        before = queue.lock_tries(conn, ["b", "a"], NOON)
        queue.put_tries(conn, {"b": Tries(5, NOON + MINUTE), "a": Tries(1)}, NOON)
        return before, queue.lock_tries(conn, ["a", "b"], NOON)

    expected = ({"a": Tries(), "b": Tries()}, {"a": Tries(1), "b": Tries(5, NOON + MINUTE)})
    assert expected == database.write(count)


def test_tries_at_once_are_all_counted(database: Database) -> None:
    """Also the very first ones, when there is no row to lock yet."""

    def fail(conn: Connection) -> None:
        found = queue.tries_of(conn, "a", NOON)
        queue.put_tries(conn, {"a": replace(found, failures=found.failures + 1)}, NOON)

    in_threads([lambda: database.write(fail)] * 20)
    assert {"a": Tries(20)} == database.read(lambda conn: queue.peek_tries(conn, ["a", "b"]))


def test_forgotten_tries_begin_anew(database: Database) -> None:
    database.write(lambda conn: queue.put_tries(conn, {"a": queue.tries_of(conn, "a", NOON)}, NOON))
    database.write(lambda conn: queue.forget_tries(conn, ["a"]))
    assert {} == database.read(lambda conn: queue.peek_tries(conn, ["a"]))


def test_arrivals_are_kept_by_key(database: Database) -> None:
    database.write(lambda conn: queue.put_arrivals(conn, {"a": NOON, "b": NOON}))
    database.write(lambda conn: queue.put_arrivals(conn, {"a": NOON + MINUTE}))
    found = database.write(lambda conn: queue.lock_arrivals(conn, ["a", "b", "c"], NOON - MINUTE))
    assert {"a": NOON + MINUTE, "b": NOON, "c": NOON - MINUTE} == found


def test_what_limits_nothing_any_more_is_forgotten(database: Database) -> None:
    week = timedelta(days=7)

    def fill(conn: Connection) -> None:
        queue.put_arrivals(conn, {"old": NOON - MINUTE, "new": NOON + MINUTE})
        queue.tries_of(conn, "name:old", NOON - week - MINUTE)
        queue.tries_of(conn, "name:new", NOON)
        queue.lock_tries(conn, ["authenticator:failed", "authenticator:none"], NOON - week - MINUTE)
        queue.put_tries(conn, {"authenticator:failed": Tries(2)}, NOON - week - MINUTE)
        queue.purge(conn, NOON)

    database.write(fill)
    keys = ["name:old", "name:new", "authenticator:failed", "authenticator:none"]
    assert ({"new"}, {"name:new", "authenticator:failed"}) == (
        set(database.read(lambda conn: conn.execute(select(rates.c.key)).scalars().all())),
        set(database.read(lambda conn: queue.peek_tries(conn, keys))),
    )


def test_letters_sent_long_ago_are_forgotten(database: Database) -> None:
    post(database, letter(1), letter(2))
    database.write(lambda conn: queue.sent(conn, letter(1), NOON - timedelta(days=31)))
    database.write(lambda conn: queue.purge(conn, NOON))
    assert {"waiting": 1} == database.read(figures.letters_by_state)


def test_key_marks_are_added_once(database: Database) -> None:
    for marks in ({"one"}, {"one", "two"}):
        database.write(lambda conn, marks=marks: figures.add_key_marks(conn, frozenset(marks)))  # type: ignore[misc]
    assert {"one", "two"} == database.read(figures.key_marks)
