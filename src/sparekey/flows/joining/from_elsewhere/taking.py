"""Taking people over: checked against everybody on the server, then written in one transaction.

- All or nothing. What is wrong is told with its place: a name that is not available, a missing address.
- Names are unique on the whole server, so "not available" says something of other accounts. An account hears it as
  often as one by one (`checks.names`); whoever sits at the console knows everybody anyway.
- Each person hears of it by mail, as of every binding of an authenticator (NIST SP 800-63B-4, section 4.1.2): which
  ways in came along, with a *This wasn't me* link; or an invitation. The account's other owners hear it as well. From
  a page an account writes no more letters than it may otherwise; a command may write to everybody, ten in a second,
  so that other letters find their way between them.
- The account's chain holds an event for each person and each authenticator, and one for the whole.
- Rows are made and sealed before the transaction where they fit into memory, else in it, in batches. On SQLite nobody
  else writes while it lasts; on PostgreSQL only the account's own chain is locked, at the end.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

from sparekey.core.events.server import ConsoleUsed
from sparekey.core.events.team import PeopleImported
from sparekey.core.people import Account, AccountId, Language, Role, name_key
from sparekey.core.permissions import Action
from sparekey.core.throttle import TAKEN_RATE, Wait, spend
from sparekey.errors import Conflict, NameTaken, TooManyTries
from sparekey.flows._work import Work, unit
from sparekey.flows.context import Context, Visitor
from sparekey.flows.joining.from_elsewhere._rows import By, Rows, Trace
from sparekey.flows.joining.from_elsewhere.planning import Count, count, without_address
from sparekey.flows.team._acting import acting
from sparekey.imports import BadFile, BadLine, Found
from sparekey.imports.found import MOST_BAD_LINES
from sparekey.store import people, queue
from sparekey.store.engine import Kept

BATCH = 500
COMMAND = "import take"


@dataclass(frozen=True)
class Into:
    """Where people are taken from, and, by a command, into which account. A visitor's account is their own."""

    origin: str
    account: Account | None = None
    language: Language = Language.EN
    """Of whoever brings none."""


Tell = Callable[[int], None]
MADE, WRITTEN, CHAINED = 3, 3, 2
"""How long a person takes in each part, as measured: so that a bar is as far as the work."""
MOST_MADE_BEFORE = 25_000
"""People whose rows fit into memory all at once."""
Batch = tuple[Rows, list[Trace]]


def steps(people: int) -> int:
    """What `tell` has heard when so many people are in."""
    return people * (MADE + WRITTEN + CHAINED)


@dataclass
class Bar:
    """How far the work is."""

    tell: Tell
    done: int = 0

    def add(self, count: int) -> None:
        self.done += count
        self.tell(self.done)


def check(ctx: Context, visitor: Visitor, found: Sequence[Found], into: Into) -> Count:
    """What taking these people over would do. Raises `BadFile`, `TooManyTries`."""

    def look(work: Work) -> Count:
        _demand_free(work, _by(work, into).account.id, found, into)
        return count(found)

    return unit(ctx, visitor, ctx.moment(), look)


def take_over(
    ctx: Context, visitor: Visitor, found: Sequence[Found], into: Into, tell: Tell = lambda _: None
) -> Count:
    """Take them all over. `tell` hears how much of `steps` is done; a second run may begin anew.

    Raises `BadFile`, `TooManyTries`, or `Conflict` where somebody took a name meanwhile.
    """

    moment, bar = ctx.moment(), Bar(tell)
    ready = None
    if len(found) <= MOST_MADE_BEFORE:
        with ctx.db.reading() as conn:
            work = Work(ctx, conn, visitor, moment)
            ready = list(_made(work, _by(work, into), found, bar))

    def take(work: Work) -> Count:
        return take_in(work, found, into, replace(bar), ready)

    return taken(lambda: unit(ctx, visitor, moment, take))


def taken(take: Callable[[], Count]) -> Count:
    """What `take` gives. A name that was free when it was looked at, and is not now, is a `Conflict`."""
    try:
        return take()
    except NameTaken:
        raise Conflict("Somebody took a name of these people meanwhile. Try again", reason="stale") from None


