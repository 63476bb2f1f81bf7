"""One of each role and two owners, with a policy that allows everything; and who is there when a case ends."""

import pytest

from sparekey.core.people import Member, Policy, Role
from sparekey.flows.context import Context
from tests.flows.recovery.endings import Where
from tests.people import Browser, Team, account, signed_in, with_backup_codes
from tests.world import FrozenWorld

OTHERS = {"second.owner": Role.OWNER, "ivana.admin": Role.ADMIN, "luca.auditor": Role.AUDITOR}


@pytest.fixture
def team(ctx: Context) -> Team:
    return account(ctx, others=OTHERS, policy=Policy(reveal_current=True, remember_days=30))


@pytest.fixture
def jonas(team: Team) -> Member:
    return team["jonas.frei"]


@pytest.fixture
def nora(ctx: Context, team: Team) -> Browser:
    """The owner, signed in just now."""
    return signed_in(ctx, team.owner)


@pytest.fixture
def where(ctx: Context, team: Team, nora: Browser, jonas: Member, world: FrozenWorld) -> Where:
    return Where(team, nora, jonas, with_backup_codes(ctx, jonas), world)
