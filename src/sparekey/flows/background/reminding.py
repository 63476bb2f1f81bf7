"""Reminders of the regular review: when it is due, and once more two weeks later.

Once an hour one statement looks for whom to remind; each is reminded in a unit of their own. What is more than `MOST`
waits for the next hour, so that switching the review on in a big team is no flood.
"""

from sparekey.core.contract import Moment
from sparekey.core.people import Status
from sparekey.core.reviews import REMINDED_AGAIN, SPANS
from sparekey.flows._work import Work, unit
from sparekey.flows.background.loop import SERVER_ITSELF
from sparekey.flows.context import Context
from sparekey.store import people, reviews
from sparekey.store.reviews import Reminder

MOST = 500


def remind(ctx: Context, moment: Moment) -> None:
    due = {months: moment.at - span for months, span in SPANS.items()}
    again = moment.at - REMINDED_AGAIN
    for one in ctx.db.read(lambda conn: reviews.to_remind(conn, due, again, MOST)):
        unit(ctx, SERVER_ITSELF, moment, lambda work, one=one: _remind(work, one))  # type: ignore[misc]


def _remind(work: Work, one: Reminder) -> None:
    who = people.member(work.conn, one.account_id, one.member_id, lock=True)
    if who.status is not Status.ACTIVE or not reviews.reminded(work.conn, one, work.now):
        return
    kind = "review_overdue" if one.sent else "review_due"
    work.send(who, kind, reviewed_at=who.reviewed_at, link=work.ctx.site.link("/me/review"))
