"""Codes by text message and by e-mail, and the numbers they may go to."""

import json
from contextlib import suppress
from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sparekey.core.contract import SENT_LIFE, Category, Message, WrongAnswer
from sparekey.errors import BadInput
from sparekey.factors import TRAITS, ending_of, read_number
from sparekey.factors.sent_code import BY_MAIL, BY_TEXT, DIGITS, Receiver, SentCode
from tests.factors.builders import JONAS, NOON, moment
from tests.factors.test_contract import HOSTILE

NUMBER, ADDRESS = "+41791234567", "jonas.weber@example.com"
PLACES = {"sms": (SentCode(BY_TEXT), NUMBER), "email_code": (SentCode(BY_MAIL), ADDRESS)}
EACH = pytest.mark.parametrize("kind", PLACES)


def enrolled(kind: str) -> Receiver:
    factor, address = PLACES[kind]
    proposal = factor.propose(replace(JONAS, address=address), moment())
    return factor.enrol(JONAS, proposal.kept, str(proposal.kept["code"]), moment())


def asked(kind: str, seconds: float = 60, seed: bytes = b"seed") -> tuple[Receiver, dict[str, object], str]:
    factor, _ = PLACES[kind]
    kept = enrolled(kind)
    challenge = factor.challenge([kept], moment(seconds, seed), is_first=False)
    assert challenge.message is not None
    return kept, dict(challenge.kept), challenge.message.code


@EACH
def test_the_code_that_was_sent_proves_it(kind: str) -> None:
    kept, question, code = asked(kind)
    verified = PLACES[kind][0].verify(kept, code, moment(61), question)
    assert (kept, (TRAITS[kind].category,)) == (verified.kept, verified.evidence.categories)


@EACH
def test_the_message_goes_to_where_it_was_enrolled(kind: str) -> None:
    factor, address = PLACES[kind]
    challenge = factor.challenge([enrolled(kind)], moment(), is_first=False)
    assert Message(address, str(challenge.kept["code"])) == challenge.message
    assert ending_of(address) == challenge.shown


@EACH
@given(seed=st.binary(min_size=1, max_size=8))
def test_a_code_has_six_digits(kind: str, seed: bytes) -> None:
    code = asked(kind, seed=seed)[2]
    assert (DIGITS, True) == (len(code), code.isascii() and code.isdigit())


@EACH
def test_each_question_has_a_code_of_its_own(kind: str) -> None:
    assert asked(kind, seed=b"one")[2] != asked(kind, seed=b"two")[2]


@EACH
def test_typed_in_groups_or_in_another_script_it_is_the_same(kind: str) -> None:
    kept, question, code = asked(kind)
    arabic = code.translate(str.maketrans("0123456789", "٠١٢٣٤٥٦٧٨٩"))
    for typed in (f"{code[:3]} {code[3:]}", f"{code[:3]}-{code[3:]}\u200b", arabic):
        assert kept == PLACES[kind][0].verify(kept, typed, moment(61), question).kept


@EACH
@pytest.mark.parametrize(
    ("typed", "why"),
    [("", "empty"), ("12345", "wrong_length"), ("abcdef", "wrong"), ("1234567", "wrong_length")],
)
def test_what_is_no_code_is_said(kind: str, typed: str, why: str) -> None:
    kept, question, _ = asked(kind)
    with pytest.raises(WrongAnswer, match=why):
        PLACES[kind][0].verify(kept, typed, moment(61), question)


@EACH
def test_another_code_is_wrong(kind: str) -> None:
    kept, question, code = asked(kind)
    other = f"{(int(code) + 1) % 10**DIGITS:06}"
    with pytest.raises(WrongAnswer, match=r"^wrong$"):
        PLACES[kind][0].verify(kept, other, moment(61), question)


@EACH
def test_a_code_is_good_until_ten_minutes_are_over(kind: str) -> None:
    factor = PLACES[kind][0]
    kept, question, code = asked(kind, 0)
    life = SENT_LIFE.total_seconds()
    assert kept == factor.verify(kept, code, moment(life - 1), question).kept
    with pytest.raises(WrongAnswer, match="expired"):
        factor.verify(kept, code, moment(life), question)


@EACH
def test_nothing_was_asked(kind: str) -> None:
    kept, _, code = asked(kind)
    with pytest.raises(WrongAnswer, match="expired"):
        PLACES[kind][0].verify(kept, code, moment(61))


@EACH
def test_a_code_for_another_number_or_address_proves_nothing(kind: str) -> None:
    _, question, code = asked(kind)
    with pytest.raises(WrongAnswer, match="expired"):
        PLACES[kind][0].verify(Receiver("+41790000000"), code, moment(61), question)


@EACH
@pytest.mark.parametrize("answer", HOSTILE, ids=range(len(HOSTILE)))
def test_a_hostile_answer_proves_nothing_and_breaks_nothing(kind: str, answer: str) -> None:
    kept, question, _ = asked(kind)
    with pytest.raises(WrongAnswer):
        PLACES[kind][0].verify(kept, answer, moment(61), question)


