"""What to enter in an app, ready to copy: for well-known apps, and for any that speaks OpenID Connect.

Into lines for a shell go only values that this server made. The well-known apps each have one redirect address, which
follows from the address they are reached at.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from textwrap import dedent
from urllib.parse import urlsplit

from sparekey.core.clients import Client, Kind
from sparekey.flows.context import Site
from sparekey.web.pages.clients.settings import own_code, programs, proxies, servers

SECRET = "CLIENT-SECRET"
"""Stands where the secret belongs, once that cannot be shown any more."""
ELSEWHERE = "https://app.example.com"
SCOPES = "openid profile email"
Row = tuple[str, str, str, str]
"""What it is known by on the page, its title, the path it comes back to (empty: any), and the text with blanks."""
_OF_KIND: Mapping[Kind, tuple[Row, ...]] = {
    Kind.SERVER: (*servers.ROWS, *own_code.ROWS),
    Kind.PUBLIC: programs.BROWSER,
    Kind.COMMAND: programs.COMMAND,
    Kind.PROXY: proxies.ROWS,
}
_BLANK = re.compile(r"@(?:issuer|id|secret|home|redirect|host|scopes|port)\b")


@dataclass(frozen=True)
class Facts:
    """What is filled in. `home`: where the app is, without path."""

    issuer: str
    id: str
    home: str
    redirect: str
    host: str = ""
    secret: str = field(default=SECRET, repr=False)
    port: int = 8000
    """Of this server, for a proxy on the same machine."""


@dataclass(frozen=True)
class Snippet:
    """One app's settings. `code`: its id on the page; `redirect`: the address it comes back to, where it is known."""

    code: str
    title: str
    text: str = field(repr=False)
    redirect: str = ""


def facts_of(client: Client, site: Site, secret: str = "") -> Facts:
    """The facts of an app, with its secret right after it was made."""
    redirect = client.redirect_uris[0] if client.redirect_uris else ""
    known = next((one for one in (client.homepage, redirect) if one.startswith("http")), ELSEWHERE)
    parts = urlsplit(known)
    home = f"{parts.scheme}://{parts.netloc}"
    back = redirect or f"{home}/callback"
    return Facts(site.link(""), client.id, home, back, client.host, secret or SECRET, site.port)


def snippets(kind: Kind, facts: Facts) -> tuple[Snippet, ...]:
    """What may be copied for an app of this kind."""
    return tuple(
        Snippet(code, title, _filled(text, facts), facts.home + path if path else "")
        for code, title, path, text in _OF_KIND[kind]
    )


def redirects(home: str) -> tuple[tuple[str, str], ...]:
    """Where well-known apps come back to: name and address."""
    return tuple((title, home + path) for _, title, path, _ in servers.ROWS if path)


def _filled(text: str, facts: Facts) -> str:
    values: Mapping[str, str] = {
        "@issuer": facts.issuer,
        "@id": facts.id,
        "@secret": facts.secret,
        "@home": facts.home,
        "@redirect": facts.redirect,
        "@host": facts.host,
        "@scopes": SCOPES,
        "@port": str(facts.port),
    }
    return _BLANK.sub(lambda blank: values[blank[0]], dedent(text).strip())
