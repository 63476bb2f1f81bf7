"""Sessions and known browsers. Tokens are kept as SHA-256 only; drafts are sealed."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, bindparam, case, delete, insert, null, select, update

from sparekey.core.contract import Category
from sparekey.core.people import (
    Account,
    AccountId,
    AuthenticatorId,
    CaseId,
    Member,
    MemberId,
    SessionId,
)
from sparekey.core.proofs import Proof
from sparekey.core.sessions import Scope, Session
from sparekey.errors import Stale
from sparekey.store import people
from sparekey.store.schema import Instant, accounts, browsers, members, sessions

_S = sessions.c
_BY_HASH = select(sessions).where(_S.hash == bindparam("h"))
_BY_ID = select(sessions).where(_S.id == bindparam("id"))
_IS_THERE = select(_S.hash).where(_S.hash == bindparam("h"))
_WHOLE = (
    select(
        sessions,
        *[column.label(f"member_{column.name}_") for column in members.c],
        *[column.label(f"account_{column.name}_") for column in accounts.c],
    )
    .outerjoin_from(
        sessions, members, (members.c.account_id == _S.account_id) & (members.c.id == _S.member_id)
    )
    .outerjoin(accounts, accounts.c.id == members.c.account_id)
    .where(_S.hash == bindparam("h"))
)
_ADD = insert(sessions)
_END = delete(sessions).where(_S.hash == bindparam("h"))
_B = browsers.c
_OF_PERSON = (_B.account_id == bindparam("account")) & (_B.member_id == bindparam("member"))
_ONE_BROWSER = _OF_PERSON & (_B.hash == bindparam("h"))
_BROWSER = select(browsers).where(_ONE_BROWSER)
_ANY_BROWSER = select(_B.hash).where(_OF_PERSON).limit(1)
_SEE = (
    update(browsers)
    .where(_B.hash == bindparam("h"))
    .values(
        hash=bindparam("new"),
        seen_at=case((_OF_PERSON, bindparam("at", type_=Instant)), else_=_B.seen_at),
        remembered_until=case((_OF_PERSON, _B.remembered_until), else_=null()),
    )
    .returning(_B.account_id, _B.member_id)
)
_REMEMBER = update(browsers).where(_ONE_BROWSER).values(remembered_until=bindparam("until"))
_ADD_BROWSER = insert(browsers)


@dataclass(frozen=True)
class Stored:
    """A session as it is kept, with what only the store and flows need."""

    hash: str
    session: Session
    sealed_draft: bytes | None


def read_proofs(text: str) -> tuple[Proof, ...]:
    return tuple(
        Proof(
            AuthenticatorId(item["id"]),
            item["kind"],
            tuple(Category(one) for one in item["categories"]),
            tuple(item["amr"]),
            datetime.fromisoformat(item["at"]),
            bool(item.get("exposed")),
        )
        for item in json.loads(text)
    )


def proofs_text(proofs: Iterable[Proof]) -> str:
    return json.dumps(
        [
            {
                "id": one.authenticator_id,
                "kind": one.kind,
                "categories": [category.value for category in one.categories],
                "amr": list(one.amr),
                "at": one.at.isoformat(),
                "exposed": one.is_exposed,
            }
            for one in proofs
        ]
    )


def _stored(row: Row[Any]) -> Stored:
    session = Session(
        id=SessionId(row.id),
        account_id=AccountId(row.account_id),
        member_id=MemberId(row.member_id),
        scope=Scope(row.scope),
        proofs=read_proofs(row.proofs),
        created_at=row.created_at,
        expires_at=row.expires_at,
        last_used_at=row.last_used_at,
        device=row.device,
        source=row.source,
        case_id=CaseId(row.case_id) if row.case_id else None,
        purpose=row.purpose,
        link=row.link,
        is_remembered=row.is_remembered,
        version=row.version,
    )
    return Stored(row.hash, session, row.sealed_draft)


def find(conn: Connection, token_hash: str) -> Stored | None:
    row = conn.execute(_BY_HASH, {"h": token_hash}).one_or_none()
    return _stored(row) if row else None


def by_id(conn: Connection, session_id: SessionId) -> Session | None:
    """A session whatever its token is by now."""
    row = conn.execute(_BY_ID, {"id": session_id}).one_or_none()
    return _stored(row).session if row else None


def is_there(conn: Connection, token_hash: str) -> bool:
    return conn.execute(_IS_THERE, {"h": token_hash}).first() is not None


def whole(conn: Connection, token_hash: str) -> tuple[Stored, Member | None, Account | None] | None:
    """A session with its person and account in one statement; None and None where a set-up has none yet."""
    row = conn.execute(_WHOLE, {"h": token_hash}).one_or_none()
    if row is None:
        return None
    found = people.person_and_account(row[len(sessions.c) :])
    return _stored(row), *(found or (None, None))


def of_member(conn: Connection, account_id: str, member_id: str) -> list[Stored]:
    rows = conn.execute(
        select(sessions)
        .where(_S.account_id == account_id, _S.member_id == member_id)
        .order_by(_S.last_used_at.desc())
    )
    return [_stored(row) for row in rows]


def add(conn: Connection, token_hash: str, new: Session, sealed_draft: bytes | None) -> None:
    conn.execute(
        _ADD,
        {
            "hash": token_hash,
            "id": new.id,
            "account_id": new.account_id,
            "member_id": new.member_id,
            "scope": new.scope.value,
            "proofs": proofs_text(new.proofs),
            "created_at": new.created_at,
            "expires_at": new.expires_at,
            "last_used_at": new.last_used_at,
            "device": new.device,
            "source": new.source,
            "case_id": new.case_id,
            "purpose": new.purpose,
            "link": new.link,
            "is_remembered": new.is_remembered,
            "sealed_draft": sealed_draft,
            "version": new.version,
        },
    )


def put(conn: Connection, kept: Stored, changed: Session, sealed_draft: bytes | None) -> None:
    """Keep proofs, scope, life and draft of a session if nobody was faster."""
    done = conn.execute(
        update(sessions)
        .where(_S.hash == kept.hash, _S.version == kept.session.version)
        .values(
            scope=changed.scope.value,
            proofs=proofs_text(changed.proofs),
            expires_at=changed.expires_at,
            last_used_at=changed.last_used_at,
            purpose=changed.purpose,
            sealed_draft=sealed_draft,
            version=kept.session.version + 1,
        )
    )
    if done.rowcount != 1:
        raise Stale()


def put_proofs(conn: Connection, kept: Stored, proofs: Iterable[Proof]) -> None:
    """Lower what a session's proofs are worth; its version and draft stay."""
    conn.execute(update(sessions).where(_S.hash == kept.hash).values(proofs=proofs_text(proofs)))


