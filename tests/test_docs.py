"""What the outside can see is documented: pages made from the code are up to date, the rest is complete."""

import re
import shlex
import tomllib
from collections.abc import Iterator
from pathlib import Path

import click
import pytest

from sparekey import errors
from sparekey.cli.main import main
from sparekey.errors import SparekeyError
from sparekey.factors import TRAITS
from sparekey.settings import Settings, load
from sparekey.settings.load import PREFIX, fields, variable
from tests.reference import DOCS, errors_page, pages

BY_HAND = (DOCS.parent / "README.md", DOCS.parent / "SECURITY.md", *sorted(DOCS.rglob("*.md")))


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


def blocks(page: Path, language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```$", page.read_text(), re.MULTILINE | re.DOTALL)


@pytest.mark.parametrize("page", BY_HAND, ids=lambda page: page.name)
def test_settings_files_that_are_shown_are_taken_as_they_stand(page: Path, tmp_path: Path) -> None:
    file = tmp_path / "sparekey.toml"
    for shown in blocks(page, "toml"):
        file.write_text(shown)
        assert set(tomllib.loads(shown)) <= load(file, {}).model_fields_set


@pytest.mark.parametrize("page", BY_HAND, ids=lambda page: page.name)
def test_settings_that_are_named_exist(page: Path) -> None:
    text = page.read_text()
    known = {key for key, _ in fields()}
    variables = {variable(key) for key in known}
    sections = "|".join(name for name in Settings.model_fields if name not in known)
    keys = set(re.findall(rf"`((?:{sections})\.[a-z_]+)`", text))
    named = {name.removesuffix("_FILE") for name in re.findall(rf"`({PREFIX}[A-Z_]+)`", text)}
    allowed = variables | {f"{PREFIX}CONFIG"} | {name.removesuffix("_FILE") for name in variables}
    assert (set(), set()) == (keys - known, named - allowed)


def called(text: str) -> Iterator[list[str]]:
    """The words behind each `sparekey …` in code."""
    inline = re.findall(r"`sparekey ([^`]+)`", text)
    shown = re.findall(r"(?:^[$#] |bin/)sparekey (.+)", text, re.MULTILINE)
    yield from (shlex.split(words.partition("  #")[0]) for words in (*inline, *shown))


def unknown(words: list[str]) -> str:
    """The first word that is no command, or option of its command; a command's own values are capitals or dots."""
    command: click.Command = main
    for word in words:
        if isinstance(command, click.Group) and word in command.commands:
            command = command.commands[word]
        elif word.startswith("-"):
            if not any(word in each.opts for each in command.params) and word != "--help":
                return word
        elif isinstance(command, click.Group) and word != "…":
            return word
    return ""


@pytest.mark.parametrize("page", BY_HAND, ids=lambda page: page.name)
def test_commands_that_are_named_exist(page: Path) -> None:
    words = list(called(page.read_text()))
    assert [] == [" ".join(each) for each in words if unknown(each)]


@pytest.mark.parametrize("page", BY_HAND, ids=lambda page: page.name)
def test_files_that_are_linked_exist(page: Path) -> None:
    links = re.findall(r"\]\(([^)#:]+)(?:#[^)]*)?\)", page.read_text())
    assert [] == [link for link in links if not (page.parent / link).exists()]
