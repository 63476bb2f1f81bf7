"""Values for the pages on the way to an app."""

from tests.web.demo_team import Values

REQUEST = "client_id=cli_7f3k&state=af0ifjsldkj"
WHOM: Values = {"app": "Wiki", "username": "jonas.frei", "back": "", "request": REQUEST}
CONSENT: Values = {
    "app": "Wiki",
    "homepage": "https://wiki.bergundtal.example/",
    "host": "wiki.bergundtal.example",
    "username": "jonas.frei",
    "scopes": ("openid", "profile", "email", "roles", "offline_access"),
    "is_remembered": True,
    "request": REQUEST,
}
TO_APPS: dict[str, list[tuple[str, Values]]] = {
    "app_consent": [
        ("everything", CONSENT),
        ("each-time", {**CONSENT, "is_remembered": False, "host": "127.0.0.1:49152"}),
        ("least", {**CONSENT, "homepage": "", "scopes": ("openid",)}),
    ],
    "app_whom": [
        ("choose", {**WHOM, "why": "choose"}),
        ("other", {**WHOM, "why": "other"}),
        ("not-yours", {**WHOM, "why": "not_yours", "back": "https://wiki.example/back?error=access_denied"}),
        ("passkey", {**WHOM, "why": "passkey"}),
    ],
    "app_leave": [
        ("app", {"app": "Wiki", "username": "jonas.frei", "trouble": "", "request": REQUEST}),
        (
            "trouble",
            {"app": "", "username": "jonas.frei", "trouble": "id_token_hint is missing", "request": REQUEST},
        ),
    ],
    "app_onward": [("", {"app": "Wiki", "address": "https://wiki.example/back?code=5f&state=af0"})],
    "app_refused": [("", {"error": "invalid_request", "description": "redirect_uri is missing"})],
}
