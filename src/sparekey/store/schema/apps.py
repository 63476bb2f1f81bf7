"""Apps, and what people let them have."""

from sqlalchemy import Boolean, Column, Index, Integer, LargeBinary, String, Table, Text

from sparekey.store.schema._columns import Instant, id_column, metadata

clients = Table(
    "clients",
    metadata,
    id_column("id", key=True),
    id_column("account_id"),
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
    id_column("client_id", key=True),
    id_column("member_id", key=True),
    id_column("account_id"),
    sqlite_with_rowid=False,
)
"""Who may sign in to a client that is for some people only."""
Index(None, client_people.c.account_id, client_people.c.member_id)

consents = Table(
    "consents",
    metadata,
    id_column("account_id", key=True),
    id_column("member_id", key=True),
    id_column("client_id", key=True),
    Column("scopes", Text, nullable=False),
    Column("given_at", Instant, nullable=False),
    sqlite_with_rowid=False,
)
Index(None, consents.c.client_id)

grants = Table(
    "grants",
    metadata,
    id_column("id", key=True),
    id_column("account_id"),
    id_column("member_id"),
    id_column("client_id"),
    id_column("session_id"),
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
    id_column("grant_id"),
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
    id_column("client_id"),
    Column("parameters", Text, nullable=False),
    Column("expires_at", Instant, nullable=False),
    sqlite_with_rowid=False,
)

device_asks = Table(
    "device_asks",
    metadata,
    Column("hash", String(64), primary_key=True),
    Column("user_hash", String(64), nullable=False, unique=True),
    id_column("client_id"),
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
    id_column("account_id"),
    id_column("member_id"),
    id_column("session_id"),
    id_column("client_id"),
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
