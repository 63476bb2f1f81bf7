"""What may be kept of an app: its addresses, its keys, its name for a proxy.

- A redirect address is compared letter by letter later, so it is kept as it was typed (RFC 9700, section 2.1). It is
  https; http is for programs on the person's own device alone, at the loopback address (RFC 8252, section 7.3). A
  scheme of an app's own is for apps that keep no secret, and is a reversed domain name, so it has a dot (RFC 8252,
  section 7.1): that also keeps `javascript:` and `data:` out. No fragment (RFC 6749, section 3.1.2), no wildcard, no
  user name, nothing but visible ASCII.
- Keys are public, and of kinds that only sign (RFC 7517; RFC 7518, section 3.3, for the length of RSA).

Each refusal is a `BadInput` that names its field and, where there are several lines, the line (`line`).
"""

import json
import re
from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import SplitResult, urlsplit

from sparekey.core.clients import Kind
from sparekey.errors import BadInput
from sparekey.oidc.jose import PRIVATE

LONGEST, MOST = 500, 30
LONGEST_KEYS, MOST_KEYS = 16_000, 10
LONGEST_HOST = 253
SHOWN = 80
"""Characters of an address that a refusal repeats."""
LEAST_RSA_BITS = 2048
LOOPBACK = frozenset({"127.0.0.1", "::1", "localhost"})
_VISIBLE = re.compile(r"[!-~]+")
_UNSAFE = re.compile(r"[\\\"<>^`{|}]")
_LABEL = r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?"
_NAME = re.compile(rf"{_LABEL}(?:\.{_LABEL})*\.?")
_IP6 = re.compile(r"[0-9a-f:.]{2,45}")
_OWN_SCHEME = re.compile(r"[a-z][a-z0-9+-]*(?:\.[a-z0-9+-]+)+")
_BASE64URL = re.compile(r"[A-Za-z0-9_-]+")
_USUAL_PORTS = frozenset({80, 443})


def read_redirects(text: str, kind: Kind) -> tuple[str, ...]:
    """Where the browser may come back to, one address a line; a server and a program of a browser need one."""
    found = _each_line(text, "redirect_uris", lambda one: _redirect(one, "redirect_uris", kind))
    if not found and kind in {Kind.SERVER, Kind.PUBLIC}:
        raise BadInput("redirect_uris", "no_address", "Enter at least one address")
    return found


def read_logout_addresses(text: str, kind: Kind) -> tuple[str, ...]:
    """Where the browser may go after signing out, one address a line."""
    return _each_line(text, "logout_uris", lambda one: _redirect(one, "logout_uris", kind))


def read_backchannel(text: str) -> str:
    """Whom to tell that a session ended, or nothing. A query is kept, a fragment is not an address (Back-Channel
    Logout 1.0, section 2.2)."""
    address = text.strip()
    return _https(address, _web_parts(address, "backchannel_uri"), "backchannel_uri") if address else ""


def read_homepage(text: str) -> str:
    """Where people go to use it, or nothing. Only a link, so http on one's own network is good enough."""
    address = text.strip()
    if address:
        _demand_host(_web_parts(address, "homepage"), "homepage")
    return address


def read_host(text: str) -> str:
    """The name of a site behind a proxy, as browsers send it: `wiki.example.com` or `wiki.example.com:8443`."""
    typed = text.strip().lower().removeprefix("https://").removeprefix("http://").removesuffix("/")
    if not typed:
        raise BadInput("host", "no_host", "Enter the site's name")
    name, _, port = typed.partition(":")
    name = _as_ascii(name)
    if not _NAME.fullmatch(name) or len(name) > LONGEST_HOST or name.endswith("."):
        raise BadInput("host", "host_form", "Enter a name such as wiki.example.com, without path")
    if ":" not in typed:
        return name
    number = _port(port)
    if number is None:
        raise BadInput("host", "host_form", "Enter a name such as wiki.example.com, without path")
    return name if number in _USUAL_PORTS else f"{name}:{number}"


def read_keys(text: str) -> str:
    """A JWK set with public keys, as it is kept, or nothing."""
    if not text.strip():
        return ""
    if len(text) > LONGEST_KEYS:
        raise BadInput("keys", "too_long", f"Use {LONGEST_KEYS} characters at most", most=LONGEST_KEYS)
    try:
        kept = json.loads(text)
    except (ValueError, RecursionError):
        raise _no_keys() from None
    keys = kept.get("keys") if isinstance(kept, dict) else None
    if not isinstance(keys, list) or not 0 < len(keys) <= MOST_KEYS:
        raise _no_keys()
    return json.dumps({"keys": [_key(one) for one in keys]}, separators=(",", ":"))


def is_loopback(host: str | None) -> bool:
    """Does this name mean the device itself (RFC 8252, section 7.3)?"""
    return host in LOOPBACK


