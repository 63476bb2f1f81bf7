"""Bounce reports come from anybody: what they name is read, what they are not names nobody, and none breaks us."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sparekey.adapters.bounces import LONGEST_READ, MOST_ADDRESSES, bounced_addresses

HEAD = """From: MAILER-DAEMON@mx.example.com
To: id@example.com
Subject: Undelivered Mail Returned to Sender
Auto-Submitted: auto-replied
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status; boundary="cut"

"""
TOLD = """--cut
Content-Type: text/plain; charset=us-ascii

I could not deliver your message.
    Final-Recipient: rfc822; quoted@example.com
    Action: failed

"""
RETURNED = """--cut
Content-Type: message/rfc822

From: id@example.com
To: jonas@example.com
Subject: Hello

Final-Recipient: rfc822; inside@example.com
Action: failed
"""
FAILED = "Final-Recipient: rfc822; jonas@example.com\nAction: failed\nStatus: 5.1.1\n"


def report(*blocks: str, told: str = TOLD, returned: str = RETURNED) -> bytes:
    """As mail servers write one (RFC 3464, appendix): words for people, status, the letter."""
    status = "\n".join(("Reporting-MTA: dns; mx.example.com\n", *blocks))
    text = f"{HEAD}{told}--cut\nContent-Type: message/delivery-status\n\n{status}\n{returned}\n--cut--\n"
    return text.replace("\n", "\r\n").encode()


def test_a_recipient_that_failed_is_named() -> None:
    assert ["jonas@example.com"] == bounced_addresses(report(FAILED))


def test_lines_may_end_as_on_unix() -> None:
    assert ["jonas@example.com"] == bounced_addresses(report(FAILED).replace(b"\r\n", b"\n"))


@pytest.mark.parametrize("action", ["delayed", "delivered", "relayed", "expanded", "", "failed too"])
def test_every_other_action_names_nobody(action: str) -> None:
    assert [] == bounced_addresses(report(FAILED.replace("failed", action)))


def test_of_several_recipients_those_that_failed_are_named() -> None:
    fine = "Final-Recipient: rfc822; fine@example.com\nAction: delivered\n"
    mia = "final-recipient: RFC822;<mia@example.com>\naction: FAILED\n"
    assert ["jonas@example.com", "mia@example.com"] == bounced_addresses(report(FAILED, fine, mia))


def test_the_address_before_a_forwarding_is_named_too() -> None:
    forwarded = f"Original-Recipient: rfc822; jonas@work.example\n{FAILED}"
    assert {"jonas@example.com", "jonas@work.example"} == set(bounced_addresses(report(forwarded)))


def test_a_domain_is_named_as_people_write_it_as_well() -> None:
    block = FAILED.replace("example.com", "xn--zrich-kva.example")
    assert ["jonas@xn--zrich-kva.example", "jonas@zürich.example"] == bounced_addresses(report(block))


@pytest.mark.parametrize(
    "field",
    [
        *("", "rfc822", "rfc822;", "rfc822; nobody", "rfc822; @example.com", "rfc822; jonas@"),
        f"rfc822; {'j' * 400}@e.example",
    ],
)
def test_what_is_no_address_is_left_out(field: str) -> None:
    assert [] == bounced_addresses(report(f"Final-Recipient: {field}\nAction: failed\n"))


def test_what_people_write_and_what_is_quoted_is_not_read() -> None:
    assert [] == bounced_addresses(report())


def test_a_report_within_a_letter_is_not_read() -> None:
    head = b'Content-Type: multipart/mixed; boundary="out"\n\n--out\nContent-Type: message/rfc822\n\n'
    assert [] == bounced_addresses(head + report(FAILED) + b"\n--out--\n")


def test_one_that_breaks_off_behind_the_status_is_read() -> None:
    whole = report(FAILED)
    ends = range(whole.index(b"5.1.1"), len(whole))
    assert {("jonas@example.com",)} == {tuple(bounced_addresses(whole[:end])) for end in ends}


def test_no_more_than_a_hundred_addresses_are_named() -> None:
    blocks = [FAILED.replace("jonas", f"jonas{number}") for number in range(1_000)]
    assert MOST_ADDRESSES == len(bounced_addresses(report(*blocks)))


@given(st.binary(max_size=2_000))
def test_any_bytes_are_read(text: bytes) -> None:
    assert isinstance(bounced_addresses(text), list)


@given(st.integers(0, 800), st.binary(min_size=1, max_size=40))
def test_a_report_with_rubbish_in_it_is_read(place: int, rubbish: bytes) -> None:
    whole = report(FAILED)
    assert isinstance(bounced_addresses(whole[:place] + rubbish + whole[place:]), list)


DEEP = "".join(f'Content-Type: multipart/mixed; boundary="b{n}"\n\n--b{n}\n' for n in range(5_000))
HOSTILE = {
    "parts within parts": DEEP.encode(),
    "letters within letters": b"Content-Type: message/rfc822\n\n" * 8_000,
    "one long line": b"Final-Recipient: " + b"a" * LONGEST_READ,
    "folded for ever": b"X: a\n" + b" b\n" * 80_000,
    "a hundred thousand blocks": report("\n" * 100_000),
    "far too long": report(*[FAILED] * 50_000),
    "boundaries only": HEAD.encode() + b"--cut\n" * 40_000,
    "unknown letters": report(FAILED.replace("jonas", "j\x00\xff")),
    "a made-up charset": report(FAILED).replace(b"us-ascii", b"\xff\xfe"),
}


@pytest.mark.parametrize("text", HOSTILE.values(), ids=list(HOSTILE))
def test_hostile_reports_are_read_in_no_time(text: bytes) -> None:
    began = time.process_time()
    assert isinstance(bounced_addresses(text), list)
    assert time.process_time() - began < 5
