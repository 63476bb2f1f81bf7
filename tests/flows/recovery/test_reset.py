"""*Reset*: everything was lost. All of it ends at once, and the person starts again as on the first day."""

from datetime import timedelta

import pytest

from sparekey.core.contract import Answer
from sparekey.core.people import Member, Policy, Role, Status
from sparekey.core.recovery_case import Delivery, Ending, How
from sparekey.errors import (
    BadInput,
    LinkUnusable,
    NotAllowed,
    NotFound,
    SparekeyError,
    StepUpNeeded,
    TooManyTries,
    WrongProof,
)
from sparekey.flows import console, not_me, password_link
from sparekey.flows.context import Context
from sparekey.flows.joining import setup
from sparekey.flows.own import addresses
from sparekey.flows.reset import reset
from tests.flows.steps import (
    NEW_PASSWORD,
    answer,
    case_of,
    half,
    helped,
    refusal,
    scopes,
    shows,
    standings,
    token_in,
)
from tests.people import (
    SOMEBODY,
    Browser,
    Team,
    account,
    again,
    code_of,
    letters,
    opened,
    reloaded,
    signed_in,
    tags,
    with_backup_codes,
)
from tests.world import FrozenWorld

OTHERS = {"second.owner": Role.OWNER, "ivana.admin": Role.ADMIN, "luca.auditor": Role.AUDITOR}


@pytest.fixture
def team(ctx: Context) -> Team:
    return account(ctx, others=OTHERS)


@pytest.fixture
def jonas(team: Team) -> Member:
    return team["jonas.frei"]


@pytest.fixture
def nora(ctx: Context, team: Team) -> Browser:
    return signed_in(ctx, team.owner)


def reset_by(ctx: Context, helper: Browser, who: Member) -> str:
    try:
        reset(ctx, helper, who.id, How.PERSON, who.username)
    except SparekeyError as refused:
        return refused.reason or refused.code
    return "done"


def test_everything_is_void_at_once(ctx: Context, team: Team, nora: Browser, jonas: Member) -> None:
    codes = with_backup_codes(ctx, jonas)
    browsers = [signed_in(ctx, jonas), half(ctx, jonas)]
    reset(ctx, nora, jonas.id, How.PERSON, " Jonas.Frei ")
    assert ({}, [], Status.INVITED) == (
        standings(ctx, jonas),
        scopes(ctx, jonas),
        reloaded(ctx, jonas).status,
    )
    assert [None, None] == [again(ctx, one).session for one in browsers]
    assert WrongProof is type(refusal(lambda: half(ctx, jonas)))
    assert codes
    assert 1 == tags(ctx, team.account.id).count("member:access:reset")


def test_a_new_invitation_goes_out_and_everybody_is_told(
    ctx: Context, team: Team, nora: Browser, jonas: Member
) -> None:
    reset(ctx, nora, jonas.id, How.PERSON, jonas.username)
    found = sorted((one.kind, one.to) for one in letters(ctx))
    assert [
        ("reset_done", jonas.email),
        ("reset_done_owners", team.owner.email),
        ("reset_done_owners", team["second.owner"].email),
        ("reset_link", jonas.email),
    ] == found


def test_whoever_left_an_address_in_the_account_hears_of_the_reset_and_of_nothing_after_it(
    ctx: Context, team: Team, nora: Browser, jonas: Member
) -> None:
    """The *This wasn't me* links of earlier letters have ended."""
    browser = signed_in(ctx, jonas)
    addresses.add(ctx, browser, "left@behind.example")
    link = token_in(str(letters(ctx, "address_confirm")[0].facts["link"]))
    addresses.confirm(ctx, SOMEBODY, link)
    old = {token_in(str(one.facts["stop_link"])) for one in letters(ctx) if "stop_link" in one.facts}
    reset(ctx, nora, jonas.id, How.PERSON, jonas.username)
    assert () == reloaded(ctx, jonas).further
    told = {one.to for one in letters(ctx, "address_removed")} & {
        one.to for one in letters(ctx, "reset_done")
    }
    assert {jonas.email, "left@behind.example"} == told
    assert [jonas.email] == [one.to for one in letters(ctx, "reset_link")]
    assert old
    for token in old:
        with pytest.raises(LinkUnusable):
            not_me.stop(ctx, SOMEBODY, token)


