"""Sending what the outbox holds: one thread, one letter at a time.

- A letter is taken for a minute (its lease), written and sent outside any transaction, then marked as sent,
  which erases what it carried. After a crash between sending and marking it goes once more, under the same
  Message-ID, so that mail programs show it once.
- What cannot go now is tried again after 30 s, 1, 2, 5, 15 and 30 min, then every hour, for a day in all.
  What the mail server refuses for good is given up at once. The first failure and the end are on the chain.
  An address that is refused for good is marked, and cleared by the next letter that is taken.
- Without mail settings letters wait: Home tells the owner.
- A demo sends nothing; the last letters can be read as long as the process lives.
"""

import json
import logging
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection

from sparekey.adapters import mail, messages
from sparekey.adapters.mail import Posting, Undeliverable
from sparekey.adapters.messages import Attachment, Fact, Letter
from sparekey.core.addresses import AddressId, Sign
from sparekey.core.events.mail import NoticeFailed, NoticeSent
from sparekey.core.people import AccountId, Member, MemberId, Role
from sparekey.flows._work import Work, unit
from sparekey.flows.background import returns
from sparekey.flows.background.loop import SERVER_ITSELF, Background
from sparekey.flows.context import Context
from sparekey.store import people, queue
from sparekey.store.addresses import Holder
from sparekey.store.queue import Mail

LEASE = timedelta(seconds=60)
DELAYS = (
    timedelta(seconds=30),
    *(timedelta(minutes=minutes) for minutes in (1, 2, 5, 15, 30)),
    *[timedelta(hours=1)] * 23,
)
"""How long after each failure until the next try; after as many failures and one more it is given up."""
LONGEST_PAUSE = 10.0
"""Seconds: a command beside the server posts letters too, and cannot wake this thread."""
SHORTEST_PAUSE = 1.0
"""Seconds: a letter that a crashed sender still holds is due, but cannot be taken yet."""
DELIVERED_KEPT = 200
_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Delivered:
    """A letter of the demo, as it would have arrived."""

    id: str
    to: str
    subject: str
    text: str = field(repr=False)
    html: str = field(repr=False)
    at: datetime
    attachments: tuple[Attachment, ...] = ()


class Sender:
    """The thread that sends. `delivered`: the demo's letters, oldest first."""

    def __init__(self, ctx: Context) -> None:
        self._ctx = ctx
        self._background = Background("outbox", self._work)
        self.delivered: tuple[Delivered, ...] = ()

    def start(self) -> None:
        self._background.start()

    def wake(self) -> None:
        """Something was posted."""
        self._background.wake()

    def stop(self) -> None:
        """Finish the letter under way. Others wait for the next start."""
        self._background.stop()

    def run_once(self) -> int:
        """Try every letter that is due once; gives how many were tried."""
        count = 0
        while self._try_next():
            count += 1
        return count

    def _work(self) -> float:
        """One letter a turn, so that `stop` waits for one at most."""
        return 0.0 if self._try_next() else _pause(self._ctx)

    def _try_next(self) -> bool:
        taken = _take(self._ctx) if self._ctx.can_send_mail else None
        if taken is not None:
            self._try(taken)
        return taken is not None

    def _try(self, taken: Mail) -> None:
        ctx, to = self._ctx, ""
        try:
            posting = _posting(ctx, taken)
            to = posting.to_address
            if ctx.site.is_demo:
                self._keep(posting)
            elif ctx.mail is not None:
                mail.send(ctx.mail, posting)
        except Undeliverable as trouble:
            is_refused = trouble.is_address and not trouble.temporary
            _not_sent(ctx, taken, trouble, refused=to if is_refused else "")
        except Exception:
            # A mistake of ours must not cost the letter: a later version may be able to write it.
            _log.exception("letter %s of kind %s could not be written", taken.id, taken.kind)
            _not_sent(
                ctx, taken, Undeliverable(True, "The letter could not be written: see the server's log")
            )
        else:
            _sent(ctx, taken, to)

    def _keep(self, posting: Posting) -> None:
        """The tuple is replaced as a whole, so that a page may read it meanwhile."""
        letter = posting.letter
        new = Delivered(
            posting.id,
            posting.to_address,
            letter.subject,
            letter.text,
            letter.html,
            posting.at,
            letter.attachments,
        )
        self.delivered = (*self.delivered, new)[-DELIVERED_KEPT:]


