"""How text messages leave: through any gateway that takes an HTTP request, or by apprise.

Where a value stands in a template it is escaped for that place when a message is sent: in an address, in a form, or
inside a string of JSON. So a template must be right as it is written.
"""

import json
import re
from typing import Annotated, Literal
from urllib.parse import urlsplit

from pydantic import AfterValidator, BeforeValidator, Field

from sparekey.settings._base import LISTED, SECRET, Section, is_loopback

_FIELD = re.compile(r"\{(to|digits|text)\}")
_HEADER = re.compile(r"([!#$%&'*+.^_`|~0-9A-Za-z-]+):[ \t]*([\x20-\x7e]+)")


def _read_url(text: str) -> str:
    try:
        parts = urlsplit(text)
        host = parts.hostname or ""
        _ = parts.port
    except ValueError:
        raise ValueError("is not an address") from None
    if parts.scheme not in ("http", "https") or not host:
        raise ValueError("must begin with https:// and name a host")
    if parts.scheme == "http" and not is_loopback(host):
        raise ValueError("must begin with https://, unless the gateway is on this machine")
    if _FIELD.search(parts.netloc) or parts.username is not None or parts.fragment:
        raise ValueError("must name one host, without a username, and end without #")
    if not re.fullmatch(r"[\x21-\x7e]+", text):
        raise ValueError("must be written as browsers send it: no spaces, no letters beyond a to z")
    return text


def _split_lines(value: object) -> object:
    return [line.strip() for line in value.splitlines() if line.strip()] if isinstance(value, str) else value


def _read_headers(lines: tuple[str, ...]) -> tuple[str, ...]:
    if not all(_HEADER.fullmatch(line) for line in lines):
        raise ValueError("must be lines such as `X-Api-Key: KEY`")
    return lines


def _read_country(text: str) -> str:
    if not re.fullmatch("[A-Za-z]{2}", text):
        raise ValueError("must be a country's two letters (ISO 3166), such as CH")
    return text.upper()


def _read_countries(texts: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(_read_country(text) for text in texts)


class Sms(Section):
    """The gateway for text messages. Without `url` and `apprise_url` none is sent, and no account can allow them."""

    url: Annotated[str, AfterValidator(_read_url)] | None = Field(
        None,
        repr=False,
        description="The gateway's address. `{to}` is the number with its plus sign, `{digits}` without it,"
        " `{text}` the message; each may also stand in `body`.",
        examples=["https://sms.example.com/send"],
        json_schema_extra=SECRET,
    )
    method: Literal["POST", "PUT", "GET"] = Field("POST", description="How it is asked.", examples=["GET"])
    headers: Annotated[tuple[str, ...], BeforeValidator(_split_lines), AfterValidator(_read_headers)] = Field(
        (),
        repr=False,
        description="Headers of the request, one a line.",
        examples=["Authorization: Bearer KEY"],
        json_schema_extra=SECRET,
    )
    format: Literal["json", "form"] = Field(
        "json", description="What `body` is, which also chooses its media type.", examples=["form"]
    )
    body: str = Field(
        "",
        repr=False,
        description="What is sent, with the same `{…}`: in JSON inside strings, in a form as values.",
        examples=['{"to": "{to}", "message": "{text}"}'],
        json_schema_extra=SECRET,
    )
    username: str = Field("", description="The name to sign in with there, if any.", examples=["sparekey"])
    password: str = Field("", repr=False, description="The password for it.", examples=["PASSWORD"],
                          json_schema_extra=SECRET)  # fmt: skip
    apprise_url: str | None = Field(
        None,
        repr=False,
        description="In place of `url`: an address of apprise (install `sparekey[sms]`), with `{to}` or"
        " `{digits}` in it.",
        examples=["twilio://SID:TOKEN@SENDER/{to}"],
        json_schema_extra=SECRET,
    )
    country: Annotated[str, AfterValidator(_read_country)] = Field(
        "CH", description="The country of numbers that are typed without one.", examples=["DE"]
    )
    countries: Annotated[tuple[str, ...], LISTED, AfterValidator(_read_countries)] = Field(
        (),
        description="The only countries that messages go to; without it, all. Some cost a lot, which"
        " swindlers earn from.",
        examples=["CH, LI, DE, AT"],
    )
    per_day: int = Field(
        1000,
        ge=1,
        le=1_000_000,
        description="Messages in a day at most, of the whole server.",
        examples=[5000],
    )
    per_day_of_account: int = Field(
        300,
        ge=1,
        le=1_000_000,
        description="Messages in a day at most, of each account. Its owners are told when they are used up.",
        examples=[2000],
    )

    @property
    def is_set(self) -> bool:
        return bool(self.url or self.apprise_url)

    @property
    def header_pairs(self) -> tuple[tuple[str, str], ...]:
        found = (_HEADER.fullmatch(line) for line in self.headers)
        return tuple((each[1], each[2]) for each in found if each)

    def what_is_wrong(self) -> str:
        """One sentence about what does not fit together; empty where all does."""
        if self.url and self.apprise_url:
            return (
                "sms.url (SPAREKEY_SMS_URL) and sms.apprise_url (SPAREKEY_SMS_APPRISE_URL) are both set:"
                " keep one of them"
            )
        if not self.is_set:
            given = sorted(self.model_fields_set)
            return (
                f"sms.url (SPAREKEY_SMS_URL) is missing beside sms.{given[0]}. Example:"
                " https://sms.example.com/send" if given else ""
            )  # fmt: skip
        if self.apprise_url:
            return "" if self._has(self.apprise_url, "to", "digits") else (
                "sms.apprise_url (SPAREKEY_SMS_APPRISE_URL) lacks {to}. Example: twilio://SID:TOKEN@SENDER/{to}"
            )  # fmt: skip
        return self._what_is_wrong_with_request()

    def _what_is_wrong_with_request(self) -> str:
        whole = f"{self.url} {self.body}"
        if not (self._has(whole, "to", "digits") and self._has(whole, "text")):
            return (
                "sms.url (SPAREKEY_SMS_URL) and sms.body (SPAREKEY_SMS_BODY) lack {to} or {text}. Example:"
                ' {"to": "{to}", "message": "{text}"}'
            )
        if self.method == "GET" and self.body:
            return "sms.body (SPAREKEY_SMS_BODY) is not sent with GET: leave it out"
        if self.body and self.format == "json" and not _is_json(self.body):
            return (
                "sms.body (SPAREKEY_SMS_BODY) is not JSON: put each {…} inside quotation marks. Example:"
                ' {"to": "{to}", "message": "{text}"}'
            )
        if self.password and not self.username:
            return "sms.username (SPAREKEY_SMS_USERNAME) is missing beside sms.password. Example: sparekey"
        return ""

    @staticmethod
    def _has(text: str, *names: str) -> bool:
        return any(found in names for found in _FIELD.findall(text))


def _is_json(text: str) -> bool:
    try:
        json.loads(text)
    except ValueError:
        return False
    return True
