"""What set-up, forced change and *Change secret* share: a draft in the session, and its parts.

A part is prepared outside a transaction (hashes) and staged by compare-and-set on the session's version, so that a
stale tab is told that somebody was faster. Nothing staged counts before it is committed as a whole.
"""

from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from sparekey.core.contract import About, Answer, Category, Factor, Loss, Moment, WrongAnswer
from sparekey.core.sessions import HALF_LIFE, Liveness, Scope, Session, liveness
from sparekey.errors import BadInput, Conflict, NotSignedIn, Stale
from sparekey.factors import confirm_saved
from sparekey.flows import _sessions
from sparekey.flows._work import Work, unit
from sparekey.flows.context import Context, Visitor
from sparekey.store import sessions
from sparekey.store.sessions import Stored


@dataclass(frozen=True)
class Shown:
    """A pending secret, for the person's own eyes."""

    secret: str = field(repr=False)
    uri: str = field(repr=False)


@dataclass(frozen=True)
class NewApp:
    """An authenticator app that was proved; what it lives on, where that was said; its name, where it has one."""

    material: Any = field(repr=False)
    thing: Loss | None = None
    label: str = ""


def factor_for(ctx: Context, answer: Answer, category: Category) -> Factor[Any]:
    """The factor that new enrolments in this field get."""
    return next(
        one
        for one in ctx.factors.values()
        if one.traits.answer is answer and one.traits.category is category and not one.traits.is_temporary
    )


def password_factor(ctx: Context) -> Factor[Any]:
    return factor_for(ctx, Answer.PASSWORD, Category.KNOWLEDGE)


def app_factor(ctx: Context) -> Factor[Any]:
    return factor_for(ctx, Answer.CODE, Category.POSSESSION)


def codes_factor(ctx: Context) -> Factor[Any]:
    return factor_for(ctx, Answer.BACKUP_CODE, Category.POSSESSION)


def load(work: Work, visitor: Visitor, *scopes: Scope) -> tuple[Stored, dict[str, Any]]:
    """The visitor's session and its draft, read inside the unit; `NotSignedIn` if it ended meanwhile."""
    stored = sessions.find(work.conn, visitor.token_hash)
    if stored is None or stored.session.scope not in scopes:
        raise NotSignedIn()
    if liveness(stored.session, stored.session.last_used_at, work.now) is Liveness.OVER:
        raise NotSignedIn()
    return stored, _sessions.draft_of(work.ctx, stored)


def load_unchanged(work: Work, seen: Session, scope: Scope) -> dict[str, Any]:
    """The draft that was looked at; `Stale` if another tab changed it meanwhile."""
    stored, draft = load(work, work.visitor, scope)
    if stored.session.version != seen.version:
        raise Stale()
    return draft


def peek(ctx: Context, visitor: Visitor, *scopes: Scope) -> tuple[Session, dict[str, Any]]:
    """The same for looking only."""
    stored, draft = unit(ctx, visitor, ctx.moment(), lambda work: load(work, visitor, *scopes))
    return stored.session, draft


def stage(ctx: Context, visitor: Visitor, moment: Moment, scope: Scope, **parts: Any) -> None:
    """Put parts into the draft; a part of None is taken out."""

    def put(work: Work) -> None:
        stored, draft = load(work, visitor, scope)
        merged = {name: part for name, part in {**draft, **parts}.items() if part is not None}
        _sessions.redraft(work, stored, merged)

    unit(ctx, visitor, moment, put)


def make_password(
    ctx: Context, whom: About, text: str, before: dict[str, Any] | None, moment: Moment
) -> dict[str, Any]:
    """A new password's material, encoded for the draft; `BadInput` with the rule it breaks."""
    factor = password_factor(ctx)
    proposed = {"before": before} if before else {}
    try:
        kept = ctx.pool.run(lambda: factor.enrol(whom, proposed, text, moment))
    except WrongAnswer as wrong:
        raise BadInput("new_password", wrong.trouble.value, **wrong.facts) from None
    return factor.encode(kept)


def is_present_password(ctx: Context, before: dict[str, Any] | None, text: str, moment: Moment) -> bool:
    """Is it the password that the person has now? One hash; say nothing of it before they have proven more."""
    factor = password_factor(ctx)
    if before is None:
        return False
    try:
        ctx.pool.run(lambda: factor.verify(factor.decode(before), text, moment))
    except WrongAnswer:
        return False
    return True


def propose(ctx: Context, visitor: Visitor, scope: Scope, whom: About) -> Shown:
    """The pending secret of this session: the one that waits, or a new one after ten minutes."""
    factor = app_factor(ctx)
    moment = ctx.moment()

    def put(work: Work) -> Shown:
        stored, draft = load(work, visitor, scope)
        pending = draft.get("pending")
        if pending is None or is_stale(pending, work.now):
            proposal = factor.propose(whom, moment)
            shown = {"secret": proposal.shown["secret"], "uri": proposal.shown["uri"]}
            pending = {"kept": dict(proposal.kept), "shown": shown, "at": work.now.isoformat()}
            _sessions.redraft(work, stored, {**draft, "pending": pending})
        return Shown(str(pending["shown"]["secret"]), str(pending["shown"]["uri"]))

    return unit(ctx, visitor, moment, put)


def with_entry(ctx: Context, whom: About) -> About:
    """For somebody whose app may hold an older entry: the new one carries the day, so that both are told apart."""
    return replace(whom, entry=ctx.moment().at.astimezone(ctx.site.zone).date().isoformat())


def is_stale(pending: dict[str, Any], now: datetime) -> bool:
    return now - datetime.fromisoformat(pending["at"]) >= HALF_LIFE


def finish_app(ctx: Context, draft: dict[str, Any], whom: About, code: str, moment: Moment) -> Any:
    """The new app's material, once a code from it is right; `BadInput` otherwise."""
    pending = draft.get("pending")
    if pending is None or is_stale(pending, moment.at):
        raise Conflict("This secret was waiting for too long. Scan the new one", reason="pending_expired")
    try:
        return app_factor(ctx).enrol(whom, pending["kept"], code, moment)
    except WrongAnswer as wrong:
        raise BadInput("code", wrong.trouble.value, **wrong.facts) from None


def make_codes(ctx: Context, whom: About, moment: Moment) -> dict[str, Any]:
    """Ten new backup codes, hashed: what is shown once and what is kept, encoded for a draft."""
    factor = codes_factor(ctx)
    proposal = factor.propose(whom, moment)
    kept = ctx.pool.run(lambda: factor.enrol(whom, proposal.kept, "", moment))
    return {"shown": list(proposal.shown["codes"]), "kept": factor.encode(kept), "at": moment.at.isoformat()}


def prove_saved(ctx: Context, kept: Any, text: str, moment: Moment) -> Any:
    """The set with the proof that it was saved; `BadInput` unless the answer is one of its codes."""
    if not text.strip():
        raise BadInput("backup_code", "empty")
    try:
        return ctx.pool.run(lambda: confirm_saved(ctx.hashing, kept, text, moment))
    except WrongAnswer as wrong:
        raise BadInput("backup_code", wrong.trouble.value, **wrong.facts) from None
