"""Ways around the rules that protect a person from their helpers."""

import pytest

from sparekey.core.people import Status
from sparekey.core.recovery_case import Delivery, How
from sparekey.errors import NotAllowed, TooManyTries
from sparekey.flows import not_me, recover, reset, team
from sparekey.flows.context import Context
from sparekey.flows.team import Details
from tests.flows.steps import refusal
from tests.people import Team, account, letters, reloaded, signed_in, signs_in

NEW_ADDRESS = Details("Jonas Frei", "jonas.frei", "somebody@elsewhere.example", "staff", "en")


@pytest.fixture
def crew(ctx: Context) -> Team:
    """Jonas has signed in before."""
    crew = account(ctx)
    signs_in(ctx, crew["jonas.frei"])
    return crew


def test_a_new_address_after_a_reset_gets_no_invitation_and_both_addresses_are_told(
    ctx: Context, crew: Team
) -> None:
    nora, jonas = signed_in(ctx, crew.owner), crew["jonas.frei"]
    reset.reset(ctx, nora, jonas.id, How.CALL, "jonas.frei")
    team.edit_member(ctx, nora, "jonas.frei", NEW_ADDRESS, reloaded(ctx, jonas).version)
    to_the_new = {one.kind for one in letters(ctx) if one.to == NEW_ADDRESS.email}
    assert {"address_changed_new"} == to_the_new
    assert ["jonas.frei@example.com"] == [one.to for one in letters(ctx, "address_changed_old")]


def test_after_a_reset_a_new_address_is_not_invited_for_three_days(ctx: Context, crew: Team) -> None:
    nora, jonas = signed_in(ctx, crew.owner), crew["jonas.frei"]
    reset.reset(ctx, nora, jonas.id, How.CALL, "jonas.frei")
    team.edit_member(ctx, nora, "jonas.frei", NEW_ADDRESS, reloaded(ctx, jonas).version)
    refused = refusal(lambda: team.invite_again(ctx, nora, "jonas.frei"))
    assert (NotAllowed, "fresh_address") == (type(refused), refused.reason)


def test_whoever_was_stopped_cannot_reset_instead(ctx: Context, crew: Team) -> None:
    nora, jonas = signed_in(ctx, crew.owner), crew["jonas.frei"]
    recover.help_back_in(ctx, nora, jonas.id, recover.Request(Delivery.SCREEN, How.CALL))
    link = str(letters(ctx, "recovery_opened")[0].facts["stop_link"])
    not_me.stop(ctx, nora, link.rsplit("/", 1)[-1])
    refused = refusal(lambda: reset.reset(ctx, nora, jonas.id, How.CALL, "jonas.frei"))
    assert (NotAllowed, "stopped", Status.ACTIVE) == (
        type(refused),
        refused.reason,
        reloaded(ctx, jonas).status,
    )


def test_a_new_owner_is_told_to_all_owners_when_added(ctx: Context, crew: Team) -> None:
    nora = signed_in(ctx, crew.owner)
    team.add_member(ctx, nora, Details("Puppet", "puppet", "puppet@example.com", "owner", "en"))
    assert ["nora.keller@example.com"] == [one.to for one in letters(ctx, "ownership_handed_over")]


def test_adding_and_deleting_again_floods_no_mailbox(ctx: Context, crew: Team) -> None:
    nora = signed_in(ctx, crew.owner)
    details = Details("Lea", "lea.new", "lea@example.com", "staff", "en")
    for _ in range(5):
        team.add_member(ctx, nora, details)
        team.delete_member(ctx, nora, "lea.new", "lea.new")
    refused = refusal(lambda: team.add_member(ctx, nora, details))
    assert (TooManyTries, "mails") == (type(refused), refused.reason)
