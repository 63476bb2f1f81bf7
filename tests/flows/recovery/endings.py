"""Every way in which a hand-over ends before it is complete, and what must follow."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

import pytest

from sparekey.core.contract import Answer
from sparekey.core.people import Member
from sparekey.core.recovery_case import Ending, State
from sparekey.core.sign_in import SignedIn, Standing
from sparekey.flows import console, not_me, recover
from sparekey.flows.background import upkeep
from sparekey.flows.context import Context
from tests.flows.steps import (
    answer,
    half,
    refusal,
    token_in,
)
from tests.people import (
    SOMEBODY,
    Browser,
    Team,
    again,
    code_of,
    letters,
)
from tests.world import FrozenWorld

DAY = timedelta(days=1)


@dataclass(frozen=True)
class Where:
    """Who is there when a case ends."""

    team: Team
    nora: Browser
    jonas: Member
    codes: list[str]
    world: FrozenWorld


def expire(ctx: Context, where: "Where") -> None:
    where.world.advance(DAY)
    upkeep.run_once(ctx)


def take_back(ctx: Context, where: "Where") -> None:
    recover.take_back(ctx, again(ctx, where.nora), where.jonas.id)


def stop(ctx: Context, where: "Where") -> None:
    not_me.stop(ctx, SOMEBODY, token_in(str(letters(ctx)[0].facts["stop_link"])))


def sign_in_otherwise(ctx: Context, where: "Where") -> None:
    outcome = answer(ctx, half(ctx, where.jonas), where.codes[0], Answer.BACKUP_CODE)
    assert isinstance(outcome.decision, SignedIn)
    assert outcome.must_change_secret


def use_lost_one(ctx: Context, where: "Where") -> None:
    refused = refusal(lambda: answer(ctx, half(ctx, where.jonas), code_of(ctx, where.jonas)))
    assert "wrong_proof" == refused.code


def recover_on_console(ctx: Context, where: "Where") -> None:
    console.member_recover(ctx, where.jonas.username)


@dataclass(frozen=True)
class End:
    """How a case ends: its state and reason, what becomes of the lost factor, and who is told."""

    act: Callable[[Context, Where], None]
    state: State
    ending: Ending
    app: Standing
    told: str
    owners_told: str = ""


ENDS = [
    End(expire, State.EXPIRED, Ending.EXPIRED, Standing.ACTIVE, "recovery_ended"),
    End(take_back, State.CANCELLED, Ending.CANCELLED_BY_HELPER, Standing.ACTIVE, "recovery_ended"),
    End(
        stop,
        State.STOPPED,
        Ending.STOPPED_BY_PERSON,
        Standing.ACTIVE,
        "recovery_doubted",
        "recovery_stopped",
    ),
    End(
        sign_in_otherwise,
        State.CANCELLED,
        Ending.SIGNED_IN_OTHERWISE,
        Standing.SUSPENDED,
        "recovery_ended",
    ),
    End(
        use_lost_one,
        State.STOPPED,
        Ending.LOST_FACTOR_USED,
        Standing.SUSPENDED,
        "recovery_tripwire",
        "recovery_tripwire_owners",
    ),
    End(recover_on_console, State.CANCELLED, Ending.REPLACED, Standing.ACTIVE, "recovery_ended"),
]
EVERY_END = pytest.mark.parametrize("end", ENDS, ids=lambda end: end.ending.value)
