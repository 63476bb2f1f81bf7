"""The outbox, and how many tries and mails there were."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import (
    BigInteger,
    Column,
    Connection,
    Row,
    and_,
    bindparam,
    case,
    delete,
    func,
    literal,
    null,
    or_,
    select,
    update,
)
from sqlalchemy.dialects.postgresql import insert as postgresql_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert

from sparekey.core.throttle import Rate, Tries
from sparekey.store.schema import Instant, facts, outbox, rates, sources, tries

TEXT, LOGOUT = "text:", "logout:"
"""How the kind of a text message begins, and of a notice to an app that a session ended: other threads than that of
the letters send them."""
LETTERS = ""
_O = outbox.c
_SOURCE = select(sources).where(sources.c.source == bindparam("s"))
_REFUND = (
    update(sources)
    .where(sources.c.source == bindparam("s"))
    .values(
        short_at=sources.c.short_at - bindparam("a", type_=BigInteger),
        long_at=sources.c.long_at - bindparam("b", type_=BigInteger),
    )
)


def _insert(table: Any) -> dict[str, Any]:
    """`INSERT` as each database knows it, to which `ON CONFLICT` is added."""
    return {"sqlite": sqlite_insert(table), "postgresql": postgresql_insert(table)}


def _upserts(table: Any, key: str) -> dict[str, Any]:
    """Built once: insert, or take over every other column."""
    others = [column.name for column in table.c if column.name != key]
    return {
        name: statement.on_conflict_do_update(
            index_elements=[key], set_={other: statement.excluded[other] for other in others}
        )
        for name, statement in _insert(table).items()
    }


def _spending(dialect: str) -> Any:
    """Insert a client address with one try spent, or spend one more unless a window is full."""
    later = func.max if dialect == "sqlite" else func.greatest
    now, table = bindparam("t", type_=Instant), sources.c
    one, other = bindparam("a", type_=BigInteger), bindparam("b", type_=BigInteger)
    short, long = later(table.short_at, now) + one, later(table.long_at, now) + other
    statement = _insert(sources)[dialect].values(
        source=bindparam("s"), short_at=now + one, long_at=now + other
    )
    return statement.on_conflict_do_update(
        index_elements=["source"],
        set_={"short_at": short, "long_at": long},
        where=(short <= bindparam("p", type_=Instant)) & (long <= bindparam("q", type_=Instant)),
    ).returning(table.source)


def _locking(count: int) -> dict[str, Any]:
    """Begin or lock so many counts of tries in one statement, in the order they are given."""
    new = [
        {"key": bindparam(f"k{n}"), "failures": literal(0), "open_at": null(), "changed_at": bindparam("t")}
        for n in range(count)
    ]
    return {
        name: statement.values(new)
        .on_conflict_do_update(index_elements=["key"], set_={"changed_at": statement.excluded.changed_at})
        .returning(tries.c.key, tries.c.failures, tries.c.open_at)
        for name, statement in _insert(tries).items()
    }


def _putting(count: int) -> Any:
    """Keep so many counts of tries in one statement."""
    keys: list[Any] = [bindparam(f"k{n}") for n in range(count)]

    def each(name: str, column: Column[Any]) -> Any:
        return case(
            {key: bindparam(f"{name}{n}", type_=column.type) for n, key in enumerate(keys)},
            value=tries.c.key,
        )

    return (
        update(tries)
        .where(tries.c.key.in_(keys))
        .values(
            failures=each("f", tries.c.failures),
            open_at=each("o", tries.c.open_at),
            changed_at=bindparam("t"),
        )
    )


_DIALECTS = ("sqlite", "postgresql")
_SPEND = {name: _spending(name) for name in _DIALECTS}
_LOCK_TRIES = {count: _locking(count) for count in (1, 2)}
_PUT_TRIES = {count: _putting(count) for count in (1, 2)}
_PUT_RATE = _upserts(rates, "key")
_PUT_FACT = _upserts(facts, "name")
_POST = {
    name: statement.on_conflict_do_nothing(index_elements=["dedup"])
    for name, statement in _insert(outbox).items()
}


def lock_tries(conn: Connection, keys: Collection[str], now: datetime) -> dict[str, Tries]:
    """The tries under one or two keys, locked: one statement, whether or not anybody tried them before."""
    values = {f"k{n}": key for n, key in enumerate(sorted(keys))}
    rows = conn.execute(_LOCK_TRIES[len(keys)][conn.dialect.name], {**values, "t": now})
    return {row.key: Tries(row.failures, row.open_at) for row in rows}


def tries_of(conn: Connection, key: str, now: datetime) -> Tries:
    """The tries under this key, locked."""
    return lock_tries(conn, (key,), now)[key]


def peek_tries(conn: Connection, keys: Sequence[str]) -> dict[str, Tries]:
    rows = conn.execute(select(tries).where(tries.c.key.in_(keys)))
    return {row.key: Tries(row.failures, row.open_at) for row in rows}


def put_tries(conn: Connection, changed: Mapping[str, Tries], now: datetime) -> None:
    """Keep the tries under one or two keys in one statement."""
    values: dict[str, Any] = {"t": now}
    for n, (key, one) in enumerate(sorted(changed.items())):
        values |= {f"k{n}": key, f"f{n}": one.failures, f"o{n}": one.open_at}
    conn.execute(_PUT_TRIES[len(changed)], values)


def forget_tries(conn: Connection, keys: Sequence[str]) -> None:
    conn.execute(delete(tries).where(tries.c.key.in_(keys)))


def lock_arrivals(conn: Connection, keys: Collection[str], now: datetime) -> dict[str, datetime]:
    """The theoretical arrival times under these keys (generic cell rate algorithm), locked in one statement.

    A key that nothing arrived under begins now: whoever comes at the same moment waits for it all the same.
    """
    begun = _insert(rates)[conn.dialect.name].values(
        [{"key": key, "arrives_at": now} for key in sorted(keys)]
    )
    locked = begun.on_conflict_do_update(index_elements=["key"], set_={"arrives_at": rates.c.arrives_at})
    found = conn.execute(locked.returning(rates.c.key, rates.c.arrives_at))
    return {row.key: row.arrives_at for row in found}


def put_arrivals(conn: Connection, times: dict[str, datetime]) -> None:
    conn.execute(
        _PUT_RATE[conn.dialect.name], [{"key": key, "arrives_at": at} for key, at in sorted(times.items())]
    )


def spend_source(conn: Connection, address: str, now: datetime, rates: tuple[Rate, Rate]) -> bool:
    """Spend one try of a client address in its short and its long window; False: none is left in one of them.

    The generic cell rate algorithm of `core.throttle.spend` in one statement, so that a new row, an old one and
    a race cost the same.
    """
    (short, long), tick = rates, timedelta(microseconds=1)
    values = {
        "s": address,
        "t": now,
        "a": short.period // short.burst // tick,
        "b": long.period // long.burst // tick,
        "p": now + short.period,
        "q": now + long.period,
    }
    return conn.execute(_SPEND[conn.dialect.name], values).one_or_none() is not None


def source(conn: Connection, address: str) -> tuple[datetime, datetime]:
    """The theoretical arrival times of a client address (short and long window)."""
    row = conn.execute(_SOURCE, {"s": address}).one()
    return row.short_at, row.long_at


def refund_source(conn: Connection, address: str, short: timedelta, long: timedelta) -> None:
    """Take one try of a client address back."""
    tick = timedelta(microseconds=1)
    conn.execute(_REFUND, {"s": address, "a": short // tick, "b": long // tick})


def purge(conn: Connection, now: datetime) -> None:
    """Forget what no longer limits anything: rates that ran out, names and counts of none after a quiet week.

    The failures of an authenticator stay until it succeeds or is bound anew: its limit is of failures in a row.
    """
    conn.execute(delete(rates).where(rates.c.arrives_at < now))
    conn.execute(delete(sources).where(sources.c.long_at < now))
    conn.execute(
        delete(tries).where(
            tries.c.changed_at < now - timedelta(days=7), tries.c.key.like("name:%") | (tries.c.failures == 0)
        )
    )
    conn.execute(delete(outbox).where(_O.state == "sent", _O.sent_at < now - timedelta(days=30)))
    conn.execute(delete(outbox).where(~_is_in(LETTERS), _O.created_at < now - timedelta(days=30)))


@dataclass(frozen=True)
class Mail:
    """One letter to be sent. `sealed` holds address, facts and secrets until it is sent.

    `address_id`: which of the person's addresses it goes to; empty: the work address.
    """

    id: str
    account_id: str
    member_id: str
    address_id: str
    kind: str
    dedup: str
    sealed: bytes | None = field(repr=False)
    created_at: datetime
    due_at: datetime
    tries: int = 0
    state: str = "waiting"
    sent_at: datetime | None = None
    trouble: str | None = None


def _mail(row: Row[Any]) -> Mail:
    return Mail(
        row.id, row.account_id, row.member_id, row.address_id, row.kind, row.dedup, row.sealed,
        row.created_at, row.due_at, row.tries, row.state, row.sent_at, row.trouble,
    )  # fmt: skip


def post(conn: Connection, *new: Mail) -> None:
    """Put letters in the outbox in one statement; one with the same `dedup` is there once."""
    conn.execute(_POST[conn.dialect.name], [_values(one) for one in new])


def _values(new: Mail) -> dict[str, Any]:
    return {
        "id": new.id,
        "account_id": new.account_id,
        "member_id": new.member_id,
        "address_id": new.address_id,
        "kind": new.kind,
        "dedup": new.dedup,
        "sealed": new.sealed,
        "created_at": new.created_at,
        "due_at": new.due_at,
        "tries": 0,
        "state": "waiting",
    }


def _is_in(lane: str) -> Any:
    """`lane`: LETTERS, TEXT or LOGOUT."""
    if lane == LETTERS:
        return ~or_(_is_in(TEXT), _is_in(LOGOUT))
    return _O.kind.startswith(lane)


def claim(
    conn: Connection, now: datetime, lease: timedelta, limit: int, *, lane: str = LETTERS
) -> list[Mail]:
    """Take what is due in a lane for `lease`; a crashed sender's lease runs out and another takes it."""
    due = (
        select(_O.id)
        .where(
            _O.state == "waiting",
            _is_in(lane),
            _O.due_at <= now,
            or_(_O.lease_until.is_(None), _O.lease_until < now),
        )
        .order_by(_O.due_at)
        .limit(limit)
        .with_for_update(skip_locked=True)
        .cte("due")  # PostgreSQL may run a plain subquery more than once, and then claims more than `limit`
    )
    rows = conn.execute(
        update(outbox)
        .where(_O.id.in_(select(due.c.id)))
        .values(lease_until=now + lease, tries=_O.tries + 1)
        .returning(outbox)
    )
    return sorted(map(_mail, rows), key=lambda mail: (mail.due_at, mail.id))


