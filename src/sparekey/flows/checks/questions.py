"""Challenges between question and answer: bound to the session or browser that was asked, and to what for.

A browser is asked one thing of a kind at a time, for five minutes, and each answer, right or wrong, uses the question
up (WebAuthn Level 3, section 13.4.3).
"""

import json
from collections.abc import Mapping
from datetime import timedelta
from enum import StrEnum
from typing import Any

from sparekey.core.contract import Answer, Asking, Challenge
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


def ask(work: Work, question: Question, kept: Mapping[str, object]) -> None:
    """Remember what was asked; an earlier question of this kind is forgotten."""
    holder = _holder(work.visitor, question)
    challenges.put(work.conn, holder, work.seal(dict(kept), _context(holder)), work.now + LIFE)


def put(work: Work, question: Question, challenge: Challenge) -> str:
    """Ask, and give what the browser is to be told."""
    ask(work, question, challenge.kept)
    return challenge.shown


def take(work: Work, question: Question) -> dict[str, Any] | None:
    """What was asked, once; None where nothing waits."""
    holder = _holder(work.visitor, question)
    sealed = challenges.take(work.conn, holder, work.now)
    if sealed is None:
        return None
    kept: dict[str, Any] = json.loads(work.ctx.keys.unseal(sealed, _context(holder)))
    return kept


def _holder(visitor: Visitor, question: Question) -> str:
    whose = visitor.token_hash or visitor.browser
    if not whose:
        raise FormExpired()
    return hashed(f"{question}:{whose}")


def _context(holder: str) -> str:
    return f"challenges:{holder}"
