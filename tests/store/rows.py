"""Values to keep, with everything filled in that a test does not care about."""

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Connection

from sparekey.core.audit_chain import Entry
from sparekey.core.people import Account, AccountId, Language, Member, MemberId, Policy, Role, Status
from sparekey.core.sessions import Scope, Session
from sparekey.core.sign_in import Standing
from sparekey.store import people
from sparekey.store.authenticators import Authenticator
from sparekey.store.queue import Mail

NOON = datetime(2026, 5, 4, 12, 0, tzinfo=UTC)
TEAM = AccountId("acc_team")


def account(conn: Connection, account_id: AccountId = TEAM) -> Account:
    kept = Account(account_id, "Example Ltd", Policy(), NOON, 0)
    people.add_account(conn, kept)
    return kept


def person(username: str, **changed: Any) -> Member:
    plain = Member(
        id=MemberId(f"mem_{username}"),
        account_id=TEAM,
        username=username,
        name=username.title(),
        email=f"{username}@example.com",
        role=Role.STAFF,
        status=Status.ACTIVE,
        language=Language.EN,
        created_at=NOON,
    )
    return replace(plain, **changed)


def authenticator(**changed: Any) -> Authenticator:
    plain = Authenticator(
        account_id=TEAM,
        member_id=MemberId("mem_mia"),
        id="aut_1",  # type: ignore[arg-type]
        kind="app",
        label="Phone",
        standing=Standing.ACTIVE,
        sealed=b"sealed",
        created_at=NOON,
        standing_at=NOON,
    )
    return replace(plain, **changed)


def session(**changed: Any) -> Session:
    plain = Session(
        id="ses_1",  # type: ignore[arg-type]
        account_id=TEAM,
        member_id=MemberId("mem_mia"),
        scope=Scope.FULL,
        proofs=(),
        created_at=NOON,
        expires_at=NOON,
        last_used_at=NOON,
    )
    return replace(plain, **changed)


def letter(number: int = 1, **changed: Any) -> Mail:
    plain = Mail(
        id=f"out_{number}",
        account_id=TEAM,
        member_id="mem_mia",
        address_id="",
        kind="invitation",
        dedup=f"out_{number}",
        sealed=b"sealed",
        created_at=NOON,
        due_at=NOON,
    )
    return replace(plain, **changed)


def entry(tag: str = "account:member:added", **changed: Any) -> Entry:
    plain = Entry(TEAM, 0, NOON, tag, "mem_olivia", "mem_mia", "Firefox, 10.0.0.1", {"role": "staff"}, "")
    return replace(plain, **changed)
