"""Devices without a browser (RFC 8628): a command line asks, and its person allows it on another device.

Whoever is tricked into typing a stranger's code lets the stranger in. So the person must be signed in as the app
demands, sees which app asks from which address, and guesses at codes are limited for each person.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, TypeVar

from sparekey.core.clients import DEVICE_LIFE, Client, Kind, give
from sparekey.core.events.apps import DeviceAllowed, DeviceDenied
from sparekey.core.people import Member
from sparekey.core.proofs import is_fresh
from sparekey.core.sessions import Session
from sparekey.core.sign_in import is_enough
from sparekey.core.throttle import DEVICE_RATE, Ended, Wait, reserve, source_key
from sparekey.core.tokens import DeviceAsk, Waiting
from sparekey.errors import BadInput, NotAllowed, ProtocolRefused, StepUpNeeded, TooManyTries
from sparekey.flows._work import Work, hashed, token, unit
from sparekey.flows.context import Context, Visitor
from sparekey.flows.oidc.callers import Call, answered, spend_room
from sparekey.flows.sessions import demand_member, hold
from sparekey.oidc import claims, device
from sparekey.store import queue
from sparekey.store.engine import Kept
from sparekey.store.oidc import clients, devices, grants

T = TypeVar("T")
PAGE = "/device"


def ask(ctx: Context, call: Call) -> dict[str, Any]:
    """A device begins to wait (section 3.2)."""
    moment = ctx.moment()
    code = device.user_code(moment.draw("user code", 32))

    def keep(work: Work, client: Client) -> str:
        if client.kind is not Kind.COMMAND:
            raise ProtocolRefused("unauthorized_client", "This client signs people in another way")
        spend_room(work, f"device:{source_key(call.source)}", DEVICE_RATE)
        fresh = token(work.moment, f"device:{client.id}")
        devices.add(
            work.conn,
            DeviceAsk(
                hash=hashed(fresh),
                user_hash=hashed(code),
                client_id=client.id,
                scopes=claims.scopes_in(call.form.get("scope", "")),
                source=call.source,
                created_at=work.now,
                expires_at=work.now + DEVICE_LIFE,
                interval=device.INTERVAL,
            ),
        )
        return fresh

    fresh = answered(ctx, call, moment, keep)
    address = ctx.site.link(PAGE)
    return {
        "device_code": fresh,
        "user_code": device.shown(code),
        "verification_uri": address,
        "verification_uri_complete": f"{address}?user_code={device.shown(code)}",
        "expires_in": int(DEVICE_LIFE.total_seconds()),
        "interval": device.INTERVAL,
    }


@dataclass(frozen=True)
class Waits:
    """A device as the person who typed its code sees it."""

    code: str
    """As it is shown."""
    app: str
    source: str
    is_same_place: bool
    """It asked from the address that the person is at."""
    scopes: tuple[str, ...]
    asked_at: datetime


def look(ctx: Context, visitor: Visitor, typed: str) -> Waits:
    """Which device waits under this code. The person must have proved what its app demands."""
    session, member = demand_member(visitor)

    def find(work: Work) -> Waits:
        found, client = _typed(work, member, typed)
        _demand_enough(session, client, work.now)
        return Waits(
            device.shown(device.read_code(typed)),
            client.name,
            found.source,
            found.source == visitor.source,
            found.scopes,
            found.created_at,
        )

    return unit(ctx, visitor, ctx.moment(), find)


def allow(ctx: Context, visitor: Visitor, typed: str) -> str:
    """Let the device sign in as this person, who is told: codes are what strangers ask people to enter."""
    _, member = demand_member(visitor)

    def act(work: Work, session: Session, found: DeviceAsk, client: Client) -> None:
        _demand_enough(session, client, work.now)
        grant = give(session, client, found.scopes, work.moment)
        grants.add(work.conn, grant, None)
        clients.used(work.conn, client.id, work.now)
        devices.put(work.conn, replace(found, state=Waiting.ALLOWED, grant_id=grant.id))
        work.record(DeviceAllowed(session.member_id, client.id, grant.id), session.account_id)
        work.send(member, "device_let_in", app=client.name, allowed_at=work.now, asked_from=found.source)

    return _decide(ctx, visitor, typed, act)


def deny(ctx: Context, visitor: Visitor, typed: str) -> str:
    """Refuse the device; gives the app's name."""

    def act(work: Work, session: Session, found: DeviceAsk, client: Client) -> None:
        devices.put(work.conn, replace(found, state=Waiting.DENIED))
        work.record(DeviceDenied(session.member_id, client.id), session.account_id)

    return _decide(ctx, visitor, typed, act)


def _decide(
    ctx: Context, visitor: Visitor, typed: str, act: Callable[[Work, Session, DeviceAsk, Client], None]
) -> str:
    session, member = demand_member(visitor)

    def decide(work: Work) -> str:
        hold(work, visitor)
        found, client = _typed(work, member, typed)
        act(work, session, found, client)
        return client.name

    return unit(ctx, visitor, ctx.moment(), decide)


def _typed(work: Work, member: Member, typed: str) -> tuple[DeviceAsk, Client]:
    """The device that waits under what was typed, for an app that this person may use; guesses are counted."""
    key = f"name:device:{member.id}"
    before = queue.tries_of(work.conn, key, work.now)
    after = reserve(before, work.now, is_limited=False)
    if isinstance(after, Wait | Ended):
        raise Kept(TooManyTries(after.until if isinstance(after, Wait) else work.now))
    code = device.read_code(typed)
    found = devices.by_user_code(work.conn, hashed(code), locked=True) if code else None
    client = clients.find(work.conn, found.client_id) if found else None
    if (
        found is None
        or client is None
        or not client.is_for(member.account_id, member.id)
        or not _waits(found, work.now)
    ):
        queue.put_tries(work.conn, {key: after}, work.now)
        raise Kept(BadInput("user_code", "device_code"))
    return found, client


def _waits(found: DeviceAsk, now: datetime) -> bool:
    return found.state is Waiting.ASKED and now < found.expires_at


def _demand_enough(session: Session, client: Client, now: datetime) -> None:
    if is_enough(session.proofs, client.demand):
        return
    if is_fresh(session.proofs, now):
        raise NotAllowed(reason="passkey_first")
    raise StepUpNeeded()
