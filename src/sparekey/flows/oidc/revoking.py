"""Revocation (RFC 7009): an app gives back what it was given.

A refresh token takes the whole grant with it, an access token only itself. Whatever was not there, or is another
app's, is answered like one that was: the app does not have it any longer.
"""

from sparekey.core.clients import Client
from sparekey.core.tokens import TokenKind
from sparekey.errors import ProtocolRefused
from sparekey.flows._work import Work, hashed
from sparekey.flows.context import Context
from sparekey.flows.oidc.callers import Call, answered
from sparekey.flows.oidc.exchanging import end_grant
from sparekey.store.oidc import tokens


def revoke(ctx: Context, call: Call) -> None:
    def end(work: Work, client: Client) -> None:
        shown = call.form.get("token", "")
        if not shown:
            raise ProtocolRefused("invalid_request", "token is missing")
        found = tokens.find(work.conn, hashed(shown))
        if found is None or found.grant.client_id != client.id:
            return
        if found.token.kind is TokenKind.REFRESH:
            end_grant(work, found.grant, client.id, "revoked")
        else:
            tokens.end(work.conn, found.token.hash)

    answered(ctx, call, ctx.moment(), end)
