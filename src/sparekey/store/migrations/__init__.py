"""The one time-line of the schema, for SQLite and PostgreSQL alike.

Revisions are written out and never changed once released; there is no way back but a restored backup. Each is
one transaction on both databases, so that a crash leaves the old schema or the new one.
"""
