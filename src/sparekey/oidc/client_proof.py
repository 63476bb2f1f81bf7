"""How a client shows who it is (RFC 6749, section 2.3; RFC 7523; OpenID Connect Core 1.0, section 9).

Exactly one way per request: two at once are refused, so that no two parts of a server can read them differently.
A secret comes in the header (each half form-urlencoded) or in the form. A signed assertion names this server as its
only audience, is young, and good once.
"""

import hashlib
import hmac
import re
from base64 import b64decode
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import unquote_plus

from sparekey.core.clients import Client, Login
from sparekey.errors import ProtocolRefused
from sparekey.oidc.jose import AHEAD, ALGORITHMS, STRICT_ALGORITHMS, UsedId, moment_of, peek, used_id

ASSERTION_TYPE = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
LOGINS = {
    "client_secret_basic": Login.SECRET,
    "client_secret_post": Login.SECRET,
    "private_key_jwt": Login.KEY,
    "none": Login.NONE,
}
"""By the names of Core 1.0, section 9."""
LONGEST_LIFE = timedelta(hours=1)
"""Of an assertion: longer ones would have to be remembered for longer."""
_LONGEST_ID = 256
_ID = re.compile(r"[\x21-\x7e]{1,100}")


@dataclass(frozen=True)
class Claimed:
    """Who a request says it is from, and with what."""

    client_id: str
    secret: str = field(default="", repr=False)
    assertion: str = field(default="", repr=False)
    is_by_header: bool = False

    @property
    def has_proof(self) -> bool:
        return bool(self.secret or self.assertion or self.is_by_header)


def refused(description: str) -> ProtocolRefused:
    return ProtocolRefused("invalid_client", description, 401)


def read(authorization: str, form: Mapping[str, str]) -> Claimed:
    """What header and form say together; raises where they say two things."""
    found = _read(authorization, form)
    if not _ID.fullmatch(found.client_id):
        raise refused("Unknown client, or none named")
    return found


def _read(authorization: str, form: Mapping[str, str]) -> Claimed:
    scheme, _, rest = authorization.partition(" ")
    if authorization and scheme.lower() != "basic":
        raise refused("This scheme of the Authorization header is not known here")
    named, assertion = form.get("client_id", ""), form.get("client_assertion", "")
    if sum((bool(authorization), "client_secret" in form, "client_assertion" in form)) > 1:
        raise ProtocolRefused("invalid_request", "Two ways of client authentication at once")
    if authorization:
        client_id, secret = _basic(rest)
        if named not in {"", client_id}:
            raise ProtocolRefused("invalid_request", "client_id is another one than in the header")
        return Claimed(client_id, secret, is_by_header=True)
    if "client_assertion" not in form:
        return Claimed(named, form.get("client_secret", ""))
    if form.get("client_assertion_type") != ASSERTION_TYPE:
        raise refused("client_assertion_type is not known here")
    return Claimed(named or _subject(assertion), assertion=assertion)


def _basic(text: str) -> tuple[str, str]:
    try:
        name, colon, secret = b64decode(text.strip(), validate=True).decode().partition(":")
        found = unquote_plus(name, errors="strict"), unquote_plus(secret, errors="strict")
    except ValueError:
        raise refused("The Authorization header cannot be read") from None
    if not colon:
        raise refused("The Authorization header cannot be read")
    return found


def _subject(assertion: str) -> str:
    """Whose key to look for, where the form does not say (RFC 7521, section 4.2)."""
    found = peek(assertion)
    return str(found[1].get("sub", "")) if found else ""


def demand(client: Client, claimed: Claimed) -> None:
    """`invalid_client` unless this is the client's own way, with the right secret.

    A signed assertion is looked at afterwards: its signature, and `check_assertion`.
    """
    if client.login is Login.NONE:
        if claimed.has_proof:
            raise refused("This client has no secret")
    elif client.login is Login.KEY:
        if not claimed.assertion:
            raise refused("This client shows a signed assertion")
    elif not client.secret_hash or not _is_secret(client, claimed.secret):
        raise refused("Unknown client, or a wrong secret")


def _is_secret(client: Client, secret: str) -> bool:
    given = hashlib.sha256(secret.encode("utf-8", "surrogatepass")).hexdigest()
    return hmac.compare_digest(client.secret_hash, given)


def algorithms(client: Client) -> tuple[str, ...]:
    """What may sign this client's statements."""
    return STRICT_ALGORITHMS if client.is_strict else ALGORITHMS


@dataclass(frozen=True)
class Audience:
    """What this server is called: its name, and where the request was sent."""

    issuer: str
    endpoint: str

    def names(self, client: Client) -> frozenset[str]:
        """FAPI 2.0 Security Profile, section 5.3.2.1: the issuer alone; else an endpoint is taken too (RFC 7523)."""
        token = f"{self.issuer}/oidc/token"
        return frozenset({self.issuer} if client.is_strict else {self.issuer, self.endpoint, token})


def check_assertion(client: Client, claims: Mapping[str, Any], here: Audience, now: datetime) -> UsedId:
    """The claims of an assertion whose signature was right; gives what makes it good once (RFC 7523, section 3)."""
    if claims.get("iss") != client.id or claims.get("sub") != client.id:
        raise refused("iss and sub of the assertion must be the client_id")
    if not _is_for_us(client, claims.get("aud"), here):
        raise refused("aud of the assertion is not this server")
    expires_at = moment_of(claims, "exp")
    if expires_at is None or expires_at <= now:
        raise refused("The assertion has ended")
    if expires_at > now + LONGEST_LIFE + AHEAD:
        raise refused("The assertion lives too long")
    for name in ("iat", "nbf"):
        at = moment_of(claims, name)
        if name in claims and (at is None or at > now + AHEAD):
            raise refused(f"{name} of the assertion is in the future")
    own = claims.get("jti")
    if not isinstance(own, str) or not 0 < len(own) <= _LONGEST_ID:
        raise refused("The assertion needs a jti")
    return used_id("assertion", client.id, own, expires_at=expires_at)


def _is_for_us(client: Client, audience: object, here: Audience) -> bool:
    """One name; in a list only for clients that are not strict, and alone."""
    if isinstance(audience, list) and not client.is_strict and len(audience) == 1:
        audience = audience[0]
    return isinstance(audience, str) and audience in here.names(client)
