"""A passkey in software, for tests: it answers as a browser's `toJSON` does, and can be told to lie.

Keys of every algorithm the server offers; each field of client data, authenticator data and answer can be changed
before it is signed, so that a test breaks one clause of the ceremony and nothing else.
"""

import hashlib
import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import cbor2
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, padding, rsa

PRESENT, VERIFIED, ELIGIBLE, BACKED_UP, ATTESTED = 0x01, 0x04, 0x08, 0x10, 0x40
ES256, EDDSA, RS256 = -7, -8, -257


def encode64(data: bytes) -> str:
    return urlsafe_b64encode(data).decode().rstrip("=")


def decode64(text: str) -> bytes:
    return urlsafe_b64decode(text + "=" * (-len(text) % 4))


@dataclass
class SoftKey:
    """One credential. `flags`: what it says of presence, verification and backup."""

    rp_id: str = "id.example"
    origin: str = "https://id.example"
    algorithm: int = ES256
    flags: int = PRESENT | VERIFIED
    count: int = 0
    id: bytes = b"one credential of a soft key"
    aaguid: bytes = bytes(16)
    handle: bytes = b""
    client: dict[str, Any] = field(default_factory=dict)
    """Fields of the client data that it sets otherwise."""
    attest: Callable[[bytes], dict[str, Any]] | None = None
    """Makes the statement of a "packed" attestation over what it is given."""
    _private: Any = None

    @property
    def public(self) -> Any:
        return self._private.public_key()

    def vouch_for_itself(self, signed: bytes) -> dict[str, Any]:
        """Self attestation: the new key's own signature, which says nothing of its model."""
        return {"alg": self.algorithm, "sig": self._sign(signed)}

    def create(self, options: Mapping[str, Any], **changed: Any) -> str:
        """Answer to `navigator.credentials.create`."""
        self.handle = decode64(options["user"]["id"])
        self._private = _new_key(self.algorithm)
        attested = self.aaguid + len(self.id).to_bytes(2) + self.id + cbor2.dumps(self._cose())
        data = self._data(ATTESTED) + attested
        client = self._client_data("webauthn.create", options["challenge"])
        vouched = self.attest(data + hashlib.sha256(client).digest()) if self.attest else {}
        statement = {"fmt": "packed" if vouched else "none", "attStmt": vouched, "authData": data}
        statement |= changed.pop("statement", {})
        response = {
            "clientDataJSON": encode64(client),
            "attestationObject": encode64(cbor2.dumps(statement)),
            "transports": ["internal"],
            **changed,
        }
        return self._answer(response)

    def get(self, options: Mapping[str, Any], **changed: Any) -> str:
        """Answer to `navigator.credentials.get`."""
        client, data = self._client_data("webauthn.get", options["challenge"]), self._data(0)
        response = {
            "clientDataJSON": encode64(client),
            "authenticatorData": encode64(data),
            "signature": encode64(self._sign(data + hashlib.sha256(client).digest())),
            "userHandle": encode64(self.handle),
            **changed,
        }
        return self._answer({name: value for name, value in response.items() if value is not None})

    def _answer(self, response: Mapping[str, Any]) -> str:
        own = encode64(self.id)
        return json.dumps(
            {
                "id": own,
                "rawId": own,
                "type": "public-key",
                "clientExtensionResults": {},
                "response": response,
            }
        )

    def _client_data(self, kind: str, challenge: str) -> bytes:
        told = {"type": kind, "challenge": challenge, "origin": self.origin, "crossOrigin": False}
        return json.dumps({**told, **self.client}).encode()

    def _data(self, more: int) -> bytes:
        rp_hash = hashlib.sha256(self.rp_id.encode()).digest()
        return rp_hash + bytes([self.flags | more]) + self.count.to_bytes(4)

    def _cose(self) -> dict[int, Any]:
        public = self.public
        if self.algorithm == EDDSA:
            return {1: 1, 3: EDDSA, -1: 6, -2: public.public_bytes_raw()}
        numbers = public.public_numbers()
        if self.algorithm == RS256:
            return {1: 3, 3: RS256, -1: numbers.n.to_bytes(256), -2: numbers.e.to_bytes(3)}
        return {1: 2, 3: self.algorithm, -1: 1, -2: numbers.x.to_bytes(32), -3: numbers.y.to_bytes(32)}

    def _sign(self, data: bytes) -> bytes:
        if self.algorithm == EDDSA:
            signed = self._private.sign(data)
        elif self.algorithm == RS256:
            signed = self._private.sign(data, padding.PKCS1v15(), hashes.SHA256())
        else:
            signed = self._private.sign(data, ec.ECDSA(hashes.SHA256()))
        return bytes(signed)


def _new_key(algorithm: int) -> Any:
    if algorithm == EDDSA:
        return ed25519.Ed25519PrivateKey.generate()
    if algorithm == RS256:
        return rsa.generate_private_key(65537, 2048)
    return ec.generate_private_key(ec.SECP256R1())
