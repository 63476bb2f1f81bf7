"""The server's own chain: what belongs to no account, or is done from its console."""

from dataclasses import dataclass

from sparekey.core.events.event import Event


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
