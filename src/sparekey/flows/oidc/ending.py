"""What apps lose, and what they are told, when somebody's sessions end or they may not have somebody any longer.

Both belong to the unit that ends it, and come before the rows of sessions and apps are gone: those say who opened
which app. A notice holds all that it takes to tell the app, so it goes out although the app itself was removed.
"""

from collections.abc import Iterable, Sequence

from sparekey.core.clients import Client, ClientId
from sparekey.core.events.apps import GrantsEnded
from sparekey.core.people import Member, MemberId, SessionId, new_id
from sparekey.flows._work import Work
from sparekey.flows.oidc.subjects import subject
from sparekey.store import cases, queue
from sparekey.store.oidc import grants
from sparekey.store.oidc.grants import Opened

REGISTER = "register_app"
"""What a link is for with which an owner lets an app add itself."""
LOGOUT_KIND = f"{queue.LOGOUT}session"


def tell(work: Work, who: Member, *, only: SessionId | None = None, but: str = "") -> None:
    """Have every app told that asked for it: of all finished sessions, one, or all but one."""
    _post(work, grants.opened_by(work.conn, who, only=only, but=but), "ended")


def tell_withdrawn(work: Work, who: Member, client_id: ClientId) -> None:
    """Have one app told, if it asked for it, that this person took its access away, for each of their sessions."""
    lost = [one for one in grants.opened_by(work.conn, who) if one.client.id == client_id]
    _post(work, lost, _this_time(work))


def shut_out(work: Work, before: Client, chosen: Sequence[MemberId]) -> int:
    """End all that anybody but the chosen gave an app, and have it told, if it asked for it, of whom it loses.

    Gives how many grants that were.
    """
    lost = [
        one
        for one in grants.opened_in(work.conn, before.id)
        if before.is_for(before.account_id, one.member_id) and one.member_id not in chosen
    ]
    _post(work, lost, _this_time(work))
    return grants.end_of_client(work.conn, before.id, work.now, but=chosen)


def end_grants(work: Work, who: Member, why: str) -> None:
    """End all that a person gave to apps, offline access too, and what lets an app add itself in their name."""
    cases.end_links(work.conn, who.account_id, who.id, "stopped", work.now, purpose=REGISTER)
    count = grants.end_of_person(work.conn, who, work.now)
    if count:
        work.record(GrantsEnded(who.id, count, why), who.account_id)


def _this_time(work: Work) -> str:
    """A session ends once, but access can be taken away from one session more than once."""
    return f"withdrawn:{work.now.isoformat()}"


def _post(work: Work, opened: Iterable[Opened], why: str) -> None:
    notices = [_notice(work, one, why) for one in opened]
    if notices:
        work.post(*notices)


def _notice(work: Work, opened: Opened, why: str) -> queue.Mail:
    """One row of the outbox. The statement itself is signed when it is sent: it is good for two minutes."""
    client = opened.client
    label = f"{client.id}:{opened.session_id}:{why}"
    notice_id = new_id("out", work.moment, label)
    said = {
        "client": client.id,
        "address": client.backchannel_uri,
        "algorithm": client.algorithm,
        "sub": subject(work.ctx, client, opened.member_id),
        "session": opened.session_id,
    }
    return queue.Mail(
        id=notice_id,
        account_id=client.account_id,
        member_id=opened.member_id,
        address_id="",
        kind=LOGOUT_KIND,
        dedup=f"{queue.LOGOUT}{label}",
        sealed=work.seal(said, f"outbox:{notice_id}"),
        created_at=work.now,
        due_at=work.now,
    )
