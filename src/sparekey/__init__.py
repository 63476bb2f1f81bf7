"""Sparekey: sign-in with two factors for teams, and the way back in when one is lost."""

__version__ = "0.1.0"
