"""What an owner hands over: a secret for an authenticator app that opens nothing but the forced change.

Codes are those of any authenticator app. Two things differ: nobody proves it before it counts, because its
owner is not the one who will hold it, so `enrol` asks for no answer; and its traits say that it is
temporary. Its expiry and its single forced change belong to the recovery case, not to the secret.
"""

from collections.abc import Mapping
from dataclasses import replace

from sparekey.core.contract import About, Moment
from sparekey.factors.totp import AppSecret, Totp


class TemporarySecret(Totp):
    """Possession for one forced change."""

    traits = replace(Totp.traits, kind="temporary_secret", is_temporary=True)

    def enrol(self, about: About, proposed: Mapping[str, object], answer: str, moment: Moment) -> AppSecret:
        """Issue it; `answer` is not looked at."""
        return self.decode(proposed)
