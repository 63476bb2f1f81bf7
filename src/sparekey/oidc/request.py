"""What an app may ask of the authorization endpoint, and what is wrong with everything else.

OpenID Connect Core 1.0, section 3.1.2.1; RFC 6749, section 4.1.1; PKCE, RFC 7636; DPoP, RFC 9449, section 10.

- Without a client and an address that belong together nothing may be sent back to anybody: see `answer_address`,
  which is asked first.
- The code flow alone (RFC 9700, section 2.1.2), PKCE with S256 alone, no request objects (RFC 9101) and no other
  `request_uri` than ours (RFC 9126). What is not known is ignored, as Core asks for; what is known counts once
  (RFC 6749, section 3.1).
- Sizes are limited: what an app sends is carried through the whole sign-in.
"""

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import timedelta
from enum import StrEnum

from sparekey.core.clients import Client, Kind
from sparekey.errors import ProtocolRefused
from sparekey.oidc import addresses, pkce
from sparekey.oidc.claims import ABOUT_PEOPLE, scopes_in

PUSHED = "urn:ietf:params:oauth:request_uri:"
"""How the addresses begin that this server gives to pushed requests."""
LARGEST = 4000
"""Characters of a query: larger requests are pushed. Twice quoted in a way back, it still fits through proxies."""
LONGEST = 1000
"""Characters of one parameter that is given back as it came."""
LONGEST_CLAIMS = 2000
_MOST_AGE = 10**9
_THUMBPRINT = re.compile(r"[A-Za-z0-9_-]{43}")
_LANGUAGE = re.compile(r"[A-Za-z]{2,8}(-[A-Za-z0-9]{1,8})*")
_CAN_BE_ASKED = frozenset({*ABOUT_PEOPLE, "acr", "auth_time", "sub"})
_KNOWN = frozenset({
    "client_id", "redirect_uri", "response_type", "response_mode", "scope", "state", "nonce", "display", "prompt",
    "max_age", "ui_locales", "claims_locales", "id_token_hint", "login_hint", "acr_values", "claims",
    "code_challenge", "code_challenge_method", "dpop_jkt", "request", "request_uri", "registration",
})  # fmt: skip
BEFORE_ANSWER = frozenset({"client_id", "redirect_uri", "request_uri"})
"""Parameters on which it hangs whether anybody may be answered at all."""


class Prompt(StrEnum):
    NONE = "none"
    LOGIN = "login"
    CONSENT = "consent"
    SELECT_ACCOUNT = "select_account"


DISPLAYS = ("page", "popup", "touch", "wap")


@dataclass(frozen=True)
class Asked:
    """A request with which nothing is wrong."""

    redirect_uri: str
    scopes: tuple[str, ...]
    nonce: str = ""
    challenge: str = ""
    prompts: frozenset[Prompt] = frozenset()
    max_age: timedelta | None = None
    acr_values: tuple[str, ...] = ()
    """From the most wanted on."""
    needs_acr: bool = False
    """One of them must be true (Core, section 5.5.1.1): otherwise the app wants no answer."""
    asks_auth_time: bool = False
    claims: str = ""
    """As JSON, what is asked for by name and known here."""
    login_hint: str = ""
    id_token_hint: str = ""
    languages: tuple[str, ...] = ()
    jkt: str = ""
    subject: str = ""
    """Whom alone the app wants (Core, section 5.5.1): empty: anybody."""

    @property
    def is_silent(self) -> bool:
        return Prompt.NONE in self.prompts


def once(pairs: Iterable[tuple[str, str]]) -> tuple[dict[str, str], frozenset[str]]:
    """The parameters that mean something, and which of them came twice. An empty one is left away."""
    found: dict[str, str] = {}
    repeated = set()
    for name, value in pairs:
        if name not in _KNOWN:
            continue
        if name in found:
            repeated.add(name)
        elif value:
            found[name] = value
    return found, frozenset(repeated)


def answer_address(params: Mapping[str, str], client: Client) -> str:
    """Where the app is answered; raises what only a page may say."""
    address = params.get("redirect_uri", "")
    if not address:
        raise ProtocolRefused("invalid_request", "redirect_uri is missing")
    if not addresses.may_answer(client, address):
        raise ProtocolRefused("invalid_request", "redirect_uri is not one of this client's addresses")
    return address


def read(params: Mapping[str, str], client: Client) -> Asked:
    """The request, checked; raises `ProtocolRefused` with the code that the app is told."""
    address = answer_address(params, client)
    _refuse_request_objects(params)
    _demand_code_flow(params, client)
    _short(params, "state")  # it is given back as it came, and kept nowhere
    asked = Asked(
        redirect_uri=address,
        scopes=_scopes(params),
        nonce=_short(params, "nonce"),
        challenge=_challenge(params, client),
        prompts=_prompts(params),
        max_age=_max_age(params),
        acr_values=tuple(dict.fromkeys(_short(params, "acr_values").split())),
        login_hint=params.get("login_hint", "")[:254],
        id_token_hint=params.get("id_token_hint", ""),
        languages=tuple(
            one for one in params.get("ui_locales", "")[:LONGEST].split() if _LANGUAGE.fullmatch(one)
        ),
        jkt=_thumbprint(params),
    )
    display = params.get("display", "page")
    if display not in DISPLAYS:
        raise ProtocolRefused("invalid_request", "display is not known")
    return _with_claims(asked, params.get("claims", ""))


