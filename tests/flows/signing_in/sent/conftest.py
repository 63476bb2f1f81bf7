"""Everything here is about an account with a gateway, where Jonas has a number and codes by e-mail."""

import pytest

from sparekey.core.people import Member
from sparekey.flows.context import Context
from tests.flows.signing_in.texting import texting, who_has_both
from tests.people import Team
from tests.world import FrozenWorld


@pytest.fixture
def ctx(ctx: Context) -> Context:
    return texting(ctx)


@pytest.fixture
def team(ctx: Context, world: FrozenWorld) -> Team:
    return who_has_both(ctx, world)


@pytest.fixture
def jonas(team: Team) -> Member:
    return team["jonas.frei"]
