"""One-time links: 256 bits, kept hashed, bound to a person and a purpose. Opening one never uses it up."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from enum import StrEnum

from sparekey.core.addresses import AddressId
from sparekey.core.people import AccountId, CaseId, Member, MemberId
from sparekey.errors import LinkUnusable
from sparekey.flows._work import Work, hashed, token
from sparekey.store import cases
from sparekey.store.cases import Link


class Purpose(StrEnum):
    INVITATION = "invitation"
    FIRST_OWNER = "first_owner"
    LOST_FACTOR = "lost_factor"
    RESET = "reset"
    OWNER_RECOVERY = "owner_recovery"
    PASSWORD = "password"
    SIGN_UP = "sign_up"
    ADDRESS = "address"
    NOT_ME = cases.NOT_ME


LIFE = {
    Purpose.INVITATION: timedelta(hours=72),
    Purpose.RESET: timedelta(hours=72),
    Purpose.FIRST_OWNER: timedelta(hours=24),
    Purpose.SIGN_UP: timedelta(hours=24),
    Purpose.LOST_FACTOR: timedelta(hours=24),
    Purpose.OWNER_RECOVERY: timedelta(minutes=10),
    Purpose.PASSWORD: timedelta(hours=1),
    Purpose.ADDRESS: timedelta(hours=24),
}
SETTING_UP = frozenset(
    {Purpose.INVITATION, Purpose.RESET, Purpose.FIRST_OWNER, Purpose.OWNER_RECOVERY, Purpose.SIGN_UP}
)
"""Purposes that set a password and a second factor from nothing."""
_AS_ON_THE_FIRST_DAY = (Purpose.INVITATION, Purpose.RESET)
"""A newer one of these replaces both."""
_OPENING = (
    *(*_AS_ON_THE_FIRST_DAY, Purpose.LOST_FACTOR, Purpose.OWNER_RECOVERY),
    *(Purpose.PASSWORD, Purpose.ADDRESS),
)
"""What opens or adds something for a person who exists. A *This wasn't me* link only stops, and goes on working."""
_PATHS = {Purpose.PASSWORD: "/forgot-password", Purpose.ADDRESS: "/confirm-address"}
NOBODY = MemberId("")


def make(work: Work, who: Member, purpose: Purpose, case_id: CaseId | None = None) -> tuple[str, datetime]:
    """A fresh link of this purpose and when it ends; the person's older ones of the same purpose are replaced."""
    for one in _AS_ON_THE_FIRST_DAY if purpose in _AS_ON_THE_FIRST_DAY else (purpose,):
        cases.end_links(work.conn, who.account_id, who.id, "replaced", work.now, purpose=one.value)
    return _add(work, Link("", who.account_id, who.id, purpose.value, work.now, case_id=case_id))


def make_for_address(work: Work, who: Member, address_id: AddressId) -> tuple[str, datetime]:
    """The same for one of the person's addresses; those for the others go on working."""
    end_for_address(work, who, address_id, "replaced")
    purpose, facts = Purpose.ADDRESS.value, {"address": address_id}
    return _add(work, Link("", who.account_id, who.id, purpose, work.now, facts=facts))


def end_for_address(work: Work, who: Member, address_id: AddressId, ending: str) -> None:
    for one in cases.links_of(work.conn, who.account_id, who.id, Purpose.ADDRESS.value):
        if one.facts.get("address") == address_id:
            cases.end_link(work.conn, one.hash, ending, work.now)


def end_all(work: Work, who: Member, ending: str) -> None:
    """End every link that opens or adds something for this person."""
    for purpose in _OPENING:
        cases.end_links(work.conn, who.account_id, who.id, ending, work.now, purpose=purpose.value)


def make_for_nobody(
    work: Work, account_id: AccountId, purpose: Purpose, facts: Mapping[str, str] | None = None
) -> tuple[str, datetime]:
    """A link for somebody who is no member yet: the first owner, or whoever signs up."""
    return _add(work, Link("", account_id, NOBODY, purpose.value, work.now, facts=facts or {}))


def _add(work: Work, link: Link) -> tuple[str, datetime]:
    kept, address, ends_at = _fresh(work, link)
    cases.add_link(work.conn, kept)
    return address, ends_at


def first_invitation(work: Work, who: Member) -> tuple[Link, str, datetime]:
    """An invitation for somebody who is new, not kept yet: the link's row, its address and its end."""
    return _fresh(work, Link("", who.account_id, who.id, Purpose.INVITATION.value, work.now))


def _fresh(work: Work, link: Link) -> tuple[Link, str, datetime]:
    purpose = Purpose(link.purpose)
    about = link.facts.get("email") or link.facts.get("address", "")
    fresh = token(work.moment, f"link:{purpose}:{link.member_id}:{about}")
    ends_at = work.now + LIFE[purpose]
    address = work.ctx.site.link(f"{_PATHS.get(purpose, '/setup')}/{fresh}")
    return replace(link, hash=hashed(fresh), expires_at=ends_at), address, ends_at


def find(work: Work, text: str, *purposes: Purpose, lock: bool = False) -> Link:
    """The link with this token, or `LinkUnusable`: unknown, used, replaced, stopped, ended or expired."""
    link = cases.link(work.conn, hashed(text), lock=lock)
    if link is None or link.purpose not in purposes:
        raise LinkUnusable(reason="unknown", purpose=purposes[0].value if len(purposes) == 1 else "")
    if link.ended_at is not None:
        raise LinkUnusable(reason=link.ending or "used", purpose=link.purpose)
    if link.expires_at is not None and work.now >= link.expires_at:
        raise LinkUnusable(reason="expired", purpose=link.purpose)
    return link
