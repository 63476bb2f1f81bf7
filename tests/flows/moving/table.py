"""Tables of people as another system exports them."""

from base64 import b32encode
from dataclasses import dataclass
from io import BytesIO

import bcrypt

from sparekey.flows.joining.from_elsewhere import Found, Upload, look_into

HEAD = "username,name,email,active,language,password_hash,secret,algorithm,digits,period"
OLD_PASSWORD = "the old server's word"
HASH = bcrypt.hashpw(OLD_PASSWORD.encode(), b"$2b$04$abcdefghijklmnopqrstuu").decode()


def key_of(username: str) -> bytes:
    """The secret that this person's app holds; everybody's is another one."""
    return username.encode().ljust(20, b"-")[:20]


@dataclass(frozen=True)
class Line:
    """One person of a table."""

    username: str
    has_password: bool = True
    has_app: bool = True
    active: str = "yes"
    email: str | None = None
    language: str = ""
    settings: str = ",,"
    """Algorithm, digits, period."""

    def __str__(self) -> str:
        name = self.username.replace(".", " ").title()
        email = f"{self.username}@old.example" if self.email is None else self.email
        secret = b32encode(key_of(self.username)).decode() if self.has_app else ""
        password = HASH if self.has_password else ""
        kept = (self.username, name, email, self.active, self.language, password, secret, self.settings)
        return ",".join(kept)


def people(*lines: Line | str) -> tuple[Found, ...]:
    """What is read of such a table."""
    text = "\n".join([HEAD, *map(str, lines)])
    return look_into("csv", [Upload("people.csv", BytesIO(text.encode()))])


ANNA = Line("anna.keller")
BEN = Line("ben.ott", has_password=False)
CLEO = Line("cleo.vogt", has_app=False)
DORA = Line("dora.lang", active="no", language="de")
EMIL = Line("emil.wyss", settings="SHA256,8,60")
"""In at once; invited, with an app; invited, with nothing; not active; in at once, with an app that is doubtful."""
ALL = (ANNA, BEN, CLEO, DORA, EMIL)
