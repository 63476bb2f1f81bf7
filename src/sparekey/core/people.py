"""Accounts, members, roles, policy, and the names people sign in with.

A sign-in name is a username or a work e-mail address. Both are unique on the whole server; a username holds
no `@`, so the two kinds never meet. Case and surrounding spaces do not matter: names are compared by their
key. What people type is cut before it is normalised: that takes time by the square of the combining marks in
a row.
"""

import re
import unicodedata
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import NewType

from sparekey.core.addresses import Mailbox
from sparekey.core.contract import Moment
from sparekey.errors import BadInput, NameTaken

AccountId = NewType("AccountId", str)
MemberId = NewType("MemberId", str)
AuthenticatorId = NewType("AuthenticatorId", str)
CaseId = NewType("CaseId", str)
SessionId = NewType("SessionId", str)

SERVER = AccountId("server")
"""Whose chain holds what belongs to no account: unknown names, the console, start and stop."""

COOLING = timedelta(hours=72)
"""How long a role given up still protects its holder, and a changed address gets no link and no secret."""
HELD_AFTER_RECOVERY = timedelta(hours=24)
"""For so long after a way back in nobody takes secrets along: whoever got in by it wrongly has the person's *This
wasn't me* to fear for that long, and must not be gone with them before."""

_ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz"
_USERNAME = re.compile(r"[a-z0-9][a-z0-9._-]{0,62}[a-z0-9]|[a-z0-9]")
_EMAIL = re.compile(r"[^@\s<>()\[\],;:\\\"]{1,64}@(?:\w(?:[\w-]{0,61}\w)?\.)+\w[\w-]{0,61}\w")
_INVISIBLE = frozenset({"Cc", "Cf", "Cs", "Co", "Cn"})
NAME_LENGTH = 100
EMAIL_LENGTH = 254
LONGEST_TYPED = 2000


RESERVED = frozenset({"new"})
"""Usernames that would hide a page: people's profiles stand beside it."""


class Role(StrEnum):
    OWNER = "owner"
    ADMIN = "admin"
    AUDITOR = "auditor"
    STAFF = "staff"


class Status(StrEnum):
    INVITED = "invited"
    ACTIVE = "active"
    DEACTIVATED = "deactivated"


class Language(StrEnum):
    EN = "en"
    DE = "de"


@dataclass(frozen=True)
class Policy:
    """What an account asks for. Copied into each recovery case when it is opened."""

    admins_may_reveal: bool = False
    links_only: bool = False
    reveal_current: bool = False
    remember_days: int = 0
    passkey_models: tuple[str, ...] = ()
    """The only models of passkeys (AAGUID) that may be added; empty: any."""
    sms_codes: bool = False
    email_codes: bool = False
    review_months: int = 6
    """How often people look through their ways in; 0: never."""


@dataclass(frozen=True)
class Account:
    id: AccountId
    name: str
    policy: Policy
    created_at: datetime
    version: int


@dataclass(frozen=True)
class Member:
    id: MemberId
    account_id: AccountId
    username: str
    name: str
    email: str
    role: Role
    status: Status
    language: Language
    created_at: datetime
    version: int = 0
    former_role: Role | None = None
    role_changed_at: datetime | None = None
    role_risen_at: datetime | None = None
    """When they last got a stronger role than any that counted then: not when one comes back within 72 hours."""
    former_email: str | None = None
    email_changed_at: datetime | None = None
    last_sign_in_at: datetime | None = None
    further: tuple[Mailbox, ...] = ()
    """Confirmed addresses beside the work address. They get notices, and nothing that opens anything."""
    reviewed_at: datetime | None = None
    """When all ways in were last known to be there: set up, or looked through."""
    recovered_at: datetime | None = None
    """When somebody last let them back in and everything they had was replaced."""

    @property
    def first_name(self) -> str:
        return self.name.split()[0] if self.name.strip() else self.username

    @property
    def work_mailbox(self) -> Mailbox:
        return Mailbox(self.email)

    @property
    def mailboxes(self) -> tuple[Mailbox, ...]:
        """Every address that gets notices, each once."""
        return (
            self.work_mailbox,
            *(one for one in self.further if name_key(one.address) != name_key(self.email)),
        )

    @property
    def initials(self) -> str:
        words = self.name.split() or [self.username]
        return (words[0][0] + (words[-1][0] if len(words) > 1 else "")).upper()


