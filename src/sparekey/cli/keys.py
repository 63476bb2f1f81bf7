"""The keys that sign-ins to apps are signed with."""

from typing import TYPE_CHECKING

import click

from sparekey.cli._shared import YES, ask_back, opened, with_settings

if TYPE_CHECKING:
    from sparekey.settings import Settings


@click.group()
def keys() -> None:
    """The keys that sign-ins to apps are signed with."""


@keys.command("list")
@with_settings
def list_keys(settings: "Settings") -> None:
    """Show them: which signs, which comes next, and which are only there to be checked with."""
    from sparekey.flows.oidc.keys import listed, stand  # noqa: PLC0415

    with opened(settings) as ctx:
        now = ctx.moment().at
        for key in listed(ctx):
            signs_from = f"{key.signs_from:%Y-%m-%d %H:%M}"
            click.echo(f"{key.id}  {key.algorithm}  {stand(key, now).value:<9}  from {signs_from} UTC")


@keys.command()
@click.option("--now", "at_once", is_flag=True, help="For a key that was lost or has leaked: withdraw it.")
@YES
@with_settings
def rotate(settings: "Settings", at_once: bool, yes: bool) -> None:
    """Give every key a successor. The server does so by itself every 90 days.

    A successor signs a day after it was published, so that apps know it by then. With --now it signs at once, and
    nothing that the earlier keys signed is believed any longer. A running server knows of it within a minute.
    """
    from sparekey.flows.console import CONSOLE  # noqa: PLC0415
    from sparekey.flows.oidc import keys as signing  # noqa: PLC0415

    if at_once:
        ask_back("Apps that keep the old keys refuse sign-ins until they fetch the new ones. Go on?", yes)
    with opened(settings) as ctx:
        signing.rotate(ctx, CONSOLE, at_once=at_once)
    click.echo(
        "New keys sign from now on" if at_once else "New keys are published; they sign in a day", err=True
    )
