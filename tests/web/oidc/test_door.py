"""What the door for programs takes, and what it answers to everything else."""

from typing import Any

import pytest

from sparekey.core.clients import Client
from sparekey.flows.context import Context
from tests.clients import basic
from tests.web.oidc.conftest import Program

FORM = {"content-type": "application/x-www-form-urlencoded"}
PATHS = ["/oidc/token", "/oidc/introspect", "/oidc/revoke", "/oidc/par"]


@pytest.mark.parametrize("path", PATHS)
def test_a_get_is_the_wrong_method(program: Program, path: str) -> None:
    answer = program.http.get(path)
    assert (405, "POST, OPTIONS", "no-store") == (
        answer.status_code,
        answer.headers["allow"],
        answer.headers["cache-control"],
    )


@pytest.mark.parametrize(
    ("content", "headers", "status"),
    [
        (b"grant_type=a&grant_type=a", FORM, 400),
        (b"grant_type=%ff", FORM, 400),
        ("grant_type=ä".encode(), FORM, 400),
        (b"grant_type=a%00", FORM, 400),
        (b"&".join(b"a%d=b" % n for n in range(61)), FORM, 400),
        (b"a=" + b"b" * 70_000, FORM, 413),
        (b"a=" + b"b" * 1_000_000, FORM, 413),
        (b"{}", {"content-type": "application/json"}, 415),
        (b"grant_type=a", {}, 415),
        (b"", FORM, 400),
    ],
)
@pytest.mark.parametrize("path", PATHS)
def test_what_is_no_form_is_refused(
    program: Program, wiki: Client, path: str, content: bytes, headers: dict[str, str], status: int
) -> None:
    answer = program.http.post(path, content=content, headers={**headers, **basic(wiki)})
    assert (status, "invalid_request") == (answer.status_code, answer.json()["error"])


def test_two_authorization_headers_are_refused(program: Program, wiki: Client) -> None:
    own = basic(wiki)["authorization"]
    headers: Any = [("authorization", own), ("authorization", own), *FORM.items()]
    answer = program.http.post("/oidc/token", content=b"grant_type=a", headers=headers)
    assert (400, "invalid_request") == (answer.status_code, answer.json()["error"])


def test_two_proofs_are_refused(program: Program, wiki: Client) -> None:
    headers: Any = [*basic(wiki).items(), ("dpop", "a.b.c"), ("dpop", "a.b.c"), *FORM.items()]
    answer = program.http.post("/oidc/token", content=b"grant_type=refresh_token", headers=headers)
    assert (400, "invalid_dpop_proof") == (answer.status_code, answer.json()["error"])


@pytest.mark.parametrize(
    ("path", "is_open"), [("/oidc/token", True), ("/oidc/userinfo", True), ("/oidc/par", False)]
)
def test_pages_elsewhere_may_read_what_is_for_programs_in_browsers(
    program: Program, path: str, is_open: bool
) -> None:
    headers = {"origin": "https://board.example", "access-control-request-method": "POST"}
    answer = program.http.options(path, headers=headers)
    assert (204 if is_open else 405, "*" if is_open else None) == (
        answer.status_code,
        answer.headers.get("access-control-allow-origin"),
    )
    assert "access-control-allow-credentials" not in answer.headers


def test_the_authorization_endpoint_is_read_by_no_other_page(program: Program) -> None:
    answer = program.http.get("/oidc/authorize", headers={"origin": "https://board.example"})
    assert "access-control-allow-origin" not in answer.headers


def test_a_fault_is_told_without_what_caused_it(ctx: Context, program: Program, wiki: Client) -> None:
    with ctx.db.engine.begin() as conn:
        conn.exec_driver_sql("ALTER TABLE rates RENAME TO rates_away")
    try:
        answer = program.post("/oidc/introspect", {"token": "x"}, basic(wiki))
    finally:
        with ctx.db.engine.begin() as conn:
            conn.exec_driver_sql("ALTER TABLE rates_away RENAME TO rates")
    assert (500, "server_error") == (answer.status_code, answer.json()["error"])
    assert "rates" not in answer.text
