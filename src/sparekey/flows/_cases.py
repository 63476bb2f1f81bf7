"""Recovery cases in a unit of work: loaded and settled, ended with all that hangs on them.

A case is locked after its member, never before. Whoever loads one settles it first, so that a case whose time ran
out never lets anybody through, whether or not the clock's own sweep has passed.
"""

from dataclasses import replace
from datetime import datetime
from typing import Any

from sqlalchemy import Connection

from sparekey.core.events import Event
from sparekey.core.events.recovery import (
    CaseAllowed,
    CaseCancelled,
    CaseExpired,
    CaseRedeemed,
    CaseStopped,
)
from sparekey.core.events.signing_in import LostFactorUsed
from sparekey.core.people import Member, Role
from sparekey.core.recovery_case import (
    BLOCKED_AFTER_DOUBT,
    FINAL,
    LATE_LIFE,
    Case,
    Ending,
    Fate,
    State,
    Step,
    blocked_until,
    end,
    fate_of_lost,
    settle,
)
from sparekey.core.sessions import Scope
from sparekey.core.sign_in import Beside, Standing
from sparekey.core.throttle import LIMIT
from sparekey.errors import NotAllowed
from sparekey.flows import _links
from sparekey.flows._ways import Had, destroy, renew_summary, stand, temporary_key, ways
from sparekey.flows._work import Work, hashed, stop_token
from sparekey.store import cases, people, queue, sessions

CARRYING = ("setup_link", "secret_sent")
"""Letters that carry what a case handed over: not sent any more once it has ended."""
CHANGE_OVER = "change_over"
"""Purpose of the mark that a forced change leaves when its case ends: it opens nothing, and lets the person's
browser be told what happened."""


def running(work: Work, who: Member) -> Case | None:
    """The person's running case, settled now, or None."""
    case = cases.open_of(work.conn, who.account_id, who.id, lock=True)
    return settled(work, who, case) if case else None


def settled(work: Work, who: Member, case: Case) -> Case | None:
    """A case after `settle`, kept with what follows from it; None when that ended it."""
    after = settle(case, work.now)
    if after.state is case.state:
        return case
    if after.state in FINAL:
        finish(work, who, after)
        return None
    if after.state is State.READY:
        work.record(CaseAllowed(who.id, case.id), who.account_id)
    return keep(work, after)


def keep(work: Work, changed: Case) -> Case:
    """Keep a changed case and give it as it now is."""
    cases.put(work.conn, changed)
    return cases.get(work.conn, changed.account_id, changed.id)


def close(work: Work, who: Member, case: Case, step: Step, ending: Ending) -> Case:
    """End a running case for this reason."""
    ended = end(case, step, ending, work.now)
    finish(work, who, ended)
    return ended


def finish(work: Work, who: Member, ended: Case) -> None:
    """Keep an ended case: destroy what it handed over, decide on the lost factor, end its sessions, tell."""
    cases.put(work.conn, ended)
    had = ways(work.conn, who.account_id, who.id)
    destroy(work, who, [one for one in had if one.enrolled.traits.is_temporary], "case_ended")
    fate = fate_of_lost(ended)
    lost = [one for one in had if one.kept.id in ended.lost and one.kept.standing is Standing.SUSPENDED]
    if ended.lost and not any(one.kept.id in ended.lost for one in had):
        fate = Fate.DESTROYED
    elif fate is Fate.ACTIVE_AGAIN:
        stand(work, who, lost, Standing.ACTIVE)
        is_back = any(not one.enrolled.traits.is_sent for one in lost) and not _exposed(had)
        fate = fate if is_back else Fate.STAYS_SUSPENDED
    stand(work, who, _exposed(had), Standing.SUSPENDED)
    _mark_changes(work, who, ended)
    sessions.end_all(work.conn, who, case_id=ended.id)
    cases.end_links(
        work.conn,
        who.account_id,
        who.id,
        "ended",
        work.now,
        case_id=ended.id,
        purpose=_links.Purpose.LOST_FACTOR.value,
    )
    cases.limit_links(work.conn, ended, work.now + LATE_LIFE)
    queue.withdraw(work.conn, who.account_id, who.id, CARRYING)
    renew_summary(work, who)
    work.record(_event(who, ended), who.account_id)
    _tell(work, who, ended, fate)


def is_factor_back(conn: Connection, who: Member, ended: Case | None) -> bool:
    """What was reported lost in this case works again; without a case, there is nothing that could."""
    lost = ended.lost if ended else ()
    had = ways(conn, who.account_id, who.id)
    return any(one.kept.id in lost and one.kept.standing is Standing.ACTIVE for one in had)


def _mark_changes(work: Work, who: Member, ended: Case) -> None:
    for stored in sessions.of_member(work.conn, who.account_id, who.id):
        if stored.session.scope is Scope.ROTATE and stored.session.case_id == ended.id:
            mark = cases.Link(
                hash=stored.hash,
                account_id=who.account_id,
                member_id=who.id,
                purpose=CHANGE_OVER,
                created_at=work.now,
                expires_at=work.now + LATE_LIFE,
                case_id=ended.id,
            )
            cases.add_link(work.conn, mark)


def _exposed(had: list[Had]) -> list[Had]:
    """A secret that somebody else has seen and that was not changed is dead with its case; its use is an alarm."""
    return [one for one in had if one.kept.standing is Standing.EXPOSED]


def _event(who: Member, ended: Case) -> Event:
    if ended.state is State.EXPIRED:
        return CaseExpired(who.id, ended.id)
    ending = ended.ending.value if ended.ending else ""
    kind = CaseStopped if ended.state is State.STOPPED else CaseCancelled
    return kind(who.id, ended.id, ending)


