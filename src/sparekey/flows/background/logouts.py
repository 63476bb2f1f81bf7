"""Telling apps that sessions ended: threads of their own, so that an app that hangs holds up no letter and no code.

Several threads take notices one by one, each for a minute (its lease). What an app does not take is tried again after
5, 15 and 30 s, then 1, 2, 4, 8, 15 and 30 min: for an hour in all. The first failure and the end are on the chain.
The statement is signed for each try, because it is good for two minutes.
"""

import json
import logging
from datetime import timedelta
from typing import NamedTuple

from sparekey.adapters import logouts
from sparekey.adapters.logouts import Untold
from sparekey.core.events.apps import LogoutTold, LogoutUntold
from sparekey.errors import BadInput
from sparekey.flows._work import token
from sparekey.flows.background.worker import Worker, note_failed, note_sent
from sparekey.flows.context import Context
from sparekey.flows.oidc import keys
from sparekey.oidc import leaving, particulars
from sparekey.oidc.leaving import LOGOUT_TYPE, Ended
from sparekey.store import queue
from sparekey.store.queue import Mail

THREADS = 3
DELAYS = (
    *(timedelta(seconds=seconds) for seconds in (5, 15, 30)),
    *(timedelta(minutes=minutes) for minutes in (1, 2, 4, 8, 15, 30)),
)
"""How long after each failure until the next try; after as many failures and one more it is given up."""
_log = logging.getLogger(__name__)


class _Notice(NamedTuple):
    """As `flows.oidc.ending` posts it."""

    client: str = ""
    address: str = ""
    algorithm: str = ""
    sub: str = ""
    session: str = ""


class Teller(Worker):
    """One of the threads that tell apps."""

    def __init__(self, ctx: Context) -> None:
        super().__init__(ctx, "logouts", self._try, queue.LOGOUT)

    def _try(self, taken: Mail) -> None:
        ctx, notice = self._ctx, _Notice()
        try:
            notice = _read(ctx, taken)
            _tell(ctx, notice)
        except Untold as trouble:
            _not_told(ctx, taken, notice, trouble.sentence)
        except Exception:
            _log.exception("notice %s could not be written", taken.id)
            _not_told(ctx, taken, notice, "The notice could not be written: see the server's log")
        else:
            note_sent(ctx, taken, LogoutTold(taken.member_id, notice.client, notice.session))


def _read(ctx: Context, taken: Mail) -> _Notice:
    if taken.sealed is None:
        raise ValueError("a waiting notice without content")
    return _Notice(**json.loads(ctx.keys.unseal(taken.sealed, f"outbox:{taken.id}")))


def _tell(ctx: Context, notice: _Notice) -> None:
    try:
        particulars.read_backchannel(notice.address)
    except BadInput as wrong:
        raise Untold(f"The app's address for sign-outs cannot be used: {wrong.sentence}") from None
    moment = ctx.moment()
    ended = Ended(notice.client, notice.sub, notice.session)
    told = leaving.logout_token(ended, ctx.issuer, token(moment, f"logout:{notice.session}"), moment.at)
    logouts.send(notice.address, keys.sign(ctx, moment.at, notice.algorithm, told, LOGOUT_TYPE))


def _not_told(ctx: Context, taken: Mail, notice: _Notice, sentence: str) -> None:
    delay = DELAYS[taken.tries - 1] if taken.tries <= len(DELAYS) else None
    event = LogoutUntold(taken.member_id, notice.client, notice.session, delay is None)
    note_failed(ctx, taken, sentence, delay, event)
