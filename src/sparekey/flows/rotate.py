"""The forced change: New password, New secret, Verify, Done. Nothing else is open until it is complete.

Both parts are staged in the restricted session and committed in one transaction, which also ends every other
session, remembered browser and backup code, destroys the lost and the temporary secret and closes the case. The
person is not signed in by it: a normal sign-in follows (OWASP Forgot Password Cheat Sheet).
"""

from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from sqlalchemy import Connection

from sparekey.adapters.messages import OPENING
from sparekey.core.contract import Loss
from sparekey.core.events.recovery import CaseCompleted
from sparekey.core.events.ways import PasswordChanged
from sparekey.core.people import Account, Member
from sparekey.core.proofs import Proof
from sparekey.core.recovery_case import LATE_LIFE, Case, Delivery, Ending, State, complete, settle
from sparekey.core.sessions import HALF_LIFE, Scope, Session
from sparekey.errors import Conflict, NotSignedIn
from sparekey.factors import TRAITS
from sparekey.flows import _cases, _links, _sessions, _staging, _ways
from sparekey.flows._staging import NewApp, Shown
from sparekey.flows._ways import Had, about, ways
from sparekey.flows._work import Work, hashed, unit
from sparekey.flows.context import Context, Started, Visitor
from sparekey.flows.sessions import end_all
from sparekey.store import cases, people, queue, reviews, sessions
from sparekey.store.engine import Kept

RECOVERY = "recovery"
"""Why everything of a person is replaced: somebody let them back in. Apps are told for a while."""


def demand_rotation(visitor: Visitor) -> tuple[Account, Member]:
    """The person in the forced change, or `NotSignedIn`."""
    session = visitor.session
    if session is None or session.scope is not Scope.ROTATE or not visitor.member or not visitor.account:
        raise NotSignedIn()
    return visitor.account, visitor.member


def ends_at(visitor: Visitor) -> datetime:
    """By when the change must be complete."""
    if visitor.session is None:
        raise NotSignedIn()
    return visitor.session.expires_at


def began_again(visitor: Visitor) -> bool:
    """An earlier attempt of the same change was ended by this one."""
    return visitor.session is not None and visitor.session.purpose == "again"


def handed_over_by(ctx: Context, visitor: Visitor) -> Delivery | None:
    """What opened the change."""
    session = visitor.session
    if session is None or session.case_id is None:
        raise NotSignedIn()
    case_id = session.case_id
    return ctx.db.read(lambda conn: cases.get(conn, session.account_id, case_id)).delivery


def step_reached(ctx: Context, visitor: Visitor) -> str:
    """Where the person goes on: `password` or `secret`."""
    demand_rotation(visitor)
    _, draft = _staging.peek(ctx, visitor, Scope.ROTATE)
    return "secret" if "password" in draft else "password"


@dataclass(frozen=True)
class Over:
    """A forced change whose help ended under the person's hands."""

    username: str
    ending: Ending
    is_factor_back: bool


def what_ended(ctx: Context, token: str) -> Over | None:
    """What became of the forced change that this dead session token was for; None: it was for none."""
    now = ctx.moment().at
    return ctx.db.read(lambda conn: _what_ended(conn, hashed(token), now)) if token else None


def _what_ended(conn: Connection, token_hash: str, now: datetime) -> Over | None:
    mark = cases.link(conn, token_hash)
    stored = sessions.find(conn, token_hash)
    if mark is not None and mark.purpose == _cases.CHANGE_OVER and mark.case_id:
        account_id, case_id = mark.account_id, mark.case_id
    elif stored is not None and stored.session.scope is Scope.ROTATE and stored.session.case_id:
        account_id, case_id = stored.session.account_id, stored.session.case_id
    else:
        return None
    case = settle(cases.get(conn, account_id, case_id), now)
    who = people.find_member(conn, account_id, case.member_id)
    if case.ending is None or who is None:
        return None
    return Over(who.username, case.ending, _cases.is_factor_back(conn, who, case))


def stage_password(ctx: Context, visitor: Visitor, text: str) -> None:
    """Stage the new password; it may not be the old one."""
    account, member = demand_rotation(visitor)
    moment = ctx.moment()
    had = ctx.db.read(lambda conn: ways(conn, member.account_id, member.id))
    before = before_of(ctx, had)
    made = _staging.make_password(ctx, about(account, member), text, before, moment)
    _staging.stage(ctx, visitor, moment, Scope.ROTATE, password=made)


def before_of(ctx: Context, had: list[Had]) -> dict[str, Any] | None:
    """The present password's material, encoded, to be compared with a new one."""
    kind = _staging.password_factor(ctx).traits.kind
    found = next((one for one in had if one.kept.kind == kind), None)
    return ctx.factors[kind].encode(_ways.material(ctx, found.kept)) if found else None


