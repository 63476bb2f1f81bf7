"""Apps that let people in through this server, what they were let have, and the keys it signs with."""

from dataclasses import dataclass

from sparekey.core.events.event import Event, OfMember


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
