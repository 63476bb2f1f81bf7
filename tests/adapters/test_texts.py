"""Text messages through a gateway on loopback: filled in, escaped, and what each answer means."""

import logging
import sys
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace
from types import ModuleType

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from sparekey.adapters.texts import TextSettings, Undelivered, send, write
from tests.infra.texts import Behaviour, Gateway, sms_gateway

NUMBER = "+41791234567"
EVIL = 'x" , "to": "+1900", "y": "\\ {to} &to=1#%0d%0a\r\n../?\u2028'
BODY = '{"to": "{to}", "plain": "{digits}", "message": "{text}"}'


@pytest.fixture(scope="module")
def shared() -> Iterator[Gateway]:
    with sms_gateway() as gateway:
        yield gateway


@pytest.fixture
def gateway(shared: Gateway) -> Gateway:
    shared.behaviour = Behaviour.ACCEPT
    shared.asked.clear()
    return shared


def by_json(gateway: Gateway) -> TextSettings:
    return TextSettings(url=gateway.url, body=BODY, timeout_seconds=5)


def test_a_message_arrives_as_json(gateway: Gateway) -> None:
    send(by_json(gateway), NUMBER, "hello ü")
    asked = gateway.asked[0]
    assert ("POST", "application/json") == (asked.method, asked.headers["content-type"])
    assert {"to": NUMBER, "plain": NUMBER[1:], "message": "hello ü"} == asked.json


def test_a_message_arrives_as_a_form(gateway: Gateway) -> None:
    settings = replace(by_json(gateway), method="PUT", format="form", body="to={to}&fix=1&text={text}")
    send(settings, NUMBER, EVIL)
    asked = gateway.asked[0]
    assert ("PUT", "application/x-www-form-urlencoded") == (asked.method, asked.headers["content-type"])
    assert {"to": NUMBER, "fix": "1", "text": EVIL} == asked.form


def test_a_message_arrives_in_the_address(gateway: Gateway) -> None:
    url = f"{gateway.url}/{{digits}}?to={{to}}&text={{text}}"
    send(TextSettings(url=url, method="GET"), NUMBER, EVIL)
    asked = gateway.asked[0]
    assert ("GET", "", {"to": NUMBER, "text": EVIL}) == (asked.method, asked.body, asked.query)
    assert asked.path.startswith("/send/41791234567?")


@settings(max_examples=50, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@example(text=EVIL, to=NUMBER)
@given(text=st.text(st.characters(codec="utf-8")), to=st.text(st.characters(codec="utf-8"), min_size=1))
def test_nothing_in_a_value_ends_the_place_it_stands_in(gateway: Gateway, text: str, to: str) -> None:
    gateway.asked.clear()
    send(by_json(gateway), to, text)
    assert {"to": to, "plain": to.removeprefix("+"), "message": text} == gateway.asked[0].json


def test_headers_and_sign_in(gateway: Gateway) -> None:
    settings = replace(by_json(gateway), headers=(("X-Api-Key", "abc"),), username="us", password="ü:1")
    send(settings, NUMBER, "hello")
    headers = gateway.asked[0].headers
    assert ("abc", "Sparekey") == (headers["x-api-key"], headers["user-agent"])
    assert headers["authorization"].startswith("Basic ")


ANSWERS = {
    Behaviour.BROKEN: (True, "refuses the message for now (500)"),
    Behaviour.REFUSE: (False, "refuses the message for good (400)"),
    Behaviour.LOCKED: (True, "does not let us in (401)"),
    Behaviour.BUSY: (True, "refuses the message for now (429)"),
    Behaviour.REDIRECT: (True, "leads elsewhere (302): set its final address"),
    Behaviour.DROP: (True, "cannot be reached, or broke off"),
    Behaviour.HANG: (True, "does not answer in time"),
}


@pytest.mark.parametrize("behaviour", ANSWERS)
def test_what_the_gateway_answers(gateway: Gateway, behaviour: Behaviour) -> None:
    gateway.behaviour = behaviour
    with pytest.raises(Undelivered) as refused:
        send(replace(by_json(gateway), timeout_seconds=0.2), NUMBER, "hello")
    temporary, said = ANSWERS[behaviour]
    assert (temporary, f"The SMS gateway {said}") == (refused.value.temporary, refused.value.sentence)
    assert 1 == len(gateway.asked)


def test_nobody_is_there() -> None:
    with pytest.raises(Undelivered) as refused:
        send(TextSettings(url="http://127.0.0.1:1/send", body=BODY), NUMBER, "hello")
    assert (True, "The SMS gateway cannot be reached, or broke off") == (
        refused.value.temporary,
        refused.value.sentence,
    )


@pytest.mark.parametrize("behaviour", Behaviour)
def test_neither_number_nor_code_gets_into_a_log(
    gateway: Gateway, behaviour: Behaviour, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    gateway.behaviour = behaviour
    url = f"{gateway.url}?to={{to}}&text={{text}}"
    with suppress(Undelivered):
        send(TextSettings(url=url, method="GET", timeout_seconds=0.2), NUMBER, "482913")
    assert not [one for one in ("482913", "1234567") if one in caplog.text]


class Apprise:
    """Stands for the library: what it was told, and whether it takes it."""

    told: list[tuple[str, str]] = []  # noqa: RUF012
    takes: bool | Exception = True

    def add(self, url: str) -> bool:
        self.url = url
        return url.startswith("known:")

    def notify(self, body: str) -> bool:
        if isinstance(self.takes, Exception):
            raise self.takes
        self.told.append((self.url, body))
        return self.takes


@pytest.fixture
def apprise(monkeypatch: pytest.MonkeyPatch) -> type[Apprise]:
    module = ModuleType("apprise")
    module.Apprise = Apprise  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "apprise", module)
    Apprise.told, Apprise.takes = [], True
    return Apprise


def test_apprise_gets_the_number_in_its_address(apprise: type[Apprise]) -> None:
    send(TextSettings(apprise_url="known://KEY/{to}?x={digits}"), NUMBER, "hello {to}")
    assert [("known://KEY/%2B41791234567?x=41791234567", "hello {to}")] == apprise.told


@pytest.mark.parametrize("takes", [False, RuntimeError("+41791234567")])
def test_apprise_fails(apprise: type[Apprise], takes: bool | Exception) -> None:
    apprise.takes = takes
    with pytest.raises(Undelivered, match=r"^apprise (failed|could not)") as refused:
        send(TextSettings(apprise_url="known://{to}"), NUMBER, "hello")
    assert (True, False) == (refused.value.temporary, "1234567" in refused.value.sentence)


def test_an_address_that_apprise_does_not_know(apprise: type[Apprise]) -> None:
    with pytest.raises(Undelivered):
        send(TextSettings(apprise_url="other://{to}"), NUMBER, "hello")


@pytest.mark.parametrize("language", ["en", "de"])
def test_the_message_names_the_site_and_binds_the_code_to_it(language: str) -> None:
    lines = write("482913", language, "id.example:8443").split("\n")
    assert "@id.example #482913" == lines[-1]
    assert lines[0].startswith("482913 ")
    assert "id.example" in lines[0]
    assert len("\n".join(lines)) < 160


def test_settings_do_not_print_what_is_secret() -> None:
    settings = TextSettings("https://x/SECRET", body="SECRET", password="SECRET", apprise_url="SECRET")
    assert "SECRET" not in repr(replace(settings, headers=(("a", "SECRET"),)))