def sent(conn: Connection, mail: Mail, now: datetime) -> None:
    """Sent: what it carried is erased."""
    conn.execute(
        update(outbox)
        .where(_O.id == mail.id)
        .values(state="sent", sent_at=now, sealed=None, trouble=None, lease_until=None)
    )


def failed(conn: Connection, mail: Mail, trouble: str, again_at: datetime | None) -> None:
    """Not sent: again later, or given up (then what it carried is erased)."""
    values: dict[str, Any] = {"trouble": trouble, "lease_until": None}
    values |= {"due_at": again_at} if again_at else {"state": "failed", "sealed": None}
    conn.execute(update(outbox).where(_O.id == mail.id).values(values))


def withdraw(
    conn: Connection, account_id: str, member_id: str, kinds: Collection[str], address_id: str | None = None
) -> int:
    """Take back letters of these kinds that were not sent (to one address): what they carry has ended."""
    where = and_(
        _O.account_id == account_id, _O.member_id == member_id, _O.kind.in_(kinds), _O.state == "waiting"
    )
    if address_id is not None:
        where = and_(where, _O.address_id == address_id)
    return conn.execute(update(outbox).where(where).values(state="dropped", sealed=None)).rowcount


def drop(conn: Connection, mail_id: str) -> None:
    """Take one back that was not sent."""
    where = and_(_O.id == mail_id, _O.state == "waiting")
    conn.execute(update(outbox).where(where).values(state="dropped", sealed=None))


