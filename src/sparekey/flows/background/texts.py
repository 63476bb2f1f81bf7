"""Sending text messages: one thread beside that of the letters, so that a code waits behind no hundred invitations.

A code is worth nothing after ten minutes. Until then it is tried again after 5, 15, 30 s, 1, 2 and 4 min, unless the
gateway refuses it for good; what is too late is not sent. What it carried is erased either way.
"""

import json
import logging
from typing import Any

from sparekey.adapters import texts
from sparekey.adapters.texts import Undelivered
from sparekey.core.events.mail import TextFailed, TextSent
from sparekey.factors import ending_of
from sparekey.flows.background.worker import (
    Delivered,
    Worker,
    delay_of_code,
    is_code_over,
    note_failed,
    note_sent,
)
from sparekey.flows.context import Context
from sparekey.store import queue
from sparekey.store.queue import Mail

_log = logging.getLogger(__name__)


class Texter(Worker):
    """The thread that sends text messages."""

    def __init__(self, ctx: Context) -> None:
        super().__init__(ctx, "texts", self._try, queue.TEXT)

    def _try(self, taken: Mail) -> None:
        ctx = self._ctx
        try:
            if is_code_over(taken, ctx.moment().at):
                raise Undelivered(False, "The code ran out before the message could be sent")
            self._send(taken)
        except Undelivered as trouble:
            _not_sent(ctx, taken, trouble.sentence, is_final=not trouble.temporary)
        except Exception:
            _log.exception("message %s of kind %s could not be written", taken.id, taken.kind)
            _not_sent(ctx, taken, "The message could not be written: see the server's log", is_final=True)
        else:
            note_sent(ctx, taken, TextSent(taken.member_id, taken.kind))

    def _send(self, taken: Mail) -> None:
        ctx = self._ctx
        if taken.sealed is None:
            raise ValueError("a waiting message without content")
        payload: dict[str, Any] = json.loads(ctx.keys.unseal(taken.sealed, f"outbox:{taken.id}"))
        text = texts.write(payload["facts"]["code"], payload["language"], ctx.site.host)
        if ctx.site.is_demo:
            to = ending_of(payload["to"])
            self.keep(Delivered(taken.id, to, text.partition("\n")[0], text, "", ctx.moment().at))
        elif ctx.texts is None:
            raise Undelivered(False, "No SMS gateway is set")
        else:
            texts.send(ctx.texts, payload["to"], text)


def _not_sent(ctx: Context, taken: Mail, sentence: str, *, is_final: bool) -> None:
    delay = None if is_final else delay_of_code(taken, ctx.moment().at)
    event = TextFailed(taken.member_id, taken.kind, delay is None)
    note_failed(ctx, taken, sentence, delay, event)
