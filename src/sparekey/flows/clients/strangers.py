"""What owners may not set up who are strangers to whoever runs the server.

Where anybody may open an account, anybody is an owner. The names of sites behind the server's own proxies would
belong to whoever enters them first and lets in whom they like; and an address on the server's own machine takes
sign-out notices to whatever listens there. So both are for the oldest account alone: that of whoever set
the server up.
"""

from sparekey.core.clients import Client
from sparekey.errors import BadInput
from sparekey.flows._work import Work
from sparekey.store import people


def demand_known(work: Work, before: Client | None, after: Client) -> None:
    """`BadInput` for what only the oldest account may newly set up. What is there already stays."""
    host, told = (before.host, before.backchannel_uri) if before else ("", "")
    is_new_site = after.host not in {"", host}
    is_new_address = after.backchannel_uri.startswith("http://") and after.backchannel_uri != told
    if not (is_new_site or is_new_address) or not work.ctx.site.sign_up_is_open:
        return
    if people.oldest_account(work.conn) == after.account_id:
        return
    if is_new_site:
        raise BadInput(
            "host", "host_of_stranger", "Only this server's oldest account adds sites behind a proxy"
        )
    raise BadInput("backchannel_uri", "address_of_stranger", "Use https: this server is open to everybody")
