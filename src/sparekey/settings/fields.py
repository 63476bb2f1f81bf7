"""Every setting, in one place: what it is, its default, its unit and an example.

There is no setting for any life time or limit: those are part of the product.

Sources: `localhost` is the machine itself by RFC 6761, section 6.3; the folder for data follows the XDG Base
Directory Specification.
"""

import os
import re
from contextlib import suppress
from ipaddress import ip_network
from pathlib import Path
from typing import Annotated, Literal
from urllib.parse import SplitResult, urlsplit
from zoneinfo import ZoneInfo

from pydantic import AfterValidator, Field
from sqlalchemy import make_url
from sqlalchemy.exc import ArgumentError

from sparekey.core.people import read_email
from sparekey.errors import BadInput
from sparekey.settings._base import LISTED, SECRET, Section, is_loopback
from sparekey.settings.sms import Sms

_MAIL_PORTS = {"starttls": 587, "tls": 465, "none": 25}


def _read_base_url(text: str) -> str:
    """Scheme, host and port as a browser writes them."""
    try:
        parts = urlsplit(text.strip())
        host = (parts.hostname or "").encode("idna").decode()
        port = parts.port
    except ValueError:
        raise ValueError("is not an address") from None
    if parts.scheme not in ("http", "https") or not host:
        raise ValueError("must begin with https:// and name a host")
    if parts.path.strip("/") or parts.query or parts.fragment or parts.username is not None:
        raise ValueError("must end after host and port: no path, no question mark, no username")
    if parts.scheme == "http" and not is_loopback(host):
        raise ValueError("must begin with https://, unless the host is this machine itself (localhost)")
    return f"{parts.scheme}://{_with_port(parts, host, port)}"


def _read_domain(text: str) -> str:
    """A host alone, as certificates name it."""
    try:
        host = text.strip().lower().encode("idna").decode()
    except UnicodeError:
        raise ValueError("must be a domain") from None
    if not re.fullmatch(r"(?!-)[a-z0-9-]+(\.[a-z0-9-]+)*", host):
        raise ValueError("must be a domain alone: no https://, no port, no path")
    return host


MOST_RELATED = 5
"""Names that every browser looks at (WebAuthn Level 3, section 5.11.1)."""


def _read_origins(texts: tuple[str, ...]) -> tuple[str, ...]:
    origins = tuple(dict.fromkeys(_read_base_url(text) for text in texts))
    if len({urlsplit(one).hostname for one in origins}) > MOST_RELATED:
        raise ValueError(f"must be at most {MOST_RELATED} hosts: browsers look at no more")
    return origins


def _with_port(parts: SplitResult, host: str, port: int | None) -> str:
    bare = f"[{host}]" if ":" in host else host
    is_default = port is None or port == {"http": 80, "https": 443}[parts.scheme]
    return bare if is_default else f"{bare}:{port}"


def _read_zone(name: str) -> str:
    try:
        ZoneInfo(name)
    except (LookupError, OSError, ValueError):
        raise ValueError("is not a time zone of the IANA data base") from None
    return name


def _system_zone() -> str:
    """The machine's zone by name: what /etc/localtime leads to, else UTC."""
    try:
        target = str(Path("/etc/localtime").resolve(strict=True))
        return _read_zone(target.partition("zoneinfo/")[2])
    except (OSError, ValueError):
        return "UTC"


def _read_database_url(text: str) -> str:
    if re.fullmatch(r"sqlite:///.*[^/]", text) and ":memory:" not in text:
        return text
    url = None
    with suppress(ArgumentError, ValueError):  # the latter for a port that is no number
        url = make_url(text)
    if url is None or not url.database or not re.match(r"postgres(ql)?(\+psycopg)?://", text):
        raise ValueError("must be sqlite:///FILE or postgresql://USER:PASSWORD@HOST/DATABASE")
    if "@" in f"{url.host}{url.database}":  # the rest of a password, which errors would repeat
        raise ValueError("must have the @ in its password written as %40")
    return text


def _read_listen(text: str) -> str:
    host, _, port = text.rpartition(":")
    if not host or not port.isascii() or not port.isdigit() or not 0 <= int(port) <= 65535:
        raise ValueError("must be HOST:PORT")
    return text


def _read_networks(texts: tuple[str, ...]) -> tuple[str, ...]:
    try:
        return tuple(str(ip_network(text, strict=False)) for text in texts)
    except ValueError:
        raise ValueError("must be addresses or networks") from None


def _read_address(text: str) -> str:
    """By the same rule as the address of a person, and with a domain that DNS can write (RFC 5890)."""
    try:
        address = read_email(text)
        address.rpartition("@")[2].encode("idna")
    except (BadInput, UnicodeError):
        raise ValueError("must be an e-mail address and nothing else") from None
    return address


