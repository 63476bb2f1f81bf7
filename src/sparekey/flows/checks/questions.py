"""Challenges between question and answer: bound to the session or browser that was asked, and to what for.

A browser is asked one thing of a kind at a time. A question that a device answers waits for five minutes, and each
answer, right or wrong, uses it up (WebAuthn Level 3, section 13.4.3). A code that was sent waits for ten and is used
up by the right answer: see `sent.py`.
"""

import json
from collections.abc import Mapping
from datetime import timedelta
from enum import StrEnum
from typing import Any

from sparekey.core.contract import SENT_LIFE, Answer, Asking, Challenge
from sparekey.errors import FormExpired
from sparekey.flows._work import Work, hashed
from sparekey.flows.context import Context, Visitor
from sparekey.store import challenges

LIFE = timedelta(minutes=5)


class Question(StrEnum):
    """What an answer is for: none is taken for another."""

    SIGN_IN = "sign_in"
    SECOND = "second"
    CONFIRM = "confirm"
    WAKE = "wake"
    LINK = "link"
    REVIEW = "review"
    NEW = "new"


def asking(ctx: Context, answer: Answer) -> Asking[Any]:
    """The factor that is asked for this answer."""
    found: Any = next(
        one for one in ctx.factors.values() if one.traits.is_asked and one.traits.answer is answer
    )
    return found  # type: ignore[no-any-return]  # that it asks is what its traits say


def is_asked(ctx: Context, answer: Answer) -> bool:
    """Is this answer one to a challenge?"""
    return any(one.traits.is_asked for one in ctx.factors.values() if one.traits.answer is answer)


def is_sent(ctx: Context, answer: Answer) -> bool:
    """Is this answer a code that was sent?"""
    return any(one.traits.is_sent for one in ctx.factors.values() if one.traits.answer is answer)


def ask(work: Work, question: Question, kept: Mapping[str, object], answer: Answer = Answer.PASSKEY) -> None:
    """Remember what was asked; an earlier question of this kind is forgotten."""
    holder = _holder(work.visitor, question, answer)
    life = SENT_LIFE if is_sent(work.ctx, answer) else LIFE
    challenges.put(work.conn, holder, work.seal(dict(kept), _context(holder)), work.now + life)


def put(work: Work, question: Question, challenge: Challenge) -> str:
    """Ask, and give what the browser is to be told."""
    ask(work, question, challenge.kept)
    return challenge.shown


def take(work: Work, question: Question, answer: Answer = Answer.PASSKEY) -> dict[str, Any] | None:
    """What was asked, once; None where nothing waits."""
    holder = _holder(work.visitor, question, answer)
    return _opened(work.ctx, holder, challenges.take(work.conn, holder, work.now))


def look(work: Work, question: Question, answer: Answer) -> dict[str, Any] | None:
    """What was asked, and still waits."""
    holder = _holder(work.visitor, question, answer)
    return _opened(work.ctx, holder, challenges.look(work.conn, holder, work.now))


def _opened(ctx: Context, holder: str, sealed: bytes | None) -> dict[str, Any] | None:
    if sealed is None:
        return None
    kept: dict[str, Any] = json.loads(ctx.keys.unseal(sealed, _context(holder)))
    return kept


def _holder(visitor: Visitor, question: Question, answer: Answer) -> str:
    whose = visitor.token_hash or visitor.browser
    if not whose:
        raise FormExpired()
    return hashed(f"{question}:{answer}:{whose}")


def _context(holder: str) -> str:
    return f"challenges:{holder}"
