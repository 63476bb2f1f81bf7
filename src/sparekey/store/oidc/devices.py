"""Devices that wait for a person to allow them (RFC 8628)."""

from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, bindparam, delete, insert, select, update

from sparekey.core.clients import ClientId, GrantId
from sparekey.core.tokens import DeviceAsk, Waiting
from sparekey.store.schema import device_asks

_D = device_asks.c
_ADD = insert(device_asks)
_BY_HASH = select(device_asks).where(_D.hash == bindparam("h")).with_for_update()
_BY_USER = select(device_asks).where(_D.user_hash == bindparam("h"))
_LOCK_BY_USER = _BY_USER.with_for_update()


def add(conn: Connection, new: DeviceAsk) -> None:
    conn.execute(_ADD, {**_state(new), **_fixed(new)})


def lock(conn: Connection, device_hash: str) -> DeviceAsk | None:
    """The request behind a device's own code, locked until the end of the unit."""
    return _ask(conn.execute(_BY_HASH, {"h": device_hash}).one_or_none())


def by_user_code(conn: Connection, user_hash: str, *, locked: bool = False) -> DeviceAsk | None:
    """The request behind what a person types."""
    return _ask(conn.execute(_LOCK_BY_USER if locked else _BY_USER, {"h": user_hash}).one_or_none())


def put(conn: Connection, changed: DeviceAsk) -> None:
    """Keep where a locked one now stands."""
    conn.execute(update(device_asks).where(_D.hash == changed.hash).values(_state(changed)))


def purge(conn: Connection, now: datetime) -> None:
    conn.execute(delete(device_asks).where(_D.expires_at <= now))


def _ask(row: Row[Any] | None) -> DeviceAsk | None:
    if row is None:
        return None
    return DeviceAsk(
        hash=row.hash,
        user_hash=row.user_hash,
        client_id=ClientId(row.client_id),
        scopes=tuple(row.scopes.split()),
        source=row.source,
        created_at=row.created_at,
        expires_at=row.expires_at,
        interval=row.interval,
        polled_at=row.polled_at,
        state=Waiting(row.state),
        grant_id=GrantId(row.grant_id) if row.grant_id else None,
    )


def _fixed(ask: DeviceAsk) -> dict[str, Any]:
    return {
        "hash": ask.hash,
        "user_hash": ask.user_hash,
        "client_id": ask.client_id,
        "scopes": " ".join(ask.scopes),
        "source": ask.source,
        "created_at": ask.created_at,
        "expires_at": ask.expires_at,
    }


def _state(ask: DeviceAsk) -> dict[str, Any]:
    return {
        "polled_at": ask.polled_at,
        "interval": ask.interval,
        "state": ask.state.value,
        "grant_id": ask.grant_id,
    }
