"""One's own ways in, one by one: what each is called and lives on, and taking one away."""

from dataclasses import dataclass

from sparekey.core.contract import Loss
from sparekey.core.events.ways import AuthenticatorNamed
from sparekey.core.losses import Safety
from sparekey.core.people import Member
from sparekey.core.sign_in import Standing
from sparekey.errors import BadInput, NotAllowed, NotFound
from sparekey.flows import _ways
from sparekey.flows._ways import Had, summary, ways
from sparekey.flows._work import Work, unit
from sparekey.flows.context import Context, Visitor
from sparekey.flows.reports.shown import WayIn, ways_in
from sparekey.flows.sessions import demand_own
from sparekey.store import authenticators, people

LONGEST_NAME = 60
THINGS = (Loss.PHONE, Loss.TABLET, Loss.COMPUTER, Loss.KEY, Loss.MANAGER)
"""What a way may be said to live on."""


@dataclass(frozen=True)
class OneWay:
    """One way in, and the state that its person is in without it."""

    way: WayIn
    state_after: Safety
    can_be_removed: bool
    can_be_named: bool


def one_way(ctx: Context, visitor: Visitor, authenticator_id: str) -> OneWay:
    """One of this person's own that can be named or removed; `NotFound` for any other."""
    _, member = demand_own(ctx, visitor)
    had = ctx.db.read(lambda conn: ways(conn, member.account_id, member.id))
    found = _find(had, authenticator_id)
    left = [one for one in had if one is not found]
    can_be_named = not found.enrolled.traits.is_sent
    return OneWay(ways_in([found], ctx)[0], summary(left)[0], not is_last(found, left), can_be_named)


def _find(had: list[Had], authenticator_id: str) -> Had:
    """Backup codes are replaced, not removed."""
    for one in had:
        if one.kept.id == authenticator_id and (one.enrolled.traits.is_sent or one.is_on_a_device):
            return one
    raise NotFound()


def is_last(found: Had, left: list[Had]) -> bool:
    """Nothing else is left that works every day: backup codes alone are for emergencies, and what is restricted is
    never alone (NIST SP 800-63B-4, section 3.2.9)."""
    if found.enrolled.traits.is_sent:
        return False
    working = [one for one in left if one.is_on_a_device and one.kept.standing is Standing.ACTIVE]
    return all(one.enrolled.traits.is_restricted for one in working)


def guess_thing(visitor: Visitor) -> Loss | None:
    """The phone or tablet that this browser says it is on; None for what may be a computer or anything."""
    return None if visitor.thing is Loss.COMPUTER else visitor.thing


def read_label(text: str) -> str:
    """What a way is called; may be empty."""
    name = " ".join(text.split())
    if len(name) > LONGEST_NAME:
        raise BadInput("label", "too_long", most=LONGEST_NAME)
    if not name.isprintable():
        raise BadInput("label", "name_form")
    return name


def read_thing(text: str) -> Loss:
    if text not in THINGS:
        raise BadInput("thing", "unknown")
    return Loss(text)


def free_label(had: list[Had], name: str) -> str:
    """This name, with a number where the person has a way that is called so."""
    taken = {one.kept.label for one in had}
    if not name or name not in taken:
        return name
    return next(f"{name} {number}" for number in range(2, len(taken) + 3) if f"{name} {number}" not in taken)


def rename(ctx: Context, visitor: Visitor, authenticator_id: str, label: str, thing: str) -> None:
    """What it is called, and what it lives on. A number or address has no other name, and lives where it does."""
    _, member = demand_own(ctx, visitor)
    name, place = read_label(label), read_thing(thing)

    def put(work: Work) -> None:
        who, found, _ = _locked(work, member, authenticator_id)
        if found.enrolled.traits.is_sent:
            raise NotFound()
        authenticators.name(work.conn, found.kept, name, place)
        _ways.renew_summary(work, who)
        event = AuthenticatorNamed(who.id, found.kept.id, found.kept.kind)
        work.record(event, who.account_id)

    unit(ctx, visitor, ctx.moment(), put)


def _locked(work: Work, member: Member, authenticator_id: str) -> tuple[Member, Had, list[Had]]:
    """The person, locked, the way, and what they have beside it."""
    who = people.member(work.conn, member.account_id, member.id, lock=True)
    had = ways(work.conn, who.account_id, who.id)
    found = _find(had, authenticator_id)
    return who, found, [one for one in had if one is not found]


def remove(ctx: Context, visitor: Visitor, authenticator_id: str) -> None:
    """Take one away, unless it is the last that works every day."""
    _, member = demand_own(ctx, visitor)

    def take(work: Work) -> None:
        who, found, left = _locked(work, member, authenticator_id)
        if is_last(found, left):
            raise NotAllowed("This is your last way in. Add another one first", reason="last_way")
        _ways.destroy(work, who, [found], "removed")
        _ways.renew_summary(work, who)
        way = found.enrolled.traits.answer.value
        work.send(who, "way_removed", removed_at=work.now, way=way, called=found.kept.label or "–")

    unit(ctx, visitor, ctx.moment(), take)
