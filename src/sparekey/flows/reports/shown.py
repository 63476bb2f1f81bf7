"""What several pages show of a person: their ways in, and what happened around them."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import Connection

from sparekey.core.addresses import WORK, AddressId, lasts
from sparekey.core.audit_chain import Entry
from sparekey.core.contract import Answer, Loss
from sparekey.core.events.mail import NoticeSent, TextSent
from sparekey.core.events.recovery import CaseAllowed
from sparekey.core.events.signing_in import CodeAsked, FactorProved, PasswordProved
from sparekey.core.events.ways import AuthenticatorDestroyed, AuthenticatorEnrolled, RiskAccepted
from sparekey.core.people import AccountId, Member
from sparekey.core.sign_in import Standing
from sparekey.factors import about_key
from sparekey.flows._ways import Had, material
from sparekey.flows.context import Context
from sparekey.store import addresses, audit, people
from sparekey.store.audit import Filter
from sparekey.store.oidc import clients

DELETED = "deleted person"
"""What stands for somebody whose entry was deleted; pages put it in their own language."""
_MEMBER, _CLIENT = "mem_", "cli_"
_KINDS = (
    Answer.CODE,
    Answer.PASSKEY,
    Answer.BACKUP_CODE,
    Answer.SMS_CODE,
    Answer.EMAIL_CODE,
    Answer.PASSWORD,
)
_STEPS = frozenset(
    one.tag
    for one in (PasswordProved, CodeAsked, FactorProved, CaseAllowed, RiskAccepted, NoticeSent, TextSent)
)
_CHANGES = frozenset({AuthenticatorEnrolled.tag, AuthenticatorDestroyed.tag})


@dataclass(frozen=True)
class WayIn:
    """One way in as its owner, or a helper, sees it."""

    id: str
    kind: str
    answer: Answer
    thing: Loss
    label: str
    standing: Standing
    added_at: datetime
    last_used_at: datetime | None
    left: int | None
    """Single-use codes that are left; None for a way without such."""
    is_saved: bool
    """For codes: the person proved to have them."""
    reviewed_at: datetime | None = None
    """When the person last said, or showed, that it is still there."""
    is_synced: bool | None = None
    """For a passkey: whether there are copies on other devices."""


def by_kind(one: Had) -> int:
    """The one order in which all pages show ways in; of a kind, the oldest first."""
    return _KINDS.index(one.enrolled.traits.answer)


def ways_in(had: Iterable[Had], ctx: Context | None = None) -> tuple[WayIn, ...]:
    """A person's own second factors and codes by e-mail, in their order; with `ctx`, for the person, what passkeys
    tell of themselves."""
    shown = (
        (one, _way_in(one))
        for one in sorted(had, key=by_kind)
        if one.is_second or one.enrolled.traits.is_sent
    )
    return tuple(_told(ctx, one, way) if ctx else way for one, way in shown)


def _told(ctx: Context, one: Had, way: WayIn) -> WayIn:
    if one.enrolled.traits.answer is not Answer.PASSKEY:
        return way
    told = about_key(material(ctx, one.kept))
    return replace(way, is_synced=told.is_synced) if told else way


def _way_in(one: Had) -> WayIn:
    return WayIn(
        one.kept.id,
        one.kept.kind,
        one.enrolled.traits.answer,
        one.enrolled.thing,
        one.kept.label,
        one.kept.standing,
        one.kept.created_at,
        one.kept.last_used_at,
        one.kept.left,
        one.kept.saved_at is not None,
        one.kept.reviewed_at,
    )


@dataclass(frozen=True)
class AddressShown:
    """One of a person's addresses. `id` empty: the work address, of which no times are known."""

    id: AddressId
    address: str
    added_at: datetime | None
    confirmed_at: datetime | None
    comes_back_since: datetime | None
    """Mail to it comes back."""


def addresses_of(conn: Connection, who: Member, now: datetime) -> tuple[AddressShown, ...]:
    """The work address, then the further ones as they were added."""
    known = addresses.troubles(conn, who.account_id, who.id)

    def since(address_id: AddressId) -> datetime | None:
        trouble = known.get((who.id, address_id))
        return trouble.since if trouble and lasts(trouble, now) else None

    work = AddressShown(WORK, who.email, None, None, since(WORK))
    further = addresses.of_member(conn, who)
    return (
        work,
        *(
            AddressShown(one.id, one.address, one.added_at, one.confirmed_at, since(one.id))
            for one in further
        ),
    )


@dataclass(frozen=True)
class Activity:
    """One audit entry around a person. `by` and `about` are usernames, empty where it is the person."""

    tag: str
    at: datetime
    place: str
    data: Mapping[str, object]
    by: str = ""
    about: str = ""


def activity(conn: Connection, who: Member, limit: int, offset: int = 0) -> tuple[list[Activity], int]:
    """The newest entries in which somebody acted or was acted upon, and how many there are in all."""
    found, count = audit.newest(conn, who.account_id, Filter(member=who.id), limit, offset)
    known = names_of(conn, who.account_id, found)
    return [_activity(entry, who, known) for entry in found], count


def recent(conn: Connection, who: Member, limit: int) -> list[Activity]:
    """The newest of it for a profile, without the steps that a sign-in or a hand-over is made of."""
    found, _ = activity(conn, who, 4 * limit)
    return [one for one in found if not _is_step(one)][:limit]


def _is_step(one: Activity) -> bool:
    """Another entry beside it says the same; what came of a backup code is said by this one alone."""
    if one.tag in _CHANGES and Answer.PASSWORD == one.data.get("kind"):
        return True
    return one.tag in _STEPS and one.data.get("left") is None


def _activity(entry: Entry, who: Member, known: Mapping[str, str]) -> Activity:
    by = "" if entry.actor in {"", who.id} else known[entry.actor]
    about = "" if entry.subject in {"", who.id} else known[entry.subject]
    data = {**entry.data, "app": app_in(entry, known)} if _client(entry) else entry.data
    return Activity(entry.tag, entry.at, entry.source, data, by, about)


def names_of(conn: Connection, account_id: AccountId, found: Sequence[Entry]) -> dict[str, str]:
    """The usernames behind the ids of entries. What acts without being a person keeps its own name."""
    ids = {one for entry in found for one in (entry.actor, entry.subject, _client(entry)) if one}
    there = people.names(conn, account_id, sorted(ids)) if ids else {}
    apps = [one for one in ids if one.startswith(_CLIENT)]
    called = clients.names(conn, account_id, apps) if apps else {}
    return {
        one: there[one].username if one in there else called.get(one) or _name_of_nobody(one) for one in ids
    }


def _client(entry: Entry) -> str:
    return str(entry.data.get("client", ""))


def app_in(entry: Entry, known: Mapping[str, str]) -> str:
    """The name of the app that an entry about a person names."""
    return known.get(_client(entry), "")


def _name_of_nobody(one: str) -> str:
    return DELETED if one.startswith(_MEMBER) else one
