"""Accounts, people, how they sign in and are let back in, the log, and what waits to be sent."""

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Index,
    Integer,
    LargeBinary,
    String,
    Table,
    Text,
    UniqueConstraint,
)

from sparekey.store.schema._columns import Instant, id_column, metadata

facts = Table(
    "facts",
    metadata,
    Column("name", String(40), primary_key=True),
    Column("value", Text, nullable=False),
    sqlite_with_rowid=False,
)
"""What belongs to the database as a whole: the key's check value, whether it is a demo."""

accounts = Table(
    "accounts",
    metadata,
    id_column("id", key=True),
    Column("name", Text, nullable=False),
    Column("policy", Text, nullable=False),
    Column("review_months", Integer, nullable=False),
    Column("created_at", Instant, nullable=False),
    Column("version", Integer, nullable=False),
    sqlite_with_rowid=False,
)
"""`review_months` repeats what the policy says, for the search for whom to remind."""

members = Table(
    "members",
    metadata,
    id_column("account_id", key=True),
    id_column("id", key=True),
    Column("username", String(64), nullable=False),
    Column("name", Text, nullable=False),
    Column("email", String(254), nullable=False),
    Column("email_key", String(254), nullable=False),
    Column("search", Text, nullable=False),
    Column("role", String(10), nullable=False),
    Column("status", String(12), nullable=False),
    Column("language", String(5), nullable=False),
    Column("created_at", Instant, nullable=False),
    Column("former_role", String(10)),
    Column("role_changed_at", Instant),
    Column("role_risen_at", Instant),
    Column("former_email", String(254)),
    Column("email_changed_at", Instant),
    Column("last_sign_in_at", Instant),
    Column("reviewed_at", Instant),
    Column("recovered_at", Instant),
    Column("reminded_at", Instant),
    Column("reminders", Integer, nullable=False),
    Column("safety", String(12), nullable=False),
    Column("ways", Text, nullable=False),
    Column("further", Text, nullable=False),
    Column("version", Integer, nullable=False),
    UniqueConstraint("username"),
    UniqueConstraint("email_key"),
    sqlite_with_rowid=False,
)
"""`safety` and `ways` repeat what the person's authenticators say, for lists; flows renew both together.

`further` repeats the person's confirmed further addresses, so that a notice needs no look at them.
"""
Index(None, members.c.account_id, members.c.name, members.c.id)

addresses = Table(
    "addresses",
    metadata,
    id_column("account_id", key=True),
    id_column("member_id", key=True),
    id_column("id", key=True),
    Column("address", String(254), nullable=False),
    Column("address_key", String(254), nullable=False, index=True),
    Column("added_at", Instant, nullable=False),
    Column("confirmed_at", Instant),
    sqlite_with_rowid=False,
)
"""Further addresses of people; the work address stands with the member."""

returns = Table(
    "returns",
    metadata,
    id_column("account_id", key=True),
    id_column("member_id", key=True),
    id_column("address_id", key=True),
    Column("since", Instant, nullable=False),
    Column("sign", String(8), nullable=False),
    Column("taken_at", Instant),
    sqlite_with_rowid=False,
)
"""Addresses that mail comes back from; an empty `address_id` is the work address."""

authenticators = Table(
    "authenticators",
    metadata,
    id_column("account_id", key=True),
    id_column("member_id", key=True),
    id_column("id", key=True),
    Column("kind", String(20), nullable=False),
    Column("label", Text, nullable=False),
    Column("standing", String(10), nullable=False),
    Column("sealed", LargeBinary, nullable=False),
    Column("created_at", Instant, nullable=False),
    Column("standing_at", Instant, nullable=False),
    Column("saved_at", Instant),
    Column("last_used_at", Instant),
    Column("left", Integer),
    Column("reviewed_at", Instant),
    Column("thing", String(10)),
    Column("handle", String(64), unique=True),
    Column("version", Integer, nullable=False),
    sqlite_with_rowid=False,
)

challenges = Table(
    "challenges",
    metadata,
    Column("holder", String(64), primary_key=True),
    Column("sealed", LargeBinary, nullable=False),
    Column("expires_at", Instant, nullable=False, index=True),
    sqlite_with_rowid=False,
)

sessions = Table(
    "sessions",
    metadata,
    Column("hash", String(64), primary_key=True),
    id_column("id"),
    id_column("account_id"),
    id_column("member_id"),
    Column("scope", String(10), nullable=False),
    Column("proofs", Text, nullable=False),
    Column("created_at", Instant, nullable=False),
    Column("expires_at", Instant, nullable=False),
    Column("last_used_at", Instant, nullable=False),
    Column("device", Text, nullable=False),
    Column("source", String(64), nullable=False),
    Column("case_id", String(40)),
    Column("purpose", String(20), nullable=False),
    Column("link", String(64), nullable=False),
    Column("is_remembered", Boolean, nullable=False),
    Column("sealed_draft", LargeBinary),
    Column("version", Integer, nullable=False),
    sqlite_with_rowid=False,
)
Index(None, sessions.c.account_id, sessions.c.member_id)
Index(None, sessions.c.id)
"""What apps were let have hangs on a session's id, which outlives its token."""

