"""First set-up: a one-time link, a password, an authenticator app, backup codes.

The same steps serve an invitation, a reset, the first owner, signing up, and recovery from the server's console.
The link is used up when the set-up is complete, not when it is opened; accepting it again starts over and ends
the attempt before. A set-up link for a lost factor asks for the present password and leads to the forced change.
"""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sparekey.core.contract import About, Loss, Moment
from sparekey.core.events.recovery import LinkAccepted, LinkRefused
from sparekey.core.events.server import AccountAdded
from sparekey.core.events.team import MemberActivated, MemberAdded
from sparekey.core.events.ways import BackupCodesSaved
from sparekey.core.people import (
    SERVER,
    Account,
    AccountId,
    Language,
    Member,
    MemberId,
    Policy,
    Role,
    Status,
    new_id,
    read_email,
    read_name,
    read_username,
)
from sparekey.core.recovery_case import Ending, Step
from sparekey.core.sessions import ENROL_LIFE, HALF_LIFE, Scope, Session
from sparekey.errors import Conflict, LinkUnusable, NotSignedIn, WrongProof
from sparekey.flows import _cases, _links, _sessions, _staging, _ways
from sparekey.flows._links import SETTING_UP, Purpose
from sparekey.flows._staging import NewApp, Shown
from sparekey.flows._ways import about, ways
from sparekey.flows._work import Work, unit
from sparekey.flows.checks import names
from sparekey.flows.checks import password as password_check
from sparekey.flows.checks.password import Attempt, Known, Reserved
from sparekey.flows.context import Context, Started, Visitor
from sparekey.flows.joining import brought
from sparekey.flows.rotate import RECOVERY, Replacement, replace_all
from sparekey.flows.sign_in import redeem_case
from sparekey.store import audit, cases, people, sessions
from sparekey.store.cases import Link
from sparekey.store.engine import Kept

WITHOUT_MEMBER = frozenset({Purpose.FIRST_OWNER, Purpose.SIGN_UP})
SIGNS_IN = frozenset({Purpose.INVITATION, Purpose.FIRST_OWNER, Purpose.SIGN_UP})
"""After these the person is signed in at once; after a recovery a normal sign-in follows."""


@dataclass(frozen=True)
class Opened:
    """What a link is for: looking at it changes nothing."""

    purpose: Purpose
    account_name: str
    member: Member | None
    until: datetime | None


def open_link(ctx: Context, visitor: Visitor, token: str) -> Opened:
    """Look at a link, or `LinkUnusable` with the reason and purpose."""

    def look(work: Work) -> Opened:
        link = _links.find(work, token, *SETTING_UP, Purpose.LOST_FACTOR)
        member = _member_of(work, link)
        account = people.account(work.conn, link.account_id) if member else None
        return Opened(Purpose(link.purpose), account.name if account else "", member, link.expires_at)

    return unit(ctx, visitor, ctx.moment(), look)


def _member_of(work: Work, link: Link) -> Member | None:
    if link.purpose in WITHOUT_MEMBER:
        return None
    return people.member(work.conn, link.account_id, link.member_id)


def accept(ctx: Context, visitor: Visitor, token: str) -> Started:
    """Press Start on a link that sets up from nothing: a restricted session; the link itself stays."""

    def begin(work: Work) -> Started:
        link = _links.find(work, token, *SETTING_UP, lock=True)
        member = _member_of(work, link)
        if member is not None and member.status is Status.DEACTIVATED:
            raise LinkUnusable(reason="stopped", purpose=link.purpose)
        if member is not None:
            work.record(LinkAccepted(member.id, link.purpose), member.account_id)
        whom = member or _somebody(work, link)
        return _sessions.restricted(
            work,
            whom,
            Scope.ENROL,
            purpose=link.purpose,
            link=link.hash,
            expires_at=work.now + ENROL_LIFE,
            draft={"email": link.facts.get("email", "")} if member is None else {},
        )

    return unit(ctx, visitor, ctx.moment(), begin)


def _somebody(work: Work, link: Link) -> Member:
    """Who sets up an account that does not exist yet: the member they will be, the same one at every start.

    So that starting over ends the attempt before. The ids say nothing of the link: they are drawn from its hash.
    """
    of_link = Moment(work.now, link.hash.encode())
    return Member(
        id=MemberId(new_id("mem", of_link)),
        account_id=AccountId(new_id("acc", of_link)),
        username="",
        name="",
        email=link.facts.get("email", ""),
        role=Role.OWNER,
        status=Status.ACTIVE,
        language=Language(link.facts.get("language", "en")),
        created_at=work.now,
    )


