"""What every section of the settings is made of."""

import re
from ipaddress import ip_address

from pydantic import BaseModel, BeforeValidator, ConfigDict, JsonValue

SECRET: dict[str, JsonValue] = {"is_secret": True}


def _split(value: object) -> object:
    """The environment writes a list as one text."""
    return re.split(r"[,\s]+", value.strip(", \t\r\n")) if isinstance(value, str) else value


LISTED = BeforeValidator(_split)


def is_loopback(host: str) -> bool:
    """Does this name lead to the machine itself?"""
    if host == "localhost" or host.endswith(".localhost"):
        return True
    try:
        return ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return False


class Section(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)
