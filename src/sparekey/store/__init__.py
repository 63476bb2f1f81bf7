"""Rows and core values, one to the other. SQL and no decisions; sealed things stay sealed here."""
