"""People are taken over from another system, with what they have there: all of them, or nobody."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from sqlalchemy import Connection, select

from sparekey.core.contract import Answer
from sparekey.core.people import SERVER, Language, Member, MemberId, Role, Status, name_key
from sparekey.core.sign_in import Prove, SignedIn
from sparekey.core.throttle import ACCOUNT_MAIL_RATE, TAKEN_RATE
from sparekey.errors import NameTaken, NotAllowed, StepUpNeeded, TooManyTries
from sparekey.factors.totp import AppSecret, code_at
from sparekey.flows import _ways, sign_in, team
from sparekey.flows.console import CONSOLE
from sparekey.flows.context import Context
from sparekey.flows.joining.from_elsewhere import BadFile, Count, Into, check, steps, take_over
from sparekey.flows.joining.from_elsewhere.taking import MADE, taken
from sparekey.flows.team import Details
from sparekey.store import people as stored
from sparekey.store.schema import outbox
from tests.flows.moving.table import ALL, ANNA, BEN, DORA, EMIL, OLD_PASSWORD, Line, key_of, people
from tests.flows.steps import answer, half, refusal
from tests.people import SOMEBODY, Browser, Team, account, changed, letters, opened, signed_in, tags
from tests.world import FrozenWorld

COLLEAGUES = {"ivana.admin": Role.ADMIN, "luca.auditor": Role.AUDITOR, "second.owner": Role.OWNER}


@pytest.fixture
def crew(ctx: Context) -> Team:
    return account(ctx, others=COLLEAGUES)


@pytest.fixture
def nora(ctx: Context, crew: Team) -> Browser:
    """The owner, signed in just now."""
    return signed_in(ctx, crew.owner)


def takes(ctx: Context, who: Browser, *lines: Line) -> Count:
    return take_over(ctx, who, people(*lines), Into("csv"))


def found(ctx: Context, line: Line) -> Member | None:
    return ctx.db.read(lambda conn: stored.by_sign_in_name(conn, name_key(line.username)))


def shown(ctx: Context, username: str, **settings: object) -> str:
    """What the app shows that this person brought along."""
    return code_at(AppSecret(key_of(username), **settings), ctx.moment().at)  # type: ignore[arg-type]


def test_each_person_becomes_what_they_bring(ctx: Context, crew: Team, nora: Browser) -> None:
    assert Count(active=2, invited=2, deactivated=1, apps=4) == takes(ctx, nora, *ALL)
    members = [found(ctx, line) for line in ALL]
    assert [
        Status.ACTIVE, Status.INVITED, Status.INVITED, Status.DEACTIVATED, Status.ACTIVE,
    ] == [one and one.status for one in members]  # fmt: skip
    assert {(Role.STAFF, crew.account.id)} == {(one.role, one.account_id) for one in members if one}


def test_password_and_app_of_the_old_system_sign_in_here(ctx: Context, nora: Browser) -> None:
    takes(ctx, nora, ANNA)
    browser = opened(ctx, SOMEBODY, sign_in.begin(ctx, SOMEBODY, "anna.keller", OLD_PASSWORD).started.token)
    outcome = answer(ctx, browser, shown(ctx, "anna.keller"))
    assert isinstance(outcome.decision, SignedIn)


def test_the_old_hash_is_gone_after_the_first_right_password(ctx: Context, nora: Browser) -> None:
    takes(ctx, nora, ANNA)
    anna = found(ctx, ANNA)
    assert anna is not None
    half(ctx, anna, password=OLD_PASSWORD)
    had = ctx.db.read(lambda conn: _ways.ways(conn, anna.account_id, anna.id))
    kept = next(_ways.material(ctx, one.kept) for one in had if one.kept.kind == "password")
    assert (False, True) == (kept.is_foreign, kept.phc.startswith("$argon2id$"))


@pytest.mark.parametrize("settings", [{"algorithm": "sha256", "digits": 8, "period": 60}, {}])
def test_a_doubtful_app_is_what_its_first_code_says(
    ctx: Context, nora: Browser, settings: dict[str, object]
) -> None:
    takes(ctx, nora, EMIL)
    emil = found(ctx, EMIL)
    assert emil is not None
    answer(ctx, half(ctx, emil, password=OLD_PASSWORD), shown(ctx, "emil.wyss", **settings))
    had = ctx.db.read(lambda conn: _ways.ways(conn, emil.account_id, emil.id))
    kept = next(_ways.material(ctx, one.kept) for one in had if one.kept.kind == "totp")
    assert ((), settings.get("digits", 6)) == (kept.others, kept.digits)


def test_who_was_not_active_there_does_not_get_in(ctx: Context, nora: Browser) -> None:
    takes(ctx, nora, DORA)
    refused = refusal(lambda: sign_in.begin(ctx, SOMEBODY, "dora.lang", OLD_PASSWORD))
    assert "wrong_proof" == refused.code


def test_who_was_not_active_there_comes_back_with_what_they_had(ctx: Context, nora: Browser) -> None:
    takes(ctx, nora, DORA)
    team.reactivate(ctx, nora, "dora.lang")
    started = sign_in.begin(ctx, SOMEBODY, "dora.lang", OLD_PASSWORD)
    assert isinstance(started.decision, Prove)
    assert (Answer.CODE,) == started.decision.answers


def test_the_file_s_language_is_theirs_else_the_owner_s(ctx: Context, nora: Browser) -> None:
    takes(ctx, nora, ANNA, DORA)
    anna, dora = found(ctx, ANNA), found(ctx, DORA)
    assert anna is not None
    assert dora is not None
    assert (Language.EN, Language.DE) == (anna.language, dora.language)


def test_everybody_hears_of_it_but_who_stays_out(ctx: Context, nora: Browser) -> None:
    takes(ctx, nora, *ALL)
    sent = {(one.kind, one.to) for one in letters(ctx)}
    assert {
        ("imported", "anna.keller@old.example"),
        ("imported", "emil.wyss@old.example"),
        ("invitation", "ben.ott@old.example"),
        ("invitation", "cleo.vogt@old.example"),
        ("people_imported", "second.owner@example.com"),
    } == sent
    facts = letters(ctx, "imported")[0].facts
    assert ("password,code", "Nora Keller") == (facts["way"], facts["by"])


def test_by_a_command_all_owners_hear_of_it_and_both_chains(ctx: Context, crew: Team) -> None:
    take_over(ctx, CONSOLE, people(*ALL), Into("keycloak", crew.account, Language.DE))
    owners = {one.to for one in letters(ctx, "people_imported")}
    assert {"nora.keller@example.com", "second.owner@example.com"} == owners
    assert "server:console:used" in tags(ctx, SERVER)
    anna = found(ctx, ANNA)
    assert anna is not None
    assert Language.DE is anna.language


def test_each_person_and_each_way_in_is_on_the_chain(ctx: Context, crew: Team, nora: Browser) -> None:
    takes(ctx, nora, ANNA, BEN)
    told = tags(ctx, crew.account.id)
    assert [
        "account:member:added",
        "member:authenticator:enrolled",
        "member:authenticator:enrolled",
        "account:member:added",
        "member:authenticator:enrolled",
        "member:link:sent",
        "account:people:imported",
    ] == told[-7:]


@pytest.mark.parametrize("username", ["ivana.admin", "luca.auditor", "jonas.frei"])
def test_only_owners_take_people_over(ctx: Context, crew: Team, username: str) -> None:
    browser = signed_in(ctx, crew[username])
    assert isinstance(refusal(lambda: takes(ctx, browser, ANNA)), NotAllowed)
    assert found(ctx, ANNA) is None


def test_and_only_after_confirming(ctx: Context, nora: Browser, world: FrozenWorld) -> None:
    world.advance(timedelta(minutes=6))
    assert isinstance(refusal(lambda: takes(ctx, nora, ANNA)), StepUpNeeded)


def lines_of(act: Callable[[], object]) -> list[tuple[int, str]]:
    with pytest.raises(BadFile) as refused:
        act()
    return [(one.place.line, one.code) for one in refused.value.lines]


TAKEN = [
    (Line("jonas.frei"), "username_taken"),
    (Line("fritz", email="JONAS.FREI@example.com"), "email_taken"),
    (Line("fritz", email=""), "email_missing"),
]


@pytest.mark.parametrize(("line", "code"), TAKEN, ids=["username", "address", "no address"])
def test_one_wrong_line_and_nobody_is_taken_over(ctx: Context, nora: Browser, line: Line, code: str) -> None:
    assert [(3, code)] == lines_of(lambda: takes(ctx, nora, ANNA, line, BEN))
    assert (None, None, []) == (found(ctx, ANNA), found(ctx, BEN), letters(ctx))


def test_looking_tells_the_same_and_changes_nothing(ctx: Context, nora: Browser) -> None:
    wrong = people(ANNA, TAKEN[0][0])
    assert [(3, "username_taken")] == lines_of(lambda: check(ctx, nora, wrong, Into("csv")))
    assert Count(2, 2, 1, 4) == check(ctx, nora, people(*ALL), Into("csv"))
    assert None is found(ctx, ANNA)


def test_names_of_other_accounts_are_told_so_often_an_hour(ctx: Context, nora: Browser) -> None:
    many = [f"other.{number}" for number in range(TAKEN_RATE.burst + 5)]
    account(ctx, "other.owner", many)
    asked = people(*(Line(name) for name in many))
    assert TAKEN_RATE.burst == len(lines_of(lambda: check(ctx, nora, asked, Into("csv"))))
    assert isinstance(refusal(lambda: check(ctx, nora, people(ANNA), Into("csv"))), TooManyTries)
    assert isinstance(refusal(lambda: check(ctx, nora, asked, Into("csv"))), TooManyTries)


def test_whoever_runs_the_server_hears_of_every_name(ctx: Context, crew: Team) -> None:
    many = [f"other.{number}" for number in range(TAKEN_RATE.burst + 5)]
    account(ctx, "other.owner", many)
    asked = people(*(Line(name) for name in many))
    assert len(many) == len(lines_of(lambda: check(ctx, CONSOLE, asked, Into("csv", crew.account))))


def test_from_a_page_no_more_letters_go_out_than_otherwise(ctx: Context, nora: Browser) -> None:
    too_many = [Line(f"new.{number}", has_app=False) for number in range(ACCOUNT_MAIL_RATE.burst + 1)]
    refused = refusal(lambda: takes(ctx, nora, *too_many))
    assert ("team_mails", None) == (refused.reason, found(ctx, too_many[0]))
    takes(ctx, nora, *too_many[1:])
    assert (
        "team_mails" == refusal(lambda: team.add_member(ctx, nora, Details("A", "a", "a@b.example"))).reason
    )


def test_letters_of_many_people_leave_room_for_others(ctx: Context, crew: Team) -> None:
    many = people(*(Line(f"new.{number}", has_app=False) for number in range(700)))
    done: list[int] = []
    take_over(ctx, CONSOLE, many, Into("csv", crew.account), done.append)
    due = ctx.db.read(_due)
    assert timedelta(seconds=69.9) == max(due) - min(due)
    assert [1500, 2100, 3600, 4200, 5200, steps(700)] == done  # rows made, then written, then the chain


def test_others_write_while_the_rows_are_made(ctx: Context, crew: Team, nora: Browser) -> None:
    """On SQLite too, where one writes at a time; and who takes them over is asked again afterwards."""
    found_ones = people(ANNA, BEN)

    def demote(done: int) -> None:
        if done == 2 * MADE:
            changed(ctx, crew.owner, role=Role.STAFF)

    refused = refusal(lambda: take_over(ctx, nora, found_ones, Into("csv"), demote))
    assert (NotAllowed, None) == (type(refused), found(ctx, ANNA))


def _due(conn: Connection) -> list[datetime]:
    wanted = select(outbox.c.due_at).where(outbox.c.kind == "invitation")
    return list(conn.execute(wanted).scalars())


def test_a_name_that_is_taken_between_looking_and_writing_is_a_conflict() -> None:
    """On PostgreSQL another unit may be faster; the names themselves are unique in the database."""

    def take() -> Count:
        raise NameTaken("username")

    assert "stale" == refusal(lambda: taken(take)).reason


def test_the_database_keeps_names_unique(ctx: Context, crew: Team) -> None:
    twice = stored.Listed(replace(crew.owner, id=MemberId("mem_other")), "safe", "")
    with pytest.raises(NameTaken):
        ctx.db.write(lambda conn: stored.add_members(conn, [twice]))


def test_tries_of_a_name_before_it_was_somebody_s_do_not_count(ctx: Context, nora: Browser) -> None:
    for _ in range(5):
        refusal(lambda: sign_in.begin(ctx, SOMEBODY, "anna.keller", "guess guess guess"))
    takes(ctx, nora, ANNA)
    outcome = sign_in.begin(ctx, SOMEBODY, "anna.keller", OLD_PASSWORD)
    assert isinstance(outcome.decision, Prove)


def test_the_clock_of_the_review_starts_with_the_taking_over_of_who_is_in_at_once(
    ctx: Context, nora: Browser, world: FrozenWorld
) -> None:
    takes(ctx, nora, ANNA, BEN)
    reviewed = [one and one.reviewed_at for one in (found(ctx, ANNA), found(ctx, BEN))]
    assert [world.now(), None] == reviewed
