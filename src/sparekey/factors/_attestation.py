"""Which models of passkeys an account allows, and the proof that a new one is of such a model.

Off unless an account names models: for most teams a demand for attestation only shuts people out (NIST SP
800-63B-4, section 4.1.3). A model says which it is by its AAGUID, which anybody can write. It is believed only with
a certificate (not with the key's own signature alone) that leads to a root the administrator gave and names the same
AAGUID. A maker may leave it out of the certificate where its root stands for one model alone (WebAuthn Level 3,
section 8.2.1): no root says so of itself, so such a certificate vouches for nothing here.

Only two forms are looked at. For those of Apple and Android the library also believes roots that it brings along, and
under them any app on a phone may write whatever AAGUID it likes; a FIDO U2F key has none (section 8.6).
"""

from collections.abc import Mapping, Sequence
from typing import Any

_FORMS = ("packed", "tpm")
_AAGUID_IN_CERTIFICATE = "1.3.6.1.4.1.45724.1.1.4"
_HEADER = 2
"""Bytes of tag and length before the AAGUID in that extension: an OCTET STRING of 16."""


def roots_for_all(roots: Sequence[bytes]) -> Mapping[Any, list[bytes]]:
    """The given roots for every form of attestation that leads to one."""
    from webauthn.helpers.structs import AttestationFormat  # noqa: PLC0415 -- loads the library

    return {form: list(roots) for form in AttestationFormat}


def is_vouched_for(attestation: Mapping[str, Any], aaguid: str) -> bool:
    """Whether an attestation object, verified against the roots already, is by a certificate for this model."""
    chain = attestation["attStmt"].get("x5c")
    if attestation["fmt"] not in _FORMS or not isinstance(chain, list) or not chain:
        return False
    return _named_in(chain[0]) == bytes.fromhex(aaguid.replace("-", ""))


def _named_in(certificate: bytes) -> bytes | None:
    from cryptography import x509  # noqa: PLC0415 -- only where an account names models

    read = x509.load_der_x509_certificate(certificate)
    wanted = x509.ObjectIdentifier(_AAGUID_IN_CERTIFICATE)
    try:
        found = read.extensions.get_extension_for_oid(wanted)
    except x509.ExtensionNotFound:
        return None
    value = found.value
    return value.value[_HEADER:] if isinstance(value, x509.UnrecognizedExtension) else None
