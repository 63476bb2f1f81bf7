"""Reading a form with files: `multipart/form-data` (RFC 7578), strict, whole, and never larger than 7 MB.

- What must hold is asked before a byte of the files is read: see `door.Way.upload`.
- Files stay in memory; nothing of them is ever written to a disk.
- A part has a name, and a file's also has the name it was called by, which is only shown. Any other encoding of a
  part, and a part without a name, refuses the whole form. A file field that was left empty is no file.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from urllib.parse import unquote

from starlette.requests import ClientDisconnect, Request

from sparekey.errors import BadForm, TooLarge
from sparekey.web.forms import MOST_FIELDS

LARGEST_UPLOAD = 7 * 1024 * 1024
"""A connection takes 8 MiB, so that this refusal can be a page."""
LONGEST_FIELD = 2000
LONGEST_NAME = 200

_KIND = re.compile(
    r'multipart/form-data\s*;\s*boundary=(?:"([^"\r\n]{1,70})"|([\w\'()+_,./:=?-]{1,70}))\s*', re.A | re.I
)
_DISPOSITION = re.compile(
    r'content-disposition:\s*form-data;\s*name="([^"\r\n]*)"(?:;\s*filename="([^"\r\n]*)")?\s*', re.I
)


@dataclass(frozen=True)
class File:
    """One file. `name` is what the browser called it."""

    field_name: str
    name: str
    content: bytes = field(repr=False)


@dataclass(frozen=True)
class Sent:
    """The fields of a form, each once, and its files in their order."""

    fields: dict[str, str]
    files: tuple[File, ...]


async def read_upload(request: Request) -> Sent:
    """A posted form with its files, or `BadForm`, `TooLarge`."""
    kind = _KIND.fullmatch(request.headers.get("content-type", ""))
    if kind is None:
        raise BadForm()
    body = bytearray()
    try:
        async for chunk in request.stream():
            body += chunk
            if len(body) > LARGEST_UPLOAD:
                raise TooLarge()
    except ClientDisconnect:
        raise BadForm() from None
    return read_parts(bytes(body), (kind[1] or kind[2]).encode())


def read_parts(body: bytes, boundary: bytes) -> Sent:
    """What stands between the boundaries (RFC 2046, section 5.1.1)."""
    fields: dict[str, str] = {}
    files: list[File] = []
    for name, file_name, content in _parts(body, boundary):
        if file_name is None:
            fields[name] = _text(content)
        elif file_name or content:
            files.append(File(name, file_name, content))
    return Sent(fields, tuple(files))


def _parts(body: bytes, boundary: bytes) -> Iterator[tuple[str, str | None, bytes]]:
    before, *parts = (b"\r\n" + body).split(b"\r\n--" + boundary, MOST_FIELDS)
    if before or not parts or parts.pop().rstrip(b"\r\n") != b"--":
        raise BadForm()
    for part in parts:
        head, found, content = part.partition(b"\r\n\r\n")
        if not found or not head.startswith(b"\r\n"):
            raise BadForm()
        yield *_names(head[2:]), content


def _names(head: bytes) -> tuple[str, str | None]:
    """The field's name, and the file's, where it is one."""
    try:
        lines = head.decode().split("\r\n")
    except UnicodeDecodeError:
        raise BadForm() from None
    found = [match for line in lines if (match := _DISPOSITION.fullmatch(line))]
    if len(found) != 1 or any(line.lower().startswith("content-transfer-encoding") for line in lines):
        raise BadForm()
    name, file_name = found[0].groups()
    return name, None if file_name is None else _shown(file_name)


def _shown(name: str) -> str:
    """Without folders and control characters; browsers write quotation marks as %22."""
    last = re.split(r"[/\\]", unquote(name))[-1]
    return "".join(char for char in last if char.isprintable())[:LONGEST_NAME]


def _text(content: bytes) -> str:
    if len(content) > LONGEST_FIELD or b"\0" in content:
        raise BadForm()
    try:
        return content.decode()
    except UnicodeDecodeError:
        raise BadForm() from None
