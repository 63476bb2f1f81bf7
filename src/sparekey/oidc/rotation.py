"""What becomes of a refresh token (RFC 9700, sections 2.2.2 and 4.14).

Each use gives a new one in its place. One that was used before was copied by somebody: it is not known who asks, so
the grant ends with everything that hangs on it. Only for clients of the FAPI 2.0 Security Profile the token stays as
it is (section 5.3.2.1): theirs is bound to their key and their assertions, and rotation would only lose it on a bad
line.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import Enum

from sparekey.core.clients import Client, Grant, Login
from sparekey.core.tokens import Token, TokenKind
from sparekey.errors import ProtocolRefused


class Turn(Enum):
    """What to do with the token that was shown."""

    ROTATE = "rotate"
    KEEP = "keep"
    END = "end"
    """It was spent before: end the grant, and refuse."""


@dataclass(frozen=True)
class Shown:
    """A refresh token that was found, with its grant."""

    token: Token
    grant: Grant
    is_alive: bool


def decide(shown: Shown, client: Client, jkt: str, now: datetime) -> Turn:
    """What becomes of it; `invalid_grant` where it is nothing for this client.

    Another client learns nothing, and ends nothing: it may have found the token in a log.
    """
    token, grant = shown.token, shown.grant
    if token.kind is not TokenKind.REFRESH or grant.client_id != client.id:
        raise gone()
    if token.spent_at is not None:
        return Turn.END
    if not shown.is_alive or now >= token.expires_at:
        raise gone()
    if token.jkt and token.jkt != jkt:
        raise ProtocolRefused("invalid_grant", "The refresh token is bound to another key")
    return Turn.KEEP if client.is_strict and client.login is not Login.NONE else Turn.ROTATE


def gone() -> ProtocolRefused:
    return ProtocolRefused("invalid_grant", "This refresh token has ended, or never was")


def narrowed(granted: Sequence[str], asked: str) -> tuple[str, ...]:
    """The scopes of a new access token: those asked for, out of those granted (RFC 6749, section 6)."""
    wanted = tuple(dict.fromkeys(asked.split()))
    if not set(wanted) <= set(granted):
        raise ProtocolRefused("invalid_scope", "Not all of this was granted")
    return wanted or tuple(granted)
