"""What a kind of letter is made of. All strings are patterns: `{name}` stands for a fact."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import StrEnum


class Reader(StrEnum):
    """Who reads it: decides what stands around the words, and which facts that needs."""

    PERSON = "person"
    """The one it is about; told whom else to ask (NIST SP 800-63B-4, section 4.6)."""
    OWNER = "owner"
    """An account owner, about somebody else or the account."""
    STRANGER = "stranger"
    """An address anybody may have typed: nothing in the letter is anybody's own words."""


@dataclass(frozen=True)
class Action:
    """The one thing to do."""

    label: str
    link: str = "{link}"


@dataclass(frozen=True)
class Stop:
    """The last word of every letter about access: "Not you?", what then, and where without signing in."""

    question: str
    advice: str
    link: str = ""


@dataclass(frozen=True, kw_only=True)
class Text:
    """One kind in one language."""

    subject: str
    preview: str
    """The line that mail programs show beside the subject."""
    title: str
    body: tuple[str, ...]
    rows: tuple[tuple[str, str], ...] = ()
    """Label and fact: who, when, where."""
    action: Action | None = None
    after: tuple[str, ...] = ()
    stop: Stop | None = None


@dataclass(frozen=True, kw_only=True)
class Kind:
    """One kind in every language."""

    english: Text
    german: Text
    reader: Reader = Reader.PERSON
    opens: bool = False
    """It carries a link or a secret that opens something: it goes to one address alone, and is taken back with it.
    Every other kind is a notice, which goes to every address of its reader (NIST SP 800-63B-4, section 4.6).
    """
    is_urgent: bool = False
    """Its action is red: it stops something."""
    has_qr: bool = False
    """Carries the fact `uri` as a picture."""


def each_string(text: Text) -> Iterator[str]:
    """Every pattern in `text`."""
    yield from (text.subject, text.preview, text.title, *text.body, *text.after)
    for label, value in text.rows:
        yield from (label, value)
    if text.action:
        yield from (text.action.label, text.action.link)
    if text.stop:
        yield from (text.stop.question, text.stop.advice, text.stop.link)


def with_each(text: Text, say: Callable[[str], str]) -> Text:
    """`text` with every pattern replaced by what `say` makes of it."""
    action, stop = text.action, text.stop
    return Text(
        subject=say(text.subject),
        preview=say(text.preview),
        title=say(text.title),
        body=tuple(map(say, text.body)),
        rows=tuple((say(label), say(value)) for label, value in text.rows),
        action=action and Action(say(action.label), say(action.link)),
        after=tuple(map(say, text.after)),
        stop=stop and Stop(say(stop.question), say(stop.advice), say(stop.link)),
    )