def roles_that_count(member: Member, now: datetime) -> frozenset[Role]:
    """The present role, and one given up less than 72 hours ago: demoting somebody opens no door to them."""
    recent = member.role_changed_at is not None and now - member.role_changed_at < COOLING
    former = {member.former_role} if recent and member.former_role else set()
    return frozenset({member.role, *former})


def with_role(member: Member, role: Role, now: datetime) -> Member:
    """The member with another role.

    The strongest one that still counts is remembered, so that two changes in a row open no door either, nor close
    one: a role taken away and given back is the old one.
    """
    if role is member.role:
        return member
    strength = tuple(Role).index
    former = min(roles_that_count(member, now), key=strength)
    risen_at = now if strength(role) < strength(former) else member.role_risen_at
    return replace(member, role=role, former_role=former, role_changed_at=now, role_risen_at=risen_at)


def has_fresh_address(member: Member, now: datetime) -> bool:
    """The address changed less than 72 hours ago, so it gets no link and no secret."""
    return member.email_changed_at is not None and now - member.email_changed_at < COOLING


def exports_held_until(member: Member, now: datetime) -> datetime | None:
    """Until when they take no secrets along, since they were let back in of late; None: they may."""
    until = member.recovered_at + HELD_AFTER_RECOVERY if member.recovered_at else now
    return until if now < until else None


def has_another_mailbox(member: Member, now: datetime) -> bool:
    """Notices reach the person past the work address. One added less than 72 hours ago may be an intruder's."""
    return any(one.confirmed_at is not None and now - one.confirmed_at >= COOLING for one in member.mailboxes)


def new_id(prefix: str, moment: Moment, label: str = "") -> str:
    """A public id of 80 bits with its prefix, such as `mem_7f3k…`."""
    bits = int.from_bytes(moment.draw(f"id:{prefix}:{label}", 10))
    return f"{prefix}_" + "".join(_ALPHABET[bits >> shift & 31] for shift in range(0, 80, 5))


def name_key(name: str) -> str:
    """What two spellings of one sign-in name share: NFKC, case folded, no spaces around."""
    plain = unicodedata.normalize("NFKC", name.strip()[:LONGEST_TYPED]).casefold()
    return unicodedata.normalize("NFKC", plain).strip()[:EMAIL_LENGTH].rstrip()


def read_username(text: str) -> str:
    """A username as it is kept, or `BadInput`: 1 to 64 of a-z 0-9 . _ -, letter or digit at both ends."""
    username = name_key(text)
    if not username:
        raise BadInput("username", "empty", "Enter a username")
    if username in RESERVED:
        raise NameTaken("username")
    if not _USERNAME.fullmatch(username):
        sentence = "Use letters a to z, digits, dots, dashes and underscores; 64 at most; no @"
        raise BadInput("username", "username_form", sentence)
    return username


def read_email(text: str, field: str = "email") -> str:
    """A work e-mail address as it is kept, or `BadInput`."""
    email = unicodedata.normalize("NFKC", text.strip()[:LONGEST_TYPED]).strip()
    if not email:
        raise BadInput(field, "empty", "Enter an e-mail address")
    if len(email) > EMAIL_LENGTH or not _EMAIL.fullmatch(email) or _has_invisible(email):
        raise BadInput(field, "email_form", "Enter an address such as name@example.com")
    return email


def read_name(text: str, field: str = "name") -> str:
    """A person's or account's name: any script, one line, 1 to 100 characters, or `BadInput`."""
    name = unicodedata.normalize("NFC", " ".join(text.split())[:LONGEST_TYPED])
    if not name:
        raise BadInput(field, "empty", "Enter a name")
    if len(name) > NAME_LENGTH:
        raise BadInput(field, "too_long", f"Use {NAME_LENGTH} characters at most", most=NAME_LENGTH)
    if _has_invisible(name):
        raise BadInput(field, "name_form", "Leave out control characters and invisible marks")
    return name


def _has_invisible(text: str) -> bool:
    return any(unicodedata.category(char) in _INVISIBLE for char in text)


def folded(text: str) -> str:
    """Text as a search compares it: `Zürcher`, `Zurcher`, `Zuercher` meet, and `Strasse` meets `Straße`."""
    plain = unicodedata.normalize("NFKC", text[:LONGEST_TYPED]).casefold()
    for pair in ("ae", "oe", "ue"):
        plain = plain.replace(pair, pair[0])
    return "".join(char for char in unicodedata.normalize("NFKD", plain) if not unicodedata.combining(char))
