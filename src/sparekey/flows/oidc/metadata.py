"""What this server tells of itself to apps."""

from sparekey.flows.context import Context
from sparekey.oidc import discovery


def document(ctx: Context) -> dict[str, object]:
    """Its metadata, with the addresses it is reached at."""
    return discovery.document(ctx.issuer, can_register=ctx.site.apps_may_register)
