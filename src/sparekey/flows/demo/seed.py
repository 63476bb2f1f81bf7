"""Filling the demo's database: each step at the time it is said to have happened, oldest first.

Everything passes through what real people pass through, so that chain, states and pages are true. Secrets are
fixed: the same app shows the right code in every demo. Hashes are cheap, since the passwords are public; the
first sign-in keeps each anew at the real cost.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Any, cast

from sqlalchemy import Connection, delete

from sparekey.core.addresses import AddressId
from sparekey.core.contract import About, Answer, Factor, Moment
from sparekey.core.events.mail import AddressAdded, AddressConfirmed
from sparekey.core.events.recovery import LinkAccepted, LinkSent
from sparekey.core.events.team import MemberActivated, MemberAdded
from sparekey.core.events.ways import AuthenticatorReviewed, BackupCodesSaved, ReviewFinished
from sparekey.core.people import SERVER, AccountId, Member, MemberId, Status, new_id
from sparekey.core.proofs import Proof
from sparekey.errors import Unready
from sparekey.factors import code_at, registered
from sparekey.flows import _links, _sessions, _staging, console
from sparekey.flows._links import Purpose
from sparekey.flows._ways import Binding, Had, about, add, renew_summary, ways
from sparekey.flows._work import Work, unit
from sparekey.flows.context import Context, Visitor
from sparekey.flows.demo import apps
from sparekey.flows.demo.apps import APPS, App
from sparekey.flows.demo.team import ACCOUNT_NAME, LOST_PHONE, TEAM, Person
from sparekey.store import addresses, audit, authenticators, cases, people, queue, reviews, schema

SETTING_UP = timedelta(minutes=12)
CHOSEN_AGO = timedelta(days=60)
REVIEWED_AGO = timedelta(days=33, hours=2)
FOUNDER = TEAM[0]


def seed(ctx: Context) -> None:
    """Begin anew with the team. Raises `Unready` on a database that is not a demo's."""
    now = ctx.moment()
    ctx.db.write(_clear)
    cheap = replace(ctx.hashing, memory_kib=8, passes=1, lanes=1)
    play = _Play(replace(ctx, hashing=cheap, factors=registered(cheap)), now)
    for ago, act in sorted(_story(play), key=lambda step: -step[0]):
        act(now.at - ago)


def _clear(conn: Connection) -> None:
    """Empty the demo's own database; the facts stay, for they hold the key's check values."""
    if queue.fact(conn, queue.DEMO) is None:
        raise Unready("This database is not a demo's: nothing was changed", reason="demo")
    for table in schema.metadata.sorted_tables:
        if table is not schema.facts:
            conn.execute(delete(table))
    audit.start(conn, SERVER)


Act = Callable[[datetime], None]


def _story(play: "_Play") -> Iterator[tuple[timedelta, Act]]:
    """How long ago, and what."""
    for one in TEAM:
        yield one.joined_ago, (play.found if one is FOUNDER else play.inviting(one))
        if one.signed_in_ago is not None:
            yield one.joined_ago - SETTING_UP, play.setting_up(one)
            yield one.signed_in_ago, play.signing_in(one)
            if one.joined_ago > REVIEWED_AGO and not one.has_review_due:
                yield REVIEWED_AGO, play.reviewing(one)
    for app in APPS:
        yield app.added_ago, play.with_app(app, "add", apps.add)
        yield app.used_ago, play.with_app(app, "use", apps.use)
        if app.only is not None:
            yield CHOSEN_AGO, play.with_app(app, "choose", apps.choose)


