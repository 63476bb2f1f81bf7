"""What happens by itself as time goes by, in a thread of its own: every 20 seconds, and forgetting once an hour.

- Recovery cases whose time ran out are ended, with all that hangs on them. Nothing rests on that: whoever
  touches such a case settles it first.
- Sessions that ended, what apps were let have and its tokens, requests of apps and passes to sites that ended,
  limits that limit nothing any more and long dead links are forgotten. A link is kept for 30 days after its end,
  so that its page can say what became of it. All this is dead already, so an hour more does not matter; it reads
  whole tables, because an index over their times would be written at every sign-in to be read once an hour.
- Whose review is due is reminded (`reminding`), once an hour.
- Signing keys get their successors (`oidc.keys`), once an hour; at the first start they are made.
- Last uses of sessions are written from memory.
"""

import logging
from collections.abc import Callable
from datetime import timedelta
from functools import partial

from sqlalchemy import Connection

from sparekey.core.contract import Moment
from sparekey.core.recovery_case import Case
from sparekey.flows import _cases, sessions
from sparekey.flows._work import Work, unit
from sparekey.flows.background import reminding
from sparekey.flows.background.loop import SERVER_ITSELF, Background
from sparekey.flows.context import Context
from sparekey.flows.oidc import keys
from sparekey.store import cases, challenges, people, queue
from sparekey.store import sessions as kept_sessions
from sparekey.store.oidc import devices, passes, pushed, tokens, used_ids

EVERY = 20.0
"""Seconds."""
FORGETS_EVERY = 180
"""Rounds: an hour."""
LINKS_KEPT = timedelta(days=30)
_log = logging.getLogger(__name__)


class Upkeep:
    """The thread that keeps house."""

    def __init__(self, ctx: Context) -> None:
        self._ctx = ctx
        self._round = 0
        self._background = Background("upkeep", self._work)

    def start(self) -> None:
        self._background.start()

    def stop(self) -> None:
        """End the thread, and write what is only in memory."""
        self._background.stop()
        sessions.flush(self._ctx)

    def _work(self) -> float:
        run_once(self._ctx, forgets=self._round % FORGETS_EVERY == 0)
        self._round += 1
        return EVERY


def run_once(ctx: Context, *, forgets: bool = True) -> None:
    """All of it once. One piece that fails keeps no other from being done."""
    moment = ctx.moment()
    _try("last uses", lambda: sessions.flush(ctx))
    for due in ctx.db.read(lambda conn: cases.due(conn, moment.at)):
        _try(f"case {due.id}", partial(_settle, ctx, moment, due))
    if forgets:
        _try("reminders", lambda: reminding.remind(ctx, moment))
        _try("signing keys", lambda: keys.ensure(ctx, moment))
        _try("forgetting", lambda: ctx.db.write(lambda conn: _forget(conn, moment)))


def _try(name: str, piece: Callable[[], None]) -> None:
    try:
        piece()
    except Exception:
        _log.exception("upkeep failed at: %s", name)


def _settle(ctx: Context, moment: Moment, due: Case) -> None:
    """End one case in a unit of its own."""

    def settle(work: Work) -> None:
        member = people.member(work.conn, due.account_id, due.member_id, lock=True)
        _cases.running(work, member)

    unit(ctx, SERVER_ITSELF, moment, settle)


def _forget(conn: Connection, moment: Moment) -> None:
    kept_sessions.purge(conn, moment.at)
    cases.purge_links(conn, moment.at - LINKS_KEPT)
    challenges.purge(conn, moment.at)
    queue.purge(conn, moment.at)
    for kept in (tokens, pushed, devices, used_ids, passes):
        kept.purge(conn, moment.at)
