"""What an owner wants of an app, read from what was typed.

What the kind of an app leaves no choice about is not asked: a program of a browser or a device keeps no secret, so it
always proves possession of its code (RFC 9700, section 2.1.1), and a site behind a proxy gets nothing it could be
asked about. An app under the FAPI 2.0 Security Profile proves who it is with a key and has its tokens signed with
ES256 (sections 5.3.2.1 and 5.4.1).
"""

from dataclasses import dataclass, replace
from enum import StrEnum
from typing import TypeVar

from sparekey.core.clients import ALGORITHMS, Client, Kind, Login
from sparekey.core.people import MemberId, name_key, read_name
from sparekey.core.sign_in import Demand
from sparekey.errors import BadInput
from sparekey.oidc import particulars

T = TypeVar("T", bound=StrEnum)
STRICT_ALGORITHM = "ES256"
FRESH_MINUTES = (0, 5, 15, 60, 240)
LONGEST_ABOUT = 60


class Who(StrEnum):
    """Who may sign in."""

    EVERYBODY = "everybody"
    CHOSEN = "chosen"


@dataclass(frozen=True)
class Wanted:
    """What a form says, as it was typed."""

    name: str = ""
    about: str = ""
    homepage: str = ""
    host: str = ""
    redirect_uris: str = ""
    logout_uris: str = ""
    backchannel_uri: str = ""
    demand: str = Demand.SECOND.value
    fresh_minutes: int = 0
    who: str = Who.EVERYBODY.value
    people: str = ""
    """Usernames, one a line."""
    login: str = Login.SECRET.value
    keys: str = ""
    algorithm: str = ALGORITHMS[0]
    asks_consent: bool = True
    needs_pkce: bool = True
    is_pairwise: bool = False
    is_strict: bool = False
    version: int = 0


def usernames(wanted: Wanted) -> tuple[str, ...] | None:
    """Whom the form names, each once; None: everybody may sign in."""
    if _one_of(Who, wanted.who, "who") is Who.EVERYBODY:
        return None
    return tuple(dict.fromkeys(key for line in wanted.people.split() if (key := name_key(line.strip(",;")))))


def read(before: Client, wanted: Wanted, only: tuple[MemberId, ...] | None) -> Client:
    """The app as it is wanted, or `BadInput` with the field that cannot be taken."""
    common = replace(
        before,
        name=read_name(wanted.name),
        about=_about(wanted.about),
        demand=_one_of(Demand, wanted.demand, "demand"),
        only=only,
    )
    if before.kind is Kind.PROXY:
        return _site(common, wanted)
    found = replace(
        common,
        homepage=particulars.read_homepage(wanted.homepage),
        redirect_uris=particulars.read_redirects(wanted.redirect_uris, before.kind),
        logout_uris=particulars.read_logout_addresses(wanted.logout_uris, before.kind),
        backchannel_uri=particulars.read_backchannel(wanted.backchannel_uri),
        asks_consent=wanted.asks_consent or before.kind is Kind.COMMAND,
        is_pairwise=wanted.is_pairwise,
        algorithm=_algorithm(wanted.algorithm),
    )
    return _server(found, wanted) if before.kind is Kind.SERVER else found


def _about(text: str) -> str:
    return read_name(text, "about")[:LONGEST_ABOUT] if text.strip() else ""


def _site(common: Client, wanted: Wanted) -> Client:
    if wanted.fresh_minutes not in FRESH_MINUTES:
        raise BadInput("fresh_minutes", "unknown", "Choose one of those offered")
    host = particulars.read_host(wanted.host)
    return replace(common, host=host, fresh_minutes=wanted.fresh_minutes, asks_consent=False)


def _server(found: Client, wanted: Wanted) -> Client:
    login = Login.KEY if wanted.is_strict else _one_of(Login, wanted.login, "login")
    if login is Login.NONE:
        raise BadInput("login", "unknown", "Choose one of those offered")
    keys = particulars.read_keys(wanted.keys)
    if login is Login.KEY and not keys:
        raise BadInput("keys", "needs_keys", "Enter the app's public keys")
    changed = replace(found, login=login, keys=keys, needs_pkce=wanted.needs_pkce, is_strict=wanted.is_strict)
    return replace(changed, needs_pkce=True, algorithm=STRICT_ALGORITHM) if wanted.is_strict else changed


def _algorithm(text: str) -> str:
    if text not in ALGORITHMS:
        raise BadInput("algorithm", "unknown", "Choose one of those offered")
    return text


def _one_of(choices: type[T], text: str, field: str) -> T:
    try:
        return choices(text)
    except ValueError:
        raise BadInput(field, "unknown", "Choose one of those offered") from None
