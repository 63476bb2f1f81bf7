"""Backup codes: how they look, how they are typed, that each works once, and what a check costs."""

from collections.abc import Iterable
from contextlib import suppress
from dataclasses import replace
from math import log2

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sparekey.core.contract import Trouble, WrongAnswer
from sparekey.factors import codes_left, confirm_saved, dummy_password, saved_at, unspent
from sparekey.factors.backup_codes import ALPHABET, BackupCodes, BackupCodeSet
from tests.factors.builders import CHEAP, JONAS, NOON, LoadedDice, moment

BACKUP = BackupCodes(CHEAP)
PROPOSAL = BACKUP.propose(JONAS, moment())
SHOWN = [str(code) for code in PROPOSAL.shown["codes"]]
KEPT = BACKUP.enrol(JONAS, PROPOSAL.kept, "", moment())
LATER = moment(3600)


def trouble(kept: BackupCodeSet, answer: str) -> tuple[Trouble, dict[str, object]]:
    with pytest.raises(WrongAnswer) as refused:
        BACKUP.verify(kept, answer, LATER)
    return refused.value.trouble, refused.value.facts


def use(kept: BackupCodeSet, codes: Iterable[str]) -> BackupCodeSet:
    for code in codes:
        kept = BACKUP.verify(kept, code, LATER).kept
    return kept


def test_a_set_is_ten_codes_of_four_groups_of_four() -> None:
    assert [[4, 4, 4, 4]] * 10 == [[len(group) for group in code.split("-")] for code in SHOWN]


def test_a_code_is_80_bits_of_an_alphabet_without_look_alikes() -> None:
    assert 80 == 16 * log2(len(set(ALPHABET)))
    assert not set(ALPHABET) & set("ilou")
    assert set("".join(SHOWN)) <= set(ALPHABET) | {"-"}


def test_codes_are_spelled_from_the_first_bit_to_the_last() -> None:
    dice = LoadedDice(NOON, b"seed", (bytes(10), b"\xff" * 10, bytes(9) + b"\x01", b"\x08" + bytes(9)))
    codes = list(BACKUP.propose(JONAS, dice).shown["codes"])
    assert ["0000-0000-0000-0000", "zzzz-zzzz-zzzz-zzzz", "1000-0000-0000-0000"] == codes[:3]


def test_two_codes_of_a_set_never_begin_alike() -> None:
    dice = LoadedDice(NOON, b"seed", (bytes(10), bytes(9) + b"\x01", bytes(10)))
    codes = BACKUP.propose(JONAS, dice).shown["codes"]
    assert (10, 10) == (len(codes), len({code[:4] for code in codes}))


@given(
    place=st.integers(0, 9),
    upper=st.lists(st.booleans(), min_size=16, max_size=16),
    between=st.lists(st.sampled_from(["", " ", "-", "–", "\u200b", "\t"]), min_size=16, max_size=16),
    swaps=st.lists(st.booleans(), min_size=16, max_size=16),
)
def test_a_code_is_read_however_it_is_typed(
    place: int, upper: list[bool], between: list[str], swaps: list[bool]
) -> None:
    typed = ""
    for character, is_upper, gap, swap in zip(
        SHOWN[place].replace("-", ""), upper, between, swaps, strict=True
    ):
        look_alike = (
            {"0": "o", "1": "l" if is_upper else "i"}.get(character, character) if swap else character
        )
        typed += gap + (look_alike.upper() if is_upper else look_alike)
    assert 9 == BACKUP.verify(KEPT, typed, LATER).evidence.left


@given(st.text(alphabet=ALPHABET, min_size=16, max_size=16))
def test_no_other_code_is_right(other: str) -> None:
    assert (Trouble.WRONG, {}) == trouble(KEPT, other)


@given(place=st.integers(0, 9), character=st.integers(4, 15))
def test_a_code_that_differs_in_one_character_is_wrong(place: int, character: int) -> None:
    code = SHOWN[place].replace("-", "")
    wrong = "2" if code[character] != "2" else "3"
    assert (Trouble.WRONG, {}) == trouble(KEPT, code[:character] + wrong + code[character + 1 :])


def test_each_code_works_once_and_the_evidence_counts_down() -> None:
    kept, left = KEPT, []
    for code in SHOWN:
        verified = BACKUP.verify(kept, code, LATER)
        kept = verified.kept
        left.append(verified.evidence.left)
    assert [9, 8, 7, 6, 5, 4, 3, 2, 1, 0] == left


