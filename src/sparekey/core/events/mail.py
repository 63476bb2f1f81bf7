"""Further addresses, and whether mail arrives."""

from dataclasses import dataclass

from sparekey.core.events.event import Event, OfAddress, OfMember


class AddressAdded(OfAddress, tag="member:address:added"):
    pass


class AddressConfirmed(OfAddress, tag="member:address:confirmed"):
    pass


class AddressRemoved(OfAddress, tag="member:address:removed"):
    pass


@dataclass(frozen=True)
class NoticeSent(OfMember, tag="notice:mail:sent"):
    kind: str
    address: str | None = None


@dataclass(frozen=True)
class NoticeFailed(OfMember, tag="notice:mail:failed"):
    kind: str
    is_final: bool
    address: str | None = None


@dataclass(frozen=True)
class MailComesBack(OfAddress, tag="notice:mail:comes_back"):
    is_over: bool


@dataclass(frozen=True)
class TextSent(OfMember, tag="notice:text:sent"):
    kind: str


@dataclass(frozen=True)
class TextFailed(OfMember, tag="notice:text:failed"):
    kind: str
    is_final: bool


@dataclass(frozen=True)
class TextsUsedUp(Event, tag="notice:text:used_up"):
    """As many text messages were asked for in a day as the account, or the whole server, may send."""

    of_server: bool
