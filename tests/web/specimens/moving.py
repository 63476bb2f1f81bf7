"""Values for importing people from another system."""

from types import SimpleNamespace as Thing

from tests.web.demo_team import Values

FORM: Values = {
    "nav": "staff",
    "sources": ("csv", "uris", "pictures", "pskc", "keycloak"),
    "most": 100,
    "lines": [],
    "is_cut": False,
    "values": {"source": "csv"},
}
LINES = [
    Thing(file="people.csv", line=3, entry=0, code="email_missing", facts={}),
    Thing(file="people.csv", line=0, entry=4, code="username_taken", facts={"username": "<b>jonas</b>"}),
    Thing(file="", line=0, entry=0, code="too_large", facts={"most_mb": 64}),
]
REMARKS = (
    *("short_secret", "password_not_known", "unconfirmed"),
    *("left_backup_codes", "left_passkeys", "left_others", "left_password"),
)
DOUBTS = ("often_ignored", "algorithm_not_said", "encoding_unclear")


def brought(becomes: str, has_password: bool, apps: int, **more: object) -> Thing:
    about = {"username": "anna.keller", "name": "Anna Keller", "email": "anna@old.example"}
    given = {"doubts": (), "remarks": (), **more}
    return Thing(**about, becomes=becomes, has_password=has_password, apps=apps, **given)


REPORT: Values = {
    "nav": "staff",
    "people": [
        brought("active", True, 2, doubts=DOUBTS),
        brought("invited", False, 0, remarks=REMARKS),
        brought("invited", False, 1),
        brought("deactivated", True, 1),
    ],
    "many": Thing(active=1, invited=2, deactivated=1),
}

MOVING: dict[str, list[tuple[str, Values]]] = {
    "import_people": [
        ("plain", FORM),
        ("lines", {**FORM, "lines": LINES, "is_cut": True}),
        ("wrong", {**FORM, "errors": {"source": "Choose one", "files": "Choose the files to import"}}),
    ],
    "import_report": [("plain", REPORT), ("waiting", {**REPORT, "errors": {"form": "Wait"}})],
}
