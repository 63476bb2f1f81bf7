"""What holds for every answer: the right host, and headers that keep browsers strict.

Nothing on a page comes from elsewhere, so the policy can forbid everything and name the exceptions. Pages
are never stored; files under /static are, for ever, because their names carry a hash of their content.
"""

from collections.abc import Callable
from urllib.parse import urlsplit

from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

POLICY = (
    "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; connect-src 'self'; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'; "
    "require-trusted-types-for 'script'; trusted-types 'none'"
)
HEADERS = {
    "content-security-policy": POLICY,
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "referrer-policy": "no-referrer",
    "permissions-policy": "camera=(), geolocation=(), microphone=()",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
}
HSTS = "max-age=31536000"
PUBLIC = "/static/"


def _always(is_https: bool) -> dict[str, str]:
    """The headers of every answer that has none of that name (by small names, as ASGI has them)."""
    found = {**HEADERS, "cache-control": "no-store"}
    return {**found, "strict-transport-security": HSTS} if is_https else found


def guarded(app: ASGIApp, base_url: str, misdirected: Callable[[Request], Response]) -> ASGIApp:
    """The app behind its own host name, with these headers on every answer."""
    parts = urlsplit(base_url)
    strict = [(name.encode(), value.encode()) for name, value in _always(parts.scheme == "https").items()]
    own = parts.netloc.lower().encode()

    async def guard(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await app(scope, receive, send)
            return

        async def strict_send(message: Message) -> None:
            if message["type"] == "http.response.start":
                there = {name for name, _ in message["headers"]}
                more = [pair for pair in strict if pair[0] not in there]
                message["headers"] = [*message["headers"], *more]
            await send(message)

        # Of two names, a proxy may have looked at the other one.
        is_ours = [value.lower() for name, value in scope["headers"] if name == b"host"] == [own]
        if is_ours or scope["path"].startswith(PUBLIC):  # the refusal itself wants its style sheet
            await app(scope, receive, strict_send)
        else:
            await misdirected(Request(scope))(scope, receive, strict_send)

    return guard
