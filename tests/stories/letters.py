"""Reading a mailbox, and the addresses in its letters."""

import re
import time

from tests.infra.smtp import Received, SmtpSink

PATIENCE_SECONDS = 10


def letter(smtp: SmtpSink, address: str, subject: re.Pattern[str]) -> Received:
    """The newest letter to somebody whose subject holds this, as soon as it is there."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    while True:
        there = smtp.sent_to(address)
        found = [one for one in there if subject.search(one.subject)]
        if found:
            return found[-1]
        assert time.monotonic() < deadline, f"no {subject.pattern!r} among {[one.subject for one in there]}"
        time.sleep(0.02)


def link_in(received: Received, part: str) -> str:
    """The address in a letter that has this in it."""
    found: list[str] = [one for one in re.findall(r"https?://\S+", received.text) if part in one]
    assert found, f"no address with {part!r} in {received.text}"
    return found[0]


def picture_in(received: Received) -> bytes:
    """The QR code that a letter carries."""
    pictures = [one for one in received.message.walk() if one.get_content_type() == "image/png"]
    content = pictures[0].get_payload(decode=True)
    assert isinstance(content, bytes)
    return content
