"""Factors: one pure file each, one line each in `registered`.

Nobody outside imports a factor by name. They take a kind's object from `registered`, read its `traits`, and
keep its material unread between `decode` and `encode`. What only some kinds can do stands here as a
function of the material:

- `dummy_password`: material to check for a name that nobody has;
- `reveal`: secret and URI of an app's secret once more (printed sheet, downloads, the open view of a
  temporary one); `readings`: what such a secret may stand for, each to be revealed; `digits_of`: the length
  of its codes;
- `code_at`: what the app shows, for `PERIOD` seconds (demo and tests);
- `confirm_saved`, `codes_left`, `saved_at`, `unspent`: a set of backup codes without using one up;
- `check_rules`: the rules of a new password, for a passphrase that nobody keeps;
- `is_known_hash`: whether a password hash of another system can be checked; `brought_password`, `brought_app`:
  material of what people had there;
- `handle_of`, `handle_in`: by what a passkey is found before its person is known, from its material and from an
  answer; `asked_of_nobody`: what a name that nobody has is asked for; `is_made_up`: whether a new passkey calls
  itself that; `about_key`: what may be shown of a passkey; `signal_of`, `signal_unknown`: what password managers may
  be told; `offered`: a passkey made without a question;
- `read_number`: a phone number as it was typed; `ending_of`: what may be shown of a number or address.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from hashlib import sha256
from typing import Any

from sparekey.core.contract import About, Challenge, Factor, Hashing, Loss, Moment, Proposal, Relying, Traits
from sparekey.factors._passkey_answers import encode64
from sparekey.factors._passkey_models import MAKES
from sparekey.factors._phone_numbers import read_number
from sparekey.factors.backup_codes import BackupCodes, BackupCodeSet
from sparekey.factors.passkey import (
    Credential,
    Passkey,
    credential_id,
    decoys,
    is_decoy,
    is_plainly_written,
)
from sparekey.factors.password import HashedPassword, Password, check_rules, dummy_password
from sparekey.factors.sent_code import BY_MAIL, BY_TEXT, SentCode, ending_of
from sparekey.factors.temporary_secret import TemporarySecret
from sparekey.factors.totp import PERIOD, AppSecret, Totp, code_at, digits_of, from_readings, readings, reveal

__all__ = [
    "PERIOD",
    "TRAITS",
    "about_key",
    "asked_of_nobody",
    "brought_app",
    "brought_password",
    "check_rules",
    "code_at",
    "codes_left",
    "confirm_saved",
    "digits_of",
    "dummy_password",
    "ending_of",
    "handle_in",
    "handle_of",
    "is_known_hash",
    "is_made_up",
    "offered",
    "read_number",
    "readings",
    "registered",
    "reveal",
    "saved_at",
    "signal_of",
    "signal_unknown",
    "unspent",
]


def registered(hashing: Hashing, relying: Relying | None = None) -> dict[str, Factor[Any]]:
    """Every factor by kind; `hashing` is the cost at which new passwords and codes are kept."""
    factors: tuple[Factor[Any], ...] = (
        Password(hashing),
        Passkey(relying or Relying()),
        Totp(),
        TemporarySecret(),
        BackupCodes(hashing),
        SentCode(BY_TEXT),
        SentCode(BY_MAIL),
    )
    return {factor.traits.kind: factor for factor in factors}


TRAITS: dict[str, Traits] = {kind: factor.traits for kind, factor in registered(Hashing()).items()}


def confirm_saved(hashing: Hashing, kept: BackupCodeSet, answer: str, moment: Moment) -> BackupCodeSet:
    """The set, proved to be saved by one unused code, which stays valid; raises `WrongAnswer`. One hash."""
    return BackupCodes(hashing).confirm(kept, answer, moment)


def codes_left(kept: object) -> int | None:
    """How many single-use codes are left; None for a kind without such."""
    return kept.left if isinstance(kept, BackupCodeSet) else None


def saved_at(kept: object) -> datetime | None:
    """When the person proved to have saved the codes; None before, and for a kind without codes."""
    return kept.saved_at if isinstance(kept, BackupCodeSet) else None


def unspent(kept: object, moment: Moment) -> object:
    """Codes of which one was answered rightly, as proved to be at hand with none used up; any other as it is."""
    return replace(kept, saved_at=moment.at) if isinstance(kept, BackupCodeSet) else kept


def is_known_hash(text: str) -> bool:
    """Whether a password hash of another system can be checked here."""
    from sparekey.factors._foreign_hashes import is_known  # noqa: PLC0415 -- loads bcrypt

    return is_known(text)


def brought_password(text: str) -> HashedPassword:
    """A password of another server, by its hash there: `is_known_hash`."""
    return HashedPassword(text, is_foreign=True)


def brought_app(readings: Sequence[tuple[bytes, str, int, int]], last_step: int) -> AppSecret:
    """An app's secret of another server: key, algorithm, digits and period in every way it can be read."""
    return from_readings(readings, last_step)


