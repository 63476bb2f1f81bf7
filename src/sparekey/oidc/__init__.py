"""Rules of OpenID Connect and OAuth, pure: what apps may ask and what they are told. Each module names its RFC."""
