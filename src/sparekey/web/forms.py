"""Reading what a browser sent: small forms, valid text, or a refusal."""

from urllib.parse import parse_qsl

from starlette.requests import ClientDisconnect, Request

from sparekey.errors import BadForm, TooLarge

LARGEST = 64 * 1024
MOST_FIELDS = 60
LONGEST_PATH = 5000
"""Characters. An app's request goes along while somebody signs in."""


async def read_form(request: Request) -> dict[str, str]:
    """The fields of a posted form, each once (the last counts)."""
    return read_pairs(await read_body(request))


async def read_body(request: Request) -> str:
    """A posted form as it was sent."""
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind not in {"", "application/x-www-form-urlencoded"}:
        raise BadForm()
    body = b""
    try:
        async for chunk in request.stream():
            body += chunk
            if len(body) > LARGEST:
                raise TooLarge()
    except ClientDisconnect:
        raise BadForm() from None
    return body.decode("ascii") if body.isascii() else _refuse()


def _refuse() -> str:
    raise BadForm()


def read_pairs(text: str) -> dict[str, str]:
    """Fields of a query or form; refuses bytes that are no text, NUL, and too many fields."""
    try:
        pairs = dict(parse_qsl(text, keep_blank_values=True, max_num_fields=MOST_FIELDS, errors="strict"))
    except (ValueError, UnicodeDecodeError):
        raise BadForm() from None
    if any("\x00" in part for pair in pairs.items() for part in pair):
        raise BadForm()
    return pairs


def local_path(text: str, otherwise: str = "/") -> str:
    """A path on this server to go on to; anything else (another host, a scheme) gives `otherwise`."""
    is_path = text.startswith("/") and not text.startswith(("//", "/\\"))
    is_plain = is_path and all(33 <= ord(char) < 127 for char in text) and len(text) < LONGEST_PATH
    return text if is_plain and "\\" not in text else otherwise
