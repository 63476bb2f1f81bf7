"""People and their authenticators in the files of another system: looked at, and taken over whole or not at all."""

from sparekey.flows.joining.from_elsewhere.looking import NAMES, BadFile, Found, Keys, Upload, look_into
from sparekey.flows.joining.from_elsewhere.planning import Count, Planned, count, plan
from sparekey.flows.joining.from_elsewhere.taking import Into, check, steps, take_over
from sparekey.flows.joining.from_elsewhere.waiting import (
    MOST_ON_A_PAGE,
    Waiting,
    demand_may,
    hold,
    take_waiting,
    waiting,
)

__all__ = [
    "MOST_ON_A_PAGE",
    "NAMES",
    "BadFile",
    "Count",
    "Found",
    "Into",
    "Keys",
    "Planned",
    "Upload",
    "Waiting",
    "check",
    "count",
    "demand_may",
    "hold",
    "look_into",
    "plan",
    "steps",
    "take_over",
    "take_waiting",
    "waiting",
]
