"""Factors: one pure file each, one line each in `registered`.

Nobody outside imports a factor by name. They take a kind's object from `registered`, read its `traits`, and
keep its material unread between `decode` and `encode`. What only some kinds can do stands here as a
function of the material:

- `dummy_password`: material to check for a name that nobody has;
- `reveal`: secret and URI of an app's secret once more (printed sheet, downloads, the open view of a
  temporary one);
- `code_at`: what the app shows, for `PERIOD` seconds (demo and tests);
- `confirm_saved`, `codes_left`, `saved_at`: a set of backup codes without using one up.
"""

from datetime import datetime
from typing import Any

from sparekey.core.contract import Factor, Hashing, Moment, Traits
from sparekey.factors.backup_codes import BackupCodes, BackupCodeSet
from sparekey.factors.password import Password, dummy_password
from sparekey.factors.temporary_secret import TemporarySecret
from sparekey.factors.totp import PERIOD, Totp, code_at, reveal

__all__ = [
    "PERIOD",
    "TRAITS",
    "code_at",
    "codes_left",
    "confirm_saved",
    "dummy_password",
    "registered",
    "reveal",
    "saved_at",
]


def registered(hashing: Hashing) -> dict[str, Factor[Any]]:
    """Every factor by kind; `hashing` is the cost at which new passwords and codes are kept."""
    factors: tuple[Factor[Any], ...] = (
        Password(hashing),
        Totp(),
        TemporarySecret(),
        BackupCodes(hashing),
    )
    return {factor.traits.kind: factor for factor in factors}


TRAITS: dict[str, Traits] = {kind: factor.traits for kind, factor in registered(Hashing()).items()}


def confirm_saved(hashing: Hashing, kept: BackupCodeSet, answer: str, moment: Moment) -> BackupCodeSet:
    """The set, proved to be saved by one unused code, which stays valid; raises `WrongAnswer`. One hash."""
    return BackupCodes(hashing).confirm(kept, answer, moment)


def codes_left(kept: object) -> int | None:
    """How many single-use codes are left; None for a kind without such."""
    return kept.left if isinstance(kept, BackupCodeSet) else None


def saved_at(kept: object) -> datetime | None:
    """When the person proved to have saved the codes; None before, and for a kind without codes."""
    return kept.saved_at if isinstance(kept, BackupCodeSet) else None
