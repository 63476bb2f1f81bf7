"""What the outside can see is documented: pages made from the code are up to date, the rest is complete."""

import re

import pytest

from sparekey import errors
from sparekey.errors import SparekeyError
from sparekey.factors import TRAITS
from sparekey.settings.load import fields
from tests.reference import DOCS, errors_page, pages


@pytest.mark.parametrize("file", pages())
def test_a_page_made_from_the_code_is_up_to_date(file: str) -> None:
    """If not: `python -m tests.reference` writes it anew."""
    assert pages()[file]() == (DOCS / file).read_text()


def test_every_refusal_has_a_code_of_its_own_and_is_documented() -> None:
    kinds = [kind for kind in vars(errors).values() if isinstance(kind, type) and kind is not SparekeyError]
    codes = [kind.code for kind in kinds if issubclass(kind, SparekeyError)]
    assert sorted(codes) == sorted(re.findall(r"^\| `(\w+)`", errors_page(), re.MULTILINE))


def test_every_setting_has_a_sentence_and_an_example() -> None:
    bare = [
        key for key, field in fields() if not (field.description or "").endswith(".") or not field.examples
    ]
    assert [] == bare


def test_every_factor_is_documented() -> None:
    said = (DOCS / "factors.md").read_text()
    assert [] == [kind for kind in TRAITS if f"`{kind}`" not in said]


def test_every_decision_record_is_listed_and_says_what_came_of_it() -> None:
    records = sorted((DOCS / "adr").glob("[0-9]*.md"))
    listed = (DOCS / "adr" / "README.md").read_text()
    wanted = ("## Why", "## What comes of it")
    lacking = [
        record.name
        for record in records
        if f"({record.name})" not in listed or not all(part in record.read_text() for part in wanted)
    ]
    assert [] == lacking
