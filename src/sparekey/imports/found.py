"""What an import file turns into: people with their authenticators, or the places that are wrong.

- A secret has one or more *readings*. The first is what the file says. Where algorithm, length or encoding is
  not certain, the others follow: such a secret proves itself with the first code and is pinned to the reading
  that gave it.
- `origin` is the person's name as the file spells it. Entries belong together by it, never by the username
  made from it: `anna@a.example` and `anna@b.example` are two people.
- Nothing here is secret from the caller, yet keys and hashes stay out of every `repr`, and so out of logs.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import BinaryIO, ParamSpec, TypeVar

from sparekey.errors import BadInput
from sparekey.imports._sentences import SENTENCES

MOST_BAD_LINES = 100
"""So many are told; a file with more is wrong as a whole."""


class Doubt(StrEnum):
    """Why a secret must prove itself before it is pinned."""

    OFTEN_IGNORED = "often_ignored"
    """The setting is unusual, and widespread apps ignore it and show codes of the usual one."""
    ALGORITHM_NOT_SAID = "algorithm_not_said"
    ENCODING_UNCLEAR = "encoding_unclear"
    """The text can be read as Base32 and as hexadecimal digits."""


class Remark(StrEnum):
    """What the report tells beside a person, without being wrong."""

    SHORT_SECRET = "short_secret"
    """Fewer than the 128 bits of RFC 4226, section 4, requirement R6."""
    PASSWORD_NOT_KNOWN = "password_not_known"
    """The hash has a form that cannot be checked: the person chooses a new password."""
    UNCONFIRMED = "unconfirmed"
    """An authenticator whose set-up was never finished, left behind."""
    LEFT_BACKUP_CODES = "left_backup_codes"
    LEFT_PASSKEYS = "left_passkeys"
    """Bound to the address of the old server."""
    LEFT_OTHERS = "left_others"


@dataclass(frozen=True, slots=True)
class Upload:
    """One file. `name` is only shown."""

    name: str
    stream: BinaryIO


@dataclass(frozen=True, slots=True)
class Keys:
    """What opens an encrypted file: a passphrase, or an AES key agreed beforehand."""

    passphrase: str = field(default="", repr=False)
    aes_key: bytes = field(default=b"", repr=False)


@dataclass(frozen=True, slots=True)
class Place:
    """Where in which file; `entry` counts the records of formats that need no line breaks. Both from 1."""

    file: str
    line: int = 0
    entry: int = 0


@dataclass(frozen=True, slots=True)
class BadLine:
    """Why an entry cannot be taken. `code` is stable; `facts` fill the sentence and hold no secret."""

    place: Place
    code: str
    facts: Mapping[str, object] = field(default_factory=dict)

    @property
    def sentence(self) -> str:
        """What a file holds may not steer the terminal that this is shown on."""
        said = SENTENCES[self.code].format_map(self.facts)
        return "".join(character for character in said if character.isprintable())


class BadFile(BadInput):
    """The whole import is refused. Every wrong place is told, up to `MOST_BAD_LINES`."""

    code = "bad_file"
    sentence = "This file cannot be imported. Nothing was changed"

    def __init__(self, lines: tuple[BadLine, ...], *, is_cut: bool) -> None:
        super().__init__("file", lines[0].code, lines=lines, is_cut=is_cut)
        self.lines = lines
        self.is_cut = is_cut
        """There are more than are told."""


class Bad(Exception):
    """An entry cannot be taken; the next may be right."""

    def __init__(self, code: str, **facts: object) -> None:
        super().__init__(code)
        self.code = code
        self.facts = facts


class Broken(Exception):
    """Nothing after this place can be read."""

    def __init__(self, place: Place, code: str, **facts: object) -> None:
        super().__init__(code)
        self.line = BadLine(place, code, facts)


@dataclass(frozen=True, slots=True)
class Reading:
    """One way to compute an app's codes. `algorithm` is hashlib's name, `period` is in seconds."""

    key: bytes = field(repr=False)
    algorithm: str = "sha1"
    digits: int = 6
    period: int = 30


@dataclass(frozen=True, slots=True)
class FoundSecret:
    """An authenticator app's secret."""

    readings: tuple[Reading, ...]
    issuer: str = ""
    label: str = ""
    doubts: tuple[Doubt, ...] = ()
    remarks: tuple[Remark, ...] = ()
    last_step: int = 0
    """The newest time step known to be used (RFC 6238, section 5.2); 0 where the source does not tell."""

    @property
    def is_doubtful(self) -> bool:
        return len(self.readings) > 1


@dataclass(frozen=True, slots=True)
class Found:
    """A person. Empty fields were not in the file; `language` is one the server speaks, or empty."""

    place: Place
    origin: str
    username: str
    name: str = ""
    email: str = ""
    is_active: bool = True
    language: str = ""
    password_hash: str | None = field(default=None, repr=False)
    authenticators: tuple[FoundSecret, ...] = ()
    remarks: tuple[Remark, ...] = ()
    is_whole: bool = False
    """The source's own record of the person: two of them are two people, however alike their names are."""


Given = ParamSpec("Given")
Read = TypeVar("Read")


def attempt(
    place: Place, read: Callable[Given, Read], *given: Given.args, **named: Given.kwargs
) -> Read | BadLine:
    """What was read, or why this entry cannot be."""
    try:
        return read(*given, **named)
    except Bad as bad:
        return BadLine(place, bad.code, bad.facts)
