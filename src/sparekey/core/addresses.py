"""The addresses of a person beside the one they sign in with, and mail that comes back.

- A person has one work address and up to four further ones. A further one counts once whoever reads it has said so
  through a link, and then gets every notice that the work address gets (NIST SP 800-63B-4, section 4.6). It is no
  sign-in name, two people may share it, and nothing that opens anything is ever sent to it.
- Mail to an address comes back in two ways. Our own mail server refuses the address: that is over when it takes a
  letter for it. Or a report says afterwards that a letter bounced (RFC 3464): then letters that are taken mean
  little, and it is over when the first of them has stayed out for five days, after which mail servers have given up
  or delivered (RFC 5321, section 4.5.4.1).
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import NewType

AddressId = NewType("AddressId", str)

WORK = AddressId("")
"""Stands for the work address, which has no row of its own."""
MOST_FURTHER = 4
QUIET = timedelta(days=5)
_HIDDEN = "•••••"


@dataclass(frozen=True)
class Mailbox:
    """Where letters to a person go. `confirmed_at` None: the work address."""

    address: str
    id: AddressId = WORK
    confirmed_at: datetime | None = None


class Sign(StrEnum):
    """How it showed that mail comes back."""

    REFUSED = "refused"
    BOUNCED = "bounced"


@dataclass(frozen=True)
class Trouble:
    """Mail comes back since `since`. `taken_at`: when a letter was first taken since the last one that bounced."""

    since: datetime
    sign: Sign
    taken_at: datetime | None = None


def lasts(trouble: Trouble, now: datetime) -> bool:
    """Mail still comes back, as far as is known."""
    return trouble.taken_at is None or now - trouble.taken_at < QUIET


def came_back(known: Trouble | None, sign: Sign, now: datetime) -> Trouble:
    """One more letter came back."""
    return Trouble(known.since if known and lasts(known, now) else now, sign)


def was_taken(known: Trouble, now: datetime) -> Trouble | None:
    """Our mail server took a letter; None: that ends it."""
    if known.sign is Sign.REFUSED or not lasts(known, now):
        return None
    return replace(known, taken_at=known.taken_at or now)


def is_last_reached(boxes: Mapping[AddressId, Trouble | None], one: AddressId, now: datetime) -> bool:
    """Without `one` nothing would reach them. `boxes`: the work address and those confirmed, and what is known of
    mail that comes back from them.
    """
    reached = [each for each, trouble in boxes.items() if trouble is None or not lasts(trouble, now)]
    return reached == [one]


def listed(address: str, address_id: AddressId) -> str:
    """An address among the person's own: whoever looks over their shoulder learns no private one."""
    return address if address_id == WORK else masked(address)


def masked(address: str) -> str:
    """So much of an address that its owner knows it and nobody else learns it: `m•••••@example.net`."""
    local, _, domain = address.rpartition("@")
    return f"{local[:1]}{_HIDDEN}@{domain}"
