"""What opens a PSKC file (RFC 6030, sections 6 and 7).

- The key is agreed beforehand, or derived from a passphrase by PBKDF2 (RFC 8018, section 5.2).
- Encryption is AES-CBC with the initialisation vector in front and XML Encryption's padding: the last byte
  tells how many are padding, the others are any.
- The check sum is an HMAC over vector and ciphertext. Its key is encrypted in the file, or the encryption key
  itself (section 6.1.1). It is compared before anything is opened, so padding tells nothing.
"""

import hmac
from hashlib import pbkdf2_hmac
from typing import TypeVar

from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

from sparekey.imports._fields import base64_bytes, number
from sparekey.imports._xml import Element
from sparekey.imports.found import Bad, Keys

MOST_ROUNDS = 2_000_000
"""Of PBKDF2, once a file: about a second."""
BLOCK = 16

_AES = {f"http://www.w3.org/2001/04/xmlenc#aes{bits}-cbc": bits // 8 for bits in (128, 192, 256)}
_MACS = {
    "http://www.w3.org/2000/09/xmldsig#hmac-sha1": "sha1",
    "http://www.w3.org/2001/04/xmldsig-more#hmac-sha256": "sha256",
    "http://www.w3.org/2001/04/xmldsig-more#hmac-sha384": "sha384",
    "http://www.w3.org/2001/04/xmldsig-more#hmac-sha512": "sha512",
}
_PRFS = {"hmacwithsha1": "sha1", "hmacwithsha256": "sha256", "hmacwithsha512": "sha512"}

Known = TypeVar("Known", str, int)


class Opener:
    """Opens the secrets of one file, once its head was heard."""

    def __init__(self, keys: Keys) -> None:
        self._keys = keys
        self._key = keys.aes_key
        self._needs = "key"
        self._has_key = False
        self._mac = ""
        self._mac_key = b""

    def hear(self, head: Element) -> None:
        """Take what a child of the container says of keys; others say nothing."""
        if head.name == "EncryptionKey":
            if self._has_key:  # RFC 6030, section 11: one at most; each might ask for a second of work
                raise Bad("bad_xml")
            self._has_key = True
            derived = head.find("DerivedKey")
            if derived:
                self._needs = "passphrase"
                self._key = _derived(derived, self._keys.passphrase)
        elif head.name == "MACMethod":
            self._mac = _known(head.attributes.get("Algorithm", ""), _MACS)
            sealed = head.find("MACKey")
            self._mac_key = self._decrypted(sealed, _cipher_value(sealed)) if sealed else self._key

    def opened(self, value: Element) -> bytes:
        """The bytes of an encrypted value, with its check sum compared."""
        sealed = value.find("EncryptedValue")
        if sealed is None:
            raise Bad("secret_missing")
        if not self._mac or not value.text_of("ValueMAC"):
            raise Bad("mac_missing")
        if not self._mac_key:
            raise Bad("key_missing", what=self._needs)
        whole = _cipher_value(sealed)
        expected = hmac.digest(self._mac_key, whole, self._mac)
        if not hmac.compare_digest(expected, base64_bytes(value.text_of("ValueMAC"), "ValueMAC")):
            raise Bad("bad_mac")
        return self._decrypted(sealed, whole)

    def _decrypted(self, sealed: Element, whole: bytes) -> bytes:
        method = sealed.find("EncryptionMethod")
        length = _known(method.attributes.get("Algorithm", "") if method else "", _AES)
        if not self._key:
            raise Bad("key_missing", what=self._needs)
        if len(self._key) != length or len(whole) < 2 * BLOCK or len(whole) % BLOCK:
            raise Bad("wrong_key")
        cipher = Cipher(algorithms.AES(self._key), modes.CBC(whole[:BLOCK])).decryptor()
        padded = cipher.update(whole[BLOCK:]) + cipher.finalize()
        if not 1 <= padded[-1] <= BLOCK:
            raise Bad("wrong_key")
        return padded[: -padded[-1]]


def _known(algorithm: str, table: dict[str, Known]) -> Known:
    if algorithm not in table:
        raise Bad("encryption_not_known", algorithm=algorithm[:100])
    return table[algorithm]


def _cipher_value(sealed: Element) -> bytes:
    return base64_bytes(sealed.text_of("CipherData", "CipherValue"), "CipherValue")


def _derived(derived: Element, passphrase: str) -> bytes:
    """PBKDF2 with what the file says; `Bad` where it asks for more work than is given."""
    if not passphrase:
        raise Bad("key_missing", what="passphrase")
    method = derived.find("KeyDerivationMethod")
    name = method.attributes.get("Algorithm", "") if method else ""
    said = method.find("PBKDF2-params") if method else None
    if not name.endswith("#pbkdf2") or said is None:
        raise Bad("encryption_not_known", algorithm=name[:100])
    salt = base64_bytes(said.text_of("Salt", "Specified"), "Salt")
    rounds = number(said.text_of("IterationCount"), "IterationCount")
    length = number(said.text_of("KeyLength"), "KeyLength")
    if rounds > MOST_ROUNDS:
        raise Bad("too_much_work", asked=rounds, most=MOST_ROUNDS)
    if rounds < 1 or length not in _AES.values():
        raise Bad("wrong_type", field="PBKDF2-params")
    function = said.find("PRF")
    prf = function.attributes.get("Algorithm", "").rpartition("#")[2].lower() if function else ""
    return pbkdf2_hmac(_known(prf or "hmacwithsha1", _PRFS), passphrase.encode(), salt, rounds, length)
