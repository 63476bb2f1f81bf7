"""Everything the audit chain can hold: one frozen dataclass for each event, with a stable tag.

A tag reads `source:subject:action`. Fields are ids and plain values: names are looked up when shown, and no
secret, code, link or password ever fits into one. Who did it, from where and when is added where it is kept.
"""

from dataclasses import dataclass

from sparekey.core._event import TAGS, Event, fields_of
from sparekey.core._event import OfAuthenticator as _OfAuthenticator
from sparekey.core._event import OfCase as _OfCase
from sparekey.core._event import OfMember as _OfMember

__all__ = ["TAGS", "Event", "fields_of"]

# The server's own chain


@dataclass(frozen=True)
class ServerStarted(Event, tag="server:process:started"):
    version: str


@dataclass(frozen=True)
class ServerStopped(Event, tag="server:process:stopped"):
    pass


@dataclass(frozen=True)
class UnknownNameTried(Event, tag="server:sign_in:unknown_name"):
    """A keyed hash only: people type passwords into the name field."""

    name_hash: str


class UnknownPasskeyTried(Event, tag="server:sign_in:unknown_passkey"):
    """An answer from a passkey that nobody has here, or one that is none."""


@dataclass(frozen=True)
class AccountAdded(Event, tag="server:account:added"):
    account: str


@dataclass(frozen=True)
class ConsoleUsed(Event, tag="server:console:used"):
    command: str
    account: str | None = None
    member: str | None = None


@dataclass(frozen=True)
class FirstLinkMade(Event, tag="server:first_link:made"):
    pass


# Signing in


class PasswordProved(_OfMember, tag="member:password:proved"):
    pass


@dataclass(frozen=True)
class PasswordFailed(_OfMember, tag="member:password:failed"):
    reason: str
    """`wrong`, `waiting`, `no_password` or `not_active`."""


@dataclass(frozen=True)
class FactorProved(_OfMember, tag="member:second_factor:proved"):
    kind: str
    authenticator: str
    left: int | None = None


@dataclass(frozen=True)
class FactorFailed(_OfMember, tag="member:second_factor:failed"):
    answer: str
    reason: str


@dataclass(frozen=True)
class CodeReplayed(_OfMember, tag="member:second_factor:replayed"):
    answer: str


@dataclass(frozen=True)
class LostFactorUsed(_OfMember, tag="member:second_factor:lost_one_used"):
    """The tripwire: a suspended factor was answered rightly, together with what else is asked for."""

    authenticator: str
    beside: str
    """`password`, `link` (for a new password) or `nothing`: a passkey signs in alone."""


@dataclass(frozen=True)
class SessionStarted(_OfMember, tag="member:session:started"):
    session: str
    aal: int
    ways: str


@dataclass(frozen=True)
class SessionWoken(_OfMember, tag="member:session:woken"):
    session: str


@dataclass(frozen=True)
class SessionEnded(_OfMember, tag="member:session:ended"):
    session: str
    reason: str


@dataclass(frozen=True)
class SessionsEnded(_OfMember, tag="member:session:all_ended"):
    count: int
    reason: str


@dataclass(frozen=True)
class StepUpProved(_OfMember, tag="member:step_up:proved"):
    session: str


@dataclass(frozen=True)
class StepUpFailed(_OfMember, tag="member:step_up:failed"):
    reason: str


@dataclass(frozen=True)
class BrowserRemembered(_OfMember, tag="member:browser:remembered"):
    days: int


# Authenticators


@dataclass(frozen=True)
class AuthenticatorEnrolled(_OfAuthenticator, tag="member:authenticator:enrolled"):
    reason: str
    """`set_up`, `settings` or `recovery`."""


class KeyCounterBehind(_OfAuthenticator, tag="member:passkey:counter_behind"):
    """A right answer whose counter had not gone up: there may be a copy (WebAuthn Level 3, section 6.1.1)."""


class AuthenticatorNamed(_OfAuthenticator, tag="member:authenticator:named"):
    """What it is called, or lives on, was changed."""


class AuthenticatorSuspended(_OfAuthenticator, tag="member:authenticator:suspended"):
    pass


class AuthenticatorActivated(_OfAuthenticator, tag="member:authenticator:active_again"):
    pass


class AuthenticatorExposed(_OfAuthenticator, tag="member:authenticator:exposed"):
    pass


class AuthenticatorDisabled(_OfAuthenticator, tag="member:authenticator:disabled"):
    pass


@dataclass(frozen=True)
class CodeAsked(_OfMember, tag="member:second_factor:code_asked"):
    """A code is on its way: by text message or e-mail."""

    answer: str


class RiskAccepted(_OfAuthenticator, tag="member:authenticator:risk_accepted"):
    """The person was told that others may get at it, and wanted it (NIST SP 800-63B-4, section 3.2.9)."""


