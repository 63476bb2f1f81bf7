"""Letting a colleague back in: who may, every delivery, and the life of what is handed over to its every end."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import timedelta

import pytest

from sparekey.core.contract import Answer
from sparekey.core.people import Member, Policy, Role, Status
from sparekey.core.recovery_case import Case, Delivery, Ending, How, State
from sparekey.core.sessions import Scope
from sparekey.core.sign_in import SignedIn, Standing
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
from sparekey.flows import console, not_me, own, recover, rotate, sessions, setup, sign_in, upkeep
from sparekey.flows.context import Context
from tests.flows.steps import (
    answer,
    case_of,
    changes_all,
    half,
    helped,
    redeemed,
    refusal,
    scopes,
    shows,
    standings,
    temporary_code,
    token_in,
    wrong_code,
)
from tests.people import (
    PASSWORD,
    SOMEBODY,
    Browser,
    Team,
    account,
    again,
    changed,
    code_of,
    entries,
    letters,
    opened,
    reloaded,
    signed_in,
    stands,
    tags,
    with_backup_codes,
)
from tests.world import FrozenWorld

MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
OTHERS = {"second.owner": Role.OWNER, "ivana.admin": Role.ADMIN, "luca.auditor": Role.AUDITOR}
CASE = "member:recovery_case:"


@pytest.fixture
def team(ctx: Context) -> Team:
    return account(ctx, others=OTHERS, policy=Policy(reveal_current=True, remember_days=30))


@pytest.fixture
def jonas(team: Team) -> Member:
    return team["jonas.frei"]


@pytest.fixture
def nora(ctx: Context, team: Team) -> Browser:
    return signed_in(ctx, team.owner)


def told(ctx: Context, who: Member) -> list[str]:
    return [one.kind for one in letters(ctx) if one.to == who.email]


def case_tags(ctx: Context, team: Team) -> list[str]:
    found = tags(ctx, team.account.id)
    return [tag.removeprefix(CASE) for tag in found if tag.startswith(CASE)]


def link_in(ctx: Context, kind: str, fact: str = "link") -> str:
    """The token of the newest link of a kind of letter."""
    return token_in(str(letters(ctx, kind)[-1].facts[fact]))


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


@pytest.mark.parametrize(("how", "reason"), [(None, "empty"), (How.CONSOLE, "unknown")])
def test_it_is_asked_how_the_helper_knows(
    ctx: Context, nora: Browser, jonas: Member, how: How | None, reason: str
) -> None:
    refused = refusal(lambda: helped(ctx, nora, jonas, how=how))
    assert (BadInput, reason) == (type(refused), refused.reason)


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
    assert ["opened", "allowed", "issued"] == case_tags(ctx, team)
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
    assert ["viewed", "viewed"] == case_tags(ctx, team)[3:]
    assert temporary_code(ctx, jonas) == shows(ctx, first.secret)


def test_a_closed_view_stays_closed_and_the_secret_works_on(
    ctx: Context, team: Team, nora: Browser, jonas: Member
) -> None:
    helped(ctx, nora, jonas)
    recover.hide(ctx, nora, jonas.id)
    assert "closed" == refusal(lambda: recover.view(ctx, nora, jonas.id, "page")).reason
    assert redeemed(ctx, jonas).session is not None
    assert ["view_closed", "redeemed"] == case_tags(ctx, team)[3:]


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


@dataclass(frozen=True)
class Handed:
    """What can be used of a hand-over: a code, or a link's token."""

    code: str = ""
    token: str = ""


def hand(ctx: Context, nora: Browser, jonas: Member, delivery: Delivery) -> Handed:
    helped(ctx, nora, jonas, delivery)
    if delivery is Delivery.LINK:
        return Handed(token=link_in(ctx, "setup_link"))
    return Handed(code=temporary_code(ctx, jonas))


def use(ctx: Context, jonas: Member, handed: Handed) -> Scope:
    """Redeem it, together with the password."""
    if handed.token:
        return setup.accept_lost(ctx, SOMEBODY, handed.token, PASSWORD).session.scope
    return answer(ctx, half(ctx, jonas), handed.code).started.session.scope


HANDED = [Delivery.LINK, Delivery.SCREEN, Delivery.MAIL]


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
    assert ["opened", "allowed", "issued", "issued"] == case_tags(ctx, team)


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
    assert ["redeemed"] == case_tags(ctx, team)[3:]


# Every end


