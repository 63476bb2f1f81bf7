"""Devices that wait: their short code, and when they may ask."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sparekey.core.clients import ClientId
from sparekey.core.tokens import DeviceAsk, Waiting
from sparekey.oidc import device
from tests.oidc.values import NOON

ASK = DeviceAsk("d", "u", ClientId("cli_1"), ("openid",), "192.0.2.1", NOON, NOON + timedelta(minutes=10), 5)


@given(st.binary(min_size=16, max_size=32))
def test_what_is_shown_can_be_typed(drawn: bytes) -> None:
    code = device.user_code(drawn)
    assert code == device.read_code(device.shown(code))


def test_a_code_needs_chance_enough() -> None:
    with pytest.raises(ValueError, match="too few"):
        device.user_code(b"short")


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        ("WDJB-MJHT", "WDJBMJHT"),
        (" wdjb mjht ", "WDJBMJHT"),
        ("wdjb\u2013mjht", "WDJBMJHT"),
        ("WDJB-MJH", ""),
        ("WDJB-MJHTT", ""),
        ("WDJB-MJHA", ""),
        ("ẞDJBMJHT", ""),
        ("", ""),
    ],
)
def test_reads_what_people_type(typed: str, expected: str) -> None:
    assert expected == device.read_code(typed)


def asked(seconds: float) -> datetime:
    return NOON + timedelta(seconds=seconds)


@pytest.mark.parametrize(
    ("ask", "at", "error", "state"),
    [
        (ASK, 1, "authorization_pending", Waiting.ASKED),
        (replace(ASK, polled_at=NOON), 5, "authorization_pending", Waiting.ASKED),
        (replace(ASK, polled_at=NOON), 4.9, "slow_down", Waiting.ASKED),
        (replace(ASK, state=Waiting.ALLOWED, polled_at=NOON), 4.9, "slow_down", Waiting.ALLOWED),
        (replace(ASK, state=Waiting.DENIED), 1, "access_denied", Waiting.DENIED),
        (replace(ASK, state=Waiting.SPENT), 1, "invalid_grant", Waiting.SPENT),
        (replace(ASK, state=Waiting.ALLOWED), 600, "expired_token", Waiting.ALLOWED),
        (replace(ASK, state=Waiting.ALLOWED), 599, "", Waiting.SPENT),
    ],
)
def test_a_device_hears_where_its_request_stands(
    ask: DeviceAsk, at: float, error: str, state: Waiting
) -> None:
    after, refusal = device.poll(ask, asked(at))
    assert (error, state) == (refusal.error if refusal else "", after.state)


def test_who_asks_too_often_waits_longer_from_then_on() -> None:
    after, _ = device.poll(replace(ASK, polled_at=NOON), asked(1))
    assert (10, asked(1)) == (after.interval, after.polled_at)