@EACH
def test_material_survives_being_kept_as_json(kind: str) -> None:
    factor, kept = PLACES[kind][0], enrolled(kind)
    assert kept == factor.decode(json.loads(json.dumps(factor.encode(kept))))


def test_when_the_risk_was_accepted_is_kept_with_a_number() -> None:
    assert (NOON, None) == (enrolled("sms").accepted_at, enrolled("email_code").accepted_at)


@EACH
def test_a_wrong_first_code_binds_nothing(kind: str) -> None:
    factor, address = PLACES[kind]
    proposal = factor.propose(replace(JONAS, address=address), moment())
    with pytest.raises(WrongAnswer, match="empty"):
        factor.enrol(JONAS, proposal.kept, "", moment())
    late = moment((SENT_LIFE + timedelta(seconds=1)).total_seconds())
    with pytest.raises(WrongAnswer, match="expired"):
        factor.enrol(JONAS, proposal.kept, str(proposal.kept["code"]), late)


@EACH
def test_neither_code_nor_number_is_in_what_is_printed(kind: str) -> None:
    factor, address = PLACES[kind]
    proposal = factor.propose(replace(JONAS, address=address), moment())
    kept, question, code = asked(kind)
    challenge = factor.challenge([kept], moment(), is_first=False)
    printed = repr((proposal, challenge, kept, replace(JONAS, address=address)))
    assert not [one for one in (address, code, str(question["code"])) if one in printed]


def test_what_each_of_them_is_worth() -> None:
    text, mail = TRAITS["sms"], TRAITS["email_code"]
    assert (Category.POSSESSION, ("sms",), True) == (text.category, text.amr, text.is_restricted)
    assert (Category.MAILBOX, (), False) == (mail.category, mail.amr, mail.is_restricted)
    assert all(one.is_counted and one.is_disabled_at_limit for one in (text, mail))


@pytest.mark.parametrize(
    ("address", "shown"),
    [(NUMBER, "••67"), (ADDRESS, "j•••@example.com"), ("@example.com", "•••@example.com"), ("7", "••7")],
)
def test_no_more_than_an_ending_is_shown(address: str, shown: str) -> None:
    assert shown == ending_of(address)


@pytest.mark.parametrize(
    "typed",
    [
        "079 123 45 67",
        "+41 79 123 45 67",
        "0041791234567",
        "(079) 123-45-67",
        "０７９１２３４５６７",
        " 079/1234567 ",
    ],
)
def test_a_number_is_read_however_it_is_written(typed: str) -> None:
    assert NUMBER == read_number(typed, "CH")


@pytest.mark.parametrize("typed", ["+1 202 555 0123", "+49 151 23456789"])
def test_a_number_of_another_country_keeps_its_code(typed: str) -> None:
    assert typed.replace(" ", "") == read_number(typed, "CH")


NOT_A_MOBILE_PHONE = {
    "premium rate": "0900 123 456",
    "shared cost": "0840 123 456",
    "toll free": "0800 123 456",
    "personal": "0878 123 456",
    "fixed line": "044 668 18 00",
    "satellite": "+881 612 345 678",
    "of a computer": "+44 56 0000 0000",
    "pager": "+44 76 4012 3456",
    "premium rate in America": "+1 900 555 0123",
}


@pytest.mark.parametrize("typed", NOT_A_MOBILE_PHONE.values(), ids=NOT_A_MOBILE_PHONE.keys())
def test_codes_go_to_mobile_phones_only(typed: str) -> None:
    with pytest.raises(BadInput) as refused:
        read_number(typed, "CH")
    assert ("number", "number_not_mobile") == (refused.value.field, refused.value.reason)


@pytest.mark.parametrize(
    "typed",
    ["07", "079 123 45 6", "+41 74 000", "hello", "+", "079 123 45 67 ext 5", "0" * 10_000,
     "+4179" + "1" * 40, "\0", "\ud800", "079\n123\r\n45 67; DROP", "+99 123 456 789", "117"],
)  # fmt: skip
def test_what_is_no_number_is_said(typed: str) -> None:
    with pytest.raises(BadInput) as refused:
        read_number(typed, "CH")
    assert ("number", "number_form") == (refused.value.field, refused.value.reason)


def test_nothing_typed_is_said() -> None:
    with pytest.raises(BadInput) as refused:
        read_number("  ", "CH")
    assert "empty" == refused.value.reason


def test_a_server_may_keep_to_some_countries() -> None:
    assert NUMBER == read_number(NUMBER, "CH", ("CH", "LI"))
    with pytest.raises(BadInput) as refused:
        read_number("+49 151 23456789", "CH", ("CH", "LI"))
    assert "number_country" == refused.value.reason


@given(st.text(max_size=60))
def test_no_text_raises_anything_but_a_refusal(typed: str) -> None:
    with suppress(BadInput):
        assert read_number(typed, "CH").startswith("+")
