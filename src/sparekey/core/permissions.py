"""Who may do what to whom. One table, read by every door through `demand`.

Helping somebody back in has its own rules: nobody helps themselves on this path, a secret is only ever
handed to staff, an owner gets a set-up link and nothing more, and a role given up less than 72 hours ago
still counts. To add somebody is asked with the member as they would become, so that the role they get is
looked at.
"""

from collections.abc import Iterable
from datetime import datetime
from enum import StrEnum

from sparekey.core.people import Member, Policy, Role, Status, has_fresh_address, roles_that_count
from sparekey.core.proofs import Aal, Proof, assurance, is_fresh
from sparekey.errors import NotAllowed, NotFound, StepUpNeeded


class Action(StrEnum):
    SEE_STAFF = "see_staff"
    ADD_MEMBER = "add_member"
    IMPORT_PEOPLE = "import_people"
    EDIT_MEMBER = "edit_member"
    TAKE_ADDRESS = "take_address"
    DEACTIVATE = "deactivate"
    REACTIVATE = "reactivate"
    GIVE_ROLE = "give_role"
    DELETE_MEMBER = "delete_member"
    HAND_OVER = "hand_over"
    CHANGE_POLICY = "change_policy"
    SEE_APPS = "see_apps"
    MANAGE_APPS = "manage_apps"
    EXPORT_ACCOUNT = "export_account"
    SEND_LINK = "send_link"
    HAND_SECRET = "hand_secret"
    RESET = "reset"
    INVITE_AGAIN = "invite_again"
    END_SESSIONS = "end_sessions"
    SEE_AUDIT = "see_audit"
    CHANGE_OWN = "change_own"


_ALL, _STAFF = frozenset(Role), frozenset({Role.STAFF})
_NOBODY: frozenset[Role] = frozenset()

TABLE: dict[Action, dict[Role, frozenset[Role]]] = {
    # action: acting role -> roles it may be done to
    Action.SEE_STAFF: {Role.OWNER: _ALL, Role.ADMIN: _ALL, Role.AUDITOR: _ALL},
    Action.ADD_MEMBER: {Role.OWNER: _ALL, Role.ADMIN: _STAFF},
    Action.IMPORT_PEOPLE: {Role.OWNER: _STAFF},
    Action.EDIT_MEMBER: {Role.OWNER: _ALL, Role.ADMIN: _STAFF},
    Action.TAKE_ADDRESS: {Role.OWNER: _ALL},
    Action.DEACTIVATE: {Role.OWNER: _ALL, Role.ADMIN: _STAFF},
    Action.REACTIVATE: {Role.OWNER: _ALL, Role.ADMIN: _STAFF},
    Action.INVITE_AGAIN: {Role.OWNER: _ALL, Role.ADMIN: _STAFF},
    Action.END_SESSIONS: {Role.OWNER: _ALL, Role.ADMIN: _STAFF},
    Action.GIVE_ROLE: {Role.OWNER: _ALL},
    Action.DELETE_MEMBER: {Role.OWNER: _ALL},
    Action.HAND_OVER: {Role.OWNER: _ALL},
    Action.CHANGE_POLICY: {Role.OWNER: _ALL},
    Action.SEE_APPS: {Role.OWNER: _ALL},
    Action.MANAGE_APPS: {Role.OWNER: _ALL},
    Action.EXPORT_ACCOUNT: {Role.OWNER: _ALL},
    Action.SEND_LINK: {Role.OWNER: _ALL, Role.ADMIN: _STAFF},
    Action.HAND_SECRET: {Role.OWNER: _STAFF, Role.ADMIN: _STAFF},
    Action.RESET: {Role.OWNER: _ALL - {Role.OWNER}, Role.ADMIN: _STAFF},
    Action.SEE_AUDIT: {Role.OWNER: _ALL, Role.AUDITOR: _ALL},
    Action.CHANGE_OWN: dict.fromkeys(Role, _ALL),
}
HELPING = frozenset({Action.SEND_LINK, Action.HAND_SECRET, Action.RESET})
ONLY_ON_ONESELF = frozenset({Action.CHANGE_OWN})
NEVER_ON_ONESELF = HELPING | {
    Action.TAKE_ADDRESS,
    Action.DEACTIVATE,
    Action.DELETE_MEMBER,
    Action.GIVE_ROLE,
    Action.HAND_OVER,
}
ONLY_TO_ACTIVE = HELPING | {Action.HAND_OVER}
"""Who cannot sign in is invited again, not helped; and an account goes to nobody who may never come."""
BY_POLICY_FOR_ADMINS = frozenset({Action.HAND_SECRET, Action.RESET})
WITHOUT_STEP_UP = frozenset({Action.SEE_STAFF, Action.SEE_APPS, Action.SEE_AUDIT})
"""Reading asks for aal2 only; everything else for proofs of the last five minutes."""


def why_not(
    actor: Member, action: Action, subject: Member | None, policy: Policy, now: datetime
) -> str | None:
    """None when `actor` may do it; otherwise the reason's code. Other accounts' members do not exist here."""
    if subject is not None and subject.account_id != actor.account_id:
        raise NotFound()
    allowed = TABLE[action].get(actor.role, _NOBODY)
    if actor.status is not Status.ACTIVE or not allowed:
        return "role"
    if subject is None:
        return None
    if action in ONLY_ON_ONESELF:
        return None if subject.id == actor.id else "not_oneself"
    if action in NEVER_ON_ONESELF and subject.id == actor.id:
        return "oneself"
    if not roles_that_count(subject, now) <= allowed:
        return "their_role"
    if actor.role is Role.ADMIN and action in BY_POLICY_FOR_ADMINS and not policy.admins_may_reveal:
        return "policy"
    if action in ONLY_TO_ACTIVE and subject.status is not Status.ACTIVE:
        return "not_active"
    return _why_no_help(action, subject, policy, now) if action in HELPING else None


def _why_no_help(action: Action, subject: Member, policy: Policy, now: datetime) -> str | None:
    if action is Action.HAND_SECRET and policy.links_only:
        return "links_only"
    if has_fresh_address(subject, now):
        return "fresh_address"
    return None


def may(actor: Member, action: Action, subject: Member | None, policy: Policy, now: datetime) -> bool:
    return why_not(actor, action, subject, policy, now) is None


def demand(actor: Member, action: Action, subject: Member | None, policy: Policy, now: datetime) -> None:
    """Raise `NotAllowed` with its reason unless `actor` may do it."""
    reason = why_not(actor, action, subject, policy, now)
    if reason is not None:
        raise NotAllowed(reason=reason)


def demand_proofs(action: Action, proofs: Iterable[Proof], now: datetime) -> None:
    """Raise `StepUpNeeded` unless the session's proofs carry this action."""
    kept = tuple(proofs)
    enough = assurance(kept).aal is Aal.AAL2 if action in WITHOUT_STEP_UP else is_fresh(kept, now)
    if not enough:
        raise StepUpNeeded()
