"""A browser and an authenticator app as small as the crash test needs them."""

import base64
import hmac
import html
import http.client
import re
import struct
import urllib.parse
from dataclasses import dataclass, field
from datetime import datetime

_CSRF = re.compile(r'name="csrf" value="([0-9a-f]+)"')
_SECRET = re.compile(r'id="secret">([A-Z2-7 ]+)<')
_CODES = re.compile(r"<li>([0-9a-z]{4}(?:-[0-9a-z]{4}){3})</li>")


class Gone(Exception):
    """The server died under the request: what it did before is unknown to the browser."""


@dataclass
class Page:
    status: int
    path: str
    text: str = field(repr=False)

    @property
    def secret(self) -> str:
        found = _SECRET.search(self.text)
        assert found, self.text[:2000]
        return found[1]

    @property
    def codes(self) -> list[str]:
        return _CODES.findall(self.text)


class Browser:
    """Keeps cookies, follows redirects, fills the token into forms."""

    def __init__(self, port: int) -> None:
        self._port = port
        self._cookies: dict[str, str] = {}
        self._csrf = ""

    def get(self, path: str) -> Page:
        return self._follow(self._ask("GET", path, None))

    def post(self, path: str, **fields: str) -> Page:
        body = urllib.parse.urlencode({**fields, "csrf": self._csrf})
        return self._follow(self._ask("POST", path, body))

    def _follow(self, page: Page) -> Page:
        while page.status == 303:
            page = self._ask("GET", page.path, None)
        return page

    def _ask(self, method: str, path: str, body: str | None) -> Page:
        headers = {"Cookie": "; ".join(f"{name}={value}" for name, value in self._cookies.items())}
        if body is not None:
            headers["Content-Type"] = "application/x-www-form-urlencoded"
        connection = http.client.HTTPConnection("localhost", self._port, timeout=30)
        try:
            connection.request(method, path, body, headers)
            answer = connection.getresponse()
            text = answer.read().decode()
        except (OSError, http.client.HTTPException) as error:
            raise Gone(path) from error
        finally:
            connection.close()
        for name, value in answer.getheaders():
            if name.lower() == "set-cookie":
                key, _, rest = value.partition("=")
                self._cookies[key] = rest.partition(";")[0]
        found = _CSRF.search(text)
        if found:
            self._csrf = found[1]
        return Page(answer.status, answer.getheader("location") or path, html.unescape(text))


def code(secret: str, at: datetime) -> str:
    """What an app shows for a secret (RFC 6238)."""
    key = base64.b32decode(secret.replace(" ", ""))
    digest = hmac.new(key, struct.pack(">Q", int(at.timestamp()) // 30), "sha1").digest()
    start = digest[-1] & 15
    return f"{(struct.unpack('>I', digest[start : start + 4])[0] & 0x7FFFFFFF) % 10**6:06}"
