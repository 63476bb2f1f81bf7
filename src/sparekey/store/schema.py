"""Every table, for SQLite and PostgreSQL alike.

Keys lead with the account, so that rows could be split by account. Times are microseconds since 1970 in UTC,
so that both databases give back the same instant. `sealed` columns hold ciphertext bound to row and version.
"""

from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Dialect,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    Text,
    TypeDecorator,
    UniqueConstraint,
)

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_TICK = timedelta(microseconds=1)


class Instant(TypeDecorator[datetime]):
    """A UTC time as microseconds since 1970."""

    impl = BigInteger
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> int | None:
        return None if value is None else (value - _EPOCH) // _TICK

    def process_result_value(self, value: Any, dialect: Dialect) -> datetime | None:
        return None if value is None else _EPOCH + timedelta(microseconds=value)


metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)


def _id(name: str, *, key: bool = False) -> Column[str]:
    return Column(name, String(40), primary_key=key, nullable=False)


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
    _id("id", key=True),
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
    _id("account_id", key=True),
    _id("id", key=True),
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
    _id("account_id", key=True),
    _id("member_id", key=True),
    _id("id", key=True),
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
    _id("account_id", key=True),
    _id("member_id", key=True),
    _id("address_id", key=True),
    Column("since", Instant, nullable=False),
    Column("sign", String(8), nullable=False),
    Column("taken_at", Instant),
    sqlite_with_rowid=False,
)
"""Addresses that mail comes back from; an empty `address_id` is the work address."""

authenticators = Table(
    "authenticators",
    metadata,
    _id("account_id", key=True),
    _id("member_id", key=True),
    _id("id", key=True),
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
    _id("id"),
    _id("account_id"),
    _id("member_id"),
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
    _id("account_id", key=True),
    _id("member_id", key=True),
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
    _id("account_id", key=True),
    _id("id", key=True),
    _id("member_id"),
    Column("method", String(20), nullable=False),
    Column("state", String(12), nullable=False),
    Column("approvals_needed", Integer, nullable=False),
    Column("waiting_seconds", Integer, nullable=False),
    Column("approvals", Integer, nullable=False),
    _id("opened_by"),
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
    _id("account_id"),
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
    _id("chain", key=True),
    Column("seq", BigInteger, nullable=False),
    Column("hash", String(64), nullable=False),
    sqlite_with_rowid=False,
)

