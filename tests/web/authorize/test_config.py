"""What the plan for a Config OP asks: the metadata and the keys, as an app fetches them."""

from typing import Any

import pytest
from starlette.testclient import TestClient

from sparekey.flows.context import Context
from sparekey.web.routes import make_web

DOCUMENTS = ("/.well-known/openid-configuration", "/.well-known/oauth-authorization-server")


def fetched(ctx: Context, path: str) -> tuple[int, str, Any]:
    with TestClient(make_web(ctx), base_url=ctx.site.base_url) as client:
        answer = client.get(path)
    return answer.status_code, answer.headers["content-type"], answer.json()


@pytest.mark.parametrize("path", DOCUMENTS)
def test_oidcc_discovery_endpoint_verification(ctx: Context, path: str) -> None:
    status, kind, told = fetched(ctx, path)
    assert (200, "application/json", "https://id.example") == (status, kind, told["issuer"])
    endpoints = {name: value for name, value in told.items() if name.endswith("_endpoint")}
    assert all(value.startswith("https://id.example/") for value in endpoints.values())
    assert {"authorization_endpoint", "token_endpoint", "userinfo_endpoint"} <= endpoints.keys()
    assert "RS256" in told["id_token_signing_alg_values_supported"]
    assert ["code"] == told["response_types_supported"]
    assert ["public", "pairwise"] == told["subject_types_supported"]
    assert "openid" in told["scopes_supported"]
    assert ["S256"] == told["code_challenge_methods_supported"]
    assert told["claims_parameter_supported"]
    assert not told["request_uri_parameter_supported"], "the default is true"


def test_every_address_that_is_told_is_served(ctx: Context) -> None:
    _, _, told = fetched(ctx, DOCUMENTS[0])
    places = [value for name, value in told.items() if name.endswith("_endpoint") or name == "jwks_uri"]
    with TestClient(make_web(ctx), base_url=ctx.site.base_url) as browser:
        assert [] == [one for one in places if 404 == browser.get(one).status_code]


def test_oidcc_server_jwks_distinct_kids(ctx: Context) -> None:
    _, _, told = fetched(ctx, DOCUMENTS[0])
    status, _, found = fetched(ctx, told["jwks_uri"].removeprefix("https://id.example"))
    names = [key["kid"] for key in found["keys"]]
    assert (200, 2) == (status, len(names))
    assert len(names) == len(set(names))


@pytest.mark.parametrize("path", [*DOCUMENTS, "/oidc/jwks"])
def test_pages_of_any_origin_may_read_them_and_caches_keep_them_for_minutes(ctx: Context, path: str) -> None:
    with TestClient(make_web(ctx), base_url=ctx.site.base_url) as client:
        headers = client.get(path, headers={"origin": "https://app.example"}).headers
    assert ("*", "public, max-age=300") == (headers["access-control-allow-origin"], headers["cache-control"])


def test_the_authorization_endpoint_is_for_browsers_alone(ctx: Context) -> None:
    """RFC 9700, section 2.6: no page of another origin reads its answers."""
    with TestClient(make_web(ctx), base_url=ctx.site.base_url) as client:
        answer = client.get("/oidc/authorize", headers={"origin": "https://app.example"})
    assert "access-control-allow-origin" not in answer.headers
    assert "frame-ancestors 'none'" in answer.headers["content-security-policy"]
