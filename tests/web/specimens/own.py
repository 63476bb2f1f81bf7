"""Values for what everybody sees of themselves: Home, profile, ways in, help."""

from dataclasses import replace
from types import SimpleNamespace as Thing

from sparekey.flows.oidc.devices import Waits
from tests.web.demo_team import (
    CODES,
    FOR_MIA,
    LOSS,
    LOSS_ALONE,
    NOW,
    PLACE,
    SECRET,
    TEAM,
    WRONG_CODE,
    Values,
    ago,
    ahead,
)
from tests.web.specimens.apps import TILES
from tests.web.specimens.profile import (
    APPS,
    BROKEN,
    BY_TEXT,
    CODES_KEPT,
    KEYS,
    LOST,
    PRIVATE,
    PROFILE,
    SESSIONS,
    TAKEN,
    WAITING,
)
from tests.web.specimens.sent import NO_SENT_WAYS, on_its_way, way

DEVICE = Waits("WDJB-MJHT", "Deploy tool", "192.0.2.7", True, ("openid",), NOW)
ELSEWHERE = replace(DEVICE, is_same_place=False, source="203.0.113.9", scopes=("openid", "offline_access"))

HOME: Values = {
    "offers_passkey": False,
    "apps": [],
    "nav": "home",
    "state": "safe",
    "last_way": None,
    "helped": True,
    "is_only_owner": False,
    "items": [],
    "picture": LOSS,
    "team": None,
}


def item(code: str, **facts: object) -> Thing:
    return Thing(code=code, facts=Thing(**facts))


ITEMS = [
    item("locked_out", name="Jonas Frei", username="jonas.frei"),
    item("case_running", name="Reto Caduff", username="reto.caduff", until=ahead(hours=2)),
    item("not_set_up", name="Lea Hofstetter", username="lea.hofstetter", until=ahead(hours=23)),
    item("not_set_up", name="Max Muster", username="max.muster", until=None),
    item("only_owner"),
    item("mail_failing", count=2),
    item("set_up"),
    item("factor_suspended"),
    item("codes_low", left=3),
    item("codes_none"),
    item("codes_unproven"),
    item("mail_off"),
    item("factor_exposed"),
    item("factor_disabled"),
    item("no_app"),
    item("mail_back", address="n•••••@bluewin.example", since=ago(days=2)),
    item("mail_back_of", name="Reto Caduff", username="reto.caduff", since=ago(days=2)),
    item("review_due", since=ago(days=18)),
    item("reviews_due", count=2),
    item("not_me", name="Reto Caduff", username="reto.caduff", at=ago(hours=2)),
]

PEOPLE = [Thing(initials=row.initials, first_name=row.name.split()[0], username=row.username) for row in TEAM]

GROUPS = [
    Thing(state="locked_out", count=7, people=PEOPLE[:1]),
    Thing(state="one_loss", count=7, people=PEOPLE[1:4]),
    Thing(state="not_set_up", count=7, people=PEOPLE[4:5]),
    Thing(state="safe", count=7, people=PEOPLE[5:9]),
]

