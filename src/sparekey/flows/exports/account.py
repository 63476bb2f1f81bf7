"""The secrets of everybody in an account, for another server: by an account owner, or at the console.

All account owners are told. The file holds what makes the codes of everybody, so it is the most dangerous thing that
this server gives away; a password is still asked wherever the secrets are used.
"""

from collections.abc import Callable

from sparekey.core.contract import About, Moment
from sparekey.core.events.server import ConsoleUsed
from sparekey.core.events.team import SecretsExported
from sparekey.core.people import Account, Role
from sparekey.core.permissions import Action
from sparekey.errors import NotSignedIn
from sparekey.flows._ways import about
from sparekey.flows._work import Work, unit
from sparekey.flows.console import CONSOLE
from sparekey.flows.context import Context, Visitor
from sparekey.flows.exports import _contents
from sparekey.flows.exports.typed import Typed, demand_good, demand_not_held
from sparekey.flows.sessions import demand_right
from sparekey.flows.team._acting import acting
from sparekey.store import people

COMMAND = "export account"
Tell = Callable[[int], None]


def export_account(ctx: Context, visitor: Visitor, typed: Typed) -> str:
    """The file, for an owner who has just proved who they are.

    Raises `BadInput`, `NotAllowed` (`recovered`), `Busy`.
    """
    _, member = demand_right(ctx, visitor, Action.EXPORT_ACCOUNT)
    if visitor.account is None:
        raise NotSignedIn()
    moment = ctx.moment()
    demand_not_held(member, moment.at)
    demand_good(typed, about(visitor.account, member))
    content = _contents.of_account(ctx, visitor.account, moment.at, lambda _: None)
    parcel = _packed(ctx, typed, content, moment)

    def tell(work: Work) -> None:
        who = acting(work, Action.EXPORT_ACCOUNT)
        demand_not_held(who.actor, work.now)
        _told(work, who.account, content, who.actor.name)

    unit(ctx, visitor, moment, tell)
    return parcel


def export_at_console(ctx: Context, account: Account, typed: Typed, tell: Tell) -> str:
    """The same for whoever runs the server; `tell` hears how many more people were written."""
    demand_good(typed, About(account.name, "", (account.name,)))
    moment = ctx.moment()
    content = _contents.of_account(ctx, account, moment.at, tell)
    parcel = _packed(ctx, typed, content, moment)

    def keep(work: Work) -> None:
        work.record(ConsoleUsed(COMMAND, account.id))
        _told(work, account, content, f"sparekey {COMMAND}")

    unit(ctx, CONSOLE, moment, keep)
    return parcel


def _packed(ctx: Context, typed: Typed, content: _contents.Content, moment: Moment) -> str:
    from sparekey.adapters.parcels import pack  # noqa: PLC0415 -- loads joserfc

    return ctx.pool.run(lambda: pack(typed.passphrase, content.written, moment))


def _told(work: Work, account: Account, content: _contents.Content, by: str) -> None:
    work.record(SecretsExported(content.people, content.apps), account.id)
    link = work.ctx.site.link("/account/audit")
    for owner in people.with_role(work.conn, account.id, Role.OWNER):
        work.send(owner, "account_exported", by=by, exported_at=work.now, link=link)