def expire(ctx: Context, where: "Where") -> None:
    where.world.advance(DAY)
    upkeep.run_once(ctx)


def take_back(ctx: Context, where: "Where") -> None:
    recover.take_back(ctx, again(ctx, where.nora), where.jonas.id)


def stop(ctx: Context, where: "Where") -> None:
    not_me.stop(ctx, SOMEBODY, token_in(str(letters(ctx)[0].facts["stop_link"])))


def sign_in_otherwise(ctx: Context, where: "Where") -> None:
    outcome = answer(ctx, half(ctx, where.jonas), where.codes[0], Answer.BACKUP_CODE)
    assert isinstance(outcome.decision, SignedIn)
    assert outcome.must_change_secret


def use_lost_one(ctx: Context, where: "Where") -> None:
    refused = refusal(lambda: answer(ctx, half(ctx, where.jonas), code_of(ctx, where.jonas)))
    assert "wrong_proof" == refused.code


def recover_on_console(ctx: Context, where: "Where") -> None:
    console.member_recover(ctx, where.jonas.username)


@dataclass(frozen=True)
class Where:
    """Who is there when a case ends."""

    team: Team
    nora: Browser
    jonas: Member
    codes: list[str]
    world: FrozenWorld


@dataclass(frozen=True)
class End:
    """How a case ends: its state and reason, what becomes of the lost factor, and who is told."""

    act: Callable[[Context, Where], None]
    state: State
    ending: Ending
    app: Standing
    told: str
    owners_told: str = ""


ENDS = [
    End(expire, State.EXPIRED, Ending.EXPIRED, Standing.ACTIVE, "recovery_ended"),
    End(take_back, State.CANCELLED, Ending.CANCELLED_BY_HELPER, Standing.ACTIVE, "recovery_ended"),
    End(
        stop,
        State.STOPPED,
        Ending.STOPPED_BY_PERSON,
        Standing.ACTIVE,
        "recovery_ended",
        "recovery_stopped",
    ),
    End(
        sign_in_otherwise,
        State.CANCELLED,
        Ending.SIGNED_IN_OTHERWISE,
        Standing.SUSPENDED,
        "recovery_ended",
    ),
    End(
        use_lost_one,
        State.STOPPED,
        Ending.LOST_FACTOR_USED,
        Standing.SUSPENDED,
        "recovery_tripwire",
        "recovery_tripwire_owners",
    ),
    End(recover_on_console, State.CANCELLED, Ending.REPLACED, Standing.ACTIVE, "recovery_ended"),
]
EVERY_END = pytest.mark.parametrize("end", ENDS, ids=lambda end: end.ending.value)


@pytest.fixture
def where(ctx: Context, team: Team, nora: Browser, jonas: Member, world: FrozenWorld) -> Where:
    return Where(team, nora, jonas, with_backup_codes(ctx, jonas), world)


@EVERY_END
@pytest.mark.parametrize("delivery", HANDED)
@pytest.mark.parametrize("is_used", [False, True], ids=["issued", "rotating"])
def test_what_was_handed_over_is_dead_at_every_end(
    ctx: Context, where: Where, end: End, delivery: Delivery, is_used: bool
) -> None:
    handed = hand(ctx, where.nora, where.jonas, delivery)
    if is_used:
        use(ctx, where.jonas, handed)
    end.act(ctx, where)
    case = case_of(ctx, where.jonas)
    assert (end.state, end.ending) == (case.state, case.ending)
    found = standings(ctx, where.jonas)
    assert (False, end.app) == ("temporary_secret" in found, found["totp"])
    assert [] == [scope for scope in scopes(ctx, where.jonas) if scope == "rotate"]
    assert [] == letters(ctx, "setup_link", "secret_sent")
    if delivery is Delivery.LINK:
        assert LinkUnusable is type(refusal(lambda: use(ctx, where.jonas, handed)))


@EVERY_END
def test_everybody_is_told_of_every_end_and_it_is_recorded_once(ctx: Context, where: Where, end: End) -> None:
    helped(ctx, where.nora, where.jonas)
    end.act(ctx, where)
    expected = {State.EXPIRED: "expired", State.CANCELLED: "cancelled", State.STOPPED: "stopped"}[end.state]
    assert ["opened", "allowed", "issued", expected] == case_tags(ctx, where.team)
    assert 1 == told(ctx, where.jonas).count(end.told)
    for owner in (where.team.owner, where.team["second.owner"]):
        assert (1 if end.owners_told else 0) == told(ctx, owner).count(end.owners_told)


