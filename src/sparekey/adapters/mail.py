"""Sending one letter over SMTP (RFC 5321), and saying whether it is worth another try.

- The Message-ID is made of the outbox row's id: a letter sent twice after a crash is the same letter (RFC
  5322, section 3.6.4). `Auto-Submitted` keeps holiday answers away (RFC 3834).
- Permanent is only what concerns this letter or its address (5xx to RCPT or DATA). Trouble with the server,
  its certificate or our own settings is temporary: once that is put right, the letter can still go.
- Whether the settings make sense (a sender that is an address, unencrypted to this machine only) was checked
  where they were read.
- No sentence here repeats what a letter says, or what the other server answered beyond its code.
"""

import re
import smtplib
import ssl
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime
from enum import StrEnum

from sparekey.adapters.messages import Attachment, Letter

_ADDRESS = re.compile(r'[^\s<>()\[\]\\,:;@"\x00-\x1f\x7f]{1,64}@[^\s<>()\[\]\\,:;@"\x00-\x1f\x7f]{1,255}')
_ID = re.compile(r"[A-Za-z0-9_-]{1,100}")
_LONGEST_ADDRESS = 254  # RFC 5321, section 4.5.3.1.3
_PERMANENT = 500


class Security(StrEnum):
    """How the way to the mail server is protected."""

    STARTTLS = "starttls"
    TLS = "tls"
    NONE = "none"


@dataclass(frozen=True)
class MailSettings:
    """The mail server, and who writes; from settings that were checked."""

    host: str
    port: int
    sender_address: str
    sender_name: str
    security: Security = Security.STARTTLS
    username: str = ""
    password: str = field(default="", repr=False)
    timeout_seconds: float = 10


@dataclass(frozen=True)
class Posting:
    """One row of the outbox, ready to go."""

    id: str
    to_address: str
    to_name: str
    at: datetime
    letter: Letter = field(repr=False)


class Undeliverable(Exception):
    """The letter did not go. `sentence` is for the owner's eyes and says nothing of its content."""

    def __init__(self, temporary: bool, sentence: str, *, is_address: bool = False) -> None:
        super().__init__(sentence)
        self.temporary = temporary
        self.sentence = sentence
        self.is_address = is_address
        """It is the address that was refused, not the letter, and not us."""


def send(settings: MailSettings, posting: Posting) -> None:
    """Hand the letter to the mail server; raises `Undeliverable`, but nothing once the server took it."""
    message = build(settings, posting)
    sender, receiver = _with_ascii_domain(settings.sender_address), _with_ascii_domain(posting.to_address)
    with _telling_apart(), _connected(settings, sender) as server:
        server.send_message(message, sender, [receiver])


def try_out(settings: MailSettings) -> None:
    """Connect and sign in as for a letter, and send none; raises `Undeliverable`."""
    with _telling_apart(), _connected(settings, _with_ascii_domain(settings.sender_address)) as server:
        server.noop()


def build(settings: MailSettings, posting: Posting) -> EmailMessage:
    """The letter as it travels: text and HTML as alternatives, pictures beside the HTML."""
    if not _ID.fullmatch(posting.id):
        raise ValueError("an outbox id is made of letters, digits, - and _")
    sender = _with_ascii_domain(settings.sender_address)
    message = EmailMessage(policy=SMTP)
    message["From"] = _mailbox(settings.sender_name, sender)
    message["To"] = _mailbox(posting.to_name, _with_ascii_domain(posting.to_address))
    message["Subject"] = _on_one_line(posting.letter.subject)
    message["Date"] = format_datetime(posting.at)
    message["Message-ID"] = f"<{posting.id}@{sender.rpartition('@')[2]}>"
    message["Auto-Submitted"] = "auto-generated"
    message.set_content(posting.letter.text, cte="quoted-printable")
    message.add_alternative(posting.letter.html, subtype="html", cte="quoted-printable")
    for attachment in posting.letter.attachments:
        _add_picture(message, attachment)
    return message


def _add_picture(message: EmailMessage, attachment: Attachment) -> None:
    page = message.get_body(("html",))
    assert isinstance(page, EmailMessage)  # noqa: S101 -- `build` has just put it there
    page.add_related(
        attachment.content,
        "image",
        attachment.subtype,
        cid=f"<{attachment.cid}>",
        filename=attachment.filename,
        disposition="inline",
    )


