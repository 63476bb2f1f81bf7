"""What whoever sets a proxy up reads where it is refused."""

import pytest
from starlette.testclient import TestClient
from structlog.testing import capture_logs

from sparekey.flows.context import Context
from sparekey.web.forward_auth import NGINX, PATH, ForwardAuth
from sparekey.web.routes import make_web


@pytest.fixture
def gate(ctx: Context) -> ForwardAuth:
    return ForwardAuth(ctx, make_web(ctx), ("127.0.0.1/32",))


def test_nginx_is_told_why_in_a_header(gate: ForwardAuth) -> None:
    """`auth_request` throws bodies away."""
    answer = TestClient(gate, client=("127.0.0.1", 1)).get(
        NGINX, headers={"x-forwarded-host": "other.example"}
    )
    assert (403, "Nobody added this site to Sparekey") == (
        answer.status_code,
        answer.headers["sparekey-why"],
    )


def test_a_proxy_that_nobody_named_stands_in_the_log_once(gate: ForwardAuth) -> None:
    proxy = TestClient(gate, client=("192.0.2.7", 1))
    with capture_logs() as lines:
        proxy.get(PATH)
        proxy.get(PATH)
    assert [f"{PATH} was asked from 192.0.2.7, which is not among server.trusted_proxies"] == [
        line["event"] for line in lines
    ]
