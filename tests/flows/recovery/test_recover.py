"""Letting a colleague back in: who may, what is handed over, and that it opens the forced change alone."""

from dataclasses import replace
from datetime import timedelta

import pytest

from sparekey.core.people import Member, Policy, Role, Status
from sparekey.core.recovery_case import Delivery, State
from sparekey.core.sessions import Scope
from sparekey.core.sign_in import Standing
from sparekey.errors import (
    BadInput,
    Conflict,
    LinkUnusable,
    NotAllowed,
    NotFound,
    SparekeyError,
    StepUpNeeded,
    TooManyTries,
    WrongProof,
)
from sparekey.flows import not_me, recover, sign_in
from sparekey.flows.context import Context
from sparekey.flows.joining import setup
from tests.flows.steps import (
    CASE,
    HANDED,
    case_of,
    case_tags,
    hand,
    helped,
    redeemed,
    refusal,
    scopes,
    shows,
    standings,
    temporary_code,
    token_in,
    use,
)
from tests.people import (
    SOMEBODY,
    Browser,
    Team,
    account,
    again,
    changed,
    entries,
    letters,
    signed_in,
    with_backup_codes,
)
from tests.world import FrozenWorld

MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
OTHERS = {"second.owner": Role.OWNER, "ivana.admin": Role.ADMIN, "luca.auditor": Role.AUDITOR}


# Who may


def refused_to(ctx: Context, helper: Browser, who: Member, delivery: Delivery) -> str:
    try:
        helped(ctx, helper, who, delivery)
    except SparekeyError as refused:
        return refused.reason or refused.code
    return "done"


MAY = """
helper         whom           current    screen     mail       link
nora.keller    jonas.frei     done       done       done       done
nora.keller    ivana.admin    their_role their_role their_role done
nora.keller    luca.auditor   their_role their_role their_role done
nora.keller    second.owner   their_role their_role their_role done
nora.keller    nora.keller    oneself    oneself    oneself    oneself
ivana.admin    jonas.frei     policy     policy     policy     done
ivana.admin    luca.auditor   their_role their_role their_role their_role
ivana.admin    nora.keller    their_role their_role their_role their_role
ivana.admin    ivana.admin    oneself    oneself    oneself    oneself
luca.auditor   jonas.frei     role       role       role       role
jonas.frei     luca.auditor   role       role       role       role
jonas.frei     jonas.frei     role       role       role       role
"""


@pytest.mark.parametrize("row", MAY.strip().splitlines()[1:], ids=lambda row: " ".join(row.split()[:2]))
def test_who_may_help_whom_with_what(ctx: Context, team: Team, row: str) -> None:
    helper, whom, *expected = row.split()
    browser = signed_in(ctx, team[helper])
    deliveries = (Delivery.CURRENT, Delivery.SCREEN, Delivery.MAIL, Delivery.LINK)
    assert expected == [refused_to(ctx, browser, team[whom], delivery) for delivery in deliveries]


def test_an_admin_may_where_the_policy_says_so(ctx: Context) -> None:
    team = account(ctx, others=OTHERS, policy=Policy(admins_may_reveal=True))
    browser = signed_in(ctx, team["ivana.admin"])
    assert "done" == refused_to(ctx, browser, team["jonas.frei"], Delivery.SCREEN)


@pytest.mark.parametrize("delivery", [Delivery.SCREEN, Delivery.MAIL, Delivery.CURRENT])
def test_a_policy_of_links_only_hands_over_no_secret(ctx: Context, delivery: Delivery) -> None:
    team = account(ctx, policy=Policy(links_only=True, reveal_current=True))
    browser = signed_in(ctx, team.owner)
    assert "links_only" == refused_to(ctx, browser, team["jonas.frei"], delivery)
    assert "done" == refused_to(ctx, browser, team["jonas.frei"], Delivery.LINK)


