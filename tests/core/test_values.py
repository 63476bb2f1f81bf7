"""What every value of the core has in common, and the words that databases, logs and addresses hold."""

import dataclasses
import importlib
import pkgutil
from enum import StrEnum

import pytest

from sparekey import core
from sparekey.core import (
    addresses,
    audit_chain,
    clients,
    contract,
    events,
    losses,
    people,
    proofs,
    recovery_case,
    reviews,
    sessions,
    sign_in,
    tokens,
)
from sparekey.core.contract import Category
from sparekey.core.people import AuthenticatorId
from tests.core import made
from tests.strategies import NOON

MODULES = [
    importlib.import_module(f"sparekey.core.{module.name}") for module in pkgutil.iter_modules(core.__path__)
]
CLASSES = sorted(
    {
        value
        for module in MODULES
        for value in vars(module).values()
        if isinstance(value, type) and value.__module__ == module.__name__
    },
    key=lambda kind: (kind.__module__, kind.__name__),
)

# Words that are kept: another one here needs a migration.
KEPT: dict[type[StrEnum], str] = {
    addresses.Sign: "refused bounced",
    contract.Category: "knowledge possession verified mailbox",
    contract.Loss: "memory phone tablet computer key manager paper mailbox",
    contract.Answer: "password passkey code backup_code sms_code email_code",
    contract.Trouble: "wrong empty wrong_length already_used clock_wrong expired too_short too_long listed"
    " context_word same_as_before",
    people.Role: "owner admin auditor staff",
    people.Status: "invited active deactivated",
    people.Language: "en de",
    sign_in.Standing: "active suspended exposed disabled",
    sign_in.Demand: "remembered second passkey",
    clients.Kind: "server public command proxy",
    clients.Login: "none secret private_key_jwt",
    tokens.TokenKind: "access refresh",
    tokens.Waiting: "asked allowed denied spent",
    sign_in.Beside: "password link nothing",
    losses.Safety: "safe one_loss locked_out not_set_up",
    sessions.Scope: "half enrol rotate codes password full",
    sessions.Liveness: "live idle over",
    recovery_case.State: "open waiting ready issued rotating completed expired cancelled stopped declined",
    recovery_case.Step: "wait allow issue redeem complete expire cancel stop decline",
    recovery_case.Delivery: "link screen mail current",
    recovery_case.How: "person video call",
    recovery_case.Ending: "expired cancelled_by_helper signed_in_otherwise replaced stopped_by_person"
    " lost_factor_used member_changed",
    reviews.Have: "yes lost unsure",
    recovery_case.Fate: "destroyed active_again stays_suspended",
}


@pytest.mark.parametrize("kind", KEPT)
def test_the_words_that_are_kept(kind: type[StrEnum]) -> None:
    assert KEPT[kind].split() == [member.value for member in kind]


def test_the_server_has_a_chain_of_its_own() -> None:
    assert "server" == people.SERVER


@pytest.mark.parametrize("kind", [kind for kind in CLASSES if dataclasses.is_dataclass(kind)])
def test_a_value_never_changes(kind: type) -> None:
    assert kind.__dataclass_params__.frozen  # type: ignore[attr-defined]


def test_what_a_value_holds_when_nothing_is_said() -> None:
    assert (0, 0) == (made.member().version, made.case().version)
    assert "" == events.Event.tag
    assert not proofs.Proof(
        AuthenticatorId("aut_1"), "app", (Category.POSSESSION,), ("otp",), NOON
    ).is_exposed
    assert "" == audit_chain.Entry("acc_1", 1, NOON, "a:b:c", "", "", "", {}, audit_chain.START).hash


def test_two_stands_of_a_case_are_compared_without_their_version() -> None:
    assert made.case(version=1) == made.case(version=2)


def test_every_kept_enum_is_listed() -> None:
    enums = {kind for kind in CLASSES if issubclass(kind, StrEnum)}
    assert enums - set(KEPT) == {importlib.import_module("sparekey.core.permissions").Action}
