"""What apps lose, and what they are told, when somebody's sessions end.

Both belong to the unit that ends the sessions, and come before the sessions' rows are gone: those say which apps the
person opened with them.
"""

from sparekey.core.clients import ClientId
from sparekey.core.events.apps import GrantsEnded
from sparekey.core.people import Member, SessionId, new_id
from sparekey.flows._work import Work
from sparekey.store import queue
from sparekey.store.oidc import grants

LOGOUT_KIND = f"{queue.LOGOUT}session"


def tell(work: Work, who: Member, *, only: SessionId | None = None, but: str = "") -> None:
    """Have every app told that asked for it: of all finished sessions, one, or all but one."""
    notices = [
        _notice(work, who, client_id, session_id)
        for client_id, session_id in grants.to_tell(work.conn, who, only=only, but=but)
    ]
    if notices:
        work.post(*notices)


def tell_withdrawn(work: Work, who: Member, client_id: ClientId) -> None:
    """Have one app told, if it asked for it, that this person took its access away, for each of their sessions."""
    notices = [
        _notice(work, who, one, session_id, f"withdrawn:{work.now.isoformat()}")
        for one, session_id in grants.to_tell(work.conn, who)
        if one == client_id
    ]
    if notices:
        work.post(*notices)


def end_grants(work: Work, who: Member, why: str) -> None:
    """End all that a person gave to apps, offline access too."""
    count = grants.end_of_person(work.conn, who, work.now)
    if count:
        work.record(GrantsEnded(who.id, count, why), who.account_id)


def _notice(
    work: Work, who: Member, client_id: ClientId, session_id: SessionId, why: str = "ended"
) -> queue.Mail:
    """One row of the outbox. The statement itself is signed when it is sent: it is good for two minutes.

    `why`: a session ends once, but access can be taken away from one session more than once.
    """
    label = f"{client_id}:{session_id}:{why}"
    notice_id = new_id("out", work.moment, label)
    return queue.Mail(
        id=notice_id,
        account_id=who.account_id,
        member_id=who.id,
        address_id="",
        kind=LOGOUT_KIND,
        dedup=f"{queue.LOGOUT}{label}",
        sealed=work.seal({"client": client_id, "session": session_id}, f"outbox:{notice_id}"),
        created_at=work.now,
        due_at=work.now,
    )
