"""The regular review: for each way in *I have it*, *lost* or *not sure*.

- What was lost is removed at once, under the rules of removing, and its replacement is offered.
- Private addresses are asked about too. One that is lost is taken out; one that nobody is sure of gets a letter with
  a link. It goes on counting, and holds no review open: it lets nobody in.
- What nobody is sure of is used once, now. A backup code is not used up by that; a wrong answer is a try like any
  other.
- When every way is known to be there, the review is finished. Until then it stays due; what still has to be used is
  remembered in the session.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sparekey.core.contract import Answer
from sparekey.core.events.ways import AuthenticatorReviewed, BackupCodesSaved, ReviewFinished
from sparekey.core.people import Member
from sparekey.core.permissions import Action
from sparekey.core.reviews import Have, due_at
from sparekey.core.sessions import Scope
from sparekey.core.sign_in import Beside, Standing
from sparekey.errors import BadInput, NotAllowed, NotFound
from sparekey.flows import _sessions, _staging, _ways
from sparekey.flows._ways import Had, ways
from sparekey.flows._work import Work, unit
from sparekey.flows.checks import questions, sent
from sparekey.flows.checks import second as second_check
from sparekey.flows.checks.questions import Question
from sparekey.flows.checks.second import Ask, Proven
from sparekey.flows.context import Context, Visitor
from sparekey.flows.own import ways as own_ways
from sparekey.flows.own.addresses import send_link, take_out
from sparekey.flows.reports.shown import AddressShown, WayIn, addresses_of, ways_in
from sparekey.flows.sessions import demand_member, demand_right, still_there
from sparekey.store import addresses, people, reviews

_PART = "review"


@dataclass(frozen=True)
class Review:
    """What is asked about, and when it was and will be due; None: never."""

    ways: tuple[WayIn, ...]
    mailboxes: tuple[AddressShown, ...]
    """The confirmed addresses beside the work address, which an account owner looks after."""
    reviewed_at: datetime | None
    due_at: datetime | None


@dataclass(frozen=True)
class Rest:
    """What is left of a review: ways to be used once, and what was removed (the field it was answered in)."""

    to_use: tuple[WayIn, ...]
    removed: tuple[Answer, ...]
    has_letters: bool = False
    """Letters went to addresses just now."""


def look(ctx: Context, visitor: Visitor) -> Review:
    """Open to every finished sign-in, as the profile is."""
    _, member = demand_member(visitor)
    now = ctx.moment().at
    had, shown = ctx.db.read(
        lambda conn: (ways(conn, member.account_id, member.id), addresses_of(conn, member, now))
    )
    due = due_at(member, visitor.account.policy) if visitor.account else None
    mailboxes = tuple(one for one in shown if one.id and one.confirmed_at)
    return Review(ways_in(_asked(had), ctx), mailboxes, member.reviewed_at, due)


def _asked(had: Sequence[Had]) -> list[Had]:
    """What works; the rest is known not to be there, or to be changed anyway."""
    return [one for one in had if one.is_second and one.kept.standing is Standing.ACTIVE]


def finish(ctx: Context, visitor: Visitor, said: Mapping[str, str]) -> Rest:
    """Keep what was said of each way and address, by id; nothing of it where one cannot be kept.

    Raises `BadInput` at the first that nothing was said of, `NotAllowed` (`last_way`), `TooManyTries` (letters).
    """
    _, member = demand_member(visitor)
    if Have.LOST in said.values():
        demand_right(ctx, visitor, Action.CHANGE_OWN)

    def keep(work: Work) -> Rest:
        who = people.member(work.conn, member.account_id, member.id, lock=True)
        had = ways(work.conn, who.account_id, who.id)
        answers = {one.kept.id: _read(one.kept.id, said) for one in _asked(had)}
        has_letters = _look_after(work, who, said)
        chosen = {have: [one for one in had if answers.get(one.kept.id) is have] for have in Have}
        _take_away(work, who, had, chosen[Have.LOST])
        for one in chosen[Have.YES]:
            _note(work, who, one, "said")
        rest = Rest(ways_in(chosen[Have.UNSURE]), _answers(chosen[Have.LOST]), has_letters)
        _go_on(work, who, rest)
        return rest

    return unit(ctx, visitor, ctx.moment(), keep)


def _read(asked: str, said: Mapping[str, str]) -> Have:
    text = said.get(asked, "")
    if text not in set(Have):
        raise BadInput(asked, "unanswered")
    return Have(text)


def _look_after(work: Work, who: Member, said: Mapping[str, str]) -> bool:
    """Take the lost addresses out, and write to those that nobody is sure of; False: to none."""
    confirmed = [one for one in addresses.of_member(work.conn, who) if one.confirmed_at]
    answers = [(one, _read(one.id, said)) for one in confirmed]
    unsure = [one for one, have in answers if have is Have.UNSURE]
    for one in unsure:
        send_link(work, who, one)
    lost = [one for one, have in answers if have is Have.LOST]
    if lost:
        take_out(work, who, *lost)
    return bool(unsure)


def _answers(ones: Sequence[Had]) -> tuple[Answer, ...]:
    return tuple(one.enrolled.traits.answer for one in ones)


def _take_away(work: Work, who: Member, had: Sequence[Had], lost: Sequence[Had]) -> None:
    if not lost:
        return
    left = [one for one in had if one not in lost]
    if any(own_ways.is_last(one, left) for one in lost):
        raise NotAllowed("This is your last way in. Add another one first", reason="last_way")
    _ways.destroy(work, who, lost, "lost")
    _ways.renew_summary(work, who)
    what = ",".join(dict.fromkeys(answer.value for answer in _answers(lost)))
    work.send(who, "review_lost", removed_at=work.now, way=what)


def _note(work: Work, who: Member, one: Had, how: str) -> None:
    reviews.checked(work.conn, one.kept, work.now)
    work.record(AuthenticatorReviewed(who.id, one.kept.id, one.kept.kind, how), who.account_id)


def _go_on(work: Work, who: Member, rest: Rest) -> None:
    """Remember what is left; when nothing is to be used any more, the review is finished."""
    if not rest.to_use:
        kept = _asked(ways(work.conn, who.account_id, who.id))
        reviews.finished(work.conn, who, work.now)
        work.record(ReviewFinished(who.id, len(kept)), who.account_id)
    part = {"to_use": [one.id for one in rest.to_use], "removed": [one.value for one in rest.removed]}
    _remember(work, part if rest.to_use or rest.removed else None)


def _remember(work: Work, part: Mapping[str, Any] | None) -> None:
    stored, draft = _staging.load(work, work.visitor, Scope.FULL)
    others = {name: value for name, value in draft.items() if name != _PART}
    _sessions.redraft(work, stored, {**others, _PART: part} if part else others)


def rest(ctx: Context, visitor: Visitor) -> Rest | None:
    """What this session's review still has to do or to replace; None where there is none."""
    _, member = demand_member(visitor)
    _, draft = _staging.peek(ctx, visitor, Scope.FULL)
    if _PART not in draft:
        return None
    had = ctx.db.read(lambda conn: ways(conn, member.account_id, member.id))
    return _rest(draft[_PART], had, ctx)


