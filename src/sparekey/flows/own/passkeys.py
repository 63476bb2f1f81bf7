"""Passkeys: what a browser is asked, and what its answer opens.

First step: the passkey alone, which must have verified its user; whose it is comes from the passkey. Second step and
*Confirm it's you*: one of the person's own. A name that nobody has is asked like any other, so that asking tells
nothing, and one sentence refuses everything (WebAuthn Level 3, section 14.6.2).
"""

import hmac
from dataclasses import replace
from typing import Any

from sqlalchemy import Connection
from sqlalchemy.exc import IntegrityError

from sparekey.core.contract import About, Answer, Loss, WrongAnswer
from sparekey.core.events.server import UnknownPasskeyTried
from sparekey.core.events.ways import AuthenticatorRefused
from sparekey.core.people import Member, Status, name_key
from sparekey.core.sign_in import Beside, can_prove
from sparekey.errors import Conflict, NotFound, NotSignedIn, SparekeyError
from sparekey.factors import (
    about_key,
    asked_of_nobody,
    handle_in,
    handle_of,
    is_made_up,
    offered,
    signal_of,
    signal_unknown,
)
from sparekey.flows import _ways, sign_in
from sparekey.flows._ways import about, material, ways
from sparekey.flows._work import Work, unit
from sparekey.flows.checks import questions, sources
from sparekey.flows.checks import second as second_check
from sparekey.flows.checks.questions import Question
from sparekey.flows.checks.second import Ask, Proven, wrong_passkey
from sparekey.flows.context import Context, Started, Visitor
from sparekey.flows.own import ways as own_ways
from sparekey.flows.sessions import (
    confirmed,
    demand_finished,
    demand_member,
    demand_own,
    note_not_confirmed,
    still_there,
    woken,
)
from sparekey.store import authenticators, people
from sparekey.store.engine import Kept

MOST = 20
"""Passkeys of one person: each answer at the sign-in is tried on all of them, while nobody else may write."""


def to_sign_in(ctx: Context, visitor: Visitor, name: str) -> str:
    """Ask for any passkey; with a name, for one of that person's or of nobody's."""

    def question(work: Work) -> str:
        who = people.by_sign_in_name(work.conn, name_key(name)) if name.strip() else None
        kept = _keys_of(work, who) if who else []
        factor = questions.asking(ctx, Answer.PASSKEY)
        if kept or not name.strip():
            challenge = factor.challenge(kept, work.moment, is_first=True)
        else:
            challenge = asked_of_nobody(factor, ctx.blind_key, name_key(name), work.moment)
        return questions.put(work, Question.SIGN_IN, challenge)

    return unit(ctx, visitor, ctx.moment(), question)


def _keys_of(work: Work, who: Member) -> list[Any]:
    """The material of a person's passkeys that may prove."""
    had = ways(work.conn, who.account_id, who.id)
    return [
        material(work.ctx, one.kept)
        for one in had
        if one.enrolled.traits.answer is Answer.PASSKEY and can_prove(one.enrolled)
    ]


def to_own(ctx: Context, visitor: Visitor, member: Member, question: Question) -> str:
    """Ask a known person for one of theirs. Only after a password need it not verify its user."""

    def put(work: Work) -> str:
        is_first = question is not Question.SECOND
        factor = questions.asking(ctx, Answer.PASSKEY)
        kept = _keys_of(work, member)
        if not kept:
            raise Conflict("There is no passkey to ask for", reason="no_passkey")
        return questions.put(work, question, factor.challenge(kept, work.moment, is_first=is_first))

    return unit(ctx, visitor, ctx.moment(), put)


def to_prove(ctx: Context, visitor: Visitor) -> str:
    """The second step of a half-finished sign-in."""
    return to_own(ctx, visitor, sign_in.demand_half(visitor)[1], Question.SECOND)


