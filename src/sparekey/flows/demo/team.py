"""Who works at Berg & Tal AG, Zürich: made up, and known to everybody. Times are relative to the start."""

from dataclasses import dataclass, field
from datetime import timedelta

from sparekey.core.people import Language, Role

ACCOUNT_NAME = "Berg & Tal AG"
EMAIL_DOMAIN = "bergundtal.example"
FOUNDED_AGO = timedelta(days=400)
LOST_PHONE = "Phone left on the train"
"""The label of an app that nobody has any more: the demo tells no code of it."""


@dataclass(frozen=True)
class Person:
    """One of the team. `signed_in_ago` None: invited and not set up yet."""

    username: str
    name: str
    joined_ago: timedelta
    signed_in_ago: timedelta | None
    password: str = field(default="", repr=False)
    role: Role = Role.STAFF
    language: Language = Language.EN
    device: str = ""
    codes_left: int = 0
    """How many of ten backup codes; 0: the person never made any."""
    are_codes_saved: bool = True
    has_lost_phone: bool = False
    has_review_due: bool = False
    """Has never looked through what there was on the first day."""
    private: str = ""
    """A confirmed further address."""

    @property
    def email(self) -> str:
        return f"{self.username}@{EMAIL_DOMAIN}"


def _days(days: float, hours: float = 0, minutes: float = 0) -> timedelta:
    return timedelta(days=days, hours=hours, minutes=minutes)


_FIREFOX = "Mozilla/5.0 (Macintosh; Intel Mac OS X 10.15; rv:145.0) Gecko/20100101 Firefox/145.0"
_EDGE = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) Chrome/142.0.0.0 Safari/537.36 Edg/142.0.0.0"
_CHROME = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) Chrome/142.0.0.0 Safari/537.36"
_SAFARI = "Mozilla/5.0 (iPhone; CPU iPhone OS 26_0 like Mac OS X) Version/26.0 Mobile Safari/604.1"

TEAM = (
    Person(
        "nora.keller", "Nora Keller", FOUNDED_AGO, _days(0, 0, 11), "linden harbour 42",
        role=Role.OWNER, device=_FIREFOX, codes_left=3,
    ),
    Person(
        "luca.bernasconi", "Luca Bernasconi", _days(391), _days(0, 1, 55), "copper violin 17",
        role=Role.ADMIN, device=_EDGE, codes_left=10,
    ),
    Person(
        "ivana.petrovic", "Ivana Petrović", _days(377), _days(0, 2, 44), "marble compass 83",
        role=Role.AUDITOR, language=Language.DE, device=_FIREFOX, codes_left=9,
    ),
    Person(
        "jonas.frei", "Jonas Frei", _days(310), _days(1, 2), "walnut lantern 56",
        device=_CHROME, has_lost_phone=True,
    ),
    Person(
        "samuel.braendli", "Samuel Brändli", _days(298), _days(0, 2, 30), "meadow signal 29",
        language=Language.DE, device=_EDGE, has_review_due=True,
    ),
    Person(
        "reto.caduff", "Reto Caduff", _days(251), _days(41), "granite paddle 64",
        language=Language.DE, device=_SAFARI, has_review_due=True,
    ),
    Person(
        "dario.monti", "Dario Monti", _days(203), _days(5), "cinder orchard 38",
        device=_CHROME, codes_left=10, are_codes_saved=False,
    ),
    Person(
        "amelie.rochat", "Amélie Rochat", _days(188), _days(0, 1, 11), "velvet anchor 71",
        device=_FIREFOX, codes_left=6,
    ),
    Person(
        "mia.zuercher", "Mia Zürcher", _days(161), _days(1), "timber falcon 92",
        language=Language.DE, device=_CHROME, codes_left=10, private="mia.zuercher@bluewin.example",
    ),
    Person(
        "selin.aydin", "Selin Aydın", _days(120), _days(0, 1, 40), "silver bramble 15",
        language=Language.DE, device=_SAFARI, codes_left=4, private="selin@posteo.example",
    ),
    Person(
        "tim.oberholzer", "Tim Oberholzer", _days(64), _days(0, 1, 47), "hazel thunder 47",
        language=Language.DE, device=_EDGE, codes_left=10,
    ),
    Person("lea.hofstetter", "Lea Hofstetter", _days(1, 1, 42), None, language=Language.DE),
)  # fmt: skip
"""Founder first, then in the order in which they came."""
