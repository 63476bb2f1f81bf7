"""Builders: apps that people sign in to, and what somebody gave one of them."""

import hashlib
import json
from base64 import b64encode, urlsafe_b64encode
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Any

from joserfc import jws
from joserfc.jwk import ECKey, RSAKey

from sparekey.core.clients import CODE_LIFE, Client, ClientId, Grant, Kind, Login, give
from sparekey.core.people import new_id
from sparekey.flows._work import hashed, token
from sparekey.flows.context import Context
from sparekey.oidc import pkce
from sparekey.store.oidc import clients, grants
from tests.people import Browser, Team

SECRET = "5" * 64
BACK = "https://wiki.example/back"
VERIFIER = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"
KEY = ECKey.import_key(
    {
        "kty": "EC",
        "crv": "P-256",
        "kid": "1",
        "x": "f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU",
        "y": "x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0",
        "d": "jpsQnnGQmL-YBIffH1136cspYG6-0iY7X1fCE9-E9LI",
    }
)
"""Of RFC 7515, appendix A.3."""
SCOPES = ("openid", "profile", "email", "offline_access")


def client(ctx: Context, crew: Team, name: str = "Wiki", **changes: Any) -> Client:
    """An app of that team with a secret (`SECRET`) and one address to come back to."""
    moment = ctx.moment()
    made = replace(
        Client(
            id=ClientId(new_id("cli", moment, name)),
            account_id=crew.account.id,
            kind=Kind.SERVER,
            name=name,
            login=Login.SECRET,
            created_at=moment.at,
            redirect_uris=(BACK,),
            secret_hash=hashlib.sha256(SECRET.encode()).hexdigest(),
        ),
        **changes,
    )
    ctx.db.write(lambda conn: clients.add(conn, made))
    return made


def public(ctx: Context, crew: Team, **changes: Any) -> Client:
    """A program of a browser."""
    return client(ctx, crew, "Board", kind=Kind.PUBLIC, login=Login.NONE, secret_hash="", **changes)


def strict(ctx: Context, crew: Team, **changes: Any) -> Client:
    """A client of the FAPI 2.0 Security Profile, with `KEY`."""
    own = {"login": Login.KEY, "secret_hash": "", "is_strict": True, "algorithm": "ES256"}
    own["keys"] = json.dumps({"keys": [KEY.as_dict(private=False)]})
    return client(ctx, crew, "Bank", **{**own, **changes})


@dataclass(frozen=True)
class Given:
    grant: Grant
    code: str = field(repr=False)


def given(ctx: Context, browser: Browser, to: Client, **changes: Any) -> Given:
    """What somebody signed in gives a client: a grant and its code, as the authorization endpoint keeps them."""
    moment = ctx.moment()
    assert browser.session
    asked = {
        "nonce": "n-0S6_WzA2Mj",
        "redirect_uri": BACK,
        "challenge": pkce.challenge_of(VERIFIER),
        "code_expires_at": moment.at + CODE_LIFE,
    }
    made = replace(give(browser.session, to, changes.pop("scopes", SCOPES), moment), **{**asked, **changes})
    fresh = token(moment, "code")
    ctx.db.write(lambda conn: grants.add(conn, made, hashed(fresh)))
    return Given(made, fresh)


def redeemed(ctx: Context, browser: Browser, to: Client, **changes: Any) -> Grant:
    """What a client has that came for its tokens, and has nothing once the session is over."""
    came = {"scopes": ("openid", "email"), "code_spent_at": ctx.moment().at}
    return given(ctx, browser, to, **{**came, **changes}).grant


def basic(to: Client, secret: str = SECRET) -> dict[str, str]:
    return {"authorization": "Basic " + b64encode(f"{to.id}:{secret}".encode()).decode()}


def assertion(
    ctx: Context, to: Client, key: ECKey | RSAKey = KEY, alg: str = "ES256", **changes: Any
) -> dict[str, str]:
    """The form fields of a signed assertion (RFC 7523); `changes`: other claims."""
    moment = ctx.moment()
    now = int(moment.at.timestamp())
    claims = {"iss": to.id, "sub": to.id, "aud": ctx.site.base_url, "iat": now, "exp": now + 60}
    claims |= {"jti": token(moment, "jti"), **changes}
    return {
        "client_assertion_type": "urn:ietf:params:oauth:client-assertion-type:jwt-bearer",
        "client_assertion": signed({"alg": alg, "kid": "1"}, claims, key),
    }


def proof(
    ctx: Context, path: str, key: ECKey = KEY, method: str = "POST", access: str = "", **changes: Any
) -> str:
    """A DPoP header; `changes`: other claims, or of the header `typ`, `alg`, `jwk`."""
    moment = ctx.moment()
    header = {"typ": "dpop+jwt", "alg": "ES256", "jwk": key.as_dict(private=False)}
    claims = {
        "htm": method,
        "htu": ctx.site.link(path),
        "iat": int(moment.at.timestamp()),
        "jti": token(moment, "jti"),
    }
    if access:
        digest = hashlib.sha256(access.encode()).digest()
        claims["ath"] = urlsafe_b64encode(digest).rstrip(b"=").decode()
    header |= {name: changes.pop(name) for name in ("typ", "alg", "jwk") if name in changes}
    return signed(header, {**claims, **changes}, key)


def signed(header: dict[str, Any], claims: dict[str, Any], key: ECKey | RSAKey) -> str:
    registry = jws.JWSRegistry(algorithms=[header["alg"]], strict_check_header=False)
    return jws.serialize_compact(header, json.dumps(claims).encode(), key, registry=registry)


def later(seconds: float) -> timedelta:
    return timedelta(seconds=seconds)