def handle_of(kept: object) -> str | None:
    """By what it is found without its person; None for a kind that never is."""
    return _hashed(encode64(kept.id)) if isinstance(kept, Credential) else None


def handle_in(answer: str) -> str:
    """By what the authenticator of this answer is found, right or not."""
    return _hashed(credential_id(answer))


def _hashed(credential: str) -> str:
    return sha256(credential.encode("utf-8", "replace")).hexdigest()


@dataclass(frozen=True)
class AboutKey:
    """What a passkey tells of itself. `make`: a hint that nobody vouches for, empty where it says none."""

    is_synced: bool
    make: str
    thing: Loss | None
    """Where it lives, as far as that shows."""


def about_key(kept: object) -> AboutKey | None:
    """What may be shown of a passkey; None for another kind."""
    if not isinstance(kept, Credential):
        return None
    roams = {"usb", "nfc", "ble"} & set(kept.transports)
    thing = Loss.KEY if roams else Loss.MANAGER if kept.is_backup_eligible else None
    return AboutKey(kept.is_backup_eligible, MAKES.get(kept.aaguid, ""), thing)


def signal_of(factor: Factor[Any], keys: Sequence[object], whom: About) -> str:
    """All passkeys of one person and what they are called now, as JSON (WebAuthn Level 3, section 5.1.10)."""
    own = [key for key in keys if isinstance(key, Credential)]
    told = {
        "rpId": _passkeys(factor).relying.id,
        "userId": encode64(whom.handle),
        "allAcceptedCredentialIds": [encode64(key.id) for key in own],
        "name": whom.username,
        "displayName": whom.name,
    }
    return json.dumps(told)


def signal_unknown(factor: Factor[Any], key: bytes, answer: str) -> str:
    """What a password manager may be told of a passkey that nobody has here, as JSON; empty where it must not.

    An id that was made up for a name is passed over, or it would tell which names nobody has. So is one that no
    browser writes this way: a real one, spelled otherwise, would be unknown where a made-up one is not.
    """
    claimed = credential_id(answer)
    if not is_plainly_written(claimed) or is_decoy(key, claimed):
        return ""
    return json.dumps({"rpId": _passkeys(factor).relying.id, "credentialId": claimed})


def is_made_up(key: bytes, kept: object) -> bool:
    """Whether a new passkey calls itself what a name that nobody has is asked for."""
    return isinstance(kept, Credential) and is_decoy(key, encode64(kept.id))


def asked_of_nobody(factor: Factor[Any], key: bytes, name: str, moment: Moment) -> Challenge:
    """A challenge like anybody's with one passkey, the same one for a name at every call.

    WebAuthn Level 3, section 14.6.2.
    """
    return _passkeys(factor).challenge(decoys(key, name), moment, is_first=True)


def offered(factor: Factor[Any], about: About, moment: Moment) -> Proposal:
    """A passkey that the browser may make without asking, after a password it filled in."""
    return _passkeys(factor).propose(about, moment, is_offered=True)


def _passkeys(factor: Factor[Any]) -> Passkey:
    if not isinstance(factor, Passkey):
        raise TypeError(factor)
    return factor
