"""What the person who runs the server can set, checked as a whole before anything starts."""

from sparekey.settings.fields import Settings
from sparekey.settings.load import load

__all__ = ["Settings", "load"]
