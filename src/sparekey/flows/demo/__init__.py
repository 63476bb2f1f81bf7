"""The demo: a made-up team on a real server, with passwords that everybody knows.

A demo has a database of its own, marked as such when it was made. It refuses any other.
"""
