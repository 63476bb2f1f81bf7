"""The keys this server signs with, and how they follow one another.

- One key of each algorithm signs at a time. The first are made when they are first needed, and sign at once.
- After `SIGNS_FOR` a key gets a successor, which is published for `PUBLISHED_BEFORE` until it signs: apps keep a key
  set for hours, and most fetch it again for an unknown key (OpenID Connect Core 1.0, section 10.1.1).
- A key that signs no more is published until nothing it signed counts any longer. After that its public half alone
  is kept, for `id_token_hint` (Core 1.0, section 3.1.2.1), which names who was signed in long ago.
- A key that leaked is withdrawn: its successor signs at once, and nothing it signed is believed.
- Keys are made outside transactions: an RSA key takes a tenth of a second. Nor may `sign` be called inside one.
- A process reads them again every `_READ_AGAIN`, so it knows of another's change by then.
"""

import json
from collections.abc import Mapping
from datetime import datetime, timedelta
from enum import StrEnum
from threading import Lock
from typing import Any

from sqlalchemy import Connection

from sparekey.adapters import signing, statements
from sparekey.adapters.signing import SigningKey
from sparekey.core.clients import ALGORITHMS
from sparekey.core.contract import Moment
from sparekey.core.events.apps import SigningKeyMade, SigningKeyRetired
from sparekey.flows._work import Work, unit
from sparekey.flows.context import Context, Visitor
from sparekey.store.oidc import signing_keys
from sparekey.store.oidc.signing_keys import Kept

SIGNS_FOR = timedelta(days=90)
PUBLISHED_BEFORE = timedelta(hours=24)
PUBLISHED_AFTER = timedelta(hours=24)
"""Far longer than anything signed is good for (ten minutes): apps' clocks and caches have room."""
HINTS_FOR = timedelta(days=90)
_READ_AGAIN = timedelta(seconds=60)
_ITSELF = Visitor(console="server")
_making = Lock()


class Stand(StrEnum):
    """What a key does now."""

    NEXT = "next"
    SIGNS = "signs"
    PUBLISHED = "published"
    """It signs no more; apps may still need it."""
    KEPT = "kept"
    """For what apps show of a sign-in long ago."""


def sign(ctx: Context, now: datetime, algorithm: str, claims: Mapping[str, Any], typ: str = "JWT") -> str:
    """These claims, signed with the present key of this algorithm. Never call it inside a unit."""
    key = _present(_read(ctx, now), algorithm, now)
    if key is None:
        moment = ctx.moment()  # later than `now`: what is made signs from then on
        ensure(ctx, moment)
        key = _present(_read(ctx, moment.at), algorithm, moment.at)
    if key is None:
        raise AssertionError(algorithm)
    return signing.sign(_opened(ctx, key), claims, typ)


def published(ctx: Context, now: datetime) -> str:
    """The JWK set: every key that signs, will sign, or signed something that may still count (RFC 7517)."""
    rows = _read(ctx, now)
    if not rows:
        ensure(ctx, ctx.moment())
        rows = _read(ctx, now)
    return _key_set(tuple(row for row in rows if row.ends_at is None or now < row.ends_at))


def verify_own(ctx: Context, text: str) -> dict[str, Any] | None:
    """The claims of something this server signed, however old; None for anything else."""
    for row in _read(ctx, ctx.moment().at):
        claims = statements.verify(text, _key_set((row,)), "", (row.algorithm,))
        if claims is not None:
            return claims
    return None


def ensure(ctx: Context, moment: Moment) -> None:
    """Make what is missing: the first keys, and successors of those that have signed long enough."""
    with _making:  # of several threads, one makes them
        rows = _fresh(ctx, moment.at)
        for algorithm in ALGORITHMS:
            if _is_due([row for row in rows if row.algorithm == algorithm], moment.at):
                _add(ctx, _ITSELF, moment, algorithm, PUBLISHED_BEFORE)
    ctx.db.write(lambda conn: _forget(conn, moment.at))
    _fresh(ctx, moment.at)


def rotate(ctx: Context, visitor: Visitor, *, at_once: bool = False) -> tuple[Kept, ...]:
    """A successor for every key now. `at_once`: those there are were lost or leaked, and are withdrawn."""
    moment = ctx.moment()
    with _making:
        for algorithm in ALGORITHMS:
            _add(ctx, visitor, moment, algorithm, timedelta() if at_once else PUBLISHED_BEFORE)
    return _fresh(ctx, moment.at)


