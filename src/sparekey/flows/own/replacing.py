"""One's own ways in: *Change secret*, new password, new backup codes. Each asks for fresh proofs.

What is in force stays in force until its replacement has been verified; a person can stop at any time.
"""

from dataclasses import dataclass, field
from typing import Any

from sparekey.core.contract import Answer
from sparekey.core.events.ways import BackupCodesSaved, PasswordChanged
from sparekey.core.people import Member
from sparekey.core.recovery_case import Ending, Step
from sparekey.core.sessions import Scope
from sparekey.errors import BadInput, Conflict, WrongProof
from sparekey.factors import TRAITS
from sparekey.flows import _cases, _links, _sessions, _staging, _ways
from sparekey.flows._ways import Had, about, ways
from sparekey.flows._work import Work, unit
from sparekey.flows.checks import password as password_check
from sparekey.flows.checks.password import Attempt
from sparekey.flows.context import Context, Started, Visitor
from sparekey.flows.own.apps import apps_of, which
from sparekey.flows.rotate import before_of
from sparekey.flows.sessions import demand_own, end_all
from sparekey.store import cases, people
from sparekey.store.authenticators import Authenticator


def switch_secret(ctx: Context, visitor: Visitor, code: str, authenticator_id: str = "") -> None:
    """*Verify and switch*: a code from the new secret is right, so the old one of this app ends (`apps.which`)."""
    account, member = demand_own(ctx, visitor)
    moment = ctx.moment()
    _, draft = _staging.peek(ctx, visitor, Scope.FULL)
    app = _staging.finish_app(ctx, draft, about(account, member), code, moment)

    def switch(work: Work) -> None:
        who = people.member(work.conn, member.account_id, member.id, lock=True)
        case = _cases.running(work, who)
        if case is not None:
            _cases.close(work, who, case, Step.CANCEL, Ending.SIGNED_IN_OTHERWISE)
        stored, now_staged = _staging.load(work, visitor, Scope.FULL)
        if now_staged.get("pending") != draft["pending"]:
            raise Conflict(reason="pending_expired")
        _replace_app(work, who, authenticator_id, app)
        _sessions.redraft(work, stored, {k: v for k, v in now_staged.items() if k != "pending"})
        work.send(who, "secret_changed", changed_at=work.now, way=_way_of(visitor))

    unit(ctx, visitor, moment, switch)


def drop_pending(ctx: Context, visitor: Visitor) -> None:
    """*Keep the old one*: forget what was staged."""
    _staging.stage(ctx, visitor, ctx.moment(), Scope.FULL, pending=None, codes=None)


def _replace_app(work: Work, who: Member, authenticator_id: str, made: Any) -> None:
    """A new secret for one app, which keeps its name and place."""
    old = which(apps_of(ways(work.conn, who.account_id, who.id)), authenticator_id)
    _ways.destroy(work, who, [old], "replaced")
    how = _ways.Binding(old.kept.label, "settings", old.kept.thing)
    _ways.add(work, who, _staging.app_factor(work.ctx).traits.kind, made, how)
    _ways.renew_summary(work, who)


def _replace(work: Work, who: Member, answer: Answer, kind: str, value: Any) -> Authenticator:
    """Put an authenticator in the place of everything that is answered in the same field."""
    old = [
        one
        for one in ways(work.conn, who.account_id, who.id)
        if one.enrolled.traits.answer is answer and not one.enrolled.traits.is_temporary
    ]
    _ways.destroy(work, who, old, "replaced")
    added = _ways.add(work, who, kind, value, _ways.Binding("", "settings"))
    _ways.renew_summary(work, who)
    return added


def _way_of(visitor: Visitor) -> str:
    """With which second factor this session was confirmed."""
    proofs = visitor.session.proofs if visitor.session else ()
    return TRAITS[proofs[-1].kind].answer.value if proofs else Answer.PASSWORD.value


