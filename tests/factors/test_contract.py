"""What every registered factor keeps to. A new factor adds its right answer to `ANSWERS`.

Those that are asked first have answers that no person types: `test_passkey.py`.
"""

import json
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sparekey.core.contract import Factor, Moment, Proposal, WrongAnswer
from sparekey.factors import TRAITS, code_at, registered
from tests.factors.builders import CHEAP, JONAS, PASSPHRASE, moment

FACTORS = {kind: one for kind, one in registered(CHEAP).items() if not one.traits.is_asked}
EACH = pytest.mark.parametrize("factor", FACTORS.values(), ids=FACTORS.keys())
SINGLE_USE = pytest.mark.parametrize("kind", [kind for kind in FACTORS if kind != "password"])


def _password(factor: Factor[Any], proposal: Proposal, at: Moment) -> str:
    return PASSPHRASE


def _app(factor: Factor[Any], proposal: Proposal, at: Moment) -> str:
    return code_at(factor.decode(proposal.kept), at.at)


def _paper(factor: Factor[Any], proposal: Proposal, at: Moment) -> str:
    return proposal.shown["codes"][3]


ANSWERS: dict[str, Callable[[Factor[Any], Proposal, Moment], str]] = {
    "password": _password,
    "totp": _app,
    "temporary_secret": _app,
    "backup_codes": _paper,
}

HOSTILE = [
    "",
    " ",
    "\0",
    "lantern under\0 the bridge",
    "123456\0",
    "\ud800" * 16,
    "\udfff",
    "😀" * 64,
    "👩‍👩‍👧‍👦" * 200,
    "\u202e654321",
    "שלום עולם שלום עולם",
    "a" + "\u0301" * 100_000,
    "1" * 1_000_000,
    " " * 1_000_000,
    "⁶²³¹²³",
    "½" * 6,
    "İIıi" * 4,
    "ß" * 16,
    "'; DROP TABLE member; --",
    "$argon2id$v=19$m=8,t=1,p=1$AAAAAAAAAAAAAAAAAAAAAA$AAAAAAAAAAA",
]


def enrolled(factor: Factor[Any]) -> tuple[Any, Proposal]:
    start = moment()
    proposal = factor.propose(JONAS, start)
    answer = ANSWERS[factor.traits.kind](factor, proposal, start)
    return factor.enrol(JONAS, proposal.kept, answer, start), proposal


def right_answer(factor: Factor[Any], proposal: Proposal, at: Moment) -> str:
    return ANSWERS[factor.traits.kind](factor, proposal, at)


def test_every_kind_has_an_answer_here_and_traits_of_its_own_name() -> None:
    asked = {kind for kind, traits in TRAITS.items() if traits.is_asked}
    assert ANSWERS.keys() == FACTORS.keys() == TRAITS.keys() - asked
    assert all(kind == traits.kind for kind, traits in TRAITS.items())


@EACH
def test_an_enrolled_factor_is_proved_by_its_right_answer(factor: Factor[Any]) -> None:
    kept, proposal = enrolled(factor)
    later = moment(60)
    evidence = factor.verify(kept, right_answer(factor, proposal, later), later).evidence
    assert ((factor.traits.category,), factor.traits.amr) == (evidence.categories, evidence.amr)


@EACH
def test_material_survives_being_kept_as_json(factor: Factor[Any]) -> None:
    kept, proposal = enrolled(factor)
    later = moment(60)
    after = factor.verify(kept, right_answer(factor, proposal, later), later).kept
    for material in (kept, after):
        assert material == factor.decode(json.loads(json.dumps(factor.encode(material))))


@EACH
def test_an_enrolment_survives_being_kept_as_json(factor: Factor[Any]) -> None:
    start = moment()
    proposal = factor.propose(JONAS, start)
    answer = right_answer(factor, proposal, start)
    again = json.loads(json.dumps(dict(proposal.kept)))
    assert factor.enrol(JONAS, proposal.kept, answer, start) == factor.enrol(JONAS, again, answer, start)


@SINGLE_USE
def test_an_answer_that_works_once_is_refused_the_second_time(kind: str) -> None:
    factor = FACTORS[kind]
    kept, proposal = enrolled(factor)
    later = moment(60)
    answer = right_answer(factor, proposal, later)
    after = factor.verify(kept, answer, later).kept
    with pytest.raises(WrongAnswer, match="already_used"):
        factor.verify(after, answer, later)


@EACH
@pytest.mark.parametrize("answer", HOSTILE, ids=range(len(HOSTILE)))
def test_a_hostile_answer_proves_nothing_and_breaks_nothing(factor: Factor[Any], answer: str) -> None:
    kept, _ = enrolled(factor)
    with pytest.raises(WrongAnswer):
        factor.verify(kept, answer, moment(60))


@EACH
@pytest.mark.parametrize("answer", HOSTILE, ids=range(len(HOSTILE)))
def test_a_hostile_answer_in_an_enrolment_is_accepted_or_refused(factor: Factor[Any], answer: str) -> None:
    proposal = factor.propose(JONAS, moment())
    try:
        kept = factor.enrol(JONAS, proposal.kept, answer, moment())
    except WrongAnswer:
        return
    assert kept == factor.decode(factor.encode(kept))


@EACH
@given(answer=st.text())
def test_no_text_raises_anything_but_a_wrong_answer(factor: Factor[Any], answer: str) -> None:
    kept, _ = enrolled(factor)
    with pytest.raises(WrongAnswer):
        factor.verify(kept, answer, moment(60))


@EACH
def test_a_hostile_name_does_not_break_an_enrolment(factor: Factor[Any]) -> None:
    odd = replace(JONAS, issuer="\ud800:\0\n🏔️", username=":\u202e/?#&", context_words=("", " ", "\ud800"))
    start = moment()
    proposal = factor.propose(odd, start)
    assert factor.enrol(odd, proposal.kept, right_answer(factor, proposal, start), start)


@EACH
def test_nothing_secret_shows_in_a_printed_value(factor: Factor[Any]) -> None:
    kept, proposal = enrolled(factor)
    later = moment(60)
    verified = factor.verify(kept, right_answer(factor, proposal, later), later)
    printed = repr((kept, proposal, verified, moment()))
    secrets = [str(value) for value in (*_leaves(factor.encode(kept)), *_leaves(dict(proposal.shown)))]
    assert not [secret for secret in secrets if len(secret) > 12 and secret in printed]


def _leaves(value: Any) -> list[Any]:
    if isinstance(value, dict):
        return [leaf for part in value.values() for leaf in _leaves(part)]
    if isinstance(value, list):
        return [leaf for part in value for leaf in _leaves(part)]
    return [value]


@EACH
def test_a_unit_that_runs_a_second_time_keeps_the_same(factor: Factor[Any]) -> None:
    assert enrolled(factor) == enrolled(factor)


@EACH
def test_two_people_of_one_moment_share_no_secret(factor: Factor[Any]) -> None:
    mia = replace(JONAS, username="mia.keller")
    start = moment()
    first, second = (factor.propose(about, start) for about in (JONAS, mia))
    answers = (right_answer(factor, proposal, start) for proposal in (first, second))
    kept_first = factor.enrol(JONAS, first.kept, next(answers), start)
    kept_second = factor.enrol(mia, second.kept, next(answers), start)
    assert kept_first != kept_second
