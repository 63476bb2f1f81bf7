"""Text messages leave once, promptly or not at all, and what they carried is erased."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

from sparekey.adapters.mail import MailSettings, Security
from sparekey.core.contract import Answer
from sparekey.core.people import Language, Member
from sparekey.flows.background.outbox import Sender
from sparekey.flows.background.texts import Texter
from sparekey.flows.background.worker import SHORT_DELAYS
from sparekey.flows.checks.questions import Question
from sparekey.flows.checks.sent import Course, on_its_way
from sparekey.flows.context import Context
from sparekey.flows.own import sent_codes
from sparekey.flows.reports import home
from sparekey.store import queue
from sparekey.store.schema import outbox
from tests.flows.signing_in.texting import (
    adds_mailbox,
    adds_number,
    allowing,
    code_sent,
    enters,
    texting,
    through,
)
from tests.flows.steps import half
from tests.infra.smtp import Behaviour as MailBehaviour
from tests.infra.smtp import SmtpSink
from tests.infra.texts import Behaviour, Gateway
from tests.people import Browser, Team, account, changed, entries, signed_in
from tests.world import FrozenWorld

SMS, MAIL = Answer.SMS_CODE, Answer.EMAIL_CODE


@pytest.fixture
def ctx(ctx: Context, gateway: Gateway) -> Context:
    return through(ctx, gateway)


@pytest.fixture
def team(ctx: Context, gateway: Gateway, world: FrozenWorld) -> Team:
    team = allowing(ctx)
    browser = signed_in(ctx, team["jonas.frei"])
    adds_number(ctx, browser)
    adds_mailbox(ctx, browser)
    Texter(ctx).run_once()
    gateway.asked.clear()
    world.advance(timedelta(hours=1))
    return team


@pytest.fixture
def jonas(team: Team) -> Member:
    return team["jonas.frei"]


@pytest.fixture
def browser(ctx: Context, jonas: Member) -> Browser:
    """Half signed in, with a code on its way."""
    browser = half(ctx, jonas)
    sent_codes.to_prove(ctx, browser, SMS)
    return browser


def course(ctx: Context, browser: Browser, way: Answer = SMS) -> Course | None:
    found = on_its_way(ctx, browser, Question.SECOND, way)
    return found.course if found else None


def mailing(ctx: Context, smtp: SmtpSink) -> Context:
    return replace(ctx, mail=MailSettings(smtp.host, smtp.port, "id@example.com", "Sparekey", Security.NONE))


def row(ctx: Context, kind: str = "text:code") -> Any:
    """The newest message of this kind."""
    wanted = select(outbox).where(outbox.c.kind == kind).order_by(outbox.c.created_at.desc())
    return ctx.db.read(lambda conn: conn.execute(wanted).first())


def test_a_code_arrives_and_signs_in(ctx: Context, gateway: Gateway, browser: Browser) -> None:
    assert 1 == Texter(ctx).run_once()
    message = gateway.messages[0]
    code = message["message"].split()[0]
    assert ("+41791234567", True) == (message["to"], message["message"].endswith(f"@id.example #{code}"))
    assert Course.SENT is course(ctx, browser)
    assert enters(ctx, browser, code, SMS)


def test_a_german_s_message_is_german(ctx: Context, gateway: Gateway, jonas: Member) -> None:
    browser = half(ctx, changed(ctx, jonas, language=Language.DE))
    sent_codes.to_prove(ctx, browser, SMS)
    Texter(ctx).run_once()
    assert "ist Ihr Code für id.example" in gateway.messages[0]["message"]


def test_what_was_sent_is_erased_and_on_the_chain(ctx: Context, browser: Browser, jonas: Member) -> None:
    Texter(ctx).run_once()
    last = entries(ctx, jonas.account_id)[-1]
    assert ("sent", None) == (row(ctx).state, row(ctx).sealed)
    assert ("notice:text:sent", jonas.id, {"kind": "text:code"}) == (last.tag, last.subject, last.data)


def test_letters_and_messages_have_a_thread_each(
    ctx: Context, gateway: Gateway, browser: Browser, smtp: SmtpSink
) -> None:
    ctx = mailing(ctx, smtp)
    Sender(ctx).run_once()
    assert (True, 0) == (len(smtp.messages) > 0, len(gateway.asked))
    assert 1 == Texter(ctx).run_once()


@pytest.mark.parametrize(
    "behaviour", [Behaviour.BROKEN, Behaviour.REDIRECT, Behaviour.HANG, Behaviour.DROP, Behaviour.BUSY]
)
def test_a_gateway_in_trouble_is_asked_again(
    ctx: Context, gateway: Gateway, browser: Browser, world: FrozenWorld, behaviour: Behaviour
) -> None:
    gateway.behaviour = behaviour
    texter = Texter(ctx)
    texter.run_once()
    assert Course.RETRYING is course(ctx, browser)
    gateway.behaviour = Behaviour.ACCEPT
    world.advance(SHORT_DELAYS[0])
    texter.run_once()
    assert (Course.SENT, 2) == (course(ctx, browser), len(gateway.asked))


def test_a_gateway_that_is_down_is_given_up_before_the_code_is_over(
    ctx: Context, browser: Browser, world: FrozenWorld, jonas: Member
) -> None:
    texter = Texter(texting(ctx))
    tried = 0
    for delay in (*SHORT_DELAYS, timedelta(minutes=10)):
        tried += texter.run_once()
        world.advance(delay)
    assert (len(SHORT_DELAYS) + 1, "failed", None) == (tried, row(ctx).state, row(ctx).sealed)
    failed = [one for one in entries(ctx, jonas.account_id) if one.tag == "notice:text:failed"]
    assert [False, True] == [one.data["is_final"] for one in failed]


def test_what_is_refused_for_good_is_given_up_at_once(
    ctx: Context, gateway: Gateway, browser: Browser
) -> None:
    gateway.behaviour = Behaviour.REFUSE
    Texter(ctx).run_once()
    assert (Course.FAILED, "failed", None) == (course(ctx, browser), row(ctx).state, row(ctx).sealed)


def test_a_code_that_is_over_is_not_sent(
    ctx: Context, gateway: Gateway, browser: Browser, world: FrozenWorld
) -> None:
    world.advance(timedelta(minutes=10))
    Texter(ctx).run_once()
    assert ([], "failed", None) == (gateway.asked, row(ctx).state, row(ctx).sealed)


def test_nothing_waits_for_a_gateway_that_was_taken_away(ctx: Context, browser: Browser) -> None:
    Texter(replace(ctx, texts=None)).run_once()
    assert ("failed", Course.FAILED) == (row(ctx).state, course(ctx, browser))


def test_a_message_that_cannot_be_read_is_given_up(ctx: Context, browser: Browser, gateway: Gateway) -> None:
    with ctx.db.engine.begin() as conn:
        conn.execute(outbox.update().where(outbox.c.kind == "text:code").values(sealed=None))
    Texter(ctx).run_once()
    assert ([], "failed") == (gateway.asked, row(ctx).state)


def test_troubled_messages_are_no_troubled_letters(ctx: Context, team: Team, browser: Browser) -> None:
    Texter(texting(ctx)).run_once()
    assert 0 == ctx.db.read(lambda conn: queue.how_many_troubled(conn, team.account.id))
    items = [one.kind for one in home(ctx, signed_in(ctx, team.owner)).items]
    assert "mail_failing" not in items


def test_a_code_by_mail_is_given_up_as_soon(
    ctx: Context, jonas: Member, world: FrozenWorld, smtp: SmtpSink
) -> None:
    ctx = mailing(ctx, smtp)
    sender = Sender(ctx)
    sender.run_once()
    smtp.behaviour = MailBehaviour.BUSY
    browser = half(ctx, jonas)
    sent_codes.to_prove(ctx, browser, MAIL)
    sender.run_once()
    assert Course.RETRYING is course(ctx, browser, MAIL)
    world.advance(timedelta(minutes=10))
    sender.run_once()
    assert ("failed", None) == (row(ctx, "email_code").state, row(ctx, "email_code").sealed)


def test_a_code_by_mail_arrives(ctx: Context, jonas: Member, smtp: SmtpSink) -> None:
    ctx = mailing(ctx, smtp)
    browser = half(ctx, jonas)
    sent_codes.to_prove(ctx, browser, MAIL)
    code = code_sent(ctx, MAIL)
    Sender(ctx).run_once()
    letter = next(one for one in smtp.sent_to(jonas.email) if one.subject == "Your code for id.example")
    assert (True, False) == (code in letter.text, code in letter.subject)
    assert enters(ctx, browser, code, MAIL)


def test_a_demo_keeps_messages_for_reading(ctx: Context, gateway: Gateway) -> None:
    demo = replace(ctx, texts=None, site=replace(ctx.site, is_demo=True))
    team = account(
        demo, owner="mia.keller", policy=replace(allowing(demo, owner="o", staff=[]).account.policy)
    )
    adds_number(demo, signed_in(demo, team.owner))
    texter = Texter(demo)
    texter.run_once()
    shown = texter.delivered[-1]
    assert ("••67", []) == (shown.to, gateway.asked)
    assert shown.text.startswith(shown.subject)


def test_old_messages_are_forgotten(ctx: Context, browser: Browser, world: FrozenWorld) -> None:
    Texter(texting(ctx)).run_once()
    world.advance(timedelta(days=31))
    ctx.db.write(lambda conn: queue.purge(conn, world.now()))
    assert row(ctx) is None