OWN: dict[str, list[tuple[str, Values]]] = {
    "home": [
        (
            "owner",
            {
                **HOME,
                "is_only_owner": True,
                "picture": LOSS_ALONE,
                "items": ITEMS,
                "team": Thing(count=12, groups=GROUPS),
                "flash": Thing(code="backup_code_used", facts=Thing(left=3)),
            },
        ),
        ("staff", {**HOME, **FOR_MIA, "offers_passkey": True, "apps": TILES}),
        ("phone", {**HOME, **FOR_MIA, "state": "one_loss", "last_way": "phone", "items": ITEMS[9:10]}),
        (
            "alone",
            {
                **HOME,
                "state": "one_loss",
                "last_way": "phone",
                "helped": False,
                "is_only_owner": True,
                "picture": LOSS_ALONE,
                "items": ITEMS,
                "team": None,
            },
        ),
        ("paper", {**HOME, **FOR_MIA, "state": "one_loss", "last_way": "paper"}),
        ("locked_out", {**HOME, **FOR_MIA, "state": "locked_out", "picture": None}),
        ("not_set_up", {**HOME, **FOR_MIA, "state": "not_set_up", "picture": None}),
    ],
    "activity": [
        (
            "first_page",
            {
                **PROFILE,
                "page": Thing(first=1, last=50, total=61, previous=None, next="/me/activity?page=2"),
            },
        )
    ],
    "profile": [
        ("owner", {**PROFILE, "flash": Thing(code="factor_suspended", facts=Thing())}),
        (
            "unsafe",
            {
                **PROFILE,
                **FOR_MIA,
                "state": "one_loss",
                "last_way": "phone",
                "sent": NO_SENT_WAYS,
                "apps": [Thing(**{**vars(APPS[0]), "label": "", "standing": "suspended"})],
                "may_add_app": False,
                "codes": None,
                "review": Thing(reviewed_at=ago(days=200), due_at=ago(days=18)),
                "passkeys": [],
                "addresses": BROKEN,
                "may_add_address": False,
                "signal": "",
                "activity": [],
                "sessions": SESSIONS[:1],
            },
        ),
        (
            "no_app",
            {
                **PROFILE,
                **FOR_MIA,
                "state": "one_loss",
                "last_way": "paper",
                "sent": [Thing(answer="sms_code", way=way("sms_code", "••47", "suspended"))],
                "apps": [],
                "codes": Thing(**{**vars(CODES_KEPT), "left": 10, "is_saved": False, "reviewed_at": None}),
                "review": Thing(reviewed_at=None, due_at=None),
            },
        ),
    ],
    "profile_new": [
        (
            "plain",
            {
                **PROFILE,
                **FOR_MIA,
                "state": "not_set_up",
                "apps": [],
                "codes": None,
                "passkeys": [],
                "signal": "",
                "activity": [],
                "sessions": SESSIONS[:1],
            },
        )
    ],
    "step_up": [
        (
            why,
            {
                "next": "/me/2fa/secret?a=1",
                "why": why,
                "app": "Wiki" if why.startswith("app") else "",
                "way": "passkey" if why == "audit" else "code",
                "has_codes": why != "audit",
                "has_backup_codes": why != "audit",
                "has_passkeys": why in ("codes", "audit"),
                "digits": None if why in ("policy", "audit") else 6,
                "number": "••47" if why == "staff" else "",
                "sent": None,
            },
        )
        for why in (
            "secret",
            "codes",
            "password",
            "sessions",
            "staff",
            "policy",
            "audit",
            "export",
            "apps",
            "device",
            "app",
            "app_passkey",
        )
    ]
    + [
        (
            "backup",
            {
                "next": "/",
                "why": "other",
                "app": "",
                "way": "backup_code",
                "has_codes": True,
                "has_backup_codes": True,
                "has_passkeys": False,
                "digits": 8,
                "number": "",
                "sent": None,
                "errors": {"password": "No", "backup_code": "No"},
            },
        ),
        (
            "unsent",
            {
                "next": "/me",
                "why": "other",
                "app": "",
                "way": "sms_code",
                "has_codes": True,
                "has_backup_codes": False,
                "has_passkeys": False,
                "digits": 6,
                "number": "••47",
                "sent": None,
            },
        ),
        (
            "text",
            {
                "next": "/me",
                "why": "other",
                "app": "",
                "way": "sms_code",
                "has_codes": False,
                "has_backup_codes": True,
                "has_passkeys": True,
                "digits": None,
                "number": "••47",
                "sent": on_its_way("sent"),
                "errors": {"password": "No", "sms_code": "No"},
            },
        ),
    ],
    "passkey_new": [("plain", {"nav": "profile"}), ("wrong", {"nav": "profile", "errors": {"form": "No"}})],
    "way": [
        (
            key.label or "plain",
            {
                "nav": "profile",
                "way": key,
                "can_be_removed": bool(key.label),
                "things": PLACE["things"],
                "values": {"label": key.label, "thing": key.thing},
                "errors": {} if key.label else {"label": "Too long", "thing": "Unknown"},
            },
        )
        for key in KEYS
    ],
    "way_remove": [
        (state, {"nav": "profile", "way": KEYS[0], "can_be_removed": True, "state_after": state})
        for state in ("safe", "one_loss", "locked_out")
    ]
    + [
        (
            "last",
            {
                "nav": "profile",
                "way": KEYS[1],
                "can_be_removed": False,
                "state_after": "not_set_up",
                "errors": {"form": "No"},
            },
        )
    ],
    "address_new": [
        ("plain", {"nav": "profile"}),
        ("wrong", {"nav": "profile", "errors": {"email": "No"}}),
        ("full", {"nav": "profile", "errors": {"form": "No"}}),
    ],
    "address": [
        ("confirmed", {"nav": "profile", "one": PRIVATE}),
        ("waiting", {"nav": "profile", "one": WAITING, "errors": {"form": "Wait"}}),
    ],
    "address_remove": [
        ("confirmed", {"nav": "profile", "one": PRIVATE}),
        ("waiting", {"nav": "profile", "one": WAITING}),
    ],
    "help": [("plain", {"nav": "help", **FOR_MIA})],
    "export_own": [
        (
            "held",
            {"nav": "profile", "taken": [TAKEN], "left_out": [], "held_until": ahead(hours=23)},
        ),
        ("plain", {"nav": "profile", "held_until": None, "taken": [TAKEN], "left_out": [LOST, BY_TEXT]}),
        (
            "wrong",
            {
                "nav": "profile",
                "held_until": None,
                "taken": [TAKEN],
                "left_out": [],
                "errors": {"passphrase": "Too short", "passphrase_again": "Not the same"},
            },
        ),
        ("nothing", {"nav": "profile", "held_until": None, "taken": [], "left_out": [LOST]}),
    ],
    "change_password": [
        ("plain", {"nav": "profile"}),
        ("wrong", {"nav": "profile", "errors": {"current_password": "No", "new_password": "Too short"}}),
    ],
    "secret_change": [
        ("change", {"secret": SECRET, "app": APPS[0]}),
        ("wrong", {"secret": SECRET, "app": APPS[1], "errors": WRONG_CODE}),
    ],
    "secret_done": [("changed", {"changed_at": NOW, "old_added_at": ago(days=287)})],
    "app_new": [
        ("first", {"secret": SECRET, "has_others": False, "most": 5, **PLACE}),
        (
            "wrong",
            {
                "secret": SECRET,
                "has_others": True,
                "most": 5,
                **PLACE,
                "errors": {**WRONG_CODE, "label": "Too long", "thing": "Unknown"},
            },
        ),
        ("full", {"secret": None, "has_others": True, "most": 5, **PLACE}),
    ],
    "backup_codes": [("plain", {"codes": CODES, "old_left": 3}), ("first", {"codes": CODES, "old_left": 0})],
    "device": [
        ("plain", {"nav": "profile"}),
        ("wrong", {"nav": "profile", "errors": {"user_code": "No device waits under this code"}}),
    ],
    "device_confirm": [
        ("here", {"nav": "profile", "waits": DEVICE}),
        ("elsewhere", {"nav": "profile", "waits": ELSEWHERE}),
    ],
    "devices_end": [
        ("one", {"nav": "profile", "device": SESSIONS[0]}),
        ("unknown", {"nav": "profile", "device": SESSIONS[1]}),
        ("others", {"nav": "profile", "device": None}),
    ],
}
