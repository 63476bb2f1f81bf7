"""What a way back in says of itself. The case's table of transitions holds for all; no method can weaken it."""

from dataclasses import dataclass

from sparekey.core.permissions import Action
from sparekey.core.recovery_case import CasePolicy, Delivery


@dataclass(frozen=True)
class Method:
    name: str
    policy: CasePolicy
    """Copied into each case when it is opened."""
    rights: dict[Delivery, Action]
    """The right that each delivery asks of whoever opens the case; a delivery that is missing is not offered."""
