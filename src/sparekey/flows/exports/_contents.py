"""What is in an export, and what cannot be.

JSON (RFC 8259) in UTF-8: what it is, from which server and when, then people with their authenticator apps, each with
the `otpauth:` address that any app takes. Only apps that work are in it: a secret that is suspended because its phone
is lost, that somebody else has seen or that was switched off must not come back by a file, and a temporary one was
never the person's.
"""

import json
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from datetime import datetime
from io import BytesIO
from typing import Any

from sqlalchemy import Connection

from sparekey.core.contract import Answer, Category, Traits
from sparekey.core.people import Account, Member
from sparekey.core.sign_in import Standing
from sparekey.factors import TRAITS, readings, reveal
from sparekey.flows._ways import Had, about, material, ways
from sparekey.flows.context import Context
from sparekey.store import authenticators, people
from sparekey.store.authenticators import Authenticator

FORMAT, VERSION = "sparekey export", 1
_WRITER = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"))

_NOT_OF_A_PERSON = {
    "password": "only a hash is kept, which no other server can check without this server's key",
    "backup codes": "only hashes are kept: make new ones where you go",
    "passkeys": "they belong to this server's address and never leave what they live on: add new ones where you go",
    "codes by text message or e-mail": "set them up anew where you go",
    "apps that do not work": "suspended, seen by somebody else or switched off: they must be replaced",
}
_NOT_OF_AN_ACCOUNT = {
    **_NOT_OF_A_PERSON,
    "further addresses": "they belong to the person",
    "the audit log": "it has an export of its own",
}


@dataclass(frozen=True)
class Content:
    """What goes into a parcel, and how much of it there is. `ids`: of the authenticators that are in it."""

    written: bytes = field(repr=False)
    people: int
    apps: int
    ids: frozenset[str] = frozenset()


def _is_app(traits: Traits) -> bool:
    is_second = traits.category is Category.POSSESSION and not traits.is_temporary
    return is_second and traits.answer is Answer.CODE


_KINDS = frozenset(kind for kind, traits in TRAITS.items() if _is_app(traits))


def goes_along(one: Had) -> bool:
    """An authenticator app of the person's own that works."""
    return one.kept.kind in _KINDS and one.kept.standing is Standing.ACTIVE


def ids_of(conn: Connection, who: Member) -> frozenset[str]:
    """Which of a person's authenticators would be in an export now."""
    return frozenset(one.kept.id for one in ways(conn, who.account_id, who.id) if goes_along(one))


def of_person(ctx: Context, account: Account, who: Member, at: datetime) -> Content:
    """One's own."""
    had = ctx.db.read(lambda conn: ways(conn, who.account_id, who.id))
    taken = [one.kept for one in had if goes_along(one)]
    inside = {
        **_head(ctx, account, at, _NOT_OF_A_PERSON),
        "username": who.username,
        "name": who.name,
        "addresses": [box.address for box in who.mailboxes],
        "apps": [_app(ctx, account, who, one) for one in taken],
    }
    written = json.dumps(inside, ensure_ascii=False, indent=1).encode()
    return Content(written, 1, len(taken), frozenset(one.id for one in taken))


def _head(ctx: Context, account: Account, at: datetime, lacking: dict[str, str]) -> dict[str, Any]:
    return {
        "format": FORMAT,
        "version": VERSION,
        "made_at": at.isoformat(timespec="seconds"),
        "server": ctx.site.host,
        "account": account.name,
        "not_in_here": lacking,
    }


def _app(ctx: Context, account: Account, who: Member, one: Authenticator) -> dict[str, Any]:
    """`or_uris`: of a secret that was taken over from elsewhere and has not proved yet which reading is right."""
    whom = about(account, who)
    uri, *others = [reveal(each, whom, in_full=True)["uri"] for each in readings(material(ctx, one))]
    return {
        "label": one.label,
        "lives_on": (one.thing or TRAITS[one.kind].lost_with).value,
        "added_at": one.created_at.isoformat(timespec="seconds"),
        "uri": uri,
        **({"or_uris": others} if others else {}),
    }


def of_account(ctx: Context, account: Account, at: datetime, tell: Callable[[int], None]) -> Content:
    """Everybody's, written as it is read: they may be 100,000. `tell` hears how many more people were written."""
    head = {**_head(ctx, account, at, _NOT_OF_AN_ACCOUNT), "policy": asdict(account.policy)}
    written = BytesIO()
    written.write(_WRITER.encode(head)[:-1].encode() + b',"people":[')
    count = apps = 0
    with ctx.db.reading() as conn:
        for piece in people.walk(conn, account.id):
            had = authenticators.working(conn, account.id, [who.id for who in piece], _KINDS)
            for who in piece:
                taken = [_app(ctx, account, who, one) for one in had.get(who.id, ())]
                written.write(b",\n" if count else b"\n")
                written.write(_WRITER.encode(_person(who, taken)).encode())
                count, apps = count + 1, apps + len(taken)
            tell(len(piece))
    written.write(b"\n]}\n")
    return Content(written.getvalue(), count, apps)


def _person(who: Member, apps: list[dict[str, Any]]) -> dict[str, Any]:
    return {
        "username": who.username,
        "name": who.name,
        "email": who.email,
        "role": who.role.value,
        "language": who.language.value,
        "status": who.status.value,
        "apps": apps,
    }
