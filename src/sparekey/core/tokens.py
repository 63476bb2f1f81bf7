"""What hangs on a grant: tokens; and devices that wait for one.

All of them are random text of which only the SHA-256 is kept.
"""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sparekey.core.clients import ClientId, GrantId


class TokenKind(StrEnum):
    ACCESS = "access"
    REFRESH = "refresh"


@dataclass(frozen=True)
class Token:
    """One token. A refresh token that was spent stays until its grant ends: used again, it ends it."""

    hash: str
    grant_id: GrantId
    kind: TokenKind
    scopes: tuple[str, ...]
    created_at: datetime
    expires_at: datetime
    jkt: str = ""
    """Thumbprint of the key it is bound to (RFC 9449); empty: to none."""
    spent_at: datetime | None = None


class Waiting(StrEnum):
    """Where a device's request stands (RFC 8628)."""

    ASKED = "asked"
    ALLOWED = "allowed"
    DENIED = "denied"
    SPENT = "spent"
    """Its grant was given out."""


@dataclass(frozen=True)
class DeviceAsk:
    """A device that waits for a person to allow it. `interval`: seconds between two of its questions."""

    hash: str
    user_hash: str
    client_id: ClientId
    scopes: tuple[str, ...]
    source: str
    created_at: datetime
    expires_at: datetime
    interval: int
    polled_at: datetime | None = None
    state: Waiting = Waiting.ASKED
    grant_id: GrantId | None = None
