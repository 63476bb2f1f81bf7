"""Clients, grants and signed statements that say what a test wants; nothing here is signed."""

import hashlib
import json
from base64 import urlsafe_b64encode
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from sparekey.core.clients import Client, ClientId, Grant, GrantId, Kind, Login
from sparekey.core.people import AccountId, MemberId, SessionId
from sparekey.core.tokens import Token, TokenKind
from sparekey.oidc.rotation import Shown

NOON = datetime(2026, 11, 17, 12, 0, tzinfo=UTC)
SECRET = "a" * 64
CLIENT = Client(
    id=ClientId("cli_1"),
    account_id=AccountId("acc_1"),
    kind=Kind.SERVER,
    name="Wiki",
    login=Login.SECRET,
    created_at=NOON,
    secret_hash=hashlib.sha256(SECRET.encode()).hexdigest(),
)
PUBLIC = replace(CLIENT, kind=Kind.PUBLIC, login=Login.NONE, secret_hash="")
SIGNER = replace(CLIENT, login=Login.KEY, secret_hash="")
STRICT = replace(SIGNER, is_strict=True)
GRANT = Grant(
    id=GrantId("gra_1"),
    account_id=CLIENT.account_id,
    member_id=MemberId("mem_1"),
    client_id=CLIENT.id,
    session_id=SessionId("ses_1"),
    scopes=("openid", "email"),
    created_at=NOON,
    expires_at=NOON + timedelta(days=30),
    acr="aal2",
    amr=("pwd", "otp"),
    auth_time=NOON,
)
REFRESH = Token("h", GRANT.id, TokenKind.REFRESH, GRANT.scopes, NOON, GRANT.expires_at)
SHOWN = Shown(REFRESH, GRANT, is_alive=True)
PUBLIC_KEY = {
    "kty": "EC",
    "crv": "P-256",
    "x": "l8tFrhx-34tV3hRICRDY9zCkDlpBhF42UQUfWVAWBFs",
    "y": "9VE4jf_Ok_o64zbTTlcuNJajHmt6v9TDVrU0CdvGRDA",
}
"""Of RFC 9449, section 4.1."""


def compact(header: object, claims: object) -> str:
    return ".".join([_part(header), _part(claims), "c2ln"])


def _part(value: object) -> str:
    return urlsafe_b64encode(json.dumps(value).encode()).rstrip(b"=").decode()


def seconds(at: datetime) -> int:
    return int(at.timestamp())


def without(claims: dict[str, Any], name: str) -> dict[str, Any]:
    return {key: value for key, value in claims.items() if key != name}
