"""Portable Symmetric Key Container (RFC 6030): what makers of hardware authenticators and some servers export.

- Secrets stand in the clear, or encrypted with AES (section 6) under a pre-shared key or one derived from a
  passphrase (section 7). An encrypted one needs its check sum (`ValueMAC`): without, a change of the file would
  not be noticed, and it is refused.
- The person is the `UserId` of the key or the device (section 4.2.2): a name, or a distinguished name
  (RFC 4514), of which `UID` or `CN` is the person's.
- Taken is the profile `urn:ietf:params:xml:ns:keyprov:pskc:totp`; counter-based keys are refused by name. The
  hash stands in `Suite`, and is SHA-1 where nothing is said. A file tells what the authenticator does, so
  nothing is in doubt.
"""

import re
from collections.abc import Iterable, Iterator

from sparekey.imports._fields import (
    Said,
    address_in,
    base64_bytes,
    certain,
    must_be_timed,
    number,
    shown,
    username,
)
from sparekey.imports._pskc_keys import Opener
from sparekey.imports._xml import Element, children
from sparekey.imports.found import Bad, BadLine, Broken, Found, FoundSecret, Keys, Place, Upload, attempt

NAMESPACE = "urn:ietf:params:xml:ns:keyprov:pskc"
PROFILE = f"{NAMESPACE}:"
_DECIMAL = frozenset({"", "DECIMAL"})
_SAYS_NO = frozenset({"", "false", "0"})


def read(uploads: Iterable[Upload], keys: Keys) -> Iterator[Found | BadLine]:
    for upload in uploads:
        yield from packages(upload, keys)


def packages(upload: Upload, keys: Keys) -> Iterator[Found | BadLine]:
    """The person of every key package. What opens them stands in front of them."""
    opener = Opener(keys)
    for count, child in enumerate(children(upload, "KeyContainer", NAMESPACE), 1):
        place = Place(upload.name, child.line, count)
        if child.name == "KeyPackage":
            yield attempt(place, _person, place, child, opener)
            continue
        try:
            opener.hear(child)
        except Bad as bad:  # without it no secret can be read
            raise Broken(place, bad.code, **bad.facts) from None


def _person(place: Place, package: Element, opener: Opener) -> Found:
    key = package.find("Key")
    if key is None:
        raise Bad("field_missing", field="Key")
    must_be_timed(key.attributes.get("Algorithm", "").removeprefix(PROFILE))
    secret = _secret(package, key, opener)
    origin = _name_in(key.text_of("UserId") or package.text_of("DeviceInfo", "UserId"))
    return Found(place, origin, username(origin), email=address_in(origin), authenticators=(secret,))


def _secret(package: Element, key: Element, opener: Opener) -> FoundSecret:
    form = key.find("AlgorithmParameters", "ResponseFormat")
    said = form.attributes if form else {}
    if said.get("Encoding", "") not in _DECIMAL or said.get("CheckDigits", "") not in _SAYS_NO:
        raise Bad("bad_digits")
    data = key.find("Data")
    secret = data.find("Secret") if data else None
    if data is None or secret is None:
        raise Bad("secret_missing")
    if _number(data, "Time", opener):
        raise Bad("bad_start")
    settings = Said(
        algorithm=key.text_of("AlgorithmParameters", "Suite"),
        digits=said.get("Length"),
        period=_number(data, "TimeInterval", opener),
        issuer=key.text_of("Issuer"),
        label=package.text_of("DeviceInfo", "SerialNo") or key.attributes.get("Id"),
    )
    plain = secret.find("PlainValue")
    found = base64_bytes(plain.text, "PlainValue") if plain else opener.opened(secret)
    return certain(found, settings)


def _number(data: Element, name: str, opener: Opener) -> int | None:
    """A number of the key's data, which may be encrypted too: big-endian bytes then (section 4.2.1)."""
    found = data.find(name)
    if found is None:
        return None
    plain = found.find("PlainValue")
    return number(plain.text, name) if plain else number(int.from_bytes(opener.opened(found)), name)


def _name_in(user: str) -> str:
    if not user:
        raise Bad("no_person")
    if "=" not in user:
        return shown(user, "UserId")
    parts = dict(re.findall(r"(?:^|[,+])\s*([A-Za-z]+)\s*=\s*([^,+]*)", user))
    by_name = {name.upper(): value.strip() for name, value in parts.items()}
    return shown(by_name.get("UID") or by_name.get("CN") or user, "UserId")
