"""Codes that are sent, through the flows: asked for in a sign-in and a confirmation, good once and there alone."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import select

from sparekey.core.contract import Answer
from sparekey.core.people import Member, Policy
from sparekey.core.proofs import Aal, assurance
from sparekey.core.recovery_case import Delivery
from sparekey.core.sessions import Scope
from sparekey.core.sign_in import SignedIn, Standing
from sparekey.flows import password_link, recover, sessions
from sparekey.flows.checks.questions import Question
from sparekey.flows.checks.sent import Course, on_its_way
from sparekey.flows.context import Context
from sparekey.flows.own import sent_codes
from sparekey.flows.own.sent_codes import Wanted
from sparekey.store import people
from sparekey.store.schema import outbox
from tests.flows.signing_in.texting import (
    BOTH,
    MAIL,
    MINUTE,
    SMS,
    another,
    asks,
    code_sent,
    enters,
)
from tests.flows.steps import (
    answer,
    half,
    helped,
    refusal,
    standings,
    token_in,
    wrong_code,
)
from tests.people import (
    PASSWORD,
    SOMEBODY,
    Browser,
    Team,
    again,
    code_of,
    entries,
    letters,
    opened,
    signed_in,
    stands,
    tags,
    with_backup_codes,
)
from tests.world import FrozenWorld


def test_a_text_message_is_the_second_step(ctx: Context, jonas: Member) -> None:
    browser = half(ctx, jonas)
    outcome = answer(ctx, browser, asks(ctx, browser), SMS)
    found = assurance(outcome.started.session.proofs)
    assert isinstance(outcome.decision, SignedIn)
    assert (Scope.FULL, Aal.AAL2, ("mfa", "pwd", "sms")) == (
        outcome.started.session.scope,
        found.aal,
        found.amr,
    )


def test_a_code_by_mail_signs_in_and_stays_aal1(ctx: Context, jonas: Member) -> None:
    browser = half(ctx, jonas)
    outcome = answer(ctx, browser, asks(ctx, browser, MAIL), MAIL)
    found = assurance(outcome.started.session.proofs)
    assert (Scope.FULL, Aal.AAL1, ("pwd",)) == (outcome.started.session.scope, found.aal, found.amr)
    session = opened(ctx, SOMEBODY, outcome.started.token)
    own = refusal(lambda: sent_codes.receiver(ctx, session, SMS))
    assert "step_up_needed" == own.code


@BOTH
def test_a_code_is_good_once(ctx: Context, jonas: Member, way: Answer) -> None:
    browser = half(ctx, jonas)
    code = asks(ctx, browser, way)
    answer(ctx, browser, code, way)
    assert "not_signed_in" == refusal(lambda: answer(ctx, browser, code, way)).code


@BOTH
def test_a_code_of_one_sign_in_is_nothing_in_another(ctx: Context, jonas: Member, way: Answer) -> None:
    first, second = half(ctx, jonas), half(ctx, jonas, replace(SOMEBODY, source="198.51.100.4"))
    code = asks(ctx, first, way)
    assert "expired" == refusal(lambda: answer(ctx, second, code, way)).reason
    assert enters(ctx, first, code, way)


def test_a_code_by_mail_is_no_text_message(ctx: Context, jonas: Member) -> None:
    browser = half(ctx, jonas)
    asks(ctx, browser, SMS)
    code = asks(ctx, browser, MAIL)
    if code != code_sent(ctx, SMS):
        assert "wrong" == refusal(lambda: answer(ctx, browser, code, SMS)).reason
    assert enters(ctx, browser, code, MAIL)


@BOTH
def test_a_mistyped_code_leaves_the_right_one(ctx: Context, jonas: Member, way: Answer) -> None:
    browser = half(ctx, jonas)
    code = asks(ctx, browser, way)
    assert "wrong" == refusal(lambda: answer(ctx, browser, another(code), way)).reason
    assert enters(ctx, browser, code, way)


def test_a_newer_code_ends_the_older_and_takes_it_back(
    ctx: Context, jonas: Member, world: FrozenWorld
) -> None:
    browser = half(ctx, jonas)
    older = asks(ctx, browser)
    world.advance(MINUTE)
    newer = asks(ctx, browser)
    assert older != newer
    assert ["dropped", "waiting"] == states(ctx)
    assert "wrong" == refusal(lambda: answer(ctx, browser, older, SMS)).reason
    assert enters(ctx, browser, newer, SMS)


def states(ctx: Context) -> list[str]:
    wanted = select(outbox.c.state).where(outbox.c.kind == "text:code").order_by(outbox.c.created_at)
    return list(ctx.db.read(lambda conn: conn.execute(wanted).scalars()))[-2:]


@pytest.mark.parametrize(("seconds", "works"), [(599, True), (600, False), (601, False)])
def test_a_code_is_good_for_ten_minutes(
    ctx: Context, jonas: Member, world: FrozenWorld, seconds: int, works: bool
) -> None:
    """In a confirmation, whose session lives longer than a half-finished sign-in."""
    browser = signed_in(ctx, jonas)
    sent_codes.to_confirm(ctx, browser, SMS)
    code = code_sent(ctx)
    world.advance(timedelta(seconds=seconds))
    confirm = confirming(ctx, browser, code)
    assert confirm() if works else "expired" == refusal(confirm).reason


def confirming(ctx: Context, browser: Browser, code: str, way: Answer = SMS) -> Callable[[], object]:
    return lambda: sessions.confirm(ctx, browser, PASSWORD, way, code)


def test_a_text_message_confirms_and_is_fresh(ctx: Context, jonas: Member) -> None:
    browser = signed_in(ctx, jonas)
    sent_codes.to_confirm(ctx, browser, SMS)
    started = sessions.confirm(ctx, browser, PASSWORD, SMS, code_sent(ctx))
    assert ("password", "sms") == tuple(one.kind for one in started.session.proofs)


def test_a_code_for_a_sign_in_confirms_nothing(ctx: Context, jonas: Member) -> None:
    browser = half(ctx, jonas)
    code = asks(ctx, browser)
    confirm = confirming(ctx, signed_in(ctx, jonas), code)
    assert "expired" == refusal(confirm).reason


def test_a_code_by_mail_confirms_nothing(ctx: Context, jonas: Member) -> None:
    browser = signed_in(ctx, jonas)
    assert "no_receiver" == refusal(lambda: sent_codes.to_confirm(ctx, browser, MAIL)).reason
    sign_in_browser = half(ctx, jonas)
    code = asks(ctx, sign_in_browser, MAIL)
    assert "wrong_proof" == refusal(confirming(ctx, browser, code, MAIL)).code
    assert [SMS] == [one.answer for one in sent_codes.offers(ctx, browser, second_only=True)]


@BOTH
def test_nothing_that_is_sent_helps_with_a_forgotten_password(
    ctx: Context, jonas: Member, way: Answer
) -> None:
    password_link.ask(ctx, SOMEBODY, jonas.username)
    token = token_in(str(letters(ctx, "password_reset_link")[-1].facts["link"]))
    browser = half(ctx, jonas)
    code = asks(ctx, browser, way)
    assert (Answer.CODE,) == password_link.answers(ctx, jonas)
    renew = refusal(lambda: password_link.renew(ctx, SOMEBODY, token, "seven yellow dogs", (way, code)))
    assert "wrong_proof" == renew.code


def test_codes_are_asked_for_and_nothing_of_them_is_on_the_chain(ctx: Context, jonas: Member) -> None:
    browser = half(ctx, jonas)
    code = asks(ctx, browser)
    asked = [one for one in entries(ctx, jonas.account_id) if one.tag == "member:second_factor:code_asked"]
    assert {"answer": "sms_code"} == asked[-1].data
    assert not [one for one in entries(ctx, jonas.account_id) if code in repr(one) or "1234567" in repr(one)]


# Who may


def test_nothing_is_sent_once_the_policy_forbids_it(ctx: Context, team: Team, jonas: Member) -> None:
    forbid(ctx, team)
    browser = half(ctx, jonas)
    for way in (SMS, MAIL):
        assert "no_receiver" == refusal(lambda way=way: sent_codes.to_prove(ctx, browser, way)).reason  # type: ignore[misc]
    assert () == sent_codes.offers(ctx, browser)


def forbid(ctx: Context, team: Team) -> None:
    """In the row alone, as a change that was made meanwhile."""
    there = ctx.db.read(lambda conn: people.account(conn, team.account.id))
    ctx.db.write(lambda conn: people.put_account(conn, replace(there, policy=Policy())))


def test_nothing_is_offered_that_this_server_cannot_send(ctx: Context, jonas: Member) -> None:
    silent = replace(ctx, texts=None, mail=None)
    browser = half(silent, jonas)
    assert () == sent_codes.offers(silent, browser)
    assert "no_receiver" == refusal(lambda: sent_codes.to_prove(silent, browser, SMS)).reason


def test_where_a_code_goes_is_told_by_its_ending(ctx: Context, jonas: Member) -> None:
    browser = half(ctx, jonas)
    asks(ctx, browser)
    shown = on_its_way(ctx, browser, Question.SECOND, SMS)
    assert shown is not None
    assert ("••67", Course.WAITING) == (shown.ending, shown.course)
    assert ["••67", "j•••@example.com"] == [one.ending for one in sent_codes.offers(ctx, browser)]


def test_no_code_is_on_its_way_before_it_was_asked_for_or_after_its_time(
    ctx: Context, jonas: Member, world: FrozenWorld
) -> None:
    browser = signed_in(ctx, jonas)
    assert on_its_way(ctx, browser, Question.CONFIRM, SMS) is None
    sent_codes.to_confirm(ctx, browser, SMS)
    world.advance(10 * MINUTE)
    assert on_its_way(ctx, again(ctx, browser), Question.CONFIRM, SMS) is None


def test_nobody_asks_out_of_turn(ctx: Context, team: Team) -> None:
    nora = signed_in(ctx, team.owner)
    for ask in (
        lambda: sent_codes.to_prove(ctx, SOMEBODY, SMS),
        lambda: sent_codes.to_prove(ctx, nora, SMS),
        lambda: sent_codes.to_confirm(ctx, SOMEBODY, SMS),
        lambda: sent_codes.offers(ctx, SOMEBODY),
    ):
        assert "not_signed_in" == refusal(ask).code
    assert "no_receiver" == refusal(lambda: sent_codes.to_confirm(ctx, nora, SMS)).reason


# When something was lost


def test_who_is_helped_back_in_has_nothing_sent_meanwhile(ctx: Context, team: Team, jonas: Member) -> None:
    browser = half(ctx, jonas)
    code = asks(ctx, browser)
    helped(ctx, signed_in(ctx, team.owner), jonas)
    there = standings(ctx, jonas)
    assert {Standing.SUSPENDED} == {there[kind] for kind in ("totp", "sms", "email_code")}
    assert "wrong_proof" == refusal(lambda: answer(ctx, browser, code, SMS)).code
    assert "no_receiver" == refusal(lambda: sent_codes.to_prove(ctx, browser, SMS)).reason


def test_a_code_by_mail_does_not_end_somebody_s_help(ctx: Context, team: Team, jonas: Member) -> None:
    browser = half(ctx, jonas)
    code = asks(ctx, browser, MAIL)
    helped(ctx, signed_in(ctx, team.owner), jonas)
    stands(ctx, jonas, "email_code", Standing.ACTIVE)
    answer(ctx, browser, code, MAIL)
    assert "member:recovery_case:cancelled" not in tags(ctx, jonas.account_id)


def test_a_missing_number_sends_nobody_to_a_new_secret(ctx: Context, jonas: Member) -> None:
    stands(ctx, jonas, "sms", Standing.DISABLED)
    outcome = answer(ctx, half(ctx, jonas), code_of(ctx, jonas))
    assert not outcome.must_change_secret


def test_wrong_codes_from_an_app_are_no_tries_of_a_number(ctx: Context, jonas: Member) -> None:
    with_backup_codes(ctx, jonas)
    browser = half(ctx, jonas)
    for _ in range(5):
        refusal(lambda: answer(ctx, browser, wrong_code(ctx, jonas)))
    assert enters(ctx, browser, asks(ctx, browser), SMS)


def test_setting_one_up_is_no_sign_in(ctx: Context, team: Team) -> None:
    """The code of an enrolment opens no session of the same person."""
    nora = signed_in(ctx, team.owner)
    sent_codes.begin(ctx, nora, SMS, Wanted("079 765 43 21", accepts_risk=True))
    browser = half(ctx, team.owner)
    assert "wrong_proof" == refusal(lambda: answer(ctx, browser, code_sent(ctx), SMS)).code


def test_a_number_works_again_when_help_by_the_present_secret_ends_without_a_change(
    ctx: Context, team: Team, jonas: Member
) -> None:
    """Somebody has seen the secret, and nobody what the phone gets."""
    with_policy = replace(team.account.policy, reveal_current=True)
    ctx.db.write(lambda conn: people.put_account(conn, replace(team.account, policy=with_policy)))
    nora = signed_in(ctx, team.owner)
    helped(ctx, nora, jonas, Delivery.CURRENT)
    meanwhile = standings(ctx, jonas)["sms"]
    recover.take_back(ctx, nora, jonas.id)
    after = standings(ctx, jonas)
    assert (Standing.SUSPENDED, Standing.ACTIVE, Standing.SUSPENDED) == (
        meanwhile,
        after["sms"],
        after["totp"],
    )
