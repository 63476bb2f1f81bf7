"""Everything the audit chain can hold."""

import json
import re
from dataclasses import fields
from typing import Any

import pytest

from sparekey.core.events import TAGS, Event, apps, fields_of, mail, recovery, server, signing_in, team, ways

EVENTS = sorted(TAGS.items())


def test_every_event_has_a_tag_of_its_own_and_a_shape_has_none() -> None:
    public = {
        value
        for module in (apps, mail, recovery, server, signing_in, team, ways)
        for value in vars(module).values()
        if isinstance(value, type) and issubclass(value, Event) and value.__module__ == module.__name__
    }
    assert public == set(TAGS.values())
    assert "" not in TAGS


@pytest.mark.parametrize(("tag", "event"), EVENTS)
def test_a_tag_reads_source_subject_action(tag: str, event: type[Event]) -> None:
    assert tag == event.tag
    assert re.fullmatch(r"(server|member|account|notice|client)(:[a-z_]+){2}", tag)


@pytest.mark.parametrize(("tag", "event"), EVENTS)
def test_an_event_about_a_person_names_them_first(tag: str, event: type[Event]) -> None:
    if tag.startswith("member:"):
        assert "subject" == fields_of(event)[0]


@pytest.mark.parametrize(("tag", "event"), EVENTS)
def test_no_event_has_a_place_for_a_secret(tag: str, event: type[Event]) -> None:
    words = {word for name in fields_of(event) for word in name.split("_")}
    assert set() == words & {"secret", "code", "codes", "token", "link", "password", "material", "name"} - (
        {"name"} if "name_hash" in fields_of(event) else set()
    )


def filled(event: type[Event]) -> Event:
    values: dict[str, Any] = {"str": "x", "int": 1, "bool": True, "dict[str, object]": {"a": 1}}
    return event(
        **{one.name: values.get(str(getattr(one.type, "__name__", one.type)), "x") for one in fields(event)}
    )


@pytest.mark.parametrize(("tag", "event"), EVENTS)
def test_an_event_tells_its_values_without_its_subject(tag: str, event: type[Event]) -> None:
    data = filled(event).data()
    assert set(fields_of(event)) - {"subject"} == set(data)
    json.dumps(data)


def test_what_is_not_known_is_left_out() -> None:
    assert {"command": "serve"} == server.ConsoleUsed("serve").data()
    assert {"kind": "app", "authenticator": "aut_1"} == signing_in.FactorProved(
        "mem_1", "app", "aut_1"
    ).data()
    assert {"count": 0} == team.ChainVerified(0).data()


def test_an_event_is_itself_and_no_other_of_the_same_shape() -> None:
    assert recovery.CaseCompleted("mem_1", "cas_1") == recovery.CaseCompleted("mem_1", "cas_1")
    other: Event = recovery.CaseExpired("mem_1", "cas_1")
    assert other != recovery.CaseCompleted("mem_1", "cas_1")


@pytest.mark.parametrize(
    ("event", "names"),
    [
        (ways.AuthenticatorDestroyed, ("subject", "authenticator", "kind", "reason")),
        (recovery.CaseOpened, ("subject", "case", "method", "how", "is_stolen")),
        (server.ServerStopped, ()),
    ],
)
def test_the_fields_of_an_event_stand_in_order(event: type[Event], names: tuple[str, ...]) -> None:
    assert names == fields_of(event)
