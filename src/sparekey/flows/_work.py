"""One unit of work: a short transaction that keeps the change, its audit events and its messages together.

`unit` runs a function in one transaction. What it records goes on the chains last, in one append for each chain,
so that the head's lock is held shortest. The function may run again after a deadlock: everything drawn from the
`Moment` comes out the same.
"""

import hashlib
import hmac
import json
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from functools import cached_property
from typing import Any, TypeVar

from sqlalchemy import Connection

from sparekey.adapters import messages
from sparekey.core.addresses import Mailbox
from sparekey.core.audit_chain import Entry
from sparekey.core.contract import Moment
from sparekey.core.events import Event
from sparekey.core.people import SERVER, AccountId, Member, Role, name_key, new_id
from sparekey.core.recovery_case import LATE_LIFE, Case
from sparekey.core.throttle import ACCOUNT_MAIL_RATE, MAIL_RATE, MAILBOX_RATE, Rate, Wait, spend
from sparekey.errors import TooManyTries
from sparekey.flows.context import Context, Visitor
from sparekey.store import audit, cases, people, queue
from sparekey.store.engine import Kept

T = TypeVar("T")
_as_json = json.JSONEncoder(separators=(",", ":")).encode

DROPPED_WHEN_MANY = frozenset(
    {
        "password_reset_link",
        "suspicious_tries",
        "code_replayed",
        "new_device",
        "backup_code_used",
        "signup_link",
        "lost_factor_used",
        "lost_factor_used_owners",
    }
)
"""Letters that strangers can cause: more than five an hour of a kind are not sent."""
REFUSED_WHEN_MANY = frozenset({"invitation", "reset_link", "setup_link", "secret_sent", "address_confirm"})
"""Letters that somebody sends on purpose: the sixth in an hour is refused, with all of its unit.

Notices are never held back.
"""
COUNTED_TOGETHER = REFUSED_WHEN_MANY | {"address_changed_new"}
"""Letters to addresses that somebody typed: those of one account have a limit together, whomever they go to."""
AHEAD = frozenset({"email_code"})
"""Letters that somebody waits for in front of a form: they go before all that waits."""
_AHEAD_BY = timedelta(days=2)
"""Longer than any letter is tried."""
_OF_ACCOUNT = "mail:account:"
TEXT_CODE = f"{queue.TEXT}code"


