"""Pushed authorization requests (RFC 9126): what an app asks for goes past the browser.

It is looked at as the authorization endpoint will, so that mistakes are told to the app and not to the person. The
address that is given out works for that app alone, and once. What means nothing here is not kept.
"""

import json
from typing import Any

from sparekey.core.clients import PUSHED_LIFE, Client, Login
from sparekey.core.throttle import PUSH_RATE, source_key
from sparekey.errors import ProtocolRefused
from sparekey.flows._work import Work, hashed, token
from sparekey.flows.context import Context
from sparekey.flows.oidc.callers import Call, answered, key_of, spend_room, use_key
from sparekey.oidc import dpop, request
from sparekey.store.oidc import pushed
from sparekey.store.oidc.pushed import Pushed


def push(ctx: Context, call: Call) -> dict[str, Any]:
    """Keep a request; gives the address it has now."""
    moment = ctx.moment()
    key = key_of(ctx, call, moment.at)

    def keep(work: Work, client: Client) -> str:
        if client.login is Login.NONE:
            spend_room(work, f"push:{source_key(call.source)}", PUSH_RATE)
        asked = {**request.once(call.form.items())[0], "client_id": client.id}
        if "request_uri" in asked:
            raise ProtocolRefused("invalid_request", "request_uri cannot be pushed")
        jkt = use_key(work.conn, key)
        if jkt and asked.setdefault("dpop_jkt", jkt) != jkt:
            raise dpop.refused("dpop_jkt is of another key")
        request.read(asked, client)
        fresh = token(work.moment, f"pushed:{client.id}")
        pushed.add(work.conn, Pushed(hashed(fresh), client.id, json.dumps(asked), work.now + PUSHED_LIFE))
        return fresh

    fresh = answered(ctx, call, moment, keep)
    return {"request_uri": request.PUSHED + fresh, "expires_in": int(PUSHED_LIFE.total_seconds())}
