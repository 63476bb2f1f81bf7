"""Passwords that are guessed first.

The whole password is compared, never a word that merely occurs in it (NIST SP 800-63B-4, section 3.1.1.2),
upper and lower case alike. It is *listed* when it is

1. one of the 30,000 most common passwords, or
2. a short unit (under 8 characters) or a listed word, written twice or more, the last time perhaps not to its
   end, or
3. a run along a track: digits, alphabet, or keys of a keyboard, forwards, backwards or round and round, or
4. one of these, or nothing, with *padding* before or behind it: digits, signs and spaces of which at most 8
   remain when runs and repetitions of 3 or more are left out. More than that is a random part of its own.

The list alone would do little at our least length: only some 230 of its words have 12 characters or more; 2 to
4 are what people do, and guessing programs after them, to make the others long enough. A passphrase is safe from
all of it: what is between its padding would have to be on the list as a whole.

A password is made of *context words* when nothing else is left of it, separators and padding aside ("Berg & Tal"
twice, or the person's name behind the product's).
"""

import re
from collections.abc import Iterable
from functools import cache
from importlib.resources import files
from unicodedata import normalize

SHORT_UNIT = 8
MOST_PADDING = 8
SHORTEST_RUN = 3

TRACKS = (
    "1234567890",
    "abcdefghijklmnopqrstuvwxyz",
    "qwertyuiopasdfghjklzxcvbnm",
    "qwertzuiopasdfghjklyxcvbnm",
    "1qaz2wsx3edc4rfv5tgb6yhn7ujm8ik9ol0p",
    "1q2w3e4r5t6y7u8i9o0p",
)

_STRETCH = re.compile(r"\d+|\D+")
_SEPARATORS = re.compile(r"[\s&+.,:;_@'()–-]+")


def is_listed(password: str) -> bool:
    """Is this whole password, what it repeats, or what it pads common?"""
    word = password.casefold()
    unit = _unit(word)
    if unit != word:
        return len(unit) < SHORT_UNIT or is_listed(unit)
    core = _without_padding(word)
    return _is_common(word) or _is_run(word) or (core != word and is_listed(core))


def is_made_of(password: str, words: Iterable[str]) -> bool:
    """Does the password consist of these words and nothing else?"""
    given = tuple(words)
    return _consists_of(password, given) or _consists_of(_without_padding(password), given)


def _consists_of(password: str, words: Iterable[str]) -> bool:
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
    """The shortest text of which `word` is two copies or more, the last perhaps cut; else `word` itself."""
    lengths = range(1, len(word) // 2 + 1)
    return next((word[:length] for length in lengths if word[length:] == word[:-length]), word)


def _without_padding(word: str) -> str:
    """What stands between the digits and signs at both ends; all of it where these are more than padding."""
    core = word.strip("".join(sign for sign in word if not sign.isalpha()))
    before, _, after = word.partition(core) if core else (word, "", "")
    stretches = _STRETCH.findall(before) + _STRETCH.findall(after)
    left = sum(
        len(one) for one in stretches if len(one) < SHORTEST_RUN or not (_unit(one) != one or _is_run(one))
    )
    return core if left <= MOST_PADDING else word


def _bare(text: str) -> str:
    return "".join(character for character in normalize("NFC", text).casefold() if character.isalnum())
