"""The demo's own settings, and what it prints at its start."""

import socket

import click

from sparekey.cli._shared import sign_of_life
from sparekey.core.people import Role
from sparekey.flows.context import Context
from sparekey.flows.demo.codes import LiveCode, live_codes
from sparekey.flows.demo.seed import seed
from sparekey.settings import Settings

HOST = "127.0.0.1"
PORTS_TRIED = 50
_ROLES = {
    Role.OWNER: "account owner",
    Role.ADMIN: "administrator",
    Role.AUDITOR: "auditor",
    Role.STAFF: "staff",
}


def own_settings(settings: Settings, port: int) -> Settings:
    """Of the real ones only the time zone and the data folder's place: never the database, never mail.

    A proxy on this machine may ask, so that a site behind one can be tried.
    """
    free = _free_port(port)
    return Settings.model_validate(
        {
            "data_dir": settings.data_dir / "demo",
            "server": {
                "base_url": f"http://localhost:{free}",
                "host": HOST,
                "port": free,
                "trusted_proxies": [HOST],
                "time_zone": settings.server.time_zone,
            },
            "logs": {"level": "warning", "format": "text"},
        }
    )


def _free_port(first: int) -> int:
    """The first port that nobody listens on; where all are taken `first` itself, to be refused later."""
    for port in range(first, min(first + PORTS_TRIED, 65536)):
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind((HOST, port))
            except OSError:
                continue
            return port
    return first


def start(ctx: Context) -> None:
    """Fill the database and say who can sign in."""
    with sign_of_life("Hiring the team"):
        seed(ctx)
    click.echo(_welcome(ctx.site.base_url, live_codes(ctx)))


def _welcome(address: str, people: list[LiveCode]) -> str:
    rows = [_row("Username", "Password", "Code now", ""), *map(_person, people)]
    seconds = people[0].seconds_left if people else 0
    return "\n".join(
        [
            f"\nSparekey's demo: {address}",
            f"E-mails, and codes as time goes on: {address}/demo/outbox\n",
            *rows,
            f"\nThe codes change in {seconds} seconds. Jonas Frei left his phone on the train: sign in as",
            "nora.keller and let him back in, under Contacts, Staff. Ctrl-C ends the demo.\n",
        ]
    )


def _person(one: LiveCode) -> str:
    invited = "invited: see the letter" if not one.password else ""
    return _row(one.username, one.password, one.code or "none", invited or f"{one.name}, {_ROLES[one.role]}")


def _row(*cells: str) -> str:
    widths = (18, 20, 10, 0)
    return "  ".join(f"{cell:{width}}" for cell, width in zip(cells, widths, strict=True)).rstrip()
