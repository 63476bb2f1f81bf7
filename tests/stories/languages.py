"""The languages stories are told in. A story names what it looks for in English; here stands what a reader of
another language finds in its place, from the product's own catalogue and its letters.

Names, addresses and numbers in a story's words stand where the catalogue has a placeholder. Words that are only a
part of a sentence are found as the whole sentence; words that no catalogue knows are somebody's own, and the same
in every language.
"""

import html
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from babel.messages.pofile import read_po

from sparekey.adapters.letters import KINDS
from sparekey.web import render

PO = Path(render.__file__).parent / "translations" / "de" / "LC_MESSAGES" / "sparekey.po"
_PLACEHOLDER = re.compile(r"%\((\w+)\)[sd]|\{(\w+)(?::[^}]*)?\}|\d+")
_VALUE = re.compile(
    r"[\w.]+@[\w.]+\w|(?:Jonas|Nora|Mia)(?: (?:Frei|Keller|Zürcher))?|(?:jonas\.frei|nora\.keller)"
    r"|Berg & Tal AG|Wiki|\d+"
)
"""What stories put into sentences."""
_MARK = "\0"


@dataclass(frozen=True)
class Sentence:
    """One of the catalogue, in English with a mark for each value, and in German."""

    english: str
    german: str
    names: tuple[str, ...]
    """Of the placeholders, in the order of the English; empty for a number that stands there."""

    def pattern(self, words: str) -> str:
        """The German with the values that `words` give; any where they give none."""
        before = self.english.partition(_marked(words))[0].count(_MARK)
        given = dict(zip(self.names[before:], _VALUE.findall(words), strict=False))
        parts, at = [], 0
        for one in _PLACEHOLDER.finditer(self.german):
            name = one[1] or one[2]
            parts.append(re.escape(self.german[at : one.start()]))
            parts.append(re.escape(given[name]) if name in given else ".+?" if name else one[0])
            at = one.end()
        return "".join(parts) + re.escape(self.german[at:])


@dataclass(frozen=True)
class Language:
    """What a story's words look like to who reads this language."""

    locale: str
    translated: Callable[[str], tuple[str, ...]]
    """The likeliest first."""

    def words(self, english: str) -> re.Pattern[str]:
        """Somewhere in a text, by themselves or in a longer sentence."""
        return re.compile("|".join(self.translated(english)))

    def beginning(self, english: str) -> re.Pattern[str]:
        return re.compile(f"^(?:{self.translated(english)[0]})")

    def label(self, english: str) -> re.Pattern[str]:
        """All that stands there."""
        return re.compile(f"^(?:{self.translated(english)[0]})$")

    def __str__(self) -> str:
        return self.locale


def _german(english: str) -> tuple[str, ...]:
    """These words as a sentence, or else joined from two; then every sentence that they are a part of."""
    longer = [one.pattern(english) for one in _sentences() if _marked(english) in one.english]
    by_themselves = _exactly(english) or list(_joined(english)) + longer or [re.escape(english)]
    return "|".join(dict.fromkeys(by_themselves)), *(longer if _is_said(english) else ())


def _exactly(english: str) -> list[str]:
    """What nobody says but somebody's own name or number stays as it is."""
    if not _is_said(english):
        return [re.escape(english)]
    return [one.pattern(english) for one in _sentences() if _marked(english) == one.english]


def _is_said(english: str) -> bool:
    return bool(_marked(english).strip(_MARK))


def _joined(english: str) -> Iterator[str]:
    """A button's word before or after somebody's own: the one on a button, the other for screen readers."""
    words = english.split(" ")
    for at in range(1, len(words)):
        first, second = " ".join(words[:at]), " ".join(words[at:])
        yield from (one + re.escape(f" {second}") for one in _exactly(first) if _is_said(first))
        yield from (re.escape(f"{first} ") + one for one in _exactly(second) if _is_said(second))


@cache
def _sentences() -> tuple[Sentence, ...]:
    pairs = ((_plain(english), _plain(german)) for english, german in _pairs())
    return tuple(
        Sentence(
            _PLACEHOLDER.sub(_MARK, english),
            german,
            tuple(one[1] or one[2] or "" for one in _PLACEHOLDER.finditer(english)),
        )
        for english, german in dict.fromkeys(pairs)
    )


def _pairs() -> Iterator[tuple[str, str]]:
    with PO.open("rb") as file:
        for one in read_po(file):
            # One string, or one for the number one and one for many.
            english, german = (
                (text,) if isinstance(text, str) else tuple(text or ()) for text in (one.id, one.string)
            )
            yield from zip(english, german, strict=True)
    for kind in KINDS.values():
        yield kind.english.subject, kind.german.subject


def _plain(text: str) -> str:
    """As it is read: without tags, one space between words."""
    return " ".join(html.unescape(re.sub(r"<[^>]+>", "", text)).split())


def _marked(words: str) -> str:
    return _VALUE.sub(_MARK, words)


ENGLISH = Language("en-GB", lambda words: (re.escape(words),))
GERMAN = Language("de-CH", _german)