def test_a_used_code_is_told_with_the_time_of_its_use() -> None:
    used = use(KEPT, SHOWN[:1])
    assert (Trouble.ALREADY_USED, {"used_at": LATER.at}) == trouble(used, SHOWN[0])


def test_nothing_of_a_used_code_is_kept_but_its_beginning_and_its_time() -> None:
    spent = use(KEPT, SHOWN[:1]).codes[0]
    assert (KEPT.codes[0].index, None, LATER.at) == (spent.index, spent.phc, spent.used_at)


@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        ("", (Trouble.EMPTY, {"expected": 16})),
        ("- -", (Trouble.EMPTY, {"expected": 16})),
        (SHOWN[0][:-1], (Trouble.WRONG_LENGTH, {"length": 15, "expected": 16})),
        (SHOWN[0] + "0", (Trouble.WRONG_LENGTH, {"length": 17, "expected": 16})),
        ("0" * 129, (Trouble.WRONG_LENGTH, {"length": 129, "expected": 16})),
        ("uuuu-uuuu-uuuu-uuuu", (Trouble.WRONG, {})),
        ("0000-0000-0000-0000", (Trouble.WRONG, {})),
    ],
)
def test_what_cannot_be_a_code_is_told_apart(answer: str, expected: object) -> None:
    assert expected == trouble(KEPT, answer)


def test_half_of_a_used_code_is_too_short_rather_than_used() -> None:
    assert Trouble.WRONG_LENGTH == trouble(use(KEPT, SHOWN[:1]), SHOWN[0][:9])[0]


@pytest.mark.parametrize(
    "answer", [SHOWN[5], SHOWN[0], SHOWN[5][:-1] + "#", "", "0" * 16, SHOWN[5][:4], "x" * 1_000_000, "\ud800"]
)
def test_every_check_costs_one_hash(answer: str, checked: list[str]) -> None:
    kept = use(KEPT, SHOWN[:1])
    checked.clear()
    with suppress(WrongAnswer):
        BACKUP.verify(kept, answer, LATER)
    assert 1 == len(checked)


def test_a_set_enrolled_without_an_answer_is_not_proved_to_be_saved() -> None:
    assert (10, None) == (codes_left(KEPT), saved_at(KEPT))


def test_a_set_enrolled_with_one_of_its_codes_is_proved_to_be_saved() -> None:
    kept = BACKUP.enrol(JONAS, PROPOSAL.kept, SHOWN[7].upper(), moment())
    assert (10, NOON) == (codes_left(kept), saved_at(kept))


@pytest.mark.parametrize(
    ("answer", "expected"),
    [(" ", Trouble.EMPTY), ("0000", Trouble.WRONG_LENGTH), ("0000-0000-0000-0000", Trouble.WRONG)],
)
def test_a_set_is_not_enrolled_with_a_wrong_code(answer: str, expected: Trouble) -> None:
    with pytest.raises(WrongAnswer) as refused:
        BACKUP.enrol(JONAS, PROPOSAL.kept, answer, moment())
    assert expected == refused.value.trouble


def test_proving_that_codes_are_saved_uses_none_up() -> None:
    kept = confirm_saved(CHEAP, KEPT, SHOWN[2], LATER)
    assert (replace(KEPT, saved_at=LATER.at), 9) == (kept, BACKUP.verify(kept, SHOWN[2], LATER).evidence.left)


@pytest.mark.parametrize(
    ("answer", "expected"), [(SHOWN[0], Trouble.ALREADY_USED), ("0" * 16, Trouble.WRONG)]
)
def test_a_used_or_foreign_code_does_not_prove_that_codes_are_saved(answer: str, expected: Trouble) -> None:
    with pytest.raises(WrongAnswer) as refused:
        confirm_saved(CHEAP, use(KEPT, SHOWN[:1]), answer, LATER)
    assert expected == refused.value.trouble


def test_without_the_pepper_neither_beginning_nor_hash_is_found() -> None:
    stolen = BackupCodes(replace(CHEAP, pepper=b""))
    with pytest.raises(WrongAnswer):
        stolen.verify(KEPT, SHOWN[0], LATER)


def test_other_kinds_have_no_codes_to_count() -> None:
    other = dummy_password(CHEAP)
    assert (None, None) == (codes_left(other), saved_at(other))


def test_a_drill_keeps_the_codes_and_their_day() -> None:
    drilled = unspent(KEPT, moment(60))
    assert (codes_left(KEPT), moment(60).at) == (codes_left(drilled), saved_at(drilled))


def test_a_drill_leaves_any_other_kind_as_it_is() -> None:
    assert "an app" == unspent("an app", moment())