def test_the_invitation_sets_up_everything_anew_and_a_normal_sign_in_follows(
    ctx: Context, nora: Browser, jonas: Member, world: FrozenWorld
) -> None:
    reset(ctx, nora, jonas.id, How.PERSON, jonas.username)
    token = token_in(str(letters(ctx, "reset_link")[0].facts["link"]))
    browser = opened(ctx, SOMEBODY, setup.accept(ctx, SOMEBODY, token).token)
    setup.stage_password(ctx, browser, NEW_PASSWORD)
    secret = setup.propose(ctx, browser).secret
    started = setup.leave(ctx, opened(ctx, browser, setup.commit(ctx, browser, shows(ctx, secret)).token))
    world.advance(timedelta(minutes=1))
    outcome = answer(ctx, half(ctx, jonas, password=NEW_PASSWORD), code_of(ctx, jonas), Answer.CODE)
    assert (None, "full") == (started, outcome.started.session.scope.value)


def test_links_that_were_on_their_way_open_nothing_any_more(
    ctx: Context, nora: Browser, jonas: Member
) -> None:
    password_link.ask(ctx, SOMEBODY, jonas.username)
    forgotten = token_in(str(letters(ctx, "password_reset_link")[0].facts["link"]))
    from_console = token_in(console.member_recover(ctx, jonas.username).link)
    reset(ctx, nora, jonas.id, How.PERSON, jonas.username)
    assert LinkUnusable is type(refusal(lambda: password_link.look(ctx, SOMEBODY, forgotten)))
    assert LinkUnusable is type(refusal(lambda: setup.accept(ctx, SOMEBODY, from_console)))


@pytest.mark.parametrize("delivery", [Delivery.LINK, Delivery.SCREEN])
def test_a_running_hand_over_ends(ctx: Context, nora: Browser, jonas: Member, delivery: Delivery) -> None:
    helped(ctx, nora, jonas, delivery)
    reset(ctx, nora, jonas.id, How.PERSON, jonas.username)
    assert (Ending.REPLACED, {}) == (case_of(ctx, jonas).ending, standings(ctx, jonas))
    assert ["destroyed"] == [one.facts["fate"] for one in letters(ctx, "recovery_ended")]


MAY = """
helper        whom          reset
nora.keller   jonas.frei    done
nora.keller   ivana.admin   done
nora.keller   luca.auditor  done
nora.keller   second.owner  their_role
nora.keller   nora.keller   oneself
ivana.admin   jonas.frei    policy
ivana.admin   luca.auditor  their_role
luca.auditor  jonas.frei    role
jonas.frei    luca.auditor  role
"""


@pytest.mark.parametrize("row", MAY.strip().splitlines()[1:])
def test_who_may_reset_whom(ctx: Context, team: Team, row: str) -> None:
    helper, whom, expected = row.split()
    assert expected == reset_by(ctx, signed_in(ctx, team[helper]), team[whom])


def test_an_admin_may_where_the_policy_says_so(ctx: Context) -> None:
    team = account(ctx, others=OTHERS, policy=Policy(admins_may_reveal=True))
    assert "done" == reset_by(ctx, signed_in(ctx, team["ivana.admin"]), team["jonas.frei"])


def test_the_username_must_be_typed(ctx: Context, nora: Browser, jonas: Member) -> None:
    refused = refusal(lambda: reset(ctx, nora, jonas.id, How.PERSON, "jonas"))
    assert (BadInput, "username_mismatch", Status.ACTIVE) == (
        type(refused),
        refused.reason,
        reloaded(ctx, jonas).status,
    )


def test_it_asks_for_fresh_proofs(ctx: Context, nora: Browser, jonas: Member, world: FrozenWorld) -> None:
    world.advance(timedelta(minutes=6))
    late = again(ctx, nora)
    assert StepUpNeeded is type(refusal(lambda: reset(ctx, late, jonas.id, How.PERSON, jonas.username)))


def test_another_account_s_people_do_not_exist_here(ctx: Context, nora: Browser) -> None:
    stranger = account(ctx, "mia.berg", staff=["tom.berg"])["tom.berg"]
    assert NotFound is type(refusal(lambda: reset(ctx, nora, stranger.id, How.PERSON, "tom.berg")))


def test_who_was_reset_is_invited_again_not_reset_again(ctx: Context, nora: Browser, jonas: Member) -> None:
    reset(ctx, nora, jonas.id, How.PERSON, jonas.username)
    refused = refusal(lambda: reset(ctx, nora, jonas.id, How.PERSON, jonas.username))
    assert (NotAllowed, "not_active") == (type(refused), refused.reason)


def test_a_reset_person_is_like_nobody_at_the_sign_in_page(
    ctx: Context, nora: Browser, jonas: Member
) -> None:
    reset(ctx, nora, jonas.id, How.PERSON, jonas.username)
    refused = [refusal(lambda: half(ctx, jonas)) for _ in range(6)]
    assert [WrongProof] * 5 + [TooManyTries] == list(map(type, refused))