def to_confirm(ctx: Context, visitor: Visitor) -> str:
    return to_own(ctx, visitor, demand_member(visitor)[1], Question.CONFIRM)


def to_review(ctx: Context, visitor: Visitor, authenticator_id: str) -> str:
    """One passkey of their own, to see whether it is still there."""
    _, member = demand_member(visitor)

    def put(work: Work) -> str:
        had = ways(work.conn, member.account_id, member.id)
        kept = [material(ctx, one.kept) for one in had if one.kept.id == authenticator_id]
        if not kept or about_key(kept[0]) is None:
            raise NotFound()
        factor = questions.asking(ctx, Answer.PASSKEY)
        return questions.put(work, Question.REVIEW, factor.challenge(kept, work.moment, is_first=False))

    return unit(ctx, visitor, ctx.moment(), put)


def to_wake(ctx: Context, visitor: Visitor) -> str:
    return to_own(ctx, visitor, demand_finished(visitor)[1], Question.WAKE)


def begin(ctx: Context, visitor: Visitor, answer: str) -> sign_in.Outcome:
    """Sign in with a passkey alone. Raises `WrongProof` (one sentence for everything) or `TooManyTries`."""
    handle = handle_in(answer)
    member = ctx.db.read(lambda conn: _whose(conn, handle))
    if member is None or member.status is not Status.ACTIVE:
        unknown = (
            "" if member else signal_unknown(questions.asking(ctx, Answer.PASSKEY), ctx.blind_key, answer)
        )
        unit(ctx, visitor, ctx.moment(), lambda work: _refuse_unknown(work, unknown))
        raise AssertionError
    ask = Ask(member, Answer.PASSKEY, answer, Beside.NOTHING, question=Question.SIGN_IN)
    try:
        return second_check.prove(ctx, visitor, ctx.moment(), ask, _signed_in)
    except NotSignedIn:
        raise wrong_passkey() from None


def _whose(conn: Connection, handle: str) -> Member | None:
    found = authenticators.by_handle(conn, handle)
    return people.find_member(conn, found.account_id, found.member_id) if found else None


def _refuse_unknown(work: Work, unknown: str) -> None:
    """`unknown`: what the browser may tell its password manager, which then offers this passkey no more."""
    sources.reserve(work)
    questions.take(work, Question.SIGN_IN)
    work.record(UnknownPasskeyTried())
    raise Kept(wrong_passkey(unknown=unknown))


def _signed_in(work: Work, proven: Proven) -> sign_in.Outcome:
    return sign_in.after_all(work, proven, (proven.proof,))


def confirm(ctx: Context, visitor: Visitor, answer: str) -> Started:
    """*Confirm it's you* with a passkey alone, under a new token, fresh for five minutes."""
    _, member = demand_member(visitor)
    ask = _own(visitor, member, answer, Question.CONFIRM)

    def go_on(work: Work, proven: Proven) -> Started:
        return confirmed(work, still_there(work, visitor), (proven.proof,))

    try:
        return second_check.prove(ctx, visitor, ctx.moment(), ask, go_on)
    except SparekeyError as refusal:
        note_not_confirmed(ctx, visitor, member, refusal)
        raise


def wake(ctx: Context, visitor: Visitor, answer: str) -> Started:
    """Open an idle session again with a passkey alone."""
    _, member = demand_finished(visitor)
    ask = _own(visitor, member, answer, Question.WAKE)

    def go_on(work: Work, proven: Proven) -> Started:
        return woken(work, still_there(work, visitor), (proven.proof,))

    return second_check.prove(ctx, visitor, ctx.moment(), ask, go_on)


def _own(visitor: Visitor, member: Member, answer: str, question: Question) -> Ask:
    return Ask(
        member,
        Answer.PASSKEY,
        answer,
        Beside.NOTHING,
        demand=lambda work: still_there(work, visitor),
        question=question,
    )


