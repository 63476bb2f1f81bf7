"""What whoever runs the server does at its console: the last way back in, and looking after accounts.

Access to the console is the proof; there is no other. So every use that opens a door is on two chains, the
server's and the account's, and everybody it concerns is told by mail: all account owners and the person. A
link from here needs no password, sets password and second factor anew, and lives ten minutes.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import Connection

from sparekey.core.audit_chain import Broken, Entry, Whole, verify
from sparekey.core.events.recovery import LinkSent
from sparekey.core.events.server import AccountAdded, ConsoleUsed
from sparekey.core.events.team import MemberAdded
from sparekey.core.people import (
    SERVER,
    Account,
    AccountId,
    Language,
    Member,
    MemberId,
    Policy,
    Role,
    Status,
    name_key,
    new_id,
    read_email,
    read_name,
    read_username,
)
from sparekey.core.recovery_case import Ending, Step
from sparekey.errors import Conflict, NotAllowed, NotFound
from sparekey.flows import _cases, _links
from sparekey.flows._links import Purpose
from sparekey.flows._work import Work, unit
from sparekey.flows.context import Context, Visitor
from sparekey.store import audit, lists, people
from sparekey.store.lists import Search

CONSOLE = Visitor(console="console")
PAGE = 500
TOLD_EVERY = 1000


@dataclass(frozen=True)
class NewAccount:
    """A further account and its first owner, as typed."""

    name: str
    owner_name: str
    username: str
    email: str
    language: Language = Language.EN


@dataclass(frozen=True)
class Handed:
    """A link for one person. Whoever has it can set this person's password and second factor."""

    link: str = field(repr=False)
    ends_at: datetime
    member: Member


def add_account(ctx: Context, new: NewAccount) -> Handed:
    """An account with an invited owner. Raises `BadInput` or `NameTaken`."""
    moment = ctx.moment()
    account = Account(
        AccountId(new_id("acc", moment)), read_name(new.name, "name"), Policy(), moment.at, version=0
    )
    owner = Member(
        id=MemberId(new_id("mem", moment)),
        account_id=account.id,
        username=read_username(new.username),
        name=read_name(new.owner_name, "owner"),
        email=read_email(new.email),
        role=Role.OWNER,
        status=Status.INVITED,
        language=new.language,
        created_at=moment.at,
    )

    def add(work: Work) -> Handed:
        people.add_account(work.conn, account)
        audit.start(work.conn, account.id)
        people.add_member(work.conn, owner)
        link, ends_at = _links.make(work, owner, Purpose.INVITATION)
        work.record(AccountAdded(account.id))
        work.record(ConsoleUsed("account add", account.id, owner.id))
        work.record(MemberAdded(owner.id, owner.role.value), account.id)
        work.record(LinkSent(owner.id, Purpose.INVITATION.value), account.id)
        return Handed(link, ends_at, owner)

    return unit(ctx, CONSOLE, moment, add)


def find_account(ctx: Context, name: str) -> Account:
    """The account of this id or name; `NotFound`, or `Conflict` where two are called alike."""
    wanted = name_key(name)
    found = [one for one in ctx.db.read(people.all_accounts) if wanted in {one.id, name_key(one.name)}]
    if not found:
        raise NotFound(f"No account is called {name!r}. `sparekey member list` shows all of them")
    if len(found) > 1:
        ids = ", ".join(one.id for one in found)
        raise Conflict(f"Several accounts are called {name!r}. Say which by its id: {ids}")
    return found[0]


def owner_recover(ctx: Context, name: str) -> Handed:
    """The way back in for an account owner who has nothing left."""
    return _recover(ctx, name, "owner recover", only_owners=True)


def member_recover(ctx: Context, name: str) -> Handed:
    """The same for anybody: where no owner can help or may."""
    return _recover(ctx, name, "member recover", only_owners=False)


def _recover(ctx: Context, name: str, command: str, *, only_owners: bool) -> Handed:
    def recover(work: Work) -> Handed:
        member = _find(work.conn, name)
        _refuse(member, only_owners=only_owners)
        case = _cases.running(work, member)
        if case is not None:
            _cases.close(work, member, case, Step.CANCEL, Ending.REPLACED)
        link, ends_at = _links.make(work, member, Purpose.OWNER_RECOVERY)
        work.record(ConsoleUsed(command, member.account_id, member.id))
        work.record(LinkSent(member.id, Purpose.OWNER_RECOVERY.value), member.account_id)
        _tell(work, member, command, ends_at)
        return Handed(link, ends_at, member)

    return unit(ctx, CONSOLE, ctx.moment(), recover)


def _find(conn: Connection, name: str) -> Member:
    found = people.by_sign_in_name(conn, name_key(name))
    if found is None:
        raise NotFound(f"Nobody on this server signs in as {name!r}. `sparekey member list` shows everybody")
    return people.member(conn, found.account_id, found.id, lock=True)


def _refuse(member: Member, *, only_owners: bool) -> None:
    if member.status is Status.DEACTIVATED:
        raise NotAllowed(
            f"{member.username} is deactivated and stays out. An account owner can reactivate them first",
            reason="deactivated",
        )
    if only_owners and member.role is not Role.OWNER:
        raise NotAllowed(
            f"{member.username} is not an account owner. An owner can help them in the browser;"
            f" otherwise: sparekey member recover {member.username}",
            reason="not_owner",
        )


def _tell(work: Work, member: Member, command: str, ends_at: datetime) -> None:
    """The command stands where a person's browser would."""
    facts: dict[str, Any] = {"opened_at": work.now, "expires_at": ends_at, "place": f"sparekey {command}"}
    work.send(member, "owner_recovered", **facts)
    work.tell_owners(member, "owner_recovered_owners", link=work.ctx.site.link("/account/audit"), **facts)


@dataclass(frozen=True)
class Listed:
    """Somebody, with the account and the state of their ways in."""

    account: Account
    member: Member
    safety: str


def list_members(ctx: Context) -> Iterator[Listed]:
    """Everybody on the server, account by account, by name; read in pages."""
    for account in ctx.db.read(people.all_accounts):
        page = 1
        while listed := _page(ctx, account, page):
            yield from (Listed(account, one.member, one.safety) for one in listed)
            page += 1


def _page(ctx: Context, account: Account, page: int) -> list[people.Listed]:
    wanted = Search(sort="name", page=page, size=PAGE)
    return ctx.db.read(lambda conn: lists.search(conn, account.id, wanted)[0])


@dataclass(frozen=True)
class Chain:
    """One audit chain: whose it is, and how many entries its head knows of."""

    id: str
    name: str
    length: int


def chains(ctx: Context) -> list[Chain]:
    """The server's own chain and every account's."""

    def load(conn: Connection) -> list[Chain]:
        named = [(SERVER, ""), *((one.id, one.name) for one in people.all_accounts(conn))]
        return [Chain(chain, name, audit.head(conn, chain)[0]) for chain, name in named]

    return ctx.db.read(load)


def verify_chain(ctx: Context, chain: Chain, tell: Callable[[int], None]) -> Whole | Broken:
    """Walk one chain, entry by entry. `tell` hears how many more were read. Nothing is written."""
    with ctx.db.reading() as conn:
        return verify(_told(audit.walk(conn, chain.id), tell), *audit.head(conn, chain.id))


def _told(entries: Iterator[Entry], tell: Callable[[int], None]) -> Iterator[Entry]:
    count = 0
    for count, entry in enumerate(entries, 1):
        yield entry
        if count % TOLD_EVERY == 0:
            tell(TOLD_EVERY)
    tell(count % TOLD_EVERY)