@pytest.mark.parametrize("end", [one for one in ENDS if one.app is Standing.ACTIVE], ids=lambda e: e.ending)
def test_a_factor_reported_stolen_never_comes_back(ctx: Context, where: Where, end: End) -> None:
    helped(ctx, where.nora, where.jonas, is_stolen=True)
    end.act(ctx, where)
    assert Standing.SUSPENDED is standings(ctx, where.jonas)["totp"]
    if end.told == "recovery_ended":
        assert "stays_suspended" == letters(ctx, "recovery_ended")[0].facts["fate"]


@pytest.mark.parametrize("first", ["stolen", "used"])
def test_a_later_case_does_not_bring_back_what_was_stolen_or_used(
    ctx: Context, where: Where, first: str
) -> None:
    helped(ctx, where.nora, where.jonas, is_stolen=first == "stolen")
    (take_back if first == "stolen" else use_lost_one)(ctx, where)
    helped(ctx, where.nora, where.jonas)
    expire(ctx, where)
    assert Standing.SUSPENDED is standings(ctx, where.jonas)["totp"]
    assert {"stays_suspended"} == {one.facts["fate"] for one in letters(ctx, "recovery_ended")}


def test_stolen_may_be_reported_later_too(ctx: Context, where: Where) -> None:
    helped(ctx, where.nora, where.jonas)
    helped(ctx, where.nora, where.jonas, how=None, is_stolen=True)
    take_back(ctx, where)
    assert Standing.SUSPENDED is standings(ctx, where.jonas)["totp"]


def test_reporting_it_stolen_ends_every_session_at_once(ctx: Context, nora: Browser, jonas: Member) -> None:
    browsers = [signed_in(ctx, jonas), half(ctx, jonas)]
    helped(ctx, nora, jonas, is_stolen=True)
    assert [None, None] == [again(ctx, one).session for one in browsers]


def test_what_is_not_stolen_leaves_sessions_open(ctx: Context, nora: Browser, jonas: Member) -> None:
    browser = signed_in(ctx, jonas)
    helped(ctx, nora, jonas)
    assert again(ctx, browser).session is not None


def test_an_alarm_is_recorded_and_the_code_opens_nothing(ctx: Context, where: Where) -> None:
    helped(ctx, where.nora, where.jonas)
    use_lost_one(ctx, where)
    assert 1 == tags(ctx, where.team.account.id).count("member:second_factor:lost_one_used")
    assert ["half"] == scopes(ctx, where.jonas)


def test_a_lost_factor_without_the_password_is_no_alarm(ctx: Context, where: Where) -> None:
    helped(ctx, where.nora, where.jonas)
    refusal(lambda: sign_in.begin(ctx, SOMEBODY, where.jonas.username, "wrong"))
    assert State.ISSUED is case_of(ctx, where.jonas).state


def test_somebody_signed_in_another_way_changes_the_secret_and_all_is_well(
    ctx: Context, where: Where
) -> None:
    helped(ctx, where.nora, where.jonas)
    outcome = answer(ctx, half(ctx, where.jonas), where.codes[0], Answer.BACKUP_CODE)
    browser = opened(ctx, SOMEBODY, outcome.started.token)
    own.switch_secret(ctx, browser, shows(ctx, own.propose_secret(ctx, browser).secret))
    assert {Standing.ACTIVE} == set(standings(ctx, where.jonas).values())


def test_changing_the_secret_in_an_open_session_ends_a_running_hand_over(ctx: Context, where: Where) -> None:
    helped(ctx, where.nora, where.jonas)
    browser = signed_in(ctx, where.jonas, aal2=False)
    started = sessions.confirm(ctx, browser, PASSWORD, Answer.BACKUP_CODE, where.codes[0])
    browser = opened(ctx, browser, started.token)
    own.switch_secret(ctx, browser, shows(ctx, own.propose_secret(ctx, browser).secret))
    assert Ending.SIGNED_IN_OTHERWISE is case_of(ctx, where.jonas).ending
    assert {"password", "totp", "backup_codes"} == set(standings(ctx, where.jonas))


# After a stop


