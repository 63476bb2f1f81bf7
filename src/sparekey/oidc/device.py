"""Devices without a browser (RFC 8628): the person types a short code on another one.

Letters without vowels, so that no word comes out, and without digits (section 6.1): 20 to the 8th, and guesses are
limited. A device that asks too often waits five seconds longer from then on (section 3.5).
"""

from dataclasses import replace
from datetime import datetime, timedelta

from sparekey.core.tokens import DeviceAsk, Waiting
from sparekey.errors import ProtocolRefused

LETTERS = "BCDFGHJKLMNPQRSTVWXZ"
LENGTH = 8
INTERVAL = 5
SLOWER_BY = 5
_TYPED = str.maketrans("", "", "- .\t\u2010\u2011\u2012\u2013")


def user_code(drawn: bytes) -> str:
    """Eight letters from at least 16 random bytes: what is left over by the division cannot be told apart."""
    number, letters = int.from_bytes(drawn), ""
    if len(drawn) < 16:
        raise ValueError("too few bytes")
    for _ in range(LENGTH):
        number, place = divmod(number, len(LETTERS))
        letters += LETTERS[place]
    return letters


def shown(code: str) -> str:
    """As people read it: `WDJB-MJHT`."""
    return f"{code[:4]}-{code[4:]}"


def read_code(typed: str) -> str:
    """What somebody typed, without case, hyphens and blanks; empty: that cannot be a code."""
    plain = typed.strip().translate(_TYPED).upper()
    return plain if len(plain) == LENGTH and set(plain) <= set(LETTERS) else ""


def poll(ask: DeviceAsk, now: datetime) -> tuple[DeviceAsk, ProtocolRefused | None]:
    """One question of the device: its request as it must now be kept, and why it gets nothing yet (section 3.5).

    None: somebody allowed it, and this question has its tokens.
    """
    if now >= ask.expires_at:
        return ask, ProtocolRefused("expired_token", "Nobody allowed it in time")
    if ask.state is Waiting.DENIED:
        return ask, ProtocolRefused("access_denied", "Somebody refused it")
    if ask.state is Waiting.SPENT:
        return ask, ProtocolRefused("invalid_grant", "This device code was used")
    asked = replace(ask, polled_at=now)
    if ask.polled_at is not None and now < ask.polled_at + timedelta(seconds=ask.interval):
        slower = replace(asked, interval=ask.interval + SLOWER_BY)
        return slower, ProtocolRefused("slow_down", f"Ask every {slower.interval} seconds")
    if ask.state is Waiting.ALLOWED:
        return replace(asked, state=Waiting.SPENT), None
    return asked, ProtocolRefused("authorization_pending", "Nobody has allowed it yet")
