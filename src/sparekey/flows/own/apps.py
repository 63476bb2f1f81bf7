"""Several authenticator apps of one person, each with a secret, a name and a thing of its own.

A person has at most `MOST_APPS`; docs/guess-probability.md says why.
"""

from dataclasses import dataclass

from sparekey.core.contract import MOST_APPS, About, Answer, Loss
from sparekey.core.people import Member
from sparekey.core.sessions import Scope
from sparekey.core.sign_in import Standing, can_prove
from sparekey.errors import Conflict, NotFound
from sparekey.factors import digits_of
from sparekey.flows import _sessions, _staging, _ways
from sparekey.flows._staging import Shown
from sparekey.flows._ways import Had, about, material, ways
from sparekey.flows._work import Work, unit
from sparekey.flows.context import Context, Visitor
from sparekey.flows.own import ways as own_ways
from sparekey.flows.sessions import demand_own
from sparekey.store import people


@dataclass(frozen=True)
class NewOne:
    """What is asked of a further app: a code of it, its name, and what it lives on."""

    code: str
    label: str
    thing: str


def apps_of(had: list[Had]) -> list[Had]:
    """A person's own apps, oldest first."""
    return [one for one in had if one.is_second and one.enrolled.traits.answer is Answer.CODE]


def own(ctx: Context, member: Member) -> list[Had]:
    return apps_of(ctx.db.read(lambda conn: ways(conn, member.account_id, member.id)))


def digits(ctx: Context, member: Member, authenticator_id: str = "") -> int | None:
    """How many digits a code has that may be asked for now, of one app or of any; None where that can differ.

    Suspended ones count where nothing else does: a page that asked otherwise than before would tell the finder of a
    lost phone that help is under way.
    """
    had = ctx.db.read(lambda conn: ways(conn, member.account_id, member.id))
    asked = [
        one
        for one in had
        if one.enrolled.traits.answer is Answer.CODE and authenticator_id in {"", one.kept.id}
    ]
    suspended = [one for one in asked if one.kept.standing is Standing.SUSPENDED]
    counting = [one for one in asked if can_prove(one.enrolled)] or suspended
    counts = {digits_of(material(ctx, one.kept)) for one in counting}
    return counts.pop() if len(counts) == 1 else None


def propose(ctx: Context, visitor: Visitor) -> Shown:
    """A secret for a further app, or for one whose secret changes; it waits ten minutes."""
    account, member = demand_own(ctx, visitor)
    whom = about(account, member)
    return _staging.propose(ctx, visitor, Scope.FULL, _told_apart(ctx, member, whom))


def _told_apart(ctx: Context, member: Member, whom: About) -> About:
    return _staging.with_entry(ctx, whom) if own(ctx, member) else whom


def to_change(ctx: Context, visitor: Visitor, authenticator_id: str = "") -> Had:
    """The app whose secret is to be changed: the named one, else the one that needs it, else the only one.

    Raises `NotFound` for no such app, `Conflict` with reason `which_app` where nobody can know which.
    """
    _, member = demand_own(ctx, visitor)
    return which(own(ctx, member), authenticator_id)


def which(had: list[Had], authenticator_id: str) -> Had:
    """The same, of these apps."""
    if authenticator_id:
        named = [one for one in had if one.kept.id == authenticator_id]
    else:
        named = [one for one in had if one.kept.standing is not Standing.ACTIVE][-1:] or had
    if not named:
        raise NotFound()
    if len(named) > 1:
        raise Conflict("Choose the app whose secret is to change", reason="which_app")
    return named[0]


def demand_room(had: list[Had]) -> None:
    if len(had) >= MOST_APPS:
        raise Conflict(reason="most_apps", most=MOST_APPS)


def guess(ctx: Context, visitor: Visitor) -> Loss:
    """What a further app most likely lives on: this phone or tablet, else a phone."""
    return own_ways.guess_thing(visitor) or _staging.app_factor(ctx).traits.lost_with


def add(ctx: Context, visitor: Visitor, new: NewOne) -> str:
    """Bind one more app, once a code of it is right; gives its id.

    Raises `BadInput`, and `Conflict` with reason `most_apps` or `pending_expired`.
    """
    account, member = demand_own(ctx, visitor)
    label, thing = own_ways.read_label(new.label), own_ways.read_thing(new.thing)
    moment = ctx.moment()
    _, draft = _staging.peek(ctx, visitor, Scope.FULL)
    made = _staging.finish_app(ctx, draft, about(account, member), new.code, moment)

    def bind(work: Work) -> str:
        who = people.member(work.conn, member.account_id, member.id, lock=True)
        demand_room(apps_of(ways(work.conn, who.account_id, who.id)))
        stored, now_staged = _staging.load(work, visitor, Scope.FULL)
        if now_staged.get("pending") != draft["pending"]:
            raise Conflict(reason="pending_expired")
        how = _ways.Binding(label, "settings", thing)
        added = _ways.add(work, who, _staging.app_factor(ctx).traits.kind, made, how)
        _ways.renew_summary(work, who)
        _sessions.redraft(work, stored, {k: v for k, v in now_staged.items() if k != "pending"})
        work.send(who, "way_added", added_at=work.now, way=Answer.CODE.value, name=label)
        return added.id

    return unit(ctx, visitor, moment, bind)
