"""The rows of people who are taken over: made of what a file said, sealed, and not written yet."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta

from sparekey.core.contract import Answer
from sparekey.core.events import Event
from sparekey.core.events.recovery import LinkSent
from sparekey.core.events.team import MemberAdded
from sparekey.core.events.ways import AuthenticatorEnrolled
from sparekey.core.losses import Safety
from sparekey.core.people import Account, AuthenticatorId, Language, Member, MemberId, Role, Status
from sparekey.factors import TRAITS, brought_app, brought_password
from sparekey.flows import _links, _staging, _ways
from sparekey.flows._links import Purpose
from sparekey.flows._work import Work
from sparekey.flows.joining.from_elsewhere.planning import Planned, as_member, plan
from sparekey.imports import Found, FoundSecret
from sparekey.store import authenticators, cases, people, queue
from sparekey.store.authenticators import Authenticator
from sparekey.store.cases import Link
from sparekey.store.people import Listed
from sparekey.store.queue import Mail

BETWEEN_LETTERS = timedelta(milliseconds=100)
"""So that a letter somebody waits for is never behind a hundred thousand others."""


@dataclass(frozen=True)
class By:
    """Who takes people over, and what is the same for all of them."""

    account: Account
    name: str
    """As letters call them."""
    place: str
    language: Language


@dataclass(frozen=True, slots=True)
class Trace:
    """What the chain needs to know of one person."""

    member: MemberId
    kinds: tuple[tuple[AuthenticatorId, str], ...]
    is_invited: bool

    def events(self) -> Iterator[Event]:
        yield MemberAdded(self.member, Role.STAFF.value)
        for authenticator, kind in self.kinds:
            yield AuthenticatorEnrolled(self.member, authenticator, kind, "import")
        if self.is_invited:
            yield LinkSent(self.member, Purpose.INVITATION.value)


class Rows:
    """The rows of some people, written together."""

    def __init__(self, work: Work, by: By, number: int) -> None:
        self._work, self._by = work, by
        self._letters = number
        """How many are written before these."""
        self._members: list[Listed] = []
        self._authenticators: list[Authenticator] = []
        self._links: list[Link] = []
        self._mails: list[Mail] = []
        self._tried: list[str] = []

    def add(self, found: Found) -> Trace:
        planned = plan(found)
        who = as_member(planned, self._by.account, self._by.language, self._work.moment)
        own = tuple(_brought(self._work, who, planned))
        had = [_ways.had_of(one) for one in own]
        is_in = planned.becomes is not Status.INVITED
        safety = _ways.summary(had)[0] if is_in else Safety.NOT_SET_UP
        if safety is not Safety.NOT_SET_UP:
            who = replace(who, reviewed_at=self._work.now)
        self._members.append(Listed(who, safety.value, _ways.listed(had)))
        self._authenticators += own
        self._tried += [_ways.name_tries_key(self._work, name) for name in (who.username, who.email)]
        if planned.becomes is not Status.DEACTIVATED:
            self._write_to(who, own)
        kinds = tuple((one.id, one.kind) for one in own)
        return Trace(who.id, kinds, planned.becomes is Status.INVITED)

    def _write_to(self, who: Member, own: Sequence[Authenticator]) -> None:
        letter = _invitation if who.status is Status.INVITED else _notice
        link, mail = letter(self._work, self._by, who, own)
        self._links.append(link)
        self._mails.append(replace(mail, due_at=self._work.now + self._letters * BETWEEN_LETTERS))
        self._letters += 1

    @property
    def letters(self) -> int:
        """How many there are up to here."""
        return self._letters

    def write(self, work: Work) -> None:
        """Put everything in the database."""
        conn = work.conn
        people.add_members(conn, self._members)
        if self._authenticators:
            authenticators.add(conn, *self._authenticators)
        if self._links:
            cases.add_link(conn, *self._links)
            work.post(*self._mails)
        queue.forget_tries(conn, self._tried)


def _brought(work: Work, who: Member, planned: Planned) -> Iterator[Authenticator]:
    """The person's authenticators, as they are kept here."""
    ctx = work.ctx
    if planned.keeps_password:
        kind = _staging.password_factor(ctx).traits.kind
        password = brought_password(planned.found.password_hash or "")
        yield _ways.make(work, who, kind, password, _ways.Binding("", "import"))
    kind = _staging.app_factor(ctx).traits.kind
    for number, secret in enumerate(planned.found.authenticators):
        how = _ways.Binding(secret.label, "import", number=number)
        yield _ways.make(work, who, kind, _app(secret), how)


def _app(secret: FoundSecret) -> object:
    readings = [(one.key, one.algorithm, one.digits, one.period) for one in secret.readings]
    return brought_app(readings, secret.last_step)


def _invitation(
    work: Work,
    by: By,
    who: Member,
    own: Sequence[Authenticator],  # noqa: ARG001 -- called in place of `_notice`
) -> tuple[Link, Mail]:
    kept, link, until = _links.first_invitation(work, who)
    mail = work.letter(who, "invitation", helper=by.name, username=who.username, link=link, expires_at=until)
    return kept, mail


def _notice(work: Work, by: By, who: Member, own: Sequence[Authenticator]) -> tuple[Link, Mail]:
    """Which ways in came along, each kind once, and where to sign in with them."""
    kept, stop_link = work.new_stop_link(who, "imported")
    answers: dict[Answer, None] = dict.fromkeys(TRAITS[one.kind].answer for one in own)
    mail = work.letter(
        who,
        "imported",
        by=by.name,
        username=who.username,
        way=",".join(answers),
        imported_at=work.now,
        place=by.place,
        link=work.ctx.site.link("/sign-in"),
        stop_link=stop_link,
    )
    return kept, mail
