"""What the profile shows: sessions, ways in, addresses."""

from types import SimpleNamespace as Thing

from tests.web.demo_team import (
    ACTIVITY,
    NOW,
    Values,
    ago,
    ahead,
)
from tests.web.specimens.sent import SENT_WAYS

SESSIONS = [
    Thing(
        id="ses_1",
        device="Safari on macOS",
        place="Zürich",
        signed_in_at=ago(hours=2),
        last_used_at=NOW,
        is_this=True,
        kind="laptop",
    ),
    Thing(
        id="ses_2",
        device="",
        place="",
        signed_in_at=ago(days=2),
        last_used_at=ago(hours=13),
        is_this=False,
        kind="phone",
    ),
]

KEYS = [
    Thing(
        id="aut_1",
        answer="passkey",
        label="Bitwarden",
        kind="passkey",
        thing="manager",
        is_synced=True,
        added_at=ago(days=9),
        last_used_at=NOW,
        standing="active",
        left=None,
        reviewed_at=ago(days=30),
    ),
    Thing(
        id="aut_2",
        answer="passkey",
        label="",
        kind="passkey",
        thing="key",
        is_synced=False,
        added_at=ago(days=9),
        last_used_at=None,
        standing="suspended",
        left=None,
        reviewed_at=None,
    ),
]
APPS = [
    Thing(
        id=f"aut_{number}",
        answer="code",
        label=label,
        kind="totp",
        thing=thing,
        added_at=ago(days=9),
        last_used_at=ago(hours=2) if label else None,
        left=None,
        reviewed_at=ago(days=30) if label else None,
        standing=standing,
    )
    for number, label, thing, standing in (
        (3, "Pixel 8", "phone", "active"),
        (4, "", "tablet", "exposed"),
        (5, "Old one", "computer", "disabled"),
    )
]

TAKEN = Thing(answer="code", label="Pixel 8", thing="phone", standing="active", added_at=ago(days=9))
BY_TEXT = Thing(answer="sms_code", label="07", thing="phone", standing="active", added_at=ago(days=9))
LOST = Thing(answer="code", label="", thing="tablet", standing="suspended", added_at=ago(days=99))

WORK = Thing(
    id="",
    address="nora.keller@bergundtal.example",
    added_at=None,
    confirmed_at=None,
    comes_back_since=None,
)
PRIVATE = Thing(
    id="adr_1",
    address="n•••••@bluewin.example",
    added_at=ago(days=9),
    confirmed_at=ago(days=9),
    comes_back_since=ago(days=2),
)
WAITING = Thing(**{**vars(PRIVATE), "id": "adr_2", "confirmed_at": None, "comes_back_since": None})
ADDRESSES = [WORK, PRIVATE, WAITING]
BROKEN = [Thing(**{**vars(WORK), "comes_back_since": ago(days=2)})]
CODES_KEPT = Thing(
    id="aut_9",
    answer="backup_code",
    label="",
    thing="paper",
    left=3,
    added_at=ago(days=287),
    last_used_at=None,
    is_saved=True,
    reviewed_at=ago(days=30),
)
PROFILE: Values = {
    "nav": "profile",
    "state": "safe",
    "last_way": None,
    "apps": APPS,
    "may_add_app": True,
    "passkeys": KEYS,
    "sent": SENT_WAYS,
    "signal": '{"rpId": "id.example"}',
    "addresses": ADDRESSES,
    "may_add_address": True,
    "codes": CODES_KEPT,
    "review": Thing(reviewed_at=ago(days=30), due_at=ahead(days=152)),
    "password": Thing(changed_at=ago(days=287)),
    "sessions": SESSIONS,
    "activity": ACTIVITY,
}