def change_password(ctx: Context, visitor: Visitor, current: str, new: str) -> Started:
    """Present and new password; all other sessions end, and this one gets a new token."""
    account, member = demand_own(ctx, visitor)
    moment = ctx.moment()
    attempt = Attempt(lambda work: password_check.reserve_by_member(work, member), current)
    try:
        had = password_check.prove(ctx, visitor, moment, attempt, lambda _, known: known.had)
    except WrongProof as wrong:
        raise BadInput("current_password", "wrong_password", **wrong.facts) from None
    before = before_of(ctx, list(had))
    made = _staging.make_password(ctx, about(account, member), new, before, moment)

    def change(work: Work) -> Started:
        who = people.member(work.conn, member.account_id, member.id, lock=True)
        stored, _ = _staging.load(work, visitor, Scope.FULL)
        put_password(work, who, made, "settings")
        end_all(work, who, "password_changed", but=stored.hash)
        facts = {"changed_at": work.now, "way": _way_of(visitor), "signed_out": "others"}
        work.send(who, "password_changed", **facts)
        return _sessions.swap(work, stored, stored.session)

    return unit(ctx, visitor, moment, change)


def put_password(work: Work, who: Member, made: dict[str, Any], reason: str) -> None:
    """A new password in place of the old one; links for a forgotten one end."""
    factor = _staging.password_factor(work.ctx)
    _replace(work, who, Answer.PASSWORD, factor.traits.kind, factor.decode(made))
    purpose = _links.Purpose.PASSWORD.value
    cases.end_links(work.conn, who.account_id, who.id, "used", work.now, purpose=purpose)
    work.record(PasswordChanged(who.id, reason), who.account_id)


@dataclass(frozen=True)
class Codes:
    """New backup codes that wait for the proof that they were saved, and how many old ones go on working."""

    shown: list[str] = field(repr=False)
    old_left: int


def make_codes(ctx: Context, visitor: Visitor) -> None:
    """Ten new codes, staged: the old ones work until one of the new was entered."""
    account, member = demand_own(ctx, visitor)
    moment = ctx.moment()
    made = _staging.make_codes(ctx, about(account, member), moment)
    _staging.stage(ctx, visitor, moment, Scope.FULL, codes=made)


def staged_codes(ctx: Context, visitor: Visitor) -> Codes | None:
    """The staged codes for ten minutes, or None."""
    _, member = demand_own(ctx, visitor)
    _, draft = _staging.peek(ctx, visitor, Scope.FULL)
    codes = draft.get("codes")
    if codes is None or _staging.is_stale(codes, ctx.moment().at):
        return None
    had = ctx.db.read(lambda conn: ways(conn, member.account_id, member.id))
    return Codes(list(codes["shown"]), _codes_left(had))


def _codes_left(had: list[Had]) -> int:
    return sum(one.kept.left or 0 for one in had)


def switch_codes(ctx: Context, visitor: Visitor, text: str) -> None:
    """The proof that the new codes were saved; only now the old ones end."""
    _, member = demand_own(ctx, visitor)
    moment = ctx.moment()
    _, draft = _staging.peek(ctx, visitor, Scope.FULL)
    codes = draft.get("codes")
    if codes is None or _staging.is_stale(codes, moment.at):
        raise Conflict("These codes waited for too long. Get new ones", reason="pending_expired")
    factor = _staging.codes_factor(ctx)
    kept = _staging.prove_saved(ctx, factor.decode(codes["kept"]), text, moment)

    def switch(work: Work) -> None:
        who = people.member(work.conn, member.account_id, member.id, lock=True)
        stored, now_staged = _staging.load(work, visitor, Scope.FULL)
        if now_staged.get("codes") != codes:
            raise Conflict(reason="pending_expired")
        added = _replace(work, who, Answer.BACKUP_CODE, factor.traits.kind, kept)
        _sessions.redraft(work, stored, {k: v for k, v in now_staged.items() if k != "codes"})
        work.record(BackupCodesSaved(who.id, added.id), who.account_id)
        work.send(who, "backup_codes_new", made_at=work.now)

    unit(ctx, visitor, moment, switch)
