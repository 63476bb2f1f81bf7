"""Who is calling: a client's proof, the key it shows, and how often it may be wrong.

A proof and the change it leads to are one unit, and refusals inside it are kept: a signed statement is used up
whatever comes of it. Signatures are verified before the unit. Wrong proofs are counted for each client and address:
who guesses from elsewhere stops nobody's own server.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from typing import Any, TypeVar

from sqlalchemy import Connection

from sparekey.adapters import statements
from sparekey.core.clients import Client, Login
from sparekey.core.contract import Moment
from sparekey.core.events.apps import ClientRefused
from sparekey.core.throttle import CLIENT_RATE, Rate, Wait, source_key, spend
from sparekey.errors import ProtocolRefused, TooManyTries
from sparekey.flows._work import Work, unit
from sparekey.flows.context import Context, Visitor
from sparekey.oidc import client_proof, dpop
from sparekey.oidc.client_proof import Audience, Claimed
from sparekey.oidc.jose import UsedId, peek, thumbprint
from sparekey.store import queue
from sparekey.store.engine import Kept
from sparekey.store.oidc import clients, used_ids

T = TypeVar("T")
Caller = tuple[Client, datetime | None]
"""A client, and the arrival time of wrong proofs in its name from where the call came."""
_INVALID = "invalid_client"
PROOF_ALGORITHMS = dpop.ALGORITHMS


@dataclass(frozen=True)
class Call:
    """One request of a client as the door read it. `dpop`: each such header."""

    path: str
    form: Mapping[str, str] = field(default_factory=dict, repr=False)
    method: str = "POST"
    authorization: str = field(default="", repr=False)
    dpop: tuple[str, ...] = field(default=(), repr=False)
    source: str = ""
    device: str = ""

    @property
    def visitor(self) -> Visitor:
        return Visitor(self.source, self.device)

    @cached_property
    def claimed(self) -> Claimed:
        return client_proof.read(self.authorization, self.form)


@dataclass(frozen=True)
class Key:
    """The key that a call proved to hold."""

    jkt: str
    used: UsedId


def answered(ctx: Context, call: Call, moment: Moment, do: Callable[[Work, Client], T]) -> T:
    """In one unit that writes: know the client, then do what it asks for."""
    try:
        said = _signed(ctx, call)

        def run(work: Work) -> T:
            try:
                return do(work, _used(work, call, said))
            except ProtocolRefused as refusal:
                raise Kept(refusal) from None

        return unit(ctx, call.visitor, moment, run)
    except ProtocolRefused as refusal:
        _note_refused(ctx, call, refusal)
        raise


def told(ctx: Context, call: Call, moment: Moment, look: Callable[[Connection, Client], T]) -> T:
    """The same for what only reads, unless the proof itself has to be written down."""
    if "client_assertion" in call.form:
        return answered(ctx, call, moment, lambda work, client: look(work.conn, client))
    try:
        return ctx.db.glance(lambda conn: look(conn, known(_found(conn, call), call, moment.at)))
    except ProtocolRefused as refusal:
        _note_refused(ctx, call, refusal)
        raise


def key_of(ctx: Context, call: Call, now: datetime, token: str = "") -> Key | None:
    """The key that this call proves to hold (RFC 9449); None: it shows none. Its statement is still to be used up."""
    if not call.dpop:
        return None
    if len(call.dpop) > 1:
        raise dpop.refused("More than one DPoP header")
    proof = call.dpop[0]
    key = dpop.key_of(proof)
    claims = statements.verify_with(proof, key, dpop.ALGORITHMS)
    if claims is None:
        raise dpop.refused("The signature of the proof is wrong")
    about = dpop.Request(call.method, ctx.site.link(call.path), token)
    return Key(thumbprint(key), dpop.check(key, claims, about, now))


def use(conn: Connection, used: UsedId, refusal: ProtocolRefused) -> None:
    """Use a statement up, or refuse one that was used before."""
    if not used_ids.use(conn, used.key, used.expires_at):
        raise refusal


def use_key(conn: Connection, key: Key | None) -> str:
    """Use up the statement with which a key was shown; gives its thumbprint, or nothing."""
    if key is None:
        return ""
    use(conn, key.used, dpop.refused("This proof was used before"))
    return key.jkt


def spend_room(work: Work, key: str, rate: Rate) -> None:
    """Count what anybody may ask for, and what is kept until it ends; `TooManyTries` beyond the rate."""
    after = spend(_arrival(work, key), rate, work.now)
    if isinstance(after, Wait):
        raise Kept(TooManyTries(after.until, reason="client"))
    queue.put_arrivals(work.conn, {key: after})


def _signed(ctx: Context, call: Call) -> Mapping[str, Any] | None:
    """The claims of a signed assertion; None: the call has none."""
    claimed = call.claimed
    if not claimed.assertion:
        return None
    client = ctx.db.read(lambda conn: clients.find(conn, claimed.client_id))
    read = peek(claimed.assertion)
    if client is None or client.login is not Login.KEY or read is None:
        raise client_proof.refused("Unknown client, or another way of authentication")
    kid = str(read[0].get("kid", ""))
    claims = statements.verify(claimed.assertion, client.keys, kid, client_proof.algorithms(client))
    if claims is None:
        raise client_proof.refused("The signature of the assertion is wrong")
    return claims


def recalled(ctx: Context, call: Call) -> Caller | None:
    """The client that a call names, as it was when something was written last."""
    return ctx.db.recall(("caller", call.claimed.client_id, call.source), lambda conn: _found(conn, call))


def _found(conn: Connection, call: Call) -> Caller | None:
    client_id = call.claimed.client_id
    return clients.with_rate(conn, client_id, _rate_key(client_id, call))


def known(found: Caller | None, call: Call, now: datetime) -> Client:
    """The client that a call names, if it is from it."""
    if found is None:
        raise client_proof.refused("Unknown client, or a wrong secret")
    client, arrives_at = found
    _demand_room(arrives_at, now)
    client_proof.demand(client, call.claimed)
    return client


def _used(work: Work, call: Call, said: Mapping[str, Any] | None) -> Client:
    """The same, with its assertion used up."""
    client = known(_found(work.conn, call), call, work.now)
    if said is not None:
        here = Audience(work.ctx.issuer, work.ctx.site.link(call.path))
        used = client_proof.check_assertion(client, said, here, work.now)
        use(work.conn, used, client_proof.refused("This assertion was used before"))
    return client


def _rate_key(client_id: str, call: Call) -> str:
    return f"client:{client_id}:{source_key(call.source)}"


def _demand_room(arrives_at: datetime | None, now: datetime) -> None:
    room = spend(arrives_at, CLIENT_RATE, now)
    if isinstance(room, Wait):
        raise TooManyTries(room.until, reason="client")


def _note_refused(ctx: Context, call: Call, refusal: ProtocolRefused) -> None:
    """Count a proof that was wrong; `TooManyTries` where there were too many, whoever was named."""
    if refusal.error != _INVALID:
        return

    def note(work: Work) -> None:
        client = clients.find(work.conn, _named(call))
        key = _rate_key(client.id if client else "", call)
        after = spend(_arrival(work, key), CLIENT_RATE, work.now)
        if isinstance(after, Wait):
            raise TooManyTries(after.until, reason="client")
        queue.put_arrivals(work.conn, {key: after})
        if client is not None:
            work.record(ClientRefused(client.id, refusal.description), client.account_id)

    unit(ctx, call.visitor, ctx.moment(), note)


def _arrival(work: Work, key: str) -> datetime:
    return queue.lock_arrivals(work.conn, [key], work.now)[key]


def _named(call: Call) -> str:
    try:
        return call.claimed.client_id
    except ProtocolRefused:
        return ""
