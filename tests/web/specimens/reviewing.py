"""Values for the regular review of one's own ways in."""

from types import SimpleNamespace as Thing

from tests.web.demo_team import NOW, Values, ago, ahead
from tests.web.specimens.profile import APPS, CODES_KEPT, KEYS

WAYS = [Thing(**{**vars(one), "field": f"way-{one.id}"}) for one in (*APPS[:2], KEYS[0], CODES_KEPT)]
NUMBER = Thing(
    **{**vars(WAYS[0]), "id": "aut_7", "answer": "sms_code", "label": "•••• 47", "field": "way-aut_7"}
)
ON_ITS_WAY = Thing(ending="•••• 47", asked_at=NOW, ends_at=ahead(minutes=10), course="sent")
BOXES = [
    Thing(
        id=f"adr_{number}",
        field=f"way-adr_{number}",
        address="m•••••@posteo.example",
        confirmed_at=ago(days=90),
        comes_back_since=back,
    )
    for number, back in ((1, None), (2, ago(days=2)))
]
SAID = dict.fromkeys([one.field for one in (*WAYS, *BOXES)], "")

USE: Values = {"nav": "profile", "back": "/me/review/next"}

REVIEWING: dict[str, list[tuple[str, Values]]] = {
    "review": [
        (
            "due",
            {
                "nav": "profile",
                "ways": WAYS,
                "mailboxes": BOXES,
                "reviewed_at": ago(days=200),
                "due_at": ago(days=18),
                "values": {**SAID, "way-aut_3": "yes", "way-aut_4": "lost", "way-aut_9": "unsure"},
                "errors": {"way-aut_1": "Say whether you still have it"},
            },
        ),
        (
            "early",
            {
                "nav": "profile",
                "ways": WAYS[:1],
                "mailboxes": [],
                "reviewed_at": ago(days=2),
                "due_at": ahead(days=180),
                "values": SAID,
            },
        ),
        (
            "off",
            {
                "nav": "profile",
                "ways": WAYS[:1],
                "mailboxes": [],
                "reviewed_at": None,
                "due_at": None,
                "values": SAID,
            },
        ),
    ],
    "review_next": [
        (
            "both",
            {"nav": "profile", "to_use": WAYS, "removed": ["code", "passkey", "backup_code", "sms_code"]},
        ),
        ("removed", {"nav": "profile", "to_use": [], "removed": ["passkey"]}),
        ("nothing", {"nav": "profile", "to_use": [], "removed": []}),
    ],
    "review_use": [
        (
            name,
            {**USE, "way": way, "digits": digits, "sent": sent, "errors": errors},
        )
        for name, way, digits, sent, errors in (
            ("code", WAYS[0], 6, None, {}),
            ("code_of_any_length", WAYS[0], None, None, {}),
            ("passkey", WAYS[2], None, None, {"passkey": "No", "form": "Your last way"}),
            ("backup_code", WAYS[3], None, None, {"backup_code": "That backup code is not right"}),
            ("unsent", NUMBER, None, None, {"sms_code": "This code has run out"}),
            ("sent", NUMBER, None, ON_ITS_WAY, {"sms_code": "That code is not right"}),
        )
    ],
}
