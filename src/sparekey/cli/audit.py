"""The audit chains, verified from the outside."""

import sys
from typing import TYPE_CHECKING

import click

from sparekey.cli._shared import opened, with_settings
from sparekey.core.audit_chain import Broken, Whole

if TYPE_CHECKING:
    from sparekey.flows.console import Chain
    from sparekey.settings import Settings

CHAIN_BROKEN = 3
_WHY = {
    "missing": "is not there",
    "link": "does not name the entry before it",
    "content": "was changed",
    "cut_short": "and all after it are not there",
    "beyond_head": "was added behind the end",
    "head": "is not the end that was kept",
}


@click.group()
def audit() -> None:
    """The audit log: who did what."""


@audit.command()
@with_settings
def verify(settings: "Settings") -> None:
    """Verify every chain, entry by entry: the server's own and each account's.

    Names the first entry that does not fit, and ends with status 3 then. Keep the newest hashes somewhere
    else: whoever runs the server could write a whole chain anew, and only that would show it.
    """
    from sparekey.flows.console import chains, verify_chain  # noqa: PLC0415

    with opened(settings) as ctx:
        found = chains(ctx)
        total = sum(chain.length for chain in found)
        with click.progressbar(
            length=total, label="Verifying", file=sys.stderr, hidden=not sys.stderr.isatty()
        ) as bar:
            results = [(chain, verify_chain(ctx, chain, bar.update)) for chain in found]
    for chain, result in results:
        click.echo(_line(chain, result))
    if any(isinstance(result, Broken) for _, result in results):
        sys.exit(CHAIN_BROKEN)


def _line(chain: "Chain", result: Whole | Broken) -> str:
    name = f"{chain.name} ({chain.id})" if chain.name else "the server"
    if isinstance(result, Whole):
        return f"{name}: whole, {result.count} entries, newest {result.newest}"
    at = f" of {result.at:%Y-%m-%d %H:%M:%S} UTC" if result.at else ""
    return f"{name}: BROKEN, entry {result.seq}{at} {_WHY[result.why]}"
