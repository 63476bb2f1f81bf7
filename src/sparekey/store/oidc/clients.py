"""Clients, and who may sign in to one that is for some people only."""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, bindparam, delete, insert, or_, select, update
from sqlalchemy.exc import IntegrityError

from sparekey.core.clients import Client, ClientId, Kind, Login
from sparekey.core.people import AccountId, Member, MemberId
from sparekey.core.sign_in import Demand
from sparekey.errors import NameTaken, NotFound, Stale
from sparekey.store.schema import client_people, clients, consents, device_asks, passes, pushed, rates

_C, _P = clients.c, client_people.c
_BY_ID = select(clients).where(_C.id == bindparam("id"))
_WITH_RATE = (
    select(clients, rates.c.arrives_at.label("arrives_at"))
    .outerjoin(rates, rates.c.key == bindparam("key"))
    .where(_C.id == bindparam("id"))
)
_BY_HOST = select(clients).where(_C.host == bindparam("host"))
_PEOPLE = select(_P.member_id).where(_P.client_id == bindparam("id")).order_by(_P.member_id)
_PLACES = select(_C.id, _C.kind, _C.name, _C.about, _C.homepage, _C.host).order_by(_C.name, _C.id)
_USED = update(clients).where(_C.id == bindparam("client")).values(last_used_at=bindparam("at"))


@dataclass(frozen=True)
class Place:
    """What people see of a client."""

    id: ClientId
    kind: Kind
    name: str
    about: str
    homepage: str
    host: str


def find(conn: Connection, client_id: str) -> Client | None:
    """A client by its public id, on the whole server."""
    return _one(conn, conn.execute(_BY_ID, {"id": client_id}).one_or_none())


def with_rate(conn: Connection, client_id: str, rate_key: str) -> tuple[Client, datetime | None] | None:
    """A client, and the theoretical arrival time under a key of its rates, in one statement."""
    row = conn.execute(_WITH_RATE, {"id": client_id, "key": rate_key}).one_or_none()
    found = _one(conn, row)
    return (found, row.arrives_at) if row and found else None


def by_host(conn: Connection, host: str) -> Client | None:
    """The site behind a proxy that has this name."""
    return _one(conn, conn.execute(_BY_HOST, {"host": host}).one_or_none())


def own(conn: Connection, account_id: AccountId, client_id: str) -> Client:
    """A client of this account; `NotFound` for anybody else's."""
    found = find(conn, client_id)
    if found is None or found.account_id != account_id:
        raise NotFound()
    return found


def of_account(conn: Connection, account_id: AccountId) -> list[tuple[Client, datetime | None]]:
    """The account's clients by name, with when each let somebody in last. Two statements, however many there are."""
    rows = conn.execute(select(clients).where(_C.account_id == account_id).order_by(_C.name, _C.id)).all()
    chosen: dict[str, list[MemberId]] = {}
    for one in conn.execute(select(client_people).where(_P.account_id == account_id).order_by(_P.member_id)):
        chosen.setdefault(one.client_id, []).append(MemberId(one.member_id))
    return [
        (client_of(row, chosen.get(row.id, ()) if row.only_some else None), row.last_used_at) for row in rows
    ]


def places(conn: Connection, account_id: AccountId, ids: Iterable[str]) -> list[Place]:
    """These clients of the account, by name."""
    where = (_C.account_id == account_id, _C.id.in_(set(ids)))
    return [_place(row) for row in conn.execute(_PLACES.where(*where))]


def last_used(conn: Connection, client_id: ClientId) -> datetime | None:
    """When somebody was let in last."""
    return conn.execute(select(_C.last_used_at).where(_C.id == client_id)).scalar_one_or_none()


def names(conn: Connection, account_id: AccountId, ids: Iterable[str]) -> dict[str, str]:
    """The names of clients by id, for showing what is known of them; those removed are missing."""
    wanted = select(_C.id, _C.name).where(_C.account_id == account_id, _C.id.in_(set(ids)))
    return {row.id: row.name for row in conn.execute(wanted)}


def open_to(conn: Connection, who: Member) -> list[Place]:
    """The clients that a person may sign in to and can go to: those with an address of their own, by name."""
    chosen = select(_P.client_id).where(_P.client_id == _C.id, _P.member_id == who.id).exists()
    has_address = or_(_C.homepage != "", _C.host.is_not(None))
    where = (_C.account_id == who.account_id, has_address, or_(~_C.only_some, chosen))
    return [_place(row) for row in conn.execute(_PLACES.where(*where))]


