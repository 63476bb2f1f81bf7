"""Times, people and cheap costs for the tests of factors."""

import json
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from sparekey.core.contract import About, Hashing, Moment

NOON = datetime(2026, 11, 9, 12, 0, tzinfo=UTC)
"""The start of a step."""

CHEAP = Hashing(memory_kib=8, passes=1, pepper=b"a pepper of the tests")
JONAS = About("Berg & Tal", "jonas.weber", ("Jonas Weber", "Jonas", "Weber"))
PASSPHRASE = "lantern under the bridge"


def moment(seconds: float = 0, seed: bytes = b"seed") -> Moment:
    """So many seconds after noon."""
    return Moment(NOON + timedelta(seconds=seconds), seed)


@dataclass(frozen=True)
class LoadedDice(Moment):
    """Draws what it is told, then goes on like any other."""

    first: tuple[bytes, ...] = ()

    def draw(self, label: str, size: int) -> bytes:
        place = label.rpartition("/")[2]
        if place.isdecimal() and int(place) < len(self.first):
            return self.first[int(place)]
        return super().draw(label, size)


def vectors(name: str) -> dict[str, Any]:
    read: dict[str, Any] = json.loads((Path(__file__).parents[1] / "vectors" / name).read_text("utf-8"))
    return read
