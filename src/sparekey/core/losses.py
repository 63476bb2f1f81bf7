"""What happens when something gets lost: four states and the loss picture, from what a person has enrolled.

A way in lives on a thing; losing is losing a thing. Backup codes count only once the person has proven that
they were saved.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import combinations

from sparekey.core.contract import Category, Loss
from sparekey.core.sign_in import Enrolled, Standing


class Safety(StrEnum):
    SAFE = "safe"
    ONE_LOSS = "one_loss"
    LOCKED_OUT = "locked_out"
    NOT_SET_UP = "not_set_up"


@dataclass(frozen=True)
class Way:
    """One second factor as the loss picture sees it. `works`: active, and for codes saved and not used up."""

    thing: Loss
    kind: str
    works: bool


@dataclass(frozen=True)
class Row:
    """Losing these things leaves these ways."""

    lost: tuple[Loss, ...]
    remains: tuple[bool, ...]

    @property
    def gets_in(self) -> bool:
        return any(self.remains)


def ways_of(enrolled: Sequence[Enrolled], saved: frozenset[str]) -> tuple[Way, ...]:
    """The second factors of one person; `saved` holds the ids of those proven to be at hand."""
    return tuple(
        Way(one.thing, one.traits.kind, one.standing is Standing.ACTIVE and one.id in saved)
        for one in enrolled
        if one.traits.category is Category.POSSESSION and not one.traits.is_temporary
    )


def safety(ways: Sequence[Way], *, is_set_up: bool) -> Safety:
    """The state in one word."""
    things = {way.thing for way in ways if way.works}
    if not is_set_up:
        return Safety.NOT_SET_UP
    return (Safety.LOCKED_OUT, Safety.ONE_LOSS, Safety.SAFE)[min(len(things), 2)]


def picture(ways: Sequence[Way]) -> tuple[Row, ...]:
    """Rows for losing each thing, then all of them together."""
    things = tuple(dict.fromkeys(way.thing for way in ways if way.works))
    working = tuple(way for way in ways if way.works)
    losses = [*combinations(things, 1), *([things] if len(things) > 1 else [])]
    return tuple(Row(lost, tuple(way.thing not in lost for way in working)) for lost in losses)
