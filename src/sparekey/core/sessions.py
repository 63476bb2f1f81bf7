"""Sessions: what a browser may do, and for how long.

A session is a random reference kept hashed (NIST SP 800-63B-4, section 5.1). Its scope says what it opens;
only FULL counts as signed in. Overall and idle limits follow section 2.2.3: 24 h for staff and 12 h for
those who see or change others' access, 1 h idle; an idle session is woken by the password alone, an ended
one never.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum

from sparekey.core.people import AccountId, CaseId, MemberId, Role, SessionId
from sparekey.core.proofs import Proof

IDLE = timedelta(hours=1)
HALF_LIFE = timedelta(minutes=10)
"""A half-finished sign-in, a pending secret, and the last page that shows new backup codes."""
ENROL_LIFE = timedelta(hours=1)
OVERALL = {
    Role.OWNER: timedelta(hours=12),
    Role.ADMIN: timedelta(hours=12),
    Role.AUDITOR: timedelta(hours=12),
    Role.STAFF: timedelta(hours=24),
}
TOUCH_EVERY = timedelta(minutes=1)


class Scope(StrEnum):
    HALF = "half"
    """The password was right; a second factor is still to come."""
    ENROL = "enrol"
    """A set-up link was accepted: may set up, and nothing else."""
    ROTATE = "rotate"
    """The forced change, and nothing else."""
    CODES = "codes"
    """Set-up or forced change is done: shows the new backup codes once, takes the proof of one."""
    PASSWORD = "password"
    """A forgotten-password link was accepted: may set a password with a second factor."""
    FULL = "full"


@dataclass(frozen=True)
class Session:
    id: SessionId
    account_id: AccountId
    member_id: MemberId
    scope: Scope
    proofs: tuple[Proof, ...]
    created_at: datetime
    expires_at: datetime
    last_used_at: datetime
    device: str = ""
    source: str = ""
    case_id: CaseId | None = None
    purpose: str = ""
    """For ENROL and CODES: what the link was for."""
    link: str = ""
    """The link's stored hash, to be marked used when the set-up is complete."""
    is_remembered: bool = False
    version: int = 0
    draft: Mapping[str, object] = field(default_factory=dict, repr=False)
    """What was staged and not yet committed; sealed at rest."""


class Liveness(StrEnum):
    LIVE = "live"
    IDLE = "idle"
    OVER = "over"


def liveness(session: Session, last_used_at: datetime, now: datetime) -> Liveness:
    """Whether a session still opens anything. The cookie's own expiry is never relied on."""
    if now >= session.expires_at:
        return Liveness.OVER
    if session.scope is Scope.FULL and now - last_used_at >= IDLE:
        return Liveness.IDLE
    return Liveness.LIVE
