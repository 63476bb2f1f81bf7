"""The endpoints of the provider that programs call, on one screen."""

from typing import Any

from sparekey.errors import ProtocolRefused
from sparekey.flows.context import Context
from sparekey.flows.oidc import asking, devices, exchanging, pushing, registering, revoking
from sparekey.web.oidc.door import FORM, NO_TOKEN, Asked, Endpoint


def token(ctx: Context, asked: Asked) -> dict[str, Any]:
    return exchanging.exchange(ctx, asked.call(asked.form()))


def introspect(ctx: Context, asked: Asked) -> dict[str, Any]:
    return asking.introspect(ctx, asked.call(asked.form()))


def peek_token(ctx: Context, asked: Asked) -> dict[str, Any] | None:
    form = asked.form()
    return None if "client_assertion" in form else asking.peek(ctx, asked.call(form))


def revoke(ctx: Context, asked: Asked) -> None:
    revoking.revoke(ctx, asked.call(asked.form()))


def push(ctx: Context, asked: Asked) -> dict[str, Any]:
    return pushing.push(ctx, asked.call(asked.form()))


def device(ctx: Context, asked: Asked) -> dict[str, Any]:
    return devices.ask(ctx, asked.call(asked.form()))


def register(ctx: Context, asked: Asked) -> dict[str, Any]:
    scheme, shown = _in_header(asked)
    if scheme != "bearer":
        raise ProtocolRefused(NO_TOKEN, "A token of an account owner is needed", 401)
    return registering.register(ctx, asked.call({}), shown, asked.object())


def userinfo(ctx: Context, asked: Asked) -> dict[str, Any]:
    scheme, shown = _shown(asked)
    return asking.userinfo(ctx, asked.call({}), scheme, shown)


def peek_person(ctx: Context, asked: Asked) -> dict[str, Any] | None:
    scheme, shown = _shown(asked)
    return None if scheme == "dpop" else asking.userinfo(ctx, asked.call({}), scheme, shown)


def _shown(asked: Asked) -> tuple[str, str]:
    """The access token, from the header or from the body (RFC 6750, section 2), never from both or the address."""
    form = asked.form() if asked.method == "POST" and (asked.body or asked.kind == FORM) else {}
    in_form = form.get("access_token", "")
    if asked.headers.get("authorization") and in_form:
        raise ProtocolRefused("invalid_request", "The access token came twice")
    return ("bearer", in_form) if in_form else _in_header(asked)


def _in_header(asked: Asked) -> tuple[str, str]:
    scheme, _, rest = asked.headers.get("authorization", "").partition(" ")
    if scheme.lower() not in {"bearer", "dpop"} or not rest.strip():
        raise ProtocolRefused(NO_TOKEN, "An access token is needed", 401)
    return scheme.lower(), rest.strip()


ENDPOINTS = (
    Endpoint("/oidc/token", token, is_open=True),
    Endpoint("/oidc/userinfo", userinfo, ("GET", "POST"), is_open=True, scheme="Bearer", peek=peek_person),
    Endpoint("/oidc/introspect", introspect, peek=peek_token),
    Endpoint("/oidc/revoke", revoke, is_open=True),
    Endpoint("/oidc/par", push, status=201),
    Endpoint("/oidc/device", device),
    Endpoint("/oidc/register", register, status=201, scheme="Bearer"),
)
