"""What is no answer of a passkey is refused with a page, wherever a passkey is taken."""

import json

import pytest

from sparekey.flows.context import Context
from tests.people import Team, account
from tests.soft_key import SoftKey
from tests.web.conftest import Browse
from tests.web.test_passkey_pages import adds, form_of, posts

LONG = {"id": "A" * 50_000, "rawId": "AA", "type": "public-key", "response": {}}
BODIES = {
    "nothing": "",
    "a NUL": "\0",
    "a list": "[]",
    "null": "null",
    "a number of 5,000 digits": "1" * 5_000,
    "lists 30,000 deep": "[" * 30_000,
    "objects 10,000 deep": '{"a":' * 10_000,
    "other types": '{"id": [1], "rawId": {}, "response": [], "type": 1}',
    "half a surrogate pair": '{"id": "\\ud800", "rawId": "\\ud800", "response": {}, "type": "public-key"}',
    "an id of 50,000 characters": json.dumps(LONG),
    "1 MB": "x" * 1_000_000,
}
TAKEN_AT = {
    "/passkey/sign-in": ("/sign-in", "/passkey/sign-in/options"),
    "/me/2fa/passkey": ("/me/2fa/passkey", "/passkey/new/options"),
    "/me/confirm": ("/me/confirm", "/passkey/confirm/options"),
}


@pytest.fixture
def team(ctx: Context) -> Team:
    return account(ctx)


@pytest.mark.parametrize("path", TAKEN_AT)
def test_no_answer_is_refused(path: str, team: Team, browse: Browse) -> None:
    """Each is asked for first, so that a question waits for the answer."""
    page, options = TAKEN_AT[path]
    for name, body in BODIES.items():
        tab = browse() if page == "/sign-in" else browse(team["jonas.frei"])
        if path == "/me/confirm":
            adds(tab, SoftKey())
        csrf = form_of(tab, page)["csrf"]
        posts(tab, options, csrf=csrf)
        assert 400 <= posts(tab, path, csrf=csrf, passkey=body).status < 500, name


@pytest.mark.parametrize("name", ["\0", "x" * 60_000, "\ud7ff", " "])
def test_any_name_may_be_asked_with(name: str, browse: Browse) -> None:
    tab = browse()
    csrf = form_of(tab, "/sign-in")["csrf"]
    assert posts(tab, "/passkey/sign-in/options", csrf=csrf, username=name).status < 500
