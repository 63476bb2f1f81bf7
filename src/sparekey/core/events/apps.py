"""Apps: what people are let into, and what apps were given."""

from dataclasses import dataclass

from sparekey.core.events.event import OfMember


@dataclass(frozen=True)
class ClientSignedIn(OfMember, tag="client:member:signed_in"):
    client: str
    acr: str
