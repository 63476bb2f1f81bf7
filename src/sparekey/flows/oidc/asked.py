"""A request at the authorization endpoint: what came, whose it is, and the way back to it.

Nothing of it is kept here. While somebody signs in, the request goes along in the address to come back to, and with
it a signed note of when it was led away: proofs from then on are those that it asked for.
"""

import hmac
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from urllib.parse import parse_qsl, urlencode

from sqlalchemy import Connection

from sparekey.core.clients import Client
from sparekey.errors import ProtocolRefused
from sparekey.flows._work import hashed
from sparekey.flows.context import Context
from sparekey.oidc import request
from sparekey.oidc.request import BEFORE_ANSWER, LARGEST, PUSHED
from sparekey.store.oidc import clients, pushed

PATH = "/oidc/authorize"
ASKED, CHOSEN = "asked", "chosen"
"""Notes on the way back: that somebody was led to prove who they are, and that they chose who they are."""
_NOTES = frozenset({ASKED, CHOSEN})
BY_PASSKEY = "by=passkey"
"""Unsigned, at the end of a way back: which page to show meanwhile. It decides nothing."""
_NOTE_LIFE = timedelta(minutes=15)
"""Long enough to sign in. A note is of a request and of no browser: whoever made one elsewhere has no longer."""


@dataclass(frozen=True)
class Sent:
    """What came. `params` holds what is known, each once."""

    params: Mapping[str, str]
    repeated: frozenset[str] = frozenset()
    notes: Mapping[str, str] = field(default_factory=dict)

    @property
    def is_silent(self) -> bool:
        return self.params.get("prompt") == request.Prompt.NONE


@dataclass(frozen=True)
class Whose:
    """A request whose client is known and may be answered at its address."""

    client: Client
    params: Mapping[str, str]
    """What is asked, where it was pushed too."""
    redirect_uri: str
    pushed: str = ""
    """Hash of a pushed request, which is used up when it is answered."""


def sent(text: str) -> Sent:
    """What came in a query or form. Raises `ProtocolRefused` for what no browser need carry about."""
    if len(text) > 2 * LARGEST:
        raise _too_large()
    given = parse_qsl(text, keep_blank_values=True)
    params, repeated = request.once(given)
    if len(urlencode(params)) > LARGEST:
        raise _too_large()
    if any("\x00" in value for value in params.values()):
        raise ProtocolRefused("invalid_request", "A parameter holds NUL")
    return Sent(params, repeated, {name: value for name, value in given if name in _NOTES})


def _too_large() -> ProtocolRefused:
    return ProtocolRefused("invalid_request", "The request is too large: push it (RFC 9126)", 413)


def way_back(ctx: Context, what: Sent, now: datetime, *notes: str) -> str:
    """The path of this request, with these notes beside those that hold already."""
    at = int(now.timestamp())
    new = {name: f"{at}.{_mark(ctx, what, name, at)}" for name in notes}
    kept = {name: text for name, text in what.notes.items() if noted(ctx, what, name, now)}
    return f"{PATH}?{urlencode({**what.params, **kept, **new})}"


def noted(ctx: Context, what: Sent, name: str, now: datetime) -> datetime | None:
    """When this note was made; None where there is none, or one of another request, or an old one."""
    seconds, _, mark = what.notes.get(name, "").partition(".")
    if not (seconds.isascii() and seconds.isdigit() and len(seconds) < 12):
        return None
    if not hmac.compare_digest(
        mark.encode("utf-8", "replace"), _mark(ctx, what, name, int(seconds)).encode()
    ):
        return None
    at = datetime.fromtimestamp(int(seconds), UTC)
    return at if now - _NOTE_LIFE < at <= now else None


def _mark(ctx: Context, what: Sent, name: str, at: int) -> str:
    said = json.dumps([name, at, sorted(what.params.items())])
    return hmac.new(ctx.csrf_key, f"authorize:{said}".encode(), sha256).hexdigest()


def whose(ctx: Context, conn: Connection, what: Sent) -> Whose:
    """Whose request it is. Raises `ProtocolRefused` where nobody may be answered: a page says so."""
    if what.repeated & BEFORE_ANSWER:
        raise ProtocolRefused("invalid_request", f"{min(what.repeated & BEFORE_ANSWER)} came twice")
    client = clients.find(conn, what.params.get("client_id", ""))
    if client is None:
        raise ProtocolRefused("invalid_client", "client_id is not known")
    address = what.params.get("request_uri", "")
    if not address.startswith(PUSHED):
        return Whose(client, what.params, request.answer_address(what.params, client))
    key = hashed(address.removeprefix(PUSHED))
    found = pushed.find(conn, key)
    if found is None or found.client_id != client.id or ctx.moment().at >= found.expires_at:
        raise ProtocolRefused(
            "invalid_request_uri", "request_uri has ended, was used, or is of another client"
        )
    params = json.loads(found.parameters)
    return Whose(client, params, request.answer_address(params, client), key)


def name_of(ctx: Context, client_id: str) -> str:
    """What the app of this public id is called; nothing where there is none."""
    found = ctx.db.read(lambda conn: clients.find(conn, client_id)) if client_id else None
    return found.name if found else ""


def demand_known(ctx: Context, what: Sent) -> None:
    """Raise `ProtocolRefused` for a request that nobody may be answered to."""
    ctx.db.read(lambda conn: whose(ctx, conn, what))
