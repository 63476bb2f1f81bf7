"""From a program's request to a call, and from a refusal to the words of RFC 6749.

Plain ASGI without a framework's request and response, because apps ask here for each of their pages. What came is
read strictly: one content type, each parameter once, 64 kB at most. Nothing is kept by caches. Pages of any origin
may read what is meant for programs in browsers, without cookies (so never the authorization endpoint). The one broad
`except` of this door is here.
"""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from http import HTTPStatus
from math import ceil
from typing import Any
from urllib.parse import parse_qsl

import structlog
from starlette.concurrency import run_in_threadpool
from starlette.types import ASGIApp, Receive, Scope, Send

from sparekey.errors import ProtocolRefused, SparekeyError, TooManyTries
from sparekey.flows.context import Context
from sparekey.flows.oidc.callers import PROOF_ALGORITHMS, Call

LARGEST = 64 * 1024
MOST_FIELDS = 60
AGAIN_IN = 5
FORM, JSON = "application/x-www-form-urlencoded", "application/json"
Headers = list[tuple[bytes, bytes]]
Answer = tuple[int, bytes, Headers]
_as_json = json.JSONEncoder(separators=(",", ":")).encode
log = structlog.get_logger()
_JSON_HEADERS: Headers = [
    (b"content-type", b"application/json"),
    (b"cache-control", b"no-store"),
    (b"pragma", b"no-cache"),
]
_OPEN: Headers = [
    (b"access-control-allow-origin", b"*"),
    (b"access-control-expose-headers", b"www-authenticate"),
    (b"cross-origin-resource-policy", b"cross-origin"),
]
_PREFLIGHT: Headers = [
    (b"access-control-allow-headers", b"authorization, content-type, dpop"),
    (b"access-control-max-age", b"3600"),
]


@dataclass(frozen=True)
class Asked:
    """What came: header fields by their small names, and the body as it was sent."""

    method: str
    path: str
    headers: Mapping[str, str] = field(repr=False)
    proofs: tuple[str, ...] = field(repr=False)
    """Each DPoP header."""
    body: bytes = field(repr=False)
    source: str

    @property
    def kind(self) -> str:
        return self.headers.get("content-type", "").partition(";")[0].strip().lower()

    def form(self) -> dict[str, str]:
        """The parameters of the body, each once. An empty one counts as left away (RFC 6749, section 3.1)."""
        if self.kind != FORM:
            raise ProtocolRefused("invalid_request", f"The content type must be {FORM}", 415)
        return read_form(self.body)

    def object(self) -> dict[str, Any]:
        """The JSON object of the body."""
        if self.kind != JSON:
            raise ProtocolRefused("invalid_request", f"The content type must be {JSON}", 415)
        try:
            found = json.loads(self.body)
        except (ValueError, RecursionError):
            found = None
        if not isinstance(found, dict):
            raise ProtocolRefused("invalid_request", "The body is no JSON object")
        return found

    def call(self, form: Mapping[str, str]) -> Call:
        return Call(
            path=self.path,
            form=form,
            method=self.method,
            authorization=self.headers.get("authorization", ""),
            dpop=self.proofs,
            source=self.source,
            device=self.headers.get("user-agent", "")[:256],
        )


Act = Callable[[Context, Asked], dict[str, Any] | None]


@dataclass(frozen=True)
class Endpoint:
    """One address. `act` gives the object to answer with, None for an empty answer; `status`: that of success.

    `is_open`: pages of any origin may read it.
    """

    path: str
    act: Act
    methods: tuple[str, ...] = ("POST",)
    status: int = 200
    is_open: bool = False
    scheme: str = "Basic"
    """What a 401 asks for."""
    peek: Act | None = None
    """The same by single reads and nothing else; None where that is not enough to say yes."""


def read_form(body: bytes) -> dict[str, str]:
    try:
        pairs = parse_qsl(
            body.decode("ascii"), keep_blank_values=True, max_num_fields=MOST_FIELDS, errors="strict"
        )
    except ValueError:
        raise ProtocolRefused("invalid_request", "The body cannot be read") from None
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ProtocolRefused("invalid_request", "A parameter came twice")
    if any("\x00" in part for pair in pairs for part in pair):
        raise ProtocolRefused("invalid_request", "The body cannot be read")
    return {name: value for name, value in pairs if value}


