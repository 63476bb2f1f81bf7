"""Sites behind a reverse proxy: the proxy asks here for each request whether it may pass.

A browser comes to a site without a pass, is sent here with a mark of its own (the *hop*), signs in as for any page of
this server, and goes back with a ticket. The ticket is good once, for a minute, on that site and in the browser that
holds the mark; the site's own cookie takes its place. No cookie is shared between sites.

A pass says only which session it hangs on. Whether that session still opens the site is looked up at every request,
so it ends at once with the session, the person or the site's rules. Nothing is written for it: that the session was
used is noted in memory.
"""

from dataclasses import replace
from datetime import datetime, timedelta
from functools import lru_cache
from typing import NamedTuple

from sparekey.core.clients import Client
from sparekey.core.contract import Answer
from sparekey.core.events.apps import ClientSignedIn
from sparekey.core.proofs import Assurance, assurance
from sparekey.core.sessions import IDLE, TOUCH_EVERY
from sparekey.core.sign_in import Demand, carries
from sparekey.errors import NotAllowed, NotFound, StepUpNeeded
from sparekey.flows._work import Work, hashed, token, unit
from sparekey.flows.context import Context, Visitor
from sparekey.flows.sessions import demand_member, own_answers
from sparekey.store import sessions
from sparekey.store.oidc import clients, passes
from sparekey.store.oidc.passes import Gate, Pass, Seen

TICKET_LIFE = timedelta(seconds=60)


class Passed(NamedTuple):
    """The request may go on, in this person's name."""

    username: str
    email: str
    name: str
    role: str
    acr: str


class Unknown:
    """Nobody who is let in is known here: to the sign-in."""


class Refused:
    """Somebody is known, and the site is not for them."""


class Known(NamedTuple):
    """What a pass is worth, read once for as long as nothing is written."""

    session_hash: str
    last_used_at: datetime
    ends_at: datetime
    host: str
    may_enter: bool
    worth: Assurance
    demand: Demand
    fresh_for: timedelta | None
    passed: Passed


def gate(ctx: Context) -> Gate[Known]:
    """What looks passes up, made once for a server."""
    return Gate(ctx.db, _known)


def _known(seen: Seen) -> Known:
    worth = _sum_of(seen.proofs)
    return Known(
        seen.session_hash,
        seen.last_used_at,
        seen.ends_at,
        seen.host,
        bool(seen.may_enter),
        worth,
        Demand(seen.demand),
        timedelta(minutes=seen.fresh_minutes) if seen.fresh_minutes else None,
        Passed(seen.username, seen.email, seen.name, seen.role, worth.acr),
    )


@lru_cache(maxsize=4096)
def _sum_of(proofs: str) -> Assurance:
    """What a session's proofs are worth, as they are written down: they change at a step-up only."""
    return assurance(sessions.read_proofs(proofs))


def mark_of(hop: str) -> str:
    """How the mark of a browser travels, so that whoever sees the address cannot use the ticket."""
    return hashed(hop)


def ask(ctx: Context, at: Gate[Known], cookie: str, host: str) -> Passed | Unknown | Refused:
    """May whoever holds this cookie see pages of this site?"""
    known = at.look(hashed(cookie)) if cookie else None
    if known is None or known.host != host:
        return Unknown()
    if not known.may_enter:
        return Refused()
    now = ctx.now()
    if now >= known.ends_at or _is_idle(ctx, known, now):
        return Unknown()
    since = now - known.fresh_for if known.fresh_for else None
    return known.passed if carries(known.worth, known.demand, since=since) else Unknown()


def _is_idle(ctx: Context, known: Known, now: datetime) -> bool:
    """Whether the session sleeps; else this was a use of it."""
    last = ctx.last_uses.of(known.session_hash)
    if last is None or last < known.last_used_at:
        last = known.last_used_at
    since = now - last
    if since >= TOUCH_EVERY:
        if since >= IDLE:
            return True
        ctx.last_uses.note(known.session_hash, now)
    return False


def site(ctx: Context, host: str) -> Client:
    """The site of this name; `NotFound` where nobody added one."""
    found = ctx.db.read(lambda conn: clients.by_host(conn, host))
    if found is None:
        raise NotFound(reason="site")
    return found


def send_back(ctx: Context, visitor: Visitor, host: str, mark: str) -> tuple[Client, str]:
    """A ticket for a site, good in the browser whose hop has this mark; or what keeps this person from one."""
    session, member = demand_member(visitor)
    client = site(ctx, host)
    if not client.is_for(member.account_id, member.id):
        raise NotAllowed(reason="not_yours", app=client.name)
    moment = ctx.moment()
    found, fresh_for = assurance(session.proofs), timedelta(minutes=client.fresh_minutes)
    since = moment.at - fresh_for if fresh_for else None
    if not carries(found, client.demand, since=since):
        if client.demand is Demand.PASSKEY and Answer.PASSKEY not in own_answers(ctx, member):
            raise NotAllowed(reason="no_passkey", app=client.name)
        raise StepUpNeeded(reason=client.demand.value)
    fresh = token(moment, f"ticket:{session.id}:{client.id}")
    ends_at = moment.at + TICKET_LIFE
    whose = Pass(member.account_id, member.id, session.id, client.id, ends_at, is_ticket=True, browser=mark)

    def keep(work: Work) -> None:
        passes.add(work.conn, whose, hashed(fresh), work.now)
        clients.used(work.conn, client.id, work.now)
        work.record(ClientSignedIn(member.id, client.id, session.id, found.acr, ""), member.account_id)

    unit(ctx, visitor, moment, keep)
    return client, fresh


def redeem(ctx: Context, ticket: str, hop: str, host: str) -> str | None:
    """The site's own cookie for a ticket, once; None where it is not good here."""
    moment = ctx.moment()
    fresh = token(moment, "pass")

    def swap(work: Work) -> bool:
        taken = passes.take_ticket(work.conn, hashed(ticket), hashed(hop), work.now)
        # the mark of no hop at all is one that anybody can ask for
        if taken is None or not hop or taken[1] != host:
            return False
        session = sessions.by_id(work.conn, taken[0].session_id)
        if session is None:
            return False
        passes.add(work.conn, replace(taken[0], expires_at=session.expires_at), hashed(fresh), work.now)
        return True

    return fresh if unit(ctx, Visitor(), moment, swap) else None