def accept_lost(ctx: Context, visitor: Visitor, token: str, password: str) -> Started:
    """Press Start on a set-up link for a lost factor, with the present password: the forced change begins."""
    moment = ctx.moment()

    def reserve(work: Work) -> Reserved:
        link = _links.find(work, token, Purpose.LOST_FACTOR)
        member = people.member(work.conn, link.account_id, link.member_id)
        return password_check.reserve_by_link(work, member, link.hash)

    def redeem(work: Work, known: Known) -> Started:
        member = known.member
        case = _cases.running(work, member)
        if case is None:
            raise Kept(LinkUnusable(reason="expired", purpose=Purpose.LOST_FACTOR.value))
        link = _links.find(work, token, Purpose.LOST_FACTOR, lock=True)
        if case.id != link.case_id:
            raise LinkUnusable(reason="expired", purpose=link.purpose)
        work.record(LinkAccepted(member.id, link.purpose), member.account_id)
        return redeem_case(work, member, case, (known.proof,))

    try:
        return password_check.prove(ctx, visitor, moment, Attempt(reserve, password), redeem)
    except WrongProof:
        unit(ctx, visitor, moment, lambda work: _record_refused(work, token))
        raise


def _record_refused(work: Work, token: str) -> None:
    link = _links.find(work, token, Purpose.LOST_FACTOR)
    work.record(LinkRefused(link.member_id, link.purpose, "wrong_password"), link.account_id)


@dataclass(frozen=True)
class Details:
    """Who the first owner of a new account is."""

    account_name: str
    name: str
    username: str
    email: str
    language: str = "en"


@dataclass(frozen=True)
class Progress:
    """How far a set-up is. `next`: details, password, app, codes or done."""

    purpose: Purpose
    next: str
    username: str
    email: str
    account_name: str


def progress(ctx: Context, visitor: Visitor) -> Progress:
    """Where a person in set-up goes on."""
    session, draft = _staging.peek(ctx, visitor, Scope.ENROL, Scope.CODES)
    purpose = Purpose(session.purpose) if session.purpose in set(Purpose) else Purpose.LOST_FACTOR
    details = draft.get("details") or {}
    if session.scope is Scope.CODES:
        step = "codes"
    elif purpose in WITHOUT_MEMBER and not details:
        step = "details"
    else:
        step = "app" if "password" in draft else "password"
    member = visitor.member
    return Progress(
        purpose,
        step,
        member.username if member else details.get("username", ""),
        member.email if member else draft.get("email", ""),
        visitor.account.name if visitor.account else details.get("account_name", ""),
    )


def stage_details(ctx: Context, visitor: Visitor, details: Details) -> None:
    """Who the owner is, and what the account is called; names that are taken are refused here already."""
    moment = ctx.moment()
    read = {
        "account_name": read_name(details.account_name, "account_name"),
        "name": read_name(details.name),
        "username": read_username(details.username),
        "email": read_email(details.email),
        "language": Language(details.language).value,
    }

    def put(work: Work) -> None:
        stored, draft = _staging.load(work, visitor, Scope.ENROL)
        fixed = {**read, "email": draft["email"]} if draft.get("email") else read
        account_id = stored.session.account_id
        names.demand_free(work, account_id, _owner_from(account_id, stored.session.member_id, fixed, moment))
        _sessions.redraft(work, stored, {**draft, "details": fixed})

    unit(ctx, visitor, moment, put)


def _owner_from(
    account_id: AccountId, member_id: MemberId, details: dict[str, Any], moment: Moment
) -> Member:
    return Member(
        id=member_id,
        account_id=account_id,
        username=details["username"],
        name=details["name"],
        email=details["email"],
        role=Role.OWNER,
        status=Status.ACTIVE,
        language=Language(details.get("language", "en")),
        created_at=moment.at,
    )


def _whom(visitor: Visitor, draft: dict[str, Any], moment: Moment) -> About:
    """Whom the authenticators are for."""
    if visitor.session is None:
        raise NotSignedIn()
    if visitor.member and visitor.account:
        return about(visitor.account, visitor.member)
    details = draft.get("details")
    if not details:
        raise Conflict(reason="details_first")
    owner = _owner_from(visitor.session.account_id, visitor.session.member_id, details, moment)
    return about(_new_account(owner.account_id, details, moment), owner)


def _new_account(account_id: AccountId, details: dict[str, Any], moment: Moment) -> Account:
    return Account(account_id, details["account_name"], Policy(), moment.at, 0)


def stage_password(ctx: Context, visitor: Visitor, text: str) -> None:
    moment = ctx.moment()
    _, draft = _staging.peek(ctx, visitor, Scope.ENROL)
    made = _staging.make_password(ctx, _whom(visitor, draft, moment), text, None, moment)
    _staging.stage(ctx, visitor, moment, Scope.ENROL, password=made)


def propose(ctx: Context, visitor: Visitor) -> Shown:
    """The secret for the authenticator app."""
    _, draft = _staging.peek(ctx, visitor, Scope.ENROL)
    if "password" not in draft:
        raise Conflict(reason="password_first")
    whom = _whom(visitor, draft, ctx.moment())
    is_first = visitor.session is not None and visitor.session.purpose in SIGNS_IN
    return _staging.propose(ctx, visitor, Scope.ENROL, whom if is_first else _staging.with_entry(ctx, whom))


