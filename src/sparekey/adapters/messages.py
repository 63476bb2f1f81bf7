"""Writing a letter: one structure becomes HTML and plain text with the same words.

- `letters.KINDS` holds the words; `needs(kind)` says which facts a kind asks for. Exactly those are taken:
  one missing or one too many is a mistake of the program and raises `ValueError`.
- A fact that ends in `_at` is a time and is written out in the reader's zone; one that ends in `link` is an
  address; whole numbers choose singular or plural; some have a word for each value (`letters.words`); all
  others are text as people wrote it, so line breaks and signs that turn the direction of writing are taken
  out, and HTML is escaped.
- No picture is fetched from anywhere and nothing tells that a letter was opened. A secret stands in one kind.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, tzinfo
from functools import cache
from string import Formatter

from babel.dates import format_datetime

from sparekey.adapters import qr
from sparekey.adapters.letters import KINDS
from sparekey.adapters.letters._frame import FRAMES, Frame, facts_around
from sparekey.adapters.letters._layout import Page, as_html, as_text
from sparekey.adapters.letters._shape import Kind, Reader, each_string, with_each
from sparekey.adapters.letters.words import WORDS

Fact = str | int | datetime

QR_CID = "qr-code@sparekey"
OPENING = frozenset(kind for kind, one in KINDS.items() if one.opens)
"""Kinds that carry what opens something; every other kind is a notice."""
COUNTED = frozenset({"left", "tries", "count"})

_ADDRESS = re.compile(r"https?://[^\s<>\"'\x00-\x1f\x7f]+")
_SPACE = re.compile(r"[\s\x00-\x1f\x7f-\x9f]+")
_TURNS_DIRECTION = re.compile("[\u200e\u200f\u202a-\u202e\u2066-\u2069]")
_FOUR = re.compile(r".{1,4}")


@dataclass(frozen=True)
class Attachment:
    """A picture that the HTML shows by its `cid`."""

    cid: str
    filename: str
    subtype: str
    content: bytes = field(repr=False)


@dataclass(frozen=True)
class Letter:
    """What a mail says, twice, and its pictures."""

    subject: str
    text: str = field(repr=False)
    html: str = field(repr=False)
    attachments: tuple[Attachment, ...] = ()


class _Count(int):
    """A number in a sentence: `{left:# code|# codes}`."""

    def __format__(self, forms: str) -> str:
        one, many = forms.split("|") if forms else ("#", "#")
        return (one if self == 1 else many).replace("#", str(int(self)))


def is_for_strangers(kind: str) -> bool:
    """It goes to an address that anybody may have typed, so that nothing about it is anybody's own words."""
    return KINDS[kind].reader is Reader.STRANGER


@cache
def needs(kind: str) -> Mapping[str, type]:
    """The facts that `write` asks for, with their types."""
    letter = KINDS[kind]
    patterns = [*each_string(letter.english), *each_string(letter.german)]
    names = {name for pattern in patterns for _, name, _, _ in Formatter().parse(pattern) if name}
    names |= facts_around(letter.reader) | ({"uri"} if letter.has_qr else set())
    return {name: _type_of(name) for name in sorted(names)}


def write(kind: str, language: str, facts: Mapping[str, Fact], zone: tzinfo) -> Letter:
    """The letter of `kind` in `language` ("de", else English), times in `zone`."""
    letter = KINDS[kind]
    _demand_exactly(needs(kind), facts)
    frame = FRAMES["de" if language == "de" else "en"]
    page = _page(letter, frame, {name: _say(name, fact, frame, zone) for name, fact in facts.items()})
    picture = Attachment(QR_CID, "qr-code.png", "png", qr.png(str(facts["uri"]))) if letter.has_qr else None
    return Letter(page.text.subject, as_text(page), as_html(page), (picture,) if picture else ())


def _page(letter: Kind, frame: Frame, said: Mapping[str, str | int]) -> Page:
    def say(pattern: str) -> str:
        return pattern.format_map(said)

    contact = frame.contact if said.get("owners") else frame.contact_without_owner
    return Page(
        text=with_each(letter.german if frame.language == "de" else letter.english, say),
        language=frame.html_language,
        brand=say(frame.brand[letter.reader]),
        greeting=say(frame.greeting[letter.reader]),
        contact=say(contact) if letter.reader is Reader.PERSON else "",
        footer=say(frame.footer[letter.reader]),
        is_urgent=letter.is_urgent,
        qr_cid=QR_CID if letter.has_qr else "",
        qr_label=frame.qr_label,
        qr_note=frame.qr_note,
        secret=str(said.get("secret", "")),
    )


def _type_of(name: str) -> type:
    if name.endswith("_at"):
        return datetime
    return int if name in COUNTED else str


def _demand_exactly(needed: Mapping[str, type], facts: Mapping[str, Fact]) -> None:
    """Facts are not repeated in the message: they may be secret."""
    if needed.keys() != facts.keys():
        raise ValueError(f"facts missing or too many: {sorted(needed.keys() ^ facts.keys())}")
    wrong = [name for name, kind in needed.items() if not isinstance(facts[name], kind)]
    if wrong:
        raise ValueError(f"facts of another type than needed: {wrong}")


def _say(name: str, fact: Fact, frame: Frame, zone: tzinfo) -> str | int:
    """One fact in the words of the letter."""
    if isinstance(fact, datetime):
        return _time(fact, frame, zone)
    if isinstance(fact, int):
        return _Count(fact)
    if name.endswith("link"):
        return _link(fact)
    if name in WORDS:
        return "; ".join(WORDS[name][each][frame.language == "de"] for each in fact.split(","))
    if name == "secret":
        return " ".join(_FOUR.findall(fact.replace(" ", "")))
    return _SPACE.sub(" ", _TURNS_DIRECTION.sub("", fact)).strip()


def _time(at: datetime, frame: Frame, zone: tzinfo) -> str:
    if at.tzinfo is None:
        raise ValueError("a time without its zone")
    return format_datetime(at, frame.time_pattern, tzinfo=zone, locale=frame.language)


def _link(address: str) -> str:
    if not _ADDRESS.fullmatch(address):
        raise ValueError("not the address of a page")
    return address
