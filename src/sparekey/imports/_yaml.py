"""YAML as far as lists of people need it: mappings, lists and text, each with its line.

Scalars stay text, so that no username becomes a number, a date or a truth value. Anchors and aliases are
refused: a few lines of them stand for gigabytes. Tags are not followed.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sparekey.imports._text import decoded
from sparekey.imports.found import Bad, Broken, Place, Upload

if TYPE_CHECKING:
    from yaml.events import Event

MOST_CHARACTERS = 8 * 1024 * 1024
MOST_DEPTH = 10
MOST_PIECES = 200_000
"""Of tens of thousands of people; each takes time and memory, however short it is."""


@dataclass(frozen=True, slots=True)
class Node:
    """What stands at a line."""

    line: int
    value: "str | list[Node] | dict[str, Node]"

    @property
    def plain(self) -> object:
        """The value without lines; `~`, `null` and nothing are None."""
        if isinstance(self.value, dict):
            return {key: node.plain for key, node in self.value.items()}
        if isinstance(self.value, list):
            return [node.plain for node in self.value]
        return None if self.value in ("", "~", "null") else self.value

    def get(self, key: str) -> "Node | None":
        return self.value.get(key) if isinstance(self.value, dict) else None


def tree(upload: Upload) -> Node:
    """The first document of the file."""
    try:
        import yaml  # noqa: PLC0415  an extra, loaded where it is needed
    except ImportError:
        raise Broken(Place(upload.name), "library_missing", package="PyYAML") from None
    whole = "".join(_bounded(upload))
    events = _counted(yaml.parse(whole, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader)))
    try:
        # The stream and the document begin.
        next(events), next(events)
        return _node(events, next(events), 0)
    except (Bad, yaml.YAMLError, StopIteration) as error:
        mark = getattr(error, "problem_mark", None)
        line = error.facts["line"] if isinstance(error, Bad) else mark.line + 1 if mark else 0
        code, facts = (error.code, error.facts) if isinstance(error, Bad) else ("bad_yaml", {})
        told = {name: fact for name, fact in facts.items() if name != "line"}
        raise Broken(Place(upload.name, int(str(line))), code, **told) from None


def _counted(events: "Iterator[Event]") -> "Iterator[Event]":
    for count, event in enumerate(events):
        if count > MOST_PIECES:
            line = event.start_mark.line + 1 if event.start_mark else 0
            raise Bad("too_many_pieces", line=line, most=MOST_PIECES)
        yield event


def _bounded(upload: Upload) -> Iterator[str]:
    total = 0
    for piece in decoded(upload):
        total += len(piece)
        if total > MOST_CHARACTERS:
            raise Broken(Place(upload.name), "too_large", most_mb=MOST_CHARACTERS // 1024**2)
        yield piece


def _node(events: "Iterator[Event]", event: "Event", depth: int) -> Node:
    kind = type(event).__name__
    line = event.start_mark.line + 1 if event.start_mark else 0
    if kind == "AliasEvent" or getattr(event, "anchor", None) is not None:
        raise Bad("yaml_alias", line=line)
    if kind == "ScalarEvent":
        return Node(line, str(getattr(event, "value", "")))
    if kind == "SequenceStartEvent" and depth < MOST_DEPTH:
        return Node(line, [_node(events, each, depth + 1) for each in _until("SequenceEndEvent", events)])
    if kind == "MappingStartEvent" and depth < MOST_DEPTH:
        return Node(line, dict(_pairs(events, depth + 1)))
    raise Bad("bad_yaml", line=line)


def _until(end: str, events: "Iterator[Event]") -> "Iterator[Event]":
    for event in events:
        if type(event).__name__ == end:
            return
        yield event


def _pairs(events: "Iterator[Event]", depth: int) -> Iterator[tuple[str, Node]]:
    seen: set[str] = set()
    for event in _until("MappingEndEvent", events):
        key = _node(events, event, depth)
        if not isinstance(key.value, str) or key.value in seen:
            raise Bad("bad_yaml", line=key.line)
        seen.add(key.value)
        yield key.value, _node(events, next(events), depth)
