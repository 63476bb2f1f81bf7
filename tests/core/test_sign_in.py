"""The one place that decides what is enough to be let in."""

from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sparekey.core.contract import Answer, Category
from sparekey.core.people import AuthenticatorId
from sparekey.core.proofs import Proof
from sparekey.core.sign_in import (
    Demand,
    Enrolled,
    Prove,
    Rotate,
    SignedIn,
    Standing,
    can_prove,
    candidates,
    is_enough,
    next_step,
    tripwires,
)
from tests import strategies
from tests.core.made import APP, CODES, MAIL, PASSWORD, TEMPORARY, enrolled, proof

HAS_ALL = (enrolled(CODES), enrolled(APP), enrolled(PASSWORD))


def with_app(standing: Standing) -> tuple[Enrolled, ...]:
    return (enrolled(PASSWORD), enrolled(APP, standing), enrolled(CODES))


@pytest.mark.parametrize("proofs", [[], [proof(APP)], [proof(CODES), proof(APP)]])
def test_the_password_comes_first(proofs: list[Proof]) -> None:
    assert Prove((Answer.PASSWORD,)) == next_step(HAS_ALL, proofs)


def test_then_one_second_factor_is_asked_in_a_fixed_order_of_fields() -> None:
    assert Prove((Answer.CODE, Answer.BACKUP_CODE)) == next_step(HAS_ALL, [proof(PASSWORD)])


@pytest.mark.parametrize("second", [APP, CODES])
def test_password_and_a_second_factor_sign_in(second: object) -> None:
    both = [proof(PASSWORD), proof(second)]  # type: ignore[arg-type]
    assert SignedIn() == next_step(HAS_ALL, both)


def test_a_remembered_browser_skips_the_second_step_at_aal1() -> None:
    assert SignedIn() == next_step(HAS_ALL, [proof(PASSWORD)], is_remembered=True)


def test_a_remembered_browser_does_not_skip_the_password() -> None:
    assert Prove((Answer.PASSWORD,)) == next_step(HAS_ALL, [proof(APP)], is_remembered=True)


def test_a_temporary_secret_and_the_password_open_the_forced_change_only() -> None:
    owned = (enrolled(PASSWORD), enrolled(TEMPORARY))
    assert Rotate() == next_step(owned, [proof(PASSWORD), proof(TEMPORARY)])


def test_an_exposed_app_opens_the_forced_change_only() -> None:
    proofs = [proof(PASSWORD), proof(CODES), proof(APP)]
    assert Rotate() == next_step(with_app(Standing.EXPOSED), proofs)


def test_a_remembered_browser_does_not_lead_past_the_forced_change() -> None:
    owned = (enrolled(PASSWORD), enrolled(TEMPORARY))
    proofs = [proof(PASSWORD), proof(TEMPORARY)]
    assert Rotate() == next_step(owned, proofs, is_remembered=True)


@pytest.mark.parametrize("is_remembered", [True, False])
def test_an_exposed_password_alone_opens_nothing(is_remembered: bool) -> None:
    owned = (enrolled(PASSWORD, Standing.EXPOSED), enrolled(APP))
    assert Prove((Answer.CODE,)) == next_step(owned, [proof(PASSWORD)], is_remembered=is_remembered)


@pytest.mark.parametrize("standing", [Standing.SUSPENDED, Standing.DISABLED])
def test_a_proof_by_what_was_lost_or_disabled_since_counts_for_nothing(standing: Standing) -> None:
    proofs = [proof(PASSWORD), proof(APP)]
    assert Prove((Answer.BACKUP_CODE,)) == next_step(with_app(standing), proofs)


def test_a_proof_by_what_is_no_longer_enrolled_counts_for_nothing() -> None:
    owned = (enrolled(PASSWORD), enrolled(CODES))
    assert Prove((Answer.BACKUP_CODE,)) == next_step(owned, [proof(PASSWORD), proof(APP)])


def test_a_proof_marked_exposed_does_not_sign_in() -> None:
    proofs = [proof(PASSWORD), proof(APP, is_exposed=True)]
    assert Prove((Answer.CODE, Answer.BACKUP_CODE)) == next_step(HAS_ALL, proofs)


def test_nothing_left_to_answer_with_asks_for_nothing() -> None:
    owned = (enrolled(PASSWORD), enrolled(APP, Standing.SUSPENDED))
    assert Prove(()) == next_step(owned, [proof(PASSWORD)])


@pytest.mark.parametrize(
    ("standing", "may_prove"),
    [
        (Standing.ACTIVE, True),
        (Standing.EXPOSED, True),
        (Standing.SUSPENDED, False),
        (Standing.DISABLED, False),
    ],
)
def test_what_each_standing_may_be_answered_with(standing: Standing, may_prove: bool) -> None:
    assert may_prove == can_prove(enrolled(APP, standing))


def test_candidates_share_the_field_and_may_prove() -> None:
    second = replace(enrolled(TEMPORARY), id="aut_second")  # type: ignore[arg-type]
    owned = (*with_app(Standing.EXPOSED), second, enrolled(TEMPORARY, Standing.DISABLED))
    assert (enrolled(APP, Standing.EXPOSED), second) == candidates(owned, Answer.CODE)


