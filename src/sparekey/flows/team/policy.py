"""What the account asks for. Making it weaker is told to all owners."""

import re
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, replace
from math import inf

from sparekey.core.events.team import PolicyChanged
from sparekey.core.people import Account, Member, Policy, Role
from sparekey.core.permissions import Action
from sparekey.core.reviews import MONTHS
from sparekey.errors import BadInput, Stale
from sparekey.flows._work import Work, unit
from sparekey.flows.context import Context, Visitor
from sparekey.flows.team._acting import acting
from sparekey.store import people

REMEMBER_DAYS = (0, 7, 30)
MOST_MODELS = 50
_AAGUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")


def _seldom(policy: Policy) -> float:
    """Months between two reviews; without any, for ever."""
    return policy.review_months or inf


_WEAKER: Mapping[str, Callable[[Policy, Policy], bool]] = {
    "reveal_current": lambda before, after: after.reveal_current and not before.reveal_current,
    "links_only": lambda before, after: before.links_only and not after.links_only,
    "admins_may_reveal": lambda before, after: after.admins_may_reveal and not before.admins_may_reveal,
    "passkey_models": lambda before, after: _allows_more(before.passkey_models, after.passkey_models),
    "review_months": lambda before, after: _seldom(after) > _seldom(before),
    "remember_days": lambda before, after: after.remember_days > before.remember_days,
}
"""Each way of asking for less, by the part of the policy that does it; letters have the words."""


def _allows_more(before: tuple[str, ...], after: tuple[str, ...]) -> bool:
    """None named is any."""
    return bool(before) and not (after and set(after) <= set(before))


@dataclass(frozen=True)
class NewPolicy:
    """What was chosen. `accepts_risk`: of revealing the current secret, in the words the page shows."""

    policy: Policy
    version: int
    accepts_risk: bool = False


def change_policy(ctx: Context, visitor: Visitor, new: NewPolicy) -> Account:
    """Keep another policy if nobody was faster. Raises `BadInput`, `Stale`."""

    def change(work: Work) -> Account:
        who = acting(work, Action.CHANGE_POLICY)
        account = who.account
        if account.version != new.version:
            raise Stale()
        _refuse_nonsense(account.policy, new)
        if new.policy.passkey_models and not ctx.site.can_tell_models:
            raise BadInput("passkey_models", "no_roots")
        if new.policy == account.policy:
            return account
        people.put_account(work.conn, replace(account, policy=new.policy))
        work.record(PolicyChanged(asdict(account.policy), asdict(new.policy)), account.id)
        _tell(work, who.actor, account, new.policy)
        return people.account(work.conn, account.id)

    return unit(ctx, visitor, ctx.moment(), change)


def _refuse_nonsense(before: Policy, new: NewPolicy) -> None:
    if new.policy.remember_days not in REMEMBER_DAYS:
        raise BadInput("remember_days", "unknown", "Choose one of those offered")
    if new.policy.review_months not in MONTHS:
        raise BadInput("review_months", "unknown", "Choose one of those offered")
    _refuse_odd_models(new.policy.passkey_models)
    if new.policy.links_only and new.policy.reveal_current:
        raise BadInput("reveal", "unknown", "Choose one of those offered")
    if new.policy.reveal_current and not before.reveal_current and not new.accepts_risk:
        raise BadInput("accept_risk", "risk_not_accepted", "Accept the risk, or leave this off")


def _refuse_odd_models(models: tuple[str, ...]) -> None:
    if len(models) > MOST_MODELS:
        raise BadInput("passkey_models", "too_many", most=MOST_MODELS)
    if any(_AAGUID.fullmatch(one) is None for one in models):
        raise BadInput("passkey_models", "no_model")


def _tell(work: Work, by: Member, account: Account, after: Policy) -> None:
    weaker = [part for part, is_weaker in _WEAKER.items() if is_weaker(account.policy, after)]
    if not weaker:
        return
    link = work.ctx.site.link("/account/policy")
    change = ",".join(weaker)
    for owner in people.with_role(work.conn, account.id, Role.OWNER):
        work.send(owner, "policy_changed", by=by.name, change=change, changed_at=work.now, link=link)
