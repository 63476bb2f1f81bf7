"""What the mail server hands on to this one."""

import sys
from typing import TYPE_CHECKING

import click

from sparekey.cli._shared import opened, with_settings

if TYPE_CHECKING:
    from sparekey.settings import Settings


@click.group()
def mail() -> None:
    """Letters, and what becomes of them."""


@mail.command()
@with_settings
def bounced(settings: "Settings") -> None:
    """Read a bounce report from standard input and mark the addresses it names.

    For an alias of the sender's address on the mail server, which pipes reports (RFC 3464) here. A mark shows the
    person and the account owners that mail comes back, and changes nothing else. What is no such report, or names
    nobody on this server, marks nothing and is no error.
    """
    from sparekey.flows.background.returns import bounced as mark  # noqa: PLC0415

    if sys.stdin is None:
        raise click.ClickException("Standard input is closed: pipe the report in")
    with opened(settings) as ctx:
        count = mark(ctx, sys.stdin.buffer)
    click.echo(f"{count} address(es) marked", err=True)
