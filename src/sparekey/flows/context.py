"""What every flow is handed: the outside world behind small functions, made once at start."""

import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, tzinfo
from functools import cached_property
from typing import Any

from sparekey.adapters import devices
from sparekey.adapters.hashing import Pool
from sparekey.adapters.mail import MailSettings
from sparekey.adapters.sealing import Keys, Purpose
from sparekey.adapters.signing import SigningKey
from sparekey.adapters.texts import TextSettings
from sparekey.core.contract import Factor, Hashing, Loss, Moment
from sparekey.core.people import Account, Member
from sparekey.core.sessions import Session
from sparekey.store.engine import Database
from sparekey.store.oidc.signing_keys import Kept


@dataclass(frozen=True)
class Site:
    """How the server is reached and what it is called."""

    base_url: str
    """Where links in mails lead; never taken from a request."""
    zone: tzinfo
    sign_up_is_open: bool = False
    is_demo: bool = False
    related_origins: tuple[str, ...] = ()
    """Other addresses whose pages may ask for this server's passkeys (WebAuthn Level 3, section 5.11)."""
    can_tell_models: bool = False
    """Makers' certificates are there, so that an account may allow certain models of passkeys only."""

    apps_may_register: bool = False
    """Apps may add themselves, each with a token that an owner made."""
    port: int = 8000
    """Where a proxy on this machine reaches the server."""

    @property
    def host(self) -> str:
        return self.base_url.split("://", 1)[-1].rstrip("/")

    def link(self, path: str) -> str:
        return self.base_url.rstrip("/") + path


class LastUses:
    """When each session was last used since the last write, by the token's hash."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._times: dict[str, datetime] = {}

    def note(self, token_hash: str, at: datetime) -> None:
        with self._lock:
            self._times[token_hash] = at

    def of(self, token_hash: str) -> datetime | None:
        return self._times.get(token_hash)

    def take(self) -> dict[str, datetime]:
        """All of them; the memory is empty afterwards."""
        with self._lock:
            taken, self._times = self._times, {}
        return taken


@dataclass
class SigningKeys:
    """What this process has read of the keys that the server signs with; `flows.oidc.keys` says for how long."""

    rows: tuple[Kept, ...] = ()
    read_at: datetime | None = None
    opened: dict[str, SigningKey] = field(default_factory=dict, repr=False)
    """By id, ready to sign: a key is read once."""


@dataclass(frozen=True)
class Context:
    db: Database
    keys: Keys
    pool: Pool
    factors: Mapping[str, Factor[Any]]
    hashing: Hashing
    site: Site
    mail: MailSettings | None
    moment: Callable[[], Moment]
    now: Callable[[], datetime]
    """The time alone, for what needs no chance and is asked often."""
    wake: Callable[[], None] = field(default=lambda: None)
    """Tells the outbox that something was posted."""
    last_uses: LastUses = field(default_factory=LastUses)
    signing_keys: SigningKeys = field(default_factory=SigningKeys)
    texts: TextSettings | None = None

    @property
    def can_send_mail(self) -> bool:
        """Letters go out; a demo keeps them for reading, which is as good."""
        return self.mail is not None or self.site.is_demo

    @property
    def can_send_texts(self) -> bool:
        """Text messages go out; a demo keeps them for reading."""
        return self.texts is not None or self.site.is_demo

    @cached_property
    def blind_key(self) -> bytes:
        return self.keys.subkey(Purpose.BLIND)

    @cached_property
    def pairwise_key(self) -> bytes:
        return self.keys.subkey(Purpose.PAIRWISE)

    @property
    def issuer(self) -> str:
        """What apps know this server as (OpenID Connect Discovery 1.0, section 3)."""
        return self.site.base_url.rstrip("/")

    @cached_property
    def csrf_key(self) -> bytes:
        return self.keys.subkey(Purpose.CSRF)


@dataclass(frozen=True)
class Visitor:
    """Whoever the current request is: nobody, half signed in, restricted or a member."""

    source: str = ""
    """The client's address."""
    device: str = ""
    """What the browser says of itself (its `User-Agent`), as it came, cut."""
    browser: str = ""
    """Hash of the browser's own cookie; empty for a command."""
    token_hash: str = ""
    session: Session | None = None
    member: Member | None = None
    account: Account | None = None
    is_idle: bool = False
    console: str = ""
    """The command that acts, instead of a person."""

    @property
    def actor(self) -> str:
        """Whom the audit log names."""
        return self.console or (self.member.id if self.member else "")

    @property
    def thing(self) -> Loss:
        """What the browser seems to run on."""
        return devices.thing(self.device)

    def place_in(self, language: str) -> str:
        """Where from, in the words of a reader: "Firefox on Windows, 192.0.2.7"."""
        device = devices.describe(self.device, language) if self.device else ""
        return ", ".join(part for part in (device, self.source) if part) or self.console


@dataclass(frozen=True)
class Started:
    """A new session: its token for the cookie, and what it opens."""

    token: str = field(repr=False)
    session: Session = field(repr=False)
    ends_at: datetime
    browser: str = field(default="", repr=False)
    """The new id for the browser's own cookie; empty: it keeps the one it has."""
