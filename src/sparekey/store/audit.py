"""The audit chains: appended under the head's lock, read in pages, never changed."""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, bindparam, func, insert, select, update
from sqlalchemy.sql import Select

from sparekey.core.audit_chain import START, Entry, as_json, digest
from sparekey.store.schema import audit, chains

_A = audit.c
_HEAD = select(chains.c.seq, chains.c.hash).where(chains.c.chain == bindparam("c")).with_for_update()
_NEW_HEAD = insert(chains)
_MOVE = update(chains).where(chains.c.chain == bindparam("c")).values(seq=bindparam("s"), hash=bindparam("h"))
_ADD = insert(audit)


def start(conn: Connection, chain: str) -> None:
    """Begin an empty chain."""
    conn.execute(_NEW_HEAD, {"chain": chain, "seq": 0, "hash": START})


def append(conn: Connection, chain: str, entries: Sequence[Entry]) -> None:
    """Link entries to the chain's head and move the head. The head's row lock is the last one of a unit."""
    head = conn.execute(_HEAD, {"c": chain}).one()
    seq, previous = head.seq, head.hash
    rows = []
    for entry in entries:
        seq += 1
        linked = Entry(**{**vars(entry), "seq": seq, "previous": previous})
        previous = digest(linked)
        rows.append(
            {
                "chain": chain,
                "seq": seq,
                "at": linked.at,
                "tag": linked.tag,
                "actor": linked.actor,
                "subject": linked.subject,
                "source": linked.source,
                "data": as_json(linked.data),
                "previous": linked.previous,
                "hash": previous,
            }
        )
    conn.execute(_ADD, rows)
    conn.execute(_MOVE, {"c": chain, "s": seq, "h": previous})


@dataclass(frozen=True)
class Filter:
    """Which entries; empty values mean all. `tags` are exact, `member` matches actor or subject."""

    tags: tuple[str, ...] = ()
    member: str = ""
    since: datetime | None = None
    until: datetime | None = None


def _where(statement: Select[Any], chain: str, wanted: Filter) -> Select[Any]:
    statement = statement.where(_A.chain == chain)
    if wanted.tags:
        statement = statement.where(_A.tag.in_(wanted.tags))
    if wanted.member:
        statement = statement.where((_A.subject == wanted.member) | (_A.actor == wanted.member))
    if wanted.since:
        statement = statement.where(_A.at >= wanted.since)
    if wanted.until:
        statement = statement.where(_A.at < wanted.until)
    return statement


def _entry(row: Row[Any]) -> Entry:
    return Entry(
        row.chain, row.seq, row.at, row.tag, row.actor, row.subject, row.source, json.loads(row.data),
        row.previous, row.hash,
    )  # fmt: skip


def newest(
    conn: Connection, chain: str, wanted: Filter, limit: int, offset: int = 0
) -> tuple[list[Entry], int]:
    """One page, newest first, and how many there are in all."""
    count = conn.execute(_where(select(func.count()).select_from(audit), chain, wanted)).scalar_one()
    page = _where(select(audit), chain, wanted).order_by(_A.seq.desc()).limit(limit).offset(offset)
    return [_entry(row) for row in conn.execute(page)], count


def walk(conn: Connection, chain: str, wanted: Filter | None = None) -> Iterator[Entry]:
    """All entries from the first on, fetched piece by piece."""
    last = 0
    statement = _where(select(audit), chain, wanted or Filter()).order_by(_A.seq).limit(1000)
    while True:
        rows = conn.execute(statement.where(_A.seq > last)).all()
        yield from map(_entry, rows)
        if len(rows) < 1000:
            return
        last = rows[-1].seq


def head(conn: Connection, chain: str) -> tuple[int, str]:
    row = conn.execute(select(chains.c.seq, chains.c.hash).where(chains.c.chain == chain)).one_or_none()
    return (row.seq, row.hash) if row else (0, START)


def has_chain(conn: Connection, chain: str) -> bool:
    return conn.execute(select(chains.c.seq).where(chains.c.chain == chain)).first() is not None
