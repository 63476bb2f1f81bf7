"""*My profile*: ways in, password, devices, and what happened. Open to every finished sign-in."""

from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import Connection

from sparekey.core.contract import Category, Loss
from sparekey.core.losses import Safety
from sparekey.core.people import Member
from sparekey.core.reviews import due_at
from sparekey.flows._ways import summary, ways
from sparekey.flows.context import Context, Visitor
from sparekey.flows.reports.home import Picture, last_way, picture_of
from sparekey.flows.reports.shown import (
    Activity,
    AddressShown,
    WayIn,
    activity,
    addresses_of,
    recent,
    ways_in,
)
from sparekey.flows.sessions import Device, demand_member, devices

RECENT = 10
PAGE = 50


@dataclass(frozen=True)
class OwnProfile:
    member: Member
    state: Safety
    last_way: Loss | None
    picture: Picture
    ways: tuple[WayIn, ...]
    addresses: tuple[AddressShown, ...]
    password_set_at: datetime | None
    review_due_at: datetime | None
    """When all ways in are to be looked through again; None: never."""
    devices: tuple[Device, ...]
    activity: tuple[Activity, ...]


def profile_of_me(ctx: Context, visitor: Visitor) -> OwnProfile:
    """Everything one's own profile shows."""
    _, me = demand_member(visitor)
    own_devices = tuple(devices(ctx, visitor))
    found = ctx.db.read(lambda conn: _profile(ctx, conn, me, own_devices))
    return replace(found, review_due_at=due_at(me, visitor.account.policy) if visitor.account else None)


def _profile(ctx: Context, conn: Connection, me: Member, own_devices: tuple[Device, ...]) -> OwnProfile:
    had = ways(conn, me.account_id, me.id)
    state, own = summary(had)
    set_at = [one.kept.created_at for one in had if one.enrolled.traits.category is Category.KNOWLEDGE]
    return OwnProfile(
        member=me,
        state=state,
        last_way=last_way(own),
        picture=picture_of(had, own),
        ways=ways_in(had, ctx),
        addresses=addresses_of(conn, me, ctx.moment().at),
        password_set_at=max(set_at, default=None),
        review_due_at=None,
        devices=own_devices,
        activity=tuple(recent(conn, me, RECENT)),
    )


@dataclass(frozen=True)
class ActivityPage:
    """`page` counts from 1."""

    activity: tuple[Activity, ...]
    page: int
    count: int


def my_activity(ctx: Context, visitor: Visitor, page: int = 1) -> ActivityPage:
    """All of it, fifty a page, newest first."""
    _, me = demand_member(visitor)
    number = max(page, 1)
    found, count = ctx.db.read(lambda conn: activity(conn, me, PAGE, (number - 1) * PAGE))
    return ActivityPage(tuple(found), number, count)
