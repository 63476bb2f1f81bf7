"""Values for the pages about apps."""

from types import SimpleNamespace as Thing

from sparekey.core.clients import Kind
from sparekey.web.pages.clients.snippets import ELSEWHERE, Facts, redirects, snippets
from tests.web.demo_team import NOW, Values, ago

ISSUER = "https://id.bergundtal.example"
FACTS = Facts(
    ISSUER,
    "cli_7f31q8rs9t0v1w2x",
    "https://app.zistemo.example",
    "https://app.zistemo.example/cb",
    "wiki.example",
)
TILES = [
    Thing(name="zistemo", about="Time and invoices", address="https://app.zistemo.example/"),
    Thing(name="<b>Wiki</b>", about="wiki.example:8443", address="https://wiki.example:8443/"),
]
ZISTEMO = Thing(
    id="cli_7f31q8rs9t0v1w2x", name="zistemo", place="app.zistemo.example", kind="server", chosen=None,
    demand="second", last_used_at=ago(minutes=11), unused_months=0,
)  # fmt: skip
APPS = [
    ZISTEMO,
    Thing(**{**vars(ZISTEMO), "id": "cli_2", "name": "Forgejo", "chosen": 2, "demand": "passkey"}),
    Thing(
        **{**vars(ZISTEMO), "id": "cli_3", "name": "One", "chosen": 1, "demand": "remembered", "place": ""}
    ),
    Thing(
        **{
            **vars(ZISTEMO),
            "id": "cli_4",
            "name": "Old",
            "chosen": 0,
            "last_used_at": ago(days=250),
            "unused_months": 8,
        }
    ),
    Thing(
        **{**vars(ZISTEMO), "id": "cli_5", "name": "New", "kind": "proxy", "place": "", "last_used_at": None}
    ),
]
APP = Thing(
    id="cli_7f31q8rs9t0v1w2x", name="zistemo", kind="server", has_secret=True, secret_set_at=ago(days=80),
    created_at=ago(days=300), is_registered=False, version=3,
)  # fmt: skip
CHOICES: Values = {
    "algorithms": ("RS256", "ES256"),
    "fresh_minutes": ["0", "5", "15", "60", "240"],
    "well_known": redirects(ELSEWHERE),
}
FORM = {
    "name": "zistemo", "redirect_uris": "https://app.zistemo.example/cb", "demand": "second", "who": "everybody",
    "asks_consent": "yes", "needs_pkce": "yes", "login": "secret", "algorithm": "RS256", "fresh_minutes": "15",
}  # fmt: skip
HOLDERS = [Thing(name="Mia Zürcher", username="mia.zuercher", since=ago(days=3), last=ago(hours=2))]


def _app(kind: Kind, **more: object) -> Values:
    app = Thing(**{**vars(APP), "kind": kind.value, "has_secret": kind is Kind.SERVER, **more})
    return {"nav": "apps", "app": app, "issuer": ISSUER, "snippets": snippets(kind, FACTS)}


def _page(kind: Kind, **more: object) -> Values:
    nobody: Values = {"last_used_at": None, "holders": [], "holder_count": 0, "values": FORM}
    return {**_app(kind), **CHOICES, **nobody, **more}


def _new(kind: str, **more: object) -> Values:
    return {"nav": "apps", "kind": kind, "draft": "cli_0123456789abcdef", "values": FORM, **CHOICES, **more}


CLIENTS: dict[str, list[tuple[str, Values]]] = {
    "clients": [
        ("empty", {"nav": "apps", "apps": [], "issuer": ISSUER}),
        ("several", {"nav": "apps", "apps": APPS, "issuer": ISSUER}),
    ],
    "client_kinds": [("all", {"nav": "apps", "kinds": [one.value for one in Kind], "can_register": True})],
    "client_registration": [
        ("asked", {"nav": "apps", "token": "", "address": f"{ISSUER}/oidc/register"}),
        ("made", {"nav": "apps", "token": "ab" * 32, "address": f"{ISSUER}/oidc/register"}),
    ],
    "client_new": [
        *((one.value, _new(one.value)) for one in Kind),
        (
            "errors",
            _new(
                "server",
                errors={
                    "name": "Enter a name",
                    "redirect_uris": "Enter at least one address",
                    "demand": "Choose one",
                    "who": "Choose one",
                    "people": "Nobody here has this username: x",
                    "keys": "Enter the public keys of the app",
                    "form": "This app was added already",
                },
            ),
        ),
        ("proxy_errors", _new("proxy", errors={"host": "Enter the name", "fresh_minutes": "Choose one"})),
    ],
    "client": [
        ("unused", _page(Kind.SERVER)),
        ("used", _page(Kind.PUBLIC, last_used_at=ago(minutes=2), holders=HOLDERS, holder_count=1)),
        (
            "many",
            {
                **_page(Kind.COMMAND, last_used_at=NOW, holders=HOLDERS, holder_count=25),
                **_app(Kind.COMMAND, is_registered=True),
            },
        ),
        ("site", _page(Kind.PROXY, errors={"host": "Enter the name"})),
    ],
    "client_made": [
        ("new", {**_app(Kind.SERVER), "secret": "ab" * 32, "is_new": True}),
        ("renewed", {**_app(Kind.SERVER), "secret": "cd" * 32, "is_new": False}),
        ("without", {**_app(Kind.PUBLIC), "secret": "", "is_new": True}),
        ("site", {**_app(Kind.PROXY), "secret": "", "is_new": True}),
    ],
    "client_secret": [("asked", {"nav": "apps", "app": APP})],
    "client_remove": [
        ("unused", {"nav": "apps", "app": APP, "holder_count": 0}),
        ("used", {"nav": "apps", "app": APP, "holder_count": 2}),
    ],
    "own_clients": [
        ("none", {"nav": "profile", "apps": []}),
        (
            "several",
            {
                "nav": "profile",
                "apps": [
                    Thing(
                        id="cli_1", name="zistemo", kind="server", address="https://app.zistemo.example/",
                        since=ago(days=9), last=ago(hours=1),
                        scopes=("email", "offline_access", "openid", "profile", "roles", "phone"),
                    ),
                    Thing(id="cli_2", name="Wiki", kind="proxy", address="", since=ago(days=9), last=NOW, scopes=()),
                ],
            },
        ),
    ],
}  # fmt: skip