def _rest(part: Mapping[str, Any], had: Sequence[Had], ctx: Context | None = None) -> Rest:
    """Without what was removed elsewhere meanwhile."""
    to_use = [one for one in _asked(had) if one.kept.id in part["to_use"]]
    return Rest(ways_in(to_use, ctx), tuple(Answer(one) for one in part["removed"]))


def one_way(ctx: Context, visitor: Visitor, authenticator_id: str) -> WayIn:
    """One of their own that works; `NotFound` for any other."""
    _, member = demand_member(visitor)
    had = ctx.db.read(lambda conn: ways(conn, member.account_id, member.id))
    return ways_in([_find(had, authenticator_id)], ctx)[0]


def _find(had: Sequence[Had], authenticator_id: str) -> Had:
    found = next((one for one in _asked(had) if one.kept.id == authenticator_id), None)
    if found is None:
        raise NotFound()
    return found


def send(ctx: Context, visitor: Visitor, authenticator_id: str) -> None:
    """Have a code sent to a number, to see whether it still arrives. Raises `Conflict`, `TooManyTries`."""
    answer = one_way(ctx, visitor, authenticator_id).answer
    _, member = demand_member(visitor)
    if not questions.is_sent(ctx, answer):
        raise NotFound()
    unit(ctx, visitor, ctx.moment(), lambda work: sent.send(work, member, Question.REVIEW, answer))


