"""Taking people over: checked against everybody on the server, then written in one transaction.

- All or nothing. What is wrong is told with its place: a name that is not available, a missing address.
- Names are unique on the whole server, so "not available" says something of other accounts. An account hears it as
  often as one by one (`checks.names`); whoever sits at the console knows everybody anyway.
- Each person hears of it by mail, as of every binding of an authenticator (NIST SP 800-63B-4, section 4.1.2): which
  ways in came along, with a *This wasn't me* link; or an invitation. The account's other owners hear it as well. From
  a page an account writes no more letters than it may otherwise; a command may write to everybody, ten in a second,
  so that other letters find their way between them.
- The account's chain holds an event for each person and each authenticator, and one for the whole.
- Written in batches, so that memory stays small. On SQLite nobody else writes meanwhile; on PostgreSQL only the
  account's own chain is locked, at the end.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
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
ROWS, CHAIN = 3, 1
"""How long a person takes in either part, as measured: so that a bar is as far as the work."""


def steps(people: int) -> int:
    """What `tell` has heard when so many people are in."""
    return people * (ROWS + CHAIN)


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

    return taken(lambda: unit(ctx, visitor, ctx.moment(), lambda work: take_in(work, found, into, tell)))


def taken(take: Callable[[], Count]) -> Count:
    """What `take` gives. A name that was free when it was looked at, and is not now, is a `Conflict`."""
    try:
        return take()
    except NameTaken:
        raise Conflict("Somebody took a name of these people meanwhile. Try again", reason="stale") from None


def take_in(work: Work, found: Sequence[Found], into: Into, tell: Tell = lambda _: None) -> Count:
    """The unit of work itself."""
    by = _by(work, into)
    many = count(found)
    _demand_free(work, by.account.id, found, into)
    if into.account is None:
        work.reserve_letters(by.account.id, many.letters)
    traces = list(_written(work, by, found, tell))
    _put_on_chain(work, by, traces, tell)
    _tell_owners(work, by, into, many)
    return many


def _by(work: Work, into: Into) -> By:
    if into.account is not None:
        name = work.ctx.site.host
        return By(into.account, name, f"sparekey {COMMAND}", into.language)
    who = acting(work, Action.IMPORT_PEOPLE)
    return By(who.account, who.actor.name, work.place, who.actor.language)


def _written(work: Work, by: By, found: Sequence[Found], tell: Tell) -> Iterator[Trace]:
    letters = 0
    for start in range(0, len(found), BATCH):
        rows = Rows(work, by, letters)
        batch = found[start : start + BATCH]
        yield from [rows.add(one) for one in batch]
        letters = rows.write()
        tell((start + len(batch)) * ROWS)


def _put_on_chain(work: Work, by: By, traces: Sequence[Trace], tell: Tell) -> None:
    for start in range(0, len(traces), BATCH):
        batch = traces[start : start + BATCH]
        events = [event for one in batch for event in one.events(Role.STAFF.value)]
        work.record_now(events, by.account.id)
        tell(len(traces) * ROWS + (start + len(batch)) * CHAIN)


def _tell_owners(work: Work, by: By, into: Into, many: Count) -> None:
    """The other owners, and the chains: what was taken over, from where, and by whom."""
    event = PeopleImported(into.origin, many.active, many.invited, many.deactivated)
    work.record(event, by.account.id)
    if into.account is not None:
        work.record(ConsoleUsed(COMMAND, by.account.id))
    facts: dict[str, Any] = {
        "by": by.name,
        "count": many.active + many.invited + many.deactivated,
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
