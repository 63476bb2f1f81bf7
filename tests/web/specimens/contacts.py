"""Values for what owners, admins and auditors see: staff, help for others, policy, audit log."""

from types import SimpleNamespace as Thing

from tests.web.demo_team import ACTIVITY, APP, JONAS, NOW, SECRET, TEAM, Values, ago, ahead

EVERYTHING = Thing(
    link=True,
    secret=True,
    reset=True,
    invite=True,
    edit=True,
    take_address=True,
    deactivate=True,
    reactivate=False,
    delete=True,
    end_sessions=True,
    hand_over=True,
    audit=True,
)

NOTHING = Thing(**dict.fromkeys(vars(EVERYTHING), False))

KEYS = [
    Thing(label="iCloud Keychain", thing="manager", standing="active"),
    Thing(label="", thing="phone", standing="suspended"),
]
ADDRESSES = [
    Thing(id="", address=JONAS.email, added_at=None, confirmed_at=None, comes_back_since=ago(days=2)),
    Thing(id="adr_1", address="", added_at=ago(days=9), confirmed_at=ago(days=9), comes_back_since=None),
    Thing(id="adr_2", address="", added_at=ago(days=1), confirmed_at=None, comes_back_since=None),
]

STAFF_PROFILE: Values = {
    "nav": "staff",
    "person": JONAS,
    "state": "one_loss",
    "app": APP,
    "passkeys": [],
    "codes_left": None,
    "codes_saved": False,
    "sent": [],
    "is_invited": False,
    "addresses": ADDRESSES,
    "case": None,
    "may": EVERYTHING,
    "why_no_link": "",
    "why_no_secret": "",
    "review_due_at": ahead(days=30),
    "reveals_current": False,
    "held_back_until": None,
    "activity": ACTIVITY,
}


def case(delivery: str, state: str = "issued", view_open: bool = False) -> Thing:
    return Thing(
        state=state,
        delivery=delivery,
        by="Nora Keller",
        how="person",
        issued_at=NOW,
        expires_at=ahead(hours=24),
        view_open=view_open,
    )


STATES = ("", "locked_out", "one_loss", "not_set_up", "safe", "review_due", "deactivated")

STAFF: Values = {
    "nav": "staff",
    "may_add": True,
    "may_import": True,
    "q": "",
    "total": 12,
    "rows": TEAM,
    "filters": [Thing(state=s, count=3, href=f"/contacts/staff?state={s}", is_current=not s) for s in STATES],
    "columns": [
        Thing(
            key=key,
            href=f"/contacts/staff?sort={key}",
            direction={"state": "descending", "name": "ascending"}.get(key),
        )
        for key in ("username", "name", "role", "state", "last")
    ],
    "page": Thing(first=1, last=12, total=12, previous=None, next=None),
}

CONFIRM: Values = {
    "nav": "staff",
    "person": JONAS,
    "then": "show",
    "is_fresh": False,
    "way": "code",
    "reveals_current": False,
    "has_codes": True,
    "has_backup_codes": True,
    "has_passkeys": False,
    "digits": 6,
    "number": "",
    "sent": None,
    "ask_how": True,
    "things": ["phone"],
}

POLICY: Values = {
    "nav": "policy",
    "team_count": 12,
    "version": "3",
    "may_save": True,
    "can_tell_models": False,
    "can_send_texts": False,
    "values": {"reveal": "temporary", "remember_days": "0", "review_months": "6"},
}


def entry(number: int, by: str, about: str, tag: str, **facts: object) -> Thing:
    return Thing(
        number=number,
        at=ago(minutes=number),
        by=by,
        about=about,
        tag=tag,
        facts=facts,
        source="203.0.113.7 · Safari",
        fingerprint=f"{number * 2654435761 % 2**32:08x}",
    )