def _no_keys() -> BadInput:
    return BadInput(
        "keys", "no_keys", "Enter a JWK set with public keys that sign (RSA, EC P-256 or Ed25519)"
    )


def _key(one: Any) -> Mapping[str, Any]:
    if not isinstance(one, dict) or one.get("use", "sig") != "sig":
        raise _no_keys()
    if PRIVATE & one.keys():
        raise BadInput("keys", "private_key", "This is a private key. Keep it, and enter its public half")
    read = _KINDS.get(str(one.get("kty")))
    if read is None or not read(one):
        raise _no_keys()
    return one


def _is_rsa(one: Mapping[str, Any]) -> bool:
    return _bits(one.get("n")) >= LEAST_RSA_BITS and _bits(one.get("e")) > 1


def _is_p256(one: Mapping[str, Any]) -> bool:
    return one.get("crv") == "P-256" and all(_is_coordinate(one.get(name)) for name in ("x", "y"))


def _is_ed25519(one: Mapping[str, Any]) -> bool:
    return one.get("crv") == "Ed25519" and _is_coordinate(one.get("x"))


_KINDS: Mapping[str, Callable[[Mapping[str, Any]], bool]] = {
    "RSA": _is_rsa,
    "EC": _is_p256,
    "OKP": _is_ed25519,
}
_32_BYTES = 43
"""In base64url without padding."""


def _is_coordinate(value: Any) -> bool:
    return isinstance(value, str) and len(value) == _32_BYTES and bool(_BASE64URL.fullmatch(value))


def _bits(value: Any) -> int:
    """How many bits a number in base64url has, to within the six of its first character."""
    if not isinstance(value, str) or not _BASE64URL.fullmatch(value):
        return 0
    return len(value) * 6 - len(value) * 6 % 8


def _bad(field: str, reason: str, sentence: str, address: str) -> BadInput:
    return BadInput(field, reason, sentence, line=address[:SHOWN])


def _each_line(text: str, field: str, read: Callable[[str], str]) -> tuple[str, ...]:
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    if len(lines) > MOST:
        raise BadInput(field, "too_many", f"Name {MOST} at most", most=MOST)
    return tuple(dict.fromkeys(read(line) for line in lines))


def _redirect(address: str, field: str, kind: Kind) -> str:
    parts = _parts(address, field)
    if parts.scheme in {"https", "http"}:
        return _https(address, parts, field)
    is_own = kind.is_on_own_device and _OWN_SCHEME.fullmatch(parts.scheme)
    if not is_own or not (parts.netloc or parts.path.strip("/")):
        raise _bad(field, "address_scheme", "Begin with https://", address)
    return address


def _web_parts(address: str, field: str) -> SplitResult:
    parts = _parts(address, field)
    if parts.scheme not in {"https", "http"}:
        raise _bad(field, "address_scheme", "Begin with https://", address)
    return parts


def _https(address: str, parts: SplitResult, field: str) -> str:
    host = _demand_host(parts, field)
    if parts.scheme == "http" and not is_loopback(host):
        raise _bad(field, "address_http", "Use https; http is only for http://127.0.0.1", address)
    return address


def _demand_host(parts: SplitResult, field: str) -> str:
    host = parts.hostname or ""
    is_name = _IP6.fullmatch(host) if parts.netloc.startswith("[") else _NAME.fullmatch(host)
    if not is_name or len(host) > LONGEST_HOST:
        raise _bad(field, "address_form", "Enter a complete address", parts.geturl())
    return host


def _parts(address: str, field: str) -> SplitResult:
    """The parts of an address that holds nothing an address of ours may hold."""
    if len(address) > LONGEST:
        raise BadInput(field, "too_long", f"Use {LONGEST} characters at most", most=LONGEST)
    if not _VISIBLE.fullmatch(address) or _UNSAFE.search(address):
        raise _bad(field, "address_signs", "Leave out spaces and signs that no address has", address)
    if "#" in address:
        raise _bad(field, "address_fragment", "Leave out # and what follows", address)
    if "*" in address:
        raise _bad(field, "address_wildcard", "Enter each address in full, without *", address)
    try:
        parts = urlsplit(address)
        has_odd_port = parts.netloc.endswith(":") or parts.port == 0
    except ValueError:
        raise _bad(field, "address_form", "Enter a complete address", address) from None
    if has_odd_port or not address.startswith(f"{parts.scheme}:") or not parts.scheme:
        raise _bad(field, "address_form", "Enter a complete address", address)
    if "@" in parts.netloc:
        raise _bad(field, "address_user", "Leave out the user name", address)
    return parts


def _as_ascii(name: str) -> str:
    """A name in letters of its own language as it stands in the network (RFC 5891)."""
    try:
        return name.encode("idna").decode()
    except UnicodeError:
        return ""


def _port(text: str) -> int | None:
    is_number = text.isascii() and text.isdigit() and len(text) <= len("65535")
    return int(text) if is_number and 0 < int(text) <= 65535 else None
