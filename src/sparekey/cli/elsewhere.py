"""What files of other systems hold, line by line, before anybody relies on them."""

from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from sparekey.flows.joining.from_elsewhere import BadFile, Found

SOURCES = (
    *("uris", "pictures", "csv", "pskc", "keycloak"),
    *("authentik", "authelia", "privacyidea", "django-otp", "django-allauth"),
)
"""A test holds them against those that can be read, so that help need not load them."""


@click.group("import")
def from_elsewhere() -> None:
    """People and authenticators in files of other systems."""


@from_elsewhere.command()
@click.argument("source", metavar="SOURCE", type=click.Choice(SOURCES))
@click.argument(
    "files", nargs=-1, required=True, type=click.Path(path_type=Path, exists=True, dir_okay=False)
)
@click.option("--encrypted", is_flag=True, help="Ask for the passphrase of the files (PSKC).")
def check(source: str, files: tuple[Path, ...], encrypted: bool) -> None:
    """Read files whole and tell what is in them: a line for each person, or every place that is wrong.

    SOURCE is what the files are: uris (otpauth addresses, also those of an app's export), pictures (of QR codes),
    csv, pskc, keycloak, authentik, authelia, privacyidea, django-otp or django-allauth.

    Nothing is taken over and nothing is kept; no secret is shown. Ends with status 1 where something is wrong.
    """
    from sparekey.flows.joining.from_elsewhere import BadFile, Upload, look_into  # noqa: PLC0415

    passphrase = click.prompt("Passphrase", hide_input=True, err=True) if encrypted else ""
    with ExitStack() as opened:
        uploads = [Upload(file.name, opened.enter_context(file.open("rb"))) for file in files]
        try:
            found = look_into(source, uploads, passphrase)
        except BadFile as bad:
            raise click.ClickException(_wrong(bad)) from bad
    for one in found:
        click.echo(_line(one))
    click.echo(
        f"{len(found)} people, {sum(len(one.authenticators) for one in found)} authenticators", err=True
    )


def _wrong(bad: "BadFile") -> str:
    lines = [
        f"{one.place.file}, line {one.place.line or one.place.entry}: {one.sentence}" for one in bad.lines
    ]
    more = ["and more"] if bad.is_cut else []
    return "\n".join(["The import would be refused:", *lines, *more])


def _line(one: "Found") -> str:
    parts = [
        one.email or "no address",
        "password" if one.password_hash else "no password",
        f"{len(one.authenticators)} app(s)",
        *(
            ["must prove itself at the first sign-in"]
            if any(s.is_doubtful for s in one.authenticators)
            else []
        ),
        *([] if one.is_active else ["not active"]),
        *(remark.value.replace("_", " ") for remark in one.remarks),
    ]
    return f"{one.username}: {', '.join(parts)}"
