"""Dates, times and spans in words, in the visitor's language and the server's time zone.

English "17 November 2026", "today at 10:42"; German "17. November 2026", "heute um 10:42 Uhr". Times are
24-hour in both. Functions are told what time it is now; none reads a clock. Month names and units come
from CLDR through Babel, once per language.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, timedelta, tzinfo
from functools import lru_cache

from babel.dates import get_month_names
from babel.units import format_unit

_MINUTES_IN = {"day": 24 * 60, "hour": 60, "minute": 1}


@dataclass(frozen=True)
class Words:
    """The words one language needs around a date."""

    near: tuple[str, str, str]  # yesterday, today, tomorrow
    clock: str
    date: str
    short: str
    joined: str  # a date and a time side by side
    near_at: str  # "today" and a time


WORDS = {
    "en": Words(
        ("yesterday", "today", "tomorrow"),
        "{at:%H:%M}",
        "{at.day} {month} {at.year}",
        "{at.day} {brief} {at.year} {at:%H:%M:%S}",
        "{day}, {clock}",
        "{day} at {clock}",
    ),
    "de": Words(
        ("gestern", "heute", "morgen"),
        "{at:%H:%M} Uhr",
        "{at.day}. {month} {at.year}",
        "{at:%d.%m.%Y, %H:%M:%S}",
        "{day}, {clock}",
        "{day} um {clock}",
    ),
}


@lru_cache
def _months(language: str, width: str) -> dict[int, str]:
    names = get_month_names(width, context="format", locale=language)  # type: ignore[arg-type]
    return {number: name.rstrip(".") for number, name in names.items()}


def date_words(at: date, language: str) -> str:
    """`17 November 2026`, `17. November 2026`."""
    return WORDS[language].date.format(at=at, month=_months(language, "wide")[at.month])


def clock_words(at: datetime, language: str, zone: tzinfo) -> str:
    """`10:42`, `10:42 Uhr`."""
    return WORDS[language].clock.format(at=at.astimezone(zone))


def day_words(at: datetime, now: datetime, language: str, zone: tzinfo) -> str:
    """`today`, `yesterday`, `tomorrow`, or the date."""
    local = at.astimezone(zone).date()
    distance = (local - now.astimezone(zone).date()).days
    return WORDS[language].near[distance + 1] if abs(distance) <= 1 else date_words(local, language)


def moment_words(at: datetime, now: datetime, language: str, zone: tzinfo) -> str:
    """`today at 10:42`, or `17 November 2026, 10:42`."""
    words = WORDS[language]
    day = day_words(at, now, language, zone)
    frame = words.near_at if day in words.near else words.joined
    return frame.format(day=day, clock=clock_words(at, language, zone))


def next_minute(at: datetime) -> datetime:
    """When something begins again, in whole minutes: what pages without seconds may promise."""
    return at + timedelta(seconds=-(at.second + at.microsecond / 1e6) % 60)


def stamp_words(at: datetime, language: str, zone: tzinfo) -> str:
    """To the second, for the audit log: `17 Nov 2026 10:42:18`, `17.11.2026, 10:42:18`."""
    local = at.astimezone(zone)
    return WORDS[language].short.format(at=local, brief=_months(language, "abbreviated")[local.month])


def span_words(span: timedelta, language: str) -> str:
    """At most two units, rounded up to a whole minute: `1 hour 30 minutes`, `30 seconds`, `2 Tage`."""
    seconds = max(0, -(-span // timedelta(seconds=1)))
    if seconds < 60:
        return _unit(seconds, "second", language)
    left = -(-seconds // 60)
    parts = []
    for unit, minutes in _MINUTES_IN.items():
        count, left = divmod(left, minutes)
        if count:
            parts.append(_unit(count, unit, language))
    return " ".join(parts[:2])


def _unit(count: int, unit: str, language: str) -> str:
    return format_unit(count, f"duration-{unit}", locale=language)


def capitalised(words: Callable[..., str]) -> Callable[..., str]:
    """The same words at the start of a sentence or a cell: `Today at 10:42`."""

    def starting(*args: object) -> str:
        text = words(*args)
        return text[:1].upper() + text[1:]

    return starting
