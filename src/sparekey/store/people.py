"""Accounts and members."""

import json
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any

from sqlalchemy import Connection, bindparam, delete, func, insert, literal, or_, select, update
from sqlalchemy.exc import IntegrityError

from sparekey.core.addresses import Mailbox
from sparekey.core.people import (
    Account,
    AccountId,
    Language,
    Member,
    MemberId,
    Policy,
    Role,
    Status,
    folded,
    name_key,
)
from sparekey.errors import NameTaken, NotFound, Stale
from sparekey.store.schema import Instant, accounts, members

_M = members.c
_BY_NAME = select(members).where(or_(_M.username == bindparam("key"), _M.email_key == bindparam("key")))
_BY_ID = select(members).where(_M.account_id == bindparam("account"), _M.id == bindparam("member"))
_LOCK_BY_ID = _BY_ID.with_for_update()
_ACCOUNT = select(accounts).where(accounts.c.id == bindparam("account"))
_SIGNED_IN = (
    update(members)
    .where(_M.account_id == bindparam("account"), _M.id == bindparam("member"))
    .values(last_sign_in_at=bindparam("at"))
)


@dataclass(frozen=True)
class Listed:
    """A member as lists show one."""

    member: Member
    safety: str
    ways: str


_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MEMBER_NAMES = [column.name for column in members.c]
_ACCOUNT_NAMES = [column.name for column in accounts.c]


def member_of(row: Any) -> Member:
    return Member(
        id=MemberId(row.id),
        account_id=AccountId(row.account_id),
        username=row.username,
        name=row.name,
        email=row.email,
        role=Role(row.role),
        status=Status(row.status),
        language=Language(row.language),
        created_at=row.created_at,
        version=row.version,
        former_role=Role(row.former_role) if row.former_role else None,
        role_changed_at=row.role_changed_at,
        role_risen_at=row.role_risen_at,
        former_email=row.former_email,
        email_changed_at=row.email_changed_at,
        last_sign_in_at=row.last_sign_in_at,
        reviewed_at=row.reviewed_at,
        recovered_at=row.recovered_at,
        further=_mailboxes(row.further) if row.further else (),
    )


def _mailboxes(kept: str) -> tuple[Mailbox, ...]:
    return tuple(
        Mailbox(address, address_id, _EPOCH + timedelta(microseconds=at))
        for address_id, address, at in json.loads(kept)
    )


def _columns(member: Member) -> dict[str, Any]:
    return {
        "account_id": member.account_id,
        "id": member.id,
        "username": member.username,
        "name": member.name,
        "email": member.email,
        "email_key": name_key(member.email),
        "search": folded(f"{member.name} {member.username} {member.email}"),
        "role": member.role.value,
        "status": member.status.value,
        "language": member.language.value,
        "created_at": member.created_at,
        "former_role": member.former_role.value if member.former_role else None,
        "role_changed_at": member.role_changed_at,
        "role_risen_at": member.role_risen_at,
        "former_email": member.former_email,
        "email_changed_at": member.email_changed_at,
        "last_sign_in_at": member.last_sign_in_at,
        "recovered_at": member.recovered_at,
    }


def person_and_account(values: Sequence[Any]) -> tuple[Member, Account] | None:
    """The end of a row of `sessions.whole`: the columns of `members` and `accounts`, in their order."""
    if values[0] is None:
        return None
    count = len(members.c)
    row = SimpleNamespace(**dict(zip(_MEMBER_NAMES, values[:count], strict=True)))
    held = SimpleNamespace(**dict(zip(_ACCOUNT_NAMES, values[count:], strict=True)))
    return member_of(row), _account(held)


def _account(row: Any) -> Account:
    return Account(AccountId(row.id), row.name, _policy(row.policy), row.created_at, row.version)


def _policy(text: str) -> Policy:
    """JSON knows no tuples."""
    read: dict[str, Any] = json.loads(text)
    return Policy(**{**read, "passkey_models": tuple(read.get("passkey_models", ()))})


