"""Where a master key comes from: a setting (or secret file), or a file that the first start makes.

The file is made so that a crash or two starts at once never leave half a key: it is written under another
name, flushed to the disk, and only then given its own name, which fails where that name is taken. A key file
that others can read, or that somebody else put there, is refused.
"""

import base64
import binascii
import os
import stat
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from sparekey.adapters.sealing import MASTER_BYTES
from sparekey.errors import Unready


def read_key(text: str, named: str) -> bytes:
    """The master key that `text` writes as hex or base64; `named` says in the refusal where it came from."""
    key = _from_hex(text.strip()) or _from_base64(text.strip())
    if key is None or len(key) != MASTER_BYTES:
        raise Unready(
            f"{named} is not a key: {MASTER_BYTES} random bytes are wanted, as {2 * MASTER_BYTES} hexadecimal"
            f" digits or in base64 (openssl rand -base64 {MASTER_BYTES} makes one)",
            reason="bad_key",
        )
    return key


def key_from_file(path: Path, entropy: Callable[[int], bytes]) -> bytes:
    """The key in `path`; made there, with mode 0600, if there is no file yet."""
    with _telling_of_trouble(path):
        _demand_parent(path.parent)
        if not path.exists():
            _make(path, entropy)
        return _read(path)


def key_in_file(path: Path) -> bytes | None:
    """The key in `path`; `None` if there is no file. Makes nothing."""
    with _telling_of_trouble(path):
        if not path.exists():
            return None
        _demand_parent(path.parent)
        return _read(path)


@contextmanager
def _telling_of_trouble(path: Path) -> Iterator[None]:
    try:
        yield
    except OSError as trouble:
        raise Unready(
            f"The key file {path} cannot be read or made: {trouble.strerror or 'unknown trouble'}",
            reason="key_file",
        ) from None


def _read(path: Path) -> bytes:
    _demand_private(path)
    return read_key(path.read_text("utf-8", "replace"), f"The key file {path}")


def _from_hex(text: str) -> bytes | None:
    try:
        return bytes.fromhex(text) if len(text) == 2 * MASTER_BYTES else None
    except ValueError:
        return None


def _from_base64(text: str) -> bytes | None:
    """Standard or URL alphabet, padded or not."""
    standard = text.rstrip("=").replace("-", "+").replace("_", "/")
    try:
        return base64.b64decode(standard + "=" * (-len(standard) % 4), validate=True)
    except (binascii.Error, ValueError):
        return None


def _demand_parent(folder: Path) -> None:
    if not folder.is_dir():
        raise Unready(f"The folder {folder} for the key file is not there: make it first", reason="key_file")
    mode = folder.stat().st_mode
    if mode & stat.S_IWOTH and not mode & stat.S_ISVTX:
        raise Unready(
            f"Everybody may write in {folder}, so the key file is not safe there: chmod o-w {folder}",
            reason="key_file",
        )


def _demand_private(path: Path) -> None:
    found = path.stat()
    if not stat.S_ISREG(found.st_mode):
        raise Unready(f"{path} is not a file, so it cannot hold the key", reason="key_file")
    if found.st_uid not in {os.geteuid(), 0}:
        raise Unready(f"The key file {path} belongs to somebody else", reason="key_file")
    if found.st_mode & (stat.S_IRWXG | stat.S_IRWXO):
        raise Unready(f"Others may read the key file {path}: chmod 600 {path}", reason="key_file")


def _make(path: Path, entropy: Callable[[int], bytes]) -> None:
    draft = path.with_name(f".{path.name}.{entropy(8).hex()}")
    handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(base64.b64encode(entropy(MASTER_BYTES)) + b"\n")
            file.flush()
            os.fsync(file.fileno())
        _give_name(draft, path)
    finally:
        draft.unlink()
    _flush_folder(path.parent)


def _give_name(draft: Path, path: Path) -> None:
    """A start at the same time may have been faster: then its key is the key."""
    try:
        os.link(draft, path)
    except FileExistsError:
        return


def _flush_folder(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
