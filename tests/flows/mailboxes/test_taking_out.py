"""An owner takes a private address of somebody out: told to all, never the last that mail reaches."""

from datetime import timedelta
from functools import partial
from io import BytesIO

import pytest

from sparekey.core.people import Member, Role
from sparekey.core.recovery_case import Delivery
from sparekey.errors import NotAllowed, NotFound, StepUpNeeded
from sparekey.flows import not_me, team
from sparekey.flows.background.returns import bounced
from sparekey.flows.context import Context
from sparekey.flows.own import addresses
from tests.adapters.test_bounces import FAILED, report
from tests.flows.steps import at_once, helped, refusal, token_in
from tests.people import (
    SOMEBODY,
    Browser,
    Team,
    account,
    entries,
    letters,
    reloaded,
    signed_in,
    with_address,
)
from tests.world import FrozenWorld

WORK, HOME, OTHER = "jonas.frei@example.com", "jonas@bluewin.example", "jonas@posteo.example"


@pytest.fixture
def crew(ctx: Context) -> Team:
    return account(
        ctx, others={"second.owner": Role.OWNER, "ivana.admin": Role.ADMIN, "lu.auditor": Role.AUDITOR}
    )


@pytest.fixture
def jonas(ctx: Context, crew: Team) -> Member:
    return with_address(ctx, crew["jonas.frei"], HOME)


@pytest.fixture
def nora(ctx: Context, crew: Team) -> Browser:
    return signed_in(ctx, crew.owner)


def id_of(ctx: Context, who: Member, address: str = HOME) -> str:
    """The id of a confirmed address."""
    return next(one.id for one in reloaded(ctx, who).further if one.address == address)


def further(ctx: Context, who: Member) -> list[str]:
    return [one.address for one in reloaded(ctx, who).further]


def bounce(ctx: Context, *found: str) -> None:
    bounced(ctx, BytesIO(report(*(FAILED.replace("jonas@example.com", one) for one in found))))


def told(ctx: Context) -> list[str]:
    return [one.to for one in letters(ctx, "address_taken_out")]


def test_it_is_told_to_all_and_to_the_one_taken_out_for_the_last_time(
    ctx: Context, jonas: Member, nora: Browser
) -> None:
    with_address(ctx, jonas, OTHER)
    team.take_address(ctx, nora, "jonas.frei", id_of(ctx, jonas))
    team.sign_out(ctx, nora, "jonas.frei")
    (one, *_) = letters(ctx, "address_taken_out")
    assert sorted([WORK, HOME, OTHER]) == sorted(told(ctx))
    assert ("Nora Keller", "j•••••@bluewin.example") == (one.facts["by"], one.facts["address"])
    assert [OTHER] == further(ctx, jonas)
    team.take_address(ctx, nora, "jonas.frei", id_of(ctx, jonas, OTHER))
    assert 1 == told(ctx).count(HOME)


def test_the_log_says_by_whom(ctx: Context, crew: Team, jonas: Member, nora: Browser) -> None:
    address_id = id_of(ctx, jonas)
    team.take_address(ctx, nora, "jonas.frei", address_id)
    (found,) = [one for one in entries(ctx, crew.account.id) if one.tag == "member:address:removed"]
    assert (crew.owner.id, jonas.id, address_id) == (found.actor, found.subject, found.data["address"])


def test_nothing_else_of_the_person_changes(ctx: Context, jonas: Member, nora: Browser) -> None:
    browser = signed_in(ctx, jonas)
    team.take_address(ctx, nora, "jonas.frei", id_of(ctx, jonas))
    assert addresses.add(ctx, browser, OTHER)


def test_one_that_waits_goes_with_its_link(ctx: Context, crew: Team, jonas: Member, nora: Browser) -> None:
    made = addresses.add(ctx, signed_in(ctx, jonas), OTHER)
    link = token_in(str(letters(ctx, "address_confirm")[-1].facts["link"]))
    team.take_address(ctx, nora, "jonas.frei", made)
    assert "stopped" == refusal(lambda: addresses.confirm(ctx, SOMEBODY, link)).reason
    assert sorted([WORK, HOME]) == sorted(told(ctx))


def test_the_last_address_that_mail_reaches_stays(ctx: Context, jonas: Member, nora: Browser) -> None:
    bounce(ctx, WORK)
    refused = refusal(lambda: team.take_address(ctx, nora, "jonas.frei", id_of(ctx, jonas)))
    assert (NotAllowed, "last_address", [HOME]) == (type(refused), refused.reason, further(ctx, jonas))