def how_it_went(conn: Connection, mail_id: str) -> tuple[str, bool]:
    """Its state, and whether sending it failed so far; a row that is gone was dropped."""
    row = conn.execute(select(_O.state, _O.trouble).where(_O.id == mail_id)).one_or_none()
    return (row.state, row.trouble is not None) if row else ("dropped", False)


def how_many_troubled(conn: Connection, account_id: str) -> int:
    """How many letters of an account failed or are being tried again."""
    where = (
        _O.account_id == account_id,
        _O.trouble.is_not(None),
        _O.state != "dropped",
        _is_in(LETTERS),
    )
    return conn.execute(select(func.count()).select_from(outbox).where(*where)).scalar_one()


DEMO = "demo"
"""The fact that marks a demo's own database."""


def fact(conn: Connection, name: str) -> str | None:
    return conn.execute(select(facts.c.value).where(facts.c.name == name)).scalar_one_or_none()


def put_fact(conn: Connection, name: str, value: str) -> None:
    conn.execute(_PUT_FACT[conn.dialect.name], {"name": name, "value": value})


def next_due(conn: Connection, *, lane: str = LETTERS) -> datetime | None:
    where = (_O.state == "waiting", _is_in(lane))
    found = conn.execute(select(func.min(_O.due_at)).where(*where)).scalar_one_or_none()
    return found if isinstance(found, datetime) else None
