"""Authenticators: bound, suspended, changed, gone."""

from dataclasses import dataclass

from sparekey.core.events.event import OfAuthenticator, OfMember


@dataclass(frozen=True)
class AuthenticatorEnrolled(OfAuthenticator, tag="member:authenticator:enrolled"):
    reason: str
    """`set_up`, `settings`, `recovery` or `import`."""


@dataclass(frozen=True)
class AuthenticatorRefused(OfMember, tag="member:authenticator:refused"):
    """It was not bound: the answer of what should be added was wrong."""

    kind: str
    reason: str


class KeyCounterBehind(OfAuthenticator, tag="member:passkey:counter_behind"):
    """A right answer whose counter had not gone up: there may be a copy (WebAuthn Level 3, section 6.1.1)."""


class AuthenticatorNamed(OfAuthenticator, tag="member:authenticator:named"):
    """What it is called, or lives on, was changed."""


@dataclass(frozen=True)
class AuthenticatorReviewed(OfAuthenticator, tag="member:authenticator:reviewed"):
    how: str
    """`said` by the person to be there, or `used` to show it."""


class AuthenticatorSuspended(OfAuthenticator, tag="member:authenticator:suspended"):
    pass


class AuthenticatorActivated(OfAuthenticator, tag="member:authenticator:active_again"):
    pass


class AuthenticatorExposed(OfAuthenticator, tag="member:authenticator:exposed"):
    pass


class AuthenticatorDisabled(OfAuthenticator, tag="member:authenticator:disabled"):
    pass


class RiskAccepted(OfAuthenticator, tag="member:authenticator:risk_accepted"):
    """The person was told that others may get at it, and wanted it (NIST SP 800-63B-4, section 3.2.9)."""


@dataclass(frozen=True)
class AuthenticatorDestroyed(OfAuthenticator, tag="member:authenticator:destroyed"):
    reason: str


@dataclass(frozen=True)
class PasswordChanged(OfMember, tag="member:password:changed"):
    reason: str


@dataclass(frozen=True)
class OwnSecretsExported(OfMember, tag="member:secrets:exported"):
    """Somebody took the secrets of their authenticator apps along, in a file that a passphrase opens."""

    apps: int


class PasswordLinkAsked(OfMember, tag="member:password:link_asked"):
    pass


@dataclass(frozen=True)
class BackupCodesSaved(OfMember, tag="member:backup_codes:proven_saved"):
    authenticator: str


@dataclass(frozen=True)
class ReviewFinished(OfMember, tag="member:review:finished"):
    """Every way in is known to be there; those that were lost are removed."""

    kept: int
