"""The security policy: what follows, and that all owners are told of what makes it weaker."""

from dataclasses import replace

import pytest

from sparekey.core.people import Language, Policy, Role
from sparekey.errors import BadInput, Stale
from sparekey.flows import team
from sparekey.flows.background.outbox import Sender
from sparekey.flows.context import Context
from sparekey.flows.team import NewPolicy
from tests.flows.steps import told
from tests.people import (
    Browser,
    Team,
    account,
    again,
    changed,
    signed_in,
    tags,
)

MODEL = "2fc0579f-8113-47ea-b116-bb5a8db9202a"


def save(ctx: Context, who: Browser, policy: Policy, *, accepts_risk: bool = False) -> Policy:
    version = again(ctx, who).account
    assert version is not None
    return team.change_policy(ctx, who, NewPolicy(policy, version.version, accepts_risk)).policy


def test_models_are_named_where_the_server_can_tell_them(ctx: Context, crew: Team, nora: Browser) -> None:
    able = replace(ctx, site=replace(ctx.site, can_tell_models=True))
    assert (MODEL,) == save(able, nora, Policy(passkey_models=(MODEL,))).passkey_models
    assert set() == told(ctx)


def test_a_stricter_policy_is_kept_and_mailed_to_nobody(ctx: Context, crew: Team, nora: Browser) -> None:
    assert Policy(links_only=True) == save(ctx, nora, Policy(links_only=True))
    assert (set(), "account:policy:changed") == (told(ctx), tags(ctx, crew.account.id)[-1])


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (Policy(), Policy(admins_may_reveal=True)),
        (Policy(), Policy(reveal_current=True)),
        (Policy(), Policy(remember_days=7)),
        (Policy(remember_days=7), Policy(remember_days=30)),
        (Policy(links_only=True), Policy()),
        (Policy(passkey_models=(MODEL,)), Policy()),
        (Policy(passkey_models=(MODEL,)), Policy(passkey_models=(MODEL, MODEL.replace("2f", "3f")))),
    ],
)
def test_whatever_makes_it_weaker_is_told_to_all_owners(ctx: Context, before: Policy, after: Policy) -> None:
    ctx = replace(ctx, site=replace(ctx.site, can_tell_models=True))
    crew = account(ctx, others={"second.owner": Role.OWNER}, policy=before)
    save(ctx, signed_in(ctx, crew.owner), after, accepts_risk=True)
    assert {("policy_changed", "nora.keller"), ("policy_changed", "second.owner")} == told(ctx)


def test_each_owner_reads_of_it_in_their_own_language(ctx: Context, crew: Team, nora: Browser) -> None:
    changed(ctx, crew["second.owner"], language=Language.DE)
    save(ctx, nora, Policy(remember_days=7, admins_may_reveal=True))
    sender = Sender(replace(ctx, site=replace(ctx.site, is_demo=True)))
    sender.run_once()
    said = {one.to: one.text for one in sender.delivered}
    english = "Administrators may hand over secrets and reset staff; Browsers are remembered for longer"
    german = (
        "Die Administration darf Geheimcodes übergeben und Mitarbeitende zurücksetzen; Browser werden länger"
    )
    assert english in " ".join(said[crew.owner.email].split())
    assert german in " ".join(said[crew["second.owner"].email].split())


@pytest.mark.parametrize(
    ("policy", "field"),
    [
        (Policy(reveal_current=True), "accept_risk"),
        (Policy(reveal_current=True, links_only=True), "reveal"),
        (Policy(remember_days=365), "remember_days"),
        (Policy(passkey_models=(MODEL,)), "passkey_models"),
        (Policy(passkey_models=("YubiKey",)), "passkey_models"),
        (Policy(passkey_models=(MODEL,) * 51), "passkey_models"),
    ],
)
def test_a_policy_that_cannot_be_is_refused_by_field(
    ctx: Context, nora: Browser, policy: Policy, field: str
) -> None:
    with pytest.raises(BadInput) as refusal:
        save(ctx, nora, policy)
    assert field == refusal.value.field


def test_the_risk_is_accepted_once(ctx: Context) -> None:
    crew = account(ctx, policy=Policy(reveal_current=True))
    wanted = Policy(reveal_current=True, remember_days=7)
    assert wanted == save(ctx, signed_in(ctx, crew.owner), wanted)


def test_a_stale_policy_form_changes_nothing(ctx: Context, nora: Browser) -> None:
    save(ctx, nora, Policy(links_only=True))
    with pytest.raises(Stale):
        team.change_policy(ctx, nora, NewPolicy(Policy(remember_days=30), 0))