def end(conn: Connection, token_hash: str) -> bool:
    """End one session; False when it had ended before."""
    return conn.execute(_END, {"h": token_hash}).rowcount == 1


def end_all(
    conn: Connection, who: Member, *, but: str = "", scopes: Iterable[Scope] = (), case_id: str | None = None
) -> int:
    """End a person's sessions (of these scopes, of this case; empty: all), but for one. Gives how many."""
    where = [_S.account_id == who.account_id, _S.member_id == who.id, _S.hash != but]
    names = [scope.value for scope in scopes]
    if names:
        where.append(_S.scope.in_(names))
    if case_id is not None:
        where.append(_S.case_id == case_id)
    return conn.execute(delete(sessions).where(*where)).rowcount


def touch(conn: Connection, last_used: Mapping[str, datetime]) -> None:
    """Write last uses that were kept in memory; never back in time."""
    for token_hash, at in last_used.items():
        conn.execute(
            update(sessions).where(_S.hash == token_hash, _S.last_used_at < at).values(last_used_at=at)
        )


def purge(conn: Connection, now: datetime) -> int:
    return conn.execute(delete(sessions).where(_S.expires_at <= now)).rowcount


def browser(conn: Connection, who: Member, browser_hash: str) -> tuple[datetime, datetime | None] | None:
    """When this browser was last seen with this person, and until when it is remembered."""
    values = {"account": who.account_id, "member": who.id, "h": browser_hash}
    row = conn.execute(_BROWSER, values).one_or_none()
    return (row.seen_at, row.remembered_until) if row else None


def see_browser(conn: Connection, who: Member, sent: str, fresh: str, at: datetime) -> bool:
    """Keep the browser under a fresh hash, for everybody who uses it, and note that this person was seen in it.

    To the others it stays known, and nothing more: whoever copied its cookie and signs in as themselves has it under
    a hash of their own now, and nobody else's second factor may be left out there.

    False when this person has not used it before.
    """
    values = {"account": who.account_id, "member": who.id, "h": sent, "new": fresh, "at": at}
    people_in_it = {(row.account_id, row.member_id) for row in conn.execute(_SEE, values)}
    return (who.account_id, who.id) in people_in_it


def knows_any_browser(conn: Connection, who: Member) -> bool:
    return conn.execute(_ANY_BROWSER, {"account": who.account_id, "member": who.id}).first() is not None


def add_browser(conn: Connection, who: Member, browser_hash: str, at: datetime) -> None:
    """A browser this person has not used before."""
    key = {"account_id": who.account_id, "member_id": who.id, "hash": browser_hash}
    conn.execute(_ADD_BROWSER, {**key, "seen_at": at, "remembered_until": None})


def remember_browser(conn: Connection, who: Member, browser_hash: str, until: datetime) -> None:
    """Ask for no second factor in a known browser until then."""
    values = {"account": who.account_id, "member": who.id, "h": browser_hash, "until": until}
    conn.execute(_REMEMBER, values)


def forget_browsers(conn: Connection, who: Member) -> None:
    """No browser is remembered any longer; they stay known."""
    conn.execute(
        update(browsers)
        .where(_B.account_id == who.account_id, _B.member_id == who.id)
        .values(remembered_until=None)
    )


def remove_browsers(conn: Connection, who: Member, seen_before: datetime | None = None) -> None:
    where = [_B.account_id == who.account_id, _B.member_id == who.id]
    if seen_before is not None:
        where.append(_B.seen_at < seen_before)
    conn.execute(delete(browsers).where(*where))
