"""People and the account they are in."""

from dataclasses import dataclass

from sparekey.core.events.event import Event, OfMember


@dataclass(frozen=True)
class MemberAdded(OfMember, tag="account:member:added"):
    role: str


@dataclass(frozen=True)
class PeopleImported(Event, tag="account:people:imported"):
    """Those who were taken over from another system stand on the chain before it, each with what came along."""

    origin: str
    active: int
    invited: int
    deactivated: int


class MemberActivated(OfMember, tag="account:member:set_up"):
    pass


@dataclass(frozen=True)
class MemberEdited(OfMember, tag="account:member:edited"):
    changed: tuple[str, ...]


class AddressChanged(OfMember, tag="account:member:address_changed"):
    """The work address."""


@dataclass(frozen=True)
class RoleChanged(OfMember, tag="account:member:role_changed"):
    before: str
    after: str


class MemberDeactivated(OfMember, tag="account:member:deactivated"):
    pass


class MemberReactivated(OfMember, tag="account:member:reactivated"):
    pass


class MemberDeleted(OfMember, tag="account:member:deleted"):
    pass


class OwnershipHandedOver(OfMember, tag="account:ownership:handed_over"):
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
class SecretsExported(Event, tag="account:secrets:exported"):
    """The secrets of everybody's authenticator apps left the server, in a file that a passphrase opens."""

    people: int
    apps: int


@dataclass(frozen=True)
class ChainVerified(Event, tag="account:audit:verified"):
    count: int
    broken_at: int | None = None
