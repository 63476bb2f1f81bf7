"""What reaches a person from outside: invitations, links, hand-overs, and letters that carry them."""

from sparekey.adapters.messages import OPENING
from sparekey.core.events.recovery import LinkSent
from sparekey.core.people import COOLING, Member, has_fresh_address
from sparekey.core.recovery_case import Ending, Step
from sparekey.core.sessions import Scope
from sparekey.errors import NotAllowed
from sparekey.flows import _cases, _links
from sparekey.flows._links import Purpose
from sparekey.flows._work import Work
from sparekey.store import cases, queue, sessions

_OPENED_BY_LINK = (Scope.ENROL, Scope.ROTATE, Scope.PASSWORD)


def invite(work: Work, by: Member, who: Member) -> None:
    """A fresh invitation; earlier ones end. After a reset it stays one for coming back.

    The sixth letter in an hour is refused, and then everything else of the transaction is undone with it. For who
    had access before, an address of the last 72 hours gets none: a reset and a new address would be a take-over.
    It is help like any other: whoever is held back from helping invites nobody back either.
    """
    _cases.demand_not_held_back(work, who, by)
    if has_fresh_address(who, work.now) and has_access_to_lose(work, who):
        raise NotAllowed(reason="fresh_address")
    after_reset = cases.links_of(work.conn, who.account_id, who.id, Purpose.RESET.value)
    purpose = Purpose.RESET if after_reset else Purpose.INVITATION
    link, until = _links.make(work, who, purpose)
    work.record(LinkSent(who.id, purpose.value), who.account_id)
    kind = "reset_link" if after_reset else "invitation"
    work.send(who, kind, helper=by.name, username=who.username, link=link, expires_at=until)


def has_access_to_lose(work: Work, who: Member) -> bool:
    """They signed in before, or said *This wasn't me* of late: an invitation is not simply their first."""
    if who.last_sign_in_at is not None:
        return True
    return bool(cases.doubted_of(work.conn, who.account_id, who.id, work.now - COOLING))


def withdraw(work: Work, who: Member) -> None:
    """End everything that is on its way to somebody and opens something, and what was opened with it."""
    case = _cases.running(work, who)
    if case is not None:
        _cases.close(work, who, case, Step.CANCEL, Ending.MEMBER_CHANGED)
    _links.end_all(work, who, "stopped")
    queue.withdraw(work.conn, who.account_id, who.id, OPENING)
    sessions.end_all(work.conn, who, scopes=_OPENED_BY_LINK)
