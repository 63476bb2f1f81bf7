"""A walk through an owner's apps."""

from collections.abc import Iterator
from urllib.parse import urlsplit

from tests.stories.walks.tab import Seen, Tab

APPS = "/account/apps"


def no_apps_yet(tab: Tab) -> Iterator[Seen]:
    yield "apps-empty", tab.go(APPS)
    yield "own-apps-empty", tab.go("/me/apps")


def owners_apps(tab: Tab) -> Iterator[Seen]:
    """One of each kind is begun, one is added, given another secret, and asked about before it is removed."""
    yield "apps", tab.go(APPS)
    yield "app-kinds", tab.go(f"{APPS}/new")
    for kind in ("public", "command", "proxy"):
        yield f"app-new-{kind}", tab.go(f"{APPS}/new/{kind}")
    yield "app-new-proxy-error", tab.send(name="Wiki", host="wiki.example/start")
    yield "app-made-proxy", tab.send(host="wiki.example")
    yield "app-new-server", tab.go(f"{APPS}/new/server")
    wrong = {
        "redirect_uris": "http://app.example/a-long-address-that-has-to-be-broken",
        "who": "chosen",
    }
    yield "app-new-server-error", tab.send(**wrong, people="nobody.here")
    yield "app-made", tab.send(name="Grafana", redirect_uris="https://app.example/cb", people="jonas.frei")
    tab.go(APPS)
    yield "app-unused", tab.press("main table a:has-text('Grafana')")
    path = urlsplit(tab.page.url).path
    yield "app-error", tab.send(redirect_uris="")
    yield "app-secret", tab.go(f"{path}/secret")
    yield "app-secret-made", tab.send()
    yield "app-remove", tab.go(f"{path}/remove")
    yield "apps-removed", tab.send()
    yield "app", tab.press("main table a:has-text('zistemo')")
