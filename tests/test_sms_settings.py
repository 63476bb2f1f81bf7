"""The gateway for text messages: what is taken, what is refused, and that no sentence repeats a secret."""

from dataclasses import replace
from pathlib import Path

import pytest

from sparekey.adapters.texts import TextSettings
from sparekey.app.opening import text_settings
from sparekey.errors import Unready
from sparekey.settings import Settings, load

SECRET = "canary-8f1d"
URL = "https://sms.example.com/send?key=canary-8f1d"
BODY = '{"to": "{to}", "text": "{text}"}'


def read(**values: str) -> Settings:
    return load(None, {f"SPAREKEY_SMS_{name.upper()}": value for name, value in values.items()})


def problems(**values: str) -> list[str]:
    with pytest.raises(Unready) as refusal:
        read(**values)
    return list(refusal.value.facts["problems"])


def test_without_a_gateway_no_text_message_leaves() -> None:
    assert text_settings(read()) is None


def test_a_gateway_as_it_is_used() -> None:
    settings = read(
        url=URL,
        method="PUT",
        headers="X-Key: one\nX-Other:two words \n",
        body=BODY,
        username="us",
        password="pw",
        country="de",
        countries="ch, li de",
    )
    expected = TextSettings(
        url=URL,
        method="PUT",
        headers=(("X-Key", "one"), ("X-Other", "two words")),
        body=BODY,
        username="us",
        password="pw",
        country="DE",
        countries=("CH", "LI", "DE"),
    )
    assert expected == text_settings(settings)


def test_a_gateway_in_a_file(tmp_path: Path) -> None:
    file = tmp_path / "sparekey.toml"
    file.write_text(f"[sms]\nurl = '{URL}'\nheaders = ['X-Key: one']\nbody = '{BODY}'")
    found = text_settings(load(file, {}))
    assert found is not None
    assert replace(TextSettings(), url=URL, headers=(("X-Key", "one"),), body=BODY) == found


def test_a_secret_file_holds_what_is_secret(tmp_path: Path) -> None:
    file = tmp_path / "headers"
    file.write_text(f"Authorization: Bearer {SECRET}\n")
    settings = load(
        None, {"SPAREKEY_SMS_URL": URL, "SPAREKEY_SMS_BODY": BODY, "SPAREKEY_SMS_HEADERS_FILE": str(file)}
    )
    assert (("Authorization", f"Bearer {SECRET}"),) == settings.sms.header_pairs


WRONG = {
    "http elsewhere": (
        {"url": "http://sms.example.com/canary-8f1d", "body": BODY},
        "must begin with https://",
    ),
    "no host": ({"url": "https:///canary-8f1d", "body": BODY}, "must begin with https:// and name a host"),
    "no address": ({"url": "https://[canary-8f1d", "body": BODY}, "is not an address"),
    "number as host": ({"url": "https://{digits}.example/?k=canary-8f1d&t={text}"}, "must name one host"),
    "name in it": ({"url": "https://us:canary-8f1d@sms.example.com/", "body": BODY}, "must name one host"),
    "a space": ({"url": "https://sms.example.com/a b?canary-8f1d", "body": BODY}, "no spaces"),
    "no header": ({"url": URL, "body": BODY, "headers": "canary-8f1d"}, "must be lines such as"),
    "broken header": (
        {"url": URL, "body": BODY, "headers": "X-Key: canary-8f1d\x00"},
        "must be lines such as",
    ),
    "no JSON": ({"url": URL, "body": '{"to": {to}, "text": "{text}", "k": "canary-8f1d"}'}, "is not JSON"),
    "no text": ({"url": URL, "body": '{"to": "{to}", "k": "canary-8f1d"}'}, "lack {to} or {text}"),
    "no number": ({"url": URL, "body": '{"text": "{text}", "k": "canary-8f1d"}'}, "lack {to} or {text}"),
    "body of GET": ({"url": URL, "method": "GET", "body": BODY}, "is not sent with GET"),
    "no name": ({"url": URL, "body": BODY, "password": SECRET}, "sms.username"),
    "both": ({"url": URL, "body": BODY, "apprise_url": "x://canary-8f1d/{to}"}, "are both set"),
    "apprise without number": ({"apprise_url": "x://canary-8f1d"}, "lacks {to}"),
    "no gateway": ({"password": SECRET}, "sms.url (SPAREKEY_SMS_URL) is missing beside sms.password"),
    "no country": ({"country": "Schweiz"}, "must be a country's two letters"),
    "no countries": ({"countries": "CH, Schweiz"}, "must be a country's two letters"),
    "odd method": ({"url": URL, "body": BODY, "method": "DELETE"}, "'POST', 'PUT' or 'GET'"),
}


@pytest.mark.parametrize(("values", "said"), WRONG.values(), ids=WRONG.keys())
def test_what_is_wrong_is_said_without_what_is_secret(values: dict[str, str], said: str) -> None:
    found = "\n".join(problems(**values))
    assert said in found
    assert SECRET not in found


@pytest.mark.parametrize(
    "values",
    [
        {"url": "http://127.0.0.1:8080/", "body": BODY},
        {"url": "https://sms.example.com/{digits}?text={text}", "method": "GET"},
        {"url": URL, "format": "form", "body": "to={to}&text={text}"},
    ],
)
def test_other_gateways_are_taken(values: dict[str, str]) -> None:
    assert text_settings(read(**values)) is not None


def test_apprise_must_be_there() -> None:
    with pytest.raises(Unready, match=r"install sparekey\[sms\]"):
        text_settings(read(apprise_url="twilio://SID:TOKEN@SENDER/{to}"))


def test_settings_do_not_print_what_is_secret() -> None:
    settings = read(
        url=URL, body='{"to": "{to}", "text": "{text}", "key": "canary-8f1d"}', headers=f"A: {SECRET}"
    )
    assert SECRET not in f"{settings!r}{text_settings(settings)!r}"
