"""Sending one text message through an HTTP gateway, or by apprise.

- A value is escaped for the place it stands in: percent-encoded in an address and in a form (RFC 3986, section 2.1),
  as JSON writes a string inside JSON. None can end the place it was put in.
- Taken is what is answered with 2xx (RFC 9110, section 15.3). Nothing else is read of the answer, and no redirect is
  followed: the message holds a code, and goes where the settings say or nowhere.
- The last line ties the code to this site, so that phones offer it on no other (WICG, "Origin-bound one-time codes
  delivered via SMS").
- No sentence and no line of a log repeats number, code or address: libraries are told to be silent.
"""

import json
import logging
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any
from urllib.parse import quote

_FIELD = re.compile(r"\{(to|digits|text)\}")
_MEDIA_TYPES = {"json": "application/json", "form": "application/x-www-form-urlencoded"}
_WORTH_ANOTHER_TRY = (HTTPStatus.REQUEST_TIMEOUT, HTTPStatus.TOO_EARLY, HTTPStatus.TOO_MANY_REQUESTS)
_SAID = {
    "en": "{code} is your code for {host}. Give it to nobody.\n\n@{host} #{code}",
    "de": "{code} ist Ihr Code für {host}. Geben Sie ihn niemandem weiter.\n\n@{host} #{code}",
}
for _name in ("urllib3", "apprise"):
    logging.getLogger(_name).setLevel(logging.CRITICAL)  # they log addresses, and those hold codes


@dataclass(frozen=True)
class TextSettings:
    """The gateway; from settings that were checked. `apprise_url` is used where it is set."""

    url: str = field(default="", repr=False)
    method: str = "POST"
    headers: tuple[tuple[str, str], ...] = field(default=(), repr=False)
    format: str = "json"
    body: str = field(default="", repr=False)
    username: str = ""
    password: str = field(default="", repr=False)
    apprise_url: str = field(default="", repr=False)
    country: str = "CH"
    """Of numbers that are typed without one."""
    countries: tuple[str, ...] = ()
    """The only ones that messages go to; empty: all."""
    per_day: int = 1000
    per_day_of_account: int = 300
    timeout_seconds: float = 10


class Undelivered(Exception):
    """The gateway did not take the message. `sentence` is for whoever runs the server."""

    def __init__(self, temporary: bool, sentence: str) -> None:
        super().__init__(sentence)
        self.temporary = temporary
        self.sentence = sentence


def write(code: str, language: str, host: str) -> str:
    """The message, in "de" or else English."""
    return _SAID.get(language, _SAID["en"]).format(code=code, host=host.partition(":")[0])


def send(settings: TextSettings, to: str, text: str) -> None:
    """Hand the message over; raises `Undelivered`. `to`: E.164, with its plus sign."""
    values = {"to": to, "digits": to.removeprefix("+"), "text": text}
    if settings.apprise_url:
        _send_by_apprise(_filled(settings.apprise_url, values, _in_address), text)
    else:
        _judge(_asked(settings, values))


def _filled(template: str, values: dict[str, str], escape: Callable[[str], str]) -> str:
    """In one pass, so that nothing in a value counts as a place for another."""
    return _FIELD.sub(lambda found: escape(values[found[1]]), template)


def _in_address(value: str) -> str:
    return quote(value, safe="")


def _in_json(value: str) -> str:
    return json.dumps(value)[1:-1]


def _asked(settings: TextSettings, values: dict[str, str]) -> int:
    """The status that the gateway answers with."""
    import urllib3  # noqa: PLC0415 -- loaded with the first message
    from urllib3.util import Timeout, make_headers  # noqa: PLC0415

    headers = {"User-Agent": "Sparekey", "Content-Type": _MEDIA_TYPES[settings.format]}
    if settings.username:
        headers |= make_headers(basic_auth=f"{settings.username}:{settings.password}")
    escape = _in_json if settings.format == "json" else _in_address
    body = _filled(settings.body, values, escape).encode() if settings.body else None
    timeout = Timeout(total=settings.timeout_seconds)
    try:
        with urllib3.PoolManager(retries=False, timeout=timeout) as pool:
            response = pool.request(
                settings.method,
                _filled(settings.url, values, _in_address),
                body=body,
                headers={**headers, **dict(settings.headers)},
                redirect=False,
                preload_content=False,
            )
            response.close()
            return response.status
    except urllib3.exceptions.SSLError:
        raise Undelivered(True, "The certificate of the SMS gateway is not valid for its name") from None
    except urllib3.exceptions.ReadTimeoutError:
        raise Undelivered(True, "The SMS gateway does not answer in time") from None
    except (urllib3.exceptions.HTTPError, OSError):
        raise Undelivered(True, "The SMS gateway cannot be reached, or broke off") from None


def _judge(status: int) -> None:
    if status in range(200, 300):
        return
    if status in range(300, 400):
        raise Undelivered(True, f"The SMS gateway leads elsewhere ({status}): set its final address")
    if status in (HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN):
        raise Undelivered(True, f"The SMS gateway does not let us in ({status})")
    is_for_now = status >= HTTPStatus.INTERNAL_SERVER_ERROR or status in _WORTH_ANOTHER_TRY
    manner = "for now" if is_for_now else "for good"
    raise Undelivered(is_for_now, f"The SMS gateway refuses the message {manner} ({status})")


def _send_by_apprise(address: str, text: str) -> None:
    try:
        import apprise  # noqa: PLC0415 -- 280 ms and 43 MB, for servers that use it alone

        gateway: Any = apprise.Apprise()
        is_taken = bool(gateway.add(address)) and bool(gateway.notify(body=text))
    except Exception as trouble:  # its plug-ins raise whatever their services make of an answer
        raise Undelivered(True, f"apprise failed ({type(trouble).__name__})") from None
    if not is_taken:
        raise Undelivered(True, "apprise could not hand the message over")
