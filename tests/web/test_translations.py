"""The German catalogue is complete, current, and says the same things as the English pages."""

import gettext
import io
import re
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog, Message
from babel.messages.extract import DEFAULT_KEYWORDS, extract_from_dir
from babel.messages.frontend import parse_mapping_cfg
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

from sparekey.web import render

HERE = Path(render.__file__).parent
FOLDER = HERE / "translations/de/LC_MESSAGES"
PLACEHOLDER = re.compile(r"%\((\w+)\)s|\{\w+\}")
TAG = re.compile(r"</?\w+")


def catalogue() -> Catalog:
    with (FOLDER / "sparekey.po").open("rb") as file:
        return read_po(file, locale="de")


MESSAGES = [message for message in catalogue() if message.id]


def written() -> set[tuple[str | None, str | tuple[str, ...]]]:
    """Context and text of every message in the templates."""
    with (HERE / "translations/babel.cfg").open() as file:
        methods, options = parse_mapping_cfg(file)  # type: ignore[no-untyped-call]
    found = extract_from_dir(HERE / "templates", methods, options, DEFAULT_KEYWORDS)
    return {(context, text) for _, _, text, _, context in found if text}


def forms(message: Message) -> list[tuple[str, str]]:
    """Pairs of an original and its translation, for each plural form."""
    if isinstance(message.id, tuple):
        return [(message.id[-1], str(form)) for form in message.string or ()]
    return [(str(message.id), str(message.string))]


def test_every_message_of_the_pages_is_in_the_catalogue_and_none_is_left_over() -> None:
    """Extracting the templates again gives exactly the catalogue's messages."""
    assert written() == {(message.context, message.id) for message in MESSAGES}


def test_no_message_is_untranslated_or_fuzzy() -> None:
    """German pages are German throughout."""
    assert [message.id for message in MESSAGES if message.fuzzy] == []
    assert [original for message in MESSAGES for original, german in forms(message) if not german] == []


@pytest.mark.parametrize("pattern", [PLACEHOLDER, TAG])
def test_both_languages_hold_the_same_placeholders_and_tags(pattern: re.Pattern[str]) -> None:
    """A form for one thing may leave the number out; nothing may be added."""
    wrong = []
    for message in MESSAGES:
        for original, german in forms(message):
            there, here = set(pattern.findall(original)), set(pattern.findall(german))
            if not here <= there or (not isinstance(message.id, tuple) and here != there):
                wrong.append(original)

    assert wrong == []


def test_german_is_swiss() -> None:
    """No ß, guillemets for quotations, Sie rather than du."""
    text = [
        TAG.sub("", german).replace('class="ink"', "") for message in MESSAGES for _, german in forms(message)
    ]

    assert [line for line in text if re.search(r'[ß„“”"]|\b(du|dein|dir|dich)\b', line, re.IGNORECASE)] == []


def test_the_compiled_catalogue_is_current() -> None:
    """`pybabel compile` was run after the last change of the words."""
    fresh = io.BytesIO()
    write_mo(fresh, catalogue())
    with (FOLDER / "sparekey.mo").open("rb") as file:
        compiled = gettext.GNUTranslations(file)
    fresh.seek(0)

    assert vars(gettext.GNUTranslations(fresh))["_catalog"] == vars(compiled)["_catalog"]
