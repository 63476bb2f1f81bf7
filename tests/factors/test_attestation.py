"""Allowed models: a passkey's word on what it is counts only with its maker's certificate."""

import json
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from sparekey.core.contract import Relying, WrongAnswer
from sparekey.factors import offered
from sparekey.factors.passkey import Credential, Passkey
from tests.factors.builders import JONAS, moment
from tests.soft_key import ES256, SoftKey

MODEL = "2fc0579f-8113-47ea-b116-bb5a8db9202a"
AAGUID = bytes.fromhex(MODEL.replace("-", ""))
OTHER = bytes(16)
WHO = replace(JONAS, name="Jonas Weber", handle=b"h" * 64, models=(MODEL,))
IN_CERTIFICATE = x509.ObjectIdentifier("1.3.6.1.4.1.45724.1.1.4")
APPLE_S = x509.ObjectIdentifier("1.2.840.113635.100.8.2")
SIGN = ec.ECDSA(hashes.SHA256())


@dataclass(frozen=True)
class Maker:
    """A root, and a certificate below it that signs what keys of one model say."""

    root: bytes
    certificate: bytes
    key: Any

    def __call__(self, signed: bytes) -> dict[str, Any]:
        return {"alg": ES256, "sig": self.key.sign(signed, SIGN), "x5c": [self.certificate]}


def named(aaguid: bytes) -> x509.UnrecognizedExtension:
    return x509.UnrecognizedExtension(IN_CERTIFICATE, b"\x04\x10" + aaguid)


def certificate(
    name: str, public: Any, by: str, key: Any, more: x509.UnrecognizedExtension | None = None
) -> x509.Certificate:
    def called(text: str) -> x509.Name:
        return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, text)])

    now = datetime.now(UTC)
    built = (
        x509.CertificateBuilder()
        .subject_name(called(name))
        .issuer_name(called(by))
        .public_key(public)
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.BasicConstraints(ca=name == by, path_length=None), critical=True)
    )
    if more is not None:
        built = built.add_extension(more, critical=False)
    return built.sign(key, hashes.SHA256())


def maker(names: bytes | None = AAGUID) -> Maker:
    root_key, key = ec.generate_private_key(ec.SECP256R1()), ec.generate_private_key(ec.SECP256R1())
    root = certificate("Maker", root_key.public_key(), "Maker", root_key)
    below = certificate("Keys", key.public_key(), "Maker", root_key, named(names) if names else None)
    return Maker(
        root.public_bytes(serialization.Encoding.PEM), below.public_bytes(serialization.Encoding.DER), key
    )


def enrolled(key: SoftKey, *roots: bytes, **changed: Any) -> Credential:
    factor = Passkey(Relying("id.example", ("https://id.example",), roots))
    proposal = factor.propose(WHO, moment())
    options = json.loads(str(proposal.shown["options"]))
    assert "direct" == options["attestation"]
    return factor.enrol(WHO, proposal.kept, key.create(options, **changed), moment())


def clause_of(key: SoftKey, *roots: bytes, **changed: Any) -> object:
    with pytest.raises(WrongAnswer) as raised:
        enrolled(key, *roots, **changed)
    return raised.value.facts["clause"]


def test_an_allowed_model_with_its_maker_s_certificate() -> None:
    by = maker()
    assert MODEL == enrolled(SoftKey(aaguid=AAGUID, attest=by), by.root).aaguid


def test_another_model_is_refused() -> None:
    by = maker(OTHER)
    assert "model" == clause_of(SoftKey(aaguid=OTHER, attest=by), by.root)


def test_a_model_that_nobody_vouches_for_is_refused() -> None:
    by, key = maker(), SoftKey(aaguid=AAGUID)
    key.attest = key.vouch_for_itself
    assert ["attestation", "attestation"] == [
        clause_of(SoftKey(aaguid=AAGUID), by.root),
        clause_of(key, by.root),
    ]


def test_a_certificate_of_another_root_is_refused() -> None:
    assert "attestation" == clause_of(SoftKey(aaguid=AAGUID, attest=maker()), maker().root)


def test_a_certificate_for_another_model_is_refused() -> None:
    by = maker(OTHER)
    assert "attestation" == clause_of(SoftKey(aaguid=AAGUID, attest=by), by.root)


def test_a_certificate_that_names_no_model_is_refused() -> None:
    """It would vouch for whatever the key says of itself."""
    by = maker(None)
    assert "attestation" == clause_of(SoftKey(aaguid=AAGUID, attest=by), by.root)


def test_a_form_that_comes_with_other_roots_is_refused() -> None:
    """The library believes Apple and Google beside the given roots, and neither vouches for a model."""
    root_key, key = ec.generate_private_key(ec.SECP256R1()), SoftKey(aaguid=AAGUID)
    root = certificate("Maker", root_key.public_key(), "Maker", root_key)

    def vouch(signed: bytes) -> dict[str, Any]:
        nonce = x509.UnrecognizedExtension(APPLE_S, b'0$\xa1"\x04 ' + sha256(signed).digest())
        below = certificate("Key", key.public, "Maker", root_key, more=nonce)
        return {"x5c": [below.public_bytes(serialization.Encoding.DER)]}

    key.attest = vouch
    assert "attestation" == clause_of(
        key, root.public_bytes(serialization.Encoding.PEM), statement={"fmt": "apple"}
    )


def test_without_roots_nothing_is_believed() -> None:
    """They were there when the policy was made."""
    assert "attestation" == clause_of(SoftKey(aaguid=AAGUID, attest=maker()))


def test_a_passkey_that_was_offered_needs_nobody_present() -> None:
    factor = Passkey(Relying("id.example", ("https://id.example",)))
    key = SoftKey(flags=0)
    proposal = offered(factor, replace(WHO, models=()), moment())
    made = factor.enrol(WHO, proposal.kept, key.create(json.loads(str(proposal.shown["options"]))), moment())
    assert not made.is_uv_initialized


def test_presence_is_asked_of_all_others() -> None:
    factor = Passkey(Relying("id.example", ("https://id.example",)))
    proposal = factor.propose(replace(WHO, models=()), moment())
    answer = SoftKey(flags=0).create(json.loads(str(proposal.shown["options"])))
    with pytest.raises(WrongAnswer) as raised:
        factor.enrol(WHO, proposal.kept, answer, moment())
    assert "user_presence" == raised.value.facts["clause"]
