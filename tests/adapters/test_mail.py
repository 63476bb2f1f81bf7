"""Letters go out over real SMTP on this machine, and every refusal says whether to try again."""

import asyncio
import ssl
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import SMTP
from ipaddress import ip_address
from pathlib import Path
from typing import Any

import pytest
from aiosmtpd import smtp
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult, Envelope, Session
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from hypothesis import given
from hypothesis import strategies as st

from sparekey.adapters.mail import MailSettings, Posting, Security, Undeliverable, build, send, try_out
from sparekey.adapters.messages import write
from tests.adapters.facts import AT, SECRET, ZURICH, facts

HERE = "127.0.0.1"


class Sink:
    """A mail server that keeps what it takes, and refuses what it is told to refuse."""

    def __init__(self, **refusals: str) -> None:
        self.refusals = refusals
        self.taken: list[EmailMessage] = []
        self.receivers: list[str] = []

    async def handle_MAIL(  # noqa: N802 -- aiosmtpd's name
        self, server: smtp.SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        envelope.mail_from = address
        return self.refusals.get("sender", "250 OK")

    async def handle_RCPT(  # noqa: N802
        self, server: smtp.SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        envelope.rcpt_tos.append(address)
        return self.refusals.get("receiver", "250 OK")

    async def handle_DATA(self, server: smtp.SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802
        if "letter" in self.refusals:
            return self.refusals["letter"]
        assert isinstance(envelope.content, bytes)
        self.taken.append(message_from_bytes(envelope.content, _class=EmailMessage, policy=SMTP))
        self.receivers += envelope.rcpt_tos
        return "250 OK"

    async def handle_QUIT(self, server: smtp.SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802
        return self.refusals.get("quit", "221 Bye")


class AnyPort(Controller):
    """Listens on whatever port is free, and tells which."""

    def _trigger_server(self) -> None:
        assert isinstance(self.server, asyncio.Server)
        self.port = self.server.sockets[0].getsockname()[1]
        super()._trigger_server()  # type: ignore[no-untyped-call]


def listening(sink: Sink, **options: Any) -> Iterator[int]:
    controller = AnyPort(sink, hostname=HERE, port=0, **options)
    controller.start()
    try:
        yield controller.port
    finally:
        controller.stop()


def settings(port: int, **other: object) -> MailSettings:
    plain = MailSettings(
        HERE, port, "id@bergundtal.example", "Berg & Tal AG", Security.NONE, timeout_seconds=5
    )
    return replace(plain, **other)  # type: ignore[arg-type]


def posting(kind: str = "secret_sent", **other: str) -> Posting:
    letter = write(kind, "de", facts(kind), ZURICH)
    return replace(Posting("out_7", "jonas.frei@bergundtal.example", "Jonas Frei", AT, letter), **other)  # type: ignore[arg-type]


def sent(sink: Sink, mail: Posting, **options: object) -> None:
    for port in listening(sink, **options):
        send(settings(port), mail)


def test_a_letter_arrives_with_text_page_and_picture() -> None:
    sink, mail = Sink(), posting()
    sent(sink, mail)
    message = sink.taken[0]
    text, page = message.get_body(("plain",)), message.get_body(("html",))
    assert text
    assert page
    assert mail.letter.text == text.get_content().replace("\r\n", "\n")
    assert mail.letter.html == page.get_content().replace("\r\n", "\n")
    pictures = [part for part in message.walk() if part.get_content_type() == "image/png"]
    assert [("<qr-code@sparekey>", "qr-code.png", mail.letter.attachments[0].content)] == [
        (part["Content-ID"], part.get_filename(), part.get_payload(decode=True)) for part in pictures
    ]


def test_its_head_says_who_when_and_that_no_answer_is_wanted() -> None:
    sink = Sink()
    sent(sink, posting())
    head = sink.taken[0]
    assert "Berg & Tal AG <id@bergundtal.example>" == str(head["From"])
    assert "Jonas Frei <jonas.frei@bergundtal.example>" == str(head["To"])
    assert "Ihr vorläufiger Geheimcode für Berg & Tal AG: damit anmelden und ändern" == str(head["Subject"])
    assert "Tue, 17 Nov 2026 09:42:00 +0000" == str(head["Date"])
    assert "<out_7@bergundtal.example>" == str(head["Message-ID"])
    assert "auto-generated" == str(head["Auto-Submitted"])


def test_a_letter_sent_again_is_the_same_letter() -> None:
    assert build(settings(25), posting())["Message-ID"] == build(settings(25), posting())["Message-ID"]


@pytest.mark.parametrize(
    ("at", "answer", "temporary"),
    [
        ("receiver", "550 no such person", False),
        ("receiver", "450 busy", True),
        ("letter", "554 looks like spam", False),
        ("letter", "451 later", True),
        ("sender", "550 not you", True),
        ("sender", "451 later", True),
    ],
)
def test_a_refusal_for_good_is_told_from_one_for_now(at: str, answer: str, temporary: bool) -> None:
    sink = Sink(**{at: answer})
    with pytest.raises(Undeliverable) as refusal:
        sent(sink, posting())
    assert (temporary, []) == (refusal.value.temporary, sink.taken)
    assert answer[:3] in refusal.value.sentence
    assert answer[4:] not in refusal.value.sentence


def test_a_server_that_stumbles_after_taking_a_letter_has_taken_it() -> None:
    sink = Sink(quit="421 going down")
    sent(sink, posting())
    assert 1 == len(sink.taken)


def test_a_server_that_is_not_there_is_tried_again() -> None:
    ports = list(listening(Sink()))
    with pytest.raises(Undeliverable, match="cannot be reached") as refusal:
        send(settings(ports[0]), posting())
    assert refusal.value.temporary


def test_trying_a_server_out_sends_nothing() -> None:
    sink = Sink()
    for port in listening(sink):
        try_out(settings(port))
    assert [] == sink.taken


def test_missing_encryption_is_refused_and_nothing_is_sent() -> None:
    sink = Sink()
    for port in listening(sink):
        with pytest.raises(Undeliverable, match="lacks the encryption") as refusal:
            send(settings(port, security=Security.STARTTLS), posting())
        assert (True, []) == (refusal.value.temporary, sink.taken)


@pytest.mark.parametrize("security", [Security.STARTTLS, Security.TLS])
def test_encrypted_both_ways_with_a_certificate_that_is_checked(
    security: Security, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    context, sink = certified(tmp_path), Sink()
    options: dict[str, object] = (
        {"ssl_context": context}
        if security is Security.TLS
        else {"tls_context": context, "require_starttls": True}
    )
    for port in listening(sink, **options):
        with pytest.raises(Undeliverable, match="certificate") as refusal:
            send(settings(port, security=security), posting())
        assert (True, []) == (refusal.value.temporary, sink.taken)
        monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "cert.pem"))
        send(settings(port, security=security), posting())
    assert 1 == len(sink.taken)


def certified(folder: Path) -> ssl.SSLContext:
    """A server's side of TLS with a certificate of its own for this machine."""
    key, name = ec.generate_private_key(ec.SECP256R1()), x509.Name([])
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ip_address(HERE))]), critical=True)
        .sign(key, hashes.SHA256())
    )
    (folder / "cert.pem").write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
    (folder / "key.pem").write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
    )
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(folder / "cert.pem", folder / "key.pem")
    return context