AUDIT: Values = {
    "nav": "audit",
    "verified": None,
    "summary": Thing(count=1284, since=ago(days=287), last_verified_at=ago(hours=8), fingerprint="9f3a 71c2"),
    "filters": Thing(kind="recovery", person="jonas.frei", from_date="2026-11-10", to_date=""),
    "exports": Thing(csv="/account/audit.csv", jsonl="/account/audit.jsonl"),
    "entries": [
        entry(
            1,
            "nora.keller",
            "jonas.frei",
            "member:recovery_case:issued",
            case="cas_1",
            delivery="screen",
            how="call",
        ),
        entry(2, "nora.keller", "nora.keller", "member:step_up:proved", session="ses_1"),
        entry(3, "jonas.frei", "jonas.frei", "member:second_factor:failed", answer="code", reason="wrong"),
        entry(4, "", "", "account:audit:verified", count=1274),
        entry(
            5, "nora.keller", "dario.monti", "account:member:role_changed", before="staff", after="auditor"
        ),
    ],
    "page": Thing(
        first=1, last=50, total=208, previous="/account/audit?page=1", next="/account/audit?page=3"
    ),
}

VERIFIED = Thing(count=1284, fingerprint="9f3a71c2" * 8, at=NOW, broken_at=None, broken_time=None)

BROKEN = Thing(count=1284, fingerprint="", at=NOW, broken_at=1022, broken_time=ago(days=3))

REVEALED: Values = {
    **STAFF_PROFILE,
    "case": case("screen", view_open=True),
    "secret": SECRET,
    "view_until": ahead(minutes=5),
    "until": ahead(minutes=10),
    "is_current": False,
}

EDITED = {
    "name": "Jonas Frei",
    "username": "jonas.frei",
    "email": "jonas.frei@bergundtal.example",
    "role": "staff",
    "language": "de",
}

ROLES = ["owner", "admin", "auditor", "staff"]

NOTHING_FOUND = {**STAFF, "q": "braendly", "rows": []}