def _take(ctx: Context) -> Mail | None:
    now = ctx.moment().at
    return next(iter(ctx.db.write(lambda conn: queue.claim(conn, now, LEASE, 1))), None)


def _pause(ctx: Context) -> float:
    """Seconds until the next letter is due."""
    due = ctx.db.read(queue.next_due)
    if due is None:
        return LONGEST_PAUSE
    return min(max((due - ctx.moment().at).total_seconds(), SHORTEST_PAUSE), LONGEST_PAUSE)


def _posting(ctx: Context, taken: Mail) -> Posting:
    """Unsealed, filled in and written."""
    if taken.sealed is None:
        raise ValueError("a waiting letter without content")
    payload: dict[str, Any] = json.loads(ctx.keys.unseal(taken.sealed, f"outbox:{taken.id}"))
    given = {name: _read(value) for name, value in payload["facts"].items()}
    facts = ctx.db.read(lambda conn: _facts(ctx, conn, taken, payload["name"], given))
    letter: Letter = messages.write(taken.kind, payload["language"], facts, ctx.site.zone)
    return Posting(taken.id, payload["to"], payload["name"], ctx.moment().at, letter)


def _read(value: Any) -> Fact:
    """A fact as `Work.send` put it down: a time travels as `{"at": …}`."""
    fact: Fact = datetime.fromisoformat(value["at"]) if isinstance(value, dict) else value
    return fact


def _facts(
    ctx: Context, conn: Connection, taken: Mail, name: str, given: Mapping[str, Fact]
) -> dict[str, Fact]:
    """What this kind asks for: of what it was posted with, and of what stands around every letter."""
    account_id = AccountId(taken.account_id)
    around = {
        "name": lambda: name,
        "host": lambda: ctx.site.host,
        "account": lambda: people.account(conn, account_id).name,
        "owners": lambda: _other_owners(conn, account_id, taken.member_id),
        "username": lambda: people.member(conn, account_id, taken.member_id).username,
    }
    wanted = messages.needs(taken.kind)
    filled = {fact: around[fact]() for fact in wanted if fact in around and fact not in given}
    return {fact: value for fact, value in {**given, **filled}.items() if fact in wanted}


def _other_owners(conn: Connection, account_id: AccountId, member_id: str) -> str:
    """Whom else to ask."""
    owners: list[Member] = people.with_role(conn, account_id, Role.OWNER)
    return ", ".join(owner.name for owner in owners if owner.id != member_id)


def _sent(ctx: Context, taken: Mail, to: str) -> None:
    def keep(work: Work) -> None:
        returns.note_taken(work, _holder(taken), to)  # first, for it may lock the person
        queue.sent(work.conn, taken, work.now)
        event = NoticeSent(taken.member_id, taken.kind, taken.address_id or None)
        work.record(event, AccountId(taken.account_id))

    unit(ctx, SERVER_ITSELF, ctx.moment(), keep)


def _holder(taken: Mail) -> Holder:
    return Holder(AccountId(taken.account_id), MemberId(taken.member_id), AddressId(taken.address_id))


def _not_sent(ctx: Context, taken: Mail, trouble: Undeliverable, refused: str = "") -> None:
    """Keep what was in the way. `refused`: the address, where it was refused for good."""
    moment = ctx.moment()
    is_final = not trouble.temporary or taken.tries > len(DELAYS)
    delay = None if is_final else DELAYS[taken.tries - 1]

    def keep(work: Work) -> None:
        if refused:
            returns.note_returned(work, _holder(taken), refused, Sign.REFUSED)
        queue.failed(work.conn, taken, trouble.sentence, work.now + delay if delay else None)
        if delay is None or taken.trouble is None:
            event = NoticeFailed(taken.member_id, taken.kind, delay is None, taken.address_id or None)
            work.record(event, AccountId(taken.account_id))

    unit(ctx, SERVER_ITSELF, moment, keep)
    _log.warning("letter %s of kind %s was not sent: %s", taken.id, taken.kind, trouble.sentence)