def test_the_present_secret_is_shown_only_where_the_policy_says_so(ctx: Context) -> None:
    team = account(ctx)
    assert "policy" == refused_to(ctx, signed_in(ctx, team.owner), team["jonas.frei"], Delivery.CURRENT)


def test_another_account_s_people_do_not_exist_here(ctx: Context, nora: Browser) -> None:
    stranger = account(ctx, "mia.berg", staff=["tom.berg"])["tom.berg"]
    for act in (recover.take_back, recover.hide, lambda c, v, m: recover.view(c, v, m, "page")):
        assert NotFound is type(refusal(lambda act=act: act(ctx, nora, stranger.id)))  # type: ignore[misc]
    assert NotFound is type(refusal(lambda: helped(ctx, nora, stranger)))


def test_helping_asks_for_fresh_proofs(
    ctx: Context, nora: Browser, jonas: Member, world: FrozenWorld
) -> None:
    world.advance(6 * MINUTE)
    later = again(ctx, nora)
    assert StepUpNeeded is type(refusal(lambda: helped(ctx, later, jonas)))


def test_an_address_changed_less_than_72_hours_ago_gets_nothing(
    ctx: Context, team: Team, jonas: Member, world: FrozenWorld
) -> None:
    changed(ctx, jonas, email_changed_at=world.now())
    world.advance(72 * HOUR - timedelta(seconds=1))
    early = refused_to(ctx, signed_in(ctx, team.owner), jonas, Delivery.LINK)
    world.advance(timedelta(seconds=1))
    late = refused_to(ctx, signed_in(ctx, team.owner), jonas, Delivery.LINK)
    assert ("fresh_address", "done") == (early, late)


def test_a_role_given_up_less_than_72_hours_ago_still_counts(
    ctx: Context, team: Team, jonas: Member, world: FrozenWorld
) -> None:
    changed(ctx, jonas, former_role=Role.ADMIN, role_changed_at=world.now())
    early = refused_to(ctx, signed_in(ctx, team.owner), jonas, Delivery.SCREEN)
    world.advance(72 * HOUR)
    late = refused_to(ctx, signed_in(ctx, team.owner), jonas, Delivery.SCREEN)
    assert ("their_role", "done") == (early, late)


@pytest.mark.parametrize("status", [Status.INVITED, Status.DEACTIVATED])
def test_who_is_not_active_is_not_helped(ctx: Context, nora: Browser, jonas: Member, status: Status) -> None:
    changed(ctx, jonas, status=status)
    assert "not_active" == refused_to(ctx, nora, jonas, Delivery.LINK)


@pytest.mark.parametrize("delivery", [Delivery.LINK, Delivery.MAIL])
def test_nothing_is_mailed_by_a_server_without_mail(
    ctx: Context, nora: Browser, jonas: Member, delivery: Delivery
) -> None:
    refused = refusal(lambda: helped(replace(ctx, mail=None), nora, jonas, delivery))
    assert (Conflict, "no_mail") == (type(refused), refused.reason)
    assert Standing.ACTIVE is standings(ctx, jonas)["totp"]


def test_it_is_asked_how_the_helper_knows(ctx: Context, nora: Browser, jonas: Member) -> None:
    refused = refusal(lambda: helped(ctx, nora, jonas, how=None))
    assert (BadInput, "empty") == (type(refused), refused.reason)


def test_the_reason_holds_five_minutes_for_the_same_helper_and_case(
    ctx: Context, team: Team, nora: Browser, jonas: Member, world: FrozenWorld
) -> None:
    helped(ctx, nora, jonas)
    world.advance(5 * MINUTE - timedelta(seconds=1))
    assert State.ISSUED is helped(ctx, again(ctx, nora), jonas, how=None).state
    second = signed_in(ctx, team["second.owner"])
    assert "empty" == refusal(lambda: helped(ctx, second, jonas, how=None)).reason
    world.advance(timedelta(seconds=1))
    assert "empty" == refusal(lambda: helped(ctx, again(ctx, nora), jonas, how=None)).reason


# What is handed over


