"""The demo team on Tuesday 17 November 2026, 10:42 in Zurich, as pages see it; Jonas lost his phone."""

from datetime import UTC, datetime, timedelta
from types import SimpleNamespace as Thing
from typing import Any
from zoneinfo import ZoneInfo

import segno
from markupsafe import Markup

ZONE = ZoneInfo("Europe/Zurich")

NOW = datetime(2026, 11, 17, 9, 42, 18, tzinfo=UTC)

Values = dict[str, Any]


def ago(**span: float) -> datetime:
    return NOW - timedelta(**span)


def ahead(**span: float) -> datetime:
    return NOW + timedelta(**span)


def qr(text: str, label: str = "QR code") -> Markup:
    drawn = segno.make(text).svg_inline(svgclass="qr", lineclass=None, border=4, omitsize=True)
    labelled = drawn.replace("<svg ", f'<svg role="img" aria-label="{label}" ', 1)
    return Markup(labelled)  # noqa: S704 -- made here, from no input


SECRET = Thing(
    text="NEWK EYDE MOON LYNO TARE ALSE CRET 4567",
    qr_svg=qr(
        "otpauth://totp/Berg%20%26%20Tal:jonas.frei?secret=NEWKEYDEMOONLYNOTAREALSECRET4567&issuer=Berg%20%26%20Tal"
    ),
    uri="otpauth://totp/Berg%20%26%20Tal:jonas.frei?secret=NEWKEYDEMOONLYNOTAREALSECRET4567&issuer=Berg%20%26%20Tal",
    issuer="Berg & Tal",
    username="jonas.frei",
)

CODES = [
    "7HKM-Q4WD-P2XE-93TN",
    "W8CV-KD6R-M5JT-X7HA",
    "3RQP-E9GK-D6NW-2VYC",
    "K9TA-H4XM-X4GE-7PQS",
    "R8VD-M3WK-H2YC-T6NE",
    "QZ5F-8B2M-JW7K-N4TR",
    "V6XP-3CHD-9GSA-YE2K",
    "B7NM-R4QT-WX8V-5DJH",
    "G2KS-PF9Y-6THC-M3ZB",
    "E4WJ-T7RA-8KXN-VQ5D",
]

LOSS = Thing(
    ways=[
        Thing(answer="code", where="iPhone 15", thing="phone"),
        Thing(answer="code", where="", thing="tablet"),
        Thing(answer="backup_code", where="", thing="paper"),
    ],
    rows=[
        Thing(lost=("phone",), remains=(False, True, True), gets_in=True),
        Thing(lost=("tablet",), remains=(True, False, True), gets_in=True),
        Thing(lost=("paper",), remains=(True, True, False), gets_in=True),
        Thing(lost=("phone", "tablet", "paper"), remains=(False, False, False), gets_in=False),
    ],
    helped=True,
)

LOSS_ALONE = Thing(ways=LOSS.ways, rows=LOSS.rows, helped=False)

JONAS = Thing(
    name="Jonas Frei",
    first_name="Jonas",
    initials="JF",
    username="jonas.frei",
    role="staff",
    language="de",
    email="jonas.frei@bergundtal.example",
    created_at=ago(days=991),
    reviewed_at=ago(days=152),
)

NORA = Thing(
    name="Nora Keller",
    initials="NK",
    username="nora.keller",
    role="owner",
    account_name="Berg & Tal AG",
)

MIA = Thing(
    name="Mia Zürcher",
    initials="MZ",
    username="mia.zuercher",
    role="staff",
    account_name="Berg & Tal AG",
)

OWNER_MENU = Thing(staff=True, policy=True, audit=True, apps=True, export=True, staff_count=12)

STAFF_MENU = Thing(staff=False, policy=False, audit=False, export=False, staff_count=0)

SHARED: Values = {"csrf": "c5rf", "page_path": "/page", "language_path": "/page?lang=", "now": NOW}

SHELL: Values = {"me": NORA, "menu": OWNER_MENU, "nav": "", "flash": None}

FOR_MIA: Values = {"me": MIA, "menu": STAFF_MENU}


def event(tag: str, at: datetime, **facts: object) -> Thing:
    return Thing(tag=tag, facts=facts, at=at, source="Chrome on Windows · 203.0.113.7", by="", about="")


ACTIVITY = [
    event("member:second_factor:failed", ago(minutes=33), answer="code", reason="wrong"),
    event(
        "member:recovery_case:opened",
        ago(minutes=20),
        how="person",
        is_stolen=False,
        case="cas_1",
        method="owner_issues",
    ),
    event("member:session:started", ago(hours=16), aal=2, ways="password code", device="Chrome on Windows"),
    event("member:second_factor:proved", ago(days=8), kind="backup_codes", left=3),
]

APP = Thing(name="Pixel 8", added_at=ago(days=991), last_used_at=ago(hours=2), standing="active")


def staff_row(username: str, name: str, state: str, **more: object) -> Thing:
    initials = "".join(word[0] for word in name.split())
    seen = None if state == "not_set_up" else ago(hours=len(username))
    usual = {
        "role": "staff",
        "has_app": True,
        "passkeys": 0,
        "codes_left": None,
        "reason": "",
        "until": ahead(hours=23),
        "has_number": False,
    }
    return Thing(
        username=username, name=name, initials=initials, state=state, last_sign_in_at=seen, **usual | more
    )


TEAM = [
    staff_row("jonas.frei", "Jonas Frei", "locked_out", reason="suspended"),
    staff_row("samuel.braendli", "Samuel Brändli", "one_loss", reason="only_app"),
    staff_row("reto.caduff", "Reto Caduff", "one_loss", reason="only_codes", has_app=False, codes_left=1),
    staff_row("dario.monti", "Dario Monti", "one_loss", reason="codes_unproven", codes_left=10),
    staff_row("eva.wyss", "Eva Wyss", "one_loss", reason="only_passkey", has_app=False, passkeys=1),
    staff_row("nils.graf", "Nils Graf", "one_loss", reason="one_thing", passkeys=2),
    staff_row("lea.hofstetter", "Lea Hofstetter", "not_set_up", reason="invited", has_app=False),
    staff_row("amelie.rochat", "Amélie Rochat", "safe", codes_left=6, has_number=True),
    staff_row("ivana.petrovic", "Ivana Petrović", "safe", role="admin", codes_left=9, reason="helped"),
    staff_row("luca.bernasconi", "Luca Bernasconi", "safe", role="auditor", codes_left=10),
    staff_row("nora.keller", "Nora Keller", "safe", role="owner", codes_left=3),
    staff_row(
        "old.person", "Old Person", "deactivated", reason="invitation_over", has_app=False, has_number=True
    ),
]
WRONG_CODE = {"code": "That code is not right. Wait for the next code in your app and enter that one"}
PLACE: Values = {
    "things": ["phone", "tablet", "computer", "key", "manager"],
    "values": {"thing": "phone"},
}
"""What a form offers an app to live on."""