@dataclass
class _Play:
    """What happens in the demo's past."""

    ctx: Context
    now: Moment
    account_id: AccountId = SERVER

    def found(self, at: datetime) -> None:
        new = console.NewAccount(
            ACCOUNT_NAME, FOUNDER.name, FOUNDER.username, FOUNDER.email, FOUNDER.language
        )
        then = replace(self.ctx, moment=lambda: self._moment("found", at))
        self.account_id = console.add_account(then, new).member.account_id

    def inviting(self, one: Person) -> Act:
        return lambda at: self._unit(FOUNDER, "invite", at, lambda work: self._invite(work, one))

    def setting_up(self, one: Person) -> Act:
        return lambda at: self._unit(one, "set_up", at, lambda work: self._set_up(work, one))

    def reviewing(self, one: Person) -> Act:
        return lambda at: self._unit(one, "review", at, lambda work: self._review(work, one))

    def signing_in(self, one: Person) -> Act:
        return lambda at: self._unit(one, "sign_in", at, lambda work: self._sign_in(work, one))

    def with_app(self, app: App, label: str, act: Callable[[Work, AccountId, App], None]) -> Act:
        def then(at: datetime) -> None:
            self._unit(FOUNDER, f"{label}:{app.name}", at, lambda work: act(work, self.account_id, app))

        return then

    def _moment(self, label: str, at: datetime) -> Moment:
        return Moment(at, self.now.draw(f"demo:{label}:{at.isoformat()}", 32))

    def _unit(self, actor: Person, label: str, at: datetime, act: Callable[[Work], None]) -> None:
        found = self.ctx.db.read(lambda conn: people.by_sign_in_name(conn, actor.username))
        source = f"192.0.2.{10 + TEAM.index(actor)}"
        visitor = Visitor(source=source, device=actor.device, member=found)
        unit(self.ctx, visitor, self._moment(f"{label}:{actor.username}", at), act)

    def _member(self, work: Work, one: Person) -> Member:
        return people.by_username(work.conn, self.account_id, one.username)

    def _invite(self, work: Work, one: Person) -> None:
        new = Member(
            id=MemberId(new_id("mem", work.moment, one.username)),
            account_id=self.account_id,
            username=one.username,
            name=one.name,
            email=one.email,
            role=one.role,
            status=Status.INVITED,
            language=one.language,
            created_at=work.now,
        )
        people.add_member(work.conn, new)
        work.record(MemberAdded(new.id, one.role.value), self.account_id)
        link, ends_at = _links.make(work, new, Purpose.INVITATION)
        work.record(LinkSent(new.id, Purpose.INVITATION.value), self.account_id)
        if one.signed_in_ago is None:
            work.send(new, "invitation", helper=FOUNDER.name, link=link, expires_at=ends_at)

    def _set_up(self, work: Work, one: Person) -> None:
        member = self._member(work, one)
        purpose = Purpose.INVITATION.value
        work.record(LinkAccepted(member.id, purpose), self.account_id)
        cases.end_links(work.conn, self.account_id, member.id, "used", work.now, purpose=purpose)
        people.put_member(work.conn, replace(member, status=Status.ACTIVE))
        work.record(MemberActivated(member.id), self.account_id)
        self._bind(work, member, one)
        renew_summary(work, member)
        if one.private:
            self._add_address(work, member, one.private)

    def _bind(self, work: Work, member: Member, one: Person) -> None:
        """Password, app and, for most, backup codes: drawn from fixed dice."""
        ctx, fixed = self.ctx, Moment(work.now, sha256(f"demo:{one.username}".encode()).digest())
        whom = about(people.account(work.conn, self.account_id), member)
        password, app = _staging.password_factor(ctx), _staging.app_factor(ctx)
        how = Binding(LOST_PHONE if one.has_lost_phone else "", "set_up")
        add(work, member, password.traits.kind, password.enrol(whom, {}, one.password, fixed), how)
        secret = app.propose(whom, fixed).kept
        code = code_at(app.decode(secret), work.now)
        add(work, member, app.traits.kind, app.enrol(whom, secret, code, fixed), how)
        if one.codes_left:
            codes = _staging.codes_factor(ctx)
            bound = add(work, member, codes.traits.kind, _sheet(codes, whom, one, fixed), how)
            if one.are_codes_saved:
                work.record(BackupCodesSaved(member.id, bound.id), self.account_id)

    def _add_address(self, work: Work, member: Member, private: str) -> None:
        address_id = AddressId(new_id("adr", work.moment, private))
        new = addresses.Address(self.account_id, member.id, address_id, private, work.now, work.now)
        addresses.add(work.conn, new)
        addresses.renew(work.conn, member)
        work.record(AddressAdded(member.id, new.id), self.account_id)
        work.record(AddressConfirmed(member.id, new.id), self.account_id)

    def _review(self, work: Work, one: Person) -> None:
        """Everything is there."""
        member = self._member(work, one)
        had = [found for found in ways(work.conn, self.account_id, member.id) if found.is_second]
        for found in had:
            reviews.checked(work.conn, found.kept, work.now)
            kind = found.kept.kind
            work.record(AuthenticatorReviewed(member.id, found.kept.id, kind, "said"), self.account_id)
        reviews.finished(work.conn, member, work.now)
        work.record(ReviewFinished(member.id, len(had)), self.account_id)

    def _sign_in(self, work: Work, one: Person) -> None:
        member = self._member(work, one)
        had = ways(work.conn, self.account_id, member.id)
        used = [found for found in had if found.enrolled.traits.answer in {Answer.PASSWORD, Answer.CODE}]
        for found in used:
            authenticators.used(work.conn, found.kept, work.now)
        _sessions.start_full(work, member, tuple(_proof(found, work.now) for found in used))


def _sheet(codes: Factor[Any], whom: About, one: Person, fixed: Moment) -> Any:
    """Ten backup codes, of which some were used; saved codes are proved by the last one."""
    proposed = codes.propose(whom, fixed).kept
    texts = list(cast(list[str], proposed["codes"]))
    kept = codes.enrol(whom, proposed, texts[-1] if one.are_codes_saved else "", fixed)
    for text in texts[: len(texts) - one.codes_left]:
        kept = codes.verify(kept, text, fixed).kept
    return kept


def _proof(found: Had, at: datetime) -> Proof:
    traits = found.enrolled.traits
    return Proof(found.kept.id, traits.kind, (traits.category,), traits.amr, at)
