"""Passkeys and security keys: a signature over a challenge of this server (WebAuthn Level 3, section 7).

- The library checks the ceremony (type, challenge, origin, RP ID, presence, verification, algorithm, attestation,
  backup flags, signature); this file adds what it leaves out: embedding in another site, the length of the id, the
  user handle, a backup eligibility that changed, and the counter, which is a signal here and no proof.
- A passkey that verified its user (PIN, pattern, fingerprint, face: which of them is never known, section
  "User Verification") proves two categories and is enough to sign in. One that did not proves possession alone.
- A key that was enrolled without verification does not become a verifying one by itself: only in an answer that
  came after the right password (section 7.2, `uvInitialized`).
- Every refusal names the clause that failed, for the audit log; what is shown is one sentence.
- The library is loaded with the first passkey: 16 MB that a server without passkeys never pays.
"""

import hashlib
import hmac
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, cast

from sparekey.core.contract import (
    About,
    Answer,
    Category,
    Challenge,
    Evidence,
    Loss,
    Moment,
    Proposal,
    Relying,
    Traits,
    Trouble,
    Verified,
    WrongAnswer,
)
from sparekey.factors._attestation import is_vouched_for, roots_for_all
from sparekey.factors._passkey_answers import (
    algorithm_of,
    attestation_object,
    client_data,
    decode64,
    demand,
    encode64,
    field_of,
    is_embedded,
    made_data,
    read_answer,
    transports_of,
)

CHALLENGE_BYTES = 32
TIMEOUT_MS = 300_000
LONGEST_ID = 1023
DECOY_HALF = 16
"""Bytes: an id that is made up has as many again that say so."""
ALGORITHMS = (-8, -7, -257)
"""EdDSA, ES256 and RS256 (COSE), as section 5.4 asks for at least."""


@dataclass(frozen=True)
class Credential:
    """A credential record (section 4) and the user handle it was made for."""

    id: bytes
    public_key: bytes = field(repr=False)
    """COSE."""
    user_handle: bytes = field(repr=False)
    sign_count: int
    is_uv_initialized: bool
    is_backup_eligible: bool
    is_backed_up: bool
    aaguid: str
    transports: tuple[str, ...] = ()