def test_tripwires_share_the_field_and_are_suspended() -> None:
    owned = (*with_app(Standing.SUSPENDED), enrolled(TEMPORARY))
    assert (enrolled(APP, Standing.SUSPENDED),) == tripwires(owned, Answer.CODE)
    assert () == tripwires(owned, Answer.BACKUP_CODE)


@given(strategies.sign_ins(), st.booleans())
def test_nobody_is_signed_in_without_knowledge_and_possession_unless_remembered(
    person: tuple[tuple[Enrolled, ...], tuple[Proof, ...]], is_remembered: bool
) -> None:
    owned, proofs = person
    decision = next_step(owned, proofs, is_remembered=is_remembered)
    sound = {one.id: one for one in owned if one.standing is Standing.ACTIVE and not one.traits.is_temporary}
    by_sound = {each for one in proofs if one.authenticator_id in sound for each in one.categories}
    if isinstance(decision, SignedIn):
        assert by_sound & {Category.KNOWLEDGE, Category.VERIFIED}
        assert is_remembered or (Category.POSSESSION in by_sound and len(by_sound) > 1)


@given(strategies.sign_ins(), st.booleans())
def test_the_forced_change_asks_for_both_categories_too(
    person: tuple[tuple[Enrolled, ...], tuple[Proof, ...]], is_remembered: bool
) -> None:
    owned, proofs = person
    decision = next_step(owned, proofs, is_remembered=is_remembered)
    if isinstance(decision, Rotate):
        standing = {one.id: one for one in owned}
        proven = [standing[one.authenticator_id] for one in proofs if can_prove_with(standing, one)]
        usable = {each for one in proofs if can_prove_with(standing, one) for each in one.categories}
        assert any(one.traits.is_temporary or one.standing is Standing.EXPOSED for one in proven)
        assert Category.POSSESSION in usable
        assert len(usable) > 1


def can_prove_with(owned: dict[AuthenticatorId, Enrolled], one: Proof) -> bool:
    return one.authenticator_id in owned and can_prove(owned[one.authenticator_id])


@given(strategies.sign_ins())
def test_nothing_is_asked_in_a_field_that_leads_nowhere(
    person: tuple[tuple[Enrolled, ...], tuple[Proof, ...]],
) -> None:
    decision = next_step(*person)
    if isinstance(decision, Prove):
        assert all(candidates(person[0], answer) for answer in decision.answers)


def test_a_code_by_mail_finishes_the_sign_in_after_the_password_and_not_before() -> None:
    owned = (enrolled(PASSWORD), enrolled(APP), enrolled(MAIL))
    assert isinstance(next_step(owned, (proof(PASSWORD), proof(MAIL))), SignedIn)
    assert Prove((Answer.PASSWORD,)) == next_step(owned, (proof(MAIL),))
    assert Prove((Answer.CODE, Answer.EMAIL_CODE)) == next_step(owned, (proof(PASSWORD),))


def test_a_code_by_mail_opens_nothing_once_it_was_reported_lost() -> None:
    owned = (enrolled(PASSWORD), enrolled(MAIL, Standing.SUSPENDED))
    assert Prove(()) == next_step(owned, (proof(PASSWORD), proof(MAIL)))


def test_a_code_by_mail_beside_a_temporary_secret_opens_no_session() -> None:
    owned = (enrolled(PASSWORD), enrolled(MAIL, Standing.EXPOSED))
    assert Prove((Answer.EMAIL_CODE,)) == next_step(owned, (proof(PASSWORD), proof(MAIL)))


# What an app asks for

KEY = replace(proof(APP), kind="passkey", amr=("pop", "user"))
EXPOSED = replace(proof(PASSWORD), is_exposed=True)


@pytest.mark.parametrize(
    ("proofs", "carried"),
    [
        ([], set()),
        ([EXPOSED], set()),
        ([proof(PASSWORD)], {Demand.REMEMBERED}),
        ([KEY], {Demand.REMEMBERED}),
        ([proof(PASSWORD), proof(APP)], {Demand.REMEMBERED, Demand.SECOND}),
        ([proof(PASSWORD), KEY], set(Demand)),
        ([replace(KEY, categories=(Category.POSSESSION, Category.VERIFIED))], set(Demand)),
    ],
)
def test_what_proofs_carry(proofs: list[Proof], carried: set[Demand]) -> None:
    assert carried == {demand for demand in Demand if is_enough(proofs, demand)}


@pytest.mark.parametrize(("later", "expected"), [(0, True), (1, False)])
def test_every_part_must_be_as_fresh_as_is_asked(later: int, expected: bool) -> None:
    both = [proof(PASSWORD), replace(proof(APP), at=proof(APP).at + timedelta(hours=1))]
    since = proof(PASSWORD).at + timedelta(seconds=later)
    assert expected == is_enough(both, Demand.SECOND, since=since)
