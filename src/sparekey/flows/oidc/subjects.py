"""Under which name an app knows a person: the same in every token and answer."""

from sparekey.core.clients import Client
from sparekey.core.people import MemberId
from sparekey.flows.context import Context
from sparekey.oidc import claims
from sparekey.store.oidc.tokens import Whole


def subject(ctx: Context, client: Client, member_id: MemberId) -> str:
    return claims.subject(client, member_id, ctx.pairwise_key)


def subject_of(ctx: Context, whole: Whole) -> str:
    """Of whoever gave this token; the client is only looked at where it hears a name of its own."""
    member_id = whole.grant.member_id
    return subject(ctx, whole.client, member_id) if whole.is_pairwise else member_id
