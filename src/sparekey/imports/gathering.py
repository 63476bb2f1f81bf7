"""From entries to people: what belongs to one person comes together, and what cannot be is told.

- Two entries of one `origin` are one person with the authenticators of both; what both say must be the same.
  Two whole records never are: "Anna" and "anna" may be two people where they come from.
- No secret, username or e-mail address is there twice (RFC 6238, section 3, R5: a unique secret for each
  prover; names and addresses are unique on a server).
- All or nothing: one wrong place refuses everything, and up to `MOST_BAD_LINES` of them are told.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, fields, replace

from sparekey.core.contract import MOST_APPS
from sparekey.imports._fields import key_of
from sparekey.imports.found import (
    MOST_BAD_LINES,
    Bad,
    BadFile,
    BadLine,
    Broken,
    Found,
    Place,
    Remark,
)

MOST_PEOPLE = 250_000


@dataclass(frozen=True)
class Terms:
    """What is taken. `is_known_hash` tells whether a password hash can be checked; others are left behind with a
    remark. Reading ends with the first person who is one too many."""

    is_known_hash: Callable[[str], bool]
    most_people: int = MOST_PEOPLE


_MERGED = {"place", "origin", "authenticators", "remarks", "is_whole"}
_MUST_AGREE = tuple(each.name for each in fields(Found) if each.name not in _MERGED)
_SAYS_NOTHING: tuple[object, ...] = ("", None, True)


def gather(entries: Iterable[Found | BadLine], terms: Terms, file: str) -> tuple[Found, ...]:
    """The people in the order of the file, or `BadFile`."""
    people = _People(terms)
    bad: list[BadLine] = []
    try:
        for entry in entries:
            trouble = entry if isinstance(entry, BadLine) else people.add(entry)
            if trouble:
                bad.append(trouble)
            if len(bad) > MOST_BAD_LINES:
                break
    except Broken as broken:
        bad.append(broken.line)
    if not bad and not people.by_origin:
        bad.append(BadLine(Place(file), "nobody"))
    if bad:
        raise BadFile(tuple(bad[:MOST_BAD_LINES]), is_cut=len(bad) > MOST_BAD_LINES)
    return tuple(people.by_origin.values())


class _People:
    """Who was found up to here, and what is taken."""

    def __init__(self, terms: Terms) -> None:
        self.by_origin: dict[str, Found] = {}
        self._terms = terms
        self._usernames: dict[str, str] = {}
        self._emails: dict[str, str] = {}
        self._secrets: set[bytes] = set()

    def add(self, found: Found) -> BadLine | None:
        origin = key_of(found.origin)
        try:
            before = self.by_origin.get(origin)
            if self._usernames.setdefault(found.username, origin) != origin:
                raise Bad("duplicate_username", username=found.username)
            if found.email and self._emails.setdefault(key_of(found.email), origin) != origin:
                raise Bad("duplicate_email")
            for secret in found.authenticators:
                self._take(secret.readings[0].key)
            merged = _merged(before, self._with_known_hash(found)) if before else self._with_known_hash(found)
            if len(merged.authenticators) > MOST_APPS:
                raise Bad("too_many_authenticators", most=MOST_APPS)
            if before is None and len(self.by_origin) >= self._terms.most_people:
                raise Broken(found.place, "too_many_people", most=self._terms.most_people)
        except Bad as bad:
            return BadLine(found.place, bad.code, bad.facts)
        self.by_origin[origin] = merged
        return None

    def _take(self, key: bytes) -> None:
        if key in self._secrets:
            raise Bad("duplicate_secret")
        self._secrets.add(key)

    def _with_known_hash(self, found: Found) -> Found:
        if found.password_hash is None or self._terms.is_known_hash(found.password_hash):
            return found
        return replace(found, password_hash=None, remarks=(*found.remarks, Remark.PASSWORD_NOT_KNOWN))


def _merged(one: Found, other: Found) -> Found:
    """Both as one person; what only one of them says is taken from that one."""
    if one.is_whole and other.is_whole:
        raise Bad("duplicate_person")
    said: dict[str, object] = {}
    for name in _MUST_AGREE:
        first, second = getattr(one, name), getattr(other, name)
        if first == second or second in _SAYS_NOTHING:
            continue
        if first not in _SAYS_NOTHING:
            raise Bad("duplicate_person")
        said[name] = second
    remarks = tuple(dict.fromkeys((*one.remarks, *other.remarks)))
    return replace(
        one,
        authenticators=(*one.authenticators, *other.authenticators),
        remarks=remarks,
        is_whole=one.is_whole or other.is_whole,
        **said,  # type: ignore[arg-type]  # fields of the same class
    )
