"""openid-client, a certified client for Node.js, as docs/apps/clients.md uses it, signs people in."""

import json
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest

from sparekey.core.clients import Client, Kind, Login
from sparekey.flows.context import Context
from tests.clients import BACK, KEY, SECRET, client, strict
from tests.infra import node, programs
from tests.people import Team
from tests.web.real_clients.conftest import Walker, block

pytestmark = [pytest.mark.node, pytest.mark.parametrize("ctx", ["sqlite"], indirect=True)]
HERE = Path(__file__).parent
SITE = "https://wiki.example.com/back"
BYE = "https://wiki.example.com/bye"
WEB, WITH_KEY, COMMAND = range(3)
PATIENCE_SECONDS = 20


@pytest.fixture(scope="module")
def packages() -> Path:
    """What npm got."""
    missing, found = node.install(), node.packages()
    assert found, missing
    return found


class Program:
    """A running Node.js program that says lines of JSON."""

    def __init__(self, process: "subprocess.Popen[str]", said: Path) -> None:
        self._process, self._said = process, said

    def hear(self) -> dict[str, Any]:
        assert self._process.stdout
        line = self._process.stdout.readline()
        assert line, self._said.read_text()
        found: dict[str, Any] = json.loads(line)
        return found

    def tell(self, line: str) -> None:
        assert self._process.stdin
        self._process.stdin.write(f"{line}\n")
        self._process.stdin.flush()


@contextmanager
def running(folder: Path, packages: Path, program: str, app: str) -> Iterator[Program]:
    """A program of this folder, with the app of the guide."""
    (folder / "node_modules").symlink_to(packages)
    (folder / "app.mjs").write_text(app)
    (folder / program).write_text((HERE / program).read_text())
    said, found = folder / "said", programs.node()
    assert found
    with said.open("w") as errors:
        process = subprocess.Popen(
            [found, program],
            cwd=folder,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=errors,
            text=True,
        )
        try:
            yield Program(process, said)
        finally:
            process.kill()
            process.communicate(timeout=PATIENCE_SECONDS)


def app(here: Context, of: Client, number: int) -> str:
    """The guide's code for this server, which is on loopback and has no certificate."""
    text = block("js", number).replace("https://id.example.com", here.site.base_url).replace(SITE, BACK)
    text = text.replace("cli_wiki", of.id).replace("cli_tool", of.id).replace("secret-of-the-app", SECRET)
    return text.replace("const options = {}", "const options = { execute: [client.allowInsecureRequests] }")


def sign_in(folder: Path, packages: Path, text: str, jonas: Walker) -> dict[str, Any]:
    """Everything that an app with a browser does; gives what it saw."""
    with running(folder, packages, "browser.mjs", text) as program:
        page = jonas.walk(program.hear()["address"], until=BACK)
        program.tell(str(page.url))
        return program.hear()


@pytest.mark.parametrize("how", ["ClientSecretBasic", "ClientSecretPost"])
def test_a_person_signs_in_to_an_app_with_a_secret(
    here: Context, team: Team, jonas: Walker, packages: Path, tmp_path: Path, how: str
) -> None:
    text = app(here, client(here, team, logout_uris=(BYE,)), WEB).replace("ClientSecretBasic", how)
    saw = sign_in(tmp_path, packages, text, jonas)
    assert ("urn:sparekey:acr:aal2", here.site.base_url) == (saw["claims"]["acr"], saw["claims"]["iss"])
    assert (jonas.who.username, jonas.who.email) == (
        saw["person"]["preferred_username"],
        saw["person"]["email"],
    )
    assert (saw["person"], 401, "bearer", True) == (saw["again"], saw["after"], saw["type"], saw["isNew"])
    assert BYE == jonas.http.get(saw["leave"]).headers["location"]


def test_a_person_signs_in_to_an_app_with_a_key_that_pushes_its_requests_and_binds_its_tokens(
    here: Context, team: Team, jonas: Walker, packages: Path, tmp_path: Path
) -> None:
    (tmp_path / "key.json").write_text(json.dumps(KEY.as_dict(private=True)))
    saw = sign_in(tmp_path, packages, app(here, strict(here, team), WITH_KEY), jonas)
    assert (jonas.who.email, saw["person"], 401, "dpop") == (
        saw["person"]["email"],
        saw["again"],
        saw["after"],
        saw["type"],
    )


def test_a_command_line_waits_until_its_person_allows_it(
    here: Context, team: Team, jonas: Walker, packages: Path, tmp_path: Path
) -> None:
    public: dict[str, Any] = {"kind": Kind.COMMAND, "login": Login.NONE, "secret_hash": ""}
    tool = client(here, team, "Tool", **public, redirect_uris=())
    with running(tmp_path, packages, "device.mjs", app(here, tool, COMMAND)) as program:
        shown = program.hear()
        page = jonas.walk(f"{here.site.base_url}/device?{urlencode({'user_code': shown['user_code']})}")
        assert ("/me", ["/sign-in", "/sign-in/code", "/device"]) == (page.url.path, jonas.seen)
        assert jonas.who.email == program.hear()["person"]["email"]