CONTACTS: dict[str, list[tuple[str, Values]]] = {
    "staff": [("plain", STAFF)],
    "staff_none": [("search", NOTHING_FOUND), ("filter", {**NOTHING_FOUND, "q": ""})],
    "staff_empty": [("plain", {**STAFF, "rows": []})],
    "staff_add": [
        ("plain", {"nav": "staff", "roles": ROLES}),
        (
            "admin",
            {
                "nav": "staff",
                "roles": ["staff"],
                "values": EDITED,
                "errors": {"username": "This name is not available"},
            },
        ),
    ],
    "staff_edit": [
        ("plain", {"nav": "staff", "person": JONAS, "roles": ROLES, "version": "4", "values": EDITED})
    ],
    "staff_profile": [
        ("owner", STAFF_PROFILE),
        (
            "links_only",
            {
                **STAFF_PROFILE,
                "may": Thing(**{**vars(EVERYTHING), "secret": False}),
                "why_no_secret": "links_only",
                "codes_left": 4,
                "sent": [
                    {"answer": "sms_code", "label": "••47"},
                    {"answer": "email_code", "label": "j•••@bergundtal.example"},
                ],
            },
        ),
        ("current", {**STAFF_PROFILE, "reveals_current": True, "review_due_at": ago(days=18)}),
        ("passkeys", {**STAFF_PROFILE, "passkeys": KEYS}),
        (
            "reader",
            {
                **STAFF_PROFILE,
                "may": NOTHING,
                "why_no_link": "role",
                "why_no_secret": "role",
                "review_due_at": None,
                "app": None,
                "activity": [],
            },
        ),
        (
            "stopped",
            {
                **STAFF_PROFILE,
                "may": NOTHING,
                "why_no_link": "stopped",
                "why_no_secret": "stopped",
                "held_back_until": ahead(hours=24),
            },
        ),
        (
            "stopped_owner",
            {
                **STAFF_PROFILE,
                "may": NOTHING,
                "why_no_link": "stopped",
                "why_no_secret": "their_role",
                "held_back_until": ahead(hours=24),
            },
        ),
        ("invited", {**STAFF_PROFILE, "state": "not_set_up", "is_invited": True, "app": None}),
        (
            "rotating",
            {
                **STAFF_PROFILE,
                "state": "locked_out",
                "case": case("link", "rotating"),
                "app": Thing(**{**vars(APP), "standing": "suspended"}),
            },
        ),
        ("screen", {**STAFF_PROFILE, "state": "locked_out", "case": case("screen", view_open=True)}),
    ],
    "staff_confirm": [
        *((then, {**CONFIRM, "then": then}) for then in ("show", "download", "email", "link")),
        (
            "current",
            {
                **CONFIRM,
                "reveals_current": True,
                "way": "backup_code",
                "things": ["phone", "tablet"],
                "values": {"how": "call", "lost": "tablet", "stolen": "yes"},
                "errors": {"how": "Choose", "lost": "Choose", "password": "No"},
            },
        ),
        ("fresh", {**CONFIRM, "is_fresh": True}),
        ("text offered", {**CONFIRM, "number": "•••• 67"}),
        ("text only", {**CONFIRM, "number": "•••• 67", "way": "sms_code"}),
        (
            "text sent",
            {
                **CONFIRM,
                "number": "•••• 67",
                "way": "sms_code",
                "sent": Thing(asked_at=NOW, ends_at=ahead(minutes=10), course="sent", ending="•••• 67"),
                "values": {"how": "call"},
                "errors": {"sms_code": "No"},
            },
        ),
    ],
    "staff_revealed": [
        ("temporary", REVEALED),
        ("current", {**REVEALED, "is_current": True, "reveals_current": True}),
    ],
    "staff_sent": [("plain", {**STAFF_PROFILE, "state": "locked_out", "case": case("mail"), "sent_at": NOW})],
    "staff_link_sent": [("plain", {**STAFF_PROFILE, "state": "locked_out", "case": case("link")})],
    "staff_reset": [
        ("plain", {"nav": "staff", "person": JONAS, "app": APP, "passkeys": KEYS, "codes_left": 4}),
        (
            "wrong",
            {
                "nav": "staff",
                "person": JONAS,
                "app": None,
                "passkeys": [],
                "codes_left": None,
                "codes_saved": False,
                "errors": {"how": "Choose", "confirm": "Type it"},
            },
        ),
    ],
    "staff_address": [
        (
            word,
            {
                "nav": "staff",
                "person": JONAS,
                "one": Thing(
                    id="adr_1",
                    address="j•••••@bluewin.example",
                    added_at=ago(days=9),
                    confirmed_at=confirmed,
                    comes_back_since=back,
                ),
            },
        )
        for word, confirmed, back in (
            ("plain", ago(days=9), None),
            ("comes back", ago(days=9), ago(days=2)),
            ("waits", None, None),
        )
    ],
    "staff_deactivate": [("plain", {"nav": "staff", "person": JONAS})],
    "staff_delete": [("plain", {"nav": "staff", "person": JONAS})],
    "handover": [
        ("plain", {"nav": "staff", "person": JONAS}),
        ("wrong", {"nav": "staff", "person": JONAS, "errors": {"confirm": "Type it"}}),
    ],
    "policy": [
        ("plain", POLICY),
        ("read", {**POLICY, "may_save": False}),
        (
            "read_weak",
            {
                **POLICY,
                "may_save": False,
                "values": {
                    "reveal": "current",
                    "remember_days": "30",
                    "review_months": "0",
                    "admins_may_reveal": "yes",
                    "passkey_models": "2fc0579f-8113-47ea-b116-bb5a8db9202a",
                },
            },
        ),
        (
            "risk",
            {
                **POLICY,
                "can_tell_models": True,
                "can_send_texts": True,
                "values": {
                    "reveal": "current",
                    "remember_days": "30",
                    "review_months": "12",
                    "sms_codes": "yes",
                    "passkey_models": "x",
                },
                "errors": {
                    "accept_risk": "Accept the risk, or leave this off",
                    "accept_sms_risk": "Accept the risk, or leave this off",
                    "passkey_models": "No",
                    "sms_codes": "No",
                    "email_codes": "No",
                },
            },
        ),
    ],
    "export_account": [
        ("plain", {"nav": "export", "team_count": 12, "held_until": None}),
        ("held", {"nav": "export", "team_count": 12, "held_until": ahead(hours=23)}),
        (
            "wrong",
            {"nav": "export", "team_count": 1, "held_until": None, "errors": {"passphrase": "Too short"}},
        ),
    ],
    "audit": [
        ("plain", AUDIT),
        ("verified", {**AUDIT, "verified": VERIFIED}),
        ("broken", {**AUDIT, "verified": BROKEN}),
        (
            "none",
            {
                **AUDIT,
                "entries": [],
                "summary": Thing(count=0, since=None, last_verified_at=None, fingerprint=""),
            },
        ),
    ],
}
