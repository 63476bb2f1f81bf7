"""People in files of other systems: looked at line by line, and taken over."""

import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, nullcontext
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from sparekey.cli._shared import YES, ask_back, opened, sign_of_life, with_settings

if TYPE_CHECKING:
    from sparekey.flows.context import Context
    from sparekey.flows.joining.from_elsewhere import BadFile, Count, Found, Into
    from sparekey.settings import Settings

SOURCES = (
    *("uris", "pictures", "csv", "pskc", "keycloak"),
    *("authentik", "authelia", "privacyidea", "django-otp", "django-allauth"),
)
"""A test holds them against those that can be read, so that help need not load them."""
_SOURCE = click.argument("source", metavar="SOURCE", type=click.Choice(SOURCES))
_FILES = click.argument(
    "files", nargs=-1, required=True, type=click.Path(path_type=Path, exists=True, dir_okay=False)
)
_ENCRYPTED = click.option(
    "--encrypted",
    is_flag=True,
    help="Ask for the passphrase of the files, or their key in hexadecimal digits (PSKC).",
)
_PEOPLE = click.option(
    "--people",
    type=click.Path(path_type=Path, exists=True, dir_okay=False),
    help="A table (CSV) with what the files lack, such as names and addresses.",
)
_LANGUAGE = click.option(
    "--language",
    type=click.Choice(["en", "de"]),
    default="en",
    show_default=True,
    help="The language of whoever brings none.",
)


@click.group("import")
def from_elsewhere() -> None:
    """People and authenticators in files of other systems."""


@from_elsewhere.command()
@_SOURCE
@_FILES
@_ENCRYPTED
@_PEOPLE
@click.option("--account", help="Also look whether their names are free, for this account (its name or id).")
@click.option("--config", type=click.Path(path_type=Path), help="The settings file, with --account.")
@click.pass_context
def check(context: click.Context, /, source: str, files: tuple[Path, ...], **options: Any) -> None:
    """Read files whole and tell what is in them: a line for each person, or every place that is wrong.

    SOURCE is what the files are: uris (otpauth addresses, also those of an app's export), pictures (of QR codes),
    csv, pskc, keycloak, authentik, authelia, privacyidea, django-otp or django-allauth.

    Nothing is taken over and nothing is kept; no secret is shown. Ends with status 1 where something is wrong.
    """
    found = _read(source, files, options)
    if options["account"]:
        from sparekey.settings import load  # noqa: PLC0415

        with opened(load(options["config"] or context.find_root().obj)) as ctx:
            _looked_at(ctx, found, _into(ctx, options["account"], source))
    for one in found:
        click.echo(_line(one))
    apps = sum(len(one.authenticators) for one in found)
    click.echo(f"{len(found)} people, {apps} authenticators", err=True)


@from_elsewhere.command()
@click.argument("account")
@_SOURCE
@_FILES
@_ENCRYPTED
@_PEOPLE
@_LANGUAGE
@YES
@with_settings
def take(settings: "Settings", account: str, source: str, files: tuple[Path, ...], **options: Any) -> None:
    """Take people and their authenticators over into an account: all of them, or nobody.

    ACCOUNT is the account's name or id; SOURCE and FILES are those of `sparekey import check`.

    Whoever brings a password and an app is in at once and told by e-mail; all others are invited. Letters go out ten
    a second. Sign-ins on SQLite wait until the rows are written.
    """
    from sparekey.flows.console import CONSOLE  # noqa: PLC0415
    from sparekey.flows.joining.from_elsewhere import steps, take_over  # noqa: PLC0415

    found = _read(source, files, options)
    with opened(settings) as ctx:
        into = _into(ctx, account, source, options["language"])
        many = _looked_at(ctx, found, into)
        ask_back(f"{_said(many)}. Take them over into {into.account.name!r}?", options["yes"])  # type: ignore[union-attr]
        with _progress(steps(len(found))) as tell, _refusing():
            take_over(ctx, CONSOLE, found, into, tell)
    click.echo(f"Done: {_said(many)}.")


def _read(source: str, files: tuple[Path, ...], options: dict[str, Any]) -> "tuple[Found, ...]":
    from sparekey.flows.joining.from_elsewhere import Upload, look_into  # noqa: PLC0415

    asked = "Passphrase or key"
    passphrase = click.prompt(asked, hide_input=True, err=True) if options["encrypted"] else ""
    with ExitStack() as stack:

        def upload(file: Path) -> Upload:
            return Upload(file.name, stack.enter_context(file.open("rb")))

        people = [upload(options["people"])] if options["people"] else []
        with sign_of_life("Reading"), _refusing():
            return look_into(source, [upload(file) for file in files], passphrase, people)


def _into(ctx: "Context", account: str, source: str, language: str = "en") -> "Into":
    from sparekey.core.people import Language  # noqa: PLC0415
    from sparekey.flows.console import find_account  # noqa: PLC0415
    from sparekey.flows.joining.from_elsewhere import Into  # noqa: PLC0415

    return Into(source, find_account(ctx, account), Language(language))


def _looked_at(ctx: "Context", found: "tuple[Found, ...]", into: "Into") -> "Count":
    from sparekey.flows.console import CONSOLE  # noqa: PLC0415
    from sparekey.flows.joining.from_elsewhere import check as look  # noqa: PLC0415

    with _refusing():
        return look(ctx, CONSOLE, found, into)


@contextmanager
def _refusing() -> Iterator[None]:
    """Tell every wrong place."""
    from sparekey.flows.joining.from_elsewhere import BadFile  # noqa: PLC0415

    try:
        yield
    except BadFile as bad:
        raise click.ClickException(_wrong(bad)) from bad


@contextmanager
def _progress(length: int) -> Iterator[Callable[[int], None]]:
    """How much is done, on a terminal; it goes back where the database asks for a second run."""
    is_shown = sys.stderr.isatty()
    bar = click.progressbar(length=length, label="Taking over", file=sys.stderr) if is_shown else None
    with bar or nullcontext():
        yield lambda done: bar.update(done - bar.pos) if bar else None


def _said(many: "Count") -> str:
    return f"{many.active} are in at once, {many.invited} are invited, {many.deactivated} stay deactivated"


def _wrong(bad: "BadFile") -> str:
    lines = [
        f"{one.place.file}, line {one.place.line or one.place.entry}: {one.sentence}" for one in bad.lines
    ]
    more = ["and more"] if bad.is_cut else []
    return "\n".join(["The import is refused, and nothing was changed:", *lines, *more])


def _line(one: "Found") -> str:
    from sparekey.flows.joining.from_elsewhere import plan  # noqa: PLC0415

    planned = plan(one)
    parts = [
        planned.becomes.value,
        one.email or "no address",
        "password" if planned.keeps_password else "no password",
        f"{len(one.authenticators)} app(s)",
        *(["must prove itself at the first sign-in"] if planned.is_doubtful else []),
        *(remark.value.replace("_", " ") for remark in one.remarks),
    ]
    return f"{one.username}: {', '.join(parts)}"
