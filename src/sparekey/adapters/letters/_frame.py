"""What stands around the words of every letter, in each language, and how times are written."""

from dataclasses import dataclass

from sparekey.adapters.letters._shape import Reader


@dataclass(frozen=True, kw_only=True)
class Frame:
    """The same for every kind. All strings are patterns, as in `_shape`."""

    language: str
    html_language: str
    brand: dict[Reader, str]
    greeting: dict[Reader, str]
    contact: str
    contact_without_owner: str
    """For who has no other owner to ask."""
    footer: dict[Reader, str]
    qr_label: str
    qr_note: str
    time_pattern: str
    """In the words of CLDR."""


_BRAND = {Reader.PERSON: "{account}", Reader.OWNER: "{account}", Reader.STRANGER: "{host}"}
_NEVER_EN = "We never ask for a code or password by email, phone or chat."
_NEVER_DE = "Wir fragen nie per E-Mail, Telefon oder Chat nach einem Code oder Passwort."
_FOOTER_EN = "Sent by Sparekey for {account} ({host}). " + _NEVER_EN
_FOOTER_DE = "Gesendet von Sparekey für {account} ({host}). " + _NEVER_DE

FRAMES = {
    "en": Frame(
        language="en",
        html_language="en",
        brand=_BRAND,
        greeting={Reader.PERSON: "Hello {name},", Reader.OWNER: "Hello {name},", Reader.STRANGER: "Hello,"},
        contact="You can also ask your account owners: {owners}.",
        contact_without_owner="You can also ask whoever runs {host}.",
        footer={
            Reader.PERSON: _FOOTER_EN,
            Reader.OWNER: _FOOTER_EN,
            Reader.STRANGER: "Sent by Sparekey ({host}). " + _NEVER_EN,
        },
        qr_label="QR code with your temporary secret",
        qr_note="The QR code is attached as qr-code.png.",
        time_pattern="d MMMM y, HH:mm",
    ),
    "de": Frame(
        language="de",
        html_language="de-CH",
        brand=_BRAND,
        greeting={
            Reader.PERSON: "Guten Tag {name},",
            Reader.OWNER: "Guten Tag {name},",
            Reader.STRANGER: "Guten Tag,",
        },
        contact="Sie können auch die Inhaberrolle Ihres Kontos fragen: {owners}.",
        contact_without_owner="Sie können auch fragen, wer {host} betreibt.",
        footer={
            Reader.PERSON: _FOOTER_DE,
            Reader.OWNER: _FOOTER_DE,
            Reader.STRANGER: "Gesendet von Sparekey ({host}). " + _NEVER_DE,
        },
        qr_label="QR-Code mit Ihrem vorläufigen Geheimcode",
        qr_note="Der QR-Code ist als qr-code.png angehängt.",
        time_pattern="d. MMMM y, HH:mm 'Uhr'",
    ),
}


def facts_around(reader: Reader) -> frozenset[str]:
    """The facts that the frame itself asks for."""
    if reader is Reader.STRANGER:
        return frozenset({"host"})
    common = frozenset({"name", "account", "host"})
    return common | {"owners"} if reader is Reader.PERSON else common
