"""What a copy of the database must not give away: sealed values, and the keys that everything keyed hangs on.

- A sealed value is AES-256-GCM (NIST SP 800-38D). The row it belongs to is associated data, so that a value
  moved to another row, column or version does not open. Layout: version (1 byte), key id (8), nonce (12),
  ciphertext with its tag.
- The nonce is handed in. Callers draw it under a label that no other value shares; 96 random bits allow 2^32
  values a key (SP 800-38D, section 8.3).
- A value that does not open is logged with what it was sealed for, so that the row can be found; the refusal
  itself says nothing of it.
- A server has one master key or several: the first seals, all open. Nothing is used as it is: every purpose
  has its own key, derived by HKDF (RFC 5869).
- What cannot be made anew without the person (the pepper of passwords and backup codes) hangs on the *last* key,
  the root: it stays in its place when a new key is put before it.
"""

import logging
from collections.abc import Collection, Sequence
from enum import StrEnum

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from sparekey.errors import Unready

MASTER_BYTES = 32
NONCE_BYTES = 12
VERSION = b"\x01"
_ID_BYTES = 8
_HEAD_BYTES = len(VERSION) + _ID_BYTES
_TAG_BYTES = 16
_log = logging.getLogger(__name__)


class Purpose(StrEnum):
    """What a key is for. The values are part of the derivation: a changed one loses all that hangs on it."""

    SEALING = "sealing"
    PEPPER = "pepper"
    CSRF = "csrf"
    BLIND = "blind"
    """Names that are not there: people type passwords into that field."""
    PAIRWISE = "pairwise"
    """What an app calls a person that no other app may recognise."""


class CannotUnseal(Unready):
    """One answer for a wrong key, a wrong row, a cut or changed value: nobody learns more than that."""

    sentence = "A sealed value in the database does not open with this server's key, or was changed"

    def __init__(self) -> None:
        super().__init__(reason="sealed")


class Keys:
    """The master keys of this server, newest first, and what is derived from them."""

    __slots__ = ("_fingerprints", "_first", "_open_by_id", "_root")

    def __init__(self, masters: Sequence[bytes]) -> None:
        if not masters or any(len(master) != MASTER_BYTES for master in masters):
            raise ValueError(f"one or more master keys of {MASTER_BYTES} bytes each")
        self._root = masters[-1]
        self._open_by_id = {_id(master): AESGCM(_derive(master, Purpose.SEALING)) for master in masters}
        self._first = _id(masters[0])
        readers = {_derive(master, "fingerprint", 16).hex() for master in masters[:-1]}
        self._fingerprints = frozenset(readers | {_derive(self._root, "fingerprint of the root", 16).hex()})

    def seal(self, plain: bytes, context: str, nonce: bytes) -> bytes:
        """`plain` sealed for `context`, which names table, row, column and version."""
        if len(nonce) != NONCE_BYTES:
            raise ValueError(f"a nonce has {NONCE_BYTES} bytes")
        head = VERSION + self._first
        return head + nonce + self._open_by_id[self._first].encrypt(nonce, plain, head + context.encode())

    def unseal(self, sealed: bytes, context: str) -> bytes:
        """What was sealed for `context`; raises `CannotUnseal`."""
        head, nonce = sealed[:_HEAD_BYTES], sealed[_HEAD_BYTES : _HEAD_BYTES + NONCE_BYTES]
        key = self._open_by_id.get(head[len(VERSION) :])
        is_whole = len(sealed) >= _HEAD_BYTES + NONCE_BYTES + _TAG_BYTES
        if key is None or not is_whole or not head.startswith(VERSION):
            raise _cannot_unseal(context)
        try:
            return key.decrypt(nonce, sealed[_HEAD_BYTES + NONCE_BYTES :], head + context.encode())
        except InvalidTag:
            raise _cannot_unseal(context) from None

    def subkey(self, purpose: Purpose) -> bytes:
        """32 bytes for `purpose` alone, the same for as long as the root key stays."""
        return _derive(self._root, purpose)

    @property
    def fingerprints(self) -> frozenset[str]:
        """One check value a key, to be kept in the database; they tell nothing of the keys.

        The root's differs from what the same key would have elsewhere in the row: a changed order is noticed.
        """
        return self._fingerprints

    def demand(self, kept: Collection[str]) -> None:
        """Refuse to start on a database whose values other keys have sealed; `kept` are its fingerprints."""
        if not self._fingerprints.issuperset(kept):
            raise Unready(
                "This is not the key that the database was made with. Put back the right key"
                " (older keys stay behind newer ones, in their order). Nothing was changed",
                reason="wrong_key",
            )


def _cannot_unseal(context: str) -> CannotUnseal:
    _log.error("A sealed value does not open: %s (another key's, another row's, or changed)", context)
    return CannotUnseal()


def _derive(master: bytes, label: str, size: int = 32) -> bytes:
    return HKDF(SHA256(), size, salt=None, info=f"sparekey:1:{label}".encode()).derive(master)


def _id(master: bytes) -> bytes:
    return _derive(master, "id", _ID_BYTES)
