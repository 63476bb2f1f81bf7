"""Taking the secrets of an account to another server, and opening what was taken."""

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

import click

from sparekey.cli._shared import opened, with_settings
from sparekey.errors import BadInput

if TYPE_CHECKING:
    from sparekey.settings import Settings

FOR_ONE_PERSON = 0o600


@click.group()
def export() -> None:
    """Secrets in a file that only a passphrase opens."""


@export.command("account")
@click.argument("name", metavar="ACCOUNT")
@click.option(
    "--out", required=True, type=click.Path(path_type=Path), help="The file to write. It must not exist."
)
@with_settings
def account(settings: "Settings", name: str, out: Path) -> None:
    """Write everybody of an account, with the secrets of their authenticator apps, to a file.

    ACCOUNT is its name or its id. Asks for a passphrase; whoever has it and the file can make everybody's codes.
    All account owners are told by e-mail. Passwords, backup codes and passkeys stay here: they are good on this
    server alone.
    """
    from sparekey.flows.console import find_account  # noqa: PLC0415
    from sparekey.flows.exports.account import export_at_console  # noqa: PLC0415
    from sparekey.flows.exports.typed import Typed  # noqa: PLC0415
    from sparekey.flows.sessions import how_many_members  # noqa: PLC0415

    with opened(settings) as ctx, _new_file(out) as file:
        found = find_account(ctx, name)
        passphrase = click.prompt("Passphrase", hide_input=True, err=True)
        again = click.prompt("The same passphrase again", hide_input=True, err=True)
        with click.progressbar(
            length=how_many_members(ctx, found.id),
            label="Exporting",
            file=sys.stderr,
            hidden=not sys.stderr.isatty(),
        ) as bar:
            try:
                parcel = export_at_console(ctx, found, Typed(passphrase, again), bar.update)
            except BadInput as wrong:
                raise click.ClickException(wrong.sentence) from wrong
        file.write(parcel.encode())
    click.echo(f"{found.name} is in {out}. All account owners are told.", err=True)


@contextmanager
def _new_file(path: Path) -> Iterator[BinaryIO]:
    """A file that was not there, readable by nobody else. It goes away where the work fails."""
    try:
        number = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, FOR_ONE_PERSON)
    except FileExistsError:
        raise click.ClickException(f"{path} is there already. Nothing was exported") from None
    except OSError as trouble:
        raise click.ClickException(f"{path} cannot be written: {trouble.strerror}") from None
    try:
        with os.fdopen(number, "wb") as file:
            yield file
    except BaseException:
        path.unlink(missing_ok=True)
        raise


@export.command("open")
@click.argument("file", type=click.File("rb"))
@click.option(
    "--uris", is_flag=True, help="Only the otpauth addresses, one a line, as `sparekey import` reads them."
)
def open_file(file: BinaryIO, uris: bool) -> None:
    """Show what is in an export, one's own or an account's, on standard output.

    Asks for its passphrase. What is shown makes codes: whoever sees it can make them too.
    """
    from sparekey.flows.exports.opening import open_export  # noqa: PLC0415

    passphrase = click.prompt("Passphrase", hide_input=True, err=True)
    found = open_export(file.read(), passphrase)
    if sys.stdout.isatty():
        click.echo("What follows makes codes. Clear the screen afterwards.", err=True)
    for line in found.uris if uris else [found.written.removesuffix(b"\n")]:
        click.echo(line)