def _mailbox(name: str, address: str) -> Address:
    local, _, domain = address.rpartition("@")
    return Address(_on_one_line(name), local, domain)


def _on_one_line(words: str) -> str:
    """The library lets a break at the very end through, which would end the head of the letter."""
    if len(f"{words}.".splitlines()) > 1 or "\0" in words:
        raise Undeliverable(False, "A name or the subject holds a line break")
    return words


def _with_ascii_domain(address: str) -> str:
    """The address with its domain as DNS writes it (RFC 5890); a local part beyond ASCII stays (RFC 6531)."""
    if not _is_address(address):
        sentence = "The address cannot be written to: check it for typing errors"
        raise Undeliverable(False, sentence, is_address=True)
    local, _, domain = address.rpartition("@")
    try:
        return f"{local}@{domain.encode('idna').decode()}"
    except UnicodeError:
        sentence = "The part of the address after the @ is not a domain"
        raise Undeliverable(False, sentence, is_address=True) from None


def _is_address(address: str) -> bool:
    return len(address) <= _LONGEST_ADDRESS and _ADDRESS.fullmatch(address) is not None


@contextmanager
def _connected(settings: MailSettings, sender: str) -> Iterator[smtplib.SMTP]:
    """A signed-in connection. How it ends is of no interest: the letter was taken or refused before."""
    server = _dial(settings, own_name=sender.rpartition("@")[2])
    try:
        if settings.security is Security.STARTTLS:
            server.starttls(context=ssl.create_default_context())
        if settings.username:
            server.login(settings.username, settings.password)
        yield server
        with suppress(smtplib.SMTPException, OSError):
            server.quit()
    finally:
        server.close()


def _dial(settings: MailSettings, own_name: str) -> smtplib.SMTP:
    """`own_name` saves a look-up of this machine's name, which can hang for as long as DNS does."""
    if settings.security is Security.TLS:
        context = ssl.create_default_context()
        return smtplib.SMTP_SSL(
            settings.host, settings.port, own_name, timeout=settings.timeout_seconds, context=context
        )
    return smtplib.SMTP(settings.host, settings.port, own_name, timeout=settings.timeout_seconds)


@contextmanager
def _telling_apart() -> Iterator[None]:
    """Every way SMTP can fail, as one exception that says whether to try again. Most exact kinds first."""
    try:
        yield
    except smtplib.SMTPRecipientsRefused as refused:
        code = next(iter(refused.recipients.values()))[0]
        raise _refused(code, "the address", is_address=True) from None
    except smtplib.SMTPDataError as refused:
        raise _refused(refused.smtp_code, "the letter", is_address=False) from None
    except smtplib.SMTPAuthenticationError:
        raise Undeliverable(
            True, "The mail server refuses the username or password in the settings"
        ) from None
    except smtplib.SMTPSenderRefused as refused:
        raise Undeliverable(
            True, f"The mail server refuses our sender address ({refused.smtp_code})"
        ) from None
    except smtplib.SMTPNotSupportedError as missing:
        raise _unsupported(missing) from None
    except ssl.SSLCertVerificationError:
        raise Undeliverable(True, "The certificate of the mail server is not valid for its name") from None
    except (smtplib.SMTPException, OSError):
        raise Undeliverable(True, "The mail server cannot be reached, or broke off") from None


def _refused(code: int, what: str, *, is_address: bool) -> Undeliverable:
    is_permanent = code >= _PERMANENT
    manner = "for good" if is_permanent else "for now"
    sentence = f"The mail server refuses {what} {manner} ({code})"
    return Undeliverable(not is_permanent, sentence, is_address=is_address)


def _unsupported(missing: smtplib.SMTPNotSupportedError) -> Undeliverable:
    """Only the address beyond ASCII is about this letter; the others are about encryption and signing in."""
    if "SMTPUTF8" in str(missing):
        sentence = "The mail server takes no address with letters beyond a to z"
        return Undeliverable(False, sentence, is_address=True)
    return Undeliverable(True, "The mail server lacks the encryption or sign-in that the settings ask for")
