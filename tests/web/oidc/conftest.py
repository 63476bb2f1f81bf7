"""`program`: an app's own server that calls this one; a crew, somebody signed in, and an app."""

from collections.abc import Mapping
from typing import Any

import httpx2 as httpx
import pytest
from starlette.testclient import TestClient

from sparekey.core.clients import Client
from sparekey.flows.context import Context
from sparekey.web.routes import make_web
from tests.clients import BACK, VERIFIER, basic, client
from tests.people import Browser, Team, account, signed_in


@pytest.fixture
def crew(ctx: Context) -> Team:
    return account(ctx)


@pytest.fixture
def jonas(ctx: Context, crew: Team) -> Browser:
    return signed_in(ctx, crew["jonas.frei"])


@pytest.fixture
def wiki(ctx: Context, crew: Team) -> Client:
    return client(ctx, crew)


class Program:
    """Posts forms and reads JSON."""

    def __init__(self, ctx: Context) -> None:
        self.http = TestClient(make_web(ctx), base_url=ctx.site.base_url)

    def post(
        self, path: str, form: Mapping[str, str], headers: Mapping[str, str] | None = None
    ) -> httpx.Response:
        return self.http.post(path, data=dict(form), headers=dict(headers or {}))

    def exchange(
        self, of: Client, given: str, headers: Mapping[str, str] | None = None, **changes: str
    ) -> httpx.Response:
        """Exchange a code; an app with a secret sends it in the header."""
        form = {
            "grant_type": "authorization_code",
            "code": given,
            "redirect_uri": BACK,
            "code_verifier": VERIFIER,
        }
        own = basic(of) if of.secret_hash else {}
        named = {} if of.secret_hash else {"client_id": of.id}
        return self.post("/oidc/token", {**form, **named, **changes}, {**own, **(headers or {})})

    def refresh(
        self, of: Client, shown: str, headers: Mapping[str, str] | None = None, **changes: str
    ) -> httpx.Response:
        form = {"grant_type": "refresh_token", "refresh_token": shown}
        own = basic(of) if of.secret_hash else {}
        named = {} if of.secret_hash else {"client_id": of.id}
        return self.post("/oidc/token", {**form, **named, **changes}, {**own, **(headers or {})})

    def userinfo(self, access: str, scheme: str = "Bearer", **more: str) -> httpx.Response:
        return self.http.get("/oidc/userinfo", headers={"authorization": f"{scheme} {access}", **more})

    def introspect(self, by: Client, shown: str, **more: Any) -> httpx.Response:
        return self.post("/oidc/introspect", {"token": shown, **more}, basic(by))


@pytest.fixture
def program(ctx: Context) -> Program:
    return Program(ctx)
