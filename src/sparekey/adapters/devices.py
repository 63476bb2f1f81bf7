"""A browser's own description in the words of a person: "Firefox on Windows".

What a browser says of itself proves nothing and may be anything; it only helps people to recognise their own
devices. The first rule that fits wins, so the imitators stand before those they imitate.
"""

BROWSERS = (
    ("Edg", "Edge"),
    ("OPR/", "Opera"),
    ("OPT/", "Opera"),
    ("SamsungBrowser", "Samsung Internet"),
    ("Vivaldi", "Vivaldi"),
    ("FxiOS", "Firefox"),
    ("Firefox/", "Firefox"),
    ("CriOS", "Chrome"),
    ("Chrome/", "Chrome"),
    ("Version/", "Safari"),
)
SYSTEMS = (
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Android", "Android"),
    ("CrOS", "ChromeOS"),
    ("Windows", "Windows"),
    ("Macintosh", "macOS"),
    ("Linux", "Linux"),
    ("X11", "Linux"),
)
LONGEST_READ = 512  # real ones have about 120 characters


def describe(user_agent: str, language: str) -> str:
    """Browser and system in `language`; "Unknown browser" where the table has no word for it."""
    head = user_agent[:LONGEST_READ]
    is_german = language == "de"
    browser = _first(BROWSERS, head) or ("Unbekannter Browser" if is_german else "Unknown browser")
    system = _first(SYSTEMS, head)
    if system is None:
        return browser
    return f"{browser} {'auf' if is_german else 'on'} {system}"


def _first(table: tuple[tuple[str, str], ...], text: str) -> str | None:
    return next((word for mark, word in table if mark in text), None)