def commit(ctx: Context, visitor: Visitor, code: str, thing: Loss | None = None) -> Started:
    """Verify a code and put password, app and backup codes in force; the link is used up.

    The code is the new app's, or that of the app which came along (`brought`). `thing`: what the app lives on.
    """
    moment = ctx.moment()
    seen, draft = _staging.peek(ctx, visitor, Scope.ENROL)
    if "password" not in draft:
        raise Conflict(reason="password_first")
    whom = _whom(visitor, draft, moment)
    own = brought.apps(ctx, visitor, draft)
    if own:
        app = brought.prove(ctx, own, code, moment)
    else:
        app = NewApp(_staging.finish_app(ctx, draft, whom, code, moment))
    codes = _staging.make_codes(ctx, whom, moment)
    return unit(ctx, visitor, moment, lambda work: _commit(work, seen, replace(app, thing=thing), codes))


def _commit(work: Work, session: Session, app: NewApp, codes: dict[str, Any]) -> Started:
    purpose = Purpose(session.purpose)
    known = None
    if purpose not in WITHOUT_MEMBER:
        known = people.member(work.conn, session.account_id, session.member_id, lock=True)
    _use_up(work, session)
    draft = _staging.load_unchanged(work, session, Scope.ENROL)
    member = _activate(work, known) if known else _found_account(work, session, draft["details"])
    reason = "set_up" if purpose in SIGNS_IN else RECOVERY
    proofs = replace_all(work, member, Replacement(draft["password"], app, codes["kept"]), reason)
    case = _cases.running(work, member)
    if case is not None:  # last, so that it is told what has become of the lost factor
        _cases.close(work, member, case, Step.CANCEL, Ending.MEMBER_CHANGED)
    if purpose not in WITHOUT_MEMBER:
        work.send(member, "set_up", done_at=work.now)
    if purpose not in SIGNS_IN:
        work.tell_owners(member, "set_up_owners", done_at=work.now)
    return _sessions.start(
        work,
        member,
        Scope.CODES,
        proofs if purpose in SIGNS_IN else (),
        draft={"codes": codes},
        expires_at=work.now + HALF_LIFE,
        purpose=purpose.value,
    )


def _use_up(work: Work, session: Session) -> None:
    """The link is used by this set-up, or `LinkUnusable` with what became of it meanwhile."""
    if not cases.end_link(work.conn, session.link, "used", work.now):
        ended = cases.link(work.conn, session.link)
        reason = ended.ending if ended and ended.ending else "used"
        raise LinkUnusable(reason=reason, purpose=session.purpose)


def _found_account(work: Work, session: Session, details: dict[str, Any]) -> Member:
    account = _new_account(session.account_id, details, work.moment)
    people.add_account(work.conn, account)
    audit.start(work.conn, account.id)
    owner = _owner_from(account.id, session.member_id, details, work.moment)
    people.add_member(work.conn, owner)
    work.record(AccountAdded(account.id), SERVER)
    work.record(MemberAdded(owner.id, owner.role.value), account.id)
    return people.member(work.conn, account.id, owner.id, lock=True)


def _activate(work: Work, member: Member) -> Member:
    if member.status is Status.DEACTIVATED:
        raise LinkUnusable(reason="stopped")
    if member.status is not Status.ACTIVE:
        people.put_member(work.conn, replace(member, status=Status.ACTIVE))
        work.record(MemberActivated(member.id), member.account_id)
        member = people.member(work.conn, member.account_id, member.id)
    return member


def prove_saved(ctx: Context, visitor: Visitor, text: str) -> Started | None:
    """The proof that the new codes were saved: one of them, which stays valid. Then the set-up ends."""
    moment = ctx.moment()
    session, _ = _staging.peek(ctx, visitor, Scope.CODES)
    had = ctx.db.read(lambda conn: ways(conn, session.account_id, session.member_id))
    kind = _staging.codes_factor(ctx).traits.kind
    found = next(one for one in had if one.kept.kind == kind)
    kept = _staging.prove_saved(ctx, _ways.material(ctx, found.kept), text, moment)

    def keep(work: Work) -> Started | None:
        member = people.member(work.conn, session.account_id, session.member_id, lock=True)
        _ways.keep(work, found.kept, kept, is_used=False)
        _ways.renew_summary(work, member)
        work.record(BackupCodesSaved(member.id, found.kept.id), member.account_id)
        return _leave(work, member)

    return unit(ctx, visitor, moment, keep)


def leave(ctx: Context, visitor: Visitor) -> Started | None:
    """Save them later: the set-up ends all the same."""

    def go(work: Work) -> Started | None:
        stored, _ = _staging.load(work, visitor, Scope.CODES)
        return _leave(work, people.member(work.conn, stored.session.account_id, stored.session.member_id))

    return unit(ctx, visitor, ctx.moment(), go)


def _leave(work: Work, member: Member) -> Started | None:
    """Signed in after a first set-up; to the sign-in page after a recovery (a normal sign-in follows)."""
    stored, _ = _staging.load(work, work.visitor, Scope.CODES)
    sessions.end(work.conn, stored.hash)
    if stored.session.purpose in SIGNS_IN:
        return _sessions.start_full(work, member, stored.session.proofs)
    return None
