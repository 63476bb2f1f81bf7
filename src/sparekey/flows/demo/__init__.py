"""The demo: a made-up team on a real server, with passwords that everybody knows.

A demo has a database of its own, marked as such. It refuses any other, and a real server refuses a demo's.
"""

from sparekey.flows.demo.codes import LiveCode, live_codes
from sparekey.flows.demo.seed import demand_no_demo, seed

__all__ = ["LiveCode", "demand_no_demo", "live_codes", "seed"]