def take_in(
    work: Work,
    found: Sequence[Found],
    into: Into,
    bar: Bar | None = None,
    ready: Sequence[Batch] | None = None,
) -> Count:
    """The unit of work itself. `ready`: the rows, where they were made before it."""
    bar = bar or Bar(lambda _: None)
    by = _by(work, into)
    many = count(found)
    _demand_free(work, by.account.id, found, into)
    if into.account is None:
        work.reserve_letters(by.account.id, many.letters)
    batches = _made(work, by, found, bar) if ready is None else ready
    traces = list(_written(work, batches, bar))
    _put_on_chain(work, by, traces, bar)
    _tell_owners(work, by, into, many)
    return many


def _by(work: Work, into: Into) -> By:
    if into.account is not None:
        name = work.ctx.site.host
        return By(into.account, name, f"sparekey {COMMAND}", into.language)
    who = acting(work, Action.IMPORT_PEOPLE)
    return By(who.account, who.actor.name, work.place, who.actor.language)


def _made(work: Work, by: By, found: Sequence[Found], bar: Bar) -> Iterator[Batch]:
    letters = 0
    for start in range(0, len(found), BATCH):
        rows = Rows(work, by, letters)
        traces = [rows.add(one) for one in found[start : start + BATCH]]
        letters = rows.letters
        bar.add(len(traces) * MADE)
        yield rows, traces


def _written(work: Work, batches: Iterable[Batch], bar: Bar) -> Iterator[Trace]:
    for rows, traces in batches:
        rows.write(work)
        bar.add(len(traces) * WRITTEN)
        yield from traces


def _put_on_chain(work: Work, by: By, traces: Sequence[Trace], bar: Bar) -> None:
    for start in range(0, len(traces), BATCH):
        batch = traces[start : start + BATCH]
        events = [event for one in batch for event in one.events()]
        work.record_now(events, by.account.id)
        bar.add(len(batch) * CHAINED)


def _tell_owners(work: Work, by: By, into: Into, many: Count) -> None:
    """The other owners, and the chains: what was taken over, from where, and by whom."""
    event = PeopleImported(into.origin, many.active, many.invited, many.deactivated)
    work.record(event, by.account.id)
    if into.account is not None:
        work.record(ConsoleUsed(COMMAND, by.account.id))
    facts: dict[str, Any] = {
        "by": by.name,
        "count": many.people,
        "place": by.place,
    }
    for owner in people.with_role(work.conn, by.account.id, Role.OWNER):
        if owner.id != work.visitor.actor:
            link = work.ctx.site.link("/contacts/staff")
            work.send(owner, "people_imported", imported_at=work.now, link=link, **facts)


def _demand_free(work: Work, account_id: AccountId, found: Sequence[Found], into: Into) -> None:
    """Raise `BadFile` with whoever has no address, or has a name that somebody on the server has already."""
    is_console, key = into.account is not None, f"names:{account_id}"
    bad = without_address(found)
    before = None if is_console else queue.lock_arrivals(work.conn, [key], work.now)[key]
    after = spend(before, TAKEN_RATE, work.now)
    for line, holder in _taken(work, found):
        if isinstance(after, Wait) or len(bad) > MOST_BAD_LINES:
            break
        bad.append(line)
        if holder != account_id and not is_console:
            before, after = after, spend(after, TAKEN_RATE, work.now)
    if isinstance(after, Wait) and not bad:
        raise TooManyTries(after.until, reason="names")
    if before is not None:
        queue.put_arrivals(work.conn, {key: before})
    if bad:
        raise Kept(BadFile(tuple(bad[:MOST_BAD_LINES]), is_cut=len(bad) > MOST_BAD_LINES))


def _taken(work: Work, found: Sequence[Found]) -> Iterator[tuple[BadLine, AccountId]]:
    """The places of names that somebody has, and in which account."""
    for start in range(0, len(found), BATCH):
        batch = found[start : start + BATCH]
        keys = [one.username for one in batch] + [name_key(one.email) for one in batch if one.email]
        holders = people.taken_names(work.conn, keys)
        if not holders:
            continue
        for one in batch:
            if one.username in holders:
                yield BadLine(one.place, "username_taken", {"username": one.username}), holders[one.username]
            elif name_key(one.email) in holders:
                yield BadLine(one.place, "email_taken"), holders[name_key(one.email)]