def propose(ctx: Context, visitor: Visitor) -> Shown:
    """The new secret, to be scanned or typed."""
    account, member = demand_rotation(visitor)
    _, draft = _staging.peek(ctx, visitor, Scope.ROTATE)
    if "password" not in draft:
        raise Conflict(reason="password_first")
    whom = _staging.with_entry(ctx, about(account, member))
    return _staging.propose(ctx, visitor, Scope.ROTATE, whom)


def commit(ctx: Context, visitor: Visitor, code: str, thing: Loss | None = None) -> Started:
    """Verify a code from the new secret and put everything in force at once. `thing`: what the app lives on."""
    account, member = demand_rotation(visitor)
    whom = about(account, member)
    moment = ctx.moment()
    seen, draft = _staging.peek(ctx, visitor, Scope.ROTATE)
    if "password" not in draft:
        raise Conflict(reason="password_first")
    app = _staging.finish_app(ctx, draft, whom, code, moment)
    codes = _staging.make_codes(ctx, whom, moment)
    return unit(ctx, visitor, moment, lambda work: _commit(work, seen, NewApp(app, thing), codes))


def _commit(work: Work, seen: Session, app: NewApp, codes: dict[str, Any]) -> Started:
    member = people.member(work.conn, seen.account_id, seen.member_id, lock=True)
    case = _cases.running(work, member)
    if case is None or case.id != seen.case_id or case.state is not State.ROTATING:
        raise Kept(NotSignedIn())
    draft = _staging.load_unchanged(work, seen, Scope.ROTATE)
    after = complete(case, work.now)
    cases.put(work.conn, after)
    replace_all(work, member, Replacement(draft["password"], app, codes["kept"]), RECOVERY)
    work.record(CaseCompleted(member.id, case.id), member.account_id)
    _tell(work, member, case)
    return _sessions.start(
        work,
        member,
        Scope.CODES,
        (),
        draft={"codes": codes},
        expires_at=work.now + HALF_LIFE,
        purpose="recovery",
    )


@dataclass(frozen=True)
class Replacement:
    """What takes the place of everything a person had: encoded password, the app, encoded codes."""

    password: dict[str, Any] = field(repr=False)
    app: NewApp
    codes: dict[str, Any] = field(repr=False)


def replace_all(work: Work, member: Member, new: Replacement, reason: str) -> tuple[Proof, ...]:
    """Destroy everything a person had and bind what is new; every session ends.

    Gives the proofs that the person has just made, for whoever may be signed in by them.
    """
    ctx = work.ctx
    old = ways(work.conn, member.account_id, member.id)
    _ways.destroy(work, member, old, reason)
    queue.forget_tries(work.conn, [_ways.temporary_key(member.id)])
    how = _ways.Binding("", reason)
    password_factor, codes_factor = _staging.password_factor(ctx), _staging.codes_factor(ctx)
    added = (
        _ways.add(work, member, password_factor.traits.kind, password_factor.decode(new.password), how),
        _ways.add(
            work,
            member,
            _staging.app_factor(ctx).traits.kind,
            new.app.material,
            replace(how, label=new.app.label, thing=new.app.thing),
        ),
    )
    _ways.add(work, member, codes_factor.traits.kind, codes_factor.decode(new.codes), how)
    _ways.renew_summary(work, member)
    reviews.finished(work.conn, member, work.now)
    if reason == RECOVERY:
        people.recovered(work.conn, member, work.now)
    work.record(PasswordChanged(member.id, reason), member.account_id)
    end_all(work, member, reason)
    _links.end_all(work, member, "used")
    queue.withdraw(work.conn, member.account_id, member.id, OPENING)
    traits = [TRAITS[one.kind] for one in added]
    return tuple(
        Proof(one.id, one.kind, (its.category,), its.amr, work.now)
        for one, its in zip(added, traits, strict=True)
    )


def _tell(work: Work, member: Member, case: Case) -> None:
    cases.limit_links(work.conn, case, work.now + LATE_LIFE)
    helper = _cases.helper_name(work, case)
    stop_link = _cases.stop_link_of(work, case)
    work.send(member, "recovery_completed", helper=helper, completed_at=work.now, stop_link=stop_link)
    work.tell_owners(member, "recovery_completed_owners", by=helper, completed_at=work.now)


def shown_codes(ctx: Context, visitor: Visitor) -> list[str]:
    """The ten new codes, for as long as the last page lives (ten minutes)."""
    _, draft = _staging.peek(ctx, visitor, Scope.CODES)
    return list(draft["codes"]["shown"]) if "codes" in draft else []
