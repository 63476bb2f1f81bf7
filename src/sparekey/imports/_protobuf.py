"""Protocol Buffers' wire format, as far as an app's export uses it: varints and byte strings. The two fixed
widths are read over; groups, long gone from the format, are refused. A message is never longer than the line
it stood in.
"""

from collections.abc import Iterator

from sparekey.imports.found import Bad

VARINT, FIXED64, BYTES, FIXED32 = 0, 1, 2, 5
_WIDTH = {FIXED64: 8, FIXED32: 4}
MOST_VARINT = 10
"""Bytes of a 64-bit number in groups of seven bits."""


def fields(message: bytes) -> Iterator[tuple[int, int | bytes]]:
    """Each field's number with its value."""
    at = 0
    while at < len(message):
        tag, at = _varint(message, at)
        number, wire = tag >> 3, tag & 7
        if wire == VARINT:
            value, at = _varint(message, at)
            yield number, value
            continue
        if wire == BYTES:
            length, at = _varint(message, at)
        elif wire in _WIDTH:
            length = _WIDTH[wire]
        else:
            raise Bad("bad_protobuf")
        if length > len(message) - at:
            raise Bad("bad_protobuf")
        yield number, message[at : at + length]
        at += length


def _varint(message: bytes, at: int) -> tuple[int, int]:
    value = 0
    for index, byte in enumerate(message[at : at + MOST_VARINT]):
        value |= (byte & 0x7F) << (7 * index)
        if byte < 0x80:
            return value, at + index + 1
    raise Bad("bad_protobuf")
