"""People from a file as JSON, to wait sealed for a yes."""

from base64 import b64decode, b64encode
from typing import Any

from sparekey.imports import Doubt, Found, FoundSecret, Place, Reading, Remark


def as_json(found: Found) -> dict[str, Any]:
    return {
        "place": [found.place.file, found.place.line, found.place.entry],
        "origin": found.origin,
        "username": found.username,
        "name": found.name,
        "email": found.email,
        "is_active": found.is_active,
        "language": found.language,
        "password_hash": found.password_hash,
        "authenticators": [_secret_as_json(one) for one in found.authenticators],
        "remarks": found.remarks,
    }


def _secret_as_json(secret: FoundSecret) -> dict[str, Any]:
    return {
        "readings": [
            [b64encode(one.key).decode(), one.algorithm, one.digits, one.period] for one in secret.readings
        ],
        "issuer": secret.issuer,
        "label": secret.label,
        "doubts": secret.doubts,
        "remarks": secret.remarks,
        "last_step": secret.last_step,
    }


def from_json(data: dict[str, Any]) -> Found:
    """The inverse of `as_json`."""
    return Found(
        **{
            **data,
            "place": Place(*data["place"]),
            "authenticators": tuple(_secret_from_json(one) for one in data["authenticators"]),
            "remarks": tuple(map(Remark, data["remarks"])),
        }
    )


def _secret_from_json(data: dict[str, Any]) -> FoundSecret:
    readings = tuple(Reading(b64decode(key), *rest) for key, *rest in data["readings"])
    doubts, remarks = tuple(map(Doubt, data["doubts"])), tuple(map(Remark, data["remarks"]))
    return FoundSecret(**{**data, "readings": readings, "doubts": doubts, "remarks": remarks})
