"""What several commands share: settings, an opened server, where a link may be shown, and signs of life."""

import functools
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from threading import Event, Thread
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from sparekey.flows.context import Context
    from sparekey.settings import Settings

LINK_MAY_BE_PRINTED = click.option(
    "--print-link",
    is_flag=True,
    help="Write the link to standard output even where that is not a terminal.",
)
YES = click.option("--yes", "-y", is_flag=True, help="Do not ask back.")
_TURN_SECONDS = 0.2
_QUIET_SECONDS = 1.0


def with_settings(command: Callable[..., Any]) -> Callable[..., Any]:
    """Hand the checked settings to a command. `--config` may stand before or behind the command's name."""

    @click.option("--config", type=click.Path(path_type=Path), help="The settings file.")
    @click.pass_context
    @functools.wraps(command)
    def run(context: click.Context, /, *given: Any, config: Path | None, **options: Any) -> Any:
        from sparekey.settings import load  # noqa: PLC0415 -- help needs none

        return command(load(config or context.find_root().obj), *given, **options)

    return run


@contextmanager
def opened(settings: "Settings") -> "Iterator[Context]":
    """The server's context, closed afterwards."""
    from sparekey.app import open_context  # noqa: PLC0415 -- help needs none

    ctx = open_context(settings)
    try:
        yield ctx
    finally:
        ctx.pool.close()
        ctx.db.close()


def demand_place_for_link(print_link: bool) -> None:
    """Before a link is made: it opens somebody's access, so it goes to a person's eyes and into no log."""
    if not print_link and not sys.stdout.isatty():
        raise click.UsageError(
            "The link gives access, and standard output is not a terminal, so it could end up in a log."
            " With --print-link it is written there all the same. Nothing was done"
        )


def show_link(sentence: str, link: str, ends_at: datetime) -> None:
    """The link alone on standard output, what it is on standard error."""
    click.echo(f"{sentence} It works once, until {ends_at:%d %B %Y, %H:%M}:", err=True)
    click.echo(link)


def ask_back(question: str, is_sure: bool) -> None:
    if not is_sure:
        click.confirm(question, abort=True, err=True)


@contextmanager
def sign_of_life(sentence: str) -> Iterator[None]:
    """For work whose length nobody knows: after a second, a line with a moving sign on a terminal."""
    if not sys.stderr.isatty():
        yield
        return
    is_done = Event()
    thread = Thread(target=_turn, args=(sentence, is_done), daemon=True)
    thread.start()
    try:
        yield
    finally:
        is_done.set()
        thread.join()


def _turn(sentence: str, is_done: Event) -> None:
    if is_done.wait(_QUIET_SECONDS):
        return
    dots = 0
    while not is_done.wait(_TURN_SECONDS):
        dots = dots % 3 + 1
        click.echo(f"\r{sentence} {'.' * dots:<3}", nl=False, err=True)
    click.echo(f"\r{' ' * (len(sentence) + 4)}\r", nl=False, err=True)
