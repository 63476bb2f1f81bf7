"""The first step: one sentence and one price for every failure, and how many there may be."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta

import pytest

from sparekey.core.contract import Answer
from sparekey.core.people import Member, Policy, Status
from sparekey.core.proofs import Aal, assurance
from sparekey.core.sessions import Scope
from sparekey.core.sign_in import Prove, SignedIn
from sparekey.core.throttle import SOURCE_RATES, Rate
from sparekey.errors import Busy, NotSignedIn, SparekeyError, TooManyTries, WrongProof
from sparekey.flows import _staging, sign_in
from sparekey.flows._ways import about
from sparekey.flows._work import unit
from sparekey.flows.context import Context, Visitor
from sparekey.flows.own.replacing import put_password
from sparekey.store import people, queue
from tests.flows.conftest import statements
from tests.flows.steps import CountingPool, answer, everything, half, refusal, wrong_code
from tests.people import (
    PASSWORD,
    SOMEBODY,
    Team,
    account,
    changed,
    code_of,
    entries,
    letters,
    opened,
    renamed,
    signed_in,
    signs_in,
    tags,
    with_backup_codes,
    without,
)
from tests.world import FrozenWorld

WAITS = [30, 60, 120, 240, 480, 960, 1920, 3600, 3600]
NAMES = ("jonas.frei", "jonas.frei@example.com", "nobody.here", "new.face", "bare.face", "gone.away")


@pytest.fixture
def team(ctx: Context) -> Team:
    """Besides the owner and Jonas: one invited without a password, one with, and one deactivated."""
    made = account(ctx, staff=["jonas.frei", "new.face", "bare.face", "gone.away"])
    without(ctx, made["bare.face"], "password")
    for name in ("new.face", "bare.face"):
        changed(ctx, made[name], status=Status.INVITED)
    changed(ctx, made["gone.away"], status=Status.DEACTIVATED)
    return made


@pytest.fixture
def jonas(team: Team) -> Member:
    return team["jonas.frei"]


@pytest.fixture
def counting(ctx: Context) -> Iterator[Context]:
    pool = CountingPool()
    yield replace(ctx, pool=pool)
    pool.close()


def begin(
    ctx: Context, name: str, password: str = "not the password", source: str = "203.0.113.7"
) -> SparekeyError:
    return refusal(lambda: sign_in.begin(ctx, replace(SOMEBODY, source=source), name, password))


def test_password_and_code_make_a_session_of_two_factors(ctx: Context, team: Team, jonas: Member) -> None:
    first = sign_in.begin(ctx, SOMEBODY, "jonas.frei", PASSWORD)
    second = answer(ctx, opened(ctx, SOMEBODY, first.started.token), code_of(ctx, jonas))
    assert (Scope.HALF, Prove((Answer.CODE,))) == (first.started.session.scope, first.decision)
    assert isinstance(second.decision, SignedIn)
    assert (Scope.FULL, Aal.AAL2) == (second.started.session.scope, worth(second))
    expected = ["member:password:proved", "member:second_factor:proved", "member:session:started"]
    assert expected == tags(ctx, team.account.id)


@pytest.mark.parametrize("name", ["Jonas.Frei", "  jonas.frei\n", "JONAS.FREI@EXAMPLE.COM", "ｊonas.frei"])
def test_a_name_may_be_typed_in_any_case_and_with_spaces(ctx: Context, team: Team, name: str) -> None:
    assert Scope.HALF is sign_in.begin(ctx, SOMEBODY, name, PASSWORD).started.session.scope


def test_a_password_alone_opens_nothing(ctx: Context, jonas: Member) -> None:
    assert half(ctx, jonas).session is not None
    assert NotSignedIn is type(refusal(lambda: sign_in.demand_half(SOMEBODY)))


@pytest.mark.parametrize("name", NAMES)
def test_every_failure_looks_alike(ctx: Context, team: Team, name: str) -> None:
    """Also with the right password, for whoever was deactivated or is invited."""
    password = PASSWORD if name in ("new.face", "gone.away") else "not the password"
    failed = begin(ctx, name, password)
    expected = ("wrong_proof", "", WrongProof.sentence, {"tries_left": None})
    assert expected == (failed.code, failed.reason, failed.sentence, failed.facts)


def worth(outcome: sign_in.Outcome) -> Aal:
    return assurance(outcome.started.session.proofs).aal


def renewed(ctx: Context, who: Member, password: str) -> None:
    """The person has another password, however they got there."""
    account_of = ctx.db.read(lambda conn: people.account(conn, who.account_id))
    made = _staging.make_password(ctx, about(account_of, who), password, None, ctx.moment())
    unit(ctx, SOMEBODY, ctx.moment(), lambda work: put_password(work, who, made, "forgotten"))


def test_every_failure_costs_the_same_hash_and_the_same_statements(
    ctx: Context, counting: Context, team: Team
) -> None:
    costs = {}
    for name in NAMES:
        with statements(ctx) as sent:
            before = counting.pool.runs  # type: ignore[attr-defined]
            begin(counting, name, source=name)
            costs[name] = (counting.pool.runs - before, tuple(sent))  # type: ignore[attr-defined]
    hashes, texts = costs["jonas.frei"]
    again = {name: cost for name, cost in costs.items() if name != "jonas.frei@example.com"}
    assert 1 == hashes
    assert dict.fromkeys(again, (hashes, texts)) == again


def test_a_second_failure_costs_the_same_for_known_and_unknown_names(ctx: Context, team: Team) -> None:
    costs = {}
    for name in ("jonas.frei", "nobody.here"):
        begin(ctx, name, source=name)
        with statements(ctx) as sent:
            begin(ctx, name, source=name)
        costs[name] = tuple(sent)
    assert costs["jonas.frei"] == costs["nobody.here"]


@pytest.mark.parametrize("name", ["jonas.frei", "nobody.here", "new.face", "gone.away"])
def test_four_failures_are_free_then_the_waits_grow(
    ctx: Context, team: Team, world: FrozenWorld, name: str
) -> None:
    told = [begin(ctx, name).facts["tries_left"] for _ in range(5)]
    waits = []
    for wait in WAITS:
        refused = begin(ctx, name)
        assert isinstance(refused, TooManyTries)
        waits.append((refused.until - world.now()).total_seconds())
        world.advance(timedelta(seconds=wait))
        begin(ctx, name)
    assert [None, None, 2, 1, None] == told
    assert WAITS == waits


def test_the_right_password_does_not_count_while_waiting(ctx: Context, team: Team) -> None:
    for _ in range(5):
        begin(ctx, "jonas.frei")
    assert TooManyTries is type(begin(ctx, "jonas.frei", PASSWORD))


@pytest.mark.parametrize(
    "names", [("jonas.frei", "jonas.frei@example.com"), ("nobody.here", "nobody@example.com")]
)
def test_no_count_tells_that_two_names_are_one_persons(
    ctx: Context, team: Team, names: tuple[str, str]
) -> None:
    """What five tries of the one name show leaves what the other name shows as it was."""
    first, second = names
    for _ in range(6):
        begin(ctx, first)
    seen = [begin(ctx, second) for _ in range(6)]
    told = [one.facts.get("tries_left") for one in seen]
    assert [None, None, 2, 1, None, None] == told
    assert ["wrong_proof"] * 5 + ["too_many_tries"] == [one.code for one in seen]


def test_whatever_names_it_is_tried_under_a_password_has_one_limit(
    ctx: Context, team: Team, world: FrozenWorld
) -> None:
    """While it waits the right one is as wrong as any other, so that nobody learns that it is right."""
    for name in ("jonas.frei", "jonas.frei@example.com") * 2:
        begin(ctx, name)
    begin(ctx, "JONAS.FREI")
    right = begin(ctx, "jonas.frei@example.com", PASSWORD)
    wrong = begin(ctx, "nora.keller")
    world.advance(timedelta(seconds=30))
    after = sign_in.begin(ctx, SOMEBODY, "jonas.frei@example.com", PASSWORD)
    assert ("wrong_proof", wrong.sentence, {"tries_left": 2}) == (right.code, right.sentence, right.facts)
    assert Scope.HALF is after.started.session.scope


def test_a_name_whose_password_waits_costs_the_same_as_any_other(
    ctx: Context, counting: Context, team: Team
) -> None:
    for _ in range(5):
        begin(ctx, "jonas.frei")
    costs = {}
    for name in ("jonas.frei@example.com", "nobody.here"):
        with statements(ctx) as sent:
            before = counting.pool.runs  # type: ignore[attr-defined]
            begin(counting, name, PASSWORD, source=name)
            costs[name] = (counting.pool.runs - before, tuple(sent))  # type: ignore[attr-defined]
    assert costs["jonas.frei@example.com"] == costs["nobody.here"]


def test_behind_a_new_password_all_counts_start_anew(ctx: Context, team: Team, jonas: Member) -> None:
    for name in ("jonas.frei", "jonas.frei@example.com"):
        for _ in range(6):
            begin(ctx, name)
    renewed(ctx, jonas, "seven yellow dogs bark")
    for name in ("jonas.frei", "jonas.frei@example.com"):
        outcome = sign_in.begin(ctx, SOMEBODY, name, "seven yellow dogs bark")
        assert Scope.HALF is outcome.started.session.scope


def test_a_password_is_never_disabled(ctx: Context, team: Team, world: FrozenWorld) -> None:
    for _ in range(60):
        begin(ctx, "jonas.frei")
        world.advance(timedelta(hours=1))
    assert Scope.HALF is sign_in.begin(ctx, SOMEBODY, "jonas.frei", PASSWORD).started.session.scope


def test_a_right_password_starts_its_own_count_anew_and_no_other(
    ctx: Context, team: Team, jonas: Member
) -> None:
    for _ in range(4):
        begin(ctx, "jonas.frei")
    browser = half(ctx, jonas)
    codes = [
        refusal(lambda: answer(ctx, browser, wrong_code(ctx, jonas))).facts["tries_left"] for _ in range(3)
    ]
    half(ctx, jonas)
    codes.append(refusal(lambda: answer(ctx, browser, wrong_code(ctx, jonas))).facts["tries_left"])
    assert [None, None, 2, 1] == codes
    assert {"tries_left": None} == begin(ctx, "jonas.frei").facts


def test_a_right_code_leaves_the_count_of_the_password_alone(ctx: Context, team: Team, jonas: Member) -> None:
    browser = half(ctx, jonas)
    for _ in range(3):
        begin(ctx, "jonas.frei")
    answer(ctx, browser, code_of(ctx, jonas))
    assert {"tries_left": 1} == begin(ctx, "jonas.frei").facts


def test_an_unknown_name_leaves_a_keyed_hash_and_nothing_else(ctx: Context, team: Team) -> None:
    """People type their password into the field for the name."""
    typed = "Correct-Horse-Battery-17"
    begin(ctx, typed)
    [entry] = [one for one in entries(ctx) if one.tag == "server:sign_in:unknown_name"]
    assert ["name_hash"] == list(entry.data)
    assert [] == [word for word in (typed, typed.lower(), "horse") if word in everything(ctx)]


def test_one_source_may_fail_sixty_times_then_every_ten_seconds(
    ctx: Context, team: Team, world: FrozenWorld
) -> None:
    failures = [begin(ctx, f"nobody.{number}").code for number in range(60)]
    refused = begin(ctx, "jonas.frei", PASSWORD)
    world.advance(timedelta(seconds=10))
    assert {"wrong_proof"} == set(failures)
    assert ("too_many_tries", "source") == (refused.code, refused.reason)
    assert ["wrong_proof", "too_many_tries"] == [begin(ctx, "nobody.61").code, begin(ctx, "nobody.62").code]


def test_a_source_that_used_up_its_hour_waits_too(ctx: Context, team: Team, world: FrozenWorld) -> None:
    now = world.now()
    rates = (Rate(10**6, timedelta(minutes=10)), SOURCE_RATES["1h"])
    for _ in range(300):
        ctx.db.write(lambda conn: queue.spend_source(conn, "203.0.113.7", now, rates))
    refused = begin(ctx, "jonas.frei", PASSWORD)
    assert isinstance(refused, TooManyTries)
    assert (timedelta(seconds=12), "source") == (refused.until - now, refused.reason)


def test_a_blocked_source_locks_nobody_else_out(ctx: Context, team: Team, jonas: Member) -> None:
    for number in range(61):
        begin(ctx, f"nobody.{number}")
    elsewhere = replace(SOMEBODY, source="198.51.100.4")
    assert half(ctx, jonas, elsewhere).member is not None


def test_right_answers_do_not_count_against_a_source(ctx: Context, team: Team, jonas: Member) -> None:
    for _ in range(70):
        half(ctx, jonas)
    assert WrongProof is type(begin(ctx, "nobody.here"))


def test_a_try_that_was_never_looked_at_is_given_back(ctx: Context, team: Team) -> None:
    """The machine is busy: nobody is locked out by that."""
    closed = CountingPool()
    closed.close()
    busy = [begin(replace(ctx, pool=closed), "jonas.frei", PASSWORD) for _ in range(6)]
    assert {Busy} == set(map(type, busy))
    assert Scope.HALF is sign_in.begin(ctx, SOMEBODY, "jonas.frei", PASSWORD).started.session.scope


def _deactivate(ctx: Context, who: Member) -> None:
    changed(ctx, who, status=Status.DEACTIVATED)


def _lose_password(ctx: Context, who: Member) -> None:
    without(ctx, who, "password")


@pytest.mark.parametrize("meanwhile", [_deactivate, _lose_password])
def test_a_password_counts_no_more_once_it_is_over(
    ctx: Context, team: Team, jonas: Member, meanwhile: Callable[[Context, Member], None]
) -> None:
    """Between the two steps the person was deactivated, or the password replaced."""
    browser = half(ctx, jonas)
    code = code_of(ctx, jonas)
    meanwhile(ctx, jonas)
    assert NotSignedIn is type(refusal(lambda: answer(ctx, browser, code)))


@pytest.mark.parametrize("meanwhile", [_deactivate, _lose_password])
def test_a_password_that_ends_while_it_is_hashed_is_wrong(
    ctx: Context, team: Team, jonas: Member, meanwhile: Callable[[Context, Member], None]
) -> None:
    class Slow(CountingPool):
        def run(self, work):  # type: ignore[no-untyped-def]
            found = super().run(work)
            meanwhile(ctx, jonas)
            return found

    pool = Slow()
    try:
        assert WrongProof is type(begin(replace(ctx, pool=pool), "jonas.frei", PASSWORD))
    finally:
        pool.close()


def test_a_half_finished_sign_in_lives_ten_minutes(ctx: Context, jonas: Member, world: FrozenWorld) -> None:
    browser = half(ctx, jonas)
    world.advance(timedelta(minutes=10))
    assert opened(ctx, SOMEBODY, browser.token).session is None


def test_a_browser_not_seen_before_is_told_by_mail_but_not_the_first_one(
    ctx: Context, jonas: Member, world: FrozenWorld
) -> None:
    first = signs_in(ctx, jonas, visitor=replace(SOMEBODY, browser="one"))
    for browser in (first.browser, "two"):
        world.advance(timedelta(minutes=1))
        signs_in(ctx, jonas, visitor=replace(SOMEBODY, browser=browser))
    assert ["new_device"] == [one.kind for one in letters(ctx)]


def test_two_people_at_one_browser_both_stay_known_there(
    ctx: Context, team: Team, jonas: Member, world: FrozenWorld
) -> None:
    browser = "one"
    for who in (jonas, team.owner, jonas, team.owner):
        browser = signs_in(ctx, who, visitor=replace(SOMEBODY, browser=browser)).browser
        world.advance(timedelta(minutes=1))
    assert [] == letters(ctx)


def test_a_planted_cookie_becomes_no_remembered_browser(ctx: Context, world: FrozenWorld) -> None:
    """Somebody put a cookie that they know into the browser before the person signed in and was remembered."""
    team = account(ctx, policy=Policy(remember_days=30))
    jonas, planted = team["jonas.frei"], replace(SOMEBODY, browser="planted")
    started = answer(ctx, half(ctx, jonas, planted), code_of(ctx, jonas), remember=True).started
    elsewhere = sign_in.begin(ctx, planted, "jonas.frei", PASSWORD)
    at_home = sign_in.begin(ctx, renamed(ctx, planted, started), "jonas.frei", PASSWORD)
    assert (Scope.HALF, Scope.FULL) == (elsewhere.started.session.scope, at_home.started.session.scope)


def test_a_remembered_browser_skips_the_second_step_and_is_worth_one_factor(
    ctx: Context, world: FrozenWorld
) -> None:
    team = account(ctx, policy=Policy(remember_days=30))
    jonas, home = team["jonas.frei"], replace(SOMEBODY, browser="home")
    home = renamed(ctx, home, answer(ctx, half(ctx, jonas, home), code_of(ctx, jonas), remember=True).started)
    again = sign_in.begin(ctx, home, "jonas.frei", PASSWORD)
    world.advance(timedelta(days=30))
    too_late = sign_in.begin(ctx, renamed(ctx, home, again.started), "jonas.frei", PASSWORD)
    assert isinstance(again.decision, SignedIn)
    assert (Scope.FULL, Aal.AAL1) == (again.started.session.scope, worth(again))
    assert Scope.HALF is too_late.started.session.scope


def test_no_browser_is_remembered_where_the_policy_does_not_say_so(ctx: Context, jonas: Member) -> None:
    home = replace(SOMEBODY, browser="home")
    home = renamed(ctx, home, answer(ctx, half(ctx, jonas, home), code_of(ctx, jonas), remember=True).started)
    assert Scope.HALF is sign_in.begin(ctx, home, "jonas.frei", PASSWORD).started.session.scope


def test_the_options_are_what_the_person_has(ctx: Context, jonas: Member) -> None:
    with_backup_codes(ctx, jonas)
    browser = half(ctx, jonas)
    assert (Answer.CODE, Answer.BACKUP_CODE) == sign_in.options(ctx, browser)
    assert NotSignedIn is type(refusal(lambda: sign_in.options(ctx, signed_in(ctx, jonas))))


def test_a_visitor_without_a_session_proves_nothing(ctx: Context) -> None:
    assert NotSignedIn is type(refusal(lambda: answer(ctx, Visitor(), "123456")))
