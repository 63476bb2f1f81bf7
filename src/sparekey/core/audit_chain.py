"""The audit chain: every entry names the one before it by hash, so that a change or a gap shows.

An entry's hash is SHA-256 over its canonical bytes: JSON with sorted keys, no spaces, UTF-8, with the
previous hash inside. Whoever runs the server could rewrite a whole chain; the newest hash, kept elsewhere,
shows that.
"""

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

START = "0" * 64
as_json = json.JSONEncoder(sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode
"""Made once: an import writes hundreds of thousands of entries."""


@dataclass(frozen=True)
class Entry:
    """One entry as it is kept. `data` holds ids and plain values, never names, secrets or codes."""

    chain: str
    seq: int
    at: datetime
    tag: str
    actor: str
    subject: str
    source: str
    data: Mapping[str, object]
    previous: str
    hash: str = ""


def canonical(entry: Entry) -> bytes:
    """The bytes that are hashed. Times are UTC in microseconds, whatever zone a database gives them in."""
    fields = {
        "chain": entry.chain,
        "seq": entry.seq,
        "at": entry.at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ"),
        "tag": entry.tag,
        "actor": entry.actor,
        "subject": entry.subject,
        "source": entry.source,
        "data": entry.data,
        "previous": entry.previous,
    }
    return as_json(fields).encode()


def digest(entry: Entry) -> str:
    return hashlib.sha256(canonical(entry)).hexdigest()


@dataclass(frozen=True)
class Whole:
    """Every link holds."""

    count: int
    newest: str


@dataclass(frozen=True)
class Broken:
    """The first entry that does not fit; `at` is None where that entry is not there.

    `why`: `missing` (another number was due), `link` (does not name the entry before it), `content` (changed
    since it was hashed), `cut_short` (the head knows of more), `beyond_head` (the head knows of fewer),
    `head` (the chain holds in itself, but is not the one that the head was kept of).
    """

    seq: int
    at: datetime | None
    why: str


def verify(entries: Iterable[Entry], head_seq: int, head_hash: str) -> Whole | Broken:
    """Walk the chain from its start and compare it with the head that is kept apart."""
    seq, at, previous = 0, None, START
    for entry in entries:
        if entry.seq != seq + 1:
            return Broken(seq + 1, None, "missing")
        if entry.previous != previous:
            return Broken(entry.seq, entry.at, "link")
        if digest(entry) != entry.hash:
            return Broken(entry.seq, entry.at, "content")
        if entry.seq > head_seq:
            return Broken(entry.seq, entry.at, "beyond_head")
        seq, at, previous = entry.seq, entry.at, entry.hash
    if seq < head_seq:
        return Broken(seq + 1, None, "cut_short")
    if previous != head_hash:
        return Broken(seq, at, "head")
    return Whole(seq, previous)
