"""Reading files in tests, and samples of every format."""

from io import BytesIO
from pathlib import Path

from sparekey.imports import BadFile, BadLine, Found, Keys, Terms, Upload, read

SAMPLES = Path(__file__).parents[1] / "vectors" / "imports"
NO_KEYS = Keys()
TWENTY = b"12345678901234567890"
"""The secret of the RFCs' examples; in Base32 GEZDGNBVGY3TQOJQ twice."""
BASE32 = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"


def sample(name: str) -> bytes:
    return (SAMPLES / name).read_bytes()


def upload(content: bytes | str, name: str = "file") -> Upload:
    return Upload(name, BytesIO(content.encode() if isinstance(content, str) else content))


def people(source: str, *contents: bytes | str, keys: Keys = NO_KEYS) -> tuple[Found, ...]:
    """Everybody in these files; every hash counts as known."""
    uploads = [upload(content, f"file{number}") for number, content in enumerate(contents, 1)]
    return read(source, uploads, keys, Terms(lambda _: True))


def wrong(source: str, *contents: bytes | str, keys: Keys = NO_KEYS) -> list[tuple[int, str]]:
    """Line and code of every wrong place; their sentences must be whole."""
    found: tuple[BadLine, ...] = ()
    try:
        people(source, *contents, keys=keys)
    except BadFile as bad:
        found = bad.lines
    assert all(line.sentence for line in found)
    return [(line.place.line, line.code) for line in found]
