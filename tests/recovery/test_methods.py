"""The ways back in say of themselves what they ask for; none of them can weaken the life of a case."""

from datetime import timedelta

import pytest

from sparekey.core.permissions import HELPING, TABLE
from sparekey.core.recovery_case import CasePolicy, Delivery
from sparekey.recovery import METHODS
from sparekey.recovery._contract import Method


@pytest.mark.parametrize("method", METHODS.values(), ids=lambda method: method.name)
def test_every_delivery_of_a_method_asks_for_a_right_that_nobody_has_over_themselves(method: Method) -> None:
    assert method.rights
    assert set(method.rights.values()) <= HELPING & set(TABLE)


@pytest.mark.parametrize("name", METHODS)
def test_a_method_is_found_by_its_own_name(name: str) -> None:
    assert name == METHODS[name].name


def test_a_helper_may_hand_over_in_every_way_with_no_approval_and_no_wait() -> None:
    method = METHODS["owner_issues"]
    assert (set(Delivery), CasePolicy(0, timedelta())) == (set(method.rights), method.policy)