def listed(ctx: Context) -> tuple[Kept, ...]:
    """All keys, the newest first."""
    return _fresh(ctx, ctx.moment().at)


def stand(key: Kept, now: datetime) -> Stand:
    if now < key.signs_from:
        return Stand.NEXT
    if key.retired_at is None or now < key.retired_at:
        return Stand.SIGNS
    return Stand.PUBLISHED if key.ends_at is None or now < key.ends_at else Stand.KEPT


def _is_due(rows: list[Kept], now: datetime) -> bool:
    newest = rows[0] if rows else None
    return newest is None or now >= newest.signs_from + SIGNS_FOR


def _add(ctx: Context, visitor: Visitor, moment: Moment, algorithm: str, lead: timedelta) -> None:
    """A new key that signs after `lead` (the first of all: at once). No lead: the others are withdrawn."""
    private = signing.make_key(algorithm, moment.draw(f"signing key:{algorithm}", signing.SEED_BYTES))
    made = signing.read_key(private)

    def add(work: Work) -> None:
        before = [row for row in signing_keys.all_of(work.conn) if row.algorithm == algorithm]
        if visitor is _ITSELF and not _is_due(before, moment.at):
            return  # another process was faster
        signs_from = moment.at + lead if before else moment.at
        kept = Kept(
            id=made.id,
            algorithm=algorithm,
            public=json.dumps(dict(made.public), separators=(",", ":")),
            made_at=moment.at,
            signs_from=signs_from,
            sealed=work.seal({"jwk": private}, _context(made.id)),
        )
        signing_keys.add(work.conn, kept)
        work.record(SigningKeyMade(made.id, algorithm))
        for row in before:
            _step_down(work, row, signs_from, is_withdrawn=not lead)

    unit(ctx, visitor, moment, add)


def _step_down(work: Work, row: Kept, at: datetime, *, is_withdrawn: bool) -> None:
    """Make room for a successor that signs from `at` on."""
    if is_withdrawn:
        signing_keys.remove(work.conn, row.id)
        work.record(SigningKeyRetired(row.id, is_withdrawn=True))
    elif row.retired_at is None:
        signing_keys.retire(work.conn, row.id, at, at + PUBLISHED_AFTER)
        work.record(SigningKeyRetired(row.id, is_withdrawn=False))


def _context(key_id: str) -> str:
    return f"signing_key:{key_id}"


def _forget(conn: Connection, now: datetime) -> None:
    signing_keys.erase_private(conn, now)
    signing_keys.purge(conn, now - HINTS_FOR)


def _read(ctx: Context, now: datetime) -> tuple[Kept, ...]:
    """The keys as this process knows them, the newest first."""
    known = ctx.signing_keys
    if known.rows and known.read_at is not None and known.read_at <= now < known.read_at + _READ_AGAIN:
        return known.rows
    return _fresh(ctx, now)


def _fresh(ctx: Context, now: datetime) -> tuple[Kept, ...]:
    known, rows = ctx.signing_keys, tuple(ctx.db.read(signing_keys.all_of))
    ids = {row.id for row in rows}
    known.opened = {key_id: key for key_id, key in known.opened.items() if key_id in ids}
    known.rows, known.read_at = rows, now
    return rows


def _opened(ctx: Context, row: Kept) -> SigningKey:
    """The key, unsealed and read: once in a process."""
    found = ctx.signing_keys.opened.get(row.id)
    if found is None:
        kept = json.loads(ctx.keys.unseal(row.sealed or b"", _context(row.id)))
        found = ctx.signing_keys.opened[row.id] = signing.read_key(kept["jwk"])
    return found


def _key_set(rows: tuple[Kept, ...]) -> str:
    return f'{{"keys":[{",".join(row.public for row in rows)}]}}'


def _present(rows: tuple[Kept, ...], algorithm: str, now: datetime) -> Kept | None:
    """The newest that may sign: its time has come."""
    return next(
        (row for row in rows if row.algorithm == algorithm and row.signs_from <= now and row.sealed), None
    )
