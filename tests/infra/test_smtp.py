"""The mail server keeps what it is sent, and misbehaves as real ones do."""

import smtplib
from email.message import EmailMessage

import pytest

from tests.infra.smtp import Behaviour, SmtpSink


def send(sink: SmtpSink, to: str = "mia@example.org") -> None:
    message = EmailMessage()
    message["From"], message["To"], message["Subject"] = "noreply@example.org", to, "Grüezi"
    message.set_content("Für Sie: ein Link\n")
    with smtplib.SMTP(sink.host, sink.port, timeout=0.5) as client:
        client.send_message(message)


def test_keeps_a_message_decoded(smtp: SmtpSink) -> None:
    send(smtp)
    (received,) = smtp.wait_for(1, "mia@example.org")
    assert ("noreply@example.org", ("mia@example.org",)) == (received.sender, received.recipients)
    assert ("Grüezi", "Für Sie: ein Link\n") == (received.subject, received.text)


def test_says_what_is_missing_when_nothing_comes(smtp: SmtpSink) -> None:
    with pytest.raises(AssertionError, match="0 of 1 messages"):
        smtp.wait_for(1, seconds=0)


@pytest.mark.parametrize(("behaviour", "code"), [(Behaviour.BUSY, 451), (Behaviour.REJECT, 550)])
def test_refuses_a_recipient(smtp: SmtpSink, behaviour: Behaviour, code: int) -> None:
    smtp.behaviour = behaviour
    with pytest.raises(smtplib.SMTPRecipientsRefused) as refusal:
        send(smtp)
    assert code == refusal.value.recipients["mia@example.org"][0]


@pytest.mark.parametrize(
    ("behaviour", "kept"), [(Behaviour.HANG, 0), (Behaviour.DROP, 0), (Behaviour.LOSE_REPLY, 1)]
)
def test_breaks_a_connection(smtp: SmtpSink, behaviour: Behaviour, kept: int) -> None:
    smtp.behaviour = behaviour
    with pytest.raises(smtplib.SMTPServerDisconnected):
        send(smtp)
    assert kept == len(smtp.messages)


def test_recovers_when_told_to(smtp: SmtpSink) -> None:
    smtp.behaviour = Behaviour.DROP
    with pytest.raises(smtplib.SMTPServerDisconnected):
        send(smtp)
    smtp.behaviour = Behaviour.ACCEPT
    send(smtp)
    assert 1 == len(smtp.messages)
