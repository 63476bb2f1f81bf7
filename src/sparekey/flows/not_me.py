"""*This wasn't me*: a link in every letter that stops, and never grants. Looking changes nothing.

For a running case it stops the case. For 72 hours after the end of a case, and in letters that belong to no case, it
signs the person out everywhere and warns the owners; in a letter about a further address, it takes that out again.
Said of help that ended without a change (taken back, run out), it holds whoever helped back for a day, as stopping
does: nobody gets out of that by ending it first.
"""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sparekey.core.events.recovery import CaseQuestioned
from sparekey.core.people import Language, Member, Role
from sparekey.core.recovery_case import (
    FINAL,
    Case,
    Delivery,
    Ending,
    Step,
    can_be_doubted,
    doubt,
    is_late,
    settle,
)
from sparekey.core.throttle import DOUBT_RATE, Wait, spend
from sparekey.errors import LinkUnusable, NotFound
from sparekey.flows import _cases, _links
from sparekey.flows._work import Work, unit
from sparekey.flows.context import Context, Visitor
from sparekey.flows.own.addresses import take_out
from sparekey.flows.sessions import end_all
from sparekey.store import addresses, cases, people, queue


class Reach(StrEnum):
    """What pressing the button does now."""

    STOPS_CASE = "stops_case"
    REPORTS_CASE = "reports_case"
    """The case has ended without a change."""
    WARNS_OWNERS = "warns_owners"
    SIGNS_OUT = "signs_out"


@dataclass(frozen=True)
class Question:
    """What the page shows: no secret, and nothing that the letter did not say."""

    reach: Reach
    username: str
    language: Language
    at: datetime
    """When it was asked for; for a completed case when it was completed, after an alarm when that was raised."""
    what: str
    """`link`, `secret` or `current`; `over` for a case that ended without a change, `alarm` for one that the lost
    factor's use ended, `change` for a letter of none."""
    has_owners: bool
    """Somebody else is account owner, and is told."""


@dataclass(frozen=True)
class Stopped:
    reach: Reach
    is_factor_back: bool
    """The person's second factor works (again)."""

    @property
    def is_signed_out(self) -> bool:
        """Everywhere. What stops a running case ends only what was handed over in it."""
        return self.reach is not Reach.STOPS_CASE


def ask(ctx: Context, visitor: Visitor, token: str) -> Question:
    """What the link would stop, or `LinkUnusable`."""

    def look(work: Work) -> Question:
        link = _links.find(work, token, _links.Purpose.NOT_ME)
        member = _person(work, link)
        kept = _case_of(work, link)
        case = settle(kept, work.now) if kept else None
        reach = _reach(work, case)
        return Question(
            reach=reach,
            username=member.username,
            language=member.language,
            at=_asked_at(link, case, reach),
            what=_what(case, reach),
            has_owners=_has_owners(work, member),
        )

    return unit(ctx, visitor, ctx.moment(), look)


def _asked_at(link: cases.Link, case: Case | None, reach: Reach) -> datetime:
    if case is None:
        return link.created_at
    if case.ended_at and (reach is Reach.WARNS_OWNERS or case.ending is Ending.LOST_FACTOR_USED):
        return case.ended_at
    return case.issued_at or case.opened_at


def _what(case: Case | None, reach: Reach) -> str:
    if case is None:
        return "change"
    if reach is Reach.REPORTS_CASE:
        return "alarm" if case.ending is Ending.LOST_FACTOR_USED else "over"
    return _WHAT.get(case.delivery or Delivery.SCREEN, "secret")


_WHAT = {Delivery.LINK: "link", Delivery.CURRENT: "current"}


