"""The only clock and the only dice.

Everybody else receives a `Moment`. A server has one `World`; tests hand in one of their own, so that days pass
without waiting and every secret of a run can be foreseen.
"""

import os
from datetime import UTC, datetime
from typing import Protocol

from sparekey.core.contract import Moment


class World(Protocol):
    """What the server knows of time and chance."""

    def now(self) -> datetime:
        """The present time, in UTC."""

    def entropy(self, size: int) -> bytes:
        """`size` unforeseeable bytes."""


class RealWorld:
    """The machine's clock and the operating system's random source."""

    def now(self) -> datetime:
        return datetime.now(UTC)

    def entropy(self, size: int) -> bytes:
        return os.urandom(size)


def moment(world: World) -> Moment:
    """One moment: a time and 256 bits, from which every secret of one request is drawn."""
    return Moment(at=world.now(), seed=world.entropy(32))
