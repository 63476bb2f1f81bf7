"""Links, and letting people back in."""

from dataclasses import dataclass

from sparekey.core.events.event import OfCase, OfMember


@dataclass(frozen=True)
class LinkSent(OfMember, tag="member:link:sent"):
    purpose: str


@dataclass(frozen=True)
class LinkAccepted(OfMember, tag="member:link:accepted"):
    purpose: str


@dataclass(frozen=True)
class LinkRefused(OfMember, tag="member:link:refused"):
    purpose: str
    reason: str


@dataclass(frozen=True)
class CaseOpened(OfCase, tag="member:recovery_case:opened"):
    method: str
    how: str
    is_stolen: bool


class CaseAllowed(OfCase, tag="member:recovery_case:allowed"):
    pass


@dataclass(frozen=True)
class CaseIssued(OfCase, tag="member:recovery_case:issued"):
    delivery: str
    how: str
    """How whoever handed it over made sure that it is really them: another helper than before may have."""


@dataclass(frozen=True)
class SecretViewed(OfCase, tag="member:recovery_case:viewed"):
    """The helper took what was issued once more in the open view: reload, download or sheet. Not the first look."""

    form: str


class ViewClosed(OfCase, tag="member:recovery_case:view_closed"):
    pass


@dataclass(frozen=True)
class CaseRedeemed(OfCase, tag="member:recovery_case:redeemed"):
    again: bool
    from_helpers_browser: bool


class CaseCompleted(OfCase, tag="member:recovery_case:completed"):
    pass


class CaseExpired(OfCase, tag="member:recovery_case:expired"):
    pass


@dataclass(frozen=True)
class CaseCancelled(OfCase, tag="member:recovery_case:cancelled"):
    ending: str


@dataclass(frozen=True)
class CaseStopped(OfCase, tag="member:recovery_case:stopped"):
    ending: str


@dataclass(frozen=True)
class CaseQuestioned(OfMember, tag="member:recovery_case:questioned_late"):
    """*This wasn't me* after the end: all devices are signed out and owners warned; a completed change stays."""

    case: str


class TemporaryBudgetClosed(OfMember, tag="member:recovery_case:budget_closed"):
    pass


@dataclass(frozen=True)
class MemberReset(OfMember, tag="member:access:reset"):
    how: str
