"""What a browser answers for a passkey, taken apart. Anything else is a `WrongAnswer` with its clause for the log.

The sections are those of WebAuthn Level 3.
"""

import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from binascii import Error as NotBase64
from collections.abc import Mapping
from typing import Any, cast

from sparekey.core.contract import Trouble, WrongAnswer

LONGEST_ANSWER = 64 * 1024


def encode64(data: bytes) -> str:
    return urlsafe_b64encode(data).decode().rstrip("=")


def decode64(text: str) -> bytes:
    """Base64url as browsers send it; raises `WrongAnswer` for anything else."""
    try:
        return urlsafe_b64decode(text.encode("ascii") + b"=" * (-len(text) % 4))
    except (NotBase64, ValueError) as error:
        raise WrongAnswer(Trouble.WRONG, clause="malformed") from error


def read_answer(answer: str) -> dict[str, Any]:
    """What the browser's `toJSON` gave."""
    demand(len(answer) <= LONGEST_ANSWER, "malformed")
    try:
        told = json.loads(answer)
    except (ValueError, RecursionError) as error:
        raise WrongAnswer(Trouble.WRONG, clause="malformed") from error
    demand(isinstance(told, dict) and isinstance(told.get("response"), dict), "malformed")
    return cast(dict[str, Any], told)


def client_data(told: Mapping[str, Any]) -> Mapping[str, Any]:
    found = field_of(told, "clientDataJSON")
    try:
        client = json.loads(found)
    except (ValueError, RecursionError) as error:
        raise WrongAnswer(Trouble.WRONG, clause="malformed") from error
    demand(isinstance(client, dict), "malformed")
    return cast(Mapping[str, Any], client)


def field_of(told: Mapping[str, Any], name: str) -> bytes:
    text = told["response"].get(name)
    demand(isinstance(text, str), "malformed")
    return decode64(text)


def algorithm_of(public_key: bytes) -> object:
    """Label 3 of a COSE key (RFC 9052, section 7.1)."""
    import cbor2  # noqa: PLC0415 -- comes with the library, which loads with the first passkey

    return cbor2.loads(public_key).get(3)


def attestation_object(told: Mapping[str, Any]) -> Any:
    """The attestation object (section 6.5.4)."""
    import cbor2  # noqa: PLC0415 -- comes with the library, which loads with the first passkey

    return cbor2.loads(field_of(told, "attestationObject"))


def made_data(told: Mapping[str, Any]) -> bytes:
    """The authenticator data inside an attestation object; empty where it cannot be read."""
    try:
        found = attestation_object(told)["authData"]
    except Exception:
        return b""
    return found if isinstance(found, bytes) else b""


def demand(holds: bool, clause: str) -> None:
    if not holds:
        raise WrongAnswer(Trouble.WRONG, clause=clause)


def is_embedded(client: Mapping[str, Any]) -> bool:
    """Used inside another site's page: nothing here is made to be."""
    return client.get("crossOrigin") not in (None, False) or "topOrigin" in client


def transports_of(told: object) -> tuple[str, ...]:
    """As told, for the next question; whatever is no transport is left out (section 5.8.4)."""
    known = ("usb", "nfc", "ble", "smart-card", "hybrid", "internal")
    return tuple(one for one in known if isinstance(told, list) and one in told)
