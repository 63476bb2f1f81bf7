"""What holds for every answer: the right host, and headers that keep browsers strict.

Nothing on a page comes from elsewhere, so the policy can forbid everything and name the exceptions. Pages
are never stored; files under /static are, for ever, because their names carry a hash of their content.
"""

from collections.abc import Callable
from urllib.parse import urlsplit

from starlette.datastructures import MutableHeaders
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


def guarded(app: ASGIApp, base_url: str, misdirected: Callable[[Request], Response]) -> ASGIApp:
    """The app behind its own host name, with these headers on every answer."""
    parts = urlsplit(base_url)
    is_https = parts.scheme == "https"

    async def guard(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await app(scope, receive, send)
            return

        async def strict_send(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in HEADERS.items():
                    headers.setdefault(name, value)
                headers.setdefault("cache-control", "no-store")
                if is_https:
                    headers.setdefault("strict-transport-security", HSTS)
            await send(message)

        request = Request(scope)  # of two names, a proxy may have looked at the other one
        is_ours = [name.lower() for name in request.headers.getlist("host")] == [parts.netloc.lower()]
        if is_ours or scope["path"].startswith(PUBLIC):  # the refusal itself wants its style sheet
            await app(scope, receive, strict_send)
        else:
            await misdirected(request)(scope, receive, strict_send)

    return guard
