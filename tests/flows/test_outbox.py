"""Letters are sent once, nothing is lost while the mail server is away, and what was sent is erased."""

import threading
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select, update

from sparekey.adapters.mail import MailSettings, Security
from sparekey.core.people import Member
from sparekey.flows._work import Work, unit
from sparekey.flows.background.loop import Background
from sparekey.flows.background.outbox import DELAYS, Sender
from sparekey.flows.background.worker import LEASE
from sparekey.flows.context import Context, Visitor
from sparekey.store import figures, queue
from sparekey.store.schema import outbox
from tests.infra.smtp import Behaviour, SmtpSink
from tests.people import Team, account, entries, letters
from tests.world import FrozenWorld

KIND = "reset_done"


@pytest.fixture
def ctx(ctx: Context, smtp: SmtpSink) -> Context:
    return replace(ctx, mail=MailSettings(smtp.host, smtp.port, "id@example.com", "Sparekey", Security.NONE))


@pytest.fixture
def team(ctx: Context) -> Team:
    return account(ctx)


@pytest.fixture
def jonas(team: Team) -> Member:
    return team["jonas.frei"]


def post(ctx: Context, to: Member, kind: str = KIND, **facts: Any) -> None:
    known = {"helper": "Nora Keller", "checked": "person", "place": "Firefox", "done_at": ctx.moment().at}
    unit(ctx, Visitor(), ctx.moment(), lambda work: work.send(to, kind, **(facts or known)))


def waiting(ctx: Context) -> int:
    return ctx.db.read(figures.letters_by_state).get("waiting", 0)


def troubled(ctx: Context, who: Member) -> Any:
    """The row of the one letter that makes trouble."""
    wanted = select(outbox).where(outbox.c.account_id == who.account_id, outbox.c.trouble.is_not(None))
    return ctx.db.read(lambda conn: conn.execute(wanted).one())


def test_a_letter_arrives_with_what_stands_around_it(ctx: Context, smtp: SmtpSink, jonas: Member) -> None:
    post(ctx, jonas)
    Sender(ctx).run_once()
    text = smtp.sent_to(jonas.email)[0].text
    around = ("Hello Jonas", "Team of nora.keller", "whoever runs id.example", "12:00", "id.example")
    assert [] == [words for words in around if words not in text]


@pytest.mark.parametrize(
    ("helper", "said"),
    [("Nora Keller", "ask whoever runs id.example"), ("Ida Roth", "ask your account owners: Nora Keller")],
)
def test_a_notice_names_nobody_to_ask_whom_it_is_about(
    ctx: Context, smtp: SmtpSink, jonas: Member, helper: str, said: str
) -> None:
    post(ctx, jonas, helper=helper, checked="person", place="Firefox", done_at=ctx.moment().at)
    Sender(ctx).run_once()
    assert said in smtp.sent_to(jonas.email)[0].text


def test_an_invitation_names_its_sender_to_ask(ctx: Context, smtp: SmtpSink, jonas: Member) -> None:
    until = ctx.moment().at
    link = "https://id.example/setup/1"
    post(ctx, jonas, "invitation", helper="Nora Keller", username="jonas.frei", link=link, expires_at=until)
    Sender(ctx).run_once()
    assert "your account owners: Nora Keller" in smtp.sent_to(jonas.email)[0].text


def test_facts_that_a_kind_does_not_ask_for_are_left_out(ctx: Context, smtp: SmtpSink, jonas: Member) -> None:
    post(ctx, jonas, "signup_link", link="https://id.example/1", expires_at=ctx.moment().at, more="x")
    Sender(ctx).run_once()
    assert 1 == len(smtp.sent_to(jonas.email))


def test_an_owner_is_not_told_to_ask_themselves(ctx: Context, smtp: SmtpSink, team: Team) -> None:
    post(ctx, team.owner)
    Sender(ctx).run_once()
    assert "whoever runs id.example" in smtp.sent_to(team.owner.email)[0].text


def test_what_was_sent_is_erased(ctx: Context, jonas: Member) -> None:
    post(ctx, jonas)
    Sender(ctx).run_once()
    row = ctx.db.read(lambda conn: conn.execute(select(outbox)).one())
    assert ("sent", None) == (row.state, row.sealed)


def test_what_was_sent_is_on_the_chain(ctx: Context, jonas: Member) -> None:
    post(ctx, jonas)
    Sender(ctx).run_once()
    last = entries(ctx, jonas.account_id)[-1]
    assert ("notice:mail:sent", jonas.id, {"kind": KIND}) == (last.tag, last.subject, last.data)


def test_a_refused_address_is_given_up_at_once(ctx: Context, smtp: SmtpSink, jonas: Member) -> None:
    smtp.behaviour = Behaviour.REJECT
    post(ctx, jonas)
    Sender(ctx).run_once()
    last = entries(ctx, jonas.account_id)[-1]
    found = troubled(ctx, jonas)
    assert ("failed", None, True) == (found.state, found.sealed, last.data["is_final"])


def test_a_mail_server_away_for_an_hour_loses_nothing(
    ctx: Context, world: FrozenWorld, smtp: SmtpSink, jonas: Member
) -> None:
    sender = Sender(ctx)
    smtp.behaviour = Behaviour.DROP
    post(ctx, jonas)
    for _ in range(60):
        sender.run_once()
        world.advance(timedelta(minutes=1))
    smtp.behaviour = Behaviour.ACCEPT
    world.advance(timedelta(hours=1))
    sender.run_once()
    assert 1 == len(smtp.sent_to(jonas.email))