def stop(ctx: Context, visitor: Visitor, token: str) -> Stopped:
    """Stop what the link belongs to. It works once: the letters to the owners say all that a second press could."""

    def act(work: Work) -> Stopped:
        link = _links.find(work, token, _links.Purpose.NOT_ME)
        member = people.member(work.conn, link.account_id, link.member_id, lock=True)
        case = _case_of(work, link)
        if case is not None and case.state not in FINAL and _cases.settled(work, member, case) is None:
            case = _case_of(work, link)
        reach = _reach(work, case)
        ending = "stopped" if reach is Reach.STOPS_CASE else "used"
        if not cases.end_link(work.conn, link.hash, ending, work.now):
            raise LinkUnusable(reason="used", purpose=link.purpose)
        if case is None:
            _sign_out(work, member)
            _take_out(work, member, link)
        elif reach is Reach.STOPS_CASE:
            _cases.close(work, member, case, Step.STOP, Ending.STOPPED_BY_PERSON)
        elif reach is Reach.REPORTS_CASE:
            _report(work, member, case)
        else:
            _warn(work, member, case)
        _stop_newer(work, member)
        return Stopped(reach, _cases.is_factor_back(work.conn, member, case))

    return unit(ctx, visitor, ctx.moment(), act)


def _stop_newer(work: Work, member: Member) -> None:
    """Whichever letter it was pressed in: help that runs by now is not wanted either."""
    running = _cases.running(work, member)
    if running is not None:
        _cases.close(work, member, running, Step.STOP, Ending.STOPPED_BY_PERSON)


def _has_owners(work: Work, member: Member) -> bool:
    owners = people.with_role(work.conn, member.account_id, Role.OWNER)
    return any(one.id != member.id for one in owners)


def _person(work: Work, link: cases.Link) -> Member:
    try:
        return people.member(work.conn, link.account_id, link.member_id)
    except NotFound:
        raise LinkUnusable(reason="unknown") from None


def _case_of(work: Work, link: cases.Link) -> Case | None:
    return cases.get(work.conn, link.account_id, link.case_id, lock=True) if link.case_id else None


def _reach(work: Work, case: Case | None) -> Reach:
    if case is None:
        return Reach.SIGNS_OUT
    if case.state not in FINAL:
        return Reach.STOPS_CASE
    if is_late(case, work.now):
        return Reach.WARNS_OWNERS
    if can_be_doubted(case, work.now):
        return Reach.REPORTS_CASE
    raise LinkUnusable(reason=case.state.value, purpose=_links.Purpose.NOT_ME.value)


_ANNOUNCED = (
    _links.Purpose.OWNER_RECOVERY,
    _links.Purpose.PASSWORD,
    _links.Purpose.RESET,
    _links.Purpose.ADDRESS,
)
"""Links that letters of no case announce: stopping ends them too."""


def _sign_out(work: Work, member: Member) -> None:
    """As often as it is said. The owners hear of it three times an hour: whoever reads the mailbox can have letters
    come whose links say it, and would bury the owners in theirs."""
    end_all(work, member, "not_me")
    for purpose in _ANNOUNCED:
        cases.end_links(work.conn, member.account_id, member.id, "stopped", work.now, purpose=purpose.value)
    key = f"not-me:{member.id}"
    after = spend(queue.lock_arrivals(work.conn, [key], work.now)[key], DOUBT_RATE, work.now)
    if not isinstance(after, Wait):
        queue.put_arrivals(work.conn, {key: after})
        work.tell_owners(member, "letter_doubted_owners", reported_at=work.now)


def _take_out(work: Work, member: Member, link: cases.Link) -> None:
    """The address that the letter was about."""
    for one in addresses.of_member(work.conn, member):
        if one.id == link.facts.get("address"):
            take_out(work, member, one)


def _report(work: Work, member: Member, case: Case) -> None:
    doubted = doubt(case, work.now)
    cases.put(work.conn, doubted)
    work.record(CaseQuestioned(member.id, case.id), member.account_id)
    end_all(work, member, "not_me")
    if doubted.doubted_at is None:
        work.tell_owners(member, "letter_doubted_owners", reported_at=work.now)
    else:
        _cases.tell_owners_of_doubt(work, member, doubted)


def _warn(work: Work, member: Member, case: Case) -> None:
    work.record(CaseQuestioned(member.id, case.id), member.account_id)
    end_all(work, member, "not_me")
    work.tell_owners(member, "recovery_late_warning", completed_at=case.ended_at, reported_at=work.now)
