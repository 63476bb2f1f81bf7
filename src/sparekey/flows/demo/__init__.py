"""The demo: a made-up team on a real server, with passwords that everybody knows.

A demo has a database of its own, marked as such when it was made. It refuses any other.
"""

from sparekey.flows.demo.codes import LiveCode, live_codes
from sparekey.flows.demo.seed import seed

__all__ = ["LiveCode", "live_codes", "seed"]
