"""Where somebody goes on to once they signed in or confirmed: which app sent them, so that they know who asks.

Said of what stands in the address, before anybody proved anything: an app's name is no secret to whoever holds its
public id.
"""

from urllib.parse import parse_qsl

from sparekey.errors import NotFound
from sparekey.flows.context import Context
from sparekey.flows.oidc import asked, passing
from sparekey.web.forward_auth import START


def app_of(ctx: Context, onward: str) -> str:
    """The name of the app or site behind this local address, or nothing."""
    path, _, query = onward.partition("?")
    given = dict(parse_qsl(query))
    if path == asked.PATH:
        return asked.name_of(ctx, given.get("client_id", ""))
    if path != START:
        return ""
    try:
        return passing.site(ctx, given.get("host", "").lower()).name
    except NotFound:
        return ""
