"""The bytes of a file as text, a piece at a time: never more than a piece of it is in memory.

UTF-8, or UTF-16 where a byte order mark says so (a shell's redirection on Windows writes it). The marks
themselves are left out.
"""

import codecs
from collections.abc import Iterator
from itertools import chain

from sparekey.imports.found import Broken, Place, Upload

MOST_BYTES = 64 * 1024 * 1024
MOST_LINE = 64 * 1024
"""Characters."""
MOST_LINES = 2_000_000
"""64 MB of line ends are as many lines."""
PIECE = 64 * 1024

_MARKS = ((codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))


def pieces(upload: Upload) -> Iterator[bytes]:
    """The file in pieces; `Broken` where it is empty or too large."""
    total = 0
    while piece := upload.stream.read(PIECE):
        total += len(piece)
        if total > MOST_BYTES:
            raise Broken(Place(upload.name), "too_large", most_mb=MOST_BYTES // 1024**2)
        yield piece
    if not total:
        raise Broken(Place(upload.name), "empty")


def decoded(upload: Upload) -> Iterator[str]:
    """The text in pieces."""
    decoder: codecs.IncrementalDecoder | None = None
    line = 1
    for piece in chain(pieces(upload), (b"",)):
        if decoder is None:
            encoding = next((name for mark, name in _MARKS if piece.startswith(mark)), "utf-8")
            decoder = codecs.getincrementaldecoder(encoding)()
        try:
            found = decoder.decode(piece, final=not piece)
        except UnicodeDecodeError as error:
            line += piece.count(b"\n", 0, error.start)
            raise Broken(Place(upload.name, line), "not_utf8") from None
        if "\0" in found:
            line += found.count("\n", 0, found.index("\0"))
            raise Broken(Place(upload.name, line), "nul_byte")
        line += found.count("\n")
        yield found


def lines(upload: Upload) -> Iterator[tuple[int, str]]:
    """Each line with its number, without its end."""
    rest, number = "", 0
    for piece in decoded(upload):
        *whole, rest = (rest + piece).split("\n")
        if number > MOST_LINES:
            raise Broken(Place(upload.name, number), "too_many_lines", most=MOST_LINES)
        for line in whole:
            number += 1
            yield number, _checked(line, number, upload).removesuffix("\r")
        _checked(rest, number + 1, upload)
    if rest:
        yield number + 1, rest.removesuffix("\r")


def _checked(line: str, number: int, upload: Upload) -> str:
    if len(line) > MOST_LINE:
        raise Broken(Place(upload.name, number), "line_too_long", most=MOST_LINE)
    return line


def begins_with(upload: Upload, mark: bytes) -> bool:
    """Does the file begin with this, after white space and a byte order mark? Reads from its start again."""
    head = upload.stream.read(PIECE)
    upload.stream.seek(0)
    return head.removeprefix(codecs.BOM_UTF8).lstrip().startswith(mark)