def to_add(ctx: Context, visitor: Visitor, *, is_offer: bool = False) -> str:
    """Ask for a new passkey that the person has not yet.

    `is_offer`: the browser may make it without a question, right after a password it filled in itself.
    """
    account, member = demand_own(ctx, visitor)

    def question(work: Work) -> str:
        _refuse_more(work, member)
        whom = replace(
            about(account, member),
            handle=_handle_of(ctx, member),
            enrolled=tuple(_keys_of(work, member)),
            models=account.policy.passkey_models,
        )
        factor = questions.asking(ctx, Answer.PASSKEY)
        proposal = offered(factor, whom, work.moment) if is_offer else factor.propose(whom, work.moment)
        questions.ask(work, Question.NEW, proposal.kept)
        return str(proposal.shown["options"])

    return unit(ctx, visitor, ctx.moment(), question)


def add(ctx: Context, visitor: Visitor, answer: str) -> str:
    """Bind the new passkey; gives its id. `WrongProof` for what is none, `Conflict` for one that is bound already."""
    account, member = demand_own(ctx, visitor)

    def bind(work: Work) -> str:
        who = people.member(work.conn, member.account_id, member.id, lock=True)
        still_there(work, visitor)
        _refuse_more(work, who)
        asked = questions.take(work, Question.NEW)
        if asked is None:
            raise Kept(wrong_passkey())
        factor = questions.asking(ctx, Answer.PASSKEY)
        try:
            made = factor.enrol(about(account, who), asked, answer, work.moment)
        except WrongAnswer as wrong:
            kind, clause = factor.traits.kind, str(wrong.facts["clause"])
            work.record(AuthenticatorRefused(who.id, kind, clause), who.account_id)
            raise Kept(wrong_passkey()) from None
        is_taken = authenticators.by_handle(work.conn, str(handle_of(made))) is not None
        if is_taken or is_made_up(ctx.blind_key, made):  # one answer, or names that nobody has could be told
            raise Kept(Conflict("This passkey is already in use", reason="already_there"))
        told = about_key(made)
        had = ways(work.conn, who.account_id, who.id)
        label = own_ways.free_label(had, told.make if told else "")
        how = _ways.Binding(label, "settings", _thing_of(visitor, made))
        added = _ways.add(work, who, factor.traits.kind, made, how)
        _ways.renew_summary(work, who)
        work.send(who, "passkey_added", added_at=work.now)
        return added.id

    try:
        return unit(ctx, visitor, ctx.moment(), bind)
    except IntegrityError:  # two at once
        raise Conflict("This passkey is already in use", reason="already_there") from None


def signal(ctx: Context, visitor: Visitor) -> str:
    """What a browser may tell its password manager of this person's passkeys (WebAuthn Level 3, section 5.1.10).

    Also where none is left: the manager then stops offering the last one.
    """
    _, member = demand_member(visitor)
    had = ctx.db.read(lambda conn: ways(conn, member.account_id, member.id))
    keys = [material(ctx, one.kept) for one in had if one.enrolled.traits.answer is Answer.PASSKEY]
    whom = About("", member.username, name=member.name, handle=_handle_of(ctx, member))
    return signal_of(questions.asking(ctx, Answer.PASSKEY), keys, whom)


def _handle_of(ctx: Context, member: Member) -> bytes:
    """What passkeys keep of a person: a keyed hash that says nothing to anybody else."""
    return hmac.digest(ctx.blind_key, f"handle:{member.id}".encode(), "sha512")


def _refuse_more(work: Work, who: Member) -> None:
    had = ways(work.conn, who.account_id, who.id)
    if sum(one.enrolled.traits.answer is Answer.PASSKEY for one in had) >= MOST:
        raise Conflict(reason="passkeys_full", most=MOST)


def _thing_of(visitor: Visitor, made: object) -> Loss:
    """What it seems to live on: as the key says, else the device that asked for it."""
    told = about_key(made)
    return told.thing if told and told.thing else visitor.thing