@dataclass(frozen=True)
class AuthenticatorDestroyed(_OfAuthenticator, tag="member:authenticator:destroyed"):
    reason: str


@dataclass(frozen=True)
class PasswordChanged(_OfMember, tag="member:password:changed"):
    reason: str


class PasswordLinkAsked(_OfMember, tag="member:password:link_asked"):
    pass


@dataclass(frozen=True)
class BackupCodesSaved(_OfMember, tag="member:backup_codes:proven_saved"):
    authenticator: str


# Links and recovery


@dataclass(frozen=True)
class LinkSent(_OfMember, tag="member:link:sent"):
    purpose: str


@dataclass(frozen=True)
class LinkAccepted(_OfMember, tag="member:link:accepted"):
    purpose: str


@dataclass(frozen=True)
class LinkRefused(_OfMember, tag="member:link:refused"):
    purpose: str
    reason: str


@dataclass(frozen=True)
class CaseOpened(_OfCase, tag="member:recovery_case:opened"):
    method: str
    how: str
    is_stolen: bool


class CaseAllowed(_OfCase, tag="member:recovery_case:allowed"):
    pass


@dataclass(frozen=True)
class CaseIssued(_OfCase, tag="member:recovery_case:issued"):
    delivery: str
    how: str
    """How whoever handed it over made sure that it is really them: another helper than before may have."""


@dataclass(frozen=True)
class SecretViewed(_OfCase, tag="member:recovery_case:viewed"):
    """The helper took what was issued once more in the open view: reload, download or sheet. Not the first look."""

    form: str


class ViewClosed(_OfCase, tag="member:recovery_case:view_closed"):
    pass


@dataclass(frozen=True)
class CaseRedeemed(_OfCase, tag="member:recovery_case:redeemed"):
    again: bool
    from_helpers_browser: bool


class CaseCompleted(_OfCase, tag="member:recovery_case:completed"):
    pass


class CaseExpired(_OfCase, tag="member:recovery_case:expired"):
    pass


@dataclass(frozen=True)
class CaseCancelled(_OfCase, tag="member:recovery_case:cancelled"):
    ending: str


@dataclass(frozen=True)
class CaseStopped(_OfCase, tag="member:recovery_case:stopped"):
    ending: str


@dataclass(frozen=True)
class CaseQuestioned(_OfMember, tag="member:recovery_case:questioned_late"):
    """*This wasn't me* after the end: all devices are signed out and owners warned; a completed change stays."""

    case: str


class TemporaryBudgetClosed(_OfMember, tag="member:recovery_case:budget_closed"):
    pass


@dataclass(frozen=True)
class MemberReset(_OfMember, tag="member:access:reset"):
    how: str


# The team


@dataclass(frozen=True)
class MemberAdded(_OfMember, tag="account:member:added"):
    role: str


class MemberActivated(_OfMember, tag="account:member:set_up"):
    pass


@dataclass(frozen=True)
class MemberEdited(_OfMember, tag="account:member:edited"):
    changed: tuple[str, ...]


class AddressChanged(_OfMember, tag="account:member:address_changed"):
    pass


@dataclass(frozen=True)
class RoleChanged(_OfMember, tag="account:member:role_changed"):
    before: str
    after: str


class MemberDeactivated(_OfMember, tag="account:member:deactivated"):
    pass


class MemberReactivated(_OfMember, tag="account:member:reactivated"):
    pass


class MemberDeleted(_OfMember, tag="account:member:deleted"):
    pass


class OwnershipHandedOver(_OfMember, tag="account:ownership:handed_over"):
    pass


@dataclass(frozen=True)
class PolicyChanged(Event, tag="account:policy:changed"):
    before: dict[str, object]
    after: dict[str, object]


@dataclass(frozen=True)
class PolicyRiskAccepted(Event, tag="account:policy:risk_accepted"):
    """Whoever allowed this has read what it means."""

    part: str


@dataclass(frozen=True)
class AuditExported(Event, tag="account:audit:exported"):
    form: str


@dataclass(frozen=True)
class ChainVerified(Event, tag="account:audit:verified"):
    count: int
    broken_at: int | None = None


@dataclass(frozen=True)
class NoticeSent(_OfMember, tag="notice:mail:sent"):
    kind: str


@dataclass(frozen=True)
class NoticeFailed(_OfMember, tag="notice:mail:failed"):
    kind: str
    is_final: bool


@dataclass(frozen=True)
class TextSent(_OfMember, tag="notice:text:sent"):
    kind: str


@dataclass(frozen=True)
class TextFailed(_OfMember, tag="notice:text:failed"):
    kind: str
    is_final: bool
