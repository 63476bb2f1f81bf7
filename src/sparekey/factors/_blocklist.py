"""Passwords that are guessed first.

The whole password is compared, never a part of it (NIST SP 800-63B-4, section 3.1.1.2), upper and lower
case alike. It is *listed* when it is

1. one of the 30,000 most common passwords, or
2. a short unit (under 8 characters) or a listed word, written twice or more, or
3. a run along a track: digits, alphabet, or keys of a keyboard, forwards, backwards or round and round.

The list alone would do little at our least length: only some 230 of its words have 12 characters or more; 2
and 3 are what people do to make the others long enough.

A password is made of *context words* when nothing else is left of it, separators aside ("Berg & Tal" twice,
or the person's name behind the product's).
"""

import re
from collections.abc import Iterable
from functools import cache
from importlib.resources import files
from unicodedata import normalize

SHORT_UNIT = 8

TRACKS = (
    "1234567890",
    "abcdefghijklmnopqrstuvwxyz",
    "qwertyuiopasdfghjklzxcvbnm",
    "qwertzuiopasdfghjklyxcvbnm",
    "1qaz2wsx3edc4rfv5tgb6yhn7ujm8ik9ol0p",
    "1q2w3e4r5t6y7u8i9o0p",
)

_SEPARATORS = re.compile(r"[\s&+.,:;_@'()–-]+")


def is_listed(password: str) -> bool:
    """Is this whole password, or what it repeats, common?"""
    word = password.casefold()
    unit = _unit(word)
    if unit != word and len(unit) < SHORT_UNIT:
        return True
    return any(_is_common(text) or _is_run(text) for text in (word, unit))


def is_made_of(password: str, words: Iterable[str]) -> bool:
    """Does the password consist of these words and nothing else?"""
    whole = _SEPARATORS.sub("", password.casefold())
    parts = {bare for word in words if (bare := _bare(word))}
    ends = {0}
    for start in range(len(whole)):
        if start in ends:
            ends |= {start + len(part) for part in parts if whole.startswith(part, start)}
    return bool(whole) and len(whole) in ends


@cache
def _common() -> str:
    """One text with a line per word: a tenth of the memory of a set, and searched in microseconds."""
    text = files(__package__).joinpath("data", "common_passwords.txt").read_text(encoding="utf-8")
    return f"\n{text}"


def _is_common(word: str) -> bool:
    return f"\n{word}\n" in _common()


def _is_run(word: str) -> bool:
    return any(
        word in endless or word[::-1] in endless
        for endless in (track * (len(word) // len(track) + 2) for track in TRACKS)
    )


def _unit(word: str) -> str:
    """The shortest text of which `word` is a whole number of copies."""
    return word[: (word + word).find(word, 1)]


def _bare(text: str) -> str:
    return "".join(character for character in normalize("NFC", text).casefold() if character.isalnum())
