"""XML, one child of the root at a time: neither a document type nor an entity is ever read, so nothing is
fetched and nothing grows (the attacks of "billion laughs" and XXE). Namespaces are left off the names.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from xml.parsers.expat import ExpatError, ParserCreate

from sparekey.imports._text import pieces
from sparekey.imports.found import Bad, Broken, Place, Upload

MOST_DEPTH = 20
MOST_NODES = 1000
"""Elements in one child of the root."""
MOST_TEXT = 64 * 1024
"""Characters in one child of the root."""


@dataclass(slots=True)
class Element:
    """An element while it is read, and after."""

    name: str
    line: int
    attributes: dict[str, str]
    pieces: list[str] = field(default_factory=list)
    children: list["Element"] = field(default_factory=list)

    @property
    def text(self) -> str:
        return "".join(self.pieces).strip()

    def find(self, *path: str) -> "Element | None":
        """The first element down this path."""
        here: Element | None = self
        for name in path:
            here = next((child for child in here.children if child.name == name), None) if here else None
        return here

    def text_of(self, *path: str) -> str:
        found = self.find(*path)
        return found.text if found else ""


def children(upload: Upload, root: str, namespace: str) -> Iterator[Element]:
    """Each child of the root element, which must be `root` of that namespace."""
    reading = _Reading(f"{namespace} {root}")
    parser = reading.parser
    try:
        for piece in pieces(upload):
            parser.Parse(piece, False)
            yield from reading.finished()
        parser.Parse(b"", True)
    except Bad as bad:
        raise Broken(Place(upload.name, parser.CurrentLineNumber), bad.code, **bad.facts) from None
    except ExpatError as error:
        raise Broken(Place(upload.name, error.lineno), "bad_xml") from None
    yield from reading.finished()


class _Reading:
    def __init__(self, root: str) -> None:
        self._root = root
        self._open: list[Element] = []
        self._done: list[Element] = []
        self._nodes = self._characters = 0
        # The declared encoding is not believed: other encodings than UTF-8 are broken XML.
        self.parser = ParserCreate("UTF-8", namespace_separator=" ")
        self.parser.StartDoctypeDeclHandler = self._refuse
        self.parser.EntityDeclHandler = self._refuse
        self.parser.StartElementHandler = self._start
        self.parser.EndElementHandler = self._end
        self.parser.CharacterDataHandler = self._text
        self.parser.buffer_text = True

    def finished(self) -> Iterator[Element]:
        done, self._done = self._done, []
        return iter(done)

    def _refuse(self, *_: object) -> None:
        raise Bad("xml_entities")

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        if not self._open and name != self._root:
            raise Bad("not_this_format", format=self._root.split()[-1])
        self._nodes += 1
        if self._nodes > MOST_NODES or len(self._open) >= MOST_DEPTH:
            raise Bad("entry_too_large", most=MOST_TEXT)
        local = {key.split()[-1]: value for key, value in attributes.items()}
        element = Element(name.rsplit(maxsplit=1)[-1], self.parser.CurrentLineNumber, local)
        if len(self._open) > 1:
            self._open[-1].children.append(element)
        self._open.append(element)

    def _end(self, _name: str) -> None:
        element = self._open.pop()
        if len(self._open) == 1:
            self._done.append(element)
            self._nodes = self._characters = 0

    def _text(self, data: str) -> None:
        self._characters += len(data)
        if self._characters > MOST_TEXT:
            raise Bad("entry_too_large", most=MOST_TEXT)
        if len(self._open) > 1:
            self._open[-1].pieces.append(data)