LIVES = {Delivery.LINK: DAY, Delivery.SCREEN: 10 * MINUTE, Delivery.MAIL: DAY, Delivery.CURRENT: DAY}
LETTERS = {
    Delivery.LINK: "setup_link",
    Delivery.SCREEN: "recovery_opened",
    Delivery.MAIL: "secret_sent",
    Delivery.CURRENT: "secret_revealed",
}


@pytest.mark.parametrize("delivery", list(Delivery))
def test_the_person_is_told_at_once_with_a_link_that_stops(
    ctx: Context, team: Team, nora: Browser, jonas: Member, world: FrozenWorld, delivery: Delivery
) -> None:
    case = helped(ctx, nora, jonas, delivery)
    [letter] = letters(ctx)
    assert (LETTERS[delivery], jonas.email) == (letter.kind, letter.to)
    assert State.ISSUED is case.state
    assert world.now() + LIVES[delivery] == case.expires_at == letter.facts["expires_at"]
    assert not_me.Reach.STOPS_CASE is not_me.ask(ctx, SOMEBODY, token_in(letter.facts["stop_link"])).reach


@pytest.mark.parametrize("delivery", list(Delivery))
def test_each_step_of_a_hand_over_is_on_the_audit_log_once(
    ctx: Context, team: Team, nora: Browser, jonas: Member, delivery: Delivery
) -> None:
    helped(ctx, nora, jonas, delivery)
    assert ["opened", "allowed", "issued"] == case_tags(ctx, team.account.id)
    issued = next(one for one in entries(ctx, team.account.id) if one.tag == CASE + "issued")
    assert (team.owner.id, jonas.id, delivery.value) == (
        issued.actor,
        issued.subject,
        issued.data["delivery"],
    )


@pytest.mark.parametrize("delivery", [Delivery.LINK, Delivery.SCREEN, Delivery.MAIL])
def test_the_lost_factor_is_suspended(ctx: Context, nora: Browser, jonas: Member, delivery: Delivery) -> None:
    with_backup_codes(ctx, jonas)
    helped(ctx, nora, jonas, delivery)
    found = standings(ctx, jonas)
    assert (Standing.SUSPENDED, Standing.ACTIVE) == (found["totp"], found["backup_codes"])
    assert (delivery is not Delivery.LINK) == ("temporary_secret" in found)


def test_a_shown_secret_may_be_looked_at_again_for_five_minutes(
    ctx: Context, team: Team, nora: Browser, jonas: Member, world: FrozenWorld
) -> None:
    helped(ctx, nora, jonas)
    first = recover.view(ctx, nora, jonas.id, "page")
    world.advance(5 * MINUTE - timedelta(seconds=1))
    last = recover.view(ctx, again(ctx, nora), jonas.id, "txt")
    world.advance(timedelta(seconds=1))
    refused = refusal(lambda: recover.view(ctx, again(ctx, nora), jonas.id, "page"))
    assert (first, LinkUnusable, "closed") == (last, type(refused), refused.reason)
    assert ["viewed"] == case_tags(ctx, team.account.id)[3:]
    assert temporary_code(ctx, jonas) == shows(ctx, first.secret)


def test_a_closed_view_stays_closed_and_the_secret_works_on(
    ctx: Context, team: Team, nora: Browser, jonas: Member
) -> None:
    helped(ctx, nora, jonas)
    recover.hide(ctx, nora, jonas.id)
    assert "closed" == refusal(lambda: recover.view(ctx, nora, jonas.id, "page")).reason
    assert redeemed(ctx, jonas).session is not None
    assert ["view_closed", "redeemed"] == case_tags(ctx, team.account.id)[3:]


@pytest.mark.parametrize("delivery", [Delivery.LINK, Delivery.MAIL])
def test_what_is_mailed_has_no_view(ctx: Context, nora: Browser, jonas: Member, delivery: Delivery) -> None:
    helped(ctx, nora, jonas, delivery)
    assert "closed" == refusal(lambda: recover.view(ctx, nora, jonas.id, "page")).reason


