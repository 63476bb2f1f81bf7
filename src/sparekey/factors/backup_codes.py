"""Backup codes: single-use codes on paper.

- Ten codes of 16 Crockford characters, 80 bits each: they also recover, so they hold more than the 64 bits
  of a saved recovery code (NIST SP 800-63B-4, sections 3.1.2 and 4.2.1.1). Accepted in any case, with
  spaces and dashes, and with O for 0, I and L for 1.
- Kept like passwords, as argon2id hashes; a keyed digest of the first four characters finds the one to
  check, so that an answer costs one hash, not ten. No two codes of a set share their first four.
- Each is used once. Of a spent code only the digest of its beginning and the time stay, to say when it was
  used.
"""

import hmac
import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import cast

from sparekey.core.contract import (
    About,
    Answer,
    Category,
    Evidence,
    Hashing,
    Loss,
    Moment,
    Proposal,
    Traits,
    Trouble,
    Verified,
    WrongAnswer,
)
from sparekey.factors._argon2 import SALT_BYTES, hash_text, is_match, unmatched
from sparekey.factors._typed import MOST_TYPED, without_separators

ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz"
SET_SIZE = 10
CODE_CHARACTERS = 16
CODE_BYTES = CODE_CHARACTERS * 5 // 8
FIRST = 4

_READ = str.maketrans(ALPHABET.upper() + "oOiIlL", ALPHABET + "001111")


@dataclass(frozen=True)
class BackupCode:
    """One code: `phc` is gone once it was used."""

    index: str = field(repr=False)
    phc: str | None = field(repr=False)
    used_at: datetime | None = None


@dataclass(frozen=True)
class BackupCodeSet:
    """The codes of one sheet."""

    codes: tuple[BackupCode, ...]
    saved_at: datetime | None = None
    """When the person proved to have saved them."""

    @property
    def left(self) -> int:
        return sum(code.used_at is None for code in self.codes)


class BackupCodes:
    """Finds a code by its beginning, then checks one hash."""

    traits = Traits(
        kind="backup_codes",
        category=Category.POSSESSION,
        answer=Answer.BACKUP_CODE,
        lost_with=Loss.PAPER,
        amr=(),
        is_slow=True,
    )

    def __init__(self, hashing: Hashing) -> None:
        self._hashing = hashing

    def propose(self, about: About, moment: Moment) -> Proposal:
        codes: dict[str, str] = {}
        tries = 0
        while len(codes) < SET_SIZE:
            drawn = moment.draw(f"backup_codes/{about.username}/{tries}", CODE_BYTES)
            codes.setdefault(_spelled(drawn)[:FIRST], _spelled(drawn))
            tries += 1
        shown = ["-".join(re.findall("....", code)) for code in codes.values()]
        return Proposal(shown={"codes": shown}, kept={"codes": list(codes.values())})

    def enrol(
        self, about: About, proposed: Mapping[str, object], answer: str, moment: Moment
    ) -> BackupCodeSet:
        """Hash the set. With an answer it counts as saved; an empty one keeps it as not proved yet."""
        codes = cast(list[str], proposed["codes"])
        saved_at = None
        if answer:
            typed, refusal = _read(answer)
            if refusal or typed not in codes:
                raise refusal or WrongAnswer(Trouble.WRONG)
            saved_at = moment.at
        kept = (self._kept(code, f"backup_codes/{about.username}/salt", moment) for code in codes)
        return BackupCodeSet(tuple(kept), saved_at)

    def verify(
        self, kept: BackupCodeSet, answer: str, moment: Moment, asked: object = None
    ) -> Verified[BackupCodeSet]:
        right = self._find(kept, answer)
        spent = replace(right, phc=None, used_at=moment.at)
        after = replace(kept, codes=tuple(spent if code is right else code for code in kept.codes))
        return Verified(after, Evidence((self.traits.category,), self.traits.amr, left=after.left))

    def confirm(self, kept: BackupCodeSet, answer: str, moment: Moment) -> BackupCodeSet:
        """The set as saved, if this is one of its unused codes; none is used up. Raises `WrongAnswer`."""
        self._find(kept, answer)
        return replace(kept, saved_at=moment.at)

    def encode(self, kept: BackupCodeSet) -> dict[str, object]:
        codes = [{"index": c.index, "phc": c.phc, "used_at": _text(c.used_at)} for c in kept.codes]
        return {"codes": codes, "saved_at": _text(kept.saved_at)}

    def decode(self, data: Mapping[str, object]) -> BackupCodeSet:
        codes = cast(list[dict[str, str | None]], data["codes"])
        return BackupCodeSet(
            tuple(BackupCode(str(c["index"]), c["phc"], _time(c["used_at"])) for c in codes),
            _time(cast(str | None, data["saved_at"])),
        )

    def _kept(self, code: str, label: str, moment: Moment) -> BackupCode:
        index = self._index(code)
        salt = moment.draw(f"{label}/{index}", SALT_BYTES)
        return BackupCode(index, hash_text(code, salt, self._hashing))

    def _index(self, code: str) -> str:
        key = hmac.digest(self._hashing.pepper, b"beginning of a backup code", "sha256")
        return hmac.digest(key, code[:FIRST].encode(), "sha256").hex()

    def _find(self, kept: BackupCodeSet, answer: str) -> BackupCode:
        """The unused code that was typed, for the price of one hash, whatever was typed."""
        typed, refusal = _read(answer)
        index = self._index(typed)
        found = next((code for code in kept.codes if hmac.compare_digest(code.index, index)), None)
        phc = found.phc if found and found.phc else unmatched(self._hashing)
        is_right = is_match(phc, typed, self._hashing)
        if found and is_right:
            return found
        if found and found.used_at and not refusal:
            raise WrongAnswer(Trouble.ALREADY_USED, used_at=found.used_at)
        raise refusal or WrongAnswer(Trouble.WRONG)


def _spelled(drawn: bytes) -> str:
    number = int.from_bytes(drawn, "big")
    return "".join(ALPHABET[number >> 5 * place & 31] for place in reversed(range(CODE_CHARACTERS)))


def _read(answer: str) -> tuple[str, WrongAnswer | None]:
    """What was typed, as a code is spelled, and the refusal if it can't be one."""
    if len(answer) > MOST_TYPED:
        return "", WrongAnswer(Trouble.WRONG_LENGTH, length=len(answer), expected=CODE_CHARACTERS)
    typed = without_separators(answer).translate(_READ)
    if not typed:
        return "", WrongAnswer(Trouble.EMPTY, expected=CODE_CHARACTERS)
    if not set(typed) <= set(ALPHABET):
        return "", WrongAnswer(Trouble.WRONG)
    if len(typed) != CODE_CHARACTERS:
        return typed, WrongAnswer(Trouble.WRONG_LENGTH, length=len(typed), expected=CODE_CHARACTERS)
    return typed, None


def _text(at: datetime | None) -> str | None:
    return at.isoformat() if at else None


def _time(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text else None
