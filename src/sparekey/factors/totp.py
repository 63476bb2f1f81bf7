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
- A secret that was brought over from elsewhere may have several *readings*: other algorithms, lengths, steps or keys
  that its text can stand for (`others`). The first right code of any of them pins it to that one. Until then a guess
  has as many chances as there are readings, so they are few (docs/guess-probability.md counts them).
"""

import hmac
import re
from base64 import b32decode, b32encode
from collections.abc import Mapping, Sequence
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
MOST_READINGS = 6
"""Three algorithms, and two ways to read the text of the key."""
_TELLING = (Trouble.ALREADY_USED, Trouble.CLOCK_WRONG, Trouble.WRONG)
"""What is told of a code that is right for no reading: the first of these."""


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
    others: tuple["AppSecret", ...] = ()
    """Further readings of a secret that has not proved itself yet; they have no others."""

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
        typed = digits_in(answer, secret.digits)
        step = _accepted(secret, _find(secret, typed, now), range(now - 1, now + 2), now)
        return replace(secret, last_step=step, drift=max(0, step - now))

    def verify(
        self, kept: AppSecret, answer: str, moment: Moment, asked: object = None
    ) -> Verified[AppSecret]:
        each = readings(kept)
        typed = digits_in(answer, *(one.digits for one in each))
        found = [_look(one, typed, moment.at) for one in each]
        after = next((one for one in found if isinstance(one, AppSecret)), None)
        if after is None:
            raise _most_telling(kept, [one for one in found if isinstance(one, WrongAnswer)])
        return Verified(after, Evidence((self.traits.category,), self.traits.amr))

    def encode(self, kept: AppSecret) -> dict[str, object]:
        encoded = {**vars(kept), "key": b32encode(kept.key).decode()}
        return encoded | {"others": [self.encode(one) for one in kept.others]}

    def decode(self, data: Mapping[str, object]) -> AppSecret:
        others = cast(list[Mapping[str, object]], data["others"])
        return AppSecret(
            key=b32decode(str(data["key"])),
            algorithm=str(data["algorithm"]),
            digits=cast(int, data["digits"]),
            period=cast(int, data["period"]),
            last_step=cast(int, data["last_step"]),
            drift=cast(int, data["drift"]),
            burnt=tuple(cast(list[int], data["burnt"])),
            others=tuple(self.decode(one) for one in others),
        )


def from_readings(readings: Sequence[tuple[bytes, str, int, int]], last_step: int) -> AppSecret:
    """A secret from elsewhere: key, algorithm, digits and period of each reading; the likeliest is the first.

    `last_step`: the newest step of the first reading that is known to be used. What began before it ended is used
    in every reading.
    """
    first = readings[0]
    used_until = (last_step + 1) * first[3] - 1 if last_step else 0
    each = [
        AppSecret(key, algorithm, digits, period, last_step=used_until // period)
        for key, algorithm, digits, period in readings[:MOST_READINGS]
    ]
    return replace(each[0], others=tuple(each[1:]))


def readings(secret: AppSecret) -> tuple[AppSecret, ...]:
    """Each by itself, the likeliest first; a secret that has proved itself has one."""
    return (replace(secret, others=()), *secret.others)


def digits_of(secret: AppSecret) -> int | None:
    """How many digits its codes have; None while its readings differ in that."""
    counts = {one.digits for one in readings(secret)}
    return counts.pop() if len(counts) == 1 else None


def code_of_step(secret: AppSecret, step: int) -> str:
    """RFC 4226, section 5.3, with the step as counter."""
    digest = hmac.digest(secret.key, step.to_bytes(8, "big"), secret.algorithm)
    offset = digest[-1] & 0x0F
    number = int.from_bytes(digest[offset : offset + 4], "big") & 0x7FFF_FFFF
    return str(number % 10**secret.digits).zfill(secret.digits)


def code_at(secret: AppSecret, at: datetime) -> str:
    """What the app shows at that time."""
    return code_of_step(secret, secret.step(at))


def reveal(secret: AppSecret, about: About, *, in_full: bool = False) -> dict[str, str | list[str]]:
    """What an app needs: "secret" in groups of four for typing, "uri" for the QR code (Key URI format).

    `in_full`: also what every reader of the format takes for granted, which would only make a QR code finer.
    """
    typed = b32encode(secret.key).decode().rstrip("=")
    name = f"{about.username} ({about.entry})" if about.entry else about.username
    issuer, account = (quote(text.replace(":", "-"), "@", errors="replace") for text in (about.issuer, name))
    uri = f"otpauth://totp/{issuer}:{account}?secret={typed}&issuer={issuer}"
    usual = AppSecret(key=secret.key)
    if in_full or secret.algorithm != usual.algorithm:
        uri += f"&algorithm={secret.algorithm.upper()}"
    if in_full or secret.digits != usual.digits:
        uri += f"&digits={secret.digits}"
    if in_full or secret.period != usual.period:
        uri += f"&period={secret.period}"
    return {"secret": " ".join(re.findall(".{1,4}", typed)), "uri": uri}


def _look(secret: AppSecret, typed: str, at: datetime) -> AppSecret | WrongAnswer:
    """The secret as it is kept after this code, or why the code is not right for it."""
    now = secret.step(at)
    try:
        step = _accepted(secret, _find(secret, typed, now), range(now - 1, now + secret.drift + 1), now)
    except WrongAnswer as wrong:
        return wrong
    to_come = tuple(one for one in secret.burnt if one > step)
    return replace(secret, last_step=step, drift=secret.drift if step >= now else 0, burnt=to_come)


def _most_telling(kept: AppSecret, wrong: Sequence[WrongAnswer]) -> WrongAnswer:
    """Why a code is right for no reading. What was burnt by the telling is kept beside the other readings."""
    best = min(range(len(wrong)), key=lambda place: _TELLING.index(wrong[place].trouble))
    told = wrong[best]
    if told.kept is None:
        return told
    each = list(readings(kept))
    each[best] = told.kept
    return WrongAnswer(told.trouble, replace(each[0], others=tuple(each[1:])), **told.facts)


def _find(secret: AppSecret, typed: str, now: int) -> list[int]:
    """The steps around `now` whose code this is; all are computed. None for a code of another length."""
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
