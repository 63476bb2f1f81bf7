"""Home: how safe one's own access is, and at most five things to look at, most urgent first.

The number of statements does not depend on how many people, cases or letters there are.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from sqlalchemy import Connection

from sparekey.core.addresses import lasts, listed
from sparekey.core.contract import Answer, Category, Loss
from sparekey.core.losses import Row, Safety, Way, picture
from sparekey.core.people import Member, Policy, Role, Status
from sparekey.core.permissions import Action, may
from sparekey.core.proofs import Aal, assurance, is_fresh
from sparekey.core.recovery_case import FINAL, settle
from sparekey.core.reviews import due_at, due_if_reviewed_by, is_due
from sparekey.core.sign_in import Standing
from sparekey.flows._links import Purpose
from sparekey.flows._ways import Had, summary, ways
from sparekey.flows.checks.second import LOW
from sparekey.flows.context import Context, Visitor
from sparekey.flows.reports.shown import by_kind
from sparekey.flows.sessions import demand_member
from sparekey.store import addresses, cases, lists, people, queue, reviews
from sparekey.store.lists import Group
from sparekey.store.oidc import clients
from sparekey.store.oidc.clients import Place

MOST = 5
REPORTS_SHOWN = timedelta(hours=72)
"""How long it is shown that somebody said *This wasn't me*."""
NAMED = 20
"""People of one state who are shown; of more there is a count."""
RANK = (
    "not_me",
    "set_up",
    "factor_exposed",
    "factor_suspended",
    "factor_disabled",
    "locked_out",
    "mail_off",
    "mail_failing",
    "mail_back",
    "mail_back_of",
    "case_running",
    "only_owner",
    "no_app",
    "codes_none",
    "codes_unproven",
    "codes_low",
    "not_set_up",
    "review_due",
    "reviews_due",
)
"""Every kind of thing to review, most urgent first."""


@dataclass(frozen=True)
class Item:
    """One thing to review."""

    kind: str
    facts: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True)
class Picture:
    """What happens when things get lost: the ways that work (field, label, thing), and a row for each loss."""

    ways: tuple[tuple[Answer, str, Loss], ...]
    rows: tuple[Row, ...]

    @property
    def has_passkey(self) -> bool:
        return any(answer is Answer.PASSKEY for answer, _, _ in self.ways)


@dataclass(frozen=True)
class Team:
    """The people of an account by state, the worst first."""

    count: int
    groups: tuple[tuple[Safety, Group], ...]


@dataclass(frozen=True)
class Home:
    state: Safety
    last_way: Loss | None
    """The thing whose loss would lock one out, where it is a single one."""
    is_helped: bool
    """Somebody else could let this person back in."""
    is_only_owner: bool
    picture: Picture
    items: tuple[Item, ...]
    team: Team | None
    """For those who may see the staff list."""
    offers_passkey: bool
    """The browser may make a passkey by itself."""
    apps: tuple[Place, ...]
    """Where this person may go from here."""


def home(ctx: Context, visitor: Visitor) -> Home:
    """The signed-in person's own state, and what waits for them."""
    return ctx.db.read(lambda conn: _home(ctx, conn, visitor))


def _home(ctx: Context, conn: Connection, visitor: Visitor) -> Home:
    _, me = demand_member(visitor)
    now = ctx.moment().at
    had = ways(conn, me.account_id, me.id)
    state, own = summary(had)
    shown = picture_of(had, own)
    is_only_owner = me.role is Role.OWNER and len(people.with_role(conn, me.account_id, Role.OWNER)) == 1
    groups = _groups(conn, visitor, now)
    items = [*_own_items(had, state), *([Item("only_owner")] if is_only_owner else [])]
    items += [*_mail_items(ctx, conn, me), *_returned(conn, me, now)]
    items += [*_team_items(conn, visitor, groups or {}, now)]
    items += _reports(conn, me, now) if groups is not None else ()
    items += _review_items(conn, visitor, state, now, is_told=groups is not None)
    first = sorted(items, key=lambda item: RANK.index(item.kind))[:MOST]
    return Home(
        state=state,
        last_way=last_way(own),
        is_helped=not is_only_owner,
        is_only_owner=is_only_owner,
        picture=shown,
        offers_passkey=not shown.has_passkey and _is_right_after_password(visitor, now),
        items=tuple(_with_link_end(conn, me, item, now) for item in first),
        team=_team(groups) if groups is not None else None,
        apps=tuple(clients.open_to(conn, me)),
    )


