"""Codes that are sent: by text message to a phone, by e-mail to a mailbox.

- Six digits of chance, good for 10 minutes and for one right answer, only where they were asked for (NIST SP
  800-63B-4, section 3.1.3.2). A wrong answer leaves the code: people mistype. Its tries are counted like an app's.
- A text message reaches whoever has the number, which can be moved to another SIM card: a restricted authenticator
  (section 3.2.9). When its person accepted that is kept with it.
- An e-mail reaches whoever reads the mailbox and proves no thing at all (section 3.1.3.1): together with the
  password it is worth aal1, and nothing more ever.
- A code belongs to the number or address it was sent to. Another one is bound anew.
"""

import hmac
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import cast

from sparekey.core.contract import (
    SENT_LIFE,
    About,
    Answer,
    Category,
    Challenge,
    Evidence,
    Loss,
    Message,
    Moment,
    Proposal,
    Traits,
    Trouble,
    Verified,
    WrongAnswer,
)
from sparekey.factors._typed import digits_in

DIGITS = 6
_DRAWN = 16
"""Bytes for a code: no six digits are likelier than others by more than 1 in 10^32."""

BY_TEXT = Traits(
    kind="sms",
    category=Category.POSSESSION,
    answer=Answer.SMS_CODE,
    lost_with=Loss.PHONE,
    amr=("sms",),
    is_slow=False,
    is_asked=True,
    is_sent=True,
    is_restricted=True,
    allowed_by="sms_codes",
)
BY_MAIL = Traits(
    kind="email_code",
    category=Category.MAILBOX,
    answer=Answer.EMAIL_CODE,
    lost_with=Loss.MAILBOX,
    amr=(),
    is_slow=False,
    is_asked=True,
    is_sent=True,
    allowed_by="email_codes",
)


@dataclass(frozen=True)
class Receiver:
    """Where codes go. `accepted_at`: when the person took the risk, for a restricted kind."""

    address: str = field(repr=False)
    accepted_at: datetime | None = None


class SentCode:
    """One number or one address of a person."""

    def __init__(self, traits: Traits) -> None:
        self.traits = traits

    def propose(self, about: About, moment: Moment) -> Proposal:
        """Send a first code to `about.address`. For a restricted kind, asked for by whoever accepted its risk."""
        asked = self._ask(about.address, moment)
        return Proposal({"to": ending_of(about.address)}, asked, Message(about.address, str(asked["code"])))

    def enrol(self, about: About, proposed: Mapping[str, object], answer: str, moment: Moment) -> Receiver:
        address = str(proposed["to"])
        _check(address, answer, moment, proposed)
        return Receiver(address, moment.at if self.traits.is_restricted else None)

    def challenge(self, kept: Sequence[Receiver], moment: Moment, *, is_first: bool) -> Challenge:
        """Send a code to the first of these. It never stands alone, so whether something came before is the same."""
        asked = self._ask(kept[0].address, moment)
        return Challenge(ending_of(kept[0].address), asked, Message(kept[0].address, str(asked["code"])))

    def verify(
        self, kept: Receiver, answer: str, moment: Moment, asked: Mapping[str, object] | None = None
    ) -> Verified[Receiver]:
        _check(kept.address, answer, moment, asked)
        return Verified(kept, Evidence((self.traits.category,), self.traits.amr))

    def encode(self, kept: Receiver) -> dict[str, object]:
        accepted_at = kept.accepted_at.isoformat() if kept.accepted_at else None
        return {"address": kept.address, "accepted_at": accepted_at}

    def decode(self, data: Mapping[str, object]) -> Receiver:
        accepted_at = cast(str | None, data["accepted_at"])
        return Receiver(str(data["address"]), datetime.fromisoformat(accepted_at) if accepted_at else None)

    def _ask(self, address: str, moment: Moment) -> dict[str, object]:
        drawn = int.from_bytes(moment.draw(f"{self.traits.kind}/{address}", _DRAWN))
        code = str(drawn % 10**DIGITS).zfill(DIGITS)
        return {"code": code, "to": address, "until": (moment.at + SENT_LIFE).isoformat()}


def _check(address: str, answer: str, moment: Moment, asked: Mapping[str, object] | None) -> None:
    """Is it the code that waits, for this number or address? Raises `WrongAnswer`."""
    typed = digits_in(answer, DIGITS)
    if asked is None or asked["to"] != address:
        raise WrongAnswer(Trouble.EXPIRED)
    if moment.at >= datetime.fromisoformat(str(asked["until"])):
        raise WrongAnswer(Trouble.EXPIRED)
    if not hmac.compare_digest(str(asked["code"]), typed):
        raise WrongAnswer(Trouble.WRONG)


def ending_of(address: str) -> str:
    """All that is ever shown of it: a number's last two digits, an address with its name hidden."""
    name, at, domain = address.rpartition("@")
    return f"{name[:1]}•••@{domain}" if at else f"••{address[-2:]}"
