"""Health, readiness, figures, and the line that each request leaves."""

import json
import socket
import urllib.request
from collections.abc import Sequence
from itertools import islice
from typing import Any

import pytest
import structlog
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Mount, Route, Router
from starlette.testclient import TestClient
from structlog.testing import capture_logs

from sparekey.web import watch
from sparekey.web.metrics import Figures, Present

TOKEN = "0123456789abcdef"


async def show(request: Request) -> Response:
    return PlainTextResponse(str(request.state.request_id))


async def refuse(_: Request) -> Response:
    return PlainTextResponse("no", 403)


async def fail(_: Request) -> Response:
    raise ValueError("a mistake")


@pytest.fixture
def figures() -> Figures:
    return Figures(lambda: Present({"waiting": 2}, {"issued": 1}, 3))


def client(figures: Figures, reasons: Sequence[str] = ()) -> TestClient:
    pages = Starlette(
        routes=[
            Route("/setup/{token}", show),
            Route("/sign-in", refuse, methods=["POST"]),
            Route("/fail", fail),
            Mount("/static", PlainTextResponse("file")),
        ]
    )
    routes = watch.health_routes(lambda: reasons)
    routes.append(watch.metrics_route(figures.exposition, figures.media_type, TOKEN))
    app = watch.watched(
        Router(routes, default=pages, redirect_slashes=False), watch.request_ids(b"ab"), figures.observe
    )
    return TestClient(app, raise_server_exceptions=False)


def lines(figures: Figures, *paths: str) -> list[Any]:
    """What these requests leave in the log."""
    structlog.reset_defaults()  # another test may have raised the level
    with capture_logs(processors=[structlog.contextvars.merge_contextvars]) as captured:
        for path in paths:
            client(figures).get(path)
    return captured


def test_a_process_that_answers_is_alive(figures: Figures) -> None:
    answer = client(figures, ["database_unreachable"]).get("/healthz")
    assert (200, "ok\n") == (answer.status_code, answer.text)


@pytest.mark.parametrize(("reasons", "status"), [([], 200), (["database_unreachable", "wrong_key"], 503)])
def test_a_server_is_ready_when_nothing_speaks_against_it(
    figures: Figures, reasons: list[str], status: int
) -> None:
    answer = client(figures, reasons).get("/readyz")
    wanted = {"is_ready": not reasons, "reasons": reasons}
    assert (status, wanted, "no-store") == (
        answer.status_code,
        json.loads(answer.text),
        answer.headers["cache-control"],
    )


@pytest.mark.parametrize(
    "given", [None, "", "Bearer", f"Bearer {TOKEN}x", f"bearer {TOKEN}", "Bearer ü", TOKEN]
)
def test_figures_are_for_who_knows_the_token(figures: Figures, given: str | None) -> None:
    headers = {} if given is None else {"authorization": given.encode()}
    answer = client(figures).get("/metrics", headers=headers)  # type: ignore[arg-type]
    assert (401, False) == (answer.status_code, "sparekey_" in answer.text)


def test_figures_tell_what_is_and_what_happened(figures: Figures) -> None:
    browser = client(figures)
    browser.get("/setup/canary")
    browser.post("/sign-in")
    text = browser.get("/metrics", headers={"authorization": f"Bearer {TOKEN}"}).text
    wanted = [
        "sparekey_database_up 1.0",
        "sparekey_password_hashes 3.0",
        'sparekey_letters{state="waiting"} 2.0',
        'sparekey_recovery_cases{state="issued"} 1.0',
        'sparekey_request_seconds_count{method="GET",route="/setup/{token}",status="2xx"} 1.0',
        'sparekey_sign_ins_total{outcome="wrong",step="/sign-in"} 1.0',
    ]
    assert ([], False) == ([line for line in wanted if line not in text], "canary" in text)


def test_figures_say_when_the_database_is_away() -> None:
    assert "sparekey_database_up 0.0" in Figures(lambda: None).exposition().decode()


def test_trouble_with_the_database_is_counted(figures: Figures) -> None:
    figures.note_database_error("OperationalError")
    assert 'sparekey_database_errors_total{kind="OperationalError"} 1.0' in figures.exposition().decode()


def test_figures_have_a_listener_of_their_own(figures: Figures) -> None:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    close = figures.listen(f"127.0.0.1:{port}")
    text = urllib.request.urlopen(f"http://127.0.0.1:{port}/metrics").read().decode()
    close()
    assert "sparekey_database_up" in text


def test_a_line_names_the_pattern_and_never_the_path(figures: Figures) -> None:
    captured = lines(figures, "/setup/canary?x=canary", "/canary", "/static/canary")
    routes = [line["route"] for line in captured]
    assert (["/setup/{token}", "unmatched", "/static"], False) == (routes, "canary" in str(captured))


def test_a_line_says_who_asked_for_what_and_how_it_went(figures: Figures) -> None:
    (line,) = lines(figures, "/setup/x")
    line.pop("ms")
    assert {
        "event": "request",
        "log_level": "info",
        "method": "GET",
        "route": "/setup/{token}",
        "status": 200,
        "client": "testclient",
        "request": "6162-1",
    } == line


def test_a_mistake_of_ours_leaves_a_line_too(figures: Figures) -> None:
    (line,) = lines(figures, "/fail")
    assert (500, "error") == (line["status"], line["log_level"])


def test_a_page_knows_the_id_of_its_request(figures: Figures) -> None:
    browser = client(figures)
    assert ["6162-1", "6162-2"] == [browser.get("/setup/x").text for _ in range(2)]


def test_a_method_that_nobody_knows_makes_no_new_figure(figures: Figures) -> None:
    client(figures).request("BREW", "/setup/x")
    text = figures.exposition().decode()
    assert (False, True) == ("BREW" in text, 'method="other"' in text)


def test_ids_begin_with_what_this_start_drew() -> None:
    assert ["00ff-1", "00ff-2"] == list(islice(watch.request_ids(b"\x00\xff"), 2))
