"""A program in a terminal shows a code, and somebody lets it in at their browser."""

import json
import urllib.error
import urllib.request
from typing import Any
from urllib.parse import urlencode

import pytest

from tests.stories.office import Office

pytestmark = pytest.mark.browser
GRANT = "urn:ietf:params:oauth:grant-type:device_code"


def ask(office: Office, path: str, **form: str) -> tuple[int, dict[str, Any]]:
    try:
        with urllib.request.urlopen(f"{office.server.url}{path}", urlencode(form).encode(), 5) as answer:  # noqa: S310
            return answer.status, json.load(answer)
    except urllib.error.HTTPError as refused:
        return refused.code, json.load(refused)


def test_a_program_is_let_in_by_its_code(office: Office) -> None:
    nora = office.seat(office.nora).signs_in()
    nora.opens("/account/apps/new/command")
    nora.confirms_if_asked()
    nora.enters("Name shown to staff", "Nightly")
    nora.presses("Add app")
    client_id = nora.page.locator("dd.mono").first.inner_text()

    _, said = ask(office, "/oidc/device", client_id=client_id, scope="openid profile")
    poll = {"grant_type": GRANT, "client_id": client_id, "device_code": said["device_code"]}
    assert "authorization_pending" == ask(office, "/oidc/token", **poll)[1]["error"]

    jonas = office.seat(office.jonas).signs_in()
    jonas.opens(said["verification_uri"])
    jonas.enters("Code on the device", said["user_code"].lower())
    jonas.presses("Continue")
    jonas.sees("Nightly", said["user_code"])
    jonas.presses("Allow")

    office.server.clock.advance(seconds=said["interval"])
    status, tokens = ask(office, "/oidc/token", **poll)
    assert (200, "Bearer") == (status, tokens["token_type"])
    assert "invalid_grant" == ask(office, "/oidc/token", **poll)[1]["error"], "good once"