def app_of(ctx: Context, endpoint: Endpoint) -> ASGIApp:
    """The endpoint as an ASGI app."""
    extra = _OPEN if endpoint.is_open else []
    allow = ", ".join((*endpoint.methods, "OPTIONS")).encode()
    preflight = [*_OPEN, *_PREFLIGHT, (b"access-control-allow-methods", allow), (b"allow", allow)]

    async def answer(scope: Scope, receive: Receive, send: Send) -> None:
        scope["route"] = endpoint  # its `path` stands in the line about the request
        method = scope["method"]
        if method == "OPTIONS" and endpoint.is_open:
            await _send(send, 204, b"", preflight)
            return
        if method not in endpoint.methods:
            status, body, more = _refused(ProtocolRefused("invalid_request", "Wrong method", 405), endpoint)
            await _send(send, status, body, [*more, *extra, (b"allow", allow)])
            return
        content = await _read(receive) if method == "POST" else b""
        if content is None:
            refusal = ProtocolRefused("invalid_request", "The body is too large", 413)
            status, body, more = _refused(refusal, endpoint)
        else:
            served = _peeked(ctx, endpoint, scope, content)
            if served is None:
                served = await run_in_threadpool(_serve, ctx, endpoint, endpoint.act, scope, content)
            status, body, more = served
        await _send(send, status, body, [*more, *extra])

    return answer


def _peeked(ctx: Context, endpoint: Endpoint, scope: Scope, content: bytes) -> Answer | None:
    """The answer without the way through a thread, which costs as much as the answer; None: it takes that way.

    Only on SQLite, where one read waits for nobody. Every "no" takes the long way: it may have to be written down.
    """
    if endpoint.peek is None or not ctx.db.is_sqlite:
        return None
    found = _serve(ctx, endpoint, endpoint.peek, scope, content)
    return found if found[0] == endpoint.status and found[1] else None


def _serve(ctx: Context, endpoint: Endpoint, act: Act, scope: Scope, content: bytes) -> Answer:
    try:
        said = act(ctx, _asked(scope, endpoint.path, content))
    except SparekeyError as refusal:
        return _refused(refusal, endpoint, ctx)
    except Exception:
        incident = str(scope.get("state", {}).get("request_id", ""))
        log.error("fault", incident=incident, exc_info=True)
        said = {"error": "server_error", "error_description": f"Incident {incident}"}
        return 500, json.dumps(said).encode(), _JSON_HEADERS
    return endpoint.status, b"" if said is None else _written(said), _JSON_HEADERS


def _written(said: Mapping[str, Any]) -> bytes:
    return _as_json(said).encode()


def _asked(scope: Scope, path: str, content: bytes) -> Asked:
    headers: dict[str, str] = {}
    proofs = []
    for raw, value in scope["headers"]:
        name, text = raw.decode("latin-1"), value.decode("latin-1")
        if name == "dpop":
            proofs.append(text)
        elif name == "authorization" and name in headers:
            raise ProtocolRefused("invalid_request", "More than one Authorization header")
        headers[name] = text
    client = scope.get("client")
    return Asked(scope["method"], path, headers, tuple(proofs), content, client[0] if client else "")


def _refused(refusal: SparekeyError, endpoint: Endpoint, ctx: Context | None = None) -> Answer:
    status, headers = int(refusal.status_hint), list(_JSON_HEADERS)
    if isinstance(refusal, ProtocolRefused):
        said = {"error": refusal.error, "error_description": refusal.description}
    elif status in {HTTPStatus.TOO_MANY_REQUESTS, HTTPStatus.SERVICE_UNAVAILABLE}:
        said = {"error": "temporarily_unavailable", "error_description": refusal.sentence}
    else:
        said = {"error": "invalid_request", "error_description": refusal.sentence}
    if status in {HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN}:
        headers += _challenges(said, endpoint)
    if isinstance(refusal, TooManyTries) and ctx:
        left = ceil((refusal.until - ctx.moment().at).total_seconds())
        headers.append((b"retry-after", str(max(1, left)).encode()))
    elif status == HTTPStatus.SERVICE_UNAVAILABLE:
        headers.append((b"retry-after", str(AGAIN_IN).encode()))
    return status, json.dumps(said).encode(), headers


def _challenges(said: Mapping[str, str], endpoint: Endpoint) -> Headers:
    """How to come back (RFC 9110, section 11.6.1; RFC 6750, section 3; RFC 9449, section 7.1)."""
    if endpoint.scheme == "Basic":
        return [(b"www-authenticate", b'Basic realm="apps", charset="UTF-8"')]
    why = (
        ""
        if said["error"] == NO_TOKEN
        else f'error="{said["error"]}", error_description="{said["error_description"]}"'
    )
    bearer = f"Bearer {why}".strip()
    bound = f'DPoP algs="{" ".join(PROOF_ALGORITHMS)}"' + (f", {why}" if why else "")
    return [(b"www-authenticate", one.encode()) for one in (bearer, bound)]


NO_TOKEN = "missing_token"
"""A request without any token is told no more than how to bring one (RFC 6750, section 3.1)."""


async def _read(receive: Receive) -> bytes | None:
    """The body; None: it is too large."""
    content = b""
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            return b""
        content += bytes(message.get("body", b""))
        if len(content) > LARGEST:
            return None
        if not message.get("more_body"):
            return content


async def _send(send: Send, status: int, body: bytes, headers: Headers) -> None:
    length = (b"content-length", str(len(body)).encode())
    await send({"type": "http.response.start", "status": status, "headers": [*headers, length]})
    await send({"type": "http.response.body", "body": body})
