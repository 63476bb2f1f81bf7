"""The door for programs: what apps ask by OAuth 2.0 and OpenID Connect, answered in JSON."""
