"""What the account asks for. Making it weaker is told to all owners."""

import re
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, replace
from math import inf

from sparekey.core.events.team import PolicyChanged, PolicyRiskAccepted
from sparekey.core.people import Account, Member, Policy, Role
from sparekey.core.permissions import Action
from sparekey.core.reviews import MONTHS
from sparekey.errors import BadInput, Stale
from sparekey.factors import TRAITS
from sparekey.flows import _ways
from sparekey.flows._work import Work, unit
from sparekey.flows.context import Context, Visitor
from sparekey.flows.team._acting import acting
from sparekey.store import authenticators, people

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
    "sms_codes": lambda before, after: after.sms_codes and not before.sms_codes,
    "email_codes": lambda before, after: after.email_codes and not before.email_codes,
}
"""Each way of asking for less, by the part of the policy that does it; letters have the words."""


def _allows_more(before: tuple[str, ...], after: tuple[str, ...]) -> bool:
    """None named is any."""
    return bool(before) and not (after and set(after) <= set(before))


@dataclass(frozen=True)
class NewPolicy:
    """What was chosen. `accepts_risk`: of revealing the current secret, in the words the page shows;
    `accepts_sms_risk`: of text messages."""

    policy: Policy
    version: int
    accepts_risk: bool = False
    accepts_sms_risk: bool = False


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
        _refuse_impossible(work.ctx, account.policy, new)
        if new.policy == account.policy:
            return account
        people.put_account(work.conn, replace(account, policy=new.policy))
        work.record(PolicyChanged(asdict(account.policy), asdict(new.policy)), account.id)
        if new.policy.sms_codes and not account.policy.sms_codes:
            work.record(PolicyRiskAccepted("sms_codes"), account.id)
        _end_forbidden(work, who.actor, account, new.policy)
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


def _refuse_impossible(ctx: Context, before: Policy, new: NewPolicy) -> None:
    """Text messages need a gateway, and somebody who has read what is wrong with them (NIST SP 800-63B-4, section
    3.2.9)."""
    if new.policy.sms_codes and not before.sms_codes:
        if not ctx.can_send_texts:
            raise BadInput("sms_codes", "no_gateway", "This server cannot send text messages")
        if not new.accepts_sms_risk:
            raise BadInput("accept_sms_risk", "risk_not_accepted", "Accept the risk, or leave this off")
    if new.policy.email_codes and not before.email_codes and not ctx.can_send_mail:
        raise BadInput("email_codes", "no_gateway", "This server cannot send mail yet")


def _end_forbidden(work: Work, by: Member, account: Account, after: Policy) -> None:
    """What the account no longer allows is removed, and everybody who had it is told."""
    for traits in TRAITS.values():
        if not traits.allowed_by or getattr(after, traits.allowed_by):
            continue
        for member_id in authenticators.who_has(work.conn, account.id, traits.kind):
            who = people.member(work.conn, account.id, member_id, lock=True)
            had = _ways.ways(work.conn, account.id, member_id)
            ended = [one for one in had if one.kept.kind == traits.kind]
            _ways.destroy(work, who, ended, "policy")
            _ways.renew_summary(work, who)
            way = traits.answer.value
            work.send(who, "way_not_allowed", way=way, by=by.name, removed_at=work.now)


def _tell(work: Work, by: Member, account: Account, after: Policy) -> None:
    weaker = [part for part, is_weaker in _WEAKER.items() if is_weaker(account.policy, after)]
    if not weaker:
        return
    link = work.ctx.site.link("/account/policy")
    change = ",".join(weaker)
    for owner in people.with_role(work.conn, account.id, Role.OWNER):
        work.send(owner, "policy_changed", by=by.name, change=change, changed_at=work.now, link=link)
