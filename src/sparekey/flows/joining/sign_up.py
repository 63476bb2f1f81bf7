"""Opening an account by oneself, where the server's setting allows it.

A link goes to the address that was given; everything else is asked behind it, so that only who reads that
mailbox opens an account in its name. The answer is the same for every address. One that a member of any account
has already gets no link, because it could not be used: addresses are unique on the server.
"""

from datetime import timedelta

from sparekey.core.people import SERVER, Language, Member, MemberId, Role, Status, name_key, read_email
from sparekey.core.throttle import Rate, Wait, source_key, spend
from sparekey.errors import NotFound, TooManyTries
from sparekey.flows import _links
from sparekey.flows._links import Purpose
from sparekey.flows._work import Work, blinded, unit
from sparekey.flows.context import Context, Visitor
from sparekey.store import people, queue

SOURCE_RATE = Rate(10, timedelta(hours=1))
"""Accounts are opened seldom, even by an office that shares one address."""


def demand_open(ctx: Context) -> None:
    if not ctx.site.sign_up_is_open:
        raise NotFound()


def ask(ctx: Context, visitor: Visitor, email: str, language: str) -> None:
    """Send a link to this address, in this language. Raises `BadInput`, `TooManyTries`."""
    demand_open(ctx)
    address = read_email(email)
    spoken = Language(language)

    def post(work: Work) -> None:
        _reserve(work)
        stranger = _stranger(work, address, spoken)
        if people.by_sign_in_name(work.conn, name_key(address)) is not None:
            return
        facts = {"email": address, "language": spoken.value}
        link, until = _links.make_for_nobody(work, SERVER, Purpose.SIGN_UP, facts)
        work.send(stranger, "signup_link", expires_at=until, link=link)

    unit(ctx, visitor, ctx.moment(), post)


def _reserve(work: Work) -> None:
    key = f"sign-up:{source_key(work.visitor.source)}"
    after = spend(queue.lock_arrivals(work.conn, [key], work.now)[key], SOURCE_RATE, work.now)
    if isinstance(after, Wait):
        raise TooManyTries(after.until, reason="source")
    queue.put_arrivals(work.conn, {key: after})


def _stranger(work: Work, email: str, language: Language) -> Member:
    """Who has this address, as far as a letter needs to know. The keyed hash counts the letters to it."""
    return Member(
        id=MemberId(blinded(work.ctx, name_key(email))),
        account_id=SERVER,
        username="",
        name="",
        email=email,
        role=Role.STAFF,
        status=Status.INVITED,
        language=language,
        created_at=work.now,
    )
