"""What a factor sees of the world."""

from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sparekey.core.contract import (
    SENT_LIFE,
    About,
    Category,
    Challenge,
    Evidence,
    Hashing,
    Message,
    Moment,
    Proposal,
    Trouble,
    Verified,
    WrongAnswer,
)
from tests.core.made import APP
from tests.strategies import NOON

SEED = bytes(range(32))
MOMENT = Moment(NOON, SEED)


@given(st.text(st.characters(codec="utf-8")), st.integers(0, 100))
def test_the_same_label_draws_the_same_bytes(label: str, size: int) -> None:
    assert MOMENT.draw(label, size) == Moment(NOON, SEED).draw(label, size)
    assert len(MOMENT.draw(label, size)) == size


@given(st.lists(st.text(st.characters(codec="utf-8")), unique=True, min_size=2, max_size=5))
def test_other_labels_draw_other_bytes(labels: list[str]) -> None:
    assert len(labels) == len({MOMENT.draw(label, 16) for label in labels})


def test_another_seed_draws_other_bytes() -> None:
    assert MOMENT.draw("secret", 16) != replace(MOMENT, seed=SEED[::-1]).draw("secret", 16)


def test_what_is_drawn_is_known_for_a_known_seed() -> None:
    """SHAKE256 over seed and label, as `openssl dgst -shake256 -xoflen 8` says."""
    assert "8579474329c59e38" == MOMENT.draw("secret", 8).hex()


@pytest.mark.parametrize(
    "value",
    [
        MOMENT,
        Hashing(pepper=b"hidden"),
        Proposal(shown={"a": "hidden"}, kept={"a": "hidden"}),
        Message("hidden", "hidden"),
        Challenge("hidden", {"a": "hidden"}, Message("hidden", "hidden")),
        About("Sparekey", "jonas", address="hidden"),
        Verified("hidden", Evidence((Category.KNOWLEDGE,), ())),
    ],
)
def test_secrets_are_not_in_what_is_printed(value: object) -> None:
    assert "hidden" not in repr(value)
    assert repr(SEED) not in repr(value)


def test_the_default_cost_of_a_password_hash() -> None:
    """argon2id with 19 MiB, two passes, one lane."""
    assert (19456, 2, 1) == (Hashing().memory_kib, Hashing().passes, Hashing().lanes)


def test_a_factor_ends_at_its_limit_and_is_not_temporary_unless_it_says_so() -> None:
    assert (True, False) == (APP.is_disabled_at_limit, APP.is_temporary)


def test_whatever_can_be_guessed_is_counted() -> None:
    key = replace(APP, is_asked=True)
    assert (True, False, True) == (APP.is_counted, key.is_counted, replace(key, is_sent=True).is_counted)


def test_nothing_is_restricted_or_sent_or_needs_a_policy_unless_it_says_so() -> None:
    assert (False, False, False, "") == (APP.is_asked, APP.is_sent, APP.is_restricted, APP.allowed_by)


def test_a_code_that_is_sent_is_good_for_ten_minutes() -> None:
    assert timedelta(minutes=10) == SENT_LIFE


def test_evidence_claims_nothing_by_default() -> None:
    evidence = Evidence((Category.POSSESSION,), ("otp",))
    assert (None, "") == (evidence.left, evidence.warning)


def test_a_wrong_answer_says_why_and_what_may_be_shown() -> None:
    refused = WrongAnswer(Trouble.ALREADY_USED, at=NOON)
    assert (Trouble.ALREADY_USED, {"at": NOON}) == (refused.trouble, refused.facts)
    assert "already_used" == str(refused)
    assert refused.kept is None


def test_a_wrong_answer_may_change_what_is_kept() -> None:
    assert ("material", {}) == (
        WrongAnswer(Trouble.EXPIRED, "material").kept,
        WrongAnswer(Trouble.WRONG).facts,
    )


def test_no_context_words_by_default() -> None:
    assert () == About("Sparekey", "jonas").context_words
