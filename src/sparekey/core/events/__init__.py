"""Everything the audit chain can hold: one frozen dataclass for each event, with a stable tag.

A tag reads `source:subject:action`. Fields are ids and plain values: names are looked up when shown, and no
secret, code, link or password ever fits into one. Who did it, from where and when is added where it is kept.
"""

from sparekey.core.events import apps, mail, recovery, server, signing_in, team, ways
from sparekey.core.events.event import TAGS, Event, fields_of

__all__ = ["TAGS", "Event", "apps", "fields_of", "mail", "recovery", "server", "signing_in", "team", "ways"]
