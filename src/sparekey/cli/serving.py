"""Running a server: a real one, the demo, and what comes before."""

import os
import sys
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import click

from sparekey.cli._shared import sign_of_life, with_settings
from sparekey.errors import Unready

if TYPE_CHECKING:
    from sparekey.flows.context import Context
    from sparekey.settings import Settings

FIRST_LINK_FILE = "first-owner-link"


@click.command()
@with_settings
def serve(settings: "Settings") -> None:
    """Run the server until it is stopped.

    An empty database is set up at the first start. As long as there is no account, every start makes a link
    with which the first account owner begins: it works once, for 24 hours, and replaces the one before. On a
    terminal it is shown; otherwise it is in the file first-owner-link in the data folder, which only you can
    read.
    """
    from sparekey import app  # noqa: PLC0415 -- help needs none

    app.serve(settings, at_start=partial(_offer_first_link, settings.data_dir))


def _offer_first_link(folder: Path, ctx: "Context") -> None:
    """Where the first owner begins: on the terminal, or in a file that the log names."""
    from sparekey.flows.joining.first_run import first_link  # noqa: PLC0415

    file = folder / FIRST_LINK_FILE
    link = first_link(ctx)
    file.unlink(missing_ok=True)
    if link is None:
        return
    if sys.stderr.isatty():
        click.echo(
            f"\nNobody has an account yet. Begin here; it works once, for 24 hours:\n{link}\n", err=True
        )
        return
    import structlog  # noqa: PLC0415

    handle = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "w") as out:
        out.write(f"{link}\n")
    structlog.get_logger().warning(
        "Nobody has an account yet: the link to begin with is in a file", file=str(file)
    )


@click.command()
@with_settings
def migrate(settings: "Settings") -> None:
    """Bring the database to the form that this version needs.

    Make a backup first: there is no way back but that. Stop the server meanwhile.
    """
    from sparekey.app import migrate_database  # noqa: PLC0415

    with sign_of_life("Changing the database"):
        found = migrate_database(settings)
    if found.value not in _MIGRATED:
        raise Unready(_NOT_MIGRATED[found.value], reason=f"database_{found}")
    click.echo(_MIGRATED[found.value])


_MIGRATED = {
    "empty": "The database is set up.",
    "behind": "The database fits this version now.",
    "current": "The database already fits this version.",
}
_NOT_MIGRATED = {
    "ahead": "The database was made by a newer version of Sparekey: run that version. Nothing was changed",
    "foreign": "The database already holds something else. Nothing was changed",
}


@click.command("check-config")
@click.option("--mail", "with_mail", is_flag=True, help="Connect to the mail server as well; sends nothing.")
@with_settings
def check_config(settings: "Settings", with_mail: bool) -> None:
    """Check whether a server could start with these settings.

    A line for each; nothing is changed. Ends with status 4 if anything is wrong. Wrong settings are told all
    at once, and the rest is looked at when they are right. Call it as the user the server runs as.
    """
    from sparekey.app import check  # noqa: PLC0415 -- help needs none

    click.echo(f"ok     {'settings':12} {_settings_in_short(settings)}")
    wrong = 0
    for found in check(settings, with_mail=with_mail):
        wrong += not found.is_fine
        verdict = "none" if found.is_missing else "ok" if found.is_fine else "WRONG"
        click.echo(f"{verdict:6} {found.about:12} {found.sentence}")
    if wrong:
        raise Unready("A server would not start, or not work, like this", reason="check")


def _settings_in_short(settings: "Settings") -> str:
    listens = f"{settings.server.host}, port {settings.server.port}"
    return f"{settings.base_url}; listens on {listens}; time zone {settings.server.time_zone}"


@click.command()
@click.option("--port", type=click.IntRange(1, 65535), default=8000, show_default=True,
              help="Where the demo listens; if taken, the next free one.")  # fmt: skip
@with_settings
def demo(settings: "Settings", port: int) -> None:
    """Show Sparekey with a made-up team.

    Everything is real but the people: passwords and codes are printed, e-mails can be read at /demo/outbox.
    It begins anew at every start, in a database of its own, and can be reached from this machine only.
    """
    from sparekey import app  # noqa: PLC0415
    from sparekey.cli._demo import own_settings, start  # noqa: PLC0415

    app.serve(own_settings(settings, port), is_demo=True, at_start=start)