def _is_right_after_password(visitor: Visitor, now: datetime) -> bool:
    """A browser makes a passkey without asking only after a password that it filled in (WebAuthn, section 5.1.3)."""
    session, _ = demand_member(visitor)
    by_password = any(Category.KNOWLEDGE in one.categories for one in session.proofs)
    return by_password and is_fresh(session.proofs, now)


def last_way(own: tuple[Way, ...]) -> Loss | None:
    """The one thing that all working ways are on."""
    things = {way.thing for way in own if way.works}
    return things.pop() if len(things) == 1 else None


def picture_of(had: list[Had], own: tuple[Way, ...]) -> Picture:
    second = [one for one in had if one.is_second]
    pairs = sorted(zip(second, own, strict=True), key=lambda pair: by_kind(pair[0]))
    shown = tuple(
        (one.enrolled.traits.answer, one.kept.label, one.enrolled.thing) for one, way in pairs if way.works
    )
    return Picture(shown, picture([way for _, way in pairs]))


def _own_items(had: list[Had], state: Safety) -> Iterator[Item]:
    if state is Safety.NOT_SET_UP:
        yield Item("set_up")
        return
    second = [one for one in had if one.is_second]
    standings = {one.kept.standing for one in second if not one.enrolled.traits.is_restricted}
    for standing in (Standing.EXPOSED, Standing.SUSPENDED, Standing.DISABLED):
        if standing in standings:
            yield Item(f"factor_{standing.value}")
    if not any(one.enrolled.traits.answer is Answer.CODE for one in second):
        yield Item("no_app")
    yield from _code_items([one for one in second if one.kept.left is not None])


def _code_items(codes: list[Had]) -> Iterator[Item]:
    left = sum(one.kept.left or 0 for one in codes)
    if left == 0:
        yield Item("codes_none")
    elif all(one.kept.saved_at is None for one in codes):
        yield Item("codes_unproven")
    elif left <= LOW:
        yield Item("codes_low", {"left": left})


def _mail_items(ctx: Context, conn: Connection, me: Member) -> Iterator[Item]:
    if me.role is not Role.OWNER:
        return
    if not ctx.can_send_mail:
        yield Item("mail_off")
    elif troubled := queue.how_many_troubled(conn, me.account_id):
        yield Item("mail_failing", {"count": troubled})


def _returned(conn: Connection, me: Member, now: datetime) -> Iterator[Item]:
    """Addresses that mail comes back from, the longest first: one's own, and for owners everybody's."""
    known = addresses.troubles(conn, me.account_id, "" if me.role is Role.OWNER else me.id)
    since = {key: trouble.since for key, trouble in known.items() if lasts(trouble, now)}
    ids = list(dict.fromkeys(member_id for member_id, _ in since))
    is_alone = not set(ids) - {me.id}
    there = {str(me.id): me} if is_alone else people.names(conn, me.account_id, ids)
    for who in (there[one] for one in ids if one in there):
        boxes = [(since[who.id, box.id], box) for box in who.mailboxes if (who.id, box.id) in since]
        if who.id == me.id:
            yield from (
                Item("mail_back", {"address": listed(box.address, box.id), "since": at}) for at, box in boxes
            )
        elif boxes:
            yield Item("mail_back_of", {**_who(who), "since": min(at for at, _ in boxes)})


def _reports(conn: Connection, me: Member, now: datetime) -> Iterator[Item]:
    """Who said *This wasn't me* of late, the newest first: for owners, as the letters about it are."""
    if me.role is not Role.OWNER:
        return
    reported = cases.reported(conn, me.account_id, now - REPORTS_SHOWN)
    known = people.names(conn, me.account_id, list(reported)) if reported else {}
    for member_id in sorted(known, key=lambda one: reported[one], reverse=True):
        if member_id != me.id:
            yield Item("not_me", {**_who(known[member_id]), "at": reported[member_id]})