class Work:
    """What a unit can do beside reading and writing rows."""

    def __init__(self, ctx: Context, conn: Connection, visitor: Visitor, moment: Moment) -> None:
        self.ctx = ctx
        self.conn = conn
        self.visitor = visitor
        self.moment = moment
        self.now = moment.at
        self.has_posted = False
        self._entries: dict[str, list[Entry]] = {}
        self._drawn: Counter[str] = Counter()

    def record(self, event: Event, account_id: AccountId = SERVER) -> None:
        """Put an event on the account's chain when the unit ends."""
        self._entries.setdefault(account_id, []).append(self._entry(event, account_id))

    def record_now(self, events: Iterable[Event], account_id: AccountId) -> None:
        """Put many events on the chain at once. Its head is locked from here on: after all other rows."""
        audit.append(self.conn, account_id, [self._entry(one, account_id) for one in events])

    def _entry(self, event: Event, account_id: AccountId) -> Entry:
        return Entry(
            chain=account_id,
            seq=0,
            at=self.now,
            tag=event.tag,
            actor=self.visitor.actor,
            subject=getattr(event, "subject", ""),
            source=self.place,
            data=event.data(),
            previous="",
        )

    @cached_property
    def place(self) -> str:
        """Where from, in the words of the log."""
        return self.visitor.place_in("en")

    def flush(self) -> None:
        """Append what was recorded, in a fixed order of chains."""
        for chain in sorted(self._entries):
            audit.append(self.conn, chain, self._entries[chain])
        self._entries = {}

    def seal(self, data: dict[str, Any], context: str) -> bytes:
        """Seal JSON for its row and version.

        The nonce is drawn under the row, the version and a digest of the content: two nonces are equal only
        where the whole ciphertext is.
        """
        plain = _as_json(data).encode()
        label = f"nonce:{context}:{hashlib.sha256(plain).hexdigest()}"
        return self.ctx.keys.seal(plain, context, self.moment.draw(label, 12))

    def send(self, to: Member, kind: str, only: Sequence[Mailbox] | None = None, /, **facts: Any) -> str:
        """Post a letter to a member in this transaction; gives the id of its first copy, or nothing.

        A notice goes to every address of theirs, what opens something to the work address alone. `only`: to these
        addresses instead. Where from (`place`) and a *This wasn't me* link (`stop_link`) are added for kinds that
        ask for them.
        """
        boxes = _mailboxes(to, kind) if only is None else only
        if not boxes or not self._is_within_rate(to, kind, only or ()):
            return ""
        if "stop_link" in messages.needs(kind) and "stop_link" not in facts:
            facts["stop_link"] = self.stop_link(to, kind)
        said = self._said(to, kind, facts)
        copies = [self._copy(to, kind, box, said) for box in boxes]
        self.post(*copies)
        return copies[0].id

    def text(self, to: Member, number: str, code: str) -> str:
        """Post a text message with a code; gives its id. How many there may be is for `checks.sent` to say."""
        copy = self._copy(to, TEXT_CODE, Mailbox(number), {"code": code})
        self.post(copy)
        return copy.id

    def post(self, *letters: queue.Mail) -> None:
        """Put letters in the outbox that were made before."""
        queue.post(self.conn, *letters)
        self.has_posted = True

    def letter(self, to: Member, kind: str, **facts: Any) -> queue.Mail:
        """A letter to the work address, as it is posted."""
        return self._copy(to, kind, to.work_mailbox, self._said(to, kind, facts))

    def _said(self, to: Member, kind: str, facts: Mapping[str, Any]) -> dict[str, Any]:
        said = {name: _plain(value) for name, value in facts.items()}
        if "place" in messages.needs(kind):
            said.setdefault("place", self.visitor.place_in(to.language.value))
        return said

    def _copy(self, to: Member, kind: str, box: Mailbox, facts: Mapping[str, Any]) -> queue.Mail:
        mail_id = new_id("out", self.moment, self._label(f"{to.id}:{kind}:{box.id}"))
        payload = {
            "to": box.address,
            "name": to.first_name,
            "language": to.language.value,
            "facts": facts,
        }
        return queue.Mail(
            id=mail_id,
            account_id=to.account_id,
            member_id=to.id,
            address_id=box.id,
            kind=kind,
            dedup=mail_id,
            sealed=self.seal(payload, f"outbox:{mail_id}"),
            created_at=self.now,
            due_at=self.now - _AHEAD_BY if kind in AHEAD else self.now,
        )

    def _label(self, text: str) -> str:
        """What is drawn under a label in this unit for the second time has a label of its own."""
        self._drawn[text] += 1
        return text if self._drawn[text] == 1 else f"{text}:{self._drawn[text]}"

    def stop_link(self, to: Member, kind: str, **facts: str) -> str:
        """A *This wasn't me* link of a letter that belongs to no case; it warns for 72 hours.

        `facts`: what else it stops. The same link stands in every copy.
        """
        link, address = self.new_stop_link(to, kind, **facts)
        cases.add_link(self.conn, link)
        return address

    def new_stop_link(self, to: Member, kind: str, **facts: str) -> tuple[cases.Link, str]:
        """The same, not kept yet: the link's row and its address."""
        fresh = token(self.moment, self._label(f"not-me:{to.id}:{kind}"))
        link = cases.Link(
            hash=hashed(fresh),
            account_id=to.account_id,
            member_id=to.id,
            purpose=cases.NOT_ME,
            created_at=self.now,
            expires_at=self.now + LATE_LIFE,
            facts=facts,
        )
        return link, self.ctx.site.link(f"/not-me/{fresh}")

    def reserve_letters(self, account_id: AccountId, count: int) -> None:
        """Spend so many of the letters that an account sends on purpose, or raise `TooManyTries`."""
        key = f"{_OF_ACCOUNT}{account_id}"
        after = spend(
            queue.lock_arrivals(self.conn, [key], self.now)[key], ACCOUNT_MAIL_RATE, self.now, count
        )
        if isinstance(after, Wait):
            raise TooManyTries(after.until, reason="team_mails")
        queue.put_arrivals(self.conn, {key: after})

    def has_room(self, to: Member, kind: str) -> bool:
        """Would a letter of this kind be sent now? Asked before a link is replaced that only the letter carries."""
        return not any(isinstance(after, Wait) for after in self._after_one_more(to, kind, ()).values())

    def _after_one_more(self, to: Member, kind: str, only: Sequence[Mailbox]) -> dict[str, datetime | Wait]:
        """By reason: counted by the person's work address (whoever is deleted and added again has the same mailbox),
        however many copies there are; by each single address it is meant for, in the account and on the server; by
        account.
        """
        rates: dict[str, Rate] = {}
        if kind in DROPPED_WHEN_MANY | REFUSED_WHEN_MANY:
            rates[f"mail:{blinded(self.ctx, name_key(to.email))}:{kind}"] = MAIL_RATE
            for box in only:
                mailbox = blinded(self.ctx, name_key(box.address))
                rates[f"mail:{to.account_id}:{mailbox}:{kind}"] = MAIL_RATE
                rates[f"mail:all:{mailbox}:{kind}"] = MAILBOX_RATE
        if kind in COUNTED_TOGETHER:
            rates[f"{_OF_ACCOUNT}{to.account_id}"] = ACCOUNT_MAIL_RATE
        before = queue.lock_arrivals(self.conn, rates, self.now) if rates else {}
        return {key: spend(before[key], rate, self.now) for key, rate in rates.items()}

    def _is_within_rate(self, to: Member, kind: str, only: Sequence[Mailbox]) -> bool:
        after = self._after_one_more(to, kind, only)
        waits = {key: one.until for key, one in after.items() if isinstance(one, Wait)}
        if waits and kind in DROPPED_WHEN_MANY:
            return False
        if waits:
            key = max(waits, key=lambda each: waits[each])
            raise TooManyTries(waits[key], reason="team_mails" if key.startswith(_OF_ACCOUNT) else "mails")
        if after:
            queue.put_arrivals(self.conn, {key: at for key, at in after.items() if not isinstance(at, Wait)})
        return True

    def tell_owners(self, about: Member, kind: str, **facts: Any) -> None:
        """Post a letter about a member to every active owner but that member."""
        facts.setdefault("person", about.name)
        facts.setdefault("link", self.ctx.site.link(f"/contacts/staff/{about.username}"))
        for owner in people.with_role(self.conn, about.account_id, Role.OWNER):
            if owner.id != about.id:
                self.send(owner, kind, **facts)


