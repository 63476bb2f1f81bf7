"""Apps that people sign in to from here: what an owner set up, and what people let them have.

About an app itself the subject is its id. `called` is its name at that time: a name can change, and whoever
reads of an app that was removed finds it nowhere else.
"""

from dataclasses import dataclass

from sparekey.core.events.event import OfClient, OfMember


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
