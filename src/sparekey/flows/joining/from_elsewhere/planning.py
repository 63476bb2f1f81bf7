"""What becomes of a person from a file: pure, so that what is shown before is what happens.

- With a password that can be checked and an app, a person is in at once: nothing has to be enrolled anew.
- Without a password, or without an app, they are invited and choose a password. An app that came along stays: its
  code takes the place of a new secret in the set-up. A password alone opens nothing, so it is left behind.
- Who could not sign in there cannot sign in here, and keeps what they had.
- Everybody is staff. A role that gives rights is given by somebody, not by a file.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from sparekey.core.contract import Moment
from sparekey.core.people import Account, Language, Member, MemberId, Role, Status, new_id
from sparekey.imports import BadLine, Found


@dataclass(frozen=True, slots=True)
class Planned:
    """One person and what becomes of them."""

    found: Found
    becomes: Status
    keeps_password: bool

    @property
    def is_doubtful(self) -> bool:
        """An app of theirs is pinned by its first code."""
        return any(one.is_doubtful for one in self.found.authenticators)


def plan(found: Found) -> Planned:
    keeps_password = bool(found.password_hash and found.authenticators)
    if not found.is_active:
        return Planned(found, Status.DEACTIVATED, keeps_password)
    return Planned(found, Status.ACTIVE if keeps_password else Status.INVITED, keeps_password)


@dataclass(frozen=True)
class Count:
    """How many become what, and how many apps come along."""

    active: int
    invited: int
    deactivated: int
    apps: int

    @property
    def people(self) -> int:
        return self.active + self.invited + self.deactivated

    @property
    def letters(self) -> int:
        """Everybody but who stays out gets one."""
        return self.active + self.invited


def count(people: Iterable[Found]) -> Count:
    many = dict.fromkeys(Status, 0)
    apps = 0
    for one in people:
        many[plan(one).becomes] += 1
        apps += len(one.authenticators)
    return Count(many[Status.ACTIVE], many[Status.INVITED], many[Status.DEACTIVATED], apps)


def as_member(planned: Planned, account: Account, language: Language, moment: Moment) -> Member:
    """The person as a member of the account. `language` is for who brings none."""
    found = planned.found
    return Member(
        id=MemberId(new_id("mem", moment, found.username)),
        account_id=account.id,
        username=found.username,
        name=found.name or found.username,
        email=found.email,
        role=Role.STAFF,
        status=planned.becomes,
        language=Language(found.language) if found.language else language,
        created_at=moment.at,
    )


def without_address(people: Iterable[Found]) -> list[BadLine]:
    """Whoever could be reached by nobody."""
    return [BadLine(one.place, "email_missing") for one in people if not one.email]
