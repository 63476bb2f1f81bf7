"""Values for every page: `SPECIMENS` maps a template to named sets of values; `page_of` draws one.

What signed-in pages share is added here.
"""

from collections.abc import Iterator

from sparekey.web.render import Renderer, Site, make_renderer
from tests.web.demo_team import SHARED, SHELL, ZONE
from tests.web.specimens.apps import CLIENTS
from tests.web.specimens.contacts import CONTACTS
from tests.web.specimens.moving import MOVING
from tests.web.specimens.onward import TO_APPS
from tests.web.specimens.outside import SIGNED_OUT
from tests.web.specimens.own import OWN
from tests.web.specimens.reviewing import REVIEWING
from tests.web.specimens.sent import SENT_BEFORE, SENT_WITHIN

SIGNED_IN = {**OWN, **SENT_WITHIN, **REVIEWING, **CONTACTS, **MOVING, **CLIENTS}
SPECIMENS = {**SIGNED_OUT, **TO_APPS, **SENT_BEFORE, **SIGNED_IN}


def renderer(demo: bool = False) -> Renderer:
    return make_renderer(Site(zone=ZONE, demo=demo))


def every_page() -> Iterator[tuple[str, str]]:
    """Template and name of each specimen."""
    return ((template, name) for template, sets in SPECIMENS.items() for name, _ in sets)


def page_of(draw: Renderer, template: str, name: str, language: str, theme: str | None = None) -> str:
    values = dict(SPECIMENS[template])[name]
    shell = SHELL if template in SIGNED_IN else {}
    return draw(template, language, theme, **{**SHARED, **shell, **values})
