"""Who acts on whom: rights as they are inside the transaction, not as they were when the request came in.

All owners are locked before anything that could take an owner away. Nobody does that to themselves, and
whoever does it is looked at again under the lock and must still be an owner. So one always remains, also when
two owners remove each other at the same time.
"""

from dataclasses import dataclass, replace

from sqlalchemy import Connection

from sparekey.core.people import Account, AccountId, Member, name_key, read_username
from sparekey.core.permissions import Action
from sparekey.errors import BadInput, NotFound, NotSignedIn
from sparekey.flows._work import Work
from sparekey.flows.context import Visitor
from sparekey.flows.sessions import demand_member, demand_right
from sparekey.store import people


@dataclass(frozen=True)
class Acting:
    """Whoever acts, as they are now, and the account they act in."""

    visitor: Visitor
    actor: Member
    account: Account


@dataclass(frozen=True)
class Pair:
    """Whoever acts and whom it is done to, locked."""

    acting: Acting
    actor: Member
    subject: Member


def acting(work: Work, action: Action) -> Acting:
    """Whoever acts, if their role and proofs carry this action for anybody at all."""
    _, seen = demand_member(work.visitor)
    actor = people.find_member(work.conn, seen.account_id, seen.id)
    if actor is None:
        raise NotSignedIn()
    account = people.account(work.conn, actor.account_id)
    visitor = replace(work.visitor, member=actor, account=account)
    demand_right(work.ctx, visitor, action)
    return Acting(visitor, actor, account)


def pair(work: Work, action: Action, username: str) -> Pair:
    """Whoever acts and the person of this username, if it may be done to them.

    The role is looked at before the name, so that whoever may not do it learns no names.
    """
    _, seen = demand_member(work.visitor)
    people.lock_owners(work.conn, seen.account_id)
    who = acting(work, action)
    found = of_username(work.conn, who.account.id, username)
    subject = people.member(work.conn, who.account.id, found.id, lock=True)
    demand_right(work.ctx, who.visitor, action, subject)
    return Pair(who, who.actor, subject)


def pair_by_id(work: Work, action: Action, member_id: str) -> Pair:
    """The same for a person whose id is known, where no owner can be taken away by it."""
    who = acting(work, action)
    subject = people.member(work.conn, who.account.id, member_id, lock=True)
    demand_right(work.ctx, who.visitor, action, subject)
    return Pair(who, who.actor, subject)


def of_username(conn: Connection, account_id: AccountId, username: str) -> Member:
    """The member of this username. What cannot be one is nobody's, whatever signs it holds."""
    try:
        wanted = read_username(username)
    except BadInput:
        raise NotFound() from None
    return people.by_username(conn, account_id, wanted)


def demand_typed(subject: Member, typed: str) -> None:
    """What cannot be undone asks for the username once more."""
    if name_key(typed) != subject.username:
        raise BadInput("confirm", "username_mismatch", "Type the username exactly as it stands here")
