"""The authenticator app: a code from a shared secret and the time (RFC 6238 over RFC 4226).

- Issued: 160 bits, SHA-1, 6 digits, 30 s, and nothing but secret and issuer in the URI: what every app
  understands.
- Accepted: the present step T and T-1 (RFC 6238, section 5.2: one step of delay). A clock that is one step
  slow shows T-1, so it needs no record. T+1 is accepted only with a recorded drift of +1.
- Drift is recorded by enrolment alone, which looks at T-1, T and T+1 and keeps +1 if the code was that of
  T+1. It stays while codes of T or T+1 come, and ends with the first right code of T-1: a fast clock
  doesn't show that one (RFC 6238, section 6: record and adjust after a success).
- A step is accepted once, and none before it any more: the store's compare-and-set on `last_step` is the
  proof against replay (RFC 6238, section 5.2).
- "The clock is wrong" is looked for within 10 steps to either side and never accepted. Whoever is told that a
  guess is a code of the *next* minutes could come back with it: so such a code is burnt with the telling, and
  counts as used when its time has come.
- Every candidate step is computed and compared in constant time, also after a match.
"""

import hmac
import re
from base64 import b32decode, b32encode
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import cast
from urllib.parse import quote

from sparekey.core.contract import (
    About,
    Answer,
    Category,
    Evidence,
    Loss,
    Moment,
    Proposal,
    Traits,
    Trouble,
    Verified,
    WrongAnswer,
)
from sparekey.factors._typed import digits_in

SECRET_BYTES = 20
PERIOD = 30
"""Seconds for which a code is shown, where an imported secret doesn't say otherwise."""
LOOKED_FOR = 10
"""Steps around the present one in which a wrong clock is recognised."""


@dataclass(frozen=True)
class AppSecret:
    """What the app and the server share. `algorithm` is hashlib's name; `period` is in seconds."""

    key: bytes = field(repr=False)
    algorithm: str = "sha1"
    digits: int = 6
    period: int = PERIOD
    last_step: int = 0
    """The newest step whose code was accepted."""
    drift: int = 0
    """1 where the app's clock was seen to be one step fast."""
    burnt: tuple[int, ...] = ()
    """Steps to come whose code was told to be one."""

    def step(self, at: datetime) -> int:
        """RFC 6238, section 4.2: T, with T0 = 0."""
        return int(at.timestamp()) // self.period


class Totp:
    """A secret that the person puts into an authenticator app and proves with a first code."""

    traits = Traits(
        kind="totp",
        category=Category.POSSESSION,
        answer=Answer.CODE,
        lost_with=Loss.PHONE,
        amr=("otp",),
        is_slow=False,
    )

    def propose(self, about: About, moment: Moment) -> Proposal:
        secret = AppSecret(key=moment.draw(f"{self.traits.kind}/{about.username}", SECRET_BYTES))
        return Proposal(shown=reveal(secret, about), kept=self.encode(secret))

    def enrol(self, about: About, proposed: Mapping[str, object], answer: str, moment: Moment) -> AppSecret:
        """Accept T-1, T and T+1, and record a fast clock."""
        secret = self.decode(proposed)
        now = secret.step(moment.at)
        step = _accepted(secret, _find(secret, answer, now), range(now - 1, now + 2), now)
        return replace(secret, last_step=step, drift=max(0, step - now))

    def verify(
        self, kept: AppSecret, answer: str, moment: Moment, asked: object = None
    ) -> Verified[AppSecret]:
        now = kept.step(moment.at)
        step = _accepted(kept, _find(kept, answer, now), range(now - 1, now + kept.drift + 1), now)
        to_come = tuple(one for one in kept.burnt if one > step)
        after = replace(kept, last_step=step, drift=kept.drift if step >= now else 0, burnt=to_come)
        return Verified(after, Evidence((self.traits.category,), self.traits.amr))

    def encode(self, kept: AppSecret) -> dict[str, object]:
        return {**vars(kept), "key": b32encode(kept.key).decode()}

    def decode(self, data: Mapping[str, object]) -> AppSecret:
        return AppSecret(
            key=b32decode(str(data["key"])),
            algorithm=str(data["algorithm"]),
            digits=cast(int, data["digits"]),
            period=cast(int, data["period"]),
            last_step=cast(int, data["last_step"]),
            drift=cast(int, data["drift"]),
            burnt=tuple(cast(list[int], data["burnt"])),
        )


def code_of_step(secret: AppSecret, step: int) -> str:
    """RFC 4226, section 5.3, with the step as counter."""
    digest = hmac.digest(secret.key, step.to_bytes(8, "big"), secret.algorithm)
    offset = digest[-1] & 0x0F
    number = int.from_bytes(digest[offset : offset + 4], "big") & 0x7FFF_FFFF
    return str(number % 10**secret.digits).zfill(secret.digits)


def code_at(secret: AppSecret, at: datetime) -> str:
    """What the app shows at that time."""
    return code_of_step(secret, secret.step(at))


def reveal(secret: AppSecret, about: About) -> dict[str, str | list[str]]:
    """What an app needs: "secret" in groups of four for typing, "uri" for the QR code (Key URI format)."""
    typed = b32encode(secret.key).decode().rstrip("=")
    issuer, account = (
        quote(text.replace(":", "-"), "@", errors="replace") for text in (about.issuer, about.username)
    )
    uri = f"otpauth://totp/{issuer}:{account}?secret={typed}&issuer={issuer}"
    usual = AppSecret(key=secret.key)
    if secret.algorithm != usual.algorithm:
        uri += f"&algorithm={secret.algorithm.upper()}"
    if secret.digits != usual.digits:
        uri += f"&digits={secret.digits}"
    if secret.period != usual.period:
        uri += f"&period={secret.period}"
    return {"secret": " ".join(re.findall(".{1,4}", typed)), "uri": uri}


def _find(secret: AppSecret, answer: str, now: int) -> list[int]:
    """The steps around `now` whose code this is; all are computed."""
    typed = digits_in(answer, secret.digits)
    steps = range(max(0, now - LOOKED_FOR), now + LOOKED_FOR + 1)
    return [step for step in steps if hmac.compare_digest(code_of_step(secret, step), typed)]


def _accepted(secret: AppSecret, found: list[int], window: range, now: int) -> int:
    """The newest acceptable step that was found, or why there is none."""
    fresh = [step for step in found if step > secret.last_step and step not in secret.burnt]
    if inside := [step for step in fresh if step in window]:
        return inside[-1]
    if len(fresh) < len(found):
        raise WrongAnswer(Trouble.ALREADY_USED)
    if fresh:
        nearest = min(fresh, key=lambda step: abs(step - now))
        kept = _with_burnt(secret, fresh, now)
        raise WrongAnswer(Trouble.CLOCK_WRONG, kept, seconds=(nearest - now) * secret.period)
    raise WrongAnswer(Trouble.WRONG)


def _with_burnt(secret: AppSecret, told: list[int], now: int) -> AppSecret | None:
    """The secret without the codes to come that are told now; None where all of them are over."""
    to_come = {step for step in told if step > now}
    still = {step for step in secret.burnt if step >= now - 1}
    return replace(secret, burnt=tuple(sorted(to_come | still))) if to_come else None
