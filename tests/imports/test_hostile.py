"""Whatever a file holds: there are people, or there is a refusal, and nothing else."""

from functools import partial

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sparekey.imports import SOURCES, BadFile, Keys
from tests.imports.reading import SAMPLES, people

SOURCE_OF = {
    "uris": ["uris.txt"],
    "pictures": [],
    "csv": ["table.csv"],
    "pskc": ["pskc-plain.xml", "pskc-rfc6030-preshared.xml", "pskc-rfc6030-passphrase.xml"],
    "keycloak": ["keycloak.json"],
    "authentik": ["authentik.json", "authentik-blueprint.json"],
    "authelia": ["authelia-users.yml", "authelia-totp.yml"],
    "privacyidea": ["privacyidea.csv"],
    "django-otp": ["django-otp.json"],
    "django-allauth": ["django-allauth.json"],
}
KEYS = Keys(passphrase="qwerty", aes_key=bytes(16))


def gives_people_or_a_refusal(source: str, content: bytes) -> None:
    try:
        found = people(source, content, keys=KEYS)
    except BadFile as bad:
        sentences = [line.sentence for line in bad.lines]
    else:
        sentences = [person.username for person in found]
    assert all(sentences)
    assert sentences


@pytest.mark.parametrize("source", sorted(SOURCES))
@given(content=st.binary(max_size=300) | st.text(max_size=200).map(partial(str.encode, errors="replace")))
def test_any_bytes(source: str, content: bytes) -> None:
    gives_people_or_a_refusal(source, content)


@pytest.mark.parametrize(
    ("source", "name"), [(source, name) for source, names in SOURCE_OF.items() for name in names]
)
@given(data=st.data())
@settings(max_examples=60)
def test_a_sample_with_something_else_in_it(source: str, name: str, data: st.DataObject) -> None:
    whole = (SAMPLES / name).read_bytes()
    start = data.draw(st.integers(0, len(whole)))
    end = data.draw(st.integers(start, min(len(whole), start + 30)))
    other = data.draw(
        st.binary(max_size=8)
        | st.sampled_from(
            [b'"', b"null", b"[", b"{}", b"-1", b"<a>", b"\\ud800", b"\\u0000", b"%FF", b"9" * 30]
        )
    )
    gives_people_or_a_refusal(source, whole[:start] + other + whole[end:])


def test_every_source_is_tried() -> None:
    assert set(SOURCES) == set(SOURCE_OF)
