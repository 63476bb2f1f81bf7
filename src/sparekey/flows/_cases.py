"""Recovery cases in a unit of work: loaded and settled, ended with all that hangs on them.

A case is locked after its member, never before. Whoever loads one settles it first, so that a case whose time ran
out never lets anybody through, whether or not the clock's own sweep has passed.
"""

from datetime import datetime

from sqlalchemy import Connection

from sparekey.core.events import CaseAllowed, CaseCancelled, CaseExpired, CaseStopped, Event
from sparekey.core.people import Member
from sparekey.core.recovery_case import (
    FINAL,
    LATE_LIFE,
    Case,
    Ending,
    Fate,
    State,
    Step,
    blocks_another,
    end,
    fate_of_lost,
    settle,
)
from sparekey.core.sign_in import Standing
from sparekey.core.throttle import LIMIT
from sparekey.errors import NotAllowed, NotFound
from sparekey.flows._ways import Had, destroy, renew_summary, stand, temporary_key, ways
from sparekey.flows._work import Work, hashed, stop_token
from sparekey.store import cases, people, queue, sessions

CARRYING = ("setup_link", "secret_sent")
"""Letters that carry what a case handed over: not sent any more once it has ended."""


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
    lost = [one for one in had if one.kept.id in ended.lost]
    if fate is Fate.ACTIVE_AGAIN:
        stand(work, who, [one for one in lost if one.kept.standing is Standing.SUSPENDED], Standing.ACTIVE)
        fate = fate if lost else Fate.STAYS_SUSPENDED
    stand(work, who, _exposed(had), Standing.DISABLED)
    sessions.end_all(work.conn, who, case_id=ended.id)
    cases.end_links(
        work.conn, who.account_id, who.id, "ended", work.now, case_id=ended.id, purpose="lost_factor"
    )
    cases.limit_links(work.conn, ended, work.now + LATE_LIFE)
    queue.withdraw(work.conn, who.account_id, who.id, CARRYING)
    renew_summary(work, who)
    work.record(_event(who, ended), who.account_id)
    _tell(work, who, ended, fate)


def _exposed(had: list[Had]) -> list[Had]:
    """A secret that somebody else has seen and that was not changed is dead with its case."""
    return [one for one in had if one.kept.standing is Standing.EXPOSED]


def _event(who: Member, ended: Case) -> Event:
    if ended.state is State.EXPIRED:
        return CaseExpired(who.id, ended.id)
    ending = ended.ending.value if ended.ending else ""
    kind = CaseStopped if ended.state is State.STOPPED else CaseCancelled
    return kind(who.id, ended.id, ending)


def _tell(work: Work, who: Member, ended: Case, fate: Fate) -> None:
    helper = helper_name(work, ended)
    stop_link = stop_link_of(work, ended)
    if ended.ending is Ending.LOST_FACTOR_USED:
        work.send(who, "recovery_tripwire", helper=helper, used_at=work.now, stop_link=stop_link)
        work.tell_owners(who, "recovery_tripwire_owners", by=helper, used_at=work.now)
        return
    if ended.ending is Ending.STOPPED_BY_PERSON:
        work.tell_owners(who, "recovery_stopped", by=helper, opened_at=ended.opened_at, stopped_at=work.now)
    work.send(
        who,
        "recovery_ended",
        helper=helper,
        ended_at=work.now,
        ending=ended.ending.value if ended.ending else Ending.EXPIRED.value,
        fate=fate.value,
        stop_link=stop_link,
    )


def is_stopped(conn: Connection, who: Member, helper_id: str, now: datetime) -> bool:
    """The person stopped this helper less than 24 hours ago: another one must help."""
    stopped = cases.last_stopped_of(conn, who.account_id, who.id)
    return any(blocks_another(one, helper_id, now) for one in stopped)


def is_budget_closed(conn: Connection, who: Member) -> bool:
    """Too many wrong codes were tried on temporary secrets: only a set-up link helps until a change completes."""
    key = temporary_key(who.id)
    tried = queue.peek_tries(conn, [key]).get(key)
    return tried is not None and tried.failures >= LIMIT


def demand_not_stopped(work: Work, who: Member, helper: Member) -> None:
    if is_stopped(work.conn, who, helper.id, work.now):
        raise NotAllowed(
            "They stopped your last help less than a day ago. Another owner must help now", reason="stopped"
        )


def helper_name(work: Work, case: Case) -> str:
    """The name of whoever opened the case; the server's name for a command."""
    try:
        return people.member(work.conn, case.account_id, case.opened_by).name
    except NotFound:
        return work.ctx.site.host


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
            purpose="not_me",
            created_at=work.now,
            case_id=case.id,
        ),
    )
