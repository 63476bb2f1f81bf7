"""A browser's own description in the words of a person: "Firefox on Windows".

What a browser says of itself proves nothing and may be anything; it only helps people to recognise their own
devices. The first rule that fits wins, so the imitators stand before those they imitate.

The audit log keeps these words in English, because they are part of what its chain is made of; `retold` says them in
the reader's language.
"""

import re

from sparekey.core.contract import Loss

BROWSERS = (
    ("Edg", "Edge"),
    ("OPR/", "Opera"),
    ("OPT/", "Opera"),
    ("SamsungBrowser", "Samsung Internet"),
    ("Vivaldi", "Vivaldi"),
    ("FxiOS", "Firefox"),
    ("Firefox/", "Firefox"),
    ("CriOS", "Chrome"),
    ("Chrome/", "Chrome"),
    ("Version/", "Safari"),
)
SYSTEMS = (
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Android", "Android"),
    ("CrOS", "ChromeOS"),
    ("Windows", "Windows"),
    ("Macintosh", "macOS"),
    ("Linux", "Linux"),
    ("X11", "Linux"),
)
UNKNOWN = "Unknown browser"
HELD_IN_HAND = {"iPhone": Loss.PHONE, "iPad": Loss.TABLET, "Android": Loss.PHONE}
"""German is *auf* one of these, but *unter* an operating system."""
LONGEST_READ = 512  # real ones have about 120 characters
_KEPT = re.compile(
    rf"(?P<browser>{UNKNOWN}|{'|'.join(sorted({word for _, word in BROWSERS}))})"
    rf"(?: on (?P<system>{'|'.join(sorted({word for _, word in SYSTEMS}))}))?(?P<rest>, .*)?"
)


def describe(user_agent: str, language: str) -> str:
    """Browser and system in `language`; "Unknown browser" where the table has no word for it."""
    head = user_agent[:LONGEST_READ]
    return _words(_first(BROWSERS, head) or UNKNOWN, _first(SYSTEMS, head), language)


def thing(user_agent: str) -> Loss:
    """What the browser seems to run on. An Android tablet is one that does not say it is mobile."""
    head = user_agent[:LONGEST_READ]
    system = _first(SYSTEMS, head)
    if system == "Android" and "Mobile" not in head:
        return Loss.TABLET
    return HELD_IN_HAND.get(system or "", Loss.COMPUTER)


def retold(place: str, language: str) -> str:
    """Where from, as the audit log keeps it ("Firefox on Windows, 192.0.2.7"), in `language`."""
    found = _KEPT.fullmatch(place)
    if found is None:
        return place
    return _words(found["browser"], found["system"], language) + (found["rest"] or "")


def _words(browser: str, system: str | None, language: str) -> str:
    is_german = language == "de"
    if browser == UNKNOWN and is_german:
        browser = "Unbekannter Browser"
    if system is None:
        return browser
    joint = ("auf" if system in HELD_IN_HAND else "unter") if is_german else "on"
    return f"{browser} {joint} {system}"


def _first(table: tuple[tuple[str, str], ...], text: str) -> str | None:
    return next((word for mark, word in table if mark in text), None)
