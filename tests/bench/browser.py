"""A browser as small as a benchmark needs it: one connection, cookies, forms."""

import http.client
import re
import urllib.parse

_CSRF = re.compile(r'name="csrf" value="([0-9a-f]+)"')


class Browser:
    """Keeps one connection and its cookies."""

    def __init__(self, port: int) -> None:
        self._connection = http.client.HTTPConnection("localhost", port, timeout=30)
        self._cookies: dict[str, str] = {}
        self.csrf = ""

    def get(self, path: str) -> int:
        return self._ask("GET", path, None)

    def post(self, path: str, **fields: str) -> int:
        body = urllib.parse.urlencode({**fields, "csrf": self.csrf})
        return self._ask("POST", path, body)

    def _ask(self, method: str, path: str, body: str | None) -> int:
        headers = {"Cookie": "; ".join(f"{name}={value}" for name, value in self._cookies.items())}
        if body is not None:
            headers["Content-Type"] = "application/x-www-form-urlencoded"
        self._connection.request(method, path, body, headers)
        answer = self._connection.getresponse()
        text = answer.read().decode("utf-8", "replace")
        for name, value in answer.getheaders():
            if name.lower() == "set-cookie":
                key, _, rest = value.partition("=")
                self._cookies[key] = rest.partition(";")[0]
        found = _CSRF.search(text)
        if found:
            self.csrf = found[1]
        return answer.status

    def close(self) -> None:
        self._connection.close()
