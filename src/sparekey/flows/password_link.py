"""Forgotten password, with the second factor at hand: a link by e-mail *and* a second factor.

The mailbox alone never suffices (NIST SP 800-63B-4, section 4.2.2.2). Whoever has no other address than the one the
link went to may not hear of it: then the owners do, as the person's designees (section 4.6). Asking answers alike for
everybody, and changes nothing but that a letter is on its way.
"""

from sparekey.core.contract import Answer, Trouble
from sparekey.core.events.recovery import LinkAccepted
from sparekey.core.events.ways import PasswordLinkAsked
from sparekey.core.people import Member, Status, has_another_mailbox, has_fresh_address, name_key
from sparekey.core.recovery_case import Ending, Step
from sparekey.core.sign_in import Beside
from sparekey.errors import BadInput, LinkUnusable
from sparekey.flows import _cases, _links, _staging
from sparekey.flows._links import Purpose
from sparekey.flows._ways import Had, about, ways
from sparekey.flows._work import Work, unit
from sparekey.flows.checks import questions, sources
from sparekey.flows.checks import second as second_check
from sparekey.flows.checks.questions import Question
from sparekey.flows.checks.second import Ask, Proven
from sparekey.flows.context import Context, Visitor
from sparekey.flows.own import passkeys
from sparekey.flows.own.replacing import put_password
from sparekey.flows.rotate import before_of
from sparekey.flows.sessions import end_all, is_own_and_unseen, own_answers
from sparekey.store import cases, people
from sparekey.store.engine import Kept


def admit(ctx: Context, visitor: Visitor) -> None:
    """Spend one try of the source, or raise `TooManyTries`: all that is done before the answer."""
    unit(ctx, visitor, ctx.moment(), sources.reserve)


def ask(ctx: Context, visitor: Visitor, name: str) -> None:
    """Send a link to whoever has this sign-in name. Says nothing of whether anybody has.

    It takes longer for a name that exists: doors call it when the answer is already on its way.
    """

    def post(work: Work) -> None:
        member = people.by_sign_in_name(work.conn, name_key(name))
        if member is None or member.status is not Status.ACTIVE or has_fresh_address(member, work.now):
            return
        if not work.has_room(member, "password_reset_link"):
            return  # the link of the letter before goes on working: asking often takes nothing away
        link, until = _links.make(work, member, Purpose.PASSWORD)
        work.record(PasswordLinkAsked(member.id), member.account_id)
        work.send(member, "password_reset_link", asked_at=work.now, expires_at=until, link=link)

    unit(ctx, visitor, ctx.moment(), post)


def look(ctx: Context, visitor: Visitor, token: str) -> Member:
    """Whose password the link is for, or `LinkUnusable`."""

    def find(work: Work) -> Member:
        link = _links.find(work, token, Purpose.PASSWORD)
        return people.member(work.conn, link.account_id, link.member_id)

    return unit(ctx, visitor, ctx.moment(), find)


def answers(ctx: Context, member: Member) -> tuple[Answer, ...]:
    """The second factors that count here: see `_counts`."""
    return tuple(one for one in own_answers(ctx, member) if not questions.is_sent(ctx, one))


def _counts(one: Had) -> bool:
    """One's own, active, seen by nobody else; nothing that is sent: a stolen phone holds the mailbox as well."""
    return is_own_and_unseen(one) and not one.enrolled.traits.is_sent


def to_renew(ctx: Context, visitor: Visitor, token: str) -> str:
    """Ask for a passkey of whoever the link is for."""
    return passkeys.to_own(ctx, visitor, look(ctx, visitor, token), Question.LINK)


def renew(ctx: Context, visitor: Visitor, token: str, new: str, proof: tuple[Answer, str]) -> None:
    """A new password, by the link and a second factor together. All sessions end; an open hand-over is cancelled."""
    member = look(ctx, visitor, token)
    moment = ctx.moment()
    account = ctx.db.read(lambda conn: people.account(conn, member.account_id))
    had = ctx.db.read(lambda conn: ways(conn, member.account_id, member.id))
    made = _staging.make_password(ctx, about(account, member), new, None, moment)
    is_same = _staging.is_present_password(ctx, before_of(ctx, had), new, moment)
    question = Question.LINK if proof[0] is Answer.PASSKEY else None
    ask_for = Ask(member, *proof, Beside.LINK, takes=_counts, question=question)

    def change(work: Work, proven: Proven) -> None:
        who = proven.member
        if (
            is_same
        ):  # told only now: the mailbox alone must not say what the present password is; and for one proof
            raise Kept(BadInput("new_password", Trouble.SAME_AS_BEFORE.value))
        link = _links.find(work, token, Purpose.PASSWORD, lock=True)
        if not cases.end_link(work.conn, link.hash, "used", work.now):
            raise LinkUnusable(reason="used", purpose=link.purpose)
        if proven.case is not None:
            _cases.close(work, who, proven.case, Step.CANCEL, Ending.MEMBER_CHANGED)
        work.record(LinkAccepted(who.id, link.purpose), who.account_id)
        put_password(work, who, made, "forgotten")
        end_all(work, who, "password_renewed")
        work.send(who, "password_changed", changed_at=work.now, way=proof[0].value, signed_out="all")
        if not has_another_mailbox(who, work.now):
            work.tell_owners(who, "password_renewed_owners", changed_at=work.now)

    second_check.prove(ctx, visitor, moment, ask_for, change)
