"""Taking secrets along: one's own, and an account's. What leaves is a parcel that a passphrase opens.

Whatever leaves is a reveal: it asks for fresh proofs, is on the audit log, and is told by mail, all before the first
byte is out.
"""
