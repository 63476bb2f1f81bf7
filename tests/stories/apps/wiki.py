"""An app of somebody's own, on a port of its own: it speaks OpenID Connect and knows nothing of the product.

It leads to the sign-in, exchanges the code (PKCE, secret in the header), shows who came, signs them out at both ends,
and forgets them when it is told that their session ended (Back-Channel Logout).
"""

import base64
import hashlib
import json
import secrets
import threading
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, cast
from urllib.parse import parse_qsl, urlencode, urlsplit

PATIENCE_SECONDS = 5
"""Within which every app knows that a session ended."""


@dataclass
class Wiki:
    """What its owner enters, whom it let in, and what it was told."""

    address: str
    issuer: str = ""
    client_id: str = ""
    client_secret: str = ""
    scope: str = "openid profile email offline_access"
    asks: Mapping[str, str] = field(default_factory=dict)
    """More that it asks for with each sign-in."""
    tokens: dict[str, Any] = field(default_factory=dict)
    person: dict[str, Any] = field(default_factory=dict)
    """What it knows of who came last."""
    told: threading.Event = field(default_factory=threading.Event)
    """Somebody's session ended."""
    _begun: dict[str, str] = field(default_factory=dict)

    @property
    def claims(self) -> dict[str, Any]:
        """Of the newest ID token."""
        found: dict[str, Any] = _claims(self.tokens["id_token"])
        return found

    def begin(self) -> str:
        verifier, state = secrets.token_urlsafe(32), secrets.token_urlsafe(16)
        self._begun[state] = verifier
        digest = hashlib.sha256(verifier.encode()).digest()
        asked = {
            "client_id": self.client_id,
            "redirect_uri": f"{self.address}/back",
            "response_type": "code",
            "scope": self.scope,
            "state": state,
            "code_challenge": base64.urlsafe_b64encode(digest).decode().rstrip("="),
            "code_challenge_method": "S256",
            **self.asks,
        }
        return f"{self.issuer}/oidc/authorize?{urlencode(asked)}"

    def come_back(self, query: Mapping[str, str]) -> str:
        """The name of who came, or what went wrong."""
        verifier = self._begun.pop(query.get("state", ""), "")
        if "code" not in query or not verifier:
            return query.get("error", "nothing")
        _, self.tokens = self.post(
            "/oidc/token",
            grant_type="authorization_code",
            code=query["code"],
            redirect_uri=f"{self.address}/back",
            code_verifier=verifier,
        )
        self.person = self._ask("/oidc/userinfo", f"Bearer {self.tokens['access_token']}")[1]
        return str(self.person["name"])

    def leave(self) -> str:
        asked = {"id_token_hint": self.tokens["id_token"], "post_logout_redirect_uri": f"{self.address}/bye"}
        return f"{self.issuer}/oidc/logout?{urlencode(asked)}"

    def note(self, logout_token: str) -> None:
        claims = _claims(logout_token)
        if claims["aud"] in (self.client_id, [self.client_id]) and claims["sid"] == self.claims["sid"]:
            self.told.set()

    def refresh(self) -> tuple[int, dict[str, Any]]:
        return self.post(
            "/oidc/token", grant_type="refresh_token", refresh_token=self.tokens["refresh_token"]
        )

    def is_token_good(self) -> bool:
        return bool(self.post("/oidc/introspect", token=self.tokens["access_token"])[1]["active"])

    def post(self, path: str, **form: str) -> tuple[int, dict[str, Any]]:
        """As the app's server asks; status and what was answered."""
        basic = base64.b64encode(f"{self.client_id}:{self.client_secret}".encode()).decode()
        return self._ask(path, f"Basic {basic}", urlencode(form).encode())

    def _ask(self, path: str, authorization: str, form: bytes | None = None) -> tuple[int, dict[str, Any]]:
        headers = {"Authorization": authorization}
        request = urllib.request.Request(self.issuer + path, form, headers)  # noqa: S310 -- loopback
        try:
            with urllib.request.urlopen(request, timeout=PATIENCE_SECONDS) as answer:  # noqa: S310 -- loopback
                return answer.status, json.load(answer)
        except urllib.error.HTTPError as refused:
            return refused.code, json.load(refused)


def _claims(token: str) -> Any:
    body = token.split(".")[1]
    return json.loads(base64.urlsafe_b64decode(body + "=" * (-len(body) % 4)))


class _Pages(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        wiki, parts = cast(Any, self.server).wiki, urlsplit(self.path)
        if parts.path == "/back":
            self._say(wiki.come_back(dict(parse_qsl(parts.query))))
        elif parts.path == "/bye":
            self._say("Good bye")
        else:
            self._lead(wiki.leave() if parts.path == "/out" else wiki.begin())

    def do_POST(self) -> None:
        """A notice that a session ended."""
        form = dict(parse_qsl(self.rfile.read(int(self.headers["content-length"])).decode()))
        cast(Any, self.server).wiki.note(form["logout_token"])
        self.send_response(200)
        self.end_headers()

    def _lead(self, address: str) -> None:
        self.send_response(302)
        self.send_header("location", address)
        self.end_headers()

    def _say(self, words: str) -> None:
        self.send_response(200)
        self.send_header("content-type", "text/html; charset=utf-8")
        self.end_headers()
        self.wfile.write(
            f"<!doctype html><link rel=icon href=data:,><title>Wiki</title><h1>{words}</h1>".encode()
        )

    def log_message(self, *_: object) -> None:
        """Says nothing."""


@contextmanager
def running_wiki() -> Iterator[Wiki]:
    server = ThreadingHTTPServer(("localhost", 0), _Pages)
    wiki = Wiki(f"http://localhost:{server.server_address[1]}")
    cast(Any, server).wiki = wiki
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield wiki
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
