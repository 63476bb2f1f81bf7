"""`sparekey`: the commands, and what their exit statuses mean.

0: done. 1: refused, as the sentence says. 2: the command was not written rightly. 3: an audit chain is
broken. 4: the server cannot run or be reached as it is set up (settings, key, database, port). Sentences go
to standard error, what a command is for to standard output.

What a command needs is imported when it runs, so that help comes at once.
"""

from pathlib import Path
from typing import Any

import click

from sparekey import __version__
from sparekey.cli.audit import audit
from sparekey.cli.elsewhere import from_elsewhere
from sparekey.cli.exporting import export
from sparekey.cli.keys import keys
from sparekey.cli.mail import mail
from sparekey.cli.people import account, member, owner
from sparekey.cli.serving import check_config, demo, migrate, serve
from sparekey.errors import BadInput, SparekeyError, StorageTrouble, Unready


class _Refused(click.ClickException):
    exit_code = 1


class _NotReady(click.ClickException):
    exit_code = 4


class _Group(click.Group):
    """Turns a refusal into its sentence and status. Anything else that is raised is a bug."""

    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except (Unready, StorageTrouble) as trouble:
            raise _NotReady(trouble.sentence) from trouble
        except BadInput as wrong:
            raise _Refused(f"--{wrong.field}: {wrong.sentence}") from wrong
        except SparekeyError as refusal:
            raise _Refused(refusal.sentence) from refusal


@click.group(cls=_Group, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(__version__, "-V", "--version", message="sparekey %(version)s")
@click.option(
    "--config",
    type=click.Path(path_type=Path),
    help="The settings file. Without it: $SPAREKEY_CONFIG, ./sparekey.toml or /etc/sparekey/sparekey.toml.",
)
@click.pass_context
def main(context: click.Context, config: Path | None) -> None:
    """Sign-in with two factors for teams, and the way back in when one is lost.

    `sparekey demo` shows it with made-up people; `sparekey serve` runs a real server.

    Exit status: 0 done, 1 refused, 2 wrong use, 3 an audit chain is broken, 4 the server cannot run as it is
    set up.
    """
    context.obj = config


for command in (
    *(serve, demo, migrate, check_config),
    *(account, owner, member, mail, audit, keys),
    *(from_elsewhere, export),
):
    main.add_command(command)
