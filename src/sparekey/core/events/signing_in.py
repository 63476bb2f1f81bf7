"""Signing in: proofs, sessions, browsers."""

from dataclasses import dataclass

from sparekey.core.events.event import OfMember


class PasswordProved(OfMember, tag="member:password:proved"):
    pass


@dataclass(frozen=True)
class PasswordFailed(OfMember, tag="member:password:failed"):
    reason: str
    """`wrong`, `waiting`, `no_password` or `not_active`."""


@dataclass(frozen=True)
class FactorProved(OfMember, tag="member:second_factor:proved"):
    kind: str
    authenticator: str
    left: int | None = None


@dataclass(frozen=True)
class FactorFailed(OfMember, tag="member:second_factor:failed"):
    answer: str
    reason: str


@dataclass(frozen=True)
class CodeReplayed(OfMember, tag="member:second_factor:replayed"):
    answer: str


@dataclass(frozen=True)
class LostFactorUsed(OfMember, tag="member:second_factor:lost_one_used"):
    """The tripwire: a suspended factor was answered rightly, together with what else is asked for."""

    authenticator: str
    beside: str
    """`password`, `link` (for a new password) or `nothing`: a passkey signs in alone."""


@dataclass(frozen=True)
class CodeAsked(OfMember, tag="member:second_factor:code_asked"):
    """A code is on its way: by text message or e-mail."""

    answer: str


@dataclass(frozen=True)
class SessionStarted(OfMember, tag="member:session:started"):
    session: str
    aal: int
    ways: str


@dataclass(frozen=True)
class SessionWoken(OfMember, tag="member:session:woken"):
    session: str


@dataclass(frozen=True)
class SessionEnded(OfMember, tag="member:session:ended"):
    session: str
    reason: str


@dataclass(frozen=True)
class SessionsEnded(OfMember, tag="member:session:all_ended"):
    count: int
    reason: str


@dataclass(frozen=True)
class StepUpProved(OfMember, tag="member:step_up:proved"):
    session: str


@dataclass(frozen=True)
class StepUpFailed(OfMember, tag="member:step_up:failed"):
    reason: str


@dataclass(frozen=True)
class BrowserRemembered(OfMember, tag="member:browser:remembered"):
    days: int
