"""An app that came along from another system, in the set-up of somebody who was invited: its code is asked for, in
place of a new secret.

Whoever holds the invitation may set up a new app instead. So a guess at the code opens nothing that the link does not
open by itself, and no tries are counted. Of several apps the one whose code is entered stays.
"""

from typing import Any

from sqlalchemy import Connection

from sparekey.core.contract import Answer, Moment, WrongAnswer
from sparekey.core.people import Status
from sparekey.core.sessions import Scope
from sparekey.errors import BadInput
from sparekey.flows import _staging, _ways
from sparekey.flows._links import Purpose
from sparekey.flows._staging import NewApp
from sparekey.flows._ways import Had, ways
from sparekey.flows.context import Context, Visitor
from sparekey.store import people


def is_asked_for(ctx: Context, visitor: Visitor) -> bool:
    """The app is proved that the person has already."""
    _, draft = _staging.peek(ctx, visitor, Scope.ENROL)
    return bool(apps(ctx, visitor, draft))


def set_up_another(ctx: Context, visitor: Visitor) -> None:
    """The person does not have that app any more: they get a new secret."""
    _staging.stage(ctx, visitor, ctx.moment(), Scope.ENROL, takes_another_app=True)


def apps(ctx: Context, visitor: Visitor, draft: dict[str, Any]) -> list[Had]:
    """What came along and may be proved instead."""
    session, member = visitor.session, visitor.member
    if session is None or member is None or "takes_another_app" in draft:
        return []
    if session.purpose != Purpose.INVITATION:
        return []

    def look(conn: Connection) -> list[Had]:
        """The status last: whoever is still invited has set nothing up in another browser meanwhile."""
        had = ways(conn, member.account_id, member.id)
        now = people.find_member(conn, member.account_id, member.id)
        return had if now is not None and now.status is Status.INVITED else []

    return [one for one in ctx.db.read(look) if one.enrolled.traits.answer is Answer.CODE]


def prove(ctx: Context, had: list[Had], code: str, moment: Moment) -> NewApp:
    """The app whose code this is, with its name; `BadInput` where it is nobody's."""
    wrong: list[WrongAnswer] = []
    for one in had:
        try:
            kept = ctx.factors[one.kept.kind].verify(_ways.material(ctx, one.kept), code, moment).kept
            return NewApp(kept, label=one.kept.label)
        except WrongAnswer as error:
            wrong.append(error)
    raise BadInput("code", wrong[0].trouble.value, **wrong[0].facts)
