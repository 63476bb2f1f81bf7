"""What apps fetch to know this server: its metadata and its keys. Anybody may, from any page.

Both are kept by caches for a while: a new key is published a day before it signs.
"""

import json

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from sparekey.flows.context import Context
from sparekey.flows.oidc import keys, metadata

_KEPT = {"cache-control": "public, max-age=300", "access-control-allow-origin": "*"}
_OPEN = {**_KEPT, "cross-origin-resource-policy": "cross-origin"}
_DOCUMENTS = ("/.well-known/openid-configuration", "/.well-known/oauth-authorization-server")


def telling_routes(ctx: Context) -> list[Route]:
    """The metadata under both names (OpenID Connect Discovery 1.0, section 4; RFC 8414, section 3), and the keys."""

    def document(_: Request) -> Response:
        return _json(json.dumps(metadata.document(ctx)))

    def key_set(_: Request) -> Response:
        return _json(keys.published(ctx, ctx.moment().at))

    return [*(Route(path, document) for path in _DOCUMENTS), Route("/oidc/jwks", key_set)]


def _json(text: str) -> Response:
    return Response(text, media_type="application/json", headers=_OPEN)
