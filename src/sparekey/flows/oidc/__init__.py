"""Flows of the OpenID provider: who is let into which app, with which keys that is signed, and when it ends."""
