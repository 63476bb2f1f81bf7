"""One field of an entry: from what a file says to what Sparekey keeps, or `Bad`.

- A secret has 80 bits at least; below 128 it is remarked (RFC 4226, section 4, R6: 128 bits, 160 recommended;
  many sites issued 80). 6 to 8 digits (RFC 4226, section 5.3). A step is 120 seconds at most (NIST SP
  800-63B-4, section 3.1.4.1: a new code every two minutes or sooner).
- *Certain* is what a server stored that checked codes with it. *Claimed* is what a list or a URI says: apps
  ignored `algorithm`, `digits` and `period` for years, so the usual values are tried too.
- Base32 (RFC 4648, section 6) is read in any case, with or without padding, spaces and dashes.
"""

import re
from base64 import b32decode, b64decode
from collections.abc import Mapping
from dataclasses import dataclass, replace
from unicodedata import category

from sparekey.core.people import Language, name_key, read_email, read_name, read_username
from sparekey.errors import BadInput
from sparekey.imports.found import Bad, Doubt, FoundSecret, Reading, Remark

LEAST_SECRET, RECOMMENDED_SECRET, MOST_SECRET = 10, 16, 256
"""Bytes."""
LEAST_PERIOD, MOST_PERIOD = 10, 120
MOST_TEXT = 2000
MOST_LABEL = 100
MOST_STEP = 2**40

_ALGORITHMS = ("sha1", "sha256", "sha512")
_TIMED = {"totp": True, "hotp": False}
_YES_NO = {
    **dict.fromkeys(("yes", "true", "1", "y", "active", "enabled"), True),
    **dict.fromkeys(("no", "false", "0", "n", "inactive", "disabled"), False),
}
_LENGTH_OF = {32: "sha256", 64: "sha512"}
"""Keys are as long as the algorithm's output (RFC 6238, section 5.1)."""
_USUAL = Reading(b"")


@dataclass(frozen=True, slots=True)
class Said:
    """What a file says of a secret, unread. None is "not said"."""

    algorithm: object = None
    digits: object = None
    period: object = None
    issuer: object = None
    label: object = None


def text(value: object, field: str, most: int = MOST_TEXT) -> str:
    """Text that can be stored, without spaces around; empty for what is not there."""
    if value is None:
        return ""
    if not isinstance(value, str):
        raise Bad("wrong_type", field=field)
    if len(value) > most or "\0" in value or any("\ud800" <= character <= "\udfff" for character in value):
        raise Bad("bad_text", field=field)
    return value.strip()


def shown(value: object, field: str) -> str:
    """A label: one line, cut where it is too long."""
    words = " ".join(text(value, field).split())
    return "".join(character for character in words if category(character)[0] != "C")[:MOST_LABEL]


def mapping(value: object, field: str) -> Mapping[str, object]:
    if not isinstance(value, Mapping):
        raise Bad("wrong_type", field=field)
    return value


def members(value: object, field: str) -> list[object]:
    """A list; empty for what is not there."""
    if value is None:
        return []
    if not isinstance(value, list):
        raise Bad("wrong_type", field=field)
    return value


def number(value: object, field: str) -> int:
    """A whole number, as one or in digits."""
    if isinstance(value, int) and not isinstance(value, bool) and abs(value) <= MOST_STEP:
        return value
    if isinstance(value, str) and re.fullmatch(r"\s*[0-9]{1,12}\s*", value, re.ASCII):
        return int(value)
    raise Bad("wrong_type", field=field)


def truth(value: object) -> bool:
    """Yes or no; nothing said is yes."""
    if isinstance(value, bool):
        return value
    word = text(value, "active").casefold()
    if word not in _YES_NO and word:
        raise Bad("bad_truth", text=shown(word, "active"))
    return _YES_NO.get(word, True)


def username(origin: str) -> str:
    """The username for a person's name in the file. Of an address it is the part before the @."""
    try:
        return read_username(origin.partition("@")[0])
    except BadInput:
        raise Bad("bad_username", text=shown(origin, "username")) from None


def address(value: object) -> str:
    try:
        said = text(value, "email")
        return read_email(said) if said else ""
    except BadInput:
        raise Bad("bad_email") from None


def address_in(origin: str) -> str:
    """The name in the file, where it is an e-mail address; else nothing."""
    try:
        return read_email(origin) if "@" in origin else ""
    except BadInput:
        return ""


def person_name(*values: object) -> str:
    """The parts of a name, such as first and last, as one."""
    try:
        said = " ".join(text(value, "name") for value in values).strip()
        return read_name(said) if said else ""
    except BadInput:
        raise Bad("bad_name") from None


