"""The language of one's own mails and pages. Opens nothing, so any finished sign-in may choose it."""

from dataclasses import replace

from sparekey.core.events.team import MemberEdited
from sparekey.core.people import Language
from sparekey.errors import BadInput
from sparekey.flows._work import Work, unit
from sparekey.flows.context import Context, Visitor
from sparekey.flows.sessions import demand_member
from sparekey.store import people


def choose(ctx: Context, visitor: Visitor, text: str) -> Language:
    """Keep the language, or `BadInput` for what is none of ours."""
    _, member = demand_member(visitor)
    if text not in set(Language):
        raise BadInput("language", "unknown", "Choose one of those offered")
    language = Language(text)

    def keep(work: Work) -> None:
        who = people.member(work.conn, member.account_id, member.id, lock=True)
        if who.language is not language:
            people.put_member(work.conn, replace(who, language=language))
            work.record(MemberEdited(who.id, ("language",)), who.account_id)

    unit(ctx, visitor, ctx.moment(), keep)
    return language
