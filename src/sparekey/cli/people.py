"""Accounts and people, from the server's own console."""

from typing import TYPE_CHECKING

import click

from sparekey.cli._shared import (
    LINK_MAY_BE_PRINTED,
    YES,
    ask_back,
    demand_place_for_link,
    opened,
    show_link,
    with_settings,
)
from sparekey.core.people import Language, Status

if TYPE_CHECKING:
    from sparekey.flows.console import Handed, Listed
    from sparekey.flows.context import Context
    from sparekey.settings import Settings

_TOLD = (
    "The link needs no password: it sets a new password and a new second factor. It is on the audit log, and"
    " {whom} and all account owners are told by e-mail."
)


@click.group()
def account() -> None:
    """Accounts: the teams on this server."""


@account.command("add")
@click.option("--name", prompt="Name of the account", help="What the team is called.")
@click.option("--owner", "owner_name", prompt="Name of its owner", help="First and last name.")
@click.option("--username", prompt="Their username", help="What the owner signs in with.")
@click.option("--email", prompt="Their work e-mail", help="Their work e-mail address.")
@click.option("--language", type=click.Choice(["en", "de"]), default="en", show_default=True,
              help="The language of pages and letters for them.")  # fmt: skip
@LINK_MAY_BE_PRINTED
@YES
@with_settings
def add(settings: "Settings", print_link: bool, yes: bool, **typed: str) -> None:
    """Add an account and show the set-up link for its owner.

    The link works once, for 72 hours. Hand it to them yourself: no e-mail is sent.
    """
    from sparekey.flows.console import NewAccount, add_account  # noqa: PLC0415

    demand_place_for_link(print_link)
    ask_back(f"Add the account {typed['name']!r} with {typed['owner_name']!r} as its owner?", yes)
    new = NewAccount(
        typed["name"], typed["owner_name"], typed["username"], typed["email"], Language(typed["language"])
    )
    with opened(settings) as ctx:
        _show(
            ctx, add_account(ctx, new), f"The account is there. This is the set-up link for {new.owner_name}."
        )


@click.group()
def owner() -> None:
    """Account owners."""


@owner.command("recover")
@click.argument("name")
@LINK_MAY_BE_PRINTED
@YES
@with_settings
def recover_owner(settings: "Settings", name: str, print_link: bool, yes: bool) -> None:
    """Let an account owner back in who has nothing left.

    NAME is their username or e-mail address. Shows a link that lives 10 minutes and sets a new password and a
    new second factor. All account owners and the person are told by e-mail.
    """
    from sparekey.flows.console import owner_recover  # noqa: PLC0415

    demand_place_for_link(print_link)
    ask_back(f"{_TOLD.format(whom=name)}\nMake a link for {name}?", yes)
    with opened(settings) as ctx:
        handed = owner_recover(ctx, name)
        _show(ctx, handed, f"This is the way back in for {handed.member.name}.")


@click.group()
def member() -> None:
    """Everybody in an account."""


@member.command("recover")
@click.argument("name")
@LINK_MAY_BE_PRINTED
@YES
@with_settings
def recover_member(settings: "Settings", name: str, print_link: bool, yes: bool) -> None:
    """Let anybody back in, where no account owner can.

    NAME is their username or e-mail address. Shows a link that lives 10 minutes and sets a new password and a
    new second factor. All account owners and the person are told by e-mail. Usually an account owner helps in
    the browser instead: Contacts, Staff, the person, Two-factor authentication.
    """
    from sparekey.flows.console import member_recover  # noqa: PLC0415

    demand_place_for_link(print_link)
    ask_back(f"{_TOLD.format(whom=name)}\nMake a link for {name}?", yes)
    with opened(settings) as ctx:
        handed = member_recover(ctx, name)
        _show(ctx, handed, f"This is the way back in for {handed.member.name}.")


@member.command("list")
@with_settings
def list_all(settings: "Settings") -> None:
    """List everybody on this server, account by account."""
    from sparekey.flows.console import list_members  # noqa: PLC0415

    shown = ""
    with opened(settings) as ctx:
        for listed in list_members(ctx):
            found = listed.account
            if found.id != shown:
                click.echo(f"{'' if not shown else chr(10)}{found.name} ({found.id})")
                shown = found.id
            click.echo(_line(ctx, listed))
    if not shown:
        click.echo(
            "Nobody is on this server yet. Start the server for the link to begin with, or: sparekey account add",
            err=True,
        )


_STATES = {
    "safe": "two ways in",
    "one_loss": "one loss away from being locked out",
    "locked_out": "locked out",
    "not_set_up": "not set up",
}


def _line(ctx: "Context", listed: "Listed") -> str:
    who = listed.member
    last = (
        who.last_sign_in_at.astimezone(ctx.site.zone).strftime("%Y-%m-%d %H:%M")
        if who.last_sign_in_at
        else "never"
    )
    state = _STATES[listed.safety] if who.status is Status.ACTIVE else who.status.value
    return f"  {who.username:24}  {who.name:28}  {who.role.value:8}  {last:16}  {state}"


def _show(ctx: "Context", handed: "Handed", sentence: str) -> None:
    show_link(sentence, handed.link, handed.ends_at.astimezone(ctx.site.zone))
