"""Facts for every kind of letter, as a caller would prepare them."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from sparekey.adapters.letters.words import WORDS
from sparekey.adapters.messages import Fact, needs

ZURICH = ZoneInfo("Europe/Zurich")
AT = datetime(2026, 11, 17, 9, 42, tzinfo=UTC)
SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"
HOME = "https://id.bergundtal.example"

EXAMPLES: dict[str, Fact] = {
    "account": "Berg & Tal AG",
    "app": "zistemo",
    "asked_from": "198.51.100.4",
    "host": "id.bergundtal.example",
    "name": "Jonas",
    "owners": "Nora Keller",
    "helper": "Nora Keller",
    "by": "Nora Keller",
    "called": "Blue key",
    "person": "Jonas Frei",
    "username": "jonas.frei",
    "place": "Firefox on Windows, 203.0.113.7",
    "link": f"{HOME}/go?a=1&b=2",
    "stop_link": f"{HOME}/not-me/Kx7",
    "secret": SECRET,
    "uri": f"otpauth://totp/Berg:jonas.frei?secret={SECRET}&issuer=Berg",
    "address": "j•••••@bluewin.example",
    "code": "482913",
    "goes_to": "••12",
    "before": "••47",
    "left": 3,
    "tries": 4,
    "count": 5,
}


def facts(kind: str, **other: Fact) -> dict[str, Fact]:
    """Everything that `kind` asks for; times are an hour apart, so that mixing them up would show."""
    found: dict[str, Fact] = {}
    for hours, (name, wanted) in enumerate(needs(kind).items()):
        if wanted is datetime:
            found[name] = AT + timedelta(hours=hours)
        elif name in WORDS:
            found[name] = next(iter(WORDS[name]))
        else:
            found[name] = EXAMPLES[name]
    return found | other
