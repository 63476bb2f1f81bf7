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
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection

from sparekey.adapters import mail, messages
from sparekey.adapters.mail import Posting, Undeliverable
from sparekey.adapters.messages import Fact, Letter
from sparekey.core.addresses import AddressId, Sign
from sparekey.core.events.mail import NoticeFailed, NoticeSent
from sparekey.core.people import AccountId, Member, MemberId, Role
from sparekey.flows._work import Work, unit
from sparekey.flows.background import returns
from sparekey.flows.background.loop import SERVER_ITSELF
from sparekey.flows.background.worker import Delivered, Worker, delay_of_code, is_code_over
from sparekey.flows.context import Context
from sparekey.store import people, queue
from sparekey.store.addresses import Holder
from sparekey.store.queue import Mail

DELAYS = (
    timedelta(seconds=30),
    *(timedelta(minutes=minutes) for minutes in (1, 2, 5, 15, 30)),
    *[timedelta(hours=1)] * 23,
)
"""How long after each failure until the next try; after as many failures and one more it is given up."""
CODES = frozenset({"email_code"})
"""Letters with a code that is over after ten minutes: tried as text messages are, see `texts.py`."""
_log = logging.getLogger(__name__)


class Sender(Worker):
    """The thread that sends letters."""

    def __init__(self, ctx: Context) -> None:
        super().__init__(ctx, "outbox", self._try, queue.LETTERS)

    def _try(self, taken: Mail) -> None:
        ctx, to = self._ctx, ""
        try:
            if taken.kind in CODES and is_code_over(taken, ctx.moment().at):
                raise Undeliverable(False, "The code ran out before the letter could be sent")
            posting = _posting(ctx, taken)
            to = posting.to_address
            if ctx.site.is_demo:
                self.keep(_delivered(posting))
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


def _delivered(posting: Posting) -> Delivered:
    letter = posting.letter
    return Delivered(
        posting.id,
        posting.to_address,
        letter.subject,
        letter.text,
        letter.html,
        posting.at,
        letter.attachments,
    )


def _posting(ctx: Context, taken: Mail) -> Posting:
    """Unsealed, filled in and written."""
    if taken.sealed is None:
        raise ValueError("a waiting letter without content")
    payload: dict[str, Any] = json.loads(ctx.keys.unseal(taken.sealed, f"outbox:{taken.id}"))
    given = {name: _read(value) for name, value in payload["facts"].items()}
    facts = ctx.db.read(lambda conn: _facts(ctx, conn, taken, payload["name"], given))
    letter: Letter = messages.write(taken.kind, payload["language"], facts, ctx.site.zone)
    name = "" if messages.is_for_strangers(taken.kind) else payload["name"]
    return Posting(taken.id, payload["to"], name, ctx.moment().at, letter)


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
        "owners": lambda: _other_owners(conn, account_id, taken, given),
        "username": lambda: people.member(conn, account_id, taken.member_id).username,
    }
    wanted = messages.needs(taken.kind)
    filled = {fact: around[fact]() for fact in wanted if fact in around and fact not in given}
    return {fact: value for fact, value in {**given, **filled}.items() if fact in wanted}


def _other_owners(conn: Connection, account_id: AccountId, taken: Mail, given: Mapping[str, Fact]) -> str:
    """Whom else to ask: in a notice of what a colleague did, nobody whom the notice itself is about."""
    actors = set() if taken.kind in messages.OPENING else {given.get("helper"), given.get("by")}
    owners: list[Member] = people.with_role(conn, account_id, Role.OWNER)
    return ", ".join(one.name for one in owners if one.id != taken.member_id and one.name not in actors)


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
    delay = _delay(taken, trouble, moment.at)

    def keep(work: Work) -> None:
        if refused:
            returns.note_returned(work, _holder(taken), refused, Sign.REFUSED)
        queue.failed(work.conn, taken, trouble.sentence, work.now + delay if delay else None)
        if delay is None or taken.trouble is None:
            event = NoticeFailed(taken.member_id, taken.kind, delay is None, taken.address_id or None)
            work.record(event, AccountId(taken.account_id))

    unit(ctx, SERVER_ITSELF, moment, keep)
    _log.warning("letter %s of kind %s was not sent: %s", taken.id, taken.kind, trouble.sentence)


def _delay(taken: Mail, trouble: Undeliverable, now: datetime) -> timedelta | None:
    """How long until the next try; None: there is none."""
    if not trouble.temporary:
        return None
    if taken.kind in CODES:
        return delay_of_code(taken, now)
    return DELAYS[taken.tries - 1] if taken.tries <= len(DELAYS) else None
