"""Starting, changing and ending sessions inside a unit of work.

A token changes at every step that changes what it opens (OWASP ASVS 5.0, 7.2.4): half, restricted, signed in,
confirmed. Drafts are sealed for the session's id and version.

Every sign-in gives the browser a new id of its own as well. What it sent may have been planted there, or copied from
there, by somebody who knows it; what it is known and remembered by afterwards is known to nobody else.
"""

import hmac
import json
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from sparekey.core.events.signing_in import SessionStarted
from sparekey.core.people import CaseId, Member, SessionId, new_id
from sparekey.core.proofs import Proof, assurance
from sparekey.core.sessions import HALF_LIFE, OVERALL, Scope, Session
from sparekey.factors import TRAITS
from sparekey.flows._work import Work, hashed, token
from sparekey.flows.context import Context, Started
from sparekey.store import people, sessions
from sparekey.store.sessions import Stored


def _context(session: Session) -> str:
    return f"sessions:{session.account_id}:{session.id}:{session.version}"


def draft_of(ctx: Context, stored: Stored) -> dict[str, Any]:
    """What was staged in this session."""
    if stored.sealed_draft is None:
        return {}
    found: dict[str, Any] = json.loads(ctx.keys.unseal(stored.sealed_draft, _context(stored.session)))
    return found


def _seal(work: Work, session: Session) -> bytes | None:
    return work.seal(dict(session.draft), _context(session)) if session.draft else None


def start(work: Work, who: Member, scope: Scope, proofs: tuple[Proof, ...], **more: Any) -> Started:
    """A new session under a new token. `more`: other fields of `Session`, such as case_id or expires_at."""
    life = OVERALL[who.role] if scope is Scope.FULL else HALF_LIFE
    fresh = token(work.moment, f"session:{scope}:{who.id}")
    session = Session(
        id=SessionId(new_id("ses", work.moment, f"{scope}:{who.id}")),
        account_id=who.account_id,
        member_id=who.id,
        scope=scope,
        proofs=proofs,
        created_at=work.now,
        expires_at=more.pop("expires_at", work.now + life),
        last_used_at=work.now,
        device=work.visitor.device,
        source=work.visitor.source,
        **more,
    )
    sessions.add(work.conn, hashed(fresh), session, _seal(work, session))
    return Started(fresh, session, session.expires_at)


def start_full(work: Work, who: Member, proofs: tuple[Proof, ...], *, is_remembered: bool = False) -> Started:
    """A finished sign-in: session, event, "new device" letter, and the time on the profile."""
    started = start(work, who, Scope.FULL, proofs, is_remembered=is_remembered)
    people.signed_in(work.conn, who, work.now)
    browser = _greet_browser(work, who, proofs[-1])
    work.record(
        SessionStarted(
            who.id,
            started.session.id,
            int(assurance(proofs).aal),
            "+".join(proof.kind for proof in proofs),
        ),
        who.account_id,
    )
    return replace(started, browser=browser)


def browser_mark(ctx: Context, browser_id: str) -> str:
    """How a browser is kept: a keyed hash of the id in its cookie."""
    return hmac.new(ctx.csrf_key, f"csrf:{browser_id}:browser".encode(), "sha256").hexdigest()[:32]


def _greet_browser(work: Work, who: Member, by: Proof) -> str:
    """Know the browser again, and tell the person when it was not seen before (but not at the very first).

    Gives its new id; empty where there is no browser, or one that keeps no cookie.
    """
    if not work.visitor.browser:
        return ""
    fresh = work.moment.draw(f"browser:{who.id}", 16).hex()
    mark = browser_mark(work.ctx, fresh)
    if not sessions.see_browser(work.conn, who, work.visitor.browser, mark, work.now):
        if sessions.knows_any_browser(work.conn, who):
            work.send(who, "new_device", signed_in_at=work.now, way=TRAITS[by.kind].answer.value)
        sessions.add_browser(work.conn, who, mark, work.now)
    return fresh


def swap(work: Work, stored: Stored, changed: Session) -> Started:
    """The same session with other contents under a new token; the old token is dead."""
    fresh = token(work.moment, f"swap:{stored.session.id}")
    staged = changed.draft or draft_of(work.ctx, stored)
    next_one = replace(changed, draft=staged, version=stored.session.version + 1)
    sessions.end(work.conn, stored.hash)
    sessions.add(work.conn, hashed(fresh), next_one, _seal(work, next_one))
    return Started(fresh, next_one, next_one.expires_at)


def redraft(work: Work, stored: Stored, draft: Mapping[str, Any]) -> None:
    """Keep another draft under the same token."""
    changed = replace(stored.session, draft=draft, version=stored.session.version + 1)
    sessions.put(work.conn, stored, replace(changed, version=stored.session.version), _seal(work, changed))


def restricted(
    work: Work, who: Member, scope: Scope, *, case_id: CaseId | None = None, **more: Any
) -> Started:
    """A restricted session; the person's other restricted ones end, so that one at most goes on."""
    sessions.end_all(work.conn, who, scopes=(Scope.HALF, Scope.ENROL, Scope.ROTATE, Scope.CODES))
    return start(work, who, scope, more.pop("proofs", ()), case_id=case_id, **more)
