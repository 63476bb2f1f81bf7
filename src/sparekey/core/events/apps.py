"""Apps that let people in through this server, what they were let have, and the keys it signs with.

Where an owner did something to an app the subject is the app's id. `called` is its name at that time: a name can
change, and whoever reads of an app that was removed finds it nowhere else.
"""

from dataclasses import dataclass

from sparekey.core.events.event import Event, OfClient, OfMember


@dataclass(frozen=True)
class ClientSignedIn(OfMember, tag="client:member:signed_in"):
    """The app was told who somebody is: once for each time it asked."""

    client: str
    session: str
    acr: str
    scopes: str


@dataclass(frozen=True)
class ConsentGiven(OfMember, tag="client:consent:given"):
    client: str
    scopes: str


@dataclass(frozen=True)
class SigningKeyMade(Event, tag="server:signing_key:made"):
    key: str
    algorithm: str


@dataclass(frozen=True)
class SigningKeyRetired(Event, tag="server:signing_key:retired"):
    """It signs no more. `is_withdrawn`: what it signed is not believed any longer either."""

    key: str
    is_withdrawn: bool


@dataclass(frozen=True)
class ClientRefused(Event, tag="client:proof:failed"):
    """Somebody who named this app could not prove to be it."""

    client: str
    why: str


@dataclass(frozen=True)
class ClientRegistered(Event, tag="client:registration:done"):
    """An app added itself with a token that an owner made for it."""

    client: str


@dataclass(frozen=True)
class DeviceAllowed(OfMember, tag="client:device:allowed"):
    """Somebody let an app on another device sign in as them."""

    client: str
    grant: str


@dataclass(frozen=True)
class DeviceDenied(OfMember, tag="client:device:denied"):
    client: str


@dataclass(frozen=True)
class GrantEnded(OfMember, tag="client:grant:ended"):
    """What a person gave an app has ended. `why`: code_reused, refresh_reused, revoked."""

    client: str
    grant: str
    why: str


@dataclass(frozen=True)
class GrantsEnded(OfMember, tag="client:grant:all_ended"):
    """All that a person gave to apps has ended, offline access too. `why`: that of the sessions' end."""

    count: int
    why: str


@dataclass(frozen=True)
class LogoutTold(OfMember, tag="client:logout:told"):
    """The app was told that a session ended."""

    client: str
    session: str


@dataclass(frozen=True)
class LogoutUntold(OfMember, tag="client:logout:failed"):
    """The app could not be told. `is_final`: it is not tried again."""

    client: str
    session: str
    is_final: bool


@dataclass(frozen=True)
class RegistrationOpened(OfMember, tag="client:registration:opened"):
    """An owner made a token with which one app may add itself within the hour."""


@dataclass(frozen=True)
class ClientAdded(OfClient, tag="account:client:added"):
    kind: str
    called: str


@dataclass(frozen=True)
class ClientChanged(OfClient, tag="account:client:changed"):
    changed: tuple[str, ...]


@dataclass(frozen=True)
class ClientRemoved(OfClient, tag="account:client:removed"):
    called: str
    grants: int
    """How many sign-ins to it that were going on ended with it."""


class ClientSecretMade(OfClient, tag="account:client:secret_made"):
    pass


@dataclass(frozen=True)
class AccessWithdrawn(OfMember, tag="member:client:access_withdrawn"):
    """A person ended what an app was let have of them, and it has to ask again."""

    client: str
    grants: int