def test_only_the_helper_looks_at_what_they_showed(
    ctx: Context, team: Team, nora: Browser, jonas: Member
) -> None:
    helped(ctx, nora, jonas)
    second = signed_in(ctx, team["second.owner"])
    assert "closed" == refusal(lambda: recover.view(ctx, second, jonas.id, "page")).reason


def test_a_helper_who_lost_the_right_looks_at_nothing(
    ctx: Context, team: Team, nora: Browser, jonas: Member
) -> None:
    helped(ctx, nora, jonas)
    changed(ctx, team.owner, role=Role.AUDITOR)
    assert NotAllowed is type(refusal(lambda: recover.view(ctx, again(ctx, nora), jonas.id, "page")))


@pytest.mark.parametrize("first", HANDED)
@pytest.mark.parametrize("second", HANDED)
def test_a_fresh_one_destroys_the_one_before(
    ctx: Context, nora: Browser, jonas: Member, first: Delivery, second: Delivery
) -> None:
    old = hand(ctx, nora, jonas, first)
    new = hand(ctx, nora, jonas, second)
    assert isinstance(refusal(lambda: use(ctx, jonas, old)), WrongProof | LinkUnusable)
    assert Scope.ROTATE is use(ctx, jonas, new)
    assert 1 == list(standings(ctx, jonas)).count("temporary_secret") or second is Delivery.LINK


@pytest.mark.parametrize("second", HANDED)
def test_a_letter_with_what_was_replaced_is_not_sent(
    ctx: Context, nora: Browser, jonas: Member, second: Delivery
) -> None:
    helped(ctx, nora, jonas, Delivery.MAIL)
    helped(ctx, nora, jonas, second)
    carrying = [one.state for one in letters(ctx, "secret_sent", "setup_link")]
    assert (["waiting"] if second is not Delivery.SCREEN else []) == carrying


def test_issuing_again_is_one_more_event_of_the_same_case(
    ctx: Context, team: Team, nora: Browser, jonas: Member
) -> None:
    first, second = helped(ctx, nora, jonas), helped(ctx, nora, jonas, Delivery.MAIL)
    assert first.id == second.id
    assert ["opened", "allowed", "issued", "issued"] == case_tags(ctx, team.account.id)


def test_the_sixth_letter_in_an_hour_is_refused_and_changes_nothing(
    ctx: Context, nora: Browser, jonas: Member
) -> None:
    for _ in range(5):
        helped(ctx, nora, jonas, Delivery.MAIL)
    code = temporary_code(ctx, jonas)
    refused = refusal(lambda: helped(ctx, nora, jonas, Delivery.MAIL))
    assert (TooManyTries, "mails", code) == (type(refused), refused.reason, temporary_code(ctx, jonas))


@pytest.mark.parametrize("delivery", HANDED)
def test_it_is_nothing_without_the_password(
    ctx: Context, nora: Browser, jonas: Member, delivery: Delivery
) -> None:
    handed = hand(ctx, nora, jonas, delivery)
    refused = (
        refusal(lambda: setup.accept_lost(ctx, SOMEBODY, handed.token, handed.token))
        if handed.token
        else refusal(lambda: sign_in.begin(ctx, SOMEBODY, jonas.username, handed.code))
    )
    assert (WrongProof, State.ISSUED) == (type(refused), case_of(ctx, jonas).state)


@pytest.mark.parametrize("delivery", HANDED)
def test_with_the_password_it_opens_the_forced_change_and_nothing_else(
    ctx: Context, team: Team, nora: Browser, jonas: Member, delivery: Delivery
) -> None:
    scope = use(ctx, jonas, hand(ctx, nora, jonas, delivery))
    assert (Scope.ROTATE, State.ROTATING) == (scope, case_of(ctx, jonas).state)
    assert ["rotate"] == scopes(ctx, jonas)
    assert ["redeemed"] == case_tags(ctx, team.account.id)[3:]
