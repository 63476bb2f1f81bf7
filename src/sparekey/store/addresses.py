"""Further addresses of people, and which addresses mail comes back from."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, delete, insert, select, update

from sparekey.core.addresses import WORK, AddressId, Mailbox, Sign, Trouble
from sparekey.core.people import AccountId, Member, MemberId, name_key
from sparekey.store import people
from sparekey.store.schema import addresses, members, returns

_A, _R, _M = addresses.c, returns.c, members.c


@dataclass(frozen=True)
class Holder:
    """Whose address something is."""

    account_id: AccountId
    member_id: MemberId
    address_id: AddressId


@dataclass(frozen=True)
class Address:
    """A further address. `confirmed_at` None: it waits for whoever reads it, and counts for nothing."""

    account_id: AccountId
    member_id: MemberId
    id: AddressId
    address: str
    added_at: datetime
    confirmed_at: datetime | None = None

    @property
    def holder(self) -> Holder:
        return Holder(self.account_id, self.member_id, self.id)

    @property
    def mailbox(self) -> Mailbox:
        return Mailbox(self.address, self.id, self.confirmed_at)


def _address(row: Row[Any]) -> Address:
    return Address(
        AccountId(row.account_id),
        MemberId(row.member_id),
        AddressId(row.id),
        row.address,
        row.added_at,
        row.confirmed_at,
    )


def of_member(conn: Connection, who: Member) -> list[Address]:
    """In the order in which they were added."""
    rows = conn.execute(
        select(addresses)
        .where(_A.account_id == who.account_id, _A.member_id == who.id)
        .order_by(_A.added_at, _A.id)
    )
    return [_address(row) for row in rows]


def add(conn: Connection, new: Address) -> None:
    conn.execute(
        insert(addresses).values(
            account_id=new.account_id,
            member_id=new.member_id,
            id=new.id,
            address=new.address,
            address_key=name_key(new.address),
            added_at=new.added_at,
            confirmed_at=new.confirmed_at,
        )
    )


def confirm(conn: Connection, one: Address, at: datetime) -> None:
    conn.execute(
        update(addresses)
        .where(_A.account_id == one.account_id, _A.member_id == one.member_id, _A.id == one.id)
        .values(confirmed_at=at)
    )


def remove(conn: Connection, one: Address) -> None:
    """Take an address away, with what is known of mail to it."""
    conn.execute(
        delete(addresses).where(
            _A.account_id == one.account_id, _A.member_id == one.member_id, _A.id == one.id
        )
    )
    end_trouble(conn, one.holder)


def remove_all(conn: Connection, who: Member) -> None:
    """Everything of a person who is deleted."""
    conn.execute(delete(addresses).where(_A.account_id == who.account_id, _A.member_id == who.id))
    conn.execute(delete(returns).where(_R.account_id == who.account_id, _R.member_id == who.id))


def renew(conn: Connection, who: Member) -> tuple[Mailbox, ...]:
    """Repeat the confirmed ones beside the person, where notices look for them."""
    confirmed = tuple(one.mailbox for one in of_member(conn, who) if one.confirmed_at)
    people.put_further(conn, who, confirmed)
    return confirmed


def holders(conn: Connection, typed: Sequence[str]) -> list[Holder]:
    """Everybody on the server who has one of these addresses, as work address or further one."""
    keys = sorted({name_key(one) for one in typed})
    work = conn.execute(select(_M.account_id, _M.id).where(_M.email_key.in_(keys)).order_by(_M.id))
    found = [Holder(AccountId(row[0]), MemberId(row[1]), WORK) for row in work]
    further = conn.execute(
        select(_A.account_id, _A.member_id, _A.id)
        .where(_A.address_key.in_(keys))
        .order_by(_A.member_id, _A.id)
    )
    return found + [Holder(AccountId(row[0]), MemberId(row[1]), AddressId(row[2])) for row in further]


def trouble(conn: Connection, holder: Holder) -> Trouble | None:
    row = conn.execute(select(returns).where(*_of(holder)).with_for_update()).one_or_none()
    return _trouble(row) if row else None


def _of(holder: Holder) -> list[Any]:
    return [
        _R.account_id == holder.account_id,
        _R.member_id == holder.member_id,
        _R.address_id == holder.address_id,
    ]


def _trouble(row: Row[Any]) -> Trouble:
    return Trouble(row.since, Sign(row.sign), row.taken_at)


def put_trouble(conn: Connection, holder: Holder, now: Trouble) -> None:
    """The person is locked, so nobody else puts the same row."""
    end_trouble(conn, holder)
    conn.execute(
        insert(returns).values(
            account_id=holder.account_id,
            member_id=holder.member_id,
            address_id=holder.address_id,
            since=now.since,
            sign=now.sign.value,
            taken_at=now.taken_at,
        )
    )


def end_trouble(conn: Connection, holder: Holder) -> None:
    """Mail to this address arrives, as far as is known."""
    conn.execute(delete(returns).where(*_of(holder)))


def troubles(conn: Connection, account_id: str, member_id: str = "") -> Mapping[tuple[str, str], Trouble]:
    """What is known of mail that comes back, by member and address: of an account, or of one member."""
    where = [_R.account_id == account_id]
    where += [_R.member_id == member_id] if member_id else []
    rows = conn.execute(select(returns).where(*where).order_by(_R.since, _R.member_id, _R.address_id))
    return {(row.member_id, row.address_id): _trouble(row) for row in rows}