class Passkey:
    """One credential of a platform, a password manager, a phone or a security key."""

    traits = Traits(
        kind="passkey",
        category=Category.POSSESSION,
        answer=Answer.PASSKEY,
        lost_with=Loss.PHONE,
        amr=("pop",),
        is_slow=False,
        is_disabled_at_limit=False,
        is_asked=True,
    )

    def __init__(self, relying: Relying) -> None:
        self.relying = relying

    def propose(self, about: About, moment: Moment, *, is_offered: bool = False) -> Proposal:
        """`is_offered`: the browser may make it without asking, after a password it filled in (section 5.1.3)."""
        challenge = moment.draw("passkey/create", CHALLENGE_BYTES)
        options = {
            "rp": {"id": self.relying.id, "name": about.issuer},
            "user": {
                "id": encode64(about.handle),
                "name": about.username,
                "displayName": about.name or about.username,
            },
            "challenge": encode64(challenge),
            "pubKeyCredParams": [{"type": "public-key", "alg": one} for one in ALGORITHMS],
            "timeout": TIMEOUT_MS,
            "excludeCredentials": [_described(one) for one in about.enrolled],
            "authenticatorSelection": {"residentKey": "preferred", "userVerification": "preferred"},
            "attestation": "direct" if about.models else "none",
            "extensions": {"credProps": True},
        }
        kept = {
            "challenge": encode64(challenge),
            "handle": encode64(about.handle),
            "models": list(about.models),
            "is_offered": is_offered,
        }
        return Proposal(shown={"options": json.dumps(options)}, kept=kept)

    def enrol(self, about: About, proposed: Mapping[str, object], answer: str, moment: Moment) -> Credential:
        """Check a registration (section 7.1). That the id is new on the server is for the store to say."""
        told = read_answer(answer)
        client = client_data(told)
        models = cast(Sequence[str], proposed["models"])
        seen = self._registration(told, client, proposed, models)
        demand(algorithm_of(seen.credential_public_key) in ALGORITHMS, "algorithm")
        demand(not is_embedded(client), "cross_origin")
        demand(len(seen.credential_id) <= LONGEST_ID, "id_length")
        if models:
            demand(seen.aaguid in models, "model")
            is_believed = bool(self.relying.roots) and is_vouched_for(attestation_object(told), seen.aaguid)
            demand(is_believed, "attestation")
        return Credential(
            id=seen.credential_id,
            public_key=seen.credential_public_key,
            user_handle=decode64(str(proposed["handle"])),
            sign_count=seen.sign_count,
            is_uv_initialized=seen.user_verified,
            is_backup_eligible=seen.credential_device_type == "multi_device",
            is_backed_up=seen.credential_backed_up,
            aaguid=seen.aaguid,
            transports=transports_of(cast(dict[str, Any], told["response"]).get("transports")),
        )

    def _registration(
        self,
        told: dict[str, Any],
        client: Mapping[str, Any],
        proposed: Mapping[str, object],
        models: Sequence[str],
    ) -> Any:
        """What the library says of a new credential."""
        from webauthn import verify_registration_response  # noqa: PLC0415 -- see the module's text
        from webauthn.helpers.cose import COSEAlgorithmIdentifier  # noqa: PLC0415

        def check() -> Any:
            return verify_registration_response(
                credential=told,
                expected_challenge=decode64(str(proposed["challenge"])),
                expected_rp_id=self.relying.id,
                expected_origin=list(self.relying.origins),
                require_user_presence=not proposed["is_offered"],
                supported_pub_key_algs=list(COSEAlgorithmIdentifier),  # which of them, is looked at below
                pem_root_certs_bytes_by_fmt=roots_for_all(self.relying.roots if models else ()),
            )

        return _checked(
            check, lambda: self._why(client, proposed, "webauthn.create", made_data(told)) or "attestation"
        )

    def challenge(self, kept: Sequence[Credential], moment: Moment, *, is_first: bool) -> Challenge:
        """Ask for any of these; for whichever the device knows where there are none (section 7.2).

        With nothing proven before it, the key must verify its user.
        """
        challenge = moment.draw("passkey/get", CHALLENGE_BYTES)
        options = {
            "challenge": encode64(challenge),
            "rpId": self.relying.id,
            "timeout": TIMEOUT_MS,
            "userVerification": "required" if is_first else "preferred",
            "allowCredentials": [_described(one) for one in kept],
        }
        asked = {
            "challenge": encode64(challenge),
            "ids": [encode64(one.id) for one in kept],
            "is_first": is_first,
        }
        return Challenge(json.dumps(options), asked)

    def verify(
        self, kept: Credential, answer: str, moment: Moment, asked: Mapping[str, object] | None = None
    ) -> Verified[Credential]:
        """Check an assertion (section 7.2)."""
        told = read_answer(answer)
        demand(told.get("id") == encode64(kept.id), "credential")
        if asked is None:
            raise WrongAnswer(Trouble.WRONG, clause="not_asked")
        client = client_data(told)
        after_password = not asked["is_first"]
        from webauthn import verify_authentication_response  # noqa: PLC0415

        def check() -> Any:
            return verify_authentication_response(
                credential=told,
                expected_challenge=decode64(str(asked["challenge"])),
                expected_rp_id=self.relying.id,
                expected_origin=list(self.relying.origins),
                credential_public_key=kept.public_key,
                credential_current_sign_count=0,
                require_user_verification=not after_password,
            )

        found = field_of(told, "authenticatorData")
        seen = _checked(
            check,
            lambda: self._why(client, asked, "webauthn.get", found, not after_password) or "signature",
        )
        self._demand_the_rest(kept, told, client, asked)
        demand(
            (seen.credential_device_type == "multi_device") == kept.is_backup_eligible, "backup_eligibility"
        )
        after, is_verified = _after(kept, seen, after_password=after_password)
        demand(is_verified or after_password, "user_verification")
        return Verified(after, _evidence(kept, after, is_verified=is_verified))

    def _demand_the_rest(
        self,
        kept: Credential,
        told: Mapping[str, Any],
        client: Mapping[str, Any],
        asked: Mapping[str, object],
    ) -> None:
        """What the library does not look at."""
        demand(not is_embedded(client), "cross_origin")
        ids = cast(Sequence[str], asked["ids"])
        demand(not ids or told["id"] in ids, "not_asked")
        handle = cast(dict[str, Any], told["response"]).get("userHandle")
        if handle is None:
            demand(bool(ids), "user_handle")
        else:
            demand(hmac.compare_digest(decode64(str(handle)), kept.user_handle), "user_handle")

    def _why(
        self,
        client: Mapping[str, Any],
        asked: Mapping[str, object],
        kind: str,
        data: bytes,
        needs_uv: bool = False,
    ) -> str:
        """Which clause refused, of those that can be read: looked at anew, for the log alone."""
        flags = data[32] if len(data) >= 37 else 0
        clauses = {
            "type": client.get("type") == kind,
            "challenge": client.get("challenge") == asked["challenge"],
            "origin": client.get("origin") in self.relying.origins,
            "malformed": len(data) >= 37,
            "rp_id": data[:32] == hashlib.sha256(self.relying.id.encode()).digest(),
            "user_presence": bool(flags & 0x01),
            "user_verification": bool(flags & 0x04) or not needs_uv,
            "backup_flags": bool(flags & 0x08) or not flags & 0x10,
        }
        return next((clause for clause, holds in clauses.items() if not holds), "")

    def encode(self, kept: Credential) -> dict[str, object]:
        binary = {name: encode64(getattr(kept, name)) for name in ("id", "public_key", "user_handle")}
        return {**vars(kept), **binary, "transports": list(kept.transports)}

    def decode(self, data: Mapping[str, object]) -> Credential:
        given = dict(data)
        for name in ("id", "public_key", "user_handle"):
            given[name] = decode64(str(data[name]))
        given["transports"] = tuple(cast(list[str], data["transports"]))
        return Credential(**cast(dict[str, Any], given))


