"""A whole server without doors: a database file, cheap hashes, and a clock and dice that stand still."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from sparekey.adapters.hashing import Pool
from sparekey.adapters.mail import MailSettings, Security
from sparekey.adapters.sealing import Keys
from sparekey.core.audit_chain import Entry
from sparekey.core.contract import Hashing, Moment
from sparekey.core.people import SERVER, AccountId, Language, Member, MemberId, Role, Status
from sparekey.factors import registered
from sparekey.flows import first_run
from sparekey.flows._work import unit
from sparekey.flows.console import NewAccount, add_account
from sparekey.flows.context import Context, Site, Visitor
from sparekey.store import audit, people, queue
from sparekey.store.engine import Database
from sparekey.store.schema import metadata

START = datetime(2026, 11, 17, 9, 42, tzinfo=UTC)
HASHING = Hashing(memory_kib=8, passes=1)


@dataclass
class SmallServer:
    """`now` may be set; every moment gets dice of its own."""

    db: Database
    pool: Pool
    site: Site
    mail: MailSettings | None = None
    now: datetime = START
    rolled: int = 0
    ctx: Context = field(init=False)

    def __post_init__(self) -> None:
        self.ctx = Context(
            db=self.db,
            keys=Keys([b"k" * 32]),
            pool=self.pool,
            factors=registered(HASHING),
            hashing=HASHING,
            site=self.site,
            mail=self.mail,
            moment=self.moment,
        )

    def moment(self) -> Moment:
        self.rolled += 1
        return Moment(self.now, self.rolled.to_bytes(32, "big"))

    def wait(self, **much: float) -> None:
        self.now += timedelta(**much)

    def add_owner(self, username: str = "nora.keller") -> Member:
        """An account with one active owner."""
        email = f"{username}@example.org"
        handed = add_account(self.ctx, NewAccount("Berg & Tal AG", "Nora Keller", username, email))
        return self._put(replace(handed.member, status=Status.ACTIVE))

    def add_member(self, owner: Member, username: str, **more: Any) -> Member:
        new = Member(
            id=MemberId(f"mem_{username}"),
            account_id=owner.account_id,
            username=username,
            name=username.replace(".", " ").title(),
            email=f"{username}@example.org",
            role=more.get("role", Role.STAFF),
            status=more.get("status", Status.ACTIVE),
            language=Language.EN,
            created_at=self.now,
        )
        self.db.write(lambda conn: people.add_member(conn, new))
        return new

    def _put(self, member: Member) -> Member:
        self.db.write(lambda conn: people.put_member(conn, member))
        return self.member(member)

    def member(self, member: Member) -> Member:
        return self.db.read(lambda conn: people.member(conn, member.account_id, member.id))

    def post(self, to: Member, kind: str, **facts: Any) -> None:
        unit(self.ctx, Visitor(), self.moment(), lambda work: work.send(to, kind, **facts))

    def entries(self, chain: str = SERVER) -> list[Entry]:
        return self.db.read(lambda conn: list(audit.walk(conn, chain)))

    def tags(self, chain: str = SERVER) -> list[str]:
        return [entry.tag for entry in self.entries(chain)]

    def troubled(self, account_id: AccountId) -> list[queue.Mail]:
        return self.db.read(lambda conn: queue.troubled(conn, account_id))

    def waiting(self) -> int:
        return self.db.read(queue.waiting)[0]


@contextmanager
def small_server(folder: Path, *, is_demo: bool = False, mail_port: int = 0) -> Iterator[SmallServer]:
    """`mail_port`: where a mail server listens on this machine."""
    site = Site("https://login.example.org", ZoneInfo("Europe/Zurich"), is_demo=is_demo)
    mail = MailSettings("127.0.0.1", mail_port, "no-reply@example.org", "Sparekey", Security.NONE)
    db, pool = Database(f"sqlite:///{folder}/small.sqlite3"), Pool(1)
    metadata.create_all(db.engine)
    server = SmallServer(db, pool, site, mail if mail_port else None)
    first_run.prepare(server.ctx)
    try:
        yield server
    finally:
        pool.close()
        db.close()
