"""Under which name an app knows a person."""

from sparekey.core.clients import Client
from sparekey.core.people import MemberId
from sparekey.flows.context import Context
from sparekey.oidc import claims


def subject(ctx: Context, client: Client, member_id: MemberId) -> str:
    """The same in every token and answer."""
    return claims.subject(client, member_id, ctx.csrf_key)
