"""The entries of a long JSON array, one at a time: a dump of 60 MB never becomes a tree.

Read are arrays at the top and arrays under wanted keys of an object at the top. Other keys are read over. An
entry is a megabyte at most; the parser's own depth limit bounds nesting.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from json import JSONDecoder

from sparekey.imports._text import decoded
from sparekey.imports.found import Bad, Broken, Place, Upload

MOST_ENTRY = 1024 * 1024
"""Characters."""
MOST_ENTRIES = 1_000_000
"""Of one array: four for each of as many people as are taken."""
MOST_DEPTH_TEXT = 256 * 1024

_SOMETHING = re.compile(r"[^ \t\r\n]")
_NUMBER = re.compile(r"[-+.0-9eE]+")


def _refuse_constant(name: str) -> None:
    raise ValueError(name)


_decode = JSONDecoder(parse_constant=_refuse_constant).raw_decode


@dataclass(frozen=True, slots=True)
class Entry:
    place: Place
    value: object


def entries(upload: Upload, *wanted: str) -> Iterator[Entry]:
    """The entries of the array at the top, or of the arrays under the `wanted` keys of the object there."""
    source = _Source(upload)
    first = source.peek()
    if first == "[":
        yield from _array(source)
    elif first == "{":
        yield from _object(source, wanted)
    else:
        raise source.broken()
    if source.peek():
        raise source.broken()


def document(value: object, field: str) -> object:
    """JSON that stands as text inside of JSON."""
    if not isinstance(value, str):
        return value
    if len(value) > MOST_DEPTH_TEXT:
        raise Bad("wrong_type", field=field)
    try:
        found, end = _decode(value.strip())
    except (ValueError, RecursionError):
        raise Bad("wrong_type", field=field) from None
    if end != len(value.strip()):
        raise Bad("wrong_type", field=field)
    return found


def _array(source: "_Source") -> Iterator[Entry]:
    source.take("[")
    number = 0
    if source.peek() == "]":
        source.take("]")
        return
    while True:
        number += 1
        source.peek()
        place = Place(source.name, source.line, number)
        if number > MOST_ENTRIES:
            raise Broken(place, "too_many_pieces", most=MOST_ENTRIES)
        yield Entry(place, source.value())
        if source.peek() == "]":
            source.take("]")
            return
        source.take(",")


def _object(source: "_Source", wanted: tuple[str, ...]) -> Iterator[Entry]:
    source.take("{")
    if source.peek() == "}":
        source.take("}")
        return
    while True:
        if source.peek() != '"':
            raise source.broken()
        key = source.value()
        source.peek()
        source.take(":")
        if source.peek() == "[":
            for entry in _array(source):
                if key in wanted:
                    yield entry
        else:
            source.value()
        if source.peek() == "}":
            source.take("}")
            return
        source.take(",")


class _Source:
    """The text around the place that is being read."""

    def __init__(self, upload: Upload) -> None:
        self.name = upload.name
        self.line = 1
        self._pieces = decoded(upload)
        self._text = ""
        self._at = 0

    def peek(self) -> str:
        """The next character that is no white space; empty at the end."""
        while True:
            found = _SOMETHING.search(self._text, self._at)
            self._go_to(found.start() if found else len(self._text))
            if found:
                return found.group()
            if not self._more():
                return ""

    def take(self, expected: str) -> None:
        if self.peek() != expected:
            raise self.broken()
        self._at += 1

    def value(self) -> object:
        """The value that begins here."""
        # A number that is cut off is a number too, so one is read up to where something else begins.
        while self._number_end() == len(self._text) and self._more():
            self._must_be_bearable()
        while True:
            try:
                found, end = _decode(self._text, self._at)
            except RecursionError:
                raise self.broken() from None
            except ValueError:
                # Perhaps only cut off. Each try has twice the text of the one before.
                if not self._double():
                    raise self.broken() from None
                continue
            self._go_to(end)
            return found

    def broken(self) -> Broken:
        return Broken(Place(self.name, self.line), "bad_json")

    def _number_end(self) -> int:
        found = _NUMBER.match(self._text, self._at)
        return found.end() if found else 0

    def _must_be_bearable(self) -> None:
        if len(self._text) - self._at > MOST_ENTRY:
            raise Broken(Place(self.name, self.line), "entry_too_large", most=MOST_ENTRY)

    def _double(self) -> bool:
        self._must_be_bearable()
        length = len(self._text) - self._at
        grown = False
        while len(self._text) - self._at < 2 * length + 1 and self._more():
            grown = True
        return grown

    def _more(self) -> bool:
        """Read on; False at the end of the file."""
        piece = next(self._pieces, None)
        if piece is None:
            return False
        self._text = self._text[self._at :] + piece
        self._at = 0
        return True

    def _go_to(self, end: int) -> None:
        self.line += self._text.count("\n", self._at, end)
        self._at = end