def _tell(work: Work, who: Member, ended: Case, fate: Fate) -> None:
    if ended.ending is Ending.LOST_FACTOR_USED:
        return  # whoever raises the alarm tells, knowing more
    if ended.ending is Ending.STOPPED_BY_PERSON:
        _tell_who_stopped(work, who, ended, fate)
        tell_owners_of_doubt(work, who, ended)
        return
    work.send(
        who,
        "recovery_ended",
        helper=helper_name(work, ended),
        ended_at=work.now,
        ending=ended.ending.value if ended.ending else Ending.EXPIRED.value,
        fate=fate.value,
        stop_link=stop_link_of(work, ended),
    )


def _tell_who_stopped(work: Work, who: Member, stopped: Case, fate: Fate) -> None:
    """Whom else to ask: nobody who is held back is named."""
    owners = people.with_role(work.conn, who.account_id, Role.OWNER)
    others = [one.name for one in owners if one.id != who.id and not _held_back_by(stopped, one)]
    work.send(
        who,
        "recovery_doubted",
        helper=", ".join(helper_names(work, stopped)),
        stopped_at=work.now,
        ends_at=work.now + BLOCKED_AFTER_DOUBT,
        fate=fate.value,
        owners=", ".join(others),
    )


def tell_owners_of_doubt(work: Work, who: Member, doubted: Case) -> None:
    """The person has said *This wasn't me* of the help: who helped is held back, and all owners hear until when."""
    work.tell_owners(
        who,
        "recovery_stopped",
        by=", ".join(helper_names(work, doubted)),
        opened_at=doubted.opened_at,
        stopped_at=work.now,
        ends_at=work.now + BLOCKED_AFTER_DOUBT,
    )


def _held_back_by(doubted: Case, helper: Member) -> datetime | None:
    return blocked_until(doubted, helper.id, helper.role_risen_at or helper.created_at)


def held_back_until(conn: Connection, who: Member, helper: Member, now: datetime) -> datetime | None:
    """Until when the person's *This wasn't me* keeps this helper from helping them; None: it does not."""
    doubted = cases.doubted_of(conn, who.account_id, who.id, now - BLOCKED_AFTER_DOUBT)
    ends = [_held_back_by(one, helper) for one in doubted]
    return max((one for one in ends if one is not None), default=None)


def demand_not_held_back(work: Work, who: Member, helper: Member) -> None:
    until = held_back_until(work.conn, who, helper, work.now)
    if until is not None:
        raise NotAllowed(
            "They said “This wasn’t me” less than a day ago. Somebody else who already had the role then may"
            " help, or whoever runs the server with `sparekey member recover`",
            reason="stopped",
            until=until,
        )


def is_budget_closed(conn: Connection, who: Member) -> bool:
    """Too many wrong codes were tried on temporary secrets: only a set-up link helps until a change completes."""
    key = temporary_key(who.id)
    tried = queue.peek_tries(conn, [key]).get(key)
    return tried is not None and tried.failures >= LIMIT


def helper_names(work: Work, case: Case) -> list[str]:
    """The names of everybody who helped in this case; the server's for who is not there any more."""
    found = people.names(work.conn, case.account_id, case.helpers)
    return [found[one].name if one in found else work.ctx.site.host for one in case.helpers]


def helper_name(work: Work, case: Case) -> str:
    """The name of whoever helps in this case, or helped last."""
    return helper_names(work, case)[-1]


def note_redeemed(work: Work, who: Member, case: Case) -> None:
    """What was handed over is used. From a helper's own browser that is worth a second look: owners are told."""
    theirs = _helper_of_this_browser(work, case)
    again = case.redeemed_at is not None
    work.record(CaseRedeemed(who.id, case.id, again, theirs is not None), who.account_id)
    if theirs is not None:
        work.tell_owners(who, "redeemed_by_helper", by=theirs.name, used_at=work.now)


def _helper_of_this_browser(work: Work, case: Case) -> Member | None:
    """The helper who has signed in from the very browser that is used now."""
    browser = work.visitor.browser
    if not browser:
        return None
    helpers = people.names(work.conn, case.account_id, case.helpers).values()
    return next((one for one in helpers if sessions.browser(work.conn, one, browser)), None)


def note_lost_factor_used(work: Work, who: Member, factor_id: str, beside: Beside) -> None:
    """The alarm: a factor that was reported lost was answered rightly. It ends all help."""
    work.record(LostFactorUsed(who.id, factor_id, beside.value), who.account_id)
    case = running(work, who)
    told: dict[str, Any] = {"used_at": work.now, "beside": beside.value}
    if case is None:
        work.send(who, "lost_factor_used", **told)
        work.tell_owners(who, "lost_factor_used_owners", **told)
        return
    if (
        factor_id not in case.lost
    ):  # a helper may have seen it before: then it is the help that is meant, see `doubt`
        case = replace(case, lost=())
    stopped = close(work, who, case, Step.STOP, Ending.LOST_FACTOR_USED)
    helper = helper_name(work, stopped)
    work.send(who, "recovery_tripwire", helper=helper, stop_link=stop_link_of(work, stopped), **told)
    work.tell_owners(who, "recovery_tripwire_owners", by=helper, **told)


def stop_link_of(work: Work, case: Case) -> str:
    return work.ctx.site.link(f"/not-me/{stop_token(work.ctx, case)}")


def add_stop_link(work: Work, case: Case) -> None:
    """Make the case's *This wasn't me* link findable."""
    cases.add_link(
        work.conn,
        cases.Link(
            hash=hashed(stop_token(work.ctx, case)),
            account_id=case.account_id,
            member_id=case.member_id,
            purpose=cases.NOT_ME,
            created_at=work.now,
            case_id=case.id,
        ),
    )