@pytest.mark.parametrize("is_right", [True, False])
def test_signing_in_at_the_mail_server(
    is_right: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    sink, options = Sink(), {"tls_context": certified(tmp_path), "auth_required": True}
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "cert.pem"))
    for port in listening(
        sink, authenticator=lambda *_: AuthResult(success=is_right, handled=False), **options
    ):
        named = settings(port, security=Security.STARTTLS, username="sparekey", password="mail password")
        if is_right:
            send(named, posting())
        else:
            with pytest.raises(Undeliverable, match="username or password in the settings") as refusal:
                send(named, posting())
            assert refusal.value.temporary
    assert is_right == bool(sink.taken)


def test_a_domain_beyond_ascii_goes_out_as_dns_writes_it() -> None:
    sink = Sink()
    sent(sink, posting(to_address="jonas@bäckerei.example"))
    assert ["jonas@xn--bckerei-5wa.example"] == sink.receivers


def test_a_name_in_the_address_beyond_ascii_goes_out_where_the_server_takes_it() -> None:
    sink = Sink()
    sent(sink, posting(to_address="jörg@bergundtal.example"), enable_SMTPUTF8=True)
    assert ["jörg@bergundtal.example"] == sink.receivers


def test_a_name_in_the_address_beyond_ascii_is_refused_for_good_where_it_does_not() -> None:
    with pytest.raises(Undeliverable, match="beyond a to z") as refusal:
        sent(Sink(), posting(to_address="jörg@bergundtal.example"), enable_SMTPUTF8=False)
    assert not refusal.value.temporary


@pytest.mark.parametrize(
    "address",
    [
        "",
        "jonas",
        "a@b@c",
        "a@b.example\r\nBcc: eve@evil.example",
        "a b@c.example",
        "<a@b.example>",
        "a,b@c.example",
        "@c.example",
        "a@",
        "a" * 65 + "@b.example",
        "a@" + "b." * 130 + "example",
        "a@..example",
    ],
)
def test_what_is_no_address_is_refused_for_good(address: str) -> None:
    with pytest.raises(Undeliverable) as refusal:
        build(settings(25), posting(to_address=address))
    assert not refusal.value.temporary


@given(name=st.text(max_size=60), subject=st.text(max_size=120))
def test_no_name_and_no_subject_adds_a_line_to_the_head(name: str, subject: str) -> None:
    mail = posting("new_device", to_name=name)
    mail = replace(mail, letter=replace(mail.letter, subject=subject))
    try:
        message = build(settings(25), mail)
    except Undeliverable:
        return
    again = message_from_bytes(message.as_bytes(), _class=EmailMessage, policy=SMTP)
    assert set(message.keys()) == set(again.keys())
    assert 1 == len(again.get_all("To", []))


@pytest.mark.parametrize(
    "name", ["Jonas\r\nBcc: eve@evil.example", "Jonas\nX: y", "Jonas\n", "Jonas\u2028", "\0"]
)
def test_a_name_with_a_line_break_is_refused(name: str) -> None:
    with pytest.raises(Undeliverable, match="line break"):
        build(settings(25), posting(to_name=name))


def test_an_outbox_id_with_other_signs_is_a_mistake() -> None:
    with pytest.raises(ValueError, match="outbox id"):
        build(settings(25), posting(id="a>\r\nX: y"))


def test_neither_settings_nor_posting_show_secrets_in_logs() -> None:
    shown = repr(settings(25, password="mail password")) + repr(posting())
    assert "mail password" not in shown
    assert SECRET[:4] not in shown
