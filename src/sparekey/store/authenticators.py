"""Authenticators: sealed material under a version. `put` is compare-and-set, so a replay or race loses."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, bindparam, delete, insert, select, update

from sparekey.core.contract import Loss
from sparekey.core.people import AccountId, AuthenticatorId, MemberId
from sparekey.core.sign_in import Standing
from sparekey.errors import Stale
from sparekey.store.schema import authenticators

_A = authenticators.c
_OF_MEMBER = (
    select(authenticators)
    .where(_A.account_id == bindparam("account"), _A.member_id == bindparam("member"))
    .order_by(_A.created_at, _A.id)
)
_ADD = insert(authenticators)
_ONE = (_A.account_id == bindparam("a")) & (_A.member_id == bindparam("m")) & (_A.id == bindparam("i"))
_PUT = (
    update(authenticators)
    .where(_ONE, _A.version == bindparam("v"))
    .values(
        sealed=bindparam("sealed_"),
        last_used_at=bindparam("used_"),
        left=bindparam("left_"),
        saved_at=bindparam("saved_"),
        version=_A.version + 1,
    )
)
_BY_HANDLE = select(authenticators).where(_A.handle == bindparam("h"))
_NAME = update(authenticators).where(_ONE).values(label=bindparam("label_"), thing=bindparam("thing_"))
_USED = update(authenticators).where(_ONE).values(last_used_at=bindparam("used_"))


@dataclass(frozen=True)
class Authenticator:
    """One authenticator as it is kept."""

    account_id: AccountId
    member_id: MemberId
    id: AuthenticatorId
    kind: str
    label: str
    standing: Standing
    sealed: bytes = field(repr=False)
    created_at: datetime
    standing_at: datetime
    saved_at: datetime | None = None
    last_used_at: datetime | None = None
    left: int | None = None
    reviewed_at: datetime | None = None
    """When its person last said, or showed, that it is still there."""
    thing: Loss | None = None
    """What it lives on, where that is not what its kind usually lives on."""
    handle: str | None = None
    """By which it is found without knowing whose it is; one on the server."""
    version: int = 0


def _authenticator(row: Row[Any]) -> Authenticator:
    return Authenticator(
        account_id=row.account_id,
        member_id=row.member_id,
        id=row.id,
        kind=row.kind,
        label=row.label,
        standing=Standing(row.standing),
        sealed=row.sealed,
        created_at=row.created_at,
        standing_at=row.standing_at,
        saved_at=row.saved_at,
        last_used_at=row.last_used_at,
        left=row.left,
        reviewed_at=row.reviewed_at,
        thing=Loss(row.thing) if row.thing else None,
        handle=row.handle,
        version=row.version,
    )


def of_member(conn: Connection, account_id: str, member_id: str) -> list[Authenticator]:
    """All of one person, oldest first."""
    return [
        _authenticator(row) for row in conn.execute(_OF_MEMBER, {"account": account_id, "member": member_id})
    ]


def working(
    conn: Connection, account_id: str, member_ids: Collection[str], kinds: Collection[str]
) -> dict[str, list[Authenticator]]:
    """Those of these kinds that may be used, by person, oldest first."""
    found: dict[str, list[Authenticator]] = {}
    wanted = (
        select(authenticators)
        .where(_A.account_id == account_id, _A.member_id.in_(member_ids))
        .where(_A.kind.in_(kinds), _A.standing == Standing.ACTIVE.value)
        .order_by(_A.created_at, _A.id)
    )
    for row in conn.execute(wanted):
        found.setdefault(row.member_id, []).append(_authenticator(row))
    return found


def add(conn: Connection, *new: Authenticator) -> None:
    conn.execute(_ADD, [_row(one) for one in new])


def _row(new: Authenticator) -> dict[str, Any]:
    return {
        "account_id": new.account_id,
        "member_id": new.member_id,
        "id": new.id,
        "kind": new.kind,
        "label": new.label,
        "standing": new.standing.value,
        "sealed": new.sealed,
        "created_at": new.created_at,
        "standing_at": new.standing_at,
        "saved_at": new.saved_at,
        "last_used_at": new.last_used_at,
        "left": new.left,
        "thing": new.thing.value if new.thing else None,
        "handle": new.handle,
        "version": new.version,
    }


def who_has(conn: Connection, account_id: str, kind: str) -> list[str]:
    """The ids of those who have one of this kind, in the order they are locked in."""
    wanted = select(_A.member_id).where(_A.account_id == account_id, _A.kind == kind).distinct()
    return list(conn.execute(wanted.order_by(_A.member_id)).scalars())


def by_handle(conn: Connection, handle: str) -> Authenticator | None:
    """The one that is found by this, whoever it belongs to."""
    row = conn.execute(_BY_HANDLE, {"h": handle}).one_or_none()
    return _authenticator(row) if row else None


def name(conn: Connection, one: Authenticator, label: str, thing: Loss | None) -> None:
    """What its person calls it, and what it lives on."""
    conn.execute(_NAME, {**_key(one), "label_": label, "thing_": thing.value if thing else None})


def _key(one: Authenticator) -> dict[str, Any]:
    return {"a": one.account_id, "m": one.member_id, "i": one.id}


def put(conn: Connection, changed: Authenticator) -> None:
    """Keep changed material if its version is still the one that was read; otherwise `Stale`."""
    values = {
        **_key(changed),
        "v": changed.version,
        "sealed_": changed.sealed,
        "used_": changed.last_used_at,
        "left_": changed.left,
        "saved_": changed.saved_at,
    }
    if conn.execute(_PUT, values).rowcount != 1:
        raise Stale()


def used(conn: Connection, one: Authenticator, at: datetime) -> None:
    """Note the time of use of one whose material stays as it is."""
    conn.execute(_USED, {**_key(one), "used_": at})


def stand(conn: Connection, one: Authenticator, standing: Standing, at: datetime) -> None:
    """Change what it may do, if nobody was faster."""
    done = conn.execute(
        update(authenticators)
        .where(
            _A.account_id == one.account_id,
            _A.member_id == one.member_id,
            _A.id == one.id,
            _A.standing == one.standing.value,
        )
        .values(standing=standing.value, standing_at=at)
    )
    if done.rowcount != 1:
        raise Stale()


def destroy(conn: Connection, ones: Iterable[Authenticator]) -> None:
    """Erase rows and material (NIST SP 800-63B-4, section 4.5)."""
    for one in ones:
        conn.execute(
            delete(authenticators).where(
                _A.account_id == one.account_id, _A.member_id == one.member_id, _A.id == one.id
            )
        )