def _mailboxes(to: Member, kind: str) -> Sequence[Mailbox]:
    return (to.work_mailbox,) if kind in messages.OPENING else to.mailboxes


def _plain(value: str | int | datetime) -> Any:
    return {"at": value.isoformat()} if isinstance(value, datetime) else value


def unit(ctx: Context, visitor: Visitor, moment: Moment, do: Callable[[Work], T]) -> T:
    """Run `do` in one transaction. Raise `Kept(error)` inside to commit first and refuse then."""
    posted = False

    def run(conn: Connection) -> T:
        nonlocal posted
        work = Work(ctx, conn, visitor, moment)
        try:
            result = do(work)
        except Kept:
            work.flush()
            raise
        work.flush()
        posted = work.has_posted
        return result

    try:
        return ctx.db.write(run)
    finally:
        if posted:
            ctx.wake()


def hashed(token: str) -> str:
    """How tokens are kept: SHA-256, which is enough for 256 random bits."""
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).hexdigest()


def blinded(ctx: Context, text: str) -> str:
    """A keyed hash of what was typed as a name, for names that do not exist."""
    return hmac.new(ctx.blind_key, text.encode("utf-8", "surrogatepass"), hashlib.sha256).hexdigest()[:32]


def stop_token(ctx: Context, case: Case) -> str:
    """The token of a case's *This wasn't me* link: the same in every letter, and nowhere kept."""
    return hmac.new(ctx.blind_key, f"not-me:{case.id}".encode(), hashlib.sha256).hexdigest()


def token(moment: Moment, label: str) -> str:
    """256 unforeseeable bits as text for a link or a cookie."""
    return moment.draw(f"token:{label}", 32).hex()