browsers = Table(
    "browsers",
    metadata,
    id_column("account_id", key=True),
    id_column("member_id", key=True),
    Column("hash", String(64), primary_key=True),
    Column("seen_at", Instant, nullable=False),
    Column("remembered_until", Instant),
    sqlite_with_rowid=False,
)
"""Browsers a person has signed in from: for "new device" notices, and to be remembered where policy says."""
Index(None, browsers.c.hash)

cases = Table(
    "cases",
    metadata,
    id_column("account_id", key=True),
    id_column("id", key=True),
    id_column("member_id"),
    Column("method", String(20), nullable=False),
    Column("state", String(12), nullable=False),
    Column("approvals_needed", Integer, nullable=False),
    Column("waiting_seconds", Integer, nullable=False),
    Column("approvals", Integer, nullable=False),
    id_column("opened_by"),
    Column("earlier_helpers", Text, nullable=False),
    Column("opened_at", Instant, nullable=False),
    Column("how", String(10), nullable=False),
    Column("reason_at", Instant),
    Column("is_stolen", Boolean, nullable=False),
    Column("was_used", Boolean, nullable=False),
    Column("delivery", String(10)),
    Column("issued_at", Instant),
    Column("expires_at", Instant),
    Column("view_until", Instant),
    Column("viewed_at", Instant),
    Column("redeemed_at", Instant),
    Column("ended_at", Instant),
    Column("ending", String(24)),
    Column("doubted_at", Instant),
    Column("lost", Text, nullable=False),
    Column("temporary", String(40)),
    Column("version", Integer, nullable=False),
    sqlite_with_rowid=False,
)
Index(None, cases.c.account_id, cases.c.member_id, cases.c.opened_at)
Index(None, cases.c.state, cases.c.expires_at)

links = Table(
    "links",
    metadata,
    Column("hash", String(64), primary_key=True),
    id_column("account_id"),
    Column("member_id", String(40), nullable=False),
    Column("case_id", String(40)),
    Column("purpose", String(20), nullable=False),
    Column("created_at", Instant, nullable=False),
    Column("expires_at", Instant),
    Column("ended_at", Instant),
    Column("ending", String(12)),
    Column("facts", Text, nullable=False),
    sqlite_with_rowid=False,
)
Index(None, links.c.account_id, links.c.member_id, links.c.purpose)
Index(None, links.c.account_id, links.c.purpose, links.c.ended_at)

tries = Table(
    "tries",
    metadata,
    Column("key", String(80), primary_key=True),
    Column("failures", Integer, nullable=False),
    Column("open_at", Instant),
    Column("changed_at", Instant, nullable=False),
    sqlite_with_rowid=False,
)

rates = Table(
    "rates",
    metadata,
    Column("key", String(96), primary_key=True),
    Column("arrives_at", Instant, nullable=False),
    sqlite_with_rowid=False,
)

sources = Table(
    "sources",
    metadata,
    Column("source", String(64), primary_key=True),
    Column("short_at", Instant, nullable=False),
    Column("long_at", Instant, nullable=False),
    sqlite_with_rowid=False,
)
"""Theoretical arrival times of one client address in the short and the long window of its rate."""

chains = Table(
    "chains",
    metadata,
    id_column("chain", key=True),
    Column("seq", BigInteger, nullable=False),
    Column("hash", String(64), nullable=False),
    sqlite_with_rowid=False,
)

audit = Table(
    "audit",
    metadata,
    id_column("chain", key=True),
    Column("seq", BigInteger, primary_key=True, autoincrement=False),
    Column("at", Instant, nullable=False),
    Column("tag", String(60), nullable=False),
    Column("actor", String(40), nullable=False),
    Column("subject", String(40), nullable=False),
    Column("source", Text, nullable=False),
    Column("data", Text, nullable=False),
    Column("previous", String(64), nullable=False),
    Column("hash", String(64), nullable=False),
    sqlite_with_rowid=False,
)
Index(None, audit.c.chain, audit.c.subject, audit.c.seq)

outbox = Table(
    "outbox",
    metadata,
    id_column("id", key=True),
    id_column("account_id"),
    Column("member_id", String(40), nullable=False),
    Column("address_id", String(40), nullable=False),
    Column("kind", String(40), nullable=False),
    Column("dedup", String(120), nullable=False),
    Column("sealed", LargeBinary),
    Column("created_at", Instant, nullable=False),
    Column("due_at", Instant, nullable=False),
    Column("lease_until", Instant),
    Column("tries", Integer, nullable=False),
    Column("state", String(8), nullable=False),
    Column("sent_at", Instant),
    Column("trouble", Text),
    UniqueConstraint("dedup"),
    sqlite_with_rowid=False,
)
Index(None, outbox.c.state, outbox.c.due_at)
Index(None, outbox.c.account_id, outbox.c.created_at)
