"""Use cases: load, decide, keep. The only layer that opens a transaction and the only way to change anything."""