def use(ctx: Context, visitor: Visitor, authenticator_id: str, text: str) -> None:
    """Use one way once, to see whether it is still there. Raises `WrongProof`, `TooManyTries`, `NotFound`."""
    answer = one_way(ctx, visitor, authenticator_id).answer
    _, member = demand_member(visitor)

    def used(work: Work, proven: Proven) -> None:
        one = next(one for one in proven.had if one.kept.id == authenticator_id)
        _note(work, proven.member, one, "used")
        if answer is Answer.BACKUP_CODE:
            work.record(BackupCodesSaved(member.id, authenticator_id), member.account_id)
            _ways.renew_summary(work, proven.member)
        _forget(work, proven.member, authenticator_id, ())

    ask = Ask(
        member,
        answer,
        text,
        Beside.NOTHING if answer is Answer.PASSKEY else Beside.PASSWORD,
        takes=lambda had: had.kept.id == authenticator_id,
        demand=lambda work: still_there(work, visitor),
        question=Question.REVIEW if questions.is_asked(ctx, answer) else None,
        is_drill=True,
    )
    second_check.prove(ctx, visitor, ctx.moment(), ask, used)


def _forget(work: Work, who: Member, authenticator_id: str, removed: tuple[Answer, ...]) -> None:
    """One way less to be used, if that is what a review in this session waits for."""
    _, draft = _staging.load(work, work.visitor, Scope.FULL)
    part = draft.get(_PART)
    if part is None or authenticator_id not in part["to_use"]:
        return
    left = _rest(part, ways(work.conn, who.account_id, who.id))
    to_use = tuple(one for one in left.to_use if one.id != authenticator_id)
    _go_on(work, who, Rest(to_use, (*left.removed, *removed)))


def lose(ctx: Context, visitor: Visitor, authenticator_id: str) -> None:
    """What was looked for is lost after all."""
    _, member = demand_right(ctx, visitor, Action.CHANGE_OWN)
    _change(ctx, visitor, member, lambda work, who: _lose(work, who, authenticator_id))


def _lose(work: Work, who: Member, authenticator_id: str) -> None:
    had = ways(work.conn, who.account_id, who.id)
    one = _find(had, authenticator_id)
    _take_away(work, who, had, [one])
    _forget(work, who, authenticator_id, _answers([one]))


def close(ctx: Context, visitor: Visitor) -> None:
    """Leave the page of what was removed; finishes a review whose last ways went elsewhere meanwhile."""
    _, member = demand_member(visitor)
    _change(ctx, visitor, member, _close)


def _close(work: Work, who: Member) -> None:
    _, draft = _staging.load(work, work.visitor, Scope.FULL)
    part = draft.get(_PART)
    if part is None or _rest(part, ways(work.conn, who.account_id, who.id)).to_use:
        return
    if part["to_use"]:
        _go_on(work, who, Rest((), ()))
    else:
        _remember(work, None)


def _change(ctx: Context, visitor: Visitor, member: Member, change: Callable[[Work, Member], None]) -> None:
    def do(work: Work) -> None:
        change(work, people.member(work.conn, member.account_id, member.id, lock=True))

    unit(ctx, visitor, ctx.moment(), do)
