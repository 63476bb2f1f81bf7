"""Proofs and what they add up to."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sparekey.core.proofs import FRESH, Aal, Assurance, Proof, assurance, is_fresh
from tests import strategies
from tests.core.made import APP, CODES, MAIL, PASSWORD, proof
from tests.strategies import NOON


def minutes_ago(minutes: float) -> object:
    return NOON - timedelta(minutes=minutes)


def test_nothing_proven_is_worth_nothing() -> None:
    assert Assurance(Aal.NONE, (), None) == assurance([])


def test_one_category_is_aal1() -> None:
    assert Assurance(Aal.AAL1, ("pwd",), NOON) == assurance([proof(PASSWORD)])


def test_two_proofs_of_one_category_are_still_aal1() -> None:
    assert Assurance(Aal.AAL1, ("otp",), NOON) == assurance([proof(APP), proof(APP)])


def test_two_categories_are_aal2_as_old_as_the_older_one() -> None:
    both = assurance([proof(PASSWORD, 4), proof(APP, 3)])
    assert Assurance(Aal.AAL2, ("mfa", "otp", "pwd"), minutes_ago(4)) == both  # type: ignore[arg-type]


@pytest.mark.parametrize("order", [1, -1])
def test_the_newest_proof_of_each_category_counts_in_whatever_order(order: int) -> None:
    given_proofs = [proof(PASSWORD, 60), proof(APP, 2), proof(PASSWORD, 1)][::order]
    assert assurance(given_proofs).auth_time == minutes_ago(2)


def test_the_first_of_two_proofs_at_one_moment_counts() -> None:
    assert ("otp",) == assurance([proof(APP), proof(CODES)]).amr


def test_an_exposed_proof_counts_as_one_category_and_no_more() -> None:
    assert Assurance(Aal.AAL1, (), None) == assurance([proof(APP, is_exposed=True)])
    assert Assurance(Aal.AAL1, ("pwd",), NOON) == assurance([proof(PASSWORD), proof(APP, is_exposed=True)])


def test_a_factor_without_a_registered_value_adds_none() -> None:
    assert ("mfa", "pwd") == assurance([proof(PASSWORD), proof(CODES)]).amr


@pytest.mark.parametrize("aal", Aal)
def test_acr_is_a_stable_name(aal: Aal) -> None:
    assert f"urn:sparekey:acr:aal{aal.value}" == Assurance(aal, (), None).acr


def test_the_levels_compare() -> None:
    assert [0, 1, 2] == [Aal.NONE, Aal.AAL1, Aal.AAL2]


@given(st.lists(strategies.proofs), strategies.proofs)
def test_one_more_proof_never_lowers_what_was_proven(proofs: list[Proof], more: Proof) -> None:
    assert assurance([*proofs, more]).aal >= assurance(proofs).aal


@given(st.lists(strategies.proofs))
def test_aal2_means_two_categories_that_nobody_else_has_seen(proofs: list[Proof]) -> None:
    own = {category for one in proofs if not one.is_exposed for category in one.categories}
    assert (len(own) > 1) == (assurance(proofs).aal is Aal.AAL2)


@given(st.lists(strategies.proofs))
def test_mfa_is_claimed_for_aal2_only(proofs: list[Proof]) -> None:
    total = assurance(proofs)
    assert ("mfa" in total.amr) == (total.aal is Aal.AAL2)


def test_five_minutes_are_fresh_and_not_a_moment_more() -> None:
    both = [proof(PASSWORD, 5), proof(APP, 1)]
    assert timedelta(minutes=5) == FRESH
    assert is_fresh(both, NOON)
    assert not is_fresh(both, NOON + timedelta(microseconds=1))


def test_one_fresh_category_beside_an_old_one_is_not_fresh() -> None:
    assert not is_fresh([proof(PASSWORD, 1), proof(APP, 6)], NOON)


@pytest.mark.parametrize("proofs", [[], [proof(PASSWORD)], [proof(PASSWORD), proof(APP, is_exposed=True)]])
def test_less_than_aal2_is_never_fresh(proofs: list[Proof]) -> None:
    assert not is_fresh(proofs, NOON)


@given(st.lists(strategies.proofs))
def test_fresh_implies_aal2(proofs: list[Proof]) -> None:
    assert not is_fresh(proofs, NOON) or assurance(proofs).aal is Aal.AAL2


def test_a_mailbox_never_makes_the_second_of_two() -> None:
    found = assurance((proof(PASSWORD), proof(MAIL)))
    assert (Aal.AAL1, ("pwd",)) == (found.aal, found.amr)
    assert Aal.AAL2 is assurance((proof(PASSWORD), proof(MAIL), proof(APP))).aal


def test_a_mailbox_keeps_nothing_fresh() -> None:
    assert not is_fresh((proof(PASSWORD), proof(APP, 6), proof(MAIL)), NOON)


@pytest.mark.parametrize(
    ("aal", "amr", "acr"),
    [
        (Aal.NONE, (), "urn:sparekey:acr:aal0"),
        (Aal.AAL1, ("pwd",), "urn:sparekey:acr:aal1"),
        (Aal.AAL1, ("pop",), "urn:sparekey:acr:aal1"),
        (Aal.AAL2, ("mfa", "otp", "pwd"), "urn:sparekey:acr:aal2"),
        (Aal.AAL2, ("hwk", "mfa"), "urn:sparekey:acr:aal2"),
        (Aal.AAL2, ("mfa", "pop", "swk"), "phr"),
        (Aal.AAL2, ("hwk", "mfa", "pop"), "phrh"),
    ],
)
def test_apps_are_told_the_strongest_that_is_true(aal: Aal, amr: tuple[str, ...], acr: str) -> None:
    assert acr == Assurance(aal, amr, NOON).acr
