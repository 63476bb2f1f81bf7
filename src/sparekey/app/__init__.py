"""The composition root: the only part that imports every layer, and the only one that imports the world."""

from sparekey.app.checking import check
from sparekey.app.opening import migrate_database, open_context
from sparekey.app.process import serve
from sparekey.app.server import make_app

__all__ = ["check", "make_app", "migrate_database", "open_context", "serve"]
