"""Line icons on a 24 by 24 grid, drawn for this project.

A page names an icon with `i('phone')`; the page then carries one hidden sprite that holds each icon it
used exactly once. Icons never carry meaning alone (WCAG 1.4.1), so they are hidden from screen readers.
"""

import re

from markupsafe import Markup

PATHS = {
    "home": '<path d="M4 11l8-7 8 7v8a1 1 0 0 1-1 1h-4.5v-5.5h-5V20H5a1 1 0 0 1-1-1z"/>',
    "people": (
        '<circle cx="9" cy="8" r="3.5"/>'
        '<path d="M2.5 20c.6-3.6 3.2-5.5 6.5-5.5s5.9 1.9 6.5 5.5M16 4.6a3.5 3.5 0 0 1 0 6.8M18 14.9c2 .8 '
        '3.2 2.5 3.6 5.1"/>'
    ),
    "ring": (
        '<circle cx="12" cy="12" r="9"/>'
        '<circle cx="12" cy="12" r="3.5"/>'
        '<path d="M5.7 5.7l3.8 3.8M14.5 14.5l3.8 3.8M18.3 5.7l-3.8 3.8M9.5 14.5l-3.8 3.8"/>'
    ),
    "policy": (
        '<path d="M4 7.5h8.5M17.5 7.5H20M4 16.5h2.5M11.5 16.5H20"/>'
        '<circle cx="15" cy="7.5" r="2.5"/>'
        '<circle cx="9" cy="16.5" r="2.5"/>'
    ),
    "apps": (
        '<rect x="4" y="4" width="6.5" height="6.5" rx="1.5"/>'
        '<rect x="13.5" y="4" width="6.5" height="6.5" rx="1.5"/>'
        '<rect x="4" y="13.5" width="6.5" height="6.5" rx="1.5"/>'
        '<rect x="13.5" y="13.5" width="6.5" height="6.5" rx="1.5"/>'
    ),
    "audit": (
        '<path d="M9 6h11M9 12h11M9 18h11"/>'
        '<circle cx="4.5" cy="6" r="1"/>'
        '<circle cx="4.5" cy="12" r="1"/>'
        '<circle cx="4.5" cy="18" r="1"/>'
    ),
    "key": ('<circle cx="8" cy="15.5" r="4.5"/><path d="M11.2 12.3L20 3.5M16.2 7.3l3 3"/>'),
    "passkey": (
        '<circle cx="9" cy="7.5" r="3.5"/><path d="M2.5 20c.5-3.8 3-6.2 6.5-6.2 1.3 0 2.4.3 3.4.9M17.5 15.4V21M17.5 '
        '18.3h2.2"/><circle cx="17.5" cy="12.4" r="2.9"/>'
    ),
    "phone": ('<rect x="7" y="2.5" width="10" height="19" rx="2.5"/><path d="M11 18.5h2"/>'),
    "laptop": ('<rect x="4.5" y="5" width="15" height="10.5" rx="1.5"/><path d="M2 19h20"/>'),
    "paper": (
        '<path d="M7 3h7l4 4v13a1 1 0 0 1-1 1H7a1 1 0 0 1-1-1V4a1 1 0 0 1 1-1z"/>'
        '<path d="M14 3v4h4M9 12h6M9 16h6"/>'
    ),
    "mail": ('<rect x="3" y="5" width="18" height="14" rx="2"/><path d="M3.5 7l8.5 6 8.5-6"/>'),
    "app": (
        '<rect x="6" y="2.5" width="12" height="19" rx="2.5"/>'
        '<path d="M9.5 9.5h.01M12 9.5h.01M14.5 9.5h.01M9.5 13h.01M12 13h.01M14.5 13h.01"/>'
    ),
    "check": '<path d="M5 12.5l4.5 4.5L19 7.5"/>',
    "x": '<path d="M6.5 6.5l11 11M17.5 6.5l-11 11"/>',
    "alert": '<path d="M12 4L2.8 20h18.4zM12 10v4.5M12 17.2v.01"/>',
    "info": ('<circle cx="12" cy="12" r="9"/><path d="M12 11v5.5M12 7.6v.01"/>'),
    "eye": (
        '<path d="M2.5 12S6 5.5 12 5.5 21.5 12 21.5 12 18 18.5 12 18.5 2.5 12 2.5 12z"/>'
        '<circle cx="12" cy="12" r="3"/>'
    ),
    "eyeoff": (
        '<path d="M2.5 12S6 5.5 12 5.5 21.5 12 21.5 12 18 18.5 12 18.5 2.5 12 2.5 12zM4 4l16 16"/>'
        '<circle cx="12" cy="12" r="3"/>'
    ),
    "copy": (
        '<rect x="8.5" y="8.5" width="12" height="12" rx="2"/>'
        '<path d="M15.5 8.5v-4a1 1 0 0 0-1-1h-10a1 1 0 0 0-1 1v10a1 1 0 0 0 1 1h4"/>'
    ),
    "down": '<path d="M12 4v11M7.5 11l4.5 4.5 4.5-4.5M4.5 20h15"/>',
    "send": '<path d="M21 3L10 14M21 3l-7 18-4-7-7-4z"/>',
    "print": (
        '<path d="M7 9V3.5h10V9M7 17.5H4.5a1 1 0 0 1-1-1V10a1 1 0 0 1 1-1h15a1 1 0 0 1 1 1v6.5a1 1 0 0 1-1 '
        '1H17M7 14h10v6.5H7z"/>'
    ),
    "search": ('<circle cx="11" cy="11" r="6.5"/><path d="M16 16l4.5 4.5"/>'),
    "clock": ('<circle cx="12" cy="12" r="9"/><path d="M12 7v5.5l3.5 2"/>'),
    "lock": ('<rect x="5" y="11" width="14" height="9.5" rx="2"/><path d="M8 11V8a4 4 0 0 1 8 0v3"/>'),
    "right": '<path d="M9 6l6 6-6 6"/>',
    "chev": '<path d="M7 10l5 5 5-5"/>',
    "plus": '<path d="M12 5v14M5 12h14"/>',
    "trash": '<path d="M4.5 7h15M9 7V4.5h6V7M6.5 7l1 13h9l1-13M10 11v5M14 11v5"/>',
    "turn": '<path d="M20 11.5a8 8 0 1 0-2.3 5.9M20 5.5v6h-6"/>',
    "out": '<path d="M14 4H6a1 1 0 0 0-1 1v14a1 1 0 0 0 1 1h8M10.5 12H21M17.5 8.5L21 12l-3.5 3.5"/>',
    "user": ('<circle cx="12" cy="8" r="4"/><path d="M4.5 21c.8-4.2 3.7-6.5 7.5-6.5s6.7 2.3 7.5 6.5"/>'),
    "globe": (
        '<circle cx="12" cy="12" r="9"/>'
        '<path d="M3 12h18M12 3c3.4 3.6 3.4 14.4 0 18M12 3c-3.4 3.6-3.4 14.4 0 18"/>'
    ),
    "theme": ('<circle cx="12" cy="12" r="8.5"/><path d="M12 3.5a8.5 8.5 0 0 1 0 17z" fill="currentColor"/>'),
    "bag": '<path d="M5 8.5h14l1 12H4zM8.5 8.5V7a3.5 3.5 0 0 1 7 0v1.5"/>',
    "menu": '<path d="M4 7h16M4 12h16M4 17h16"/>',
    "shield": '<path d="M12 3l7.5 3v5.5c0 4.6-3 8-7.5 9.5-4.5-1.5-7.5-4.9-7.5-9.5V6z"/>',
    "call": (
        '<path d="M6 3.5h3l1.5 4.5-2 1.7a12 12 0 0 0 5.8 5.8l1.7-2 4.5 1.5v3a2 2 0 0 1-2.2 2A16.5 16.5 0 0 '
        '1 4 5.7 2 2 0 0 1 6 3.5z"/>'
    ),
}
_USED = re.compile(r'href="#i-([a-z]+)"')


def icon(name: str, kind: str = "") -> Markup:
    """An icon that refers to the page's sprite; an unknown name is a mistake in a template."""
    if name not in PATHS:
        raise KeyError(f"no icon named {name!r}")
    classes = f"i {kind}".strip()
    return Markup('<svg class="{}" aria-hidden="true"><use href="#i-{}"/></svg>').format(classes, name)


def sprite(page: str) -> str:
    """The symbols of the icons that `page` refers to, in order of first use."""
    used = dict.fromkeys(name for name in _USED.findall(page) if name in PATHS)
    if not used:
        return ""
    symbols = "".join(f'<symbol id="i-{name}" viewBox="0 0 24 24">{PATHS[name]}</symbol>' for name in used)
    return f'<svg class="vh" aria-hidden="true">{symbols}</svg>'
