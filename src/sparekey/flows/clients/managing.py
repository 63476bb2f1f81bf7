"""Adding, changing and removing apps, and new secrets for them: for account owners who have just proved who they are.

A secret is 256 random bits, kept as SHA-256 and shown once. Whoever may come back to another address, or sign in with
less, can take over what the app is trusted with, so the other owners are told of each such change.
"""

import re
from dataclasses import dataclass, field, fields, replace

from sparekey.core.clients import Client, ClientId, Kind, Login
from sparekey.core.events.apps import ClientAdded, ClientChanged, ClientRemoved, ClientSecretMade
from sparekey.core.people import Member, MemberId, new_id
from sparekey.core.permissions import Action
from sparekey.errors import BadInput, Conflict, Stale
from sparekey.flows._work import Work, hashed, token, unit
from sparekey.flows.clients.strangers import demand_known
from sparekey.flows.clients.wanted import Wanted, read, usernames
from sparekey.flows.context import Context, Visitor
from sparekey.flows.oidc import ending
from sparekey.flows.team._acting import Acting, acting
from sparekey.store import people
from sparekey.store.oidc import clients

PREFIX = "cli"
_DRAFT = re.compile(rf"{PREFIX}_[0-9a-z]{{16}}")
_NEVER_TOLD = frozenset({"version", "name", "about", "homepage"})
"""Changes that open nothing to anybody."""
NAMED_AT_MOST = 5


@dataclass(frozen=True)
class Made:
    """An app, and its secret where one was made just now: there is no other time to see it."""

    client: Client
    secret: str = field(default="", repr=False)


def draft(ctx: Context) -> str:
    """An id for an app that may be added: sent twice, a form adds one app."""
    return new_id(PREFIX, ctx.moment())


def add(ctx: Context, visitor: Visitor, kind: Kind, draft_id: str, wanted: Wanted) -> Made:
    """A new app. Raises `BadInput`, `NameTaken`, and `Conflict` where this form was sent before."""

    def act(work: Work) -> Made:
        who = acting(work, Action.MANAGE_APPS)
        if not _DRAFT.fullmatch(draft_id):
            raise BadInput("name", "unknown", "Open the page again")
        if clients.find(work.conn, draft_id) is not None:
            raise Conflict("This app was added already", reason="app_added_already")
        login = Login.SECRET if kind is Kind.SERVER else Login.NONE
        bare = Client(ClientId(draft_id), who.account.id, kind, "", login, work.now)
        made = _with_secret(work, _wanted(work, who, bare, wanted))
        clients.add(work.conn, made.client)
        work.record(ClientAdded(draft_id, kind.value, made.client.name), who.account.id)
        _tell(work, who.actor, made.client, "app_added")
        return made

    return unit(ctx, visitor, ctx.moment(), act)


def change(ctx: Context, visitor: Visitor, client_id: str, wanted: Wanted) -> Made:
    """Keep an app as it is wanted; one that now proves itself with a secret and has none gets one."""

    def act(work: Work) -> Made:
        who = acting(work, Action.MANAGE_APPS)
        before = _own(work, who, client_id, wanted.version)
        after = _wanted(work, who, before, wanted)
        made = _proving_itself(work, after)
        parts = tuple(
            one.name for one in fields(Client) if getattr(before, one.name) != getattr(made.client, one.name)
        )
        if not parts:
            return made
        clients.put(work.conn, made.client)
        if after.only is not None:
            ending.shut_out(work, before, after.only)
        told = tuple(part for part in parts if not part.startswith("secret_"))
        work.record(ClientChanged(before.id, told), who.account.id)
        if made.secret:
            work.record(ClientSecretMade(before.id), who.account.id)
        if set(parts) - _NEVER_TOLD:
            _tell(work, who.actor, made.client, "app_changed")
        return made

    return unit(ctx, visitor, ctx.moment(), act)


def make_secret(ctx: Context, visitor: Visitor, client_id: str, version: int) -> Made:
    """A new secret in place of the present one, which stops working at once."""

    def act(work: Work) -> Made:
        who = acting(work, Action.MANAGE_APPS)
        before = _own(work, who, client_id, version)
        if before.login is not Login.SECRET:
            raise Conflict("This app has no secret", reason="app_without_secret")
        made = _with_secret(work, before)
        clients.put(work.conn, made.client)
        work.record(ClientSecretMade(before.id), who.account.id)
        _tell(work, who.actor, before, "app_secret_made")
        return made

    return unit(ctx, visitor, ctx.moment(), act)


def remove(ctx: Context, visitor: Visitor, client_id: str) -> Client:
    """Remove an app, and end everything that it was given; it is told of everybody who had it open."""

    def act(work: Work) -> Client:
        who = acting(work, Action.MANAGE_APPS)
        gone = clients.own(work.conn, who.account.id, client_id)
        count = ending.shut_out(work, gone, chosen=())
        clients.remove(work.conn, gone)
        work.record(ClientRemoved(gone.id, gone.name, count), who.account.id)
        _tell(work, who.actor, gone, "app_removed")
        return gone

    return unit(ctx, visitor, ctx.moment(), act)


def _own(work: Work, who: Acting, client_id: str, version: int) -> Client:
    found = clients.own(work.conn, who.account.id, client_id)
    if found.version != version:
        raise Stale()
    return found


def _proving_itself(work: Work, client: Client) -> Made:
    """With a secret where it needs one; a key's owner keeps none, for what is not used cannot leak."""
    if client.login is Login.KEY:
        return Made(replace(client, secret_hash="", secret_set_at=None))
    return Made(client) if client.secret_hash else _with_secret(work, client)


def _with_secret(work: Work, client: Client) -> Made:
    if client.login is not Login.SECRET:
        return Made(client)
    secret = token(work.moment, f"client:{client.id}")
    return Made(replace(client, secret_hash=hashed(secret), secret_set_at=work.now), secret)


def _wanted(work: Work, who: Acting, before: Client, wanted: Wanted) -> Client:
    after = read(before, wanted)
    demand_known(work, before, after)
    return replace(after, only=_people(work, who, wanted))


def _people(work: Work, who: Acting, wanted: Wanted) -> tuple[MemberId, ...] | None:
    """Whom the form names; those who are not in the account are told apart in the refusal."""
    named = usernames(wanted)
    if named is None:
        return None
    known = people.ids_of(work.conn, who.account.id, named)
    unknown = [one for one in named if one not in known]
    if unknown:
        shown = ", ".join(one[:64] for one in unknown[:NAMED_AT_MOST])
        raise BadInput("people", "unknown_people", "There is nobody here with this username", names=shown)
    return tuple(sorted(known.values()))


def _tell(work: Work, by: Member, client: Client, kind: str) -> None:
    path = "/account/apps" if kind == "app_removed" else f"/account/apps/{client.id}"
    link = work.ctx.site.link(path)
    work.tell_owners(by, kind, app=client.name, changed_at=work.now, link=link)
