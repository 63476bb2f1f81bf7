"""What holds for every answer: the right host, and headers that keep browsers strict.

Nothing on a page comes from elsewhere, so the policy can forbid everything and name the exceptions. Pages
are never stored; files under /static are, for ever, because their names carry a hash of their content.

Pages keep no tie to a window that opened them (`Cross-Origin-Opener-Policy`), but for those on the way to an app:
many apps open the sign-in in a small window and wait until it comes back to them, and without the tie they take it
for closed. Each page of the way has to keep it. What the app's window can do with it is lead this one elsewhere,
which its person sees in the address; it reads nothing of ours.
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
ON_THE_WAY = ("/oidc/", "/sign-in", "/me/confirm")
"""Where these paths begin, an app's window may be waiting."""
HSTS = "max-age=31536000"
PUBLIC = "/static/"


def headers_of(path: str) -> dict[str, str]:
    """Those of a page's answer, by small names, as ASGI has them."""
    opener = {"cross-origin-opener-policy": "unsafe-none"} if path.startswith(ON_THE_WAY) else {}
    return {**HEADERS, **opener}


def _always(path: str, is_https: bool) -> list[tuple[bytes, bytes]]:
    """The headers of every answer that has none of that name."""
    found = {**headers_of(path), "cache-control": "no-store"}
    whole = {**found, "strict-transport-security": HSTS} if is_https else found
    return [(name.encode(), value.encode()) for name, value in whole.items()]


def guarded(app: ASGIApp, base_url: str, misdirected: Callable[[Request], Response]) -> ASGIApp:
    """The app behind its own host name, with these headers on every answer."""
    parts = urlsplit(base_url)
    is_https = parts.scheme == "https"
    strict, on_the_way = _always("/", is_https), _always(ON_THE_WAY[0], is_https)
    own = parts.netloc.lower().encode()

    async def guard(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await app(scope, receive, send)
            return
        wanted = on_the_way if scope["path"].startswith(ON_THE_WAY) else strict

        async def strict_send(message: Message) -> None:
            if message["type"] == "http.response.start":
                there = {name for name, _ in message["headers"]}
                more = [pair for pair in wanted if pair[0] not in there]
                message["headers"] = [*message["headers"], *more]
            await send(message)

        # Of two names, a proxy may have looked at the other one.
        is_ours = [value.lower() for name, value in scope["headers"] if name == b"host"] == [own]
        if is_ours or scope["path"].startswith(PUBLIC):  # the refusal itself wants its style sheet
            await app(scope, receive, strict_send)
        else:
            await misdirected(Request(scope))(scope, receive, strict_send)

    return guard