def _review_items(
    conn: Connection, visitor: Visitor, state: Safety, now: datetime, *, is_told: bool
) -> Iterator[Item]:
    """The person's own review, and, for who may see them, how many colleagues' are due."""
    _, me = demand_member(visitor)
    policy = visitor.account.policy if visitor.account else Policy()
    is_mine_due = is_due(me, policy, now)
    if is_mine_due and state is not Safety.NOT_SET_UP:
        yield Item("review_due", {"since": due_at(me, policy)})
    reviewed_by = due_if_reviewed_by(policy, now)
    if is_told and reviewed_by:
        others = reviews.how_many_due(conn, me.account_id, reviewed_by) - is_mine_due
        if others > 0:
            yield Item("reviews_due", {"count": others})


def _groups(conn: Connection, visitor: Visitor, now: datetime) -> dict[str, Group] | None:
    """Everybody but those deactivated, for who may see them: a session of aal1 may not."""
    session, me = demand_member(visitor)
    account = visitor.account
    is_full = assurance(session.proofs).aal is Aal.AAL2
    if account is None or not is_full or not may(me, Action.SEE_STAFF, None, account.policy, now):
        return None
    return lists.by_safety(conn, me.account_id, most=NAMED)


def _team(groups: Mapping[str, Group]) -> Team:
    order = (Safety.LOCKED_OUT, Safety.ONE_LOSS, Safety.NOT_SET_UP, Safety.SAFE)
    shown = tuple((state, groups[state]) for state in order if state in groups)
    return Team(sum(group.count for group in groups.values()), shown)


def _team_items(
    conn: Connection, visitor: Visitor, groups: Mapping[str, Group], now: datetime
) -> Iterator[Item]:
    """Colleagues who need help, for who may give it. Who is being helped is shown once."""
    _, me = demand_member(visitor)
    mine = {one.id: one for group in groups.values() for one in group.first if _may_help(visitor, one, now)}
    running = [settle(case, now) for case in cases.open_ones(conn, me.account_id)] if mine else []
    helped = {case.member_id: case for case in running if case.state not in FINAL and case.member_id in mine}
    for member_id, case in helped.items():
        who = mine[member_id]
        yield Item("case_running", {**_who(who), "until": case.expires_at})
    for who in mine.values():
        if who.status is Status.INVITED:
            yield Item("not_set_up", {**_who(who), "id": who.id})
    for who in groups[Safety.LOCKED_OUT].first if Safety.LOCKED_OUT in groups else ():
        if who.id in mine and who.id not in helped:
            yield Item("locked_out", _who(who))


def _may_help(visitor: Visitor, who: Member, now: datetime) -> bool:
    if visitor.member is None or visitor.account is None or visitor.member.id == who.id:
        return False
    action = Action.INVITE_AGAIN if who.status is Status.INVITED else Action.SEND_LINK
    return may(visitor.member, action, who, visitor.account.policy, now)


def _who(who: Member) -> dict[str, object]:
    return {"name": who.name, "username": who.username}


def _with_link_end(conn: Connection, me: Member, item: Item, now: datetime) -> Item:
    """When an invitation ends is looked up for those few that are shown."""
    if item.kind != "not_set_up":
        return item
    facts = {name: value for name, value in item.facts.items() if name != "id"}
    member_id = str(item.facts["id"])
    until = invited_until(conn, me.account_id, [member_id], now).get(member_id)
    return Item(item.kind, {**facts, "until": until})


def invited_until(
    conn: Connection, account_id: str, member_ids: Sequence[str], now: datetime
) -> dict[str, datetime]:
    """Until when people's newest invitations work, by member; those that have run out are missing."""
    purposes = [Purpose.INVITATION.value, Purpose.RESET.value]
    return cases.open_until(conn, account_id, member_ids, purposes, now) if member_ids else {}