def add(conn: Connection, client: Client) -> None:
    """Keep a new client; `NameTaken` where another site has that host."""
    try:
        conn.execute(insert(clients).values({**_columns(client), "last_used_at": None}))
    except IntegrityError as error:
        raise NameTaken("host") from error
    _put_people(conn, client)


def put(conn: Connection, client: Client) -> None:
    """Keep a changed client if nobody was faster; raises `Stale`, and `NameTaken` for another's host."""
    changed = {**_columns(client), "version": client.version + 1}
    try:
        done = conn.execute(
            update(clients).where(_C.id == client.id, _C.version == client.version).values(changed)
        )
    except IntegrityError as error:
        raise NameTaken("host") from error
    if done.rowcount != 1:
        raise Stale()
    _put_people(conn, client)


def remove(conn: Connection, client: Client) -> None:
    """The client's own rows, what waits for it and who may pass; its grants are for the caller to end."""
    for table in (client_people, consents, passes, pushed, device_asks):
        conn.execute(delete(table).where(table.c.client_id == client.id))
    conn.execute(delete(clients).where(_C.id == client.id))


def used(conn: Connection, client_id: ClientId, at: datetime) -> None:
    """Somebody was let in."""
    conn.execute(_USED, {"client": client_id, "at": at})


def forget_person(conn: Connection, account_id: AccountId, member_id: MemberId) -> None:
    """A deleted person is for nobody's client any longer."""
    conn.execute(delete(client_people).where(_P.account_id == account_id, _P.member_id == member_id))


def _place(row: Any) -> Place:
    return Place(ClientId(row.id), Kind(row.kind), row.name, row.about, row.homepage, row.host or "")


def _one(conn: Connection, row: Row[Any] | None) -> Client | None:
    if row is None:
        return None
    return client_of(row, _people(conn, row) if row.only_some else None)


def _people(conn: Connection, row: Row[Any]) -> tuple[MemberId, ...]:
    return tuple(MemberId(one.member_id) for one in conn.execute(_PEOPLE, {"id": row.id}))


def _put_people(conn: Connection, client: Client) -> None:
    conn.execute(delete(client_people).where(_P.client_id == client.id))
    rows = [
        {"client_id": client.id, "member_id": one, "account_id": client.account_id}
        for one in dict.fromkeys(client.only or ())
    ]
    if rows:
        conn.execute(insert(client_people), rows)


def client_of(row: Any, only: Iterable[MemberId] | None) -> Client:
    """From a row of `clients`; `only`: who may sign in, which has a table of its own."""
    return Client(
        id=ClientId(row.id),
        account_id=AccountId(row.account_id),
        kind=Kind(row.kind),
        name=row.name,
        login=Login(row.login),
        created_at=row.created_at,
        redirect_uris=tuple(json.loads(row.redirect_uris)),
        logout_uris=tuple(json.loads(row.logout_uris)),
        backchannel_uri=row.backchannel_uri,
        homepage=row.homepage,
        about=row.about,
        host=row.host or "",
        demand=Demand(row.demand),
        fresh_minutes=row.fresh_minutes,
        only=None if only is None else tuple(only),
        asks_consent=row.asks_consent,
        needs_pkce=row.needs_pkce,
        is_strict=row.is_strict,
        is_pairwise=row.is_pairwise,
        algorithm=row.algorithm,
        keys=row.keys,
        secret_hash=row.secret_hash,
        secret_set_at=row.secret_set_at,
        is_registered=row.is_registered,
        version=row.version,
    )


def _columns(client: Client) -> dict[str, Any]:
    return {
        "id": client.id,
        "account_id": client.account_id,
        "kind": client.kind.value,
        "name": client.name,
        "login": client.login.value,
        "redirect_uris": json.dumps(client.redirect_uris),
        "logout_uris": json.dumps(client.logout_uris),
        "backchannel_uri": client.backchannel_uri,
        "homepage": client.homepage,
        "about": client.about,
        "host": client.host or None,
        "demand": client.demand.value,
        "fresh_minutes": client.fresh_minutes,
        "only_some": client.only is not None,
        "asks_consent": client.asks_consent,
        "needs_pkce": client.needs_pkce,
        "is_strict": client.is_strict,
        "is_pairwise": client.is_pairwise,
        "algorithm": client.algorithm,
        "keys": client.keys,
        "secret_hash": client.secret_hash,
        "secret_set_at": client.secret_set_at,
        "is_registered": client.is_registered,
        "created_at": client.created_at,
        "version": client.version,
    }
