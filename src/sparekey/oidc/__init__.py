"""OpenID Connect and OAuth: the rules of the protocol, without input and output."""
