"""What a reverse proxy asks before it passes a request on: `/forward-auth`, in front of everything else.

Every page of every site behind the proxy waits for this answer, so it goes past framework, log line and thread pool.

- 200 with who it is: `Remote-User`, `Remote-Email`, `Remote-Name`, `Remote-Groups` (the role), `Remote-Acr`; always
  all of them, so that none of the same name from outside is left.
- 303 to sign in and back, or 401 with the same `Location` at `/forward-auth/nginx`: `auth_request` knows no other no.
- 401 without a way for what is no page (another method than GET, a script's request): nobody sees where it leads.
- 403 for a site that nobody added, and for what is no page of a site that is not for this person; whoever opens a
  page there is sent to where that is said. At `/forward-auth/nginx` the sentence stands in `Sparekey-Why` as well:
  `auth_request` throws bodies away.
- 403 for a request with a header that sites may read as one of the five, as programs do that take `Remote_User` for
  `Remote-User`.
- An address with a ticket never reaches the site: whoever reads its log would find it there.

What is asked for comes in `X-Forwarded-Host`, `-Uri` and `-Method`; only the proxies of the setting
`server.trusted_proxies` are believed. The browser's cookies on that site are the site's own, never this server's.
"""

import re
from collections.abc import Mapping
from functools import lru_cache
from ipaddress import ip_address, ip_network
from typing import Any, NamedTuple
from urllib.parse import parse_qsl, quote, unquote_plus, urlencode

import structlog
from anyio import to_thread
from starlette.types import ASGIApp, Receive, Scope, Send

from sparekey.errors import NotFound, SparekeyError
from sparekey.flows.context import Context
from sparekey.flows.oidc import passing
from sparekey.flows.oidc.passing import Passed, Refused

PATH, NGINX, START = "/forward-auth", "/forward-auth/nginx", "/forward-auth/start"
TICKET = "sparekey_ticket"
LONGEST_URI = 2000
_HOP_BYTES, _HOP_SECONDS = 16, 600
_IDENTITY = (b"remote-user", b"remote-email", b"remote-name", b"remote-groups", b"remote-acr")
_NO_LETTER = re.compile(rb"[^a-z0-9]")
_PAGES = frozenset({"", "document", "iframe", "frame"})
Headers = list[tuple[bytes, bytes]]
_ALWAYS = [
    (b"content-type", b"text/plain; charset=utf-8"),
    (b"cache-control", b"no-store"),
    (b"x-content-type-options", b"nosniff"),
]
log = structlog.get_logger()


class Answer(NamedTuple):
    status: int
    headers: Headers
    sentence: str = ""


class Asked(NamedTuple):
    """What the proxy wants to pass on."""

    host: str
    uri: str
    method: str
    cookie: str
    dest: str

    @property
    def is_page(self) -> bool:
        return self.method in {"GET", "HEAD"} and self.dest in _PAGES


class ForwardAuth:
    """The gate in front of the app."""

    def __init__(self, ctx: Context, app: ASGIApp, proxies: tuple[str, ...]) -> None:
        self._ctx, self._app = ctx, app
        self._gate = passing.gate(ctx)
        self._networks = [ip_network(one) for one in proxies]
        self._peers: dict[str, bool] = {}
        self._is_https = ctx.site.base_url.startswith("https")
        prefix = "__Host-" if self._is_https else ""
        self._pass, self._hop = f"{prefix}sparekey-pass", f"{prefix}sparekey-hop"

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["path"] not in (PATH, NGINX):
            await self._app(scope, receive, send)
            return
        try:
            answer = await self._answer(scope)
        except NotFound:
            answer = _no("Nobody added this site to Sparekey")
        except SparekeyError as refusal:
            answer = Answer(int(refusal.status_hint), [], refusal.sentence)
        except Exception:
            log.error("fault", route=PATH, exc_info=True)
            answer = Answer(500, [])
        await _reply(send, _told_nginx(answer) if scope["path"] == NGINX else answer)

    async def _answer(self, scope: Scope) -> Answer:
        if not self._is_trusted(scope):
            return _no("This proxy is not among server.trusted_proxies")
        told = dict(scope["headers"])  # the last of two of one name stays
        # One look at all names together: this is asked for every page of every site.
        if b"remote" in b"\n".join(told) and any(map(_is_disguised, told)):
            return _no("A header of this request looks like one of Sparekey's own")
        asked = _read(told)
        cookies = _cookies(asked.cookie)
        if TICKET in asked.uri and _ticket(asked.uri):
            return await to_thread.run_sync(self._redeem, scope["path"], asked, cookies)
        cookie = cookies.get(self._pass, "")
        found = (
            passing.ask(self._ctx, self._gate, cookie, asked.host)
            if self._gate.is_inline
            else await to_thread.run_sync(passing.ask, self._ctx, self._gate, cookie, asked.host)
        )
        if isinstance(found, Passed):
            return _let(found)
        if isinstance(found, Refused) and not asked.is_page:
            return _no("This site is not for you. Ask an account owner")
        return await to_thread.run_sync(self._send_away, scope["path"], asked, cookies)

    def _is_trusted(self, scope: Scope) -> bool:
        peer = (scope.get("client") or ("",))[0]
        known = self._peers.get(peer)
        if known is None:
            known = _is_in(peer, self._networks)
            if len(self._peers) < 1000:
                if not known:
                    log.warning(f"{PATH} was asked from {peer}, which is not among server.trusted_proxies")
                self._peers[peer] = known
        return known

    def _send_away(self, path: str, asked: Asked, cookies: Mapping[str, str]) -> Answer:
        """To the sign-in and back, with a mark for this browser."""
        passing.site(self._ctx, asked.host)
        if not asked.is_page:
            return Answer(401, [], "Open the site in a browser and sign in")
        hop = cookies.get(self._hop) or self._ctx.moment().draw("hop", _HOP_BYTES).hex()
        query = urlencode({"host": asked.host, "to": _page(asked.uri), "hop": passing.mark_of(hop)})
        away = self._ctx.site.link(f"{START}?{query}")
        return _to(path, away, [self._cookie(self._hop, hop, _HOP_SECONDS)])

    def _redeem(self, path: str, asked: Asked, cookies: Mapping[str, str]) -> Answer:
        """The site's own cookie for the ticket, and the same page without it."""
        passing.site(self._ctx, asked.host)
        hop = cookies.get(self._hop, "")
        fresh = passing.redeem(self._ctx, _ticket(asked.uri), hop, asked.host)
        if not hop and self._pass not in cookies:  # it came back without the mark it was sent away with
            return _no(
                "This browser keeps no cookies for this site, or the way back took too long. Open it again"
            )
        scheme = "https" if self._is_https else "http"
        clean = f"{scheme}://{asked.host}{_without_ticket(asked.uri)}"
        done = self._cookie(self._hop, "", 0)
        if not fresh:
            return _to(path, clean, [done])
        own = self._cookie(self._pass, fresh, None)
        return _to(path, clean, [own] if path == NGINX else [own, done])  # nginx hands one cookie on

    def _cookie(self, name: str, value: str, seconds: int | None) -> tuple[bytes, bytes]:
        parts = [f"{name}={value}", "Path=/", "HttpOnly", "SameSite=Lax"]
        parts += ["Secure"] if self._is_https else []
        parts += [f"Max-Age={seconds}"] if seconds is not None else []
        return b"set-cookie", "; ".join(parts).encode()