def add_account(conn: Connection, account: Account) -> None:
    conn.execute(
        insert(accounts).values(
            id=account.id,
            name=account.name,
            policy=json.dumps(asdict(account.policy)),
            review_months=account.policy.review_months,
            created_at=account.created_at,
            version=account.version,
        )
    )


def account(conn: Connection, account_id: AccountId) -> Account:
    row = conn.execute(_ACCOUNT, {"account": account_id}).one_or_none()
    if row is None:
        raise NotFound()
    return _account(row)


def all_accounts(conn: Connection) -> list[Account]:
    rows = conn.execute(select(accounts).order_by(accounts.c.created_at))
    return [_account(row) for row in rows]


def oldest_account(conn: Connection) -> AccountId | None:
    """The account that was there first."""
    oldest = select(accounts.c.id).order_by(accounts.c.created_at, accounts.c.id).limit(1)
    found = conn.execute(oldest).scalar_one_or_none()
    return AccountId(found) if found else None


def put_account(conn: Connection, changed: Account) -> None:
    """Keep name and policy if nobody was faster."""
    done = conn.execute(
        update(accounts)
        .where(accounts.c.id == changed.id, accounts.c.version == changed.version)
        .values(
            name=changed.name,
            policy=json.dumps(asdict(changed.policy)),
            review_months=changed.policy.review_months,
            version=changed.version + 1,
        )
    )
    if done.rowcount != 1:
        raise Stale()


def by_sign_in_name(conn: Connection, key: str) -> Member | None:
    """The member whose username or address has this key."""
    row = conn.execute(_BY_NAME, {"key": key}).one_or_none()
    return member_of(row) if row else None


def member(conn: Connection, account_id: AccountId, member_id: str, *, lock: bool = False) -> Member:
    """A member of this account, or `NotFound`: another account's ids answer alike."""
    statement = _LOCK_BY_ID if lock else _BY_ID
    row = conn.execute(statement, {"account": account_id, "member": member_id}).one_or_none()
    if row is None:
        raise NotFound()
    return member_of(row)


def find_member(conn: Connection, account_id: AccountId, member_id: str) -> Member | None:
    row = conn.execute(_BY_ID, {"account": account_id, "member": member_id}).one_or_none()
    return member_of(row) if row else None


def by_username(conn: Connection, account_id: AccountId, username: str) -> Member:
    row = conn.execute(
        select(members).where(_M.account_id == account_id, _M.username == name_key(username))
    ).one_or_none()
    if row is None:
        raise NotFound()
    return member_of(row)


def ids_of(conn: Connection, account_id: AccountId, usernames: Sequence[str]) -> dict[str, MemberId]:
    """The ids of those of these usernames that somebody in the account has."""
    wanted = select(_M.id, _M.username).where(_M.account_id == account_id, _M.username.in_(set(usernames)))
    return {row.username: row.id for row in conn.execute(wanted)}


def names(conn: Connection, account_id: AccountId, ids: Sequence[str]) -> dict[str, Member]:
    """Members by id, for showing names of ids; those deleted are missing."""
    rows = conn.execute(select(members).where(_M.account_id == account_id, _M.id.in_(set(ids))))
    return {row.id: member_of(row) for row in rows}


def walk(conn: Connection, account_id: AccountId, piece: int = 500) -> Iterator[list[Member]]:
    """Everybody in the account, `piece` at a time, in the order of their ids."""
    last, statement = "", select(members).where(_M.account_id == account_id).order_by(_M.id).limit(piece)
    while rows := conn.execute(statement.where(_M.id > last)).all():
        yield [member_of(row) for row in rows]
        last = rows[-1].id


def with_role(conn: Connection, account_id: AccountId, role: Role) -> list[Member]:
    """Active members of one role, by name."""
    rows = conn.execute(
        select(members)
        .where(_M.account_id == account_id, _M.role == role.value, _M.status == Status.ACTIVE.value)
        .order_by(_M.name)
    )
    return [member_of(row) for row in rows]


