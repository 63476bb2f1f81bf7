"""Leaving an app by way of this server (RP-Initiated Logout 1.0): whether to sign out at once, ask, or send back.

`oidc.leaving` says what of a request counts. What counts signs out at once only where the app shows an ID token of
the very session that is there; where another session is there, or none is meant, the person is asked.
"""

from dataclasses import dataclass
from urllib.parse import parse_qsl, urlencode

from sparekey.flows import sessions
from sparekey.flows.context import Context, Visitor
from sparekey.flows.oidc import keys
from sparekey.oidc import leaving
from sparekey.oidc.leaving import Asked, Wish
from sparekey.store.oidc import clients

PATH = "/oidc/logout"
BY_APP = "signed_out_by_app"
_LONGEST = 4 * leaving.LARGEST
_MOST_FIELDS = 60


@dataclass(frozen=True)
class Done:
    """Nobody is signed in any longer. `back`: where the app wants the browser to go on to; empty: nowhere."""

    app: str
    back: str


@dataclass(frozen=True)
class Ask:
    """Does the person want to be signed out? `request`: what the app asked, as a form carries it."""

    app: str
    trouble: str
    request: str


def look(ctx: Context, visitor: Visitor, text: str, *, agrees: bool = False) -> Done | Ask:
    """What comes of a request, given as a query or form; signs out where nothing has to be asked."""
    asked = _read(text)
    wish = _wish(ctx, asked)
    app, session = wish.client.name if wish.client else "", visitor.session
    if session is None or visitor.member is None:
        return Done(app, wish.back)
    is_meant = wish.session == session.id and not wish.trouble
    if not is_meant and not agrees:
        return Ask(app, wish.trouble, "" if asked.trouble else _carried(asked))
    sessions.sign_out(ctx, visitor, BY_APP if is_meant else "signed_out")
    return Done(app, wish.back)


def _read(text: str) -> Asked:
    if len(text) > _LONGEST:
        return Asked(trouble="The request is too large or no text")
    try:
        return leaving.read(parse_qsl(text, max_num_fields=_MOST_FIELDS))
    except ValueError:
        return Asked(trouble="The request has too many fields")


def _wish(ctx: Context, asked: Asked) -> Wish:
    claims = keys.verify_own(ctx, asked.hint) if asked.hint else None
    named = leaving.client_named(claims, ctx.issuer)
    client = ctx.db.read(lambda conn: clients.find(conn, named)) if named else None
    return leaving.wish(asked, claims, client)


def _carried(asked: Asked) -> str:
    said = {
        "id_token_hint": asked.hint,
        "client_id": asked.client_id,
        "post_logout_redirect_uri": asked.back,
        "state": asked.state,
    }
    return urlencode({name: value for name, value in said.items() if value})