def back(ctx: Context, host: str, uri: str, ticket: str) -> str:
    """Where somebody goes with a ticket."""
    scheme = ctx.site.base_url.partition("://")[0]
    path, _, query = _page(uri).partition("?")
    more = f"{query}&" if query else ""
    return f"{scheme}://{host}{path}?{more}{TICKET}={ticket}"


@lru_cache(maxsize=1024)
def _let(found: Passed) -> Answer:
    told = (found.username, found.email, found.name, found.role, found.acr)
    return Answer(200, [(name, value.encode()) for name, value in zip(_IDENTITY, told, strict=True)])


def _is_disguised(name: bytes) -> bool:
    """Is it one of the identity's names with another sign for the dash (RFC 3875, section 4.1.18)?"""
    return name not in _IDENTITY and _NO_LETTER.sub(b"-", name) in _IDENTITY


def _read(told: Mapping[bytes, bytes]) -> Asked:
    """The last of each: a proxy that adds to what came in writes behind it."""
    host = told.get(b"x-forwarded-host", b"").decode("latin-1").rpartition(",")[2].strip().lower()
    return Asked(
        host,
        told.get(b"x-forwarded-uri", b"/").decode("latin-1"),
        told.get(b"x-forwarded-method", b"GET").decode("latin-1"),
        told.get(b"cookie", b"").decode("latin-1"),
        told.get(b"sec-fetch-dest", b"").decode("latin-1"),
    )


def _cookies(text: str) -> dict[str, str]:
    """Those of this server; of two of one name the first, as servers elsewhere read them."""
    found: dict[str, str] = {}
    for part in text.split(";"):
        if "sparekey-" in part:
            name, _, value = part.strip().partition("=")
            found.setdefault(name, value)
    return found


def _page(uri: str) -> str:
    """A path of the site itself, as it may stand in an address; `/` for anything else."""
    is_fine = uri.startswith("/") and not uri.startswith("//") and len(uri) <= LONGEST_URI
    return quote(uri, safe="/?&=%:@!$'()*+,;~-._") if is_fine and "\\" not in uri else "/"


def _ticket(uri: str) -> str:
    return dict(parse_qsl(uri.partition("?")[2])).get(TICKET, "")


def _without_ticket(uri: str) -> str:
    path, _, query = _page(uri).partition("?")
    left = "&".join(part for part in query.split("&") if part and not _is_ticket(part))
    return path + (f"?{left}" if left else "")


def _is_ticket(part: str) -> bool:
    """However its name is written: what is left would be taken for one once more, without end."""
    return unquote_plus(part.partition("=")[0]) == TICKET


def _to(path: str, location: str, cookies: Headers) -> Answer:
    return Answer(401 if path == NGINX else 303, [(b"location", location.encode()), *cookies])


def _no(sentence: str) -> Answer:
    return Answer(403, [], sentence)


def _told_nginx(answer: Answer) -> Answer:
    if answer.status != 403:
        return answer
    return answer._replace(headers=[*answer.headers, (b"sparekey-why", answer.sentence.encode())])


def _is_in(peer: str, networks: list[Any]) -> bool:
    try:
        address = ip_address(peer)
    except ValueError:
        return False
    return any(address in network for network in networks)


async def _reply(send: Send, answer: Answer) -> None:
    body = f"{answer.sentence}\n".encode() if answer.sentence else b""
    headers = [*answer.headers, (b"content-length", b"%d" % len(body)), *_ALWAYS]
    await send({"type": "http.response.start", "status": answer.status, "headers": headers})
    await send({"type": "http.response.body", "body": body})
