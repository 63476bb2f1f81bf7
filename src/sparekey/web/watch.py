"""What stands around the pages: is the server alive, is it ready, and one line for each request.

- `/healthz` says that the process answers, and asks nobody.
- `/readyz` says whether it can do its work: 503 with reasons that give nothing away.
- `/metrics` is here only behind its token (compared in constant time); else it has a listener of its own.
- A line names the *pattern* of the route, never the path: paths carry the tokens of links.
- Every request has an id. It stands on the page of an unforeseen error, and on every line the request caused.

How long a request took is measured, not decided by: that clock may be the machine's.
"""

import hmac
from collections.abc import Callable, Iterator, Sequence
from itertools import count
from time import perf_counter
from typing import Any

import structlog
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Route
from starlette.types import ASGIApp, Message, Receive, Scope, Send

Observe = Callable[[str, str, int, float], None]
"""Method, pattern of the route, status, seconds."""

NO_ROUTE = "unmatched"
_QUIET = ("/healthz", "/readyz", "/metrics", "/static")
_METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
_NO_STORE = {"Cache-Control": "no-store"}
log = structlog.get_logger()


def health_routes(reasons: Callable[[], Sequence[str]]) -> list[Route]:
    """`/healthz` and `/readyz`; `reasons` says why the server is not ready, and may take its time."""

    async def healthz(_: Request) -> Response:
        return PlainTextResponse("ok\n", headers=_NO_STORE)

    def readyz(_: Request) -> Response:
        found = list(reasons())
        return JSONResponse(
            {"is_ready": not found, "reasons": found}, status_code=503 if found else 200, headers=_NO_STORE
        )

    return [Route("/healthz", healthz), Route("/readyz", readyz)]


def metrics_route(exposition: Callable[[], bytes], media_type: str, token: str) -> Route:
    """`/metrics` on the main address, for who knows the token."""
    wanted = f"Bearer {token}".encode()

    def metrics(request: Request) -> Response:
        given = request.headers.get("authorization", "").encode("utf-8", "replace")
        if not hmac.compare_digest(wanted, given):
            return PlainTextResponse("Send the token of the setting metrics.token\n", 401, _REFUSED)
        return Response(exposition(), media_type=media_type, headers=_NO_STORE)

    return Route("/metrics", metrics)


_REFUSED = {"WWW-Authenticate": "Bearer", **_NO_STORE}


def request_ids(seed: bytes) -> Iterator[str]:
    """Ids that no other start of the server gives: the seed's digits, and a number."""
    return (f"{seed.hex()}-{number}" for number in count(1))


def watched(app: ASGIApp, ids: Iterator[str], observe: Observe) -> ASGIApp:
    """The app, with an id, a line and a figure for each request; `request.state.request_id` is the id."""

    async def answer(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await app(scope, receive, send)
            return
        request_id = next(ids)
        scope.setdefault("state", {})["request_id"] = request_id
        status, started = 500, perf_counter()

        async def note_status(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            await send(message)

        with structlog.contextvars.bound_contextvars(request=request_id):
            try:
                await app(scope, receive, note_status)
            finally:
                _note(scope, status, perf_counter() - started, observe)

    return answer


def _note(scope: Scope, status: int, seconds: float, observe: Observe) -> None:
    method = scope["method"] if scope["method"] in _METHODS else "other"
    route = pattern(scope)
    observe(method, route, status, seconds)
    write = log.error if status >= 500 else log.debug if route.startswith(_QUIET) else log.info
    client: Any = scope.get("client")
    write(
        "request",
        method=method,
        route=route,
        status=status,
        ms=round(seconds * 1000, 1),
        client=client[0] if client else "",
    )


def pattern(scope: Scope) -> str:
    """The route that answered, as the code writes it: `/setup/{token}`."""
    path = getattr(scope.get("route"), "path", "")
    return path or NO_ROUTE