def test_after_a_stop_the_same_owner_waits_a_day_another_and_the_console_do_not(
    ctx: Context, where: Where
) -> None:
    helped(ctx, where.nora, where.jonas)
    stop(ctx, where)
    refused = refusal(lambda: helped(ctx, where.nora, where.jonas, Delivery.LINK))
    assert (NotAllowed, "stopped") == (type(refused), refused.reason)
    assert State.ISSUED is helped(ctx, signed_in(ctx, where.team["second.owner"]), where.jonas).state
    assert console.member_recover(ctx, where.jonas.username).link
    where.world.advance(DAY)
    assert State.ISSUED is helped(ctx, signed_in(ctx, where.team.owner), where.jonas).state


def test_an_alarm_holds_nobody_back(ctx: Context, where: Where) -> None:
    helped(ctx, where.nora, where.jonas)
    use_lost_one(ctx, where)
    assert State.ISSUED is helped(ctx, where.nora, where.jonas).state


# Taking back


def test_taking_back_is_possible_whatever_holds_help_back(ctx: Context, where: Where) -> None:
    helped(ctx, where.nora, where.jonas)
    changed(ctx, where.jonas, email_changed_at=where.world.now(), status=Status.DEACTIVATED)
    take_back(ctx, where)
    assert State.CANCELLED is case_of(ctx, where.jonas).state


def test_nobody_takes_back_what_was_handed_to_themselves(ctx: Context, team: Team, nora: Browser) -> None:
    second = signed_in(ctx, team["second.owner"])
    helped(ctx, second, team.owner, Delivery.LINK)
    refused = refusal(lambda: recover.take_back(ctx, again(ctx, nora), team.owner.id))
    assert (NotAllowed, "oneself") == (type(refused), refused.reason)


def test_there_is_nothing_to_take_back_twice(ctx: Context, where: Where) -> None:
    helped(ctx, where.nora, where.jonas)
    take_back(ctx, where)
    assert NotFound is type(refusal(lambda: take_back(ctx, where)))


# The forced change may be begun again


def test_redeeming_again_ends_the_earlier_one_and_says_so(ctx: Context, where: Where) -> None:
    helped(ctx, where.nora, where.jonas)
    first = redeemed(ctx, where.jonas)
    where.world.advance(MINUTE)
    second = redeemed(ctx, where.jonas)
    assert (None, True) == (again(ctx, first).session, rotate.began_again(second))
    assert not rotate.began_again(first)
    found = [one.data for one in entries(ctx, where.team.account.id) if one.tag == CASE + "redeemed"]
    assert [False, True] == [one["again"] for one in found]
    assert ["rotate"] == scopes(ctx, where.jonas)


def test_redeeming_again_asks_for_a_fresh_code(ctx: Context, where: Where) -> None:
    helped(ctx, where.nora, where.jonas)
    code = temporary_code(ctx, where.jonas)
    redeemed(ctx, where.jonas)
    refused = refusal(lambda: answer(ctx, half(ctx, where.jonas), code))
    assert "already_used" == refused.reason


@pytest.mark.parametrize("delivery", HANDED)
def test_the_change_lives_thirty_minutes_from_the_first_time_and_is_never_extended(
    ctx: Context, where: Where, delivery: Delivery
) -> None:
    handed = hand(ctx, where.nora, where.jonas, delivery)
    begun = where.world.now()
    use(ctx, where.jonas, handed)
    where.world.advance(29 * MINUTE)
    fresh = handed if handed.token else Handed(code=temporary_code(ctx, where.jonas))
    use(ctx, where.jonas, fresh)
    assert begun + 30 * MINUTE == case_of(ctx, where.jonas).expires_at
    where.world.advance(MINUTE)
    assert State.ROTATING is case_of(ctx, where.jonas).state
    answer(ctx, half(ctx, where.jonas), code_of(ctx, where.jonas))
    assert State.EXPIRED is case_of(ctx, where.jonas).state


def test_an_owner_may_hand_over_afresh_while_the_change_runs(ctx: Context, where: Where) -> None:
    helped(ctx, where.nora, where.jonas)
    browser = redeemed(ctx, where.jonas)
    fresh = helped(ctx, where.nora, where.jonas)
    assert (State.ISSUED, None) == (fresh.state, again(ctx, browser).session)
    assert [
        "opened",
        "allowed",
        "issued",
        "redeemed",
        "cancelled",
        "opened",
        "allowed",
        "issued",
    ] == case_tags(ctx, where.team)


