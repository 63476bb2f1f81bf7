"""Letters are sent once, nothing is lost while the mail server is away, and what was sent is erased."""

import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import select, update

from sparekey.core.people import Member
from sparekey.flows.outbox import DELAYS, LEASE, Sender
from sparekey.store import queue
from sparekey.store.schema import outbox
from tests.flows.small_server import SmallServer, small_server
from tests.infra.smtp import Behaviour, SmtpSink, smtp_sink

KIND = "reset_done"


@pytest.fixture(scope="module")
def running_sink() -> Iterator[SmtpSink]:
    with smtp_sink() as sink:
        yield sink


@pytest.fixture
def sink(running_sink: SmtpSink) -> SmtpSink:
    running_sink.behaviour = Behaviour.ACCEPT
    running_sink.messages.clear()
    return running_sink


@pytest.fixture
def server(tmp_path: Path, sink: SmtpSink) -> Iterator[SmallServer]:
    with small_server(tmp_path, mail_port=sink.port) as server:
        yield server


@pytest.fixture
def owner(server: SmallServer) -> Member:
    return server.add_owner()


@pytest.fixture
def staff(server: SmallServer, owner: Member) -> Member:
    return server.add_member(owner, "jonas.frei")


def post(server: SmallServer, to: Member) -> None:
    server.post(to, KIND, helper="Nora Keller", checked="person", place="Firefox", done_at=server.now)


def test_a_letter_arrives_with_what_stands_around_it(
    server: SmallServer, sink: SmtpSink, staff: Member
) -> None:
    post(server, staff)
    Sender(server.ctx).run_once()
    text = sink.sent_to(staff.email)[0].text
    assert [] == [word for word in ("Jonas", "Berg & Tal AG", "Nora Keller", "10:42") if word not in text]


def test_facts_that_a_kind_does_not_ask_for_are_left_out(
    server: SmallServer, sink: SmtpSink, staff: Member
) -> None:
    server.post(
        staff, "signup_link", link="https://login.example.org/setup/1", expires_at=server.now, more="x"
    )
    Sender(server.ctx).run_once()
    assert 1 == len(sink.sent_to(staff.email))


def test_an_owner_is_not_named_as_somebody_else_to_ask(
    server: SmallServer, sink: SmtpSink, owner: Member
) -> None:
    post(server, owner)
    Sender(server.ctx).run_once()
    assert "whoever runs login.example.org" in sink.sent_to(owner.email)[0].text


def test_what_was_sent_is_erased_and_on_the_chain(server: SmallServer, staff: Member) -> None:
    post(server, staff)
    Sender(server.ctx).run_once()
    last = server.entries(staff.account_id)[-1]
    kept = server.db.read(lambda conn: conn.exec_driver_sql("select state, sealed from outbox").one())
    assert ("sent", None, "notice:mail:sent", staff.id, {"kind": KIND}) == (
        *kept,
        last.tag,
        last.subject,
        last.data,
    )


def test_a_refused_address_is_given_up_at_once(server: SmallServer, sink: SmtpSink, staff: Member) -> None:
    sink.behaviour = Behaviour.REJECT
    post(server, staff)
    Sender(server.ctx).run_once()
    found = server.troubled(staff.account_id)[0]
    last = server.entries(staff.account_id)[-1]
    assert ("failed", None, True) == (found.state, found.sealed, last.data["is_final"])


def test_a_mail_server_away_for_an_hour_loses_nothing(
    server: SmallServer, sink: SmtpSink, staff: Member
) -> None:
    sink.behaviour = Behaviour.BUSY
    post(server, staff)
    sender = Sender(server.ctx)
    for _ in range(6):
        sender.run_once()
        server.wait(minutes=10)
    sink.behaviour = Behaviour.ACCEPT
    server.wait(hours=1)
    sender.run_once()
    assert 1 == len(sink.sent_to(staff.email))


def test_only_the_first_failure_and_the_end_are_on_the_chain(
    server: SmallServer, sink: SmtpSink, staff: Member
) -> None:
    sink.behaviour = Behaviour.BUSY
    post(server, staff)
    sender = Sender(server.ctx)
    for delay in (*DELAYS, DELAYS[-1]):
        sender.run_once()
        server.now += delay
    failed = [one for one in server.entries(staff.account_id) if one.tag == "notice:mail:failed"]
    assert [False, True] == [one.data["is_final"] for one in failed]
    assert 0 == server.waiting()


def test_a_letter_waits_until_it_is_due_again(server: SmallServer, sink: SmtpSink, staff: Member) -> None:
    sink.behaviour = Behaviour.BUSY
    post(server, staff)
    sender = Sender(server.ctx)
    sender.run_once()
    server.wait(seconds=29)
    assert 0 == sender.run_once()


def test_a_crash_before_marking_repeats_the_letter_under_its_message_id(
    server: SmallServer, sink: SmtpSink, staff: Member
) -> None:
    post(server, staff)
    before = server.db.read(lambda conn: conn.execute(select(outbox)).one()._mapping)
    sender = Sender(server.ctx)
    sender.run_once()
    server.db.write(lambda conn: conn.execute(update(outbox).values(dict(before))))
    sender.run_once()
    one, other = sink.sent_to(staff.email)
    assert one.message["Message-ID"] == other.message["Message-ID"]


def test_a_crashed_sender_holds_a_letter_for_a_minute(server: SmallServer, staff: Member) -> None:
    post(server, staff)
    server.db.write(lambda conn: queue.claim(conn, server.now, LEASE, 1))
    sender = Sender(server.ctx)
    before = sender.run_once()
    server.wait(seconds=61)
    assert (0, 1) == (before, sender.run_once())


def test_without_mail_settings_letters_wait(tmp_path: Path) -> None:
    with small_server(tmp_path) as server:
        post(server, server.add_owner())
        Sender(server.ctx).run_once()
        assert 1 == server.waiting()


def test_a_demo_keeps_its_letters_readable(tmp_path: Path) -> None:
    with small_server(tmp_path, is_demo=True) as server:
        owner = server.add_owner()
        post(server, owner)
        sender = Sender(server.ctx)
        sender.run_once()
        assert [owner.email] == [one.to for one in sender.delivered]
        assert 0 == server.waiting()


def test_a_letter_that_cannot_be_written_is_tried_again(server: SmallServer, staff: Member) -> None:
    server.post(staff, KIND)
    Sender(server.ctx).run_once()
    assert "waiting" == server.troubled(staff.account_id)[0].state


def test_the_thread_sends_what_is_posted_while_it_sleeps(
    server: SmallServer, sink: SmtpSink, staff: Member
) -> None:
    sender = Sender(server.ctx)
    sender.start()
    post(server, staff)
    sender.wake()
    try:
        assert 1 == len(sink.wait_for(1, staff.email))
    finally:
        sender.stop()
    assert "outbox" not in {thread.name for thread in threading.enumerate()}
