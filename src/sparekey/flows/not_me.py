"""*This wasn't me*: a link in every letter that stops, and never grants. Looking changes nothing.

For a running case it stops the case. For 72 hours after completion, and in letters that belong to no case, it signs
the person out everywhere and warns the owners.
"""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sparekey.core.events import CaseQuestioned
from sparekey.core.people import Member
from sparekey.core.recovery_case import FINAL, Case, Delivery, Ending, Step, is_late
from sparekey.core.sign_in import Standing
from sparekey.errors import LinkUnusable, NotFound
from sparekey.flows import _cases, _links
from sparekey.flows._ways import ways
from sparekey.flows._work import Work, unit
from sparekey.flows.context import Context, Visitor
from sparekey.flows.sessions import end_all
from sparekey.store import cases, people
from sparekey.store.engine import Kept


class Reach(StrEnum):
    """What pressing the button does now."""

    STOPS_CASE = "stops_case"
    WARNS_OWNERS = "warns_owners"
    SIGNS_OUT = "signs_out"


@dataclass(frozen=True)
class Question:
    """What the page shows: no secret, and nothing that the letter did not say."""

    reach: Reach
    username: str
    at: datetime
    """When it was asked for; for a completed case: when it was completed."""
    what: str
    """`link`, `secret`, `current` or, for a letter that belongs to no case, `change`."""


@dataclass(frozen=True)
class Stopped:
    reach: Reach
    is_factor_back: bool
    """The person's second factor works (again)."""


def ask(ctx: Context, visitor: Visitor, token: str) -> Question:
    """What the link would stop, or `LinkUnusable`."""

    def look(work: Work) -> Question:
        link = _links.find(work, token, _links.Purpose.NOT_ME)
        member = _person(work, link)
        case = _case_of(work, link)
        reach = _reach(work, case)
        at = (case.ended_at or case.opened_at) if case else link.created_at
        what = _WHAT.get(case.delivery or Delivery.SCREEN, "secret") if case else "change"
        return Question(reach, member.username, at, what)

    return unit(ctx, visitor, ctx.moment(), look)


_WHAT = {Delivery.LINK: "link", Delivery.CURRENT: "current"}


def stop(ctx: Context, visitor: Visitor, token: str) -> Stopped:
    """Stop what the link belongs to. A second press on a stopped case is refused as ended."""

    def act(work: Work) -> Stopped:
        link = _links.find(work, token, _links.Purpose.NOT_ME)
        member = people.member(work.conn, link.account_id, link.member_id, lock=True)
        case = _case_of(work, link)
        if case is not None and case.state not in FINAL and _cases.settled(work, member, case) is None:
            raise Kept(LinkUnusable(reason="expired"))
        reach = _reach(work, case)
        if case is None:
            _sign_out(work, member, link)
        elif reach is Reach.STOPS_CASE:
            _cases.close(work, member, case, Step.STOP, Ending.STOPPED_BY_PERSON)
        else:
            _warn(work, member, case, link)
        had = ways(work.conn, member.account_id, member.id)
        is_back = any(one.is_second and one.kept.standing is Standing.ACTIVE for one in had)
        return Stopped(reach, is_back)

    return unit(ctx, visitor, ctx.moment(), act)


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
    raise LinkUnusable(reason=case.state.value)


_OPENING = (_links.Purpose.OWNER_RECOVERY, _links.Purpose.PASSWORD)
"""Links that letters of no case announce: stopping ends them too."""


def _sign_out(work: Work, member: Member, link: cases.Link) -> None:
    end_all(work, member, "not_me")
    cases.end_link(work.conn, link.hash, "used", work.now)
    for purpose in _OPENING:
        cases.end_links(work.conn, member.account_id, member.id, "stopped", work.now, purpose=purpose.value)
    work.tell_owners(member, "letter_doubted_owners", reported_at=work.now)


def _warn(work: Work, member: Member, case: Case, link: cases.Link) -> None:
    """Once: the letters to the owners say everything that pressing again could say."""
    cases.end_link(work.conn, link.hash, "used", work.now)
    work.record(CaseQuestioned(member.id, case.id), member.account_id)
    end_all(work, member, "not_me")
    work.tell_owners(member, "recovery_late_warning", completed_at=case.ended_at, reported_at=work.now)
