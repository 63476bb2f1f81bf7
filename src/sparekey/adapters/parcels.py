"""A parcel: what a passphrase alone opens. One JWE in compact form (RFC 7516), which other programs can open too.

- The passphrase becomes a key by PBES2-HS512+A256KW (RFC 7518, section 4.8): PBKDF2 with HMAC-SHA-512, `ROUNDS`
  rounds and a salt. That is above the 210,000 rounds that OWASP's Password Storage Cheat Sheet asks for, and below
  the 300,000 beyond which the library refuses to open a parcel. It takes about 0.2 s: never in a transaction.
- The key opens the content's own key, which seals the content with AES-256-GCM (section 5.3); the header with salt
  and rounds is bound to it.
- Salt, key and nonce are drawn from the moment under a digest of the content, so that two contents never share them.
- A passphrase counts as it reads: in NFC, as UTF-8.
- One refusal for a wrong passphrase, a changed character and what is no parcel: nobody learns more than that.

To import this module loads joserfc (0.1 s, 4 MB): whoever uses it imports it where it is used.
"""

from base64 import urlsafe_b64encode
from hashlib import sha256
from unicodedata import normalize

from joserfc.errors import JoseError
from joserfc.jwa import JWE_ALG_MODELS, GCMEncModel, JWEEncModel
from joserfc.jwe import JWERegistry, decrypt_compact, encrypt_compact
from joserfc.jwk import OctKey

from sparekey.core.contract import Moment
from sparekey.errors import WrongProof

ALGORITHM, CONTENT = "PBES2-HS512+A256KW", "A256GCM"
ROUNDS = 290_000
SALT_BYTES = 16  # RFC 7518, section 4.8.1.1: eight or more
MOST = 200_000_000
"""Bytes of a parcel: more than twice what 100,000 people with two apps each take."""


class CannotOpen(WrongProof):
    """Not this passphrase, not a parcel, or not any more."""

    sentence = "This file does not open: the passphrase is not right, or this is no export, or it was changed"

    def __init__(self) -> None:
        super().__init__(reason="parcel")


class _Drawn(GCMEncModel):
    """The library's own way to seal, with key and nonce from the moment."""

    def __init__(self, moment: Moment, label: str) -> None:
        super().__init__(256)
        self._moment, self._label = moment, label

    def generate_cek(self) -> bytes:
        return self._moment.draw(f"parcel:key:{self._label}", self.cek_size // 8)

    def generate_iv(self) -> bytes:
        return self._moment.draw(f"parcel:nonce:{self._label}", self.iv_size // 8)


class _OneWay(JWERegistry):
    """Knows one algorithm for the key and one for the content, and nothing else."""

    max_ciphertext_length = MOST

    def __init__(self, content: JWEEncModel) -> None:
        super().__init__(algorithms=[ALGORITHM, CONTENT])
        by_passphrase = {model.name: model for model in JWE_ALG_MODELS if model.name == ALGORITHM}
        self.algorithms = {"alg": by_passphrase, "enc": {CONTENT: content}, "zip": {}}


def pack(passphrase: str, content: bytes, moment: Moment) -> str:
    """The content as a parcel, ASCII without line breaks."""
    label = sha256(content).hexdigest()
    salt = urlsafe_b64encode(moment.draw(f"parcel:salt:{label}", SALT_BYTES)).rstrip(b"=").decode()
    header = {"alg": ALGORITHM, "enc": CONTENT, "p2c": ROUNDS, "p2s": salt}
    return encrypt_compact(header, content, _key(passphrase), registry=_OneWay(_Drawn(moment, label)))


def unpack(passphrase: str, parcel: bytes) -> bytes:
    """What is inside, or `CannotOpen`."""
    try:
        opened = decrypt_compact(parcel.strip(), _key(passphrase), registry=_OneWay(GCMEncModel(256)))
    except (JoseError, ValueError, TypeError, AssertionError):
        raise CannotOpen from None
    return opened.plaintext or b""


def _key(passphrase: str) -> OctKey:
    """Made directly: `import_key` takes a text for a file of a key, and warns of those below 14 bytes."""
    raw = normalize("NFC", passphrase).encode("utf-8", "surrogatepass")
    return OctKey(raw, raw)