def lock_owners(conn: Connection, account_id: AccountId) -> list[Member]:
    """The active owners, locked in a fixed order: two demotions at once leave an account one owner."""
    rows = conn.execute(
        select(members)
        .where(_M.account_id == account_id, _M.role == Role.OWNER.value, _M.status == Status.ACTIVE.value)
        .order_by(_M.id)
        .with_for_update()
    )
    return [member_of(row) for row in rows]


def _row(new: Listed) -> dict[str, Any]:
    fresh = {"version": 0, "further": "", "reminders": 0, "reviewed_at": new.member.reviewed_at}
    return {**_columns(new.member), **fresh, "safety": new.safety, "ways": new.ways}


def add_member(conn: Connection, new: Member) -> None:
    """Keep a new member; `NameTaken` when the username or the address belongs to somebody on the server."""
    refuse_taken(conn, new)
    try:
        conn.execute(insert(members).values(_row(Listed(new, "not_set_up", ""))))
    except IntegrityError as error:
        raise NameTaken("username") from error


def add_members(conn: Connection, new: Sequence[Listed]) -> None:
    """Keep many new members whose names were free when they were looked at; `NameTaken` when one is not."""
    try:
        conn.execute(insert(members), [_row(one) for one in new])
    except IntegrityError as error:
        raise NameTaken("username") from error


def taken_names(conn: Connection, keys: Sequence[str]) -> dict[str, AccountId]:
    """Which of these usernames and keys of addresses somebody on the server has, and in which account."""
    wanted = list(keys)
    rows = conn.execute(
        select(_M.username, _M.email_key, _M.account_id).where(
            or_(_M.username.in_(wanted), _M.email_key.in_(wanted))
        )
    )
    return {name: row.account_id for row in rows for name in (row.username, row.email_key)}


def refuse_taken(conn: Connection, wanted: Member) -> None:
    """Raise `NameTaken` with the field whose name somebody else on the server has."""
    for field, key in (("username", wanted.username), ("email", name_key(wanted.email))):
        holder = by_sign_in_name(conn, key)
        if holder is not None and holder.id != wanted.id:
            raise NameTaken(field)


def put_member(conn: Connection, changed: Member) -> None:
    """Keep a changed member if nobody was faster."""
    try:
        done = conn.execute(
            update(members)
            .where(_M.account_id == changed.account_id, _M.id == changed.id, _M.version == changed.version)
            .values({**_columns(changed), "version": changed.version + 1})
        )
    except IntegrityError as error:
        raise NameTaken("username") from error
    if done.rowcount != 1:
        raise Stale()


def signed_in(conn: Connection, who: Member, at: Any) -> None:
    conn.execute(_SIGNED_IN, {"account": who.account_id, "member": who.id, "at": at})


def put_safety(conn: Connection, who: Member, safety: str, ways: str, *, set_up_by: datetime | None) -> None:
    """Keep the summary. Whoever is set up has their ways in by then at the latest; None: is not set up."""
    since = func.coalesce(_M.reviewed_at, literal(set_up_by, Instant)) if set_up_by else None
    theirs = update(members).where(_M.account_id == who.account_id, _M.id == who.id)
    conn.execute(theirs.values(safety=safety, ways=ways, reviewed_at=since))


def recovered(conn: Connection, who: Member, at: datetime) -> None:
    """Somebody let them back in. The person is locked."""
    theirs = update(members).where(_M.account_id == who.account_id, _M.id == who.id)
    conn.execute(theirs.values(recovered_at=at))


def put_further(conn: Connection, who: Member, confirmed: Sequence[Mailbox]) -> None:
    """Repeat a person's confirmed further addresses here. The person is locked."""
    kept = [
        [one.id, one.address, (one.confirmed_at - _EPOCH) // timedelta(microseconds=1)]
        for one in confirmed
        if one.confirmed_at
    ]
    conn.execute(
        update(members)
        .where(_M.account_id == who.account_id, _M.id == who.id)
        .values(further=json.dumps(kept) if kept else "")
    )


def remove_member(conn: Connection, who: Member) -> None:
    conn.execute(delete(members).where(_M.account_id == who.account_id, _M.id == who.id))
