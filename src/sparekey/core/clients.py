"""Apps that let people in through this server, and what they were let have.

A client belongs to one account: only its people can sign in to it. What it asks of them is a `Demand`, decided where
every other sign-in is (`sign_in.is_enough`). A grant is what one person gave one client in one sign-in; codes and
tokens hang on it and end with it. A grant without offline access lives only as long as the session it came from.
"""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import NewType

from sparekey.core.contract import Moment
from sparekey.core.people import AccountId, MemberId, SessionId, new_id
from sparekey.core.proofs import assurance
from sparekey.core.sessions import Session
from sparekey.core.sign_in import Demand

ClientId = NewType("ClientId", str)
GrantId = NewType("GrantId", str)

ALGORITHMS = ("RS256", "ES256")
"""What this server signs ID tokens with, the usual one first."""
CODE_LIFE = timedelta(seconds=60)
"""RFC 9700, section 2.1.1, asks for short; FAPI 2.0 Security Profile, section 5.3.2.1, for 60 s at most."""
ACCESS_LIFE = timedelta(minutes=10)
OFFLINE_LIFE = timedelta(days=30)
"""When a refresh token ends whatever happens (RFC 9700, section 2.2.2)."""
PUSHED_LIFE = timedelta(seconds=590)
"""FAPI 2.0 Security Profile, section 5.3.2.2: less than 600 s."""
DEVICE_LIFE = timedelta(minutes=10)
RECOVERED_FOR = timedelta(hours=72)
"""How long apps are told that somebody was let back in."""


class Kind(StrEnum):
    """What an app is; chooses what may be set for it."""

    SERVER = "server"
    """Keeps a secret or a key (RFC 6749, section 2.1: confidential)."""
    PUBLIC = "public"
    """A program of a browser or device: keeps no secret, so it always proves possession of its code (PKCE)."""
    COMMAND = "command"
    """A command line: signs in through another device (RFC 8628), or, where it has an address to come back to, by a
    browser on its own (RFC 8252). Keeps no secret either."""
    PROXY = "proxy"
    """A site behind a reverse proxy that asks here for each request."""

    @property
    def is_on_own_device(self) -> bool:
        """Does it run on the person's own device, with addresses that lead nowhere else (RFC 8252, section 7)?"""
        return self in {Kind.PUBLIC, Kind.COMMAND}


class Login(StrEnum):
    """How a client proves who it is (RFC 6749, section 2.3; RFC 7523)."""

    NONE = "none"
    SECRET = "secret"
    """By header or in the form: both are taken."""
    KEY = "private_key_jwt"


@dataclass(frozen=True)
class Client:
    id: ClientId
    account_id: AccountId
    kind: Kind
    name: str
    login: Login
    created_at: datetime
    redirect_uris: tuple[str, ...] = ()
    logout_uris: tuple[str, ...] = ()
    """Where the browser may go after signing out (RP-Initiated Logout 1.0, section 3.1)."""
    backchannel_uri: str = ""
    """Whom to tell that a session ended (Back-Channel Logout 1.0)."""
    homepage: str = ""
    about: str = ""
    """What it is for, in a few words, where people see it."""
    host: str = ""
    """For a site behind a proxy: its name, with the port where it is not the usual one."""
    demand: Demand = Demand.SECOND
    fresh_minutes: int = 0
    """For a site behind a proxy: how long a proof is good; 0: as long as the session."""
    only: tuple[MemberId, ...] | None = None
    """Who may sign in; None: everybody of the account."""
    asks_consent: bool = True
    needs_pkce: bool = True
    is_strict: bool = False
    """The FAPI 2.0 Security Profile: pushed requests, bound tokens, signed client assertions."""
    is_pairwise: bool = False
    """A subject of its own, so that two apps cannot compare whom they know (Core 1.0, section 8)."""
    algorithm: str = ALGORITHMS[0]
    """What its ID tokens are signed with."""
    keys: str = ""
    """Its public keys as a JWK set, for `private_key_jwt`."""
    secret_hash: str = field(default="", repr=False)
    secret_set_at: datetime | None = None
    is_registered: bool = False
    """It registered itself (RFC 7591)."""
    version: int = 0

    def is_for(self, account_id: AccountId, member_id: MemberId) -> bool:
        """May this person of this account sign in to it?"""
        return self.account_id == account_id and (self.only is None or member_id in self.only)


@dataclass(frozen=True)
class Grant:
    """What one person gave one client in one sign-in."""

    id: GrantId
    account_id: AccountId
    member_id: MemberId
    client_id: ClientId
    session_id: SessionId
    scopes: tuple[str, ...]
    created_at: datetime
    expires_at: datetime
    acr: str
    amr: tuple[str, ...]
    auth_time: datetime
    nonce: str = ""
    claims: str = ""
    """The `claims` parameter as JSON (Core 1.0, section 5.5); empty: none."""
    asks_auth_time: bool = False
    redirect_uri: str = ""
    challenge: str = ""
    """PKCE's S256 challenge; empty: none was sent."""
    jkt: str = ""
    """Thumbprint of the key its tokens are bound to (RFC 9449); empty: to none."""
    is_offline: bool = False
    code_expires_at: datetime | None = None
    code_spent_at: datetime | None = None
    ended_at: datetime | None = None


def give(session: Session, client: Client, scopes: tuple[str, ...], moment: Moment) -> Grant:
    """What the person of this session gives a client now, with all that they have proved."""
    is_offline, found = "offline_access" in scopes, assurance(session.proofs)
    return Grant(
        id=GrantId(new_id("gra", moment, client.id)),
        account_id=session.account_id,
        member_id=session.member_id,
        client_id=client.id,
        session_id=session.id,
        scopes=scopes,
        created_at=moment.at,
        expires_at=moment.at + OFFLINE_LIFE if is_offline else session.expires_at,
        acr=found.acr,
        amr=found.amr,
        auth_time=found.auth_time or moment.at,
        is_offline=is_offline,
    )
