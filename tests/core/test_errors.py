"""Refusals: a stable code, a status, and a sentence that is safe to show."""

from collections.abc import Iterator
from http import HTTPStatus

import pytest

from sparekey import errors
from sparekey.errors import (
    BadInput,
    IllegalTransition,
    NameTaken,
    NotAllowed,
    ProtocolRefused,
    SparekeyError,
    TooManyTries,
)
from tests.strategies import NOON


def kinds(of: type[SparekeyError] = SparekeyError) -> Iterator[type[SparekeyError]]:
    yield of
    for kind in of.__subclasses__():
        yield from kinds(kind)


WITH_FACTS = {BadInput, NameTaken, ProtocolRefused, TooManyTries}
"""Made with more than a sentence."""
ALL = tuple(kind for kind in kinds() if kind.__module__ == errors.__name__)


def test_every_refusal_has_a_code_of_its_own() -> None:
    assert len(ALL) == len({kind.code for kind in ALL})


@pytest.mark.parametrize("kind", ALL)
def test_every_refusal_has_a_status_and_stands_in_the_tree(kind: type[SparekeyError]) -> None:
    assert kind.status_hint in HTTPStatus
    assert 400 <= kind.status_hint < 600
    assert kind.__name__ in (errors.__doc__ or "")


def test_a_protocol_refusal_says_its_own_code_and_status() -> None:
    refusal = ProtocolRefused("invalid_client", "Who are you", 401)
    assert ("invalid_client", "Who are you", HTTPStatus.UNAUTHORIZED) == (
        refusal.error,
        refusal.description,
        refusal.status_hint,
    )


@pytest.mark.parametrize("kind", ALL)
def test_the_tree_in_the_docstring_tells_the_status(kind: type[SparekeyError]) -> None:
    lines = [line.split() for line in (errors.__doc__ or "").splitlines()]
    told = {int(word) for line in lines if kind.__name__ in line for word in line if word.isdigit()}
    assert told in ({int(kind.status_hint)}, set())


@pytest.mark.parametrize("kind", [kind for kind in ALL if kind not in WITH_FACTS])
def test_a_refusal_says_its_own_sentence_unless_it_is_given_one(kind: type[SparekeyError]) -> None:
    assert (kind.sentence, kind.sentence) == (kind().sentence, str(kind()))
    assert ("Another", "Another") == (kind("Another").sentence, str(kind("Another")))


def test_a_refusal_carries_a_reason_and_facts() -> None:
    refused = NotAllowed(reason="policy", who="mem_1")
    assert ("policy", {"who": "mem_1"}) == (refused.reason, refused.facts)
    assert ("", {}) == (NotAllowed().reason, NotAllowed().facts)


def test_too_many_tries_says_until_when() -> None:
    refused = TooManyTries(NOON, reason="source")
    assert (NOON, "source", {"until": NOON}) == (refused.until, refused.reason, refused.facts)


def test_bad_input_names_its_field_and_reason() -> None:
    refused = BadInput("email", "empty", "Enter one", most=3)
    assert ("email", "empty", "Enter one", {"most": 3}) == (
        refused.field,
        refused.reason,
        refused.sentence,
        refused.facts,
    )


def test_a_taken_name_says_nothing_of_who_holds_it() -> None:
    refused = NameTaken("username")
    assert ("username", "taken", "This name is not available", {}) == (
        refused.field,
        refused.reason,
        refused.sentence,
        refused.facts,
    )


def test_an_illegal_transition_carries_state_and_step() -> None:
    assert {"state": "open", "step": "redeem"} == IllegalTransition(state="open", step="redeem").facts