def credential_id(answer: str) -> str:
    """Which credential an answer claims to be of; empty for what is no answer."""
    try:
        return str(read_answer(answer).get("id", ""))
    except WrongAnswer:
        return ""


def is_plainly_written(credential: str) -> bool:
    """Whether it is an id, in the one spelling that browsers give it: base64url without padding."""
    try:
        found = decode64(credential)
    except WrongAnswer:
        return False
    return bool(found) and encode64(found) == credential


def decoys(key: bytes, name: str) -> tuple[Credential, ...]:
    """The passkey of a name that nobody has: the same at every call, and like a real one (section 14.6.2)."""
    made = hmac.digest(key, f"passkey:{name}".encode("utf-8", "replace"), "sha256")[:DECOY_HALF]
    return (Credential(made + _mark(key, made), b"", b"", 0, True, True, True, "", ("hybrid", "internal")),)


def is_decoy(key: bytes, credential: str) -> bool:
    """Whether this id, plainly written, was made up by `decoys`: nobody but the holder of the key can tell."""
    found = decode64(credential)
    return hmac.compare_digest(found[DECOY_HALF:], _mark(key, found[:DECOY_HALF]))


def _mark(key: bytes, made: bytes) -> bytes:
    return hmac.digest(key, b"decoy:" + made, "sha256")[:DECOY_HALF]


def _checked(check: Callable[[], Any], why: Callable[[], str]) -> Any:
    """What the library says. It parses what anybody may send: whatever it raises is a refusal."""
    try:
        return check()
    except Exception as error:
        raise WrongAnswer(Trouble.WRONG, clause=why()) from error


def _described(one: Credential) -> dict[str, object]:
    return {"type": "public-key", "id": encode64(one.id), "transports": list(one.transports)}


def _after(kept: Credential, seen: Any, *, after_password: bool) -> tuple[Credential, bool]:
    """The credential as it must now be kept, and whether its own check of the person counts."""
    after = replace(
        kept,
        sign_count=seen.new_sign_count,
        is_backed_up=seen.credential_backed_up,
        is_uv_initialized=kept.is_uv_initialized or (seen.user_verified and after_password),
    )
    return after, seen.user_verified and (kept.is_uv_initialized or after_password)


def _evidence(before: Credential, after: Credential, *, is_verified: bool) -> Evidence:
    """RFC 8176: `user` and `pop`, never what the person did; a copy that can move is no hardware."""
    categories = (Category.POSSESSION, Category.VERIFIED) if is_verified else (Category.POSSESSION,)
    amr = ("pop", *(("user",) if is_verified else ()), *(("swk",) if before.is_backup_eligible else ()))
    counts = before.sign_count or after.sign_count
    is_behind = bool(counts) and after.sign_count <= before.sign_count
    return Evidence(categories, amr, warning="counter" if is_behind else "")