def _state_folder() -> Path:
    """Where the operating system wants data of a program: the XDG base directories, /var/lib for root."""
    if os.geteuid() == 0:
        return Path("/var/lib/sparekey")
    base = os.environ.get("XDG_STATE_HOME") or "~/.local/state"
    return Path(base).expanduser() / "sparekey"


class Server(Section):
    """How the server is reached."""

    base_url: Annotated[str, AfterValidator(_read_base_url)] | None = Field(
        None,
        description="Where people reach the server; links in e-mails begin with it, and requests for another"
        " host are refused. Needed as soon as `host` is not this machine itself; until then it is"
        " `http://localhost:PORT`.",
        examples=["https://id.example.com"],
    )
    host: str = Field(
        "127.0.0.1", min_length=1, description="The address the server listens on.", examples=["192.168.1.5"]
    )
    port: int = Field(8000, ge=1, le=65535, description="The port it listens on.", examples=[8080])
    trusted_proxies: Annotated[tuple[str, ...], LISTED, AfterValidator(_read_networks)] = Field(
        (),
        description="Networks of the reverse proxies in front: only they may say what a client's address is"
        " (`X-Forwarded-For`), and ask who may pass to the sites behind them (`/forward-auth`).",
        examples=["10.0.0.0/8, 192.168.1.5"],
    )
    time_zone: Annotated[str, AfterValidator(_read_zone)] = Field(
        default_factory=_system_zone,
        description="The zone in which pages and e-mails write times (IANA name).",
        examples=["Europe/Zurich"],
        json_schema_extra={"default_words": "the machine's zone, else `UTC`"},
    )
    sign_up_is_open: bool = Field(
        False,
        description="Whether anybody may open an account of their own. "
        "Only the oldest account adds sites behind a proxy then.",
        examples=[True],
    )


class DatabaseSection(Section):
    """Where everything is kept."""

    url: Annotated[str, AfterValidator(_read_database_url)] | None = Field(
        None,
        repr=False,
        description="The database: a SQLite file, or PostgreSQL.",
        examples=["postgresql://sparekey:PASSWORD@db.example.com/sparekey"],
        json_schema_extra={"default_words": "the SQLite file `sparekey.sqlite3` in `data_dir`", **SECRET},
    )
    pool_size: int = Field(8, ge=1, le=200, description="How many connections are kept open.", examples=[16])


class Key(Section):
    """The master key, without which a copy of the database gives no secret away."""

    file: Path | None = Field(
        None,
        description="The file with the key; the first start makes it, readable for nobody else. Back it up"
        " apart from the database: without it nobody can sign in any more.",
        examples=["/etc/sparekey/key"],
        json_schema_extra={"default_words": "`key` in `data_dir`"},
    )
    value: str | None = Field(
        None,
        repr=False,
        description="The key itself instead of a file: 32 random bytes in base64 or as hexadecimal digits.",
        examples=["output of `openssl rand -base64 32`"],
        json_schema_extra=SECRET,
    )
    older: Annotated[tuple[str, ...], LISTED] = Field(
        (),
        repr=False,
        description="Earlier keys, newest first: they still open what they have sealed. The first key a"
        " database was made with stays last for ever.",
        examples=["KEY-OF-2025, KEY-OF-2024"],
        json_schema_extra=SECRET,
    )


class PasswordHash(Section):
    """What one password hash (argon2id) costs. Others are kept anew at the next sign-in."""

    memory_mib: int = Field(19, ge=12, le=1024, description="Memory of one hash.", examples=[46],
                            json_schema_extra={"unit": "MiB"})  # fmt: skip
    passes: int = Field(
        2, ge=1, le=20, description="How often it goes over that memory. Together no less than 19 MiB with 2,"
        " 46 MiB with 1 or 12 MiB with 3.", examples=[1],
    )  # fmt: skip
    lanes: int = Field(1, ge=1, le=8, description="How many threads one hash uses.", examples=[2])


class Mail(Section):
    """The mail server. Without `host` no e-mail leaves: letters wait until it is set, as the log says."""

    host: str | None = Field(None, min_length=1, description="The mail server (SMTP).",
                             examples=["smtp.example.com"])  # fmt: skip
    port: int | None = Field(
        None, ge=1, le=65535, description="Its port.", examples=[587],
        json_schema_extra={"default_words": "587 for `starttls`, 465 for `tls`, 25 for `none`"},
    )  # fmt: skip
    security: Literal["starttls", "tls", "none"] = Field(
        "starttls",
        description="How the way there is protected: `starttls`, `tls`, or, to this machine only, `none`.",
        examples=["tls"],
    )
    username: str = Field("", description="The name to sign in with there, if any.", examples=["sparekey"])
    password: str = Field("", repr=False, description="The password for it.", examples=["PASSWORD"],
                          json_schema_extra=SECRET)  # fmt: skip
    sender: Annotated[str, AfterValidator(_read_address)] | None = Field(
        None,
        description="The address e-mails come from; needed with `host`.",
        examples=["sparekey@example.com"],
    )
    sender_name: str = Field("Sparekey", description="The name beside it.", examples=["Example Ltd sign-in"])


