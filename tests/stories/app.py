"""An authenticator app, written from RFC 4226 and RFC 6238 alone: it knows nothing of the product's own code."""

import base64
import hmac
import struct
from urllib.parse import parse_qs, unquote, urlsplit

from tests.infra.browser import read_qr
from tests.serving import Clock

PERIOD = 30
DIGITS = 6


class App:
    """The one entry that matters in somebody's app. Its phone shows the server's time unless it is off."""

    def __init__(self, clock: Clock) -> None:
        self.clock = clock
        self._read_off: dict[str, int] = {}
        self.secret = ""
        self.entry = ""
        """What the app calls it, for instance `Berg & Tal AG:nora.keller`."""

    def scan(self, picture: bytes) -> None:
        """Hold the phone before a screen (PNG), a printed sheet or an attachment."""
        self.open(read_qr(picture))

    def open(self, address: str) -> None:
        """Take over an `otpauth:` address, as a tapped link hands one over (Key Uri Format)."""
        parts = urlsplit(address)
        asked = {name: values[0] for name, values in parse_qs(parts.query).items()}
        assert ("otpauth", "totp") == (parts.scheme, parts.netloc)
        assert {"SHA1", "6", "30"} >= {asked.get(name, "6") for name in ("algorithm", "digits", "period")}
        self.type_in(asked["secret"])
        self.entry = unquote(parts.path).removeprefix("/")

    def type_in(self, secret: str) -> None:
        """Type the letters by hand; spaces are for reading only."""
        self.secret = secret.replace(" ", "")

    def code(self) -> str:
        """A code nobody has seen yet: whoever read one off already waits for the next."""
        now, free = self._step(), self._read_off.get(self.secret, -1) + 1
        if now < free:
            self.clock.advance(seconds=PERIOD * (free - now))
        self._read_off[self.secret] = max(now, free)
        return self._at(max(now, free))

    def code_of_another_time(self, steps: int) -> str:
        """What a phone shows whose clock is off by that many half minutes."""
        return self._at(self._step() + steps)

    def _step(self) -> int:
        return int(self.clock.now().timestamp()) // PERIOD

    def _at(self, step: int) -> str:
        """RFC 4226, section 5.3, with the time step as the counter (RFC 6238, section 4.2)."""
        key = base64.b32decode(self.secret + "=" * (-len(self.secret) % 8))
        digest = hmac.digest(key, struct.pack(">Q", step), "sha1")
        offset = digest[-1] & 15
        number = struct.unpack(">I", digest[offset : offset + 4])[0] & 0x7FFFFFFF
        return f"{number % 10**DIGITS:0{DIGITS}d}"
