"""The tests of the core notice when the core is broken."""

import ast

import pytest

from tests import mutation
from tests.mutation import EQUIVALENT, Mutant, all_mutants, broken, choose, mutants_of, report, survivors_of

AT_LEAST = 0.95


@pytest.mark.long
def test_nearly_every_broken_core_is_noticed() -> None:
    tried = choose(all_mutants(), mutation.SAMPLE)
    assert report(tried, survivors_of(tried)) >= AT_LEAST


def test_every_mutant_is_a_program_and_another_one() -> None:
    path = mutation.ROOT / mutation.CORE / "throttle.py"
    whole = path.read_text()
    sources = [ast.unparse(ast.parse(whole)), *(broken(whole, mutant) for mutant in mutants_of(path))]
    assert len(sources) == len(set(sources))
    assert len(sources) > 50


def test_the_sample_is_the_same_whatever_the_order() -> None:
    mutants = [Mutant("some", number, f"mutant {number}", 0, 0) for number in range(20)]
    assert choose(mutants, 5) == choose(mutants[::-1], 5)


def test_what_is_listed_as_making_no_difference_is_still_there() -> None:
    files = sorted((mutation.ROOT / mutation.CORE).glob("*.py"))
    assert [] == sorted(set(EQUIVALENT) - {mutant.name for path in files for mutant in mutants_of(path)})