def test_only_the_first_failure_and_the_end_are_on_the_chain(
    ctx: Context, world: FrozenWorld, smtp: SmtpSink, jonas: Member
) -> None:
    sender = Sender(ctx)
    smtp.behaviour = Behaviour.BUSY
    post(ctx, jonas)
    for delay in (*DELAYS, DELAYS[-1]):
        sender.run_once()
        world.advance(delay)
    failed = [one for one in entries(ctx, jonas.account_id) if one.tag == "notice:mail:failed"]
    assert ([False, True], 0) == ([one.data["is_final"] for one in failed], waiting(ctx))


def test_trying_goes_on_for_a_day() -> None:
    total = sum(DELAYS, timedelta())
    assert timedelta(hours=23) < total < timedelta(hours=25)


def test_a_letter_is_not_tried_before_it_is_due_again(
    ctx: Context, world: FrozenWorld, smtp: SmtpSink, jonas: Member
) -> None:
    sender = Sender(ctx)
    smtp.behaviour = Behaviour.BUSY
    post(ctx, jonas)
    sender.run_once()
    world.advance(timedelta(seconds=29))
    assert 0 == sender.run_once()


def test_a_crash_before_marking_repeats_the_letter_under_its_message_id(
    ctx: Context, smtp: SmtpSink, jonas: Member
) -> None:
    post(ctx, jonas)
    before = ctx.db.read(lambda conn: dict(conn.execute(select(outbox)).one()._mapping))
    sender = Sender(ctx)
    sender.run_once()
    ctx.db.write(lambda conn: conn.execute(update(outbox).values(before)))
    sender.run_once()
    one, other = smtp.sent_to(jonas.email)
    assert one.message["Message-ID"] == other.message["Message-ID"]


def test_a_crashed_sender_holds_a_letter_for_a_minute(
    ctx: Context, world: FrozenWorld, jonas: Member
) -> None:
    sender = Sender(ctx)
    post(ctx, jonas)
    ctx.db.write(lambda conn: queue.claim(conn, world.now(), LEASE, 1))
    before = sender.run_once()
    world.advance(timedelta(seconds=61))
    assert (0, 1) == (before, sender.run_once())


def test_without_mail_settings_letters_wait(ctx: Context, jonas: Member) -> None:
    post(ctx, jonas)
    Sender(replace(ctx, mail=None)).run_once()
    assert 1 == waiting(ctx)


def test_a_demo_keeps_its_letters_readable_and_sends_none(
    ctx: Context, smtp: SmtpSink, jonas: Member
) -> None:
    sender = Sender(replace(ctx, site=replace(ctx.site, is_demo=True)))
    post(ctx, jonas)
    sender.run_once()
    assert ([jonas.email], [], 0) == ([one.to for one in sender.delivered], smtp.messages, waiting(ctx))


def test_a_letter_that_cannot_be_written_is_tried_again(ctx: Context, jonas: Member) -> None:
    post(ctx, jonas, KIND, helper="Nora Keller")
    Sender(ctx).run_once()
    assert "waiting" == troubled(ctx, jonas).state


def test_one_that_fails_holds_up_no_other(ctx: Context, smtp: SmtpSink, jonas: Member, team: Team) -> None:
    post(ctx, jonas, KIND, helper="Nora Keller")
    post(ctx, team.owner)
    Sender(ctx).run_once()
    assert 1 == len(smtp.wait_for(1, team.owner.email))


def test_the_thread_sends_what_is_posted_while_it_sleeps(ctx: Context, smtp: SmtpSink, jonas: Member) -> None:
    sender = Sender(ctx)
    sender.start()
    try:
        post(ctx, jonas)
        sender.wake()
        assert 1 == len(smtp.wait_for(1, jonas.email))
    finally:
        sender.stop()
    assert "outbox" not in {thread.name for thread in threading.enumerate()}


def test_what_is_posted_wakes_the_sender(ctx: Context, jonas: Member) -> None:
    woken: list[bool] = []
    post(replace(ctx, wake=lambda: woken.append(True)), jonas)
    assert [True] == woken


def test_a_failure_is_logged_and_the_thread_goes_on(caplog: pytest.LogCaptureFixture) -> None:
    runs: list[int] = []
    is_done = threading.Event()

    def work() -> float:
        runs.append(1)
        if len(runs) == 1:
            raise OSError("the disk is away")
        is_done.set()
        return 60

    background = Background("clock", work)
    background.start()
    background.wake()
    went_on = is_done.wait(15)
    background.stop()
    assert (True, ["clock failed and goes on in 10 seconds"]) == (went_on, caplog.messages)


def test_a_code_goes_before_the_letters_that_wait(
    ctx: Context, smtp: SmtpSink, team: Team, jonas: Member
) -> None:
    """A hundred invitations, or what piled up while the mail server was away."""
    for _ in range(3):
        post(ctx, team.owner)
    post(ctx, jonas, "email_code", code="482913", ends_at=ctx.moment().at + timedelta(minutes=10))
    Sender(ctx).run_once()
    assert jonas.email == smtp.messages[0].recipients[0]


def test_two_letters_of_one_kind_in_one_unit_are_two(ctx: Context, jonas: Member) -> None:
    def both(work: Work) -> None:
        work.send(jonas, "way_removed", removed_at=work.now, way="code", called="Old phone")
        work.send(jonas, "way_removed", removed_at=work.now, way="code", called="Tablet")

    unit(ctx, Visitor(), ctx.moment(), both)
    told = letters(ctx, "way_removed")
    assert ["Old phone", "Tablet"] == sorted(str(one.facts["called"]) for one in told)
    assert 2 == len({one.facts["stop_link"] for one in told})
