"""The cookies of this server, and what is signed with its key.

The session cookie is opaque, host-only, HttpOnly and SameSite=Lax. Over https it carries the `__Host-` prefix; plain
http is for loopback alone, where browsers know no such prefix. A second cookie tells browsers apart: the CSRF
token hangs on it and on the session, and "new device" notices use it.
"""

import base64
import hmac
import json
import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

from starlette.responses import Response

LINK_LANGUAGE = "link_lang"
"""The language of the last mailed link that was opened here."""
YEAR = 365 * 24 * 3600
_LONGEST = 3000


@dataclass(frozen=True)
class Cookies:
    """Names and flags for this site."""

    is_https: bool
    key: bytes

    @property
    def _prefix(self) -> str:
        return "__Host-" if self.is_https else ""

    @property
    def session(self) -> str:
        return f"{self._prefix}sparekey"

    @property
    def browser(self) -> str:
        return f"{self._prefix}browser"

    def put(self, response: Response, name: str, value: str, seconds: int | None) -> None:
        """Set a cookie; `seconds` None: until the browser closes, 0: gone."""
        if seconds == 0:
            response.delete_cookie(name, secure=self.is_https, httponly=True, samesite="lax")
        else:
            response.set_cookie(
                name, value, max_age=seconds, secure=self.is_https, httponly=True, samesite="lax"
            )

    def csrf(self, browser: str, token_hash: str) -> str:
        """The token of this browser's forms in this session."""
        return hmac.new(self.key, f"csrf:{browser}:{token_hash}".encode(), sha256).hexdigest()

    def sign(self, purpose: str, data: Mapping[str, Any]) -> str:
        """Small data that a browser may carry but not change; empty when it would not fit into a cookie."""
        packed = zlib.compress(json.dumps(data).encode())  # a long form has to fit
        body = base64.urlsafe_b64encode(packed).decode().rstrip("=")
        return f"{body}.{self._mark(purpose, body)}" if len(body) < _LONGEST else ""

    def read(self, purpose: str, text: str) -> dict[str, Any]:
        """What was signed for this purpose; empty for anything else."""
        body, _, mark = text.partition(".")
        if not hmac.compare_digest(mark.encode(), self._mark(purpose, body).encode()):
            return {}
        packed = base64.urlsafe_b64decode(body + "=" * (-len(body) % 4))
        found: dict[str, Any] = json.loads(zlib.decompress(packed))
        return found

    def _mark(self, purpose: str, body: str) -> str:
        return hmac.new(self.key, f"{purpose}:{body}".encode("utf-8", "replace"), sha256).hexdigest()