def test_what_reaches_nobody_can_go(ctx: Context, jonas: Member, nora: Browser) -> None:
    bounce(ctx, WORK, HOME)
    team.take_address(ctx, nora, "jonas.frei", id_of(ctx, jonas))
    assert [] == further(ctx, jonas)


def test_of_two_owners_at_once_neither_takes_the_last(
    ctx: Context, crew: Team, jonas: Member, nora: Browser
) -> None:
    with_address(ctx, jonas, OTHER)
    bounce(ctx, WORK)
    second = signed_in(ctx, crew["second.owner"])
    each = [(nora, id_of(ctx, jonas)), (second, id_of(ctx, jonas, OTHER))]
    at_once(2, lambda number: team.take_address(ctx, each[number][0], "jonas.frei", each[number][1]))
    assert 1 == len(further(ctx, jonas))


@pytest.mark.parametrize("helper", ["ivana.admin", "lu.auditor", "jonas.frei"])
def test_nobody_but_an_owner(ctx: Context, crew: Team, jonas: Member, helper: str) -> None:
    refused = refusal(
        lambda: team.take_address(ctx, signed_in(ctx, crew[helper]), "jonas.frei", id_of(ctx, jonas))
    )
    assert (NotAllowed, "role") == (type(refused), refused.reason)


def test_one_s_own_is_for_one_s_own_profile(ctx: Context, crew: Team, nora: Browser) -> None:
    owner = with_address(ctx, crew.owner, HOME)
    refused = refusal(lambda: team.take_address(ctx, nora, "nora.keller", id_of(ctx, owner)))
    assert "oneself" == refused.reason


def test_who_is_held_back_from_helping_takes_none(
    ctx: Context, crew: Team, jonas: Member, nora: Browser, world: FrozenWorld
) -> None:
    helped(ctx, nora, jonas, Delivery.LINK)
    not_me.stop(ctx, SOMEBODY, token_in(str(letters(ctx, "recovery_opened")[0].facts["stop_link"])))
    until = world.now() + timedelta(days=1)
    address_id, second = id_of(ctx, jonas), signed_in(ctx, crew["second.owner"])
    refused = refusal(lambda: team.take_address(ctx, nora, "jonas.frei", address_id))
    assert ("stopped", until, [HOME]) == (refused.reason, refused.facts["until"], further(ctx, jonas))
    team.take_address(ctx, second, "jonas.frei", address_id)
    assert [] == further(ctx, jonas)


def test_it_asks_for_fresh_proofs(ctx: Context, jonas: Member, nora: Browser, world: FrozenWorld) -> None:
    world.advance(timedelta(minutes=6))
    refused = refusal(lambda: team.take_address(ctx, nora, "jonas.frei", id_of(ctx, jonas)))
    assert StepUpNeeded is type(refused)


@pytest.mark.parametrize("address_id", ["", "x", "adr_0", "\x00", "\ud800", "'; --"])
def test_what_is_no_address_of_theirs_is_not_there(
    ctx: Context, crew: Team, jonas: Member, nora: Browser, address_id: str
) -> None:
    """The work address neither: it is changed, not taken out. Nor somebody else's."""
    with_address(ctx, crew["ivana.admin"], OTHER)
    for one in (address_id, id_of(ctx, crew["ivana.admin"], OTHER)):
        assert NotFound is type(refusal(partial(team.take_address, ctx, nora, "jonas.frei", one)))


def test_people_of_another_account_are_not_there(ctx: Context, jonas: Member) -> None:
    stranger = account(ctx, owner="other.owner", staff=())
    found = refusal(
        lambda: team.take_address(ctx, signed_in(ctx, stranger.owner), "jonas.frei", id_of(ctx, jonas))
    )
    assert NotFound is type(found)


def test_this_wasn_t_me_in_its_letter_warns_the_owners(ctx: Context, jonas: Member, nora: Browser) -> None:
    team.take_address(ctx, nora, "jonas.frei", id_of(ctx, jonas))
    not_me.stop(ctx, SOMEBODY, token_in(str(letters(ctx, "address_taken_out")[0].facts["stop_link"])))
    assert 2 == len(letters(ctx, "letter_doubted_owners"))
