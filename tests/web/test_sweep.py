"""Every address, for everybody who is not signed in: never a fault of ours, never the signed-in shell."""

import pytest
from starlette.testclient import TestClient

from sparekey.flows import sign_in
from sparekey.flows.context import Context
from sparekey.web.door import Way
from sparekey.web.routes import ALL, make_web
from tests.people import PASSWORD, SOMEBODY, account, signed_in

SHELL = 'class="shell"'


def fill(path: str) -> str:
    names = {"{token}": "0" * 64, "{username}": "jonas.frei", "{id}": "x", "{file}": "secret.txt"}
    for name, value in names.items():
        path = path.replace(name, value)
    return path


def visits(ctx: Context, token: str, way: Way) -> list[tuple[int, str]]:
    """What GET and POST of one address answer, the post with a token of its own form."""
    found = []
    with TestClient(make_web(ctx), base_url="https://id.example", follow_redirects=False) as client:
        if token:
            client.cookies.set("__Host-sparekey", token)
        csrf = client.get("/forgot-password").text.partition('name="csrf" value="')[2][:64]
        assert len(csrf) == 64
        if way.get:
            answer = client.get(fill(way.path))
            found.append((answer.status_code, answer.text))
        if way.post:
            answer = client.post(fill(way.path), data={"csrf": csrf})
            found.append((answer.status_code, answer.text))
    return found


@pytest.mark.parametrize("way", ALL, ids=lambda way: way.path)
@pytest.mark.parametrize("who", ["nobody", "half"])
def test_nobody_meets_a_fault_or_the_shell(ctx: Context, way: Way, who: str) -> None:
    account(ctx)
    token = ""
    if who == "half":
        token = sign_in.begin(ctx, SOMEBODY, "nora.keller", PASSWORD).started.token
    for status, text in visits(ctx, token, way):
        assert status < 500, text
        assert SHELL not in text


def test_the_shell_is_what_the_sweep_looks_for(ctx: Context) -> None:
    nora = signed_in(ctx, account(ctx).owner)
    with TestClient(make_web(ctx), base_url="https://id.example") as client:
        client.cookies.set("__Host-sparekey", nora.token)
        assert SHELL in client.get("/").text


def test_the_sweep_s_posts_come_through(ctx: Context) -> None:
    """They are refused for who sends them, not for their form."""
    account(ctx)
    way = next(one for one in ALL if one.path == "/contacts/staff/new")
    assert [303, 303] == [status for status, _ in visits(ctx, "", way)]


@pytest.mark.parametrize("names", [["evil.example"], ["id.example", "evil.example"], ["id.example"] * 2])
def test_requests_for_another_host_or_two_are_misdirected(ctx: Context, names: list[str]) -> None:
    """RFC 9112, section 3.2."""
    with TestClient(make_web(ctx), base_url="https://id.example") as client:
        found = client.get("/sign-in", headers=[("host", name) for name in names])
    assert 421 == found.status_code
