"""What every event is, and the shapes that several share."""

from dataclasses import dataclass, fields
from typing import ClassVar

TAGS: dict[str, type["Event"]] = {}


@dataclass(frozen=True)
class Event:
    tag: ClassVar[str] = ""

    def __init_subclass__(cls, tag: str = "") -> None:
        """Only a class with a tag is an event; one without it is a shape that several share."""
        cls.tag = tag
        if tag:
            TAGS[tag] = cls

    def data(self) -> dict[str, object]:
        """The event's own values, without `subject`, which has a column of its own."""
        return {name: value for name, value in vars(self).items() if name != "subject" and value is not None}


def fields_of(event: type[Event]) -> tuple[str, ...]:
    return tuple(field.name for field in fields(event))


@dataclass(frozen=True)
class OfMember(Event):
    subject: str


@dataclass(frozen=True)
class OfAuthenticator(OfMember):
    authenticator: str
    kind: str


@dataclass(frozen=True)
class OfAddress(OfMember):
    address: str | None
    """The id of a further address; None: the work address."""


@dataclass(frozen=True)
class OfClient(Event):
    subject: str


@dataclass(frozen=True)
class OfCase(OfMember):
    case: str