def test_a_use_from_the_helper_s_own_browser_is_recorded(ctx: Context, where: Where) -> None:
    desk = replace(SOMEBODY, browser="the helper's desk")
    nora = signed_in(ctx, where.team.owner, visitor=desk)
    helped(ctx, nora, where.jonas)
    redeemed(ctx, where.jonas, desk)
    where.world.advance(MINUTE)
    redeemed(ctx, where.jonas, replace(SOMEBODY, browser="his own"))
    found = [one.data for one in entries(ctx, where.team.account.id) if one.tag == CASE + "redeemed"]
    assert [True, False] == [one["from_helpers_browser"] for one in found]


# The budget of temporary secrets


def test_fifty_wrong_codes_close_temporary_secrets_and_the_owners_are_told(
    ctx: Context, where: Where
) -> None:
    helped(ctx, where.nora, where.jonas)
    for _ in range(50):
        helped(ctx, signed_in(ctx, where.team.owner), where.jonas)
        refusal(lambda: answer(ctx, half(ctx, where.jonas), wrong_code(ctx, where.jonas)))
        where.world.advance(HOUR)
    owner = signed_in(ctx, where.team.owner)
    refused = refusal(lambda: helped(ctx, owner, where.jonas))
    assert (NotAllowed, "budget") == (type(refused), refused.reason)
    assert ["temporary_budget_closed"] * 2 == [one.kind for one in letters(ctx, "temporary_budget_closed")]
    assert 1 == case_tags(ctx, where.team).count("budget_closed")
    handed = hand(ctx, owner, where.jonas, Delivery.LINK)
    started = setup.accept_lost(ctx, SOMEBODY, handed.token, PASSWORD)
    changes_all(ctx, opened(ctx, SOMEBODY, started.token))
    assert State.ISSUED is helped(ctx, owner, where.jonas).state


# The present secret


def test_the_present_secret_is_shown_marked_and_opens_only_the_forced_change(
    ctx: Context, where: Where
) -> None:
    helped(ctx, where.nora, where.jonas, Delivery.CURRENT)
    shown = recover.view(ctx, where.nora, where.jonas.id, "page")
    outcome = answer(ctx, half(ctx, where.jonas), shows(ctx, shown.secret))
    assert (True, Standing.EXPOSED) == (shown.is_current, standings(ctx, where.jonas)["totp"])
    assert Scope.ROTATE is outcome.started.session.scope
    assert 1 == tags(ctx, where.team.account.id).count("member:authenticator:exposed")


@pytest.mark.parametrize(
    "end",
    [one for one in ENDS if one.act is not use_lost_one],
    ids=lambda end: end.ending.value,
)
def test_a_present_secret_that_was_shown_is_dead_with_its_case(ctx: Context, where: Where, end: End) -> None:
    helped(ctx, where.nora, where.jonas, Delivery.CURRENT)
    end.act(ctx, where)
    assert (end.ending, Standing.DISABLED) == (
        case_of(ctx, where.jonas).ending,
        standings(ctx, where.jonas)["totp"],
    )


def test_a_present_secret_that_was_shown_never_comes_back_by_a_temporary_one(
    ctx: Context, where: Where
) -> None:
    helped(ctx, where.nora, where.jonas, Delivery.CURRENT)
    helped(ctx, where.nora, where.jonas, Delivery.SCREEN)
    take_back(ctx, where)
    assert Standing.SUSPENDED is standings(ctx, where.jonas)["totp"]


def test_there_must_be_a_present_secret(ctx: Context, where: Where) -> None:
    stands(ctx, where.jonas, "totp", Standing.SUSPENDED)
    refused = refusal(lambda: helped(ctx, where.nora, where.jonas, Delivery.CURRENT))
    assert (Conflict, "no_secret") == (type(refused), refused.reason)


# Others are told


@pytest.mark.parametrize("name", ["ivana.admin", "luca.auditor", "second.owner"])
def test_help_for_somebody_with_rights_is_told_to_all_owners(
    ctx: Context, team: Team, nora: Browser, name: str
) -> None:
    helped(ctx, nora, team[name], Delivery.LINK)
    owners = {team.owner.email, team["second.owner"].email} - {team[name].email}
    assert owners == {one.to for one in letters(ctx, "recovery_opened_owners")}


def test_the_case_keeps_who_how_and_when(
    ctx: Context, nora: Browser, jonas: Member, world: FrozenWorld
) -> None:
    case: Case = helped(ctx, nora, jonas, how=How.VIDEO)
    assert nora.member is not None
    assert ("owner_issues", nora.member.id, How.VIDEO, world.now()) == (
        case.method,
        case.opened_by,
        case.how,
        case.opened_at,
    )
    assert Status.ACTIVE is reloaded(ctx, jonas).status