def _refuse_request_objects(params: Mapping[str, str]) -> None:
    if "request" in params:
        raise ProtocolRefused("request_not_supported", "Request objects are not taken")
    if "request_uri" in params:
        raise ProtocolRefused("request_uri_not_supported", "Only pushed requests have a request_uri here")
    if "registration" in params:
        raise ProtocolRefused("registration_not_supported", "Apps are registered before they ask")


def _demand_code_flow(params: Mapping[str, str], client: Client) -> None:
    if client.kind is Kind.PROXY:
        raise ProtocolRefused("unauthorized_client", "This client signs people in another way")
    if "response_type" not in params:
        raise ProtocolRefused("invalid_request", "response_type is missing")
    if params["response_type"] != "code":
        raise ProtocolRefused("unsupported_response_type", "response_type must be code")
    if params.get("response_mode", "query") != "query":
        raise ProtocolRefused("invalid_request", "response_mode must be query")


def _scopes(params: Mapping[str, str]) -> tuple[str, ...]:
    found = scopes_in(params.get("scope", ""))
    if "openid" not in found:
        raise ProtocolRefused("invalid_scope", "scope must hold openid")
    return found


def _short(params: Mapping[str, str], name: str) -> str:
    value = params.get(name, "")
    if len(value) > LONGEST:
        raise ProtocolRefused("invalid_request", f"{name} is longer than {LONGEST} characters")
    return value


def _challenge(params: Mapping[str, str], client: Client) -> str:
    challenge = params.get("code_challenge", "")
    if not challenge:
        if client.needs_pkce or client.is_strict or client.kind is not Kind.SERVER:
            raise ProtocolRefused("invalid_request", "code_challenge is missing (PKCE)")
        return ""
    if params.get("code_challenge_method", "plain") != "S256":
        raise ProtocolRefused("invalid_request", "code_challenge_method must be S256")
    if not pkce.is_challenge(challenge):
        raise ProtocolRefused("invalid_request", "code_challenge is no SHA-256 in base64url")
    return challenge


def _thumbprint(params: Mapping[str, str]) -> str:
    jkt = params.get("dpop_jkt", "")
    if jkt and not _THUMBPRINT.fullmatch(jkt):
        raise ProtocolRefused("invalid_request", "dpop_jkt is no thumbprint")
    return jkt


def _prompts(params: Mapping[str, str]) -> frozenset[Prompt]:
    wanted = set(params.get("prompt", "").split())
    unknown = wanted - set(Prompt)
    if unknown:
        raise ProtocolRefused("invalid_request", "prompt holds something unknown")
    if Prompt.NONE in wanted and len(wanted) > 1:
        raise ProtocolRefused("invalid_request", "prompt=none stands alone")
    return frozenset(Prompt(one) for one in wanted)


def _max_age(params: Mapping[str, str]) -> timedelta | None:
    text = params.get("max_age", "")
    if not text:
        return None
    if not (text.isascii() and text.isdigit()) or len(text) > 10:
        raise ProtocolRefused("invalid_request", "max_age must be a number of seconds")
    return timedelta(seconds=min(int(text), _MOST_AGE))


def _with_claims(asked: Asked, text: str) -> Asked:
    """The request with what the `claims` parameter asks for (Core, section 5.5)."""
    if not text:
        return replace(asked, asks_auth_time=asked.max_age is not None)
    found = _read_claims(text)
    id_token, told = found["id_token"], found["userinfo"]
    acr, wanted = id_token.get("acr"), _values(id_token.get("acr"))
    kept = {place: names for place in found if (names := sorted(set(found[place]) & set(ABOUT_PEOPLE)))}
    return replace(
        asked,
        acr_values=wanted or asked.acr_values,
        needs_acr=bool(wanted) and acr is not None and acr.get("essential") is True,
        asks_auth_time=asked.max_age is not None or "auth_time" in id_token,
        claims=json.dumps(kept, separators=(",", ":")) if kept else "",
        subject=_value(id_token.get("sub")) or _value(told.get("sub")),
    )


Wish = dict[str, object] | None
"""How one claim is asked for: None where it is only named."""


def _read_claims(text: str) -> dict[str, dict[str, Wish]]:
    """What is asked for in the ID token and at the userinfo endpoint, by name."""
    try:
        found = json.loads(text) if len(text) <= LONGEST_CLAIMS else None
    except (ValueError, RecursionError):
        found = None
    if not isinstance(found, dict):
        raise ProtocolRefused("invalid_request", "claims is no JSON object, or too long")
    return {place: _wishes(found.get(place)) for place in ("id_token", "userinfo")}


def _wishes(found: object) -> dict[str, Wish]:
    if found is None:
        return {}
    if not isinstance(found, dict) or not all(one is None or isinstance(one, dict) for one in found.values()):
        raise ProtocolRefused("invalid_request", "claims does not hold objects of claims")
    return {name: wish for name, wish in found.items() if name in _CAN_BE_ASKED}


def _values(wish: Wish) -> tuple[str, ...]:
    """The values that would do, from the most wanted on."""
    if wish is None:
        return ()
    listed = wish.get("values")
    wanted = listed if isinstance(listed, list) else [wish.get("value")]
    return tuple(one for one in wanted if isinstance(one, str))


def _value(wish: Wish) -> str:
    return next(iter(_values(wish)), "")