def language(value: object) -> str:
    """`de` for `de`, `de_CH` or `de-AT`; empty for a language the server does not speak."""
    code = re.split(r"[-_]", text(value, "language").casefold())[0]
    return code if code in set(Language) else ""


def key_of(name: str) -> str:
    """What two spellings of one person share."""
    return name_key(name)


def base32_key(value: object) -> bytes:
    said = re.sub(r"[\s-]", "", text(value, "secret")).rstrip("=").upper()
    if not re.fullmatch(r"[A-Z2-7]*", said) or len(said) % 8 in {1, 3, 6}:
        raise Bad("bad_base32")
    return b32decode(said + "=" * (-len(said) % 8))


def hex_key(value: object) -> bytes:
    said = re.sub(r"[\s:]", "", text(value, "secret"))
    if not re.fullmatch(r"(?:[0-9A-Fa-f]{2})*", said):
        raise Bad("bad_hex")
    return bytes.fromhex(said)


def base64_bytes(value: object, field: str, most: int = MOST_TEXT) -> bytes:
    """Base64 (RFC 4648, section 4), with or without padding."""
    plain = "".join(text(value, field, most).split()).rstrip("=")
    try:
        return b64decode(plain + "=" * (-len(plain) % 4), validate=True)
    except ValueError:
        raise Bad("bad_base64", field=field) from None


def must_be_timed(value: object) -> None:
    """Refuse what is not a time-based authenticator; nothing said is one."""
    word = text(value, "type").casefold() or "totp"
    if word not in _TIMED:
        raise Bad("type_not_known", text=shown(word, "type"))
    if not _TIMED[word]:
        raise Bad("counter_based")


def certain(key: bytes, said: Said) -> FoundSecret:
    """A secret whose settings are known."""
    reading = Reading(_sized(key), _algorithm(said.algorithm), _digits(said.digits), _period(said.period))
    return FoundSecret(
        readings=(reading,),
        issuer=shown(said.issuer, "issuer"),
        label=shown(said.label, "label"),
        remarks=(Remark.SHORT_SECRET,) if len(key) < RECOMMENDED_SECRET else (),
    )


def claimed(key: bytes, said: Said) -> FoundSecret:
    """A secret whose settings may be others than said."""
    secret = certain(key, said)
    first = secret.readings[0]
    usual = replace(_USUAL, key=key)
    if first != usual:
        return replace(secret, readings=(first, usual), doubts=(Doubt.OFTEN_IGNORED,))
    if said.algorithm in (None, "") and len(key) in _LENGTH_OF:
        other = replace(first, algorithm=_LENGTH_OF[len(key)])
        return replace(secret, readings=(first, other), doubts=(Doubt.ALGORITHM_NOT_SAID,))
    return secret


def of_any_algorithm(key: bytes, said: Said) -> FoundSecret:
    """A secret of a server that keeps the algorithm, but does not tell it. The likeliest comes first."""
    secret = certain(key, said)
    likely = _LENGTH_OF.get(len(key), "sha1")
    order = (likely, *(each for each in _ALGORITHMS if each != likely))
    readings = tuple(replace(secret.readings[0], algorithm=each) for each in order)
    return replace(secret, readings=readings, doubts=(Doubt.ALGORITHM_NOT_SAID,))


def with_other_key(secret: FoundSecret, key: bytes) -> FoundSecret:
    """The secret, or the same with another key: its text can be read in two ways."""
    others = tuple(replace(reading, key=_sized(key)) for reading in secret.readings)
    doubts = (*secret.doubts, Doubt.ENCODING_UNCLEAR)
    return replace(secret, readings=(*secret.readings, *others), doubts=doubts)


def _sized(key: bytes) -> bytes:
    if not key:
        raise Bad("secret_missing")
    if len(key) < LEAST_SECRET:
        raise Bad("secret_too_short", bits=8 * len(key), least=8 * LEAST_SECRET)
    if len(key) > MOST_SECRET:
        raise Bad("secret_too_long", most=MOST_SECRET)
    return key


def _algorithm(value: object) -> str:
    said = text(value, "algorithm")
    plain = re.sub(r"[^a-z0-9]", "", said.casefold()).removeprefix("hmac") or "sha1"
    if plain not in _ALGORITHMS:
        raise Bad("algorithm_not_known", text=shown(said, "algorithm"))
    return plain


def _digits(value: object) -> int:
    digits = 6 if value in (None, "") else number(value, "digits")
    if digits not in {6, 7, 8}:
        raise Bad("bad_digits")
    return digits


def _period(value: object) -> int:
    period = 30 if value in (None, "") else number(value, "period")
    if not LEAST_PERIOD <= period <= MOST_PERIOD:
        raise Bad("bad_period")
    return period
