"""Reading a report that a letter bounced (RFC 3464): which addresses it names as failed for good.

A report comes from anybody, so nothing is believed but its shape. Only its own status part is read, not what is
quoted in it; only its beginning, since that part stands before the returned letter; and only so many addresses. What
is no such report names none.
"""

from collections.abc import Iterator
from email import message_from_bytes
from email.message import Message

LONGEST_READ = 64 * 1024
"""Bytes."""
MOST_ADDRESSES = 100
_FIELDS = ("Final-Recipient", "Original-Recipient")
_LONGEST_ADDRESS = 320


def bounced_addresses(report: bytes) -> list[str]:
    """The addresses, with the domain as DNS writes it and as people do; none for what is no such report."""
    try:
        found = dict.fromkeys(_spellings(message_from_bytes(report[:LONGEST_READ])))
    except RecursionError:  # parts within parts within parts
        return []
    return list(found)[:MOST_ADDRESSES]


def _spellings(report: Message) -> Iterator[str]:
    for recipient in _recipients(report):
        if _words(recipient, "Action").casefold() == "failed":
            for name in _FIELDS:
                yield from _address(_words(recipient, name))


def _recipients(report: Message) -> Iterator[Message]:
    """A block for each recipient, behind the one for the letter (section 2.1)."""
    parts = report.get_payload() if report.is_multipart() else []
    for part in parts if isinstance(parts, list) else []:
        if isinstance(part, Message) and part.get_content_type() == "message/delivery-status":
            yield from (one for one in part.get_payload() if isinstance(one, Message))


def _words(block: Message, name: str) -> str:
    return str(block.get(name, "")).strip()


def _address(field: str) -> Iterator[str]:
    """`rfc822; mia@example.com` (section 2.3.2)."""
    _, _, written = field.partition(";")
    address = written.strip().removeprefix("<").removesuffix(">")
    local, at, domain = address.rpartition("@")
    if not (at and local and domain and address.isprintable()) or len(address) > _LONGEST_ADDRESS:
        return
    yield address
    try:
        yield f"{local}@{domain.encode('ascii').decode('idna')}"
    except UnicodeError:
        return