audit = Table(
    "audit",
    metadata,
    _id("chain", key=True),
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
    _id("id", key=True),
    _id("account_id"),
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

clients = Table(
    "clients",
    metadata,
    _id("id", key=True),
    _id("account_id"),
    Column("kind", String(10), nullable=False),
    Column("name", Text, nullable=False),
    Column("login", String(16), nullable=False),
    Column("redirect_uris", Text, nullable=False),
    Column("logout_uris", Text, nullable=False),
    Column("backchannel_uri", Text, nullable=False),
    Column("homepage", Text, nullable=False),
    Column("about", Text, nullable=False),
    Column("host", String(260), unique=True),
    Column("demand", String(12), nullable=False),
    Column("fresh_minutes", Integer, nullable=False),
    Column("only_some", Boolean, nullable=False),
    Column("asks_consent", Boolean, nullable=False),
    Column("needs_pkce", Boolean, nullable=False),
    Column("is_strict", Boolean, nullable=False),
    Column("is_pairwise", Boolean, nullable=False),
    Column("algorithm", String(8), nullable=False),
    Column("keys", Text, nullable=False),
    Column("secret_hash", String(64), nullable=False),
    Column("secret_set_at", Instant),
    Column("is_registered", Boolean, nullable=False),
    Column("created_at", Instant, nullable=False),
    Column("last_used_at", Instant),
    Column("version", Integer, nullable=False),
    sqlite_with_rowid=False,
)
"""Lists of addresses are JSON. `host` is null where there is none."""
Index(None, clients.c.account_id)

client_people = Table(
    "client_people",
    metadata,
    _id("client_id", key=True),
    _id("member_id", key=True),
    _id("account_id"),
    sqlite_with_rowid=False,
)
"""Who may sign in to a client that is for some people only."""
Index(None, client_people.c.account_id, client_people.c.member_id)

consents = Table(
    "consents",
    metadata,
    _id("account_id", key=True),
    _id("member_id", key=True),
    _id("client_id", key=True),
    Column("scopes", Text, nullable=False),
    Column("given_at", Instant, nullable=False),
    sqlite_with_rowid=False,
)
Index(None, consents.c.client_id)

grants = Table(
    "grants",
    metadata,
    _id("id", key=True),
    _id("account_id"),
    _id("member_id"),
    _id("client_id"),
    _id("session_id"),
    Column("scopes", Text, nullable=False),
    Column("created_at", Instant, nullable=False),
    Column("expires_at", Instant, nullable=False),
    Column("acr", String(40), nullable=False),
    Column("amr", Text, nullable=False),
    Column("auth_time", Instant, nullable=False),
    Column("nonce", Text, nullable=False),
    Column("claims", Text, nullable=False),
    Column("asks_auth_time", Boolean, nullable=False),
    Column("redirect_uri", Text, nullable=False),
    Column("challenge", String(128), nullable=False),
    Column("jkt", String(64), nullable=False),
    Column("is_offline", Boolean, nullable=False),
    Column("code_hash", String(64), unique=True),
    Column("code_expires_at", Instant),
    Column("code_spent_at", Instant),
    Column("ended_at", Instant),
    sqlite_with_rowid=False,
)
Index(None, grants.c.account_id, grants.c.member_id)
Index(None, grants.c.client_id)
Index(None, grants.c.session_id)

tokens = Table(
    "tokens",
    metadata,
    Column("hash", String(64), primary_key=True),
    _id("grant_id"),
    Column("kind", String(8), nullable=False),
    Column("scopes", Text, nullable=False),
    Column("jkt", String(64), nullable=False),
    Column("created_at", Instant, nullable=False),
    Column("expires_at", Instant, nullable=False),
    Column("spent_at", Instant),
    sqlite_with_rowid=False,
)
"""`kind`: access or refresh. A refresh token that was spent stays until its grant ends: used again, it ends it."""
Index(None, tokens.c.grant_id)

pushed = Table(
    "pushed",
    metadata,
    Column("hash", String(64), primary_key=True),
    _id("client_id"),
    Column("parameters", Text, nullable=False),
    Column("expires_at", Instant, nullable=False),
    sqlite_with_rowid=False,
)

device_asks = Table(
    "device_asks",
    metadata,
    Column("hash", String(64), primary_key=True),
    Column("user_hash", String(64), nullable=False, unique=True),
    _id("client_id"),
    Column("scopes", Text, nullable=False),
    Column("source", String(64), nullable=False),
    Column("created_at", Instant, nullable=False),
    Column("expires_at", Instant, nullable=False),
    Column("polled_at", Instant),
    Column("interval", Integer, nullable=False),
    Column("state", String(10), nullable=False),
    Column("grant_id", String(40)),
    sqlite_with_rowid=False,
)
"""Devices that wait for a person to allow them. `interval`: seconds between two questions."""

used_ids = Table(
    "used_ids",
    metadata,
    Column("key", String(64), primary_key=True),
    Column("expires_at", Instant, nullable=False),
    sqlite_with_rowid=False,
)
"""Signed statements that are good once (`jti`), until they would be too old anyway."""

signing_keys = Table(
    "signing_keys",
    metadata,
    Column("id", String(64), primary_key=True),
    Column("algorithm", String(8), nullable=False),
    Column("sealed", LargeBinary),
    Column("public", Text, nullable=False),
    Column("made_at", Instant, nullable=False),
    Column("signs_from", Instant, nullable=False),
    Column("retired_at", Instant),
    Column("ends_at", Instant),
    sqlite_with_rowid=False,
)
"""`ends_at`: until when the public half is published; the private half is erased when it is retired."""

passes = Table(
    "passes",
    metadata,
    Column("hash", String(64), primary_key=True),
    _id("account_id"),
    _id("member_id"),
    _id("session_id"),
    _id("client_id"),
    Column("is_ticket", Boolean, nullable=False),
    Column("browser", String(64), nullable=False),
    Column("created_at", Instant, nullable=False),
    Column("expires_at", Instant, nullable=False),
    sqlite_with_rowid=False,
)
"""Who may pass to a site behind a proxy: its own cookie's hash; first a ticket for 60 s that becomes the cookie.

`browser`: hash of what that browser got on the site before it was sent here: a ticket is good in it alone.
"""
Index(None, passes.c.session_id)
Index(None, passes.c.client_id)