class Passkeys(Section):
    """Passkeys and security keys. Most servers need none of this."""

    domain: Annotated[str, AfterValidator(_read_domain)] | None = Field(
        None,
        description="The domain that passkeys belong to. Passkeys made under one domain do not work under another:"
        " after a move to a new address, name the former host here and the new address in `related_origins`.",
        examples=["id.example.com"],
        json_schema_extra={"default_words": "the host of `server.base_url`"},
    )
    related_origins: Annotated[tuple[str, ...], LISTED, AfterValidator(_read_origins)] = Field(
        (),
        description="Further addresses whose pages may ask for these passkeys. They are named at"
        " `/.well-known/webauthn`, which must be answered under `domain`; browsers look at five names at most.",
        examples=["https://login.example.org"],
    )
    attestation_roots: Path | None = Field(
        None,
        description="A file with makers' root certificates (PEM). Only with it can an account owner allow certain"
        " models of passkeys and no others.",
        examples=["/etc/sparekey/roots.pem"],
    )


class Apps(Section):
    """Apps that sign people in here. Owners add them on a page; most servers need none of this."""

    registration: bool = Field(
        False,
        description="Whether apps may add themselves (RFC 7591), each with a token that an account owner makes.",
        examples=[True],
    )


class Metrics(Section):
    """Figures for Prometheus, at `/metrics`. Without either setting there are none."""

    listen: Annotated[str, AfterValidator(_read_listen)] | None = Field(
        None, description="An address of its own for them, which only your monitoring reaches.",
        examples=["127.0.0.1:9464"],
    )  # fmt: skip
    token: str | None = Field(
        None, min_length=16, repr=False, examples=["output of `openssl rand -hex 16`"],
        description="Offer them on the main address as well, to who sends `Authorization: Bearer` and this.",
        json_schema_extra=SECRET,
    )  # fmt: skip


class Logs(Section):
    """What the server writes to standard error. No level shows passwords, codes or links."""

    level: Literal["debug", "info", "warning", "error"] = Field(
        "info", description="From which level on lines are written.", examples=["warning"]
    )
    format: Literal["json", "text"] = Field(
        "json", description="One JSON object a line, or text for people.", examples=["text"]
    )


class Settings(Section):
    """All settings of one server, right and complete."""

    data_dir: Path = Field(
        default_factory=_state_folder,
        description="The folder for the SQLite file and the key file; made at the first start.",
        examples=["/srv/sparekey"],
        json_schema_extra={
            "default_words": "`$XDG_STATE_HOME/sparekey`, else `~/.local/state/sparekey`;"
            " for root `/var/lib/sparekey`"
        },
    )
    server: Server = Field(default_factory=Server)
    database: DatabaseSection = Field(default_factory=DatabaseSection)
    key: Key = Field(default_factory=Key)
    password_hash: PasswordHash = Field(default_factory=PasswordHash)
    mail: Mail = Field(default_factory=Mail)
    sms: Sms = Field(default_factory=Sms)
    passkeys: Passkeys = Field(default_factory=Passkeys)
    apps: Apps = Field(default_factory=Apps)
    metrics: Metrics = Field(default_factory=Metrics)
    logs: Logs = Field(default_factory=Logs)

    @property
    def base_url(self) -> str:
        return self.server.base_url or f"http://localhost:{self.server.port}"

    @property
    def database_url(self) -> str:
        return self.database.url or f"sqlite:///{self.data_dir.absolute() / 'sparekey.sqlite3'}"

    @property
    def database_name(self) -> str:
        """The database as logs and sentences name it: no user, and nothing of the rest, which may hold a password."""
        url = make_url(self.database_url)
        if url.get_backend_name() == "sqlite":
            return f"sqlite:///{url.database}"
        named = url.query.get("host", "")
        host = url.host or (named if isinstance(named, str) else ",".join(named))
        return f"{url.get_backend_name()}://{host}{f':{url.port}' if url.port else ''}/{url.database}"

    @property
    def key_file(self) -> Path:
        return self.key.file or self.data_dir / "key"

    @property
    def mail_port(self) -> int:
        return self.mail.port or _MAIL_PORTS[self.mail.security]
